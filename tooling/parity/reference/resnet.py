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
from nearest import nearest
from residual import RUNNING, ResNet
from safetensors.torch import load_file, save_file

folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
weights = load_file(folder / "model.safetensors")
inputs = load_file(folder / "inputs.safetensors")
config = problem["config"]


def size(x):
    return x.square().sum((1, 2, 3), keepdim=True).sqrt()


def attack(net, pixels, labels, site, epsilon, steps, normal, uniform):
    def inside(delta):
        return nearest(delta, epsilon, size, (-pixels, 1 - pixels) if site == "input" else None)

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
        net = ResNet(config, {key: value.to(dtype, copy=True) for key, value in weights.items()})
        trained = {key: t.requires_grad_() for key, t in net.tensors.items() if not key.endswith(RUNNING)}
        start = {key: tensor.detach().clone() for key, tensor in trained.items()}
        optimizer = torch.optim.SGD(trained.values(), lr=problem["learningRate"], momentum=problem["momentum"])
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
        moved = {key: tensor - start[key] for key, tensor in trained.items()}
        results[f"{name}/{site}/moved"] = torch.cat([moved[key].flatten() for key in problem["trained"]])
        results[f"{name}/{site}/statistics"] = torch.cat([net.tensors[key].flatten() for key in problem["statistics"]])
save_file({key: value.detach().float().contiguous() for key, value in results.items()}, folder / "reference.safetensors")
