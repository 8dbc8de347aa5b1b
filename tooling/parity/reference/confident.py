"""Input gradients of a published ResNet's loss, in float64 and in float32, at images most of which it is sure of.

    python reference/confident.py FOLDER
    FOLDER: problem.json, inputs.safetensors  ->  reference.safetensors

A sure image's gradient is tiny: each is divided by its norm, which leaves the direction that an attack goes.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from residual import ResNet
from safetensors.torch import load_file, save_file

folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
inputs = load_file(folder / "inputs.safetensors")
saved = torch.load(problem["weights"], map_location="cpu", weights_only=True)["state_dict"]

results = {}
for dtype in (torch.float64, torch.float32):
    net = ResNet(problem["config"], {name.removeprefix("module."): t.detach().to(dtype) for name, t in saved.items()})
    pixels = (inputs["pixels"].permute(0, 3, 1, 2).to(dtype) / 255).requires_grad_()
    loss = F.cross_entropy(net.run(pixels, False, None, None), inputs["labels"].long(), reduction="sum")
    (gradient,) = torch.autograd.grad(loss, pixels)
    gradient = gradient.permute(0, 2, 3, 1).flatten(1)
    # Where all is lost the gradient is 0, and so is the direction.
    size = gradient.norm(dim=1, keepdim=True)
    results[str(dtype).removeprefix("torch.")] = torch.where(size > 0, gradient / size, 0).float().contiguous()
save_file(results, folder / "reference.safetensors")
