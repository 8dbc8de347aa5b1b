"""The nearest point of a ball, and of its intersection with a box."""

import torch


def nearest(x, epsilon, norm, box=None):
    """x in the L2 ball of radius ε: `norm` keeps the reduced axes. box: (low, high), low ≤ 0 ≤ high, of x's shape."""
    if box is None:
        return x * (epsilon / norm(x).clamp(min=1e-30)).clamp(max=1)
    # The nearest point of both is within(x / (1 + m)) for the least m ≥ 0 that brings it into the ball.
    within = lambda x: x.clamp(*box)
    least, most = torch.zeros_like(norm(x)), norm(x) / epsilon
    for _ in range(100):
        m = (least + most) / 2
        outside = norm(within(x / (1 + m))) > epsilon
        least, most = torch.where(outside, m, least), torch.where(outside, most, m)
    return torch.where(norm(within(x)) > epsilon, within(x / (1 + most)), within(x))
