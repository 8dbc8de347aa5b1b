"""Answers a folder of sentences with MiniLM's vectors, and with a classifier's logits and gradients, by transformers.

    python reference/minilm.py FOLDER
    FOLDER: problem.json, head.safetensors  ->  reference.safetensors

A sentence's vector is the mean of the last layer over its tokens, scaled to length 1: the pipeline that these weights
were published for. The classifier reads the mean as it is. The gradients are those of the sum of the labels'
log-probabilities; labels alternate.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertModel

folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
head = load_file(folder / "head.safetensors")
tokenizer = Tokenizer.from_file(f"{problem['folder']}/tokenizer.json")
tokenizer.no_truncation()
tokenizer.enable_padding()


def vectors(model, sentences):
    encodings = tokenizer.encode_batch(sentences)
    tokens = torch.tensor([encoding.ids for encoding in encodings])
    mask = torch.tensor([encoding.attention_mask for encoding in encodings])
    hidden = model(tokens, attention_mask=mask).last_hidden_state
    real = mask[..., None]
    return (hidden * real).sum(1) / real.sum(1)


results = {}
for dtype in (torch.float64, torch.float32):
    model = BertModel.from_pretrained(
        problem["folder"], add_pooling_layer=False, dtype=dtype, attn_implementation="eager"
    ).eval()
    weight, bias = (head[f"classifier.{key}"].to(dtype).requires_grad_() for key in ("weight", "bias"))
    classified = problem["sentences"][: problem["classified"]]
    labels = torch.arange(len(classified)) % len(bias)
    logits = vectors(model, classified) @ weight.T + bias
    logp = logits.log_softmax(-1).gather(-1, labels[:, None]).sum()
    parameters = {f"bert.{name}": p for name, p in model.named_parameters()}
    parameters |= {"classifier.weight": weight, "classifier.bias": bias}
    gradients = torch.autograd.grad(logp, list(parameters.values()))
    with torch.no_grad():
        found = {"vectors": F.normalize(vectors(model, problem["sentences"])), "logits": logits}
    found |= {f"gradient/{name}": gradient for name, gradient in zip(parameters, gradients)}
    results |= {f"{str(dtype).removeprefix('torch.')}/{name}": value for name, value in found.items()}
save_file({key: value.detach().float().contiguous() for key, value in results.items()}, folder / "reference.safetensors")
