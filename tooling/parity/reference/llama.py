"""A Llama in ordinary PyTorch, in which any activation can be looked at and perturbed by name."""

import torch
import torch.nn.functional as F


def rotary(x, theta):
    """Turns the pairs (x[i], x[i + width/2]) of every head by position · theta^(−2i/width); x: [batch, tokens, heads, width]."""
    tokens, width = x.shape[1], x.shape[3]
    rates = theta ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.arange(tokens, dtype=torch.float64)[:, None] * rates
    cos, sin = angles.cos().to(x)[:, None, :], angles.sin().to(x)[:, None, :]
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Llama:
    """Parameters by their Hugging Face names; `config` is a Hugging Face config.json."""

    def __init__(self, config, parameters):
        self.config = config
        self.parameters = parameters

    def logits(self, tokens, site=None, delta=None):
        """[batch, tokens, vocabulary], with `delta` added to the activation at `site`."""
        return self._run(tokens, site, delta)[0]

    def activation(self, tokens, site):
        """The clean activation at `site`."""
        return self._run(tokens, site, None)[1]

    def _run(self, tokens, site, delta):
        config, seen = self.config, None

        def at(name, h):
            nonlocal seen
            if name != site:
                return h
            seen = h
            return h if delta is None else h + delta

        h = at("embeddings", F.embedding(tokens, self.parameters["model.embed_tokens.weight"]))
        for n in range(config["num_hidden_layers"]):
            h = at(f"layers.{n}.residual", h)
            h = h + self._attention(n, self._norm(h, f"layers.{n}.input_layernorm"), at)
            h = h + self._mlp(n, self._norm(h, f"layers.{n}.post_attention_layernorm"))
        output = "model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"
        return self._norm(h, "norm") @ self.parameters[output].T, seen

    def _attention(self, n, x, at):
        config, batch, tokens = self.config, x.shape[0], x.shape[1]
        heads, groups = config["num_attention_heads"], config["num_key_value_heads"]

        def project(name, count):
            return self._linear(x, f"layers.{n}.self_attn.{name}_proj").view(batch, tokens, count, -1)

        q = at(f"layers.{n}.queries", rotary(project("q", heads), config["rope_theta"]))
        k = at(f"layers.{n}.keys", rotary(project("k", groups), config["rope_theta"]))
        v = at(f"layers.{n}.values", project("v", groups))
        k, v = (t.repeat_interleave(heads // groups, 2) for t in (k, v))
        scores = torch.einsum("bqhw,bkhw->bhqk", q, k) / q.shape[-1] ** 0.5
        future = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
        weights = scores.masked_fill(future, float("-inf")).softmax(-1)
        mixed = torch.einsum("bhqk,bkhw->bqhw", weights, v).reshape(batch, tokens, -1)
        return self._linear(mixed, f"layers.{n}.self_attn.o_proj")

    def _mlp(self, n, x):
        gate, up = (self._linear(x, f"layers.{n}.mlp.{name}_proj") for name in ("gate", "up"))
        return self._linear(F.silu(gate) * up, f"layers.{n}.mlp.down_proj")

    def _linear(self, x, name):
        return x @ self.parameters[f"model.{name}.weight"].T

    def _norm(self, x, name):
        mean_square = x.square().mean(-1, keepdim=True)
        return x * torch.rsqrt(mean_square + self.config["rms_norm_eps"]) * self.parameters[f"model.{name}.weight"]
