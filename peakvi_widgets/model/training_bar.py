"""The progress bar of a training in plain Python."""

from __future__ import annotations

from types import TracebackType

from ..engine.metrics import EpochMetrics, Step, Waiting
from ..progress import bar


class TrainingBar:
    """Epochs done, the loss of the newest and of the best one, and the time left.

    Losses are the negative ELBO per cell in nats, of the validation cells where there are any.

    Parameters
    ----------
    max_epochs, n_epochs
        Of the plan, and of the model so far.
    show
        Whether it is shown; None for ``peakvi_widgets.settings.progress``.
    """

    def __init__(self, max_epochs: int | None, n_epochs: int, *, show: bool | None) -> None:
        options = {"total": max_epochs, "initial": n_epochs, "desc": "training", "unit": "epoch"}
        self._bar = bar(show=show, **options)
        self._best: float | None = None
        self._waits_for = ""

    def __enter__(self) -> TrainingBar:
        return self

    def follow(self, value: Waiting | Step | EpochMetrics) -> None:
        """Show an epoch that is done, or what is waited for."""
        text = value.text if isinstance(value, Waiting) else ""
        if text != self._waits_for:
            self._waits_for = text
            self._bar.set_postfix_str(text)
        if not isinstance(value, EpochMetrics):
            return
        loss = value.elbo_train if value.elbo_validation is None else value.elbo_validation
        if value.is_best or self._best is None:
            self._best = loss
        self._bar.set_postfix(loss=f"{loss:.1f}", best=f"{self._best:.1f}", refresh=False)
        self._bar.update(1)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if error is None:  # it may have ended early
            self._bar.total = self._bar.n
            self._bar.refresh()
        self._bar.close()
