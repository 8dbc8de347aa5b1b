"""The peer of worker.ts: the same steps as someone who knows PyTorch well writes them.

The prefix runs once, without gradients; an ascent differentiates with respect to the perturbation alone; attention is
PyTorch's own, the optimizer is fused. `compile` puts torch.compile around the prefix, the ascent's loss, its update and
the loss of the outer step.

    python peer.py SIZE_AS_JSON WORK_AS_JSON eager|compile
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

size, work, mode = json.loads(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
torch.set_num_threads(2)
torch.manual_seed(0)
config = size["config"]
batch, tokens = size["batch"], size["tokens"]
width, inner, vocabulary = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
heads = config["num_attention_heads"]
head_width = width // heads


def matrix(out, size):
    return torch.nn.Parameter(torch.randn(out, size) * 0.02)


def scale():
    return torch.nn.Parameter(torch.ones(width))


embeddings, last_norm = matrix(vocabulary, width), scale()
layers = [
    {
        "norm1": scale(), "q": matrix(width, width), "k": matrix(width, width), "v": matrix(width, width),
        "o": matrix(width, width), "norm2": scale(), "gate": matrix(inner, width), "up": matrix(inner, width),
        "down": matrix(width, inner),
    }
    for _ in range(config["num_hidden_layers"])
]
parameters = [embeddings, last_norm, *(parameter for layer in layers for parameter in layer.values())]
frequencies = config["rope_theta"] ** (-torch.arange(0, head_width, 2) / head_width)
angles = torch.arange(tokens)[:, None] * frequencies
cos, sin = angles.cos().repeat(1, 2), angles.sin().repeat(1, 2)


def rotary(x):
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def norm(x, weight):
    return F.rms_norm(x, (width,), weight, config["rms_norm_eps"])


def run_layer(h, layer):
    x = norm(h, layer["norm1"])
    q, k, v = (F.linear(x, layer[name]).view(batch, tokens, heads, head_width).transpose(1, 2) for name in "qkv")
    mixed = F.scaled_dot_product_attention(rotary(q), rotary(k), v, is_causal=True)
    h = h + F.linear(mixed.transpose(1, 2).reshape(batch, tokens, width), layer["o"])
    x = norm(h, layer["norm2"])
    return h + F.linear(F.silu(F.linear(x, layer["gate"])) * F.linear(x, layer["up"]), layer["down"])


def prefix(x):
    h = F.embedding(x, embeddings)
    for layer in layers[: work["layer"]]:
        h = run_layer(h, layer)
    return h


def suffix_loss(h, labels):
    for layer in layers[work["layer"] :]:
        h = run_layer(h, layer)
    logits = F.linear(norm(h, last_norm), embeddings)
    return F.cross_entropy(logits.view(-1, vocabulary), labels.view(-1))


def loss(x, labels):
    return suffix_loss(prefix(x), labels)


def perturbed_loss(x, labels, delta):
    return suffix_loss(prefix(x) + delta, labels)


def norms(x):
    return x.flatten(1).norm(dim=1)[:, None, None]


def move(delta, gradient):
    delta = delta + work["epsilon"] / work["ascents"] * gradient / norms(gradient).clamp(min=1e-12)
    return delta * (work["epsilon"] / norms(delta)).clamp(max=1.0)


# The prefix of the attack is compiled by itself: it runs without gradients.
prefix_once = prefix
if mode == "compile":
    prefix_once, loss, perturbed_loss, move = (torch.compile(f) for f in (prefix, loss, perturbed_loss, move))
    suffix_of_ascent = torch.compile(lambda h, delta, labels: suffix_loss(h + delta, labels))
else:
    suffix_of_ascent = lambda h, delta, labels: suffix_loss(h + delta, labels)

optimizer = torch.optim.AdamW(parameters, lr=work["learningRate"], weight_decay=work["weightDecay"], fused=True)
host_tokens = torch.randint(0, vocabulary, (batch, tokens))
host_labels = torch.randint(0, vocabulary, (batch, tokens))


def attack(x, labels):
    with torch.no_grad():
        h = prefix_once(x)
        direction = torch.randn_like(h)
        delta = direction * (torch.rand(batch, 1, 1) * work["epsilon"] / norms(direction))
    for parameter in parameters:
        parameter.requires_grad_(False)
    for _ in range(work["ascents"]):
        delta.requires_grad_(True)
        (gradient,) = torch.autograd.grad(suffix_of_ascent(h, delta, labels), delta)
        with torch.no_grad():
            delta = move(delta, gradient)
    for parameter in parameters:
        parameter.requires_grad_(True)
    return delta.detach()


def step(perturbed):
    began = time.perf_counter()
    x, labels = host_tokens.clone(), host_labels.clone()
    value = perturbed_loss(x, labels, attack(x, labels)) if perturbed else loss(x, labels)
    optimizer.zero_grad(set_to_none=True)
    value.backward()
    torch.nn.utils.clip_grad_norm_(parameters, work["clip"])
    optimizer.step()
    value.item()
    return time.perf_counter() - began


for line in sys.stdin:
    kind, count = line.split()
    print(json.dumps([step(kind == "lat") for _ in range(int(count))]), flush=True)
