"""Two tiny random Llamas as transformers saves them, with what they compute in float64: activations, logits, gradients.

    pip install torch==2.13.0 transformers==5.23.0
    python tooling/parity/llama_fixture.py       # writes packages/lat-models/fixtures/llama-{tied,untied}/

Weights and tokens are drawn from seed 0. The gradients are those of the sum of the log-probabilities of the next tokens.
"""

import json
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama import modeling_llama

SEED = 0
fixtures = Path(__file__).parents[2] / "packages" / "lat-models" / "fixtures"
shape = dict(
    vocab_size=37, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=64, rms_norm_eps=1e-5, initializer_range=0.2, bos_token_id=None, eos_token_id=None,
)
variants = {
    "llama-tied": dict(num_key_value_heads=4, tie_word_embeddings=True, rope_theta=10000.0),
    "llama-untied": dict(num_key_value_heads=2, tie_word_embeddings=False, rope_theta=500.0),
}
differentiated = [
    "model.embed_tokens.weight",
    "model.layers.0.input_layernorm.weight",
    "model.layers.0.self_attn.k_proj.weight",
    "model.layers.1.self_attn.q_proj.weight",
    "model.layers.1.mlp.gate_proj.weight",
    "model.norm.weight",
]


def stored(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]}


def activations(model, tokens):
    """The activation at every site, [batch, tokens, …]."""
    found, rotated = {}, []
    rotate = modeling_llama.apply_rotary_pos_emb

    def recorded_rotate(*arguments, **options):
        rotated.append(rotate(*arguments, **options))
        return rotated[-1]

    def keep(site, tensor, heads=None):
        found[site] = tensor if heads is None else tensor.unflatten(-1, (heads, -1))

    hooks = []
    for n, layer in enumerate(model.model.layers):
        residual = "embeddings" if n == 0 else f"layers.{n}.residual"
        hooks += [
            layer.register_forward_pre_hook(lambda _, inputs, site=residual: keep(site, inputs[0])),
            layer.self_attn.v_proj.register_forward_hook(
                lambda _, __, output, site=f"layers.{n}.values": keep(site, output, model.config.num_key_value_heads)
            ),
            layer.mlp.register_forward_hook(lambda _, __, output, site=f"layers.{n}.mlp": keep(site, output)),
        ]
    modeling_llama.apply_rotary_pos_emb = recorded_rotate
    model(tokens)
    modeling_llama.apply_rotary_pos_emb = rotate
    for hook in hooks:
        hook.remove()
    for n, (queries, keys) in enumerate(rotated):
        found[f"layers.{n}.queries"], found[f"layers.{n}.keys"] = queries.transpose(1, 2), keys.transpose(1, 2)
    return found


for name, variant in variants.items():
    torch.manual_seed(SEED)
    model = LlamaForCausalLM(LlamaConfig(**shape, **variant))
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key:
                parameter += torch.randn_like(parameter) * 0.2
    folder = fixtures / name
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    tokens = torch.randint(0, shape["vocab_size"], (2, 7))
    model = model.double()
    logits = model(tokens).logits
    logp = logits[:, :-1].log_softmax(-1).gather(-1, tokens[:, 1:, None])
    parameters = dict(model.named_parameters())
    gradients = torch.autograd.grad(logp.sum(), [parameters[key] for key in differentiated])
    expected = {
        "tokens": {"shape": list(tokens.shape), "data": tokens.reshape(-1).tolist()},
        "activations": {site: stored(value) for site, value in activations(model, tokens).items()},
        "logits": stored(logits),
        "gradients": {key: stored(gradient) for key, gradient in zip(differentiated, gradients)},
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
