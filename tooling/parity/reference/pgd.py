"""Projected gradient descent in the L∞ ball on the images of a folder, from given starts, on a published ResNet.

    python reference/pgd.py FOLDER
    FOLDER: problem.json, inputs.safetensors  ->  reference.safetensors

Predictions for all images, and for every `stride`-th one the prediction and the loss where the attack ends.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from residual import ResNet
from safetensors.torch import load_file, save_file

# Two threads wait for each other at every operation, which takes very long where other work holds one of them up.
torch.set_num_threads(1)
folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
inputs = load_file(folder / "inputs.safetensors")
nchw = lambda images: images.permute(0, 3, 1, 2)
pixels, labels, starts = nchw(inputs["pixels"]) / 255, inputs["labels"].long(), nchw(inputs["starts"])
saved = torch.load(problem["weights"], map_location="cpu", weights_only=True)["state_dict"]
net = ResNet(problem["config"], {name.removeprefix("module."): tensor.detach() for name, tensor in saved.items()})
epsilon, step = problem["epsilon"], problem["step"]


def logits(pixels, delta):
    return net.run(pixels, False, "input", delta)


def attack(pixels, labels, delta):
    for _ in range(problem["ascents"]):
        delta = delta.detach().requires_grad_()
        loss = F.cross_entropy(logits(pixels, delta), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, delta)
        delta = (delta.detach() + step * gradient.sign()).clamp(-epsilon, epsilon)
        delta = (pixels + delta).clamp(0, 1) - pixels
    return delta


with torch.no_grad():
    clean = torch.cat([logits(part, 0).argmax(1) for part in pixels.split(problem["batch"])])
predictions, losses = [], []
attacked = (pixels[:: problem["stride"]], labels[:: problem["stride"]], starts)
for x, y, start in zip(*(values.split(problem["batch"]) for values in attacked)):
    delta = attack(x, y, start)
    with torch.no_grad():
        output = logits(x, delta)
    predictions.append(output.argmax(1))
    losses.append(F.cross_entropy(output, y, reduction="none"))
results = {"clean": clean.int(), "attacked": torch.cat(predictions).int(), "losses": torch.cat(losses)}
save_file(results, folder / "reference.safetensors")
