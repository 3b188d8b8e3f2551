"""The training panel: parameters, progress and loss curves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from traitlets import Tuple, observe

from ..arguments import shown
from ..errors import DataError
from ..session import Session
from ..session.opening import Source
from ..session.parts.training import PRESETS, EarlierRun, EpochMetrics, Step, TrainingPlan
from ..session.places import EPOCH
from ..session.records import Basis
from ..wire import Record, Rows
from ._panel import STATIC, Panel, asks, follows, reads, shares


@dataclass(frozen=True, slots=True)
class Preset:
    """A named table of training parameters.

    Attributes
    ----------
    name, text
        Name and purpose.
    """

    name: str
    text: str


TEXTS = {
    "quick": "a first look in under a minute",
    "standard": "for results",
    "best_loss": "longer, for the lowest loss",
    "scvi": "as scvi-tools trains",
}


class TrainingPanel(Panel):
    """Loss curves while the model trains, with buttons to start, pause and stop it.

    Attributes
    ----------
    edited
        Names of the parameters in ``plan`` that differ from the preset's.
    restorable
        The maps after epochs whose weights are kept.
    """

    _esm = STATIC / "training.js"
    _css = STATIC / "theme.css"

    training = reads(Session.training)
    training_end = reads(Session.training_end)
    why_no_start = reads(Session.why_no_start)
    history = reads(Session.history, Rows(EpochMetrics))
    earlier_runs = reads(Session.earlier_runs, Rows(EarlierRun))
    basis = reads(Session.basis)
    bases = reads(Session.bases, Rows(Basis))
    kept_epochs = follows(Session.kept_epochs)
    restorable: Any = Tuple().tag(sync=True)
    step = reads(Session.step, Record(Step))
    preset = reads(Session.preset)
    plan = shares(Session.plan, Record(TrainingPlan, TrainingPlan()))
    completed_plan = reads(Session.completed_plan, Record(TrainingPlan, TrainingPlan()))
    n_cells = reads(Session.n_cells)
    presets = Rows(Preset)
    edited: Any = Tuple().tag(sync=True)

    _embed_next = False  # whether the running training was started here

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        self.presets = tuple(Preset(name, TEXTS.get(name, "")) for name in PRESETS)

    @observe("plan", "preset")
    def _note_edits(self, _change: Any) -> None:
        base = asdict(PRESETS[self.preset])
        here = asdict(self.plan)
        self.edited = tuple(name for name, value in here.items() if value != base[name])

    @observe("kept_epochs")
    def _note_restorable(self, _change: Any) -> None:
        self.restorable = tuple(f"{EPOCH}{epoch}" for epoch in self.kept_epochs)

    def on_choose_preset(self, name: str) -> None:
        """Use the parameters of a preset."""
        if name not in PRESETS:
            raise DataError(f"{shown(name)} is not a preset; use one of {', '.join(PRESETS)}.")
        self.session.preset = name
        self.session.plan = PRESETS[name]  # also when it is the same one, edited

    def on_train(self, restart: bool) -> None:
        """Train with the current parameters, then embed the cells."""
        self.session.train(restart=restart)
        self._embed_next = True

    @observe("training")
    def _embed_when_trained(self, change: Any) -> None:
        if change.new not in ("trained", "untrained") or not self._embed_next:
            return
        self._embed_next = False
        if change.new == "trained" and change.old != "waiting":  # not withdrawn before it started
            self.session.embed()

    on_show_basis = asks(Session.show_basis, "basis")
    on_restore_epoch = asks(Session.restore_epoch, "epoch")
    on_pause = asks(Session.pause)
    on_resume = asks(Session.resume)
    on_stop = asks(Session.stop)
