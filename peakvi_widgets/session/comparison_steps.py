"""The long work of a comparison: ever better tables, and with the last what else differs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import frozen
from ..data.obs_differences import ObsDifference
from ..engine.donor_check import DonorCheck
from ..engine.group_warnings import GroupWarning, donor_warnings, group_warnings
from ..errors import DataError, StageError
from ..jobs import Steps
from .columns import categories_of, column_of, depth_of, has_column
from .layers.kinds import DEPTH
from .records import Settings

if TYPE_CHECKING:
    import pandas as pd

    from ..engine.donor_evidence import DonorEvidence
    from ..engine.metrics import Comparison as Progress

INTERVAL = 0.95  # probability of the credible interval of an effect
DONOR_COLUMNS = ("donor_effect", "donor_p", "n_donors_agree")
NO_RATES = frozen(np.empty((0, 0), "float32"))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a comparison has found so far.

    Attributes
    ----------
    title
        What is compared.
    progress
        Its newest table, and how far it is.
    plain
        The same without what donors say.
    warnings
        What about the groups makes it weak.
    differences
        How far they differ in depth and in the columns of ``obs``; known with the final table.
    donors
        What the donors say of the final table, where a column names them.
    donor_rates
        Fragments per 10,000 of each donor in each region, as in `DonorEvidence`.
    """

    title: str
    progress: Progress
    plain: Progress
    warnings: tuple[GroupWarning, ...]
    differences: tuple[ObsDifference, ...] = ()
    donors: DonorCheck | None = None
    donor_rates: np.ndarray = field(default_factory=lambda: NO_RATES)


def comparing(
    model: Any,
    counts: Any,
    obs: pd.DataFrame,
    idx1: np.ndarray,
    idx2: np.ndarray,
    settings: Settings,
    known: Progress | None = None,
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
    known
        The final table of the same groups and settings, to which only the donors are added.

    Yields
    ------
    `Found`, ever better.
    """
    title = f"group 1 ({len(idx1):,}) vs group 2 ({len(idx2):,})"
    warnings = group_warnings(idx1, idx2)
    question = question_of(settings)
    more = {"check": model.setup.held_out is not None, "interval": INTERVAL}
    values = [known] if known else model.comparing(idx1, idx2, **question, **more)
    for value in values:
        found = Found(title, value, value, warnings)
        if value.is_final:
            found = replace(found, differences=_differences(counts, obs, idx1, idx2))
            if settings.donor is not None:
                found = _with_donors(found, model, obs, idx1, idx2, settings.donor)
        yield found


def redrawing(
    model: Any, table: pd.DataFrame, idx1: np.ndarray, idx2: np.ndarray, settings: Settings
) -> Steps:
    """Redraw the groups' borders and the posterior of a final table.

    Yields
    ------
    After each redraw.

    Returns
    -------
    The last `Stability`, which has the shares; None where the model was trained meanwhile.
    """
    question = question_of(settings)
    del question["n_samples"]
    found = None
    try:
        for found in model.redrawing(table, idx1, idx2, **question):
            yield found
    except StageError:
        return None
    return found


def settings_of(session: Any, n_samples: int, seed: int) -> Settings:
    """Return the settings that a session has for a comparison."""
    return Settings(
        session.two_sided,
        session.delta,
        session.fdr_target,
        session.batch_correction,
        session.estimand,
        n_samples,
        seed,
        session.donor,
        session.stability,
        session.level,
    )


def recorded_settings(settings: Settings, session: Any) -> dict[str, Any]:
    """Return the settings as a script says them: None for those that are a session's defaults."""
    defaults = session.trait_defaults()
    return {
        name: None if name in defaults and defaults[name] == value else value
        for name, value in asdict(settings).items()
    }


def question_of(settings: Settings) -> dict[str, Any]:
    """Return the settings of the model's comparison, without what is added to it."""
    question = asdict(settings)
    del question["donor"], question["stability"]
    return question | {"level": None if settings.level == "auto" else settings.level}


def _with_donors(
    found: Found, model: Any, obs: pd.DataFrame, idx1: np.ndarray, idx2: np.ndarray, column: str
) -> Found:
    """Add what the donors say of a final table, or why they cannot be compared."""
    try:
        donors = donors_of(obs, column)
    except DataError as error:
        return replace(found, donors=DonorCheck(column, "refused", sentence=str(error)))
    of: DonorEvidence = model.donor_evidence(found.progress.table, donors, idx1, idx2)
    warnings = (*found.warnings, *donor_warnings(donors, idx1, idx2))
    if of.columns is None:
        return replace(found, donors=of.check, warnings=warnings)
    assert found.progress.table is not None
    progress = replace(found.progress, table=found.progress.table.join(of.columns))
    rates = frozen(of.rates)
    return replace(found, progress=progress, donors=of.check, donor_rates=rates, warnings=warnings)


def donors_of(obs: pd.DataFrame, column: str) -> pd.Series:
    """Return the name of the donor of each cell; missing where there is none.

    Raises
    ------
    DataError
        There is no such column, or it does not hold categories.
    """
    import pandas as pd

    found = categories_of(column_of(obs, column))
    names = np.array([*found.names, None], object)[found.codes]
    return pd.Series(names, index=obs.index, name=column, dtype="category")


def _differences(
    counts: Any, obs: pd.DataFrame, idx1: np.ndarray, idx2: np.ndarray
) -> tuple[ObsDifference, ...]:
    """Compare two groups in their depth and in all columns of ``obs``."""
    from ..data.obs_differences import obs_differences

    obs = obs.copy(deep=False)
    if not has_column(obs, DEPTH):
        obs.insert(0, DEPTH, depth_of(counts))
    return tuple(obs_differences(obs, idx1, idx2))
