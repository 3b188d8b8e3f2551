"""The model, its training, and the preview that goes before."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Instance, Int, Tuple, Unicode

from ...engine.confirmed import Dimensions
from ...engine.metrics import EpochMetrics, Step
from ...engine.plan import PRESETS, TrainingPlan
from ..tags import Tagged, state

TRAINING = ("untrained", "waiting", "running", "paused", "stopping", "trained")


class ModelTraits(Tagged):
    """The model, its training, and the preview that goes before.

    Attributes
    ----------
    model
        The `PEAKVI` that is trained or being trained; None before.
    training
        One of `TRAINING`.
    preset, plan
        The chosen preset, and the parameters, perhaps edited since; ``preset`` sets ``plan``.
    completed_plan
        ``plan`` with what follows from the cells where it leaves that open; while a model learns,
        by what it does.
    history, step
        One `EpochMetrics` an epoch, and the latest minibatch; None when no training runs.
    earlier_runs
        The `EarlierRun` curves of trainings of the same counts before this one, oldest first.
    kept_epochs
        The epochs of the training whose weights ``restore_epoch`` can restore. The map of the cells
        after each of them, and after earlier ones, is in ``adata.obsm["X_peakvi_epoch_1"]`` and so
        on, until the model goes.
    training_end
        A sentence that says why training ended and which weights are used.
    weights_version
        Another number whenever the weights of ``model`` may have changed; 0 without a model.
    why_no_start
        Why a training of ``model`` starts from random weights; empty where it does not.
    dimensions
        How many dimensions of the cells are real, as a `Dimensions`: ``n_confirmed`` is their
        number, ``z`` says how far each component lies above chance in held-out data, and
        ``sentence`` what that means; None before ``preview``.
    live_preview
        Whether the cells are mapped automatically before there is a model; a panel switches it on.
        See also ``peakvi_widgets.settings.preview``.
    previewing
        Whether that is being done.
    selection_dimensions
        The same as ``dimensions``, of the selected cells, once ``check_selection`` has tested them.
    observed
        Before there is a model, the regions that are observed to differ most surely between the
        groups: `ObservedRegion` records, found while ``live`` is on; see ``observed_differences``.
    """

    # model
    model = state(AnyTrait(None), undo=True, of="model")
    training = state(Enum(TRAINING, "untrained"), file="plain", of="model")
    preset = state(Enum(tuple(PRESETS), "standard"), file="plain")
    plan = state(Instance(TrainingPlan, args=()), file="record")
    completed_plan = Instance(TrainingPlan, args=())
    history: Any = state(Tuple(), undo=True, file="rows", rows_of=EpochMetrics, of="model")
    earlier_runs: Any = state(Tuple(), undo=True, of="cells")
    kept_epochs: Any = state(Tuple(), undo=True)
    _epoch_maps: Any = state(Tuple(), undo=True)  # of `kept_epochs`, with their weights
    _former_maps: Any = state(AnyTrait(None), follows=True)  # in obsm when the training began
    _run_preset = state(Unicode(), undo=True, of="model")  # by which `history` came to be
    step = state(Instance(Step, allow_none=True), of="model")
    training_end = state(Unicode(), undo=True, file="plain", of="model")
    weights_version = Int(0)
    why_no_start = state(Unicode(), of="model")
    _trainer: Any = AnyTrait(None)  # the job, as `Work`

    # preview
    dimensions = state(Instance(Dimensions, allow_none=True), undo=True, file="record")
    live_preview = Bool(False)
    previewing = state(Bool(False), follows=True)
    selection_dimensions = Instance(Dimensions, allow_none=True)
    observed: Any = Tuple()
    _observing: Any = state(AnyTrait(None), follows=True)  # what `observed` is of, or will be
    _previewed: Any = state(AnyTrait(None), undo=True)  # key of the preview that there is
    _has_mapped = Bool(False)  # whether what was opened may hold a preview of ours
    _previewer: Any = state(AnyTrait(None), follows=True)  # the automatic job
    _attempted: Any = state(AnyTrait(None), follows=True)  # key of the latest that was begun
