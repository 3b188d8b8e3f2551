"""The training part of a session: start, watch, pause, stop, save and load the model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import default, observe

from ...engine.metrics import EpochMetrics, Step, TrainingEnd, Waiting
from ...engine.plan import PRESETS, TrainingPlan, completed, epochs_for, plan_from
from ...errors import StageError
from ...jobs import Steps
from ...paths import absolute_path
from ..atomic import Work
from ..base import LEARNING, Part, seed_of
from ..epoch_maps import EpochMap, maps_in, with_maps
from ..own_counts import Seal
from ..places import EPOCH
from ..training_runs import EarlierRun, with_run
from ..training_steps import (
    ModelReady,
    checked,
    differences,
    loading,
    new_model,
    share_done,
    training_from_start,
    why_ended,
    without_limit,
)
from ..traits.model import TRAINING
from ..verb import verb

if TYPE_CHECKING:
    from anndata import AnnData

    from ...model import PEAKVI

__all__ = [
    "PRESETS",
    "TRAINING",
    "EarlierRun",
    "EpochMetrics",
    "Step",
    "Training",
    "TrainingPlan",
    "plan_from",
]


class Training(Part):
    """A model and how it learns."""

    @verb("train", work="training", is_costly=True, remakes_model=True)
    def train(self, preset: str | None = None, *, restart: bool = False, **parameters: Any) -> None:
        """Train a model, or go on where training was stopped. Long.

        Parameters
        ----------
        preset
            Name of a table of parameters ("quick", "standard", "best_loss", "scvi"); None for
            ``plan``.
        restart
            Whether to start again instead of continuing from the last step.
        **parameters
            Fields of `TrainingPlan` that differ from the preset.

        Raises
        ------
        DataError
            A parameter is invalid.
        StageError
            A training runs or waits already; from ``wait()``: there are no counts.
        """
        with self._step():
            if self.training in ("waiting", *LEARNING):
                raise StageError("Training is already running; stop it first.")
            if preset is not None:
                plan = plan_from(preset, **without_limit(parameters))
                self.preset, self.plan = preset, plan
            elif parameters:
                self.plan = replace(self.plan, **checked(without_limit(parameters)))
            plan = replace(self.plan, max_steps=parameters.get("max_steps"))
            own = differences(plan, self.preset)
            own.pop("seed", None)
            recorded = {"preset": self.preset, **own, "restart": restart}
            if plan.seed is not None:
                recorded["seed"] = plan.seed

            def begin() -> Steps:
                adata, model = self._counts(), self.model
                self.step = None
                if restart or model is None:
                    recorded["seed"] = seed_of(plan.seed)
                    names = ("batch_key", "held_out", "held_out_seed")
                    setup = {name: getattr(self, name) for name in names}
                    steps = training_from_start(
                        lambda: new_model(model, adata, plan, **setup), plan
                    )
                    steps = with_maps(steps, None, None)
                else:
                    first = maps_in(adata).get(f"{EPOCH}1") if model.epochs else None
                    steps = with_maps(model.training(plan, can_undo=True), model, first)
                    job.undo = model.undo_training
                self.training_end, self.training = "", "running"
                self._react("learning")
                return self._with_counts_checked(adata, steps)

            self.training = "waiting"
            job = self._trainer = self._submit(
                "train",
                begin,
                on_steps=self._on_training,
                on_end=lambda result: self._training_ended(result, job),
                arguments=recorded,
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
        with self._step():
            if self._trainer is None or self.training == "stopping":
                return
            if self._work.withdraw(self._trainer):
                self._trainer = None
                self.training = "trained" if self._has_weights() else "untrained"
                return
            self.training = "stopping"
            self._trainer.stop()

    @verb(
        "load",
        work="loading a model",
        can_halt=True,
        is_costly=True,
        remakes_model=True,
        keeps_redo=False,
    )
    def load(self, path: str | Path) -> None:
        """Read a trained model from a folder; ours or one of scvi-tools. Long.

        When the model knows fewer regions than were opened, the counts are cut to the model's.

        Raises
        ------
        DataError
            From ``wait()``: it is not a model, or one of other regions; nothing was changed.
        """
        absolute_path(path)  # raises for what no folder can be named

        def begin() -> Steps:
            adata, opened = self._counts(), self._opened()
            return self._with_counts_checked(opened, loading(path, adata, opened))

        def loaded(result: tuple[PEAKVI, AnnData, Seal | None] | None) -> bool:
            if result is None:
                return False
            model, adata, seal = result
            if adata is not self.adata:
                self._adopt(adata, seal)
            self._forget_model()
            self.batch_key, rule = model.setup.batch_key, model.setup.held_out
            self.held_out = rule.share if rule else 0.0
            self.held_out_seed = rule.seed if rule else 0
            self.model, self.training = model, "trained"
            self.history = tuple(model.epochs)  # of a training that goes on
            self.training_end = f"Loaded from {path}."
            self._new_weights()
            return True

        with self.lock:
            self._submit(
                "load",
                begin,
                on_end=loaded,
                arguments={"path": str(path)},
            )

    @observe("preset")
    def _take_preset(self, _change: Any) -> None:
        self.plan = PRESETS[self.preset]

    @observe("plan", "model", "n_cells", "training")
    def _complete_plan(self, _change: Any) -> None:
        if self.training in LEARNING:
            return  # what is learned by is set as it is learned
        self.completed_plan = self._completed_plan()

    @default("completed_plan")
    def _completed_plan(self) -> TrainingPlan:
        if self.model is not None:
            plan: TrainingPlan = self.model.completed_plan(self.plan)
            return plan
        if self.n_cells:
            return completed(self.plan, self.n_cells)
        return replace(self.plan, max_epochs=epochs_for(self.plan, 0))

    @observe("model")
    def _follow_model(self, change: Any) -> None:
        if change.new is not None and change.new is not self._followed:
            change.new.on_weights_changed(self._model_trained)
            self._followed = change.new
        self.why_no_start = (change.new and change.new.why_no_start) or ""
        self.weights_version = self._weights_now()

    _followed: Any = None  # the model that calls `_model_trained`

    def _model_trained(self, model: Any) -> None:
        """Follow a model that is trained outside of the session; called on any thread."""
        if self.training in LEARNING or model is not self.model:
            return  # the training of the session delivers what changes
        with self._step():
            self.weights_version = self._weights_now()
            if self._is_learning():
                self._react("learning")
                return
            self.history = tuple(model.epochs)
            if model.training_end is not None:
                self.training_end = why_ended(model.training_end, model.plan or self.plan)
            self.training = "trained" if self._has_weights() else "untrained"
            self._new_weights()

    def _new_weights(self) -> None:
        """Let the others follow weights that have been learned or loaded."""
        self.weights_version = self._weights_now()
        self._react("weights")

    # -- reactions ------------------------------------------------------------------------------
    def _number_weights(self, _state: Mapping[str, Any]) -> None:
        self.weights_version = self._weights_now()

    def _training_after_undo(self, changed: Collection[str]) -> None:
        if "model" in changed:
            self.training = "trained" if self._has_weights() else "untrained"

    def _training_after_failure(self, job: Work) -> None:
        if not self._is_queued(self._trainer, job):
            self._trainer = None
            if self.training in ("waiting", *LEARNING):
                self.training = "trained" if self._has_weights() else "untrained"
        self.weights_version = self._weights_now()

    # -- deliveries -----------------------------------------------------------------------------
    def _on_training(self, values: list[Any]) -> None:
        epochs = [value for value in values if isinstance(value, EpochMetrics)]
        for value in values:
            if isinstance(value, ModelReady):
                self.earlier_runs = with_run(self.earlier_runs, self._run_preset, self.history)
                self.model, self.history = value.model, ()
            elif isinstance(value, Step):
                self.step = value
            elif isinstance(value, EpochMap):
                self._react("epoch map", value)
        if epochs:
            self._run_preset = self.preset
            self.history = (*self.history, *epochs)
        self.weights_version = self._weights_now()
        if self.step:
            self.completed_plan = self.model.plan
            n_epochs = self.completed_plan.max_epochs
            assert n_epochs is not None
            self._progress(
                f"epoch {self.step.epoch} of {n_epochs}", share_done(self.step, n_epochs)
            )
        else:
            last = values[-1]
            self._progress(last.text if isinstance(last, Waiting) else "preparing")

    def _training_ended(self, result: TrainingEnd | None, job: Work) -> bool:
        """Say how training ended; return whether anything was learned."""
        if not {"model", "step", "history"} & job.changed.keys():
            self._take_back(job)
            self._react("failure", job)
            self.training_end = self.training_end or (
                "Stopped before the first minibatch; there is no model yet."
            )
            return False
        self._trainer, self.step = None, None
        model = self.model
        self._afterwards(model.keep_training)
        if "model" in job.changed and not self.history:
            self._react("no epoch")
        end = result or model.training_end
        self.training_end = why_ended(end, self.plan)
        self.training = "trained"
        comments = {
            "stopped": "stopped by hand",
            "process_lost": "a process was lost",
            "minibatch_lost": "the temporary folder was full",
        }
        if end.reason in comments and job.entry is not None:
            comment = comments[end.reason]
            self._record.update(job.entry, max_steps=end.n_steps, comment=comment)
        if end.detail:
            self._warn_on_wait(end.detail)
        self._new_weights()
        return True
