"""Training as a generator, whose caller decides when to pause and when to stop."""

import math
import time
from collections.abc import Generator

import numpy as np
import torch

from ..errors import DataError, StageError
from .cells import Cells, Minibatch, shuffled, split
from .compiling import IS_COMPILED
from .extend import ColumnLearner, new_columns
from .fast_learner import FastLearner
from .learner import AutogradLearner, LocalLearner, Losses, device_of
from .metrics import EndReason, EpochMetrics, Phase, Step, TrainingEnd, Waiting
from .module import PeakVAE
from .plan import TrainingPlan, completed
from .process_learner import check_devices, in_processes
from .resolved_plan import minibatch_size, resolved
from .schedule import kl_weight, learning_rate
from .start import start
from .threads import threads
from .training_state import TrainingState, fresh_totals
from .worker_group import ProcessLostError

# What a run keeps from its first minibatch to its last.
FIXED = (
    *("start", "batch_size", "train_size", "validation_size", "kl_weighting"),
    *("encoder_rate", "weight_decay", "eps", "input_dropout", "device"),
)


def fit(
    model: PeakVAE,
    cells: Cells,
    plan: TrainingPlan,
    state: TrainingState,
    seed: int,
    *,
    is_fresh: bool = True,
) -> Generator[Waiting | Step | EpochMetrics, None, TrainingEnd]:
    """Train a network; the best weights are in place whenever the generator ends.

    Parameters
    ----------
    model
        Where to begin when ``state`` is new; takes the weights of the best epoch so far, and of
        the last minibatch if no epoch was judged or ``restore_best`` is off.
    cells
        Counts and covariates.
    plan
        How to train. When a run goes on, what decides its minibatches must be as before.
    state
        A new one, or that of the run to go on with; it is kept current.
    seed
        Used where the plan has none.
    is_fresh
        Whether the network has learned nothing yet, so that the plan's ``start`` may set it.

    Yields
    ------
    A `Step` after every minibatch, of validation too; after the last of an epoch its
    `EpochMetrics` instead. While several processes start, `Waiting`, several times a second.
    Closing the generator stops the run.

    Returns
    -------
    How it ended; also in ``state.end``, which is there after a stop as well.

    Raises
    ------
    DataError
        The loss is no longer finite, or the plan does not fit the run it should go on with.
    StageError
        The run is over by this plan.
    ProcessLostError
        One of several processes has ended, or could not be given a minibatch, before an epoch was
        complete. Later, such a training ends as after its last epoch, and can go on from there.
    """
    before = state.plan if state.learner is not None else None
    plan = resolved(plan, model, cells, is_fresh=is_fresh, before=before)
    with threads(plan.n_threads, inside=not _in_pieces(model, plan)):
        _begin(model, cells, plan, state, seed)
        reason: EndReason | None = None
        state.end, detail = None, ""
        with in_processes(model, plan, state, cells.density) as processes:
            try:
                if processes:
                    yield from processes.start()
                while (reason := _over(plan, state)) is None:
                    value = _advance(model, cells, plan, state)
                    if processes and isinstance(value, EpochMetrics):
                        processes.keep()
                    yield value
            except ProcessLostError as error:
                if processes is None or not processes.go_back():
                    raise type(error)(f"{error}; nothing was changed.") from error
                reason = error.reason
                detail = (
                    f"{error}; the model is as after epoch {state.n_epochs}, and training can go "
                    "on from there."
                )
            finally:
                if state.best_epoch is None and state.learner is not None:
                    state.learner.copy_to(model)
                best = state.best_loss if state.best_epoch is not None else None
                state.end = TrainingEnd(
                    reason or "stopped",
                    state.n_epochs,
                    state.n_steps,
                    state.best_epoch,
                    best,
                    detail,
                )
        return state.end


def check(model: PeakVAE, cells: Cells, plan: TrainingPlan, seed: int) -> None:
    """Raise if a training cannot start, before anything is changed.

    Raises
    ------
    DataError
        There is no such device or there are no cells to learn from, or batch norm would meet a
        cell alone, or it cannot be trained in so many processes.
    """
    device_of(plan)
    check_devices(model, plan)
    plan = completed(plan, cells.n_cells)
    n_train = len(split(cells.n_cells, plan, seed if plan.seed is None else plan.seed).train)
    if model.shape.use_batch_norm != "none" and n_train % minibatch_size(plan) == 1:
        raise DataError(
            f"Of {n_train:,} cells to learn from, the last minibatch would hold one alone, which "
            "batch norm cannot take; change batch_size or train_size a little."
        )


