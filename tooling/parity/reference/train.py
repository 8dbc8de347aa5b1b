"""The outer minimisation: AdamW on the losses at perturbed activations, over accumulated micro-batches."""

import torch
from attack import attack, negative_log_likelihood


def train(llama, batches, site, case, train_config, draws):
    """The loss of each optimizer step. `batches` and `draws` are, for each step, those of its micro-batches."""
    parameters = llama.parameters
    published = case["attack"]["behaviour"] == "published"
    matrices = [p for p in parameters.values() if p.dim() == 2]
    scales = [p for p in parameters.values() if p.dim() == 1]
    for parameter in parameters.values():
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": train_config["weightDecay"]}, {"params": scales, "weight_decay": 0.0}],
        lr=train_config["learningRate"], betas=(0.9, train_config["beta2"]), eps=1e-8,
    )
    reported = []
    for micro_batches, micro_draws in zip(batches, draws):
        optimizer.zero_grad()
        total, values = sum(batch["weights"].sum() for batch in micro_batches), []
        for batch, draw in zip(micro_batches, micro_draws):
            delta = attack(llama, batch, site, case["attack"], case["epsilon"], draw)
            if published:
                # The attack of the published code clears what the micro-batches before have gathered.
                optimizer.zero_grad()
                loss = negative_log_likelihood(llama, batch, site, delta).sum() / batch["weights"].sum() / len(micro_batches)
            else:
                loss = negative_log_likelihood(llama, batch, site, delta).sum() / total
            loss.backward()
            values.append(loss.detach())
        torch.nn.utils.clip_grad_norm_(list(parameters.values()), train_config["clip"])
        optimizer.step()
        reported.append(sum(values))
    return torch.stack(reported)
