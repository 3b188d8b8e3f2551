"""A copy of a model and of its training, to be written while the model goes on learning."""

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ..engine.checkpoint import Checkpoint, write
from ..engine.metrics import EpochMetrics


@dataclass(frozen=True, slots=True, eq=False)
class ModelSnapshot:
    """A copy of a model, apart from the one that may go on learning.

    Attributes
    ----------
    checkpoint
        Weights and set-up.
    training
        What it takes to go on training; None where that is not known.
    epochs
        Of the training, one entry a whole epoch.
    has_ended
        Whether that training has ended.
    """

    checkpoint: Checkpoint
    training: tuple[dict[str, Tensor], dict[str, str]] | None
    epochs: tuple[EpochMetrics, ...]
    has_ended: bool

    def write(self, folder: Path, *, overwrite: bool = False) -> None:
        """Write it into a folder, as `PEAKVI.save` does.

        Raises
        ------
        DataError
            There is a model already, or the folder cannot be written.
        """
        write(folder, self.checkpoint, overwrite=overwrite, training=self.training)