def _begin(
    model: PeakVAE, cells: Cells, plan: TrainingPlan, state: TrainingState, seed: int
) -> None:
    seed = seed if plan.seed is None else plan.seed
    if state.learner is None and state.n_steps:
        raise StageError(
            "The training cannot go on, because a failure cost what its optimizer knew; pass "
            "restart=True to start over, or save and load the model to train on from its weights."
        )
    if state.learner is None:
        check(model, cells, plan, seed)
        state.seed, state.split = seed, split(cells.n_cells, plan, seed)
        if plan.start == "spectral":
            state.started = start(model, cells, state.split.train, seed)
        state.learner = learner_for(model, cells, plan)
    else:
        assert state.plan is not None
        changed = [name for name in FIXED if getattr(plan, name) != getattr(state.plan, name)]
        check_devices(model, plan)
        if changed or seed != state.seed:
            raise DataError(
                f"{', '.join(changed or ['seed'])} cannot change when a training continues; "
                "leave it as it was, or pass restart=True to start over."
            )
        if _over(plan, state) is not None:
            raise StageError(
                f"Training is complete ({state.n_epochs} of {plan.max_epochs} epochs); "
                "increase max_epochs or early_stopping_patience to continue, or pass restart=True."
            )
        state.wake()
    state.plan = plan


def learner_for(model: PeakVAE, cells: Cells, plan: TrainingPlan) -> LocalLearner:
    """Return the learner for the device of the plan, starting at these weights.

    Raises
    ------
    StageError
        The network was extended, but by no category, so nothing is to be learned.
    """
    device = device_of(plan)
    if model.reference is not None:
        if not new_columns(model):
            raise StageError(
                "These cells are of categories that the model knows, so there is nothing to learn; "
                "ask it for the latent right away."
            )
        return ColumnLearner(model, plan, device)
    if _in_pieces(model, plan):
        return FastLearner(model, plan, cells.density)
    return AutogradLearner(model, plan, device)


def _in_pieces(model: PeakVAE, plan: TrainingPlan) -> bool:
    """Return whether `FastLearner` learns, which spreads its pieces over threads itself."""
    return IS_COMPILED and model.reference is None and device_of(plan).type == "cpu"


def _over(plan: TrainingPlan, state: TrainingState) -> EndReason | None:
    if plan.max_steps is not None and state.n_steps >= plan.max_steps:
        return "max_steps"
    between_epochs = not state.totals["train"].n_steps
    assert plan.max_epochs is not None, "known as soon as the data are"
    if between_epochs and state.n_epochs >= plan.max_epochs:
        return "max_epochs"
    if between_epochs and plan.early_stopping and state.waited >= plan.early_stopping_patience:
        return "early_stopping"
    return None


def _advance(
    model: PeakVAE, cells: Cells, plan: TrainingPlan, state: TrainingState
) -> Step | EpochMetrics:
    """Train on the next minibatch, and end the epoch if it was its last."""
    n_steps = {
        phase: math.ceil(len(part) / minibatch_size(plan))
        for phase, part in (("train", state.split.train), ("validation", state.split.validation))
    }
    phase: Phase = "train" if state.totals["train"].n_steps < n_steps["train"] else "validation"
    epoch, totals = state.n_epochs + 1, state.totals[phase]
    _minibatch(cells, plan, state, phase, state.n_epochs + totals.n_steps / n_steps[phase])
    state.n_steps += 1
    if state.totals["train"].n_steps + state.totals["validation"].n_steps == sum(n_steps.values()):
        return _close_epoch(model, plan, state, n_steps["train"])
    return Step(epoch, totals.n_steps, n_steps[phase], phase, totals.seconds / totals.n_steps)


def _minibatch(
    cells: Cells, plan: TrainingPlan, state: TrainingState, phase: Phase, epochs: float
) -> None:
    began, totals = time.perf_counter(), state.totals[phase]
    part = slice(totals.n_steps * minibatch_size(plan), (totals.n_steps + 1) * minibatch_size(plan))
    if phase == "train" and part.start == 0:
        state.order = shuffled(state.split.train, state.seed, state.n_epochs)
    chosen = (state.order if phase == "train" else state.split.validation)[part]
    try:
        minibatch = cells.minibatch(chosen)
        losses = _losses(minibatch, plan, state, phase, epochs)
    except FloatingPointError as error:
        state.learner = None  # these weights are unusable, so training cannot continue
        raise _diverged(plan, state, phase) from error
    except BaseException:
        state.learner = None  # interrupted within the step: only some weights are updated
        raise
    totals.add(losses, minibatch.n_cells, time.perf_counter() - began)


