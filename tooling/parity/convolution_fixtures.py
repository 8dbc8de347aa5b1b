"""Reference values and gradients of the operations of convolutional networks, by PyTorch in float64.

    pip install torch==2.13.0
    python tooling/parity/convolution_fixtures.py        # writes packages/lat-tensorflow/fixtures/convolution.json

Inputs are float32 numbers drawn from seed 0, in TensorFlow's layouts: pictures NHWC, filters HWIO. The gradients are
those of sum(output * cotangent).
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

SEED = 0
EPSILON = 1e-5
generator = torch.Generator().manual_seed(SEED)


def draw(*shape, scale=1.0, shift=0.0):
    return (torch.randn(*shape, generator=generator) * scale + shift).double().requires_grad_()


def convolve(stride, padding):
    def run(x, filter):
        return F.conv2d(x.permute(0, 3, 1, 2), filter.permute(3, 2, 0, 1), stride=stride, padding=padding).permute(0, 2, 3, 1)

    return run


def batch_norm(mean=None, variance=None):
    def run(x, weight, bias):
        training = mean is None
        normalized = F.batch_norm(x.permute(0, 3, 1, 2), mean, variance, weight, bias, training, eps=EPSILON)
        return normalized.permute(0, 2, 3, 1)

    return run


# name: size of the filter, stride, padding, height, width
shapes = {
    "same": (3, 1, 1, 5, 7),
    "valid": (3, 1, 0, 6, 5),
    "full": (3, 1, 2, 4, 3),
    "wide": (5, 1, 2, 6, 7),
    "stride2": (3, 2, 1, 6, 8),
    "stride2odd": (3, 2, 1, 7, 5),
    "stride2valid": (3, 2, 0, 8, 7),
    "stride3": (4, 3, 2, 9, 8),
    "pointwise": (1, 1, 0, 5, 4),
    "pointwiseStride2": (1, 2, 0, 6, 8),
    "pointwiseStride2odd": (1, 2, 0, 7, 5),
}


def stored(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]}


def case(function, inputs, **rest):
    output = function(**inputs)
    cotangent = draw(*output.shape).detach()
    gradients = torch.autograd.grad((output * cotangent).sum(), list(inputs.values()))
    return rest | {
        "inputs": {key: stored(value) for key, value in inputs.items()},
        "output": stored(output),
        "cotangent": stored(cotangent),
        "gradients": {key: stored(value) for key, value in zip(inputs, gradients)},
    }


convolutions = {
    name: case(
        convolve(stride, padding),
        {"x": draw(2, height, width, 3), "filter": draw(size, size, 3, 4)},
        options={"stride": stride, "padding": padding},
    )
    for name, (size, stride, padding, height, width) in shapes.items()
}
weights = {"weight": draw(4, scale=0.5, shift=1), "bias": draw(4)}
inputs = {"x": draw(3, 5, 4, 4, scale=2, shift=1), **weights}
statistics = {"mean": inputs["x"].mean((0, 1, 2)).detach(), "variance": inputs["x"].var((0, 1, 2)).detach()}
# Where finite differences do not step over the kink.
away_from_zero = draw(2, 3, 4, 2).detach()
away_from_zero = (away_from_zero + away_from_zero.sign() * 0.5).requires_grad_()
result = {
    "torch": torch.__version__,
    "seed": SEED,
    "convolutions": convolutions,
    "relu": case(lambda x: F.relu(x), {"x": away_from_zero}),
    "batchNorm": {
        "epsilon": EPSILON,
        "statistics": {key: stored(value) for key, value in statistics.items()},
        "training": case(batch_norm(), inputs),
        "evaluation": case(batch_norm(**statistics), inputs),
    },
}
fixtures = Path(__file__).parents[2] / "packages" / "lat-tensorflow" / "fixtures"
(fixtures / "convolution.json").write_text(json.dumps(result) + "\n")
