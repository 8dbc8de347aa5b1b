"""The peer of worker.ts: the same steps as someone who knows PyTorch well writes them.

The prefix runs once, without gradients; an ascent differentiates with respect to the perturbation alone, on a network
whose batch norm uses its running statistics; the optimizer is fused. `compiled` puts torch.compile around the prefix, the
ascent's loss, its update and the loss of the outer step. The networks are in the files beside this one, by the name of
their architecture.

    python main.py SIZE_AS_JSON eager|compiled
"""

import importlib
import json
import sys
import time

import torch

size, mode = json.loads(sys.argv[1]), sys.argv[2]
train, ascents, epsilon = size["train"], size["attack"]["steps"], size["epsilon"]
torch.set_num_threads(2)
torch.manual_seed(0)
architecture = importlib.import_module(size["subject"]["architecture"])
network = architecture.Network(size["subject"]["shape"], size["site"])
parameters = network.parameters()
optimizers = {
    "adamw": lambda: torch.optim.AdamW(parameters, train["learningRate"], weight_decay=train["weightDecay"], fused=True),
    "sgd": lambda: torch.optim.SGD(
        parameters, train["learningRate"], train["momentum"], weight_decay=train["weightDecay"], fused=True
    ),
}
optimizer = optimizers[train["optimizer"]]()


def loss(batch):
    return network.suffix_loss(network.prefix(batch, True), batch, True)


def perturbed_loss(batch, delta):
    return network.suffix_loss(network.prefix(batch, True) + delta, batch, True)


def attacked_prefix(batch):
    return network.prefix(batch, False)


def attacked_loss(h, delta, batch):
    return network.suffix_loss(h + delta, batch, False)


def norms(x):
    """Of each example."""
    return torch.linalg.vector_norm(x, dim=tuple(range(1, x.dim())), keepdim=True)


def move(delta, gradient):
    delta = delta + epsilon / ascents * gradient / norms(gradient).clamp(min=1e-12)
    return delta * (epsilon / norms(delta)).clamp(max=1.0)


if mode == "compiled":
    loss, perturbed_loss, attacked_prefix, attacked_loss, move = (
        torch.compile(f) for f in (loss, perturbed_loss, attacked_prefix, attacked_loss, move)
    )


def attack(batch):
    with torch.no_grad():
        h = attacked_prefix(batch)
        direction = torch.randn_like(h)
        radius = torch.rand(h.shape[0], *[1] * (h.dim() - 1)) * epsilon
        delta = direction * (radius / norms(direction))
    for parameter in parameters:
        parameter.requires_grad_(False)
    for _ in range(ascents):
        delta.requires_grad_(True)
        (gradient,) = torch.autograd.grad(attacked_loss(h, delta, batch), delta)
        with torch.no_grad():
            delta = move(delta, gradient)
    for parameter in parameters:
        parameter.requires_grad_(True)
    return delta.detach()


def step(perturbed):
    began = time.perf_counter()
    # As a batch comes from a loader.
    batch = {name: values.clone() for name, values in network.batch.items()}
    value = perturbed_loss(batch, attack(batch)) if perturbed else loss(batch)
    optimizer.zero_grad(set_to_none=True)
    value.backward()
    torch.nn.utils.clip_grad_norm_(parameters, train["clip"])
    optimizer.step()
    value.item()
    return time.perf_counter() - began


for line in sys.stdin:
    kind, count = line.split()
    print(json.dumps([step(kind == "lat") for _ in range(int(count))]), flush=True)