def judge_last_weights(cells: Cells, state: TrainingState) -> None:
    """Raise if no loss can be computed from the weights of the last minibatches.

    Raises
    ------
    DataError
        The loss is not finite. Weights that an epoch was judged by are not judged again.
    """
    if state.learner is None or state.plan is None or state.best_epoch is not None:
        return
    minibatch = cells.minibatch(state.split.train[: state.plan.batch_size])
    try:
        state.learner.judge(minibatch, kl_weight=1.0, generator=_generator(state, [2]))
    except FloatingPointError as error:
        raise _diverged(state.plan, state, "train") from error


def _diverged(plan: TrainingPlan, state: TrainingState, phase: Phase) -> DataError:
    return DataError(
        f"The {phase} loss is no longer finite in epoch {state.n_epochs + 1}; "
        f"train with a lower lr than {plan.lr:g}."
    )


def _losses(
    minibatch: Minibatch, plan: TrainingPlan, state: TrainingState, phase: Phase, epochs: float
) -> Losses:
    assert state.learner is not None
    n_steps = state.totals[phase].n_steps
    weight = kl_weight(plan, state.n_epochs, _n_minibatches(state))
    if phase == "train":
        return state.learner.learn(
            minibatch,
            kl_weight=weight,
            lr=learning_rate(plan, epochs, _elbos(state)),
            generator=_generator(state, [0, state.n_epochs, n_steps]),
        )
    # The same draws in every epoch, so that epochs differ by their weights alone.
    generator = _generator(state, [1, n_steps])
    return state.learner.judge(minibatch, kl_weight=weight, generator=generator)


def _close_epoch(
    model: PeakVAE, plan: TrainingPlan, state: TrainingState, n_train_steps: int
) -> EpochMetrics:
    train, validation = state.totals["train"], state.totals["validation"]
    judged = validation.n_cells > 0
    loss = validation.reconstruction / validation.n_cells if judged else math.nan
    lowest = min((_loss(one) for one in state.history), default=math.inf)
    is_best = not judged or loss < lowest or loss <= lowest * (1.0 + plan.best_tolerance) < math.inf
    state.waited += 1
    if loss < state.lowest - plan.early_stopping_min_delta or not judged:
        state.lowest, state.waited = loss, 0
    if not plan.restore_best:
        state.best_epoch, state.best_loss = None, math.inf
    elif judged and is_best:
        assert state.learner is not None
        state.best_epoch, state.best_loss = state.n_epochs + 1, loss
        state.learner.copy_to(model)
    kl, kl_validation = train.kl / train.n_cells, validation.kl / max(1, validation.n_cells)
    last = state.n_epochs + (n_train_steps - 1) / n_train_steps
    metrics = EpochMetrics(
        epoch=state.n_epochs + 1,
        kl_weight=kl_weight(plan, state.n_epochs, _n_minibatches(state) - 1),
        train_loss=train.loss / train.n_cells,
        elbo_train=train.reconstruction / train.n_cells + kl,
        reconstruction_loss_train=train.reconstruction / train.n_cells,
        kl_local_train=kl,
        validation_loss=validation.loss / validation.n_cells if judged else None,
        elbo_validation=loss + kl_validation if judged else None,
        reconstruction_loss_validation=loss if judged else None,
        kl_local_validation=kl_validation if judged else None,
        learning_rate=learning_rate(plan, last, _elbos(state)),
        seconds=train.seconds + validation.seconds,
        is_best=is_best,
    )
    state.history.append(metrics)
    state.n_epochs += 1
    state.totals = fresh_totals()
    return metrics


def _loss(metrics: EpochMetrics) -> float:
    loss = metrics.reconstruction_loss_validation
    return math.inf if loss is None else loss


def _elbos(state: TrainingState) -> list[float]:
    """Return the validation ELBO of every epoch so far that was judged."""
    elbos = (metrics.elbo_validation for metrics in state.history)
    return [elbo for elbo in elbos if elbo is not None]


def _n_minibatches(state: TrainingState) -> int:
    """Training minibatches so far."""
    per_epoch = math.ceil(len(state.split.train) / minibatch_size(state.plan))
    return state.n_epochs * per_epoch + state.totals["train"].n_steps


def _generator(state: TrainingState, place: list[int]) -> torch.Generator:
    """Make the random numbers of one minibatch, which depend on its place in the run alone."""
    assert state.learner is not None
    seed = np.random.SeedSequence([state.seed, *place]).generate_state(1, np.uint64)[0]
    return torch.Generator(state.learner.device).manual_seed(int(seed >> np.uint64(1)))
