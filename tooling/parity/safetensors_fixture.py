"""Files of the reference implementation of safetensors, for lat-tensorflow's reader and writer.

    pip install torch==2.13.0 safetensors==0.8.0 numpy==2.4.6
    python tooling/parity/safetensors_fixture.py     # writes packages/lat-tensorflow/fixtures/*.safetensors

`every-dtype` is for reading, with its values in float64 beside it; `written` holds the dtypes that the writer knows, so
that its bytes can be compared.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

folder = Path(__file__).parents[2] / "packages" / "lat-tensorflow" / "fixtures"
folder.mkdir(exist_ok=True)
floats = [0.0, -0.0, 1.0, -2.5, 1 / 3, 65504.0, 6e-8, 6.1e-5, -1e-7, float("inf"), float("-inf"), float("nan")]
written = {
    "weight": torch.tensor(floats).reshape(3, 4),
    "scalar": torch.tensor(3.25),
    "empty": torch.zeros(0, 7),
    "ü \"quoted\"\n": torch.arange(3, dtype=torch.float32),
    "10": torch.tensor([1.0]),
    "9": torch.tensor([2.0]),
    "steps": torch.tensor([-1, 2**31 - 1, -(2**31)], dtype=torch.int32),
    "count": torch.tensor([2**62 + 1, -5], dtype=torch.int64),
    "bytes": torch.tensor([0, 7, 255], dtype=torch.uint8),
    "mask": torch.tensor([[True], [False]]),
}
every = written | {
    "half": torch.tensor(floats).to(torch.float16),
    "brain": torch.tensor(floats).to(torch.bfloat16),
}
save_file(written, folder / "written.safetensors", metadata={"format": "pt"})
save_file(every, folder / "every-dtype.safetensors")
values = {
    # Text, since JSON has neither infinities nor NaN, and I64 is wider than its numbers.
    name: [str(v) for v in (tensor.double() if tensor.is_floating_point() else tensor.long()).reshape(-1).tolist()]
    for name, tensor in every.items()
}
(folder / "every-dtype.json").write_text(json.dumps(values) + "\n")
