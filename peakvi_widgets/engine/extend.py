"""Add new categories to a trained network, and train only their weights (scArches).

A category is a column in each layer that takes covariates in. The old columns keep their weights
and their meaning; all that is learned from the new cells are the new columns.
"""

from dataclasses import replace

import torch
from torch import Tensor
from torch.optim import AdamW

from .architecture import Architecture
from .learner import AutogradLearner
from .module import PeakVAE, initialise
from .plan import TrainingPlan


def extended(model: PeakVAE, n_categories: tuple[int, ...]) -> PeakVAE:
    """Return a network that knows more categories and says the same of those known before.

    Parameters
    ----------
    model
        A trained network; it is not changed.
    n_categories
        Categories of the batch and of each categorical covariate, none fewer than before; the
        known ones come first. A new one begins as the mean of those known.

    References
    ----------
    Lotfollahi et al. 2022, Nature Biotechnology (scArches); scvi-tools' ``load_query_data``, whose
    new columns begin at random.
    """
    larger = initialise(PeakVAE(replace(model.shape, n_categories=n_categories)), seed=0)
    known, state = model.shape.n_categories, larger.state_dict()
    for name, old in model.state_dict().items():
        if state[name].shape == old.shape:
            state[name].copy_(old)
            continue
        before = _blocks(model.shape, old.shape[1])
        after = _blocks(larger.shape, state[name].shape[1])
        state[name][:, : after[0].start] = old[:, : before[0].start]
        for there, here, n in zip(before, after, known, strict=True):
            kept = old[:, there] if n > 1 else old.new_zeros(len(old), n)  # no column: adds 0
            n_new = here.stop - here.start - n
            if n_new > 0:
                mean = kept.mean(dim=1, keepdim=True).expand(-1, n_new)
                kept = torch.cat([kept, mean], dim=1)
            state[name][:, here] = kept[:, : here.stop - here.start]
    larger.reference = known
    return larger.eval()


def new_columns(model: PeakVAE) -> dict[str, Tensor]:
    """Return which entries of which weights belong to new categories: 1 there, else 0."""
    known = model.reference or model.shape.n_categories
    masks = {}
    for name, old in PeakVAE(replace(model.shape, n_categories=known)).state_dict().items():
        weight = model.state_dict()[name]
        if weight.shape != old.shape:
            masks[name] = mask = torch.zeros_like(weight)
            for block, n in zip(_blocks(model.shape, weight.shape[1]), known, strict=True):
                mask[:, block.start + n : block.stop] = 1.0
    return masks


class ColumnLearner(AutogradLearner):
    """Learns the columns of new categories and nothing else.

    Parameters
    ----------
    model
        Where to begin, a network that `extended` returned; it is not changed.
    plan
        Its ``eps`` and ``kl_weighting`` count; weights do not decay.
    device
        Where to compute.
    """

    def __init__(self, model: PeakVAE, plan: TrainingPlan, device: torch.device) -> None:
        super().__init__(model, plan, device)
        masks, learned = new_columns(model), []
        for name, parameter in self.model.named_parameters():
            if name in masks:
                mask = masks[name].to(device)
                parameter.register_hook(mask.mul)  # type: ignore[no-untyped-call]
                learned.append(parameter)
            else:
                parameter.requires_grad_(False)
        for layer in self.model.modules():
            if isinstance(layer, torch.nn.BatchNorm1d):
                layer.momentum = 0.0  # its running means stay
        self.optimizer = AdamW(learned, weight_decay=0.0, eps=plan.eps)


def _blocks(shape: Architecture, width: int) -> list[slice]:
    """Return where the columns of each covariate are; one with a single category has none."""
    sizes = [n if n > 1 else 0 for n in shape.n_categories]
    starts = [width - sum(sizes[i:]) for i in range(len(sizes))]
    return [slice(start, start + size) for start, size in zip(starts, sizes, strict=True)]
