"""The training part of a session: start, watch, pause, stop, save and load the model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Any as AnyTrait
from traitlets import Enum, Instance, Tuple, Unicode, observe

from ..engine.metrics import EpochMetrics, Step, TrainingEnd
from ..engine.plan import PRESETS, TrainingPlan, plan_from
from ..errors import StageError
from ..jobs import Job, Steps
from .data import DataPart

if TYPE_CHECKING:
    from anndata import AnnData

    from ..model import PEAKVI

__all__ = [
    "PRESETS",
    "TRAINING",
    "EpochMetrics",
    "Step",
    "TrainingPart",
    "TrainingPlan",
    "plan_from",
]

# how a training is right now
TRAINING = ("untrained", "waiting", "running", "paused", "stopping", "trained")


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The model that is about to be trained or was loaded."""

    model: PEAKVI


class TrainingPart(DataPart):
    """A model and how it learns.

    Attributes
    ----------
    model
        The `PEAKVI` that is trained or being trained; None before.
    training
        One of `TRAINING`.
    preset, plan
        The named table of parameters that was chosen, and the parameters, perhaps edited since;
        setting ``preset`` sets ``plan``.
    history
        One `EpochMetrics` an epoch.
    step
        The minibatch that was done last; None when no training runs.
    training_end
        A sentence that says why training ended and which weights are in place.
    """

    model = AnyTrait(None)
    training = Enum(TRAINING, "untrained")
    preset = Enum(tuple(PRESETS), "standard")
    plan = Instance(TrainingPlan, args=())
    history: Any = Tuple()
    step = Instance(Step, allow_none=True)
    training_end = Unicode()

    kept_for_undo: ClassVar[tuple[str, ...]] = (
        *DataPart.kept_for_undo, "model", "history", "training_end",
    )  # fmt: skip

    _trainer: Job | None = None

    def train(self, preset: str | None = None, *, restart: bool = False, **parameters: Any) -> None:
        """Train a model, or go on where training was stopped. Long.

        Parameters
        ----------
        preset
            Name of a table of parameters ("quick", "standard", "best_loss", "scvi"); None for
            ``plan``.
        restart
            Whether to begin anew instead of going on from the last step.
        **parameters
            Fields of `TrainingPlan` that differ from the preset.

        Raises
        ------
        DataError
            A parameter makes no sense.
        StageError
            A training runs or waits already; from ``wait()``: there are no counts.
        """
        with self.lock:
            if self.training in ("waiting", "running", "paused", "stopping"):
                raise StageError("Training is already running; stop it first.")
            if preset is not None:
                plan = plan_from(preset, **_without_limit(parameters))
                self.preset, self.plan = preset, plan
            elif parameters:
                self.plan = replace(self.plan, **_checked(_without_limit(parameters)))
            plan = replace(self.plan, max_steps=parameters.get("max_steps"))
            differences = _differences(plan, self.preset)
            differences.pop("seed", None)
            told = {"preset": self.preset, **differences, "restart": restart}
            if plan.seed is not None:
                told["seed"] = plan.seed

            def begin() -> Steps:
                adata, fresh = self._counts(), restart or self.model is None
                self.step = None
                if fresh:
                    self.history = ()
                    told["seed"] = _seed(plan.seed)
                self.training_end, self.training = "", "running"
                return _training(None if fresh else self.model, adata, self.batch_key, plan)

            def ended(result: TrainingEnd | None, error: BaseException | None) -> bool:
                self._trainer, self.step = None, None
                if error:
                    self.training = "trained" if self._has_weights() else "untrained"
                    return False
                return self._training_ended(result, job)

            self.training = "waiting"
            job = self._trainer = self._submit(
                "training",
                begin,
                on_steps=self._on_training,
                on_end=ended,
                verb="train",
                arguments=told,
            )

    def pause(self) -> None:
        """Hold training at the next minibatch."""
        with self.lock:
            if self._trainer and self.training == "running":
                self._trainer.pause()
                self.training = "paused"

    def resume(self) -> None:
        """Let a held training go on."""
        with self.lock:
            if self._trainer and self.training == "paused":
                self._trainer.resume()
                self.training = "running"

    def stop(self) -> None:
        """End training at the next minibatch; the best weights are kept."""
        with self.lock:
            if self._trainer is None or self.training == "stopping":
                return
            if self._work.withdraw(self._trainer):
                self._trainer = None
                self.training = "trained" if self._has_weights() else "untrained"
                return
            self.training = "stopping"
            self._trainer.stop()

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the trained model into a folder. Long.

        Raises
        ------
        StageError
            From ``wait()``: nothing is trained.
        DataError
            From ``wait()``: the folder exists and ``overwrite`` is off.
        """

        def begin() -> Steps:
            return _saving(self._trained(), path, overwrite)

        def saved(_result: Any, error: BaseException | None) -> None:
            if not error:
                self.tell(f"The model is saved in {path}.")

        with self.lock:
            self._submit(
                "saving",
                begin,
                on_end=saved,
                verb="save",
                arguments={"path": str(path), "overwrite": overwrite},
            )

    def load(self, path: str | Path) -> None:
        """Read a trained model from a folder; ours or one of scvi-tools. Long.

        When the model knows fewer regions than were opened, the counts are cut to the model's.

        Raises
        ------
        DataError
            From ``wait()``: it is no model, or one of other regions; nothing was changed.
        """

        def begin() -> Steps:
            return _loading(path, self._counts(), self._opened())

        def loaded(result: tuple[PEAKVI, AnnData] | None, error: BaseException | None) -> bool:
            if error or result is None:
                return False
            model, adata = result
            if adata is not self.adata:
                self._adopt(adata)
            self._forget_model()
            self.model, self.training = model, "trained"
            self.training_end = f"Loaded from {path}."
            self._new_weights()
            return True

        with self.lock:
            self._submit(
                "loading a model",
                begin,
                on_end=loaded,
                verb="load",
                arguments={"path": str(path)},
            )

    @observe("preset")
    def _take_preset(self, _change: Any) -> None:
        self.plan = PRESETS[self.preset]

    # -- what the other parts ask ---------------------------------------------------------------
    def _has_weights(self) -> bool:
        return self.model is not None and self.model.is_trained

    def _trained(self) -> PEAKVI:
        if not self._has_weights():
            raise StageError("There is no trained model yet; train one first.")
        model: PEAKVI = self.model
        return model

    def _new_weights(self) -> None:
        """Mark what came from the earlier weights as stale; each part adds its own."""

    def _forget_model(self) -> None:
        super()._forget_model()
        self.model, self.training, self.history = None, "untrained", ()
        self.step, self.training_end = None, ""

    def _after_undo(self, changed: Collection[str]) -> None:
        super()._after_undo(changed)
        if "model" in changed:
            self.training = "trained" if self._has_weights() else "untrained"

    def _on_training(self, values: list[Any]) -> None:
        epochs = [value for value in values if isinstance(value, EpochMetrics)]
        for value in values:
            if isinstance(value, Made):
                self.model = value.model
            elif isinstance(value, Step):
                self.step = value
        if epochs:
            self.history = (*self.history, *epochs)
        if self.step:
            self._progress(
                f"epoch {self.step.epoch} of {self.plan.max_epochs}",
                _share(self.step, self.plan.max_epochs),
            )
        else:
            self._progress("preparing")

    def _training_ended(self, result: TrainingEnd | None, job: Job) -> bool:
        """Say how training ended; tell whether anything was learned."""
        end = result or (self.model.training_end if self.model else None)
        if end is None:
            self.training_end = "Stopped before the first minibatch; there is no model yet."
            self.training = "trained" if self._has_weights() else "untrained"
            return False
        self.training_end = _why(end, self.plan)
        self.training = "trained"
        if end.reason == "stopped" and job.entry is not None:
            self._record.amend(job.entry, max_steps=end.n_steps, comment="stopped by hand")
        self._new_weights()
        return True


def _training(
    model: PEAKVI | None, adata: AnnData, batch_key: str | None, plan: TrainingPlan
) -> Steps:
    """Make the model if there is none, then train it."""
    yield None
    from ..model import PEAKVI

    if model is None:
        PEAKVI.setup_anndata(adata, batch_key=batch_key)
        model = PEAKVI(adata, seed=plan.seed)
    yield Made(model)
    return (yield from model.training(plan))


def _saving(model: PEAKVI, path: str | Path, overwrite: bool) -> Steps:
    yield f"writing {path}"
    model.save(path, overwrite=overwrite)


def _loading(path: str | Path, adata: AnnData, opened: AnnData) -> Steps:
    yield f"reading {path}"
    from ..engine.checkpoint import read_regions
    from ..model import PEAKVI

    names = read_regions(path)
    if list(names) != list(adata.var_names) and opened.var_names.isin(names).sum() == len(names):
        adata = opened[:, list(names)].copy()
    return PEAKVI.load(path, adata=adata), adata


def _share(step: Step, max_epochs: int) -> float:
    """Return how much of a training is done; validation counts as a tenth of an epoch."""
    done = step.step / step.n_steps
    of_epoch = 0.9 * done if step.phase == "train" else 0.9 + 0.1 * done
    return min((step.epoch - 1 + of_epoch) / max_epochs, 1.0)


def _why(end: TrainingEnd, plan: TrainingPlan) -> str:
    """Say why training ended and which weights are in place."""
    reason = {
        "max_epochs": f"Finished all {end.n_epochs} epochs",
        "early_stopping": f"Converged: no lower validation loss for "
        f"{plan.early_stopping_patience} epochs",
        "stopped": f"Stopped by you after {end.n_epochs} whole epochs",
        "max_steps": f"Ended after {end.n_steps:,} minibatches as asked",
    }[end.reason]
    if end.best_epoch is None or end.best_validation_loss is None:
        return f"{reason}; the latest weights are in place."
    return (
        f"{reason}; the weights of epoch {end.best_epoch} are in place "
        f"(validation {end.best_validation_loss:.2f} nats per cell)."
    )


def _differences(plan: TrainingPlan, preset: str) -> dict[str, Any]:
    base = asdict(PRESETS[preset])
    return {name: value for name, value in asdict(plan).items() if base[name] != value}


def _seed(seed: int | None) -> int:
    """Return the seed that is meant when none is given."""
    from .. import settings

    return settings.seed if seed is None else seed


def _without_limit(parameters: dict[str, Any]) -> dict[str, Any]:
    """Leave out ``max_steps``: it repeats one run and is no part of a plan to keep."""
    return {name: value for name, value in parameters.items() if name != "max_steps"}


def _checked(parameters: dict[str, Any]) -> dict[str, Any]:
    plan_from("standard", **parameters)  # unknown names and bad values raise here
    return parameters
