"""What else differs between two groups of cells: depth, batch and every other column of ``obs``.

Two groups that differ in depth or in batch may differ in accessibility for that reason alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

if TYPE_CHECKING:
    import pandas as pd

N_BINS = 20  # quantile bins in which cells are matched
LEVEL = 0.01  # p-value above which a difference may be chance
SEPARATES = 0.5  # separation from which a column alone may explain a comparison
MAX_CATEGORIES = 200


@dataclass(frozen=True, slots=True)
class ObsDifference:
    """How far two groups differ in one column of ``obs``.

    Attributes
    ----------
    column
        Its name.
    kind
        ``"number"`` or ``"category"``.
    separation
        0 when the groups are alike, 1 when the column separates them without error. Of numbers:
        ``abs(2 * AUC - 1)``, the chance that a cell of one group has the larger value less the
        chance that it has the smaller. Of categories: the total variation distance.
    p_value
        Of a rank test (Mann and Whitney) or a chi-squared test.
    summary
        A few words: the medians, or the category whose share differs most.
    is_warning
        Whether the column alone may be why the groups differ.
    """

    column: str
    kind: Literal["number", "category"]
    separation: float
    p_value: float
    summary: str
    is_warning: bool

    @classmethod
    def of(
        cls,
        column: str,
        kind: Literal["number", "category"],
        separation: float,
        p_value: float,
        summary: str,
    ) -> "ObsDifference":
        """Judge how far two groups differ in a column."""
        is_warning = separation >= SEPARATES and p_value <= LEVEL
        return cls(column, kind, separation, p_value, summary, is_warning)


def obs_differences(
    obs: "pd.DataFrame", cells1: NDArray[np.integer], cells2: NDArray[np.integer]
) -> list[ObsDifference]:
    """Compare two groups in every column, the most different first.

    Parameters
    ----------
    obs
        The table of the cells.
    cells1, cells2
        Positions of the cells of the groups; neither may be empty.

    Returns
    -------
    One entry a column that can be compared. Columns that name every cell (more than 200
    categories), columns without values in a group and those of other types are left out.

    Raises
    ------
    DataError
        A group is empty.
    """
    if not len(cells1) or not len(cells2):
        raise DataError("Both groups need cells to be compared; one is empty.")
    found = list(_compared(obs, cells1, cells2))
    # separations by chance (p above the level) come last, whatever their size
    return sorted(found, key=lambda one: (one.p_value > LEVEL, -one.separation, one.column))


def _compared(
    obs: "pd.DataFrame", cells1: NDArray[np.integer], cells2: NDArray[np.integer]
) -> Iterator[ObsDifference]:
    import pandas as pd

    for at, name in enumerate(obs.columns):
        values = obs.iloc[:, at]
        kind = pd.api.types
        is_number = kind.is_numeric_dtype(values) and not (
            kind.is_bool_dtype(values) or kind.is_complex_dtype(values)
        )
        one, two = values.iloc[cells1].dropna(), values.iloc[cells2].dropna()
        if not len(one) or not len(two):
            continue
        try:
            if is_number:
                difference = _of_numbers(str(name), one.to_numpy(float), two.to_numpy(float))
            else:
                difference = _of_categories(str(name), one.astype(str), two.astype(str))
        except Exception:  # noqa: BLE001 - values may be objects that raise whatever is asked
            continue
        if difference is not None:
            yield difference


def _of_numbers(
    name: str, one: NDArray[np.float64], two: NDArray[np.float64]
) -> ObsDifference | None:
    from scipy.stats import mannwhitneyu

    test = mannwhitneyu(one, two, alternative="two-sided", method="asymptotic")
    auc = float(test.statistic) / (len(one) * len(two))
    p_value = 1.0 if np.isnan(test.pvalue) else float(test.pvalue)  # all values are equal
    medians = f"median {_short(np.median(one))} against {_short(np.median(two))}"
    return ObsDifference.of(name, "number", abs(2.0 * auc - 1.0), p_value, medians)


def _of_categories(name: str, one: "pd.Series", two: "pd.Series") -> ObsDifference | None:
    import pandas as pd
    from scipy.stats import chi2_contingency

    counts = pd.concat([one.value_counts(), two.value_counts()], axis=1).fillna(0).to_numpy(float)
    names = pd.concat([one.value_counts(), two.value_counts()], axis=1).index
    if len(counts) > MAX_CATEGORIES:
        return None
    shares = counts / counts.sum(axis=0)
    off = shares[:, 0] - shares[:, 1]
    p_value = float(chi2_contingency(counts, correction=False)[1]) if len(counts) > 1 else 1.0
    top = int(np.argmax(np.abs(off)))
    words = f"{names[top]}: {shares[top, 0]:.0%} against {shares[top, 1]:.0%}"
    return ObsDifference.of(name, "category", float(np.abs(off).sum() / 2.0), p_value, words)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def matched(
    values: NDArray[np.float64],
    cells1: NDArray[np.integer],
    cells2: NDArray[np.integer],
    *,
    seed: int = 0,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Keep cells of two groups so that a number is distributed alike in both.

    Parameters
    ----------
    values
        The number of each cell, shape (n_cells,), such as its depth.
    cells1, cells2
        Positions of the cells of the groups.
    seed
        Of the choice of cells.

    Returns
    -------
    The cells kept of each group, sorted. The ratio of the group sizes stays about what it was.

    Raises
    ------
    DataError
        No cell of one group has a value like one of the other.

    Notes
    -----
    The pooled values are cut into 20 quantile bins. Of each bin as many cells are kept of both
    groups, in the ratio of their sizes, as the scarcer group allows.
    """
    cells1, cells2 = (cells[np.isfinite(values[cells])] for cells in (cells1, cells2))
    if not len(cells1) or not len(cells2):
        raise DataError("A group has no cell with a finite value to match by.")
    pooled = values[np.concatenate([cells1, cells2])]
    edges = np.unique(np.quantile(pooled, np.linspace(0, 1, N_BINS + 1)[1:-1]))
    random = np.random.default_rng(seed)
    ratio = len(cells2) / len(cells1)
    kept: tuple[list[NDArray[np.integer]], list[NDArray[np.integer]]] = ([], [])
    bins = [np.searchsorted(edges, values[cells], side="right") for cells in (cells1, cells2)]
    for number in range(len(edges) + 1):
        one, two = cells1[bins[0] == number], cells2[bins[1] == number]
        n1 = min(float(len(one)), len(two) / ratio)
        for found, cells, n in zip(kept, (one, two), (n1, n1 * ratio), strict=True):
            found.append(random.permutation(cells)[: round(n)])
    first, second = (np.sort(np.concatenate(found)).astype(np.intp) for found in kept)
    if not len(first) or not len(second):
        raise DataError(
            "No cells of the groups are alike in that value, so none can be matched; "
            "choose other groups or another column."
        )
    return first, second
