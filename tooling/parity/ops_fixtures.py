"""Reference values and gradients of lat-tensorflow's operations, by PyTorch in float64.

    pip install torch==2.13.0
    python tooling/parity/ops_fixtures.py [FILE]     # writes packages/lat-tensorflow/fixtures/ops.json

Inputs are float32 numbers drawn from seed 0. The gradients are those of sum(output * cotangent).
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

SEED = 0
generator = torch.Generator().manual_seed(SEED)


def draw(*shape, scale=1.0, shift=0.0):
    return (torch.randn(*shape, generator=generator) * scale + shift).double().requires_grad_()


def rotate_half(x):
    a, b = x.chunk(2, -1)
    return torch.cat([-b, a], -1)


def rotary(x, positions, theta=10000.0):
    """Rotary embedding as published Llama code has it; x is [batch, tokens, heads, width]."""
    width = x.shape[-1]
    frequencies = theta ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = positions.double()[..., None] * frequencies
    angles = torch.cat([angles, angles], -1)[..., None, :]
    return x * torch.cos(angles) + rotate_half(x) * torch.sin(angles)


def attention(q, k, v, mask=None, causal=False):
    repeat = q.shape[2] // k.shape[2]
    q, k, v = (t.transpose(1, 2) for t in (q, k.repeat_interleave(repeat, 2), v.repeat_interleave(repeat, 2)))
    mask = None if mask is None else mask.bool()[:, None, None, :]
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal).transpose(1, 2)


def rms_norm(x, weight):
    return F.rms_norm(x, weight.shape, weight, 1e-5)


def layer_norm(x, weight, bias):
    return F.layer_norm(x, weight.shape, weight, bias, 1e-5)


def log_softmax_label(logits, labels):
    return logits.log_softmax(-1).gather(-1, labels[..., None])[..., 0]


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def convolve(stride, padding):
    """Images are NHWC and filters HWIO."""
    return lambda x, filter: nhwc(F.conv2d(nchw(x), filter.permute(3, 2, 0, 1), stride=stride, padding=padding))


def batch_norm(x, weight, bias):
    return nhwc(F.batch_norm(nchw(x), None, None, weight, bias, training=True, eps=1e-5))


def away_from_zero(*shape):
    """Where finite differences do not step over a kink."""
    x = draw(*shape).detach()
    return (x + x.sign() * 0.5).requires_grad_()


# name: size of the filter, stride, padding, height and width of the images
convolutions = {
    "conv2d": (3, 1, 1, 5, 7),
    "conv2dValid": (3, 1, 0, 6, 5),
    "conv2dFull": (3, 1, 2, 4, 3),
    "conv2dWide": (5, 1, 2, 6, 7),
    "conv2dStride2": (3, 2, 1, 6, 8),
    "conv2dStride2Odd": (3, 2, 1, 7, 5),
    "conv2dStride2Valid": (3, 2, 0, 8, 7),
    "conv2dStride3Even": (4, 3, 2, 9, 8),
    "conv2dPointwise": (1, 1, 0, 5, 4),
    "conv2dPointwiseStride2": (1, 2, 0, 6, 8),
    "conv2dPointwiseStride2Odd": (1, 2, 0, 7, 5),
}


def heads():
    return {"queries": draw(2, 5, 4, 6), "keys": draw(2, 5, 2, 6), "values": draw(2, 5, 2, 6)}


indices = torch.tensor([[0, 3, 3], [6, 1, 0]])
positions = torch.tensor([[0, 1, 2, 3, 4], [0, 0, 40, 7, 500]])
mask = torch.tensor([[1, 1, 1, 1, 0], [0, 1, 0, 1, 1]])

cases = {
    "gather": (lambda table: table[indices], {"table": draw(7, 4)}, {"indices": indices}),
    "logSoftmaxLabel": (
        lambda logits: log_softmax_label(logits, indices),
        {"logits": draw(2, 3, 9, scale=4)},
        {"labels": indices},
    ),
    "causalAttention": (
        lambda queries, keys, values: attention(queries, keys, values, causal=True),
        heads(),
        {},
    ),
    "attention": (lambda queries, keys, values: attention(queries, keys, values), heads(), {}),
    "attentionMasked": (
        lambda queries, keys, values: attention(queries, keys, values, mask),
        heads(),
        {"keyMask": mask},
    ),
    "rotary": (lambda x: rotary(x, positions[0]), {"x": draw(2, 5, 3, 8)}, {"positions": positions[0]}),
    "rotaryByRow": (lambda x: rotary(x, positions), {"x": draw(2, 5, 3, 8)}, {"positions": positions}),
    "rmsNorm": (rms_norm, {"x": draw(2, 3, 8), "weight": draw(8)}, {}),
    "layerNorm": (layer_norm, {"x": draw(2, 3, 8), "weight": draw(8), "bias": draw(8)}, {}),
    "silu": (lambda x: F.silu(x), {"x": draw(3, 8, scale=3)}, {}),
    "swiGlu": (lambda gate, up: F.silu(gate) * up, {"gate": draw(3, 8, scale=3), "up": draw(3, 8)}, {}),
    "gelu": (lambda x: F.gelu(x), {"x": draw(3, 8, scale=3)}, {}),
    "relu": (lambda x: F.relu(x), {"x": away_from_zero(3, 8)}, {}),
    "subsample": (lambda x: x[:, ::3, ::3], {"x": draw(2, 7, 6, 3)}, {}),
    "batchNorm": (
        batch_norm,
        {"x": draw(3, 5, 4, 4, scale=2, shift=1), "weight": draw(4, scale=0.5, shift=1), "bias": draw(4)},
        {},
    ),
} | {
    name: (convolve(stride, padding), {"x": draw(2, height, width, 3), "filter": draw(size, size, 3, 4)}, {})
    for name, (size, stride, padding, height, width) in convolutions.items()
} | {
    "logSoftmaxLabelSure": (
        lambda logits: log_softmax_label(logits, indices),
        {"logits": (torch.linspace(-2, 2, 54).reshape(2, 3, 9) + 20 * F.one_hot(indices, 9)).double().requires_grad_()},
        {"labels": indices},
    ),
}


def stored(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]}


result = {}
for name, (function, inputs, integers) in cases.items():
    output = function(**inputs)
    cotangent = draw(*output.shape).detach()
    gradients = torch.autograd.grad((output * cotangent).sum(), list(inputs.values()))
    result[name] = {
        "inputs": {key: stored(value) for key, value in inputs.items()},
        "integers": {key: stored(value) for key, value in integers.items()},
        "output": stored(output),
        "cotangent": stored(cotangent),
        "gradients": {key: stored(value) for key, value in zip(inputs, gradients)},
    }

fixture = Path(__file__).parents[2] / "packages" / "lat-tensorflow" / "fixtures" / "ops.json"
Path(sys.argv[1] if len(sys.argv) > 1 else fixture).write_text(json.dumps({"torch": torch.__version__, "seed": SEED, "cases": result}) + "\n")
