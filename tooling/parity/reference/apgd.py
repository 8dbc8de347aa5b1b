"""AutoAttack's l1-APGD on the images of a folder, against a published ResNet.

    python reference/apgd.py FOLDER
    FOLDER: problem.json, inputs.safetensors  ->  reference.safetensors

For each ε, which images are still classified right after the iterations asked for.
"""

import json
import sys
from pathlib import Path

import torch
from pyautoattack.autopgd_base import APGDAttack
from residual import ResNet
from safetensors.torch import load_file, save_file

# Two threads wait for each other at every operation, which takes very long where other work holds one of them up.
torch.set_num_threads(1)
folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
inputs = load_file(folder / "inputs.safetensors")
pixels, labels = inputs["pixels"].permute(0, 3, 1, 2).contiguous() / 255, inputs["labels"].long()
saved = torch.load(problem["weights"], map_location="cpu", weights_only=True)["state_dict"]
net = ResNet(problem["config"], {name.removeprefix("module."): tensor.detach() for name, tensor in saved.items()})
logits = lambda pixels: net.run(pixels, False, "input", 0)

results = {}
for epsilon in problem["epsilons"]:
    apgd = APGDAttack(logits, n_iter=problem["ascents"], norm="L1", eps=epsilon, seed=0, loss="ce", device="cpu")
    right = []
    for x, y in zip(pixels.split(problem["batch"]), labels.split(problem["batch"])):
        attacked = apgd.perturb(x, y)
        with torch.no_grad():
            right.append(logits(attacked).argmax(1) == y)
    results[f"right/{epsilon}"] = torch.cat(right).int()
save_file(results, folder / "reference.safetensors")
