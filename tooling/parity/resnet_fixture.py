"""A tiny ResNet with random weights, as safetensors and as a file of torch.save, with what PyTorch computes in float64.

    pip install torch==2.13.0 safetensors==0.8.0
    python tooling/parity/resnet_fixture.py     # writes packages/lat-models/fixtures/resnet-{pad,project}/

Weights and images are drawn from seed 0. The gradients are those of the sum of the log-probabilities of the labels.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

fixtures = Path(__file__).parents[2] / "packages" / "lat-models" / "fixtures"
config = dict(widths=[4, 6, 8], blocks=2, classes=3, mean=[0.4, 0.5, 0.6], std=[0.2, 0.25, 0.3])
differentiated = [
    "conv1.weight",
    "bn1.bias",
    "layer1.0.conv1.weight",
    "layer2.0.conv1.weight",
    "layer2.0.bn1.weight",
    "layer3.1.conv2.weight",
    "linear.weight",
]


class Pad(nn.Module):
    """Every second pixel, and zeros for the channels that are new."""

    def __init__(self, new):
        super().__init__()
        self.new = new

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.new // 2, self.new // 2))


class Block(nn.Module):
    def __init__(self, channels, width, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential()
        if channels != width or stride > 1:
            project = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            self.shortcut = project if shortcut == "project" else Pad(width - channels)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, widths, blocks, classes, mean, std, shortcut):
        super().__init__()
        self.mean, self.std = (torch.tensor(v, dtype=torch.float64)[:, None, None] for v in (mean, std))
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.names = [f"layer{group + 1}" for group in range(len(widths))]
        for group, (name, width) in enumerate(zip(self.names, widths)):
            channels = [widths[max(0, group - 1)]] + [width] * (blocks - 1)
            strides = [2 if group else 1] + [1] * (blocks - 1)
            layers = [Block(c, width, s, shortcut) for c, s in zip(channels, strides)]
            self.add_module(name, nn.Sequential(*layers))
        self.linear = nn.Linear(widths[-1], classes)

    def forward(self, pixels):
        seen = {"input": pixels}
        h = seen["conv1"] = F.relu(self.bn1(self.conv1((pixels - self.mean) / self.std)))
        blocks = [block for name in self.names for block in getattr(self, name)]
        for index, block in enumerate(blocks):
            h = seen[f"blocks.{index}"] = block(h)
        return self.linear(h.mean((2, 3))), seen


def stored(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]}


def nhwc(tensor):
    return tensor.permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor


def hwio(tensor):
    return tensor.permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor


def float32_numbers(model):
    """Weights near those that training starts from, and statistics that are not 0 and 1; all exact in float32."""
    with torch.no_grad():
        for key, value in model.state_dict().items():
            if key.endswith("running_var"):
                value.copy_(torch.rand_like(value) + 0.5)
            elif "bn" in key or "shortcut.1" in key or key.endswith("bias"):
                value.copy_(value + torch.randn_like(value) * 0.2 if value.dtype.is_floating_point else value)
    return model.double()


def passes(model, mode, pixels, labels):
    """Logits, activations, gradients of parameters and of activations in a mode; in training the statistics after it."""
    model.train(mode == "train")
    parameters = dict(model.named_parameters())
    pixels = pixels.clone().requires_grad_()
    logits, seen = model(pixels)
    logp = logits.log_softmax(-1).gather(-1, labels[:, None])
    weights = [parameters[key] for key in differentiated]
    gradients = torch.autograd.grad(logp.sum(), weights + list(seen.values()))
    after = {key: value for key, value in model.state_dict().items() if "running" in key}
    return {
        "logits": stored(logits),
        "activations": {site: stored(nhwc(value)) for site, value in seen.items()},
        "gradients": {key: stored(hwio(g)) for key, g in zip(differentiated, gradients)},
        "activationGradients": {site: stored(nhwc(g)) for site, g in zip(seen, gradients[len(weights) :])},
        "statistics": {key: stored(value) for key, value in after.items()} if mode == "train" else {},
    }


torch.manual_seed(0)
for shortcut in ("pad", "project"):
    model = float32_numbers(ResNet(**config, shortcut=shortcut))
    folder = fixtures / f"resnet-{shortcut}"
    folder.mkdir(parents=True, exist_ok=True)
    weights = {key: value.float() for key, value in model.state_dict().items() if "tracked" not in key}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    torch.save({"state_dict": nn.DataParallel(model.float()).state_dict()}, folder / "model.th", _use_new_zipfile_serialization=False)
    model = model.double()
    pixels, labels = torch.rand(3, 3, 9, 8).double(), torch.tensor([2, 0, 1])
    expected = {
        "config": config | {"shortcut": shortcut},
        "pixels": stored(nhwc(pixels)),
        "labels": stored(labels),
        "evaluate": passes(model, "evaluate", pixels, labels),
        "train": passes(model, "train", pixels, labels),
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
