"""One training step in plain PyTorch: the readable reference, for any device."""

import copy
import math
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from torch import Generator, Tensor
from torch.distributions import Normal
from torch.optim import AdamW

from ..arguments import shown
from ..errors import DataError
from .cells import Minibatch
from .loss import Elbo, elbo
from .module import PeakVAE
from .plan import TrainingPlan
from .resolved_plan import rate_of_encoders


class Losses(NamedTuple):
    """Losses of one minibatch, in nats."""

    loss: float  # the quantity that is minimised
    reconstruction: float  # summed over the cells
    kl: float  # summed over the cells


class Learner(Protocol):
    """Weights in training, and the state of their optimizer.

    Both ways to compute losses raise ``FloatingPointError`` where these are no longer finite.
    """

    device: torch.device

    def learn(
        self, cells: Minibatch, *, kl_weight: float, lr: float, generator: Generator
    ) -> Losses:
        """Take one step of AdamW on a minibatch."""
        ...

    def judge(self, cells: Minibatch, *, kl_weight: float, generator: Generator) -> Losses:
        """Compute the losses of a minibatch with a sampled latent, without learning."""
        ...

    def copy_to(self, model: PeakVAE) -> None:
        """Put the present weights into a network of the same shape."""
        ...

    def memory(self) -> dict[str, Tensor]:
        """Return a copy of the present weights and of the state of the optimizer."""
        ...


@runtime_checkable
class LocalLearner(Learner, Protocol):
    """A learner whose weights lie in this process, and can be replaced."""

    def remember(self, memory: dict[str, Tensor]) -> None:
        """Go on from what `memory` returned; ``KeyError`` if it is of another network."""
        ...


class AutogradLearner:
    """Learns with PyTorch's automatic gradients and its AdamW.

    Parameters
    ----------
    model
        Where to begin; it is not changed.
    plan
        Its ``weight_decay``, ``eps``, ``kl_weighting`` and ``input_dropout`` count.
    device
        Where to compute.
    """

    def __init__(self, model: PeakVAE, plan: TrainingPlan, device: torch.device) -> None:
        self.model, self.plan, self.device = copy.deepcopy(model).to(device), plan, device
        slow = {id(one) for one in encoder_parameters(self.model)}
        every = list(self.model.parameters())
        groups = [{"params": every, "rate": 1.0}]
        encoder_rate = rate_of_encoders(plan)
        if encoder_rate < 1.0:
            groups = [
                {"params": [one for one in every if id(one) not in slow], "rate": 1.0},
                {"params": [one for one in every if id(one) in slow], "rate": encoder_rate},
            ]
        # each step has a learning rate of its own
        self.optimizer = AdamW(groups, weight_decay=plan.weight_decay, eps=plan.eps)

    def learn(
        self, cells: Minibatch, *, kl_weight: float, lr: float, generator: Generator
    ) -> Losses:
        """Take one step of AdamW on a minibatch."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr * group.get("rate", 1.0)
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        terms = self.terms(cells, kl_weight, generator)
        terms.loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return _sums(terms)

    @torch.no_grad()
    def judge(self, cells: Minibatch, *, kl_weight: float, generator: Generator) -> Losses:
        """Compute the losses of a minibatch with a sampled latent, without learning."""
        self.model.eval()
        return _sums(self.terms(cells, kl_weight, generator))

    def copy_to(self, model: PeakVAE) -> None:
        """Put the present weights into a network of the same shape."""
        model.load_state_dict(self.model.state_dict())

    def memory(self) -> dict[str, Tensor]:
        """Return a copy of the present weights and of the state of the optimizer."""
        return memory_of(self.model, self.optimizer)

    def remember(self, memory: dict[str, Tensor]) -> None:
        """Go on from what `memory` returned."""
        remember(memory, self.model, self.optimizer)

    def terms(self, cells: Minibatch, kl_weight: float, generator: Generator) -> Elbo:
        """Compute the bound; ``generator`` draws the dropouts, then the latent."""
        model, x = self.model, cells.dense(self.device)
        codes, continuous = cells.codes.to(self.device), cells.continuous.to(self.device)
        shown = self._shown(cells, generator) if model.training and self.plan.input_dropout else x
        posterior = model.encode(shown, codes, continuous, generator)
        noise = torch.randn(posterior.mean.shape, generator=generator, device=self.device)
        hidden = model.hidden(model.sample(posterior, noise), codes, continuous)
        scale = torch.exp(0.5 * posterior.log_variance)
        return elbo(
            model.accessibility(hidden),
            model.depth(posterior),
            model.factors(),
            x,
            Normal(posterior.mean, scale, validate_args=False),
            kl_weight=kl_weight,
            kl_weighting=self.plan.kl_weighting,
        )

    def _shown(self, cells: Minibatch, generator: Generator) -> Tensor:
        """Hide some of the counts from the encoders."""
        factors = input_dropout(len(cells.values), self.plan.input_dropout, generator)
        return cells.dense(self.device, factors)


def encoder_parameters(model: PeakVAE) -> list[Tensor]:
    """Return the weights of the encoders of the latent and of the depth."""
    parts = [model.z_encoder] if model.d_encoder is None else [model.z_encoder, model.d_encoder]
    return [parameter for part in parts for parameter in part.parameters()]


def input_dropout(n_entries: int, share: float, generator: Generator) -> Tensor:
    """Draw what to multiply the open entries by, cell by cell: 0 to hide, else as much more.

    Parameters
    ----------
    n_entries
        Open entries of a minibatch.
    share
        How many of them to hide, in [0, 1).
    generator
        Of random numbers; the factors are on its device.
    """
    drawn = torch.rand(n_entries, generator=generator, device=generator.device)
    return (drawn >= share).to(torch.float32).mul_(1.0 / (1.0 - share))  # bernoulli_ takes longer


def weights_of(model: PeakVAE) -> dict[str, Tensor]:
    """Copy the weights of a network, under names of their own."""
    return {
        f"weights.{name}": value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, value in model.state_dict().items()
    }


def memory_of(model: PeakVAE, optimizer: AdamW) -> dict[str, Tensor]:
    """Copy the weights of a network and what its optimiser remembers."""
    tensors = weights_of(model)
    for i, moments in optimizer.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"optimizer.{i}.{name}"] = value.detach().cpu().clone()
    return tensors


def remember(memory: dict[str, Tensor], model: PeakVAE, optimizer: AdamW) -> None:
    """Restore what `memory_of` returned."""
    model.load_state_dict({name: memory[f"weights.{name}"] for name in model.state_dict()})
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in memory.items():
        if name.startswith("optimizer."):
            _, i, moment = name.split(".")
            moments.setdefault(int(i), {})[moment] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})


def _sums(terms: Elbo) -> Losses:
    # all that a step reads from its device, and waits for
    sums = torch.stack([terms.loss, terms.reconstruction.sum(), terms.kl.sum()]).tolist()
    if not math.isfinite(sums[0]):
        raise FloatingPointError("the loss is not finite")
    return Losses(*sums)


def device_of(plan: TrainingPlan) -> torch.device:
    """Return the device that a plan asks for.

    Raises
    ------
    DataError
        There is no such device.
    """
    name = plan.device
    if name == "auto":
        found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
        name = next((one for one, is_there in found.items() if is_there), "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DataError(
            f"{shown(name)} is not a device; use 'auto', 'cpu', 'cuda' or 'mps'."
        ) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise DataError("There is no CUDA device here; use device='auto' or 'cpu'.")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise DataError("There is no MPS device here; use device='auto' or 'cpu'.")
    return device
