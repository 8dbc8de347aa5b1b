"""Latent adversarial training of a small ResNet, in ordinary PyTorch, in float64 and in float32.

    python reference/resnet.py FOLDER
    FOLDER: problem.json, model.safetensors (PyTorch's names and layouts), inputs.safetensors  ->  reference.safetensors

Per-example L2 balls, normalised gradients, steps of ε/T, a random start; attacked pixels stay in [0, 1]. The attacked network normalises by its running
statistics, the trained one by the batch's; SGD with momentum.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
weights = load_file(folder / "model.safetensors")
inputs = load_file(folder / "inputs.safetensors")
config = problem["config"]
RUNNING = ("running_mean", "running_var")


class ResNet:
    def __init__(self, dtype):
        self.tensors = {key: value.to(dtype, copy=True) for key, value in weights.items()}
        self.trained = {key: t.requires_grad_() for key, t in self.tensors.items() if not key.endswith(RUNNING)}
        self.mean, self.std = (torch.tensor(config[key], dtype=dtype)[:, None, None] for key in ("mean", "std"))

    def run(self, pixels, training, site, delta):
        """Logits, with δ added at `site`."""

        def at(name, h):
            return h + delta if name == site else h

        h = (at("input", pixels) - self.mean) / self.std
        h = at("conv1", F.relu(self._norm(F.conv2d(h, self.tensors["conv1.weight"], padding=1), "bn1", training)))
        index = 0
        for group in range(len(config["widths"])):
            for block in range(config["blocks"]):
                stride = 2 if group > 0 and block == 0 else 1
                h = at(f"blocks.{index}", self._block(h, f"layer{group + 1}.{block}", stride, training))
                index += 1
        return F.linear(h.mean((2, 3)), self.tensors["linear.weight"], self.tensors["linear.bias"])

    def _block(self, x, name, stride, training):
        conv = lambda h, layer, s: F.conv2d(h, self.tensors[f"{name}.{layer}.weight"], stride=s, padding=1)
        h = F.relu(self._norm(conv(x, "conv1", stride), f"{name}.bn1", training))
        h = self._norm(conv(h, "conv2", 1), f"{name}.bn2", training)
        if stride > 1:
            x = F.conv2d(x, self.tensors[f"{name}.shortcut.0.weight"], stride=stride)
            x = self._norm(x, f"{name}.shortcut.1", training)
        return F.relu(h + x)

    def _norm(self, x, name, training):
        get = lambda key: self.tensors[f"{name}.{key}"]
        return F.batch_norm(x, *(get(key) for key in (*RUNNING, "weight", "bias")), training)


def size(x):
    return x.square().sum((1, 2, 3), keepdim=True).sqrt()


def attack(net, pixels, labels, site, epsilon, steps, normal, uniform):
    def inside(delta):
        delta = delta * (epsilon / size(delta)).clamp(max=1)
        return (pixels + delta).clamp(0, 1) - pixels if site == "input" else delta

    delta = inside(normal / size(normal) * uniform * epsilon)
    for _ in range(steps):
        delta = delta.detach().requires_grad_()
        loss = F.cross_entropy(net.run(pixels, False, site, delta), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, delta)
        delta = inside(delta + epsilon / steps * gradient / size(gradient))
    return delta.detach()


def nchw(tensor):
    return tensor.permute(0, 3, 1, 2) if tensor.dim() == 4 else tensor


results = {}
for dtype in (torch.float64, torch.float32):
    name = str(dtype).removeprefix("torch.")
    given = {key: nchw(value).to(dtype) if value.is_floating_point() else value.long() for key, value in inputs.items()}
    for site in problem["sites"]:
        net = ResNet(dtype)
        start = {key: tensor.detach().clone() for key, tensor in net.trained.items()}
        optimizer = torch.optim.SGD(net.trained.values(), lr=problem["learningRate"], momentum=problem["momentum"])
        losses = []
        for step in range(problem["steps"]):
            pixels, labels = given[f"pixels/{step}"], given[f"labels/{step}"]
            draws = (given[f"{kind}/{site}/{step}"] for kind in ("normal", "uniform"))
            delta = attack(net, pixels, labels, site, problem["epsilon"], problem["ascents"], *draws)
            loss = F.cross_entropy(net.run(pixels, True, site, delta), labels)
            optimizer.zero_grad()
            loss.backward()
            losses.append(loss.detach())
            if step == 0:
                results[f"{name}/{site}/delta"] = delta.permute(0, 2, 3, 1)
            optimizer.step()
        results[f"{name}/{site}/losses"] = torch.stack(losses)
        moved = {key: tensor - start[key] for key, tensor in net.trained.items()}
        results[f"{name}/{site}/moved"] = torch.cat([moved[key].flatten() for key in problem["trained"]])
        results[f"{name}/{site}/statistics"] = torch.cat([net.tensors[key].flatten() for key in problem["statistics"]])
save_file({key: value.detach().float().contiguous() for key, value in results.items()}, folder / "reference.safetensors")
