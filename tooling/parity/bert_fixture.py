"""Two tiny random BERTs as transformers saves them, with what they compute in float64: activations, logits, gradients.

    pip install torch==2.13.0 transformers==5.23.0
    python tooling/parity/bert_fixture.py       # writes packages/lat-models/fixtures/bert-{cls,mean}/

`cls` is a BertForSequenceClassification. `mean` is a BertModel whose output is averaged over real tokens, as
sentence-transformers does, and a linear layer on it, whose weights stand in expected.json. Weights and tokens are drawn
from seed 0; the second text is padded. The gradients are those of the sum of the log-probabilities of the labels.
"""

import json
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel

SEED = 0
CLASSES = 3
fixtures = Path(__file__).parents[2] / "packages" / "lat-models" / "fixtures"
config = BertConfig(
    vocab_size=29, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=16, layer_norm_eps=1e-12, initializer_range=0.2, num_labels=CLASSES,
    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
)
differentiated = [
    "embeddings.word_embeddings.weight",
    "embeddings.position_embeddings.weight",
    "embeddings.token_type_embeddings.weight",
    "embeddings.LayerNorm.weight",
    "encoder.layer.0.attention.self.key.weight",
    "encoder.layer.0.attention.output.LayerNorm.bias",
    "encoder.layer.1.attention.self.query.bias",
    "encoder.layer.1.intermediate.dense.weight",
    "encoder.layer.1.output.dense.bias",
]


def stored(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]}


def spread(model):
    """Norms and biases that are not 1 and 0."""
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "LayerNorm" in key or key.endswith("bias"):
                parameter += torch.randn_like(parameter) * 0.2
    return model.eval()


def watch(encoder, found):
    """Puts the activation at every site of the encoder into `found` when it next runs."""

    def keep(site, tensor, heads=None):
        tensor.retain_grad()
        found[site] = (tensor, heads)

    for n, layer in enumerate(encoder.encoder.layer):
        residual = "embeddings" if n == 0 else f"layers.{n}.residual"
        layer.register_forward_pre_hook(lambda _, inputs, site=residual: keep(site, inputs[0]))
        for name, module in (("queries", "query"), ("keys", "key"), ("values", "value")):
            getattr(layer.attention.self, module).register_forward_hook(
                lambda _, __, output, site=f"layers.{n}.{name}": keep(site, output, config.num_attention_heads)
            )
        layer.output.dense.register_forward_hook(lambda _, __, output, site=f"layers.{n}.mlp": keep(site, output))
    return keep


def by_head(tensor, heads):
    return tensor if heads is None else tensor.unflatten(-1, (heads, -1))


torch.manual_seed(SEED)
mask = torch.tensor([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]])
# Token 0 is padding, and has no gradient there.
tokens = torch.randint(1, config.vocab_size, (2, 7)) * mask
labels = torch.tensor([2, 0])
for pooling in ("cls", "mean"):
    model = spread(BertForSequenceClassification(config) if pooling == "cls" else BertModel(config))
    classifier = model.classifier if pooling == "cls" else spread(torch.nn.Linear(config.hidden_size, CLASSES))
    folder = fixtures / f"bert-{pooling}"
    model.save_pretrained(folder)
    model, classifier = model.double(), classifier.double()
    encoder = model.bert if pooling == "cls" else model
    found = {}
    keep = watch(encoder, found)
    output = encoder(tokens, attention_mask=mask)
    real = mask[..., None]
    pooled = output.pooler_output if pooling == "cls" else (output.last_hidden_state * real).sum(1) / real.sum(1)
    keep("pooled", pooled)
    logits = classifier(pooled)
    logits.log_softmax(-1).gather(-1, labels[:, None]).sum().backward()
    parameters = dict(encoder.named_parameters())
    expected = {
        "tokens": stored(tokens),
        "mask": stored(mask),
        "labels": stored(labels),
        "classifier": {} if pooling == "cls" else {k: stored(v) for k, v in classifier.named_parameters(prefix="classifier")},
        "activations": {site: stored(by_head(*kept)) for site, kept in found.items()},
        "activationGradients": {site: stored(by_head(tensor.grad, heads)) for site, (tensor, heads) in found.items()},
        "logits": stored(logits),
        "gradients": {f"bert.{key}": stored(parameters[key].grad) for key in differentiated}
        | {"classifier.weight": stored(classifier.weight.grad)},
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
