"""A Llama whose output matrix is its embeddings, on random tokens. The site is `layers.N.residual`."""

import torch
import torch.nn.functional as F


def matrix(out, size):
    return torch.nn.Parameter(torch.randn(out, size) * 0.02)


class Network:
    def __init__(self, shape, site):
        config, size = shape["config"], (shape["batch"], shape["tokens"])
        self.width, inner = config["hidden_size"], config["intermediate_size"]
        self.vocabulary, self.heads = config["vocab_size"], config["num_attention_heads"]
        self.epsilon = config["rms_norm_eps"]
        self.first = int(site.split(".")[1])
        scale = lambda: torch.nn.Parameter(torch.ones(self.width))
        self.embeddings, self.last_norm = matrix(self.vocabulary, self.width), scale()
        self.layers = [
            {name: matrix(self.width, self.width) for name in "qkvo"}
            | {"gate": matrix(inner, self.width), "up": matrix(inner, self.width), "down": matrix(self.width, inner)}
            | {"norm1": scale(), "norm2": scale()}
            for _ in range(config["num_hidden_layers"])
        ]
        head_width = self.width // self.heads
        frequencies = config["rope_theta"] ** (-torch.arange(0, head_width, 2) / head_width)
        angles = torch.arange(shape["tokens"])[:, None] * frequencies
        self.cos, self.sin = angles.cos().repeat(1, 2), angles.sin().repeat(1, 2)
        self.batch = {name: torch.randint(0, self.vocabulary, size) for name in ("tokens", "labels")}

    def parameters(self):
        return [self.embeddings, self.last_norm, *(p for layer in self.layers for p in layer.values())]

    def prefix(self, batch, training):
        return self._run(F.embedding(batch["tokens"], self.embeddings), self.layers[: self.first])

    def suffix_loss(self, h, batch, training):
        h = self._norm(self._run(h, self.layers[self.first :]), self.last_norm)
        return F.cross_entropy(F.linear(h, self.embeddings).view(-1, self.vocabulary), batch["labels"].view(-1))

    def _run(self, h, layers):
        for layer in layers:
            x = self._norm(h, layer["norm1"])
            heads = (F.linear(x, layer[name]).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name in "qkv")
            q, k, v = heads
            mixed = F.scaled_dot_product_attention(self._rotary(q), self._rotary(k), v, is_causal=True)
            h = h + F.linear(mixed.transpose(1, 2).flatten(2), layer["o"])
            x = self._norm(h, layer["norm2"])
            h = h + F.linear(F.silu(F.linear(x, layer["gate"])) * F.linear(x, layer["up"]), layer["down"])
        return h

    def _rotary(self, x):
        a, b = x.chunk(2, -1)
        return x * self.cos + torch.cat([-b, a], -1) * self.sin

    def _norm(self, x, weight):
        return F.rms_norm(x, (self.width,), weight, self.epsilon)
