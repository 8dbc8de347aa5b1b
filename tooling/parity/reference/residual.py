"""A ResNet for small images in ordinary PyTorch, which can be perturbed at a site by name."""

import torch
import torch.nn.functional as F

RUNNING = ("running_mean", "running_var")


class ResNet:
    """Tensors by PyTorch's usual names; `config` has widths, blocks, shortcut (pad, project), mean and std."""

    def __init__(self, config, tensors):
        self.config, self.tensors = config, tensors
        like = tensors["linear.bias"]
        self.mean, self.std = (torch.tensor(config[key]).to(like)[:, None, None] for key in ("mean", "std"))

    def run(self, pixels, training, site, delta):
        """Logits, with δ added at `site`; batch norm by the batch's statistics in training, else by the running ones."""

        def at(name, h):
            return h + delta if name == site else h

        h = (at("input", pixels) - self.mean) / self.std
        h = at("conv1", F.relu(self._norm(F.conv2d(h, self.tensors["conv1.weight"], padding=1), "bn1", training)))
        index = 0
        for group in range(len(self.config["widths"])):
            for block in range(self.config["blocks"]):
                stride = 2 if group > 0 and block == 0 else 1
                h = at(f"blocks.{index}", self._block(h, f"layer{group + 1}.{block}", stride, training))
                index += 1
        return F.linear(h.mean((2, 3)), self.tensors["linear.weight"], self.tensors["linear.bias"])

    def _block(self, x, name, stride, training):
        conv = lambda h, layer, s: F.conv2d(h, self.tensors[f"{name}.{layer}.weight"], stride=s, padding=1)
        h = F.relu(self._norm(conv(x, "conv1", stride), f"{name}.bn1", training))
        h = self._norm(conv(h, "conv2", 1), f"{name}.bn2", training)
        return F.relu(h + (x if stride == 1 else self._shortcut(x, name, h.shape[1], stride, training)))

    def _shortcut(self, x, name, width, stride, training):
        if self.config["shortcut"] == "pad":
            new = (width - x.shape[1]) // 2
            return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, new, new))
        x = F.conv2d(x, self.tensors[f"{name}.shortcut.0.weight"], stride=stride)
        return self._norm(x, f"{name}.shortcut.1", training)

    def _norm(self, x, name, training):
        get = lambda key: self.tensors[f"{name}.{key}"]
        return F.batch_norm(x, *(get(key) for key in (*RUNNING, "weight", "bias")), training)
