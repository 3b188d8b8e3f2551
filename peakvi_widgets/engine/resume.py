"""Training state on disk, from which training continues as if it had never stopped.

Random numbers depend on the seed and the place in the run alone, and so do the split and the order
of the cells: none of them is stored. What remains is the weights of the last minibatch, what AdamW
remembers of each, and some numbers.

On another kind of device another learner takes over, whose memory has another form: the training
then goes on from the same weights, and says so.
"""

import copy
import json
import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from safetensors import safe_open
from torch import Tensor

from ..errors import DataError, StageError
from ..files import reason, short
from .cells import Cells, shuffled, split
from .fast_learner import FastLearner
from .learner import device_of
from .metrics import EpochMetrics, TrainingEnd
from .model_folder import FACTS, TRAINING, file_of, one_sentence, read_facts
from .module import PeakVAE
from .plan import TrainingPlan, saved_plan
from .train import learner_for
from .training_state import Totals, TrainingState

FORMAT = "1"
NUMBERS = ("seed", "n_epochs", "n_steps", "best_epoch", "best_loss", "lowest", "waited")


def packed(
    state: TrainingState, cells: Cells, fingerprint: int | None = None
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the tensors and the facts that `unpacked` makes the same training of.

    Parameters
    ----------
    state, cells
        The training, and the counts and covariates it learns from.
    fingerprint
        That of the cells, where it is known already.

    Raises
    ------
    StageError
        There is no training to go on with: none was begun here, or it diverged.
    """
    if state.learner is None or state.plan is None:
        raise StageError("There is no training to save; leave with_training off, or train first.")
    facts = {
        "plan": asdict(state.plan),
        "history": [asdict(metrics) for metrics in state.history],
        "totals": {phase: asdict(totals) for phase, totals in state.totals.items()},
        "end": state.end and asdict(state.end),
        "cells": cells.fingerprint() if fingerprint is None else fingerprint,
        **{name: getattr(state, name) for name in NUMBERS},
    }
    return state.learner.memory(), {"format": FORMAT, "state": json.dumps(facts)}


def unpacked(folder: Path, model: PeakVAE, cells: Cells) -> TrainingState | None:
    """Return the training that was saved with a model; ``None`` if none was, or of other cells.

    Parameters
    ----------
    folder
        That of the model.
    model
        The network, as it was saved.
    cells
        Counts and covariates; the training goes on only with those it began with.

    Raises
    ------
    DataError
        The file is damaged, or was written by a newer version.
    """
    path = folder / TRAINING
    if not (folder / FACTS).is_file():
        return None
    try:
        found = file_of(folder, read_facts(folder), TRAINING)
        if found is None:
            return None
        path = found
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            if header.get("format") != FORMAT:
                raise DataError(f"{short(path)} is of another format; update peakvi_widgets.")
            facts = json.loads(header["state"])
            if facts["cells"] != cells.fingerprint():
                return None
            memory = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return _state(facts, memory, model, cells)
    except DataError as error:
        raise one_sentence(error) from error
    except Exception as error:
        # a file that was damaged on purpose can fail in any way; all mean the same
        why = reason(error) if str(error) else type(error).__name__
        raise DataError(
            f"{short(path)} is damaged; remove it to load the model without its training. ({why})"
        ) from error


def _state(
    facts: dict[str, Any], memory: dict[str, Tensor], model: PeakVAE, cells: Cells
) -> TrainingState:
    _check_numbers(facts)
    plan, end = _here(saved_plan(facts["plan"])), facts["end"]
    state = TrainingState(
        plan=plan,
        history=[EpochMetrics(**metrics) for metrics in facts["history"]],
        totals={phase: Totals(**sums) for phase, sums in facts["totals"].items()},
        end=end and TrainingEnd(**end),
        **{name: facts[name] for name in NUMBERS},
    )
    state.split = split(cells.n_cells, plan, state.seed)
    if state.totals["train"].n_steps:
        state.order = shuffled(state.split.train, state.seed, state.n_epochs)
    present = copy.deepcopy(model)
    present.load_state_dict({name: memory[f"weights.{name}"] for name in model.state_dict()})
    state.learner = learner = learner_for(present, cells, plan)
    if ("n_learned" in memory) == isinstance(learner, FastLearner):
        learner.remember(memory)
    else:
        warnings.warn(
            "The training was saved on another kind of device. It goes on from the same weights, "
            "but AdamW has to adapt its step sizes again.",
            stacklevel=4,
        )
    return state


def _check_numbers(facts: dict[str, Any]) -> None:
    """Raise a ``ValueError`` unless what counts and measures is a number."""
    rows = [*facts["history"], *facts["totals"].values()]
    values = [facts[name] for name in NUMBERS if facts[name] is not None]
    values += [value for row in rows for value in row.values() if value is not None]
    if not all(isinstance(value, int | float) for value in values):
        raise ValueError("it holds text where numbers belong")
    if set(facts["totals"]) != {"train", "validation"}:
        raise ValueError("it has totals of other phases")
    if not 0 <= facts["n_epochs"] == len(facts["history"]) or facts["n_steps"] < 0:
        raise ValueError("its history is of another length than its epochs")


def _here(plan: TrainingPlan) -> TrainingPlan:
    """Return a plan for a device that there is: the one it names, or else ``"auto"``."""
    try:
        device_of(plan)
    except DataError:
        return replace(plan, device="auto")
    return plan
