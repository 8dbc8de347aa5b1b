"""Answers a folder of inputs with reference values, in float64 and in float32.

    python reference/main.py FOLDER
    FOLDER: model/ (as transformers reads it), inputs.safetensors, problem.json  ->  reference.safetensors
"""

import json
import sys
from pathlib import Path

import torch
from attack import attack
from llama import Llama
from safetensors.torch import load_file, save_file
from train import train
from transformers import LlamaForCausalLM

# Small products: a second thread would cost more than it does.
torch.set_num_threads(1)
folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
inputs = load_file(folder / "inputs.safetensors")
config = json.loads((folder / "model" / "config.json").read_text())


def cast(tensor, dtype):
    return tensor.long() if tensor.dtype == torch.int32 else tensor.to(dtype)


def entries(prefix, dtype):
    return {key[len(prefix) :]: cast(value, dtype) for key, value in inputs.items() if key.startswith(prefix)}


def llama(dtype):
    weights = load_file(folder / "model" / "model.safetensors")
    return Llama(config, {name: weight.to(dtype) for name, weight in weights.items()})


def per_step(prefix, dtype):
    steps, micro = range(problem["steps"]), range(problem["accumulate"])
    return [[entries(f"{prefix}/{s}/{m}/", dtype) for m in micro] for s in steps]


def transformers_values(dtype):
    """Logits of the first micro-batch, and the gradient of the sum of its next tokens' log-probabilities."""
    model = LlamaForCausalLM.from_pretrained(folder / "model", dtype=dtype, attn_implementation="eager")
    batch = entries("batch/0/0/", dtype)
    logits = model(batch["tokens"]).logits
    logp = logits.log_softmax(-1).gather(-1, batch["labels"][..., None])[..., 0] * batch["weights"]
    names, parameters = zip(*model.named_parameters())
    gradients = torch.autograd.grad(logp.sum(), parameters)
    return {"logits": logits} | {f"gradient/{name}": gradient for name, gradient in zip(names, gradients)}


results = {}
for dtype in (torch.float64, torch.float32):
    name = str(dtype).removeprefix("torch.")
    batches = per_step("batch", dtype)
    for case in problem["cases"]:
        draws = per_step(f"draws/{case['site']}/{case['attack']['scope']}", dtype)
        start = llama(dtype)
        delta = attack(start, batches[0][0], case["site"], case["attack"], case["epsilon"], draws[0][0])
        results[f"{name}/{case['name']}/delta"] = delta
        if case["trained"]:
            losses = train(llama(dtype), batches, case["site"], case, problem["train"], draws)
            results[f"{name}/{case['name']}/losses"] = losses
    if problem["transformers"]:
        results |= {f"{name}/transformers/{key}": value for key, value in transformers_values(dtype).items()}
save_file({key: value.detach().float().contiguous() for key, value in results.items()}, folder / "reference.safetensors")
