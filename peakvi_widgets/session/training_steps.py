"""The steps of training, saving and loading a model, and the words for how a training ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.metrics import Step, TrainingEnd, Waiting
from ..engine.plan import PRESETS, TrainingPlan, plan_from
from ..jobs import Steps
from .own_counts import Seal

if TYPE_CHECKING:
    from anndata import AnnData

    from ..model import PEAKVI


@dataclass(frozen=True, slots=True, eq=False)
class ModelReady:
    """A new model that has learned something and takes the place of the former one."""

    model: PEAKVI


def training_from_start(make: Callable[[], PEAKVI], plan: TrainingPlan) -> Steps:
    """Make a model and train it; yields it as soon as it has learned something."""
    yield None
    model = make()
    is_ready = False
    with closing(model.training(plan)) as steps:
        while True:
            try:
                value = next(steps)
            except StopIteration as ended:
                return ended.value
            if not is_ready and not isinstance(value, Waiting):
                is_ready = True
                yield ModelReady(model)
            yield value


def new_model(
    former: PEAKVI | None,
    adata: AnnData,
    plan: TrainingPlan,
    *,
    batch_key: str | None,
    held_out: float,
    held_out_seed: int,
) -> PEAKVI:
    """Make a model of the same set-up and shape as the former one, or the usual one.

    No fragments are held out of binary counts.
    """
    from ..engine.dimensions import unit_of
    from ..model import PEAKVI

    if former is not None:
        return former.renewed(seed=plan.seed)
    can_hold_out = held_out > 0 and unit_of(adata.X) != "binary"
    PEAKVI.setup_anndata(
        adata,
        batch_key=batch_key,
        held_out=held_out if can_hold_out else None,
        held_out_seed=held_out_seed,
    )
    return PEAKVI(adata, seed=plan.seed)


def saving(model: PEAKVI, path: str | Path, overwrite: bool) -> Steps:
    """Write a model into a folder."""
    yield f"writing {path}"
    model.save(path, overwrite=overwrite)


def loading(path: str | Path, adata: AnnData, opened: AnnData) -> Steps:
    """Read a model and cut the counts to its regions; return both."""
    yield f"reading {path}"
    from ..data.count_files import counts_limit
    from ..data.kept import keeping_places
    from ..data.neighbor_graph import require_copyable
    from ..engine.checkpoint import read_regions
    from ..model import PEAKVI

    names, seal = read_regions(path), None
    if list(names) != list(adata.var_names) and opened.var_names.isin(names).sum() == len(names):
        require_copyable(opened)
        places = opened.var_names.get_indexer(names)
        adata = yield from keeping_places(opened, None, places, counts_limit())
        seal = Seal.of(adata)
    # a session has its counts in X
    return PEAKVI.load(path, adata=adata, layer=None), adata, seal


def share_done(step: Step, max_epochs: int) -> float:
    """Return how much of a training is done; validation counts as a tenth of an epoch."""
    done = step.step / step.n_steps
    of_epoch = 0.9 * done if step.phase == "train" else 0.9 + 0.1 * done
    return min((step.epoch - 1 + of_epoch) / max_epochs, 1.0)


def why_ended(end: TrainingEnd, plan: TrainingPlan) -> str:
    """Say why training ended and which weights are in place."""
    reason = {
        "max_epochs": f"Finished all {end.n_epochs} epochs",
        "early_stopping": f"Converged: no lower validation loss for "
        f"{plan.early_stopping_patience} epochs",
        "stopped": f"Stopped by you after {end.n_epochs} whole epochs",
        "max_steps": f"Ended after {end.n_steps:,} minibatches as asked",
        "process_lost": f"A process was lost after {end.n_epochs} whole epochs",
        "minibatch_lost": f"The temporary folder was full after {end.n_epochs} whole epochs",
    }[end.reason]
    if end.best_epoch is None or end.best_validation_loss is None:
        return f"{reason}; the latest weights are in place."
    return (
        f"{reason}; the weights of epoch {end.best_epoch} are in place "
        f"(validation {end.best_validation_loss:.2f} nats per cell)."
    )


def differences(plan: TrainingPlan, preset: str) -> dict[str, Any]:
    """Return the parameters in which a plan differs from a preset."""
    base = asdict(PRESETS[preset])
    return {name: value for name, value in asdict(plan).items() if base[name] != value}


def without_limit(parameters: dict[str, Any]) -> dict[str, Any]:
    """Leave out ``max_steps``: it repeats one run and does not belong to a plan."""
    return {name: value for name, value in parameters.items() if name != "max_steps"}


def checked(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters of a plan; raise a `DataError` where they make none."""
    plan_from("standard", **parameters)  # unknown names and bad values raise here
    return parameters
