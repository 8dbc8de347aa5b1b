"""A ResNet for small images with parameter-free shortcuts, in channels-last layout, on noise. The site is `conv1`."""

import torch
import torch.nn.functional as F

EPSILON = 1e-5


class Network:
    def __init__(self, shape, site):
        assert site == "conv1", site
        config, batch, side = shape["config"], shape["batch"], shape["side"]
        self.mean, self.std = (torch.tensor(config[key])[:, None, None] for key in ("mean", "std"))
        widths, blocks = config["widths"], config["blocks"]
        self.stem = layer(3, widths[0])
        self.blocks = []
        channels = widths[0]
        for group, width in enumerate(widths):
            for block in range(blocks):
                stride = 2 if group > 0 and block == 0 else 1
                self.blocks.append((layer(channels, width), layer(width, width), stride, width - channels))
                channels = width
        self.weight = torch.nn.Parameter(torch.randn(config["classes"], channels) * channels**-0.5)
        self.bias = torch.nn.Parameter(torch.zeros(config["classes"]))
        self.batch = {
            "pixels": torch.rand(batch, 3, side, side).to(memory_format=torch.channels_last),
            "labels": torch.arange(batch) % config["classes"],
        }

    def parameters(self):
        layers = [self.stem, *(layer for first, second, *_ in self.blocks for layer in (first, second))]
        trained = [layer[name] for layer in layers for name in ("filter", "weight", "bias")]
        return [*trained, self.weight, self.bias]

    def prefix(self, batch, training):
        return F.relu(convolve((batch["pixels"] - self.mean) / self.std, self.stem, 1, training), inplace=True)

    def suffix_loss(self, h, batch, training):
        for first, second, stride, new in self.blocks:
            inner = F.relu(convolve(h, first, stride, training), inplace=True)
            around = F.pad(h[:, :, ::2, ::2], (0, 0, 0, 0, new // 2, new // 2)) if stride > 1 else h
            h = F.relu(convolve(inner, second, 1, training) + around, inplace=True)
        return F.cross_entropy(F.linear(h.mean((2, 3)), self.weight, self.bias), batch["labels"])


def layer(channels, width):
    """A 3 × 3 convolution and its batch norm."""
    filter = torch.randn(width, channels, 3, 3) * (2 / (9 * channels)) ** 0.5
    return {
        "filter": torch.nn.Parameter(filter.to(memory_format=torch.channels_last)),
        "weight": torch.nn.Parameter(torch.ones(width)),
        "bias": torch.nn.Parameter(torch.zeros(width)),
        "running_mean": torch.zeros(width),
        "running_var": torch.ones(width),
    }


def convolve(x, layer, stride, training):
    """In use, convolution and batch norm are one convolution, whose filter is scaled instead of its output."""
    filter, weight, bias = layer["filter"], layer["weight"], layer["bias"]
    running = layer["running_mean"], layer["running_var"]
    if training:
        return F.batch_norm(F.conv2d(x, filter, None, stride, 1), *running, weight, bias, True, eps=EPSILON)
    scale = weight * (running[1] + EPSILON).rsqrt()
    return F.conv2d(x, filter * scale[:, None, None, None], bias - running[0] * scale, stride, 1)
