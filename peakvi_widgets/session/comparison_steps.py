"""The long work of a comparison: ever better tables, and with the last what else differs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..data.obs_differences import ObsDifference
from ..engine.group_warnings import GroupWarning, group_warnings
from ..jobs import Steps
from .columns import depth_of, has_column
from .layers.kinds import DEPTH
from .records import Settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ..engine.metrics import Comparison as Progress

INTERVAL = 0.95  # probability of the credible interval of an effect


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a comparison has found so far.

    Attributes
    ----------
    title
        What is compared.
    progress
        Its newest table, and how far it is.
    warnings
        What about the groups makes it weak.
    differences
        How far they differ in depth and in the columns of ``obs``; known with the final table.
    """

    title: str
    progress: Progress
    warnings: tuple[GroupWarning, ...]
    differences: tuple[ObsDifference, ...] = ()


def comparing(
    model: Any,
    counts: Any,
    obs: pd.DataFrame,
    idx1: np.ndarray,
    idx2: np.ndarray,
    settings: Settings,
) -> Steps:
    """Compare two groups of cells.

    Parameters
    ----------
    model
        A trained `PEAKVI`.
    counts, obs
        The cells, of which ``obs`` does not change meanwhile.
    idx1, idx2
        Positions of the cells of the groups.
    settings
        Of the comparison.

    Yields
    ------
    `Found`, ever better.
    """
    title = f"group 1 ({len(idx1):,}) vs group 2 ({len(idx2):,})"
    warnings = group_warnings(idx1, idx2)
    more = {"check": model.setup.held_out is not None, "interval": INTERVAL}
    for value in model.comparing(idx1, idx2, **asdict(settings), **more):
        if value.is_final:
            yield Found(title, value, warnings, _differences(counts, obs, idx1, idx2))
        else:
            yield Found(title, value, warnings)


def _differences(
    counts: Any, obs: pd.DataFrame, idx1: np.ndarray, idx2: np.ndarray
) -> tuple[ObsDifference, ...]:
    """Compare two groups in their depth and in all columns of ``obs``."""
    from ..data.obs_differences import obs_differences

    obs = obs.copy(deep=False)
    if not has_column(obs, DEPTH):
        obs.insert(0, DEPTH, depth_of(counts))
    return tuple(obs_differences(obs, idx1, idx2))
