"""The inner maximisation, as METHOD states it: projected gradient ascent on an activation's perturbation.

`published` repeats the published code: padding is perturbed and takes part in norms, 1e-6 is added to the norm of the
gradient, the loss is averaged over all positions of the batch, and h + δ is kept between the smallest and the largest
activation of the batch. `corrected` leaves padding out and divides by the norm itself.
"""

import torch
from nearest import nearest

BETA1, BETA2, MOMENTUM = 0.9, 0.999, 0.9


def negative_log_likelihood(llama, batch, site=None, delta=None):
    """[example, position]; 0 where a position does not count."""
    logp = llama.logits(batch["tokens"], site, delta).log_softmax(-1)
    return -logp.gather(-1, batch["labels"][..., None])[..., 0] * batch["weights"]


def safely(x, size):
    """x / size, and 0 where size is."""
    return torch.where(size == 0, torch.zeros_like(x), x / torch.where(size == 0, torch.ones_like(size), size))


def attack(llama, batch, site, config, epsilon, draws):
    """δ of the activation at `site` after T ascents from a random start; draws: Gaussian noise, and a radius for each ball."""
    published = config["behaviour"] == "published"
    h = llama.activation(batch["tokens"], site).detach()
    low, high = h.min(), h.max()
    axes = tuple(range(1 if config["scope"] == "example" else 2, h.dim()))
    mask = torch.ones_like(h) if published else batch["mask"].view(*batch["mask"].shape, *[1] * (h.dim() - 2)).expand_as(h)

    def norm(x):
        return x.abs().amax(axes, keepdim=True) if config["norm"] == "linf" else x.square().sum(axes, keepdim=True).sqrt()

    def steepest(g):
        return g.sign() if config["norm"] == "linf" else safely(g, norm(g))

    def project(x):
        x = x * mask
        box = (low - h, high - h) if config["range"] == "batch" else None
        if config["norm"] == "linf":
            x = x.clamp(-epsilon, epsilon)
        elif not published:
            return nearest(x, epsilon, norm, box)
        else:
            x = nearest(x, epsilon, norm)
        return x.clamp(*box) if box else x

    step = epsilon * (config["stepSize"]["relative"] if config["stepSize"] else 1 / max(1, config["steps"]))
    noise = draws["normal"] * mask
    delta = project(safely(noise, norm(noise)) * draws["uniform"] * epsilon)
    mean, square = torch.zeros_like(h), torch.zeros_like(h)
    for t in range(1, config["steps"] + 1):
        delta.requires_grad_(True)
        losses = negative_log_likelihood(llama, batch, site, delta)
        loss = losses.sum() / batch["weights"].sum() if published else (losses.sum(1) / batch["weights"].sum(1)).sum()
        (g,) = torch.autograd.grad(loss, delta)
        g = g * mask
        if config["rule"] == "sign":
            direction = safely(g.sign(), norm(g.sign()))
        elif config["rule"] == "momentum":
            mean = MOMENTUM * mean + safely(g, norm(g))
            direction = steepest(mean)
        elif config["rule"] == "adam":
            mean = BETA1 * mean + (1 - BETA1) * g
            square = BETA2 * square + (1 - BETA2) * g.square()
            direction = mean / (1 - BETA1**t) / ((square / (1 - BETA2**t)).sqrt() + 1e-8)
            direction = safely(direction, norm(direction))
        else:
            direction = g / (norm(g) + 1e-6) if published else steepest(g)
        delta = project(delta.detach() + step * direction)
    return delta.detach()
