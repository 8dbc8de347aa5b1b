"""A BERT encoder with a classifier on the mean over tokens, on random tokens. The site is `layers.N.residual`."""

import torch
import torch.nn.functional as F


class Network:
    def __init__(self, shape, site):
        config, size = shape["config"], (shape["batch"], shape["tokens"])
        self.width, inner = config["hidden_size"], config["intermediate_size"]
        self.heads, self.epsilon = config["num_attention_heads"], config["layer_norm_eps"]
        self.first = int(site.split(".")[1])
        self.weights = {}
        for name, rows in {"word": "vocab_size", "position": "max_position_embeddings", "segment": "type_vocab_size"}.items():
            self.weights[name] = torch.nn.Parameter(torch.randn(config[rows], self.width) * 0.02)
        self._add_norm("norm")
        self.layers = range(config["num_hidden_layers"])
        for n in self.layers:
            for name in "qkvo":
                self._add_linear(f"{n}.{name}", self.width, self.width)
            self._add_linear(f"{n}.up", inner, self.width)
            self._add_linear(f"{n}.down", self.width, inner)
            self._add_norm(f"{n}.norm1")
            self._add_norm(f"{n}.norm2")
        self._add_linear("classifier", shape["classes"], self.width)
        self.batch = {
            "tokens": torch.randint(0, config["vocab_size"], size),
            "mask": torch.ones(size, dtype=torch.bool),
            "labels": torch.arange(shape["batch"]) % shape["classes"],
        }

    def _add_linear(self, name, out, size):
        self.weights[f"{name}.weight"] = torch.nn.Parameter(torch.randn(out, size) * 0.02)
        self.weights[f"{name}.bias"] = torch.nn.Parameter(torch.zeros(out))

    def _add_norm(self, name):
        self.weights[f"{name}.weight"] = torch.nn.Parameter(torch.ones(self.width))
        self.weights[f"{name}.bias"] = torch.nn.Parameter(torch.zeros(self.width))

    def parameters(self):
        return list(self.weights.values())

    def prefix(self, batch, training):
        tokens = batch["tokens"]
        position = self.weights["position"][: tokens.shape[1]] + self.weights["segment"][0]
        h = self._norm("norm", F.embedding(tokens, self.weights["word"]) + position)
        return self._run(h, batch["mask"], self.layers[: self.first])

    def suffix_loss(self, h, batch, training):
        h = self._run(h, batch["mask"], self.layers[self.first :])
        real = batch["mask"][..., None].to(h.dtype)
        return F.cross_entropy(self._linear("classifier", (h * real).sum(1) / real.sum(1)), batch["labels"])

    def _run(self, h, mask, layers):
        for n in layers:
            q, k, v = (self._linear(f"{n}.{x}", h).unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in "qkv")
            mixed = F.scaled_dot_product_attention(q, k, v, mask[:, None, None, :])
            h = self._norm(f"{n}.norm1", h + self._linear(f"{n}.o", mixed.transpose(1, 2).flatten(2)))
            h = self._norm(f"{n}.norm2", h + self._linear(f"{n}.down", F.gelu(self._linear(f"{n}.up", h))))
        return h

    def _linear(self, name, x):
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, name, x):
        return F.layer_norm(x, (self.width,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.epsilon)
