"""Differential accessibility of groups of cells, by a trained model."""

import warnings
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from ..engine.cell_indices import positions
from ..engine.cells import Cells, Indices
from ..engine.check import Check
from ..engine.differential import compare
from ..engine.evidence import evidence
from ..engine.group_warnings import group_warnings
from ..engine.metrics import Comparison
from ..engine.plan import TrainingPlan
from ..engine.posterior import Encodings
from ..engine.question import Estimand, Level, Question
from ..engine.region_order import by_probability
from ..engine.setup import categorical_column, place_of
from ..engine.thinned_cells import ThinnedCells
from ..engine.training_state import TrainingState
from ..errors import DataError, StageError, listed
from ..progress import DELAY, bar
from .outputs import Outputs


class Differential(Outputs):
    """Comparisons of groups of cells."""

    _state: TrainingState
    _loaded_plan: TrainingPlan | None

    @property
    def plan(self) -> TrainingPlan | None:
        """Plan of the last training; ``None`` before the first."""
        return self._state.plan

    def comparing(
        self,
        idx1: Any,
        idx2: Any = None,
        *,
        two_sided: bool = True,
        delta: float = 0.05,
        fdr_target: float = 0.05,
        batch_correction: bool = False,
        batchid1: Sequence[str] | None = None,
        batchid2: Sequence[str] | None = None,
        estimand: Estimand = "difference",
        level: Level | None = None,
        n_samples: int = 5000,
        first_samples: int = 128,
        seed: int | None = None,
        interval: float | None = None,
        check: bool = False,
    ) -> Generator[Comparison, None, None]:
        """Compare two groups, yielding tables that improve.

        Parameters
        ----------
        idx1, idx2, two_sided, delta, fdr_target, batch_correction, batchid1, batchid2
            As for `differential_accessibility`.
        estimand, level, n_samples, seed, interval, check
            As for `differential_accessibility`.
        first_samples
            Draws of the first estimate.

        Yields
        ------
        Often enough to be stopped at any time. The last table is the one that
        `differential_accessibility` returns, but in the order of the regions.

        Raises
        ------
        StageError
            The model is not trained, or its weights changed during the comparison.
        DataError
            As for `differential_accessibility`.
        """
        question = Question(
            two_sided,
            delta,
            fdr_target,
            batch_correction,
            self._batches(batchid1),
            self._batches(batchid2),
            estimand,
            self.usual_level() if level is None else level,
            n_samples,
            first_samples,
            self.seed if seed is None else seed,
            interval,
        )
        cells1, cells2 = two_groups(idx1, idx2, self.adata.obs)
        encodings, _ = self._encoded(None, cells1)
        if check:
            thinned_cells(encodings.cells)
        version = self.weights_version
        with closing(compare(encodings, cells1, cells2, question, self.region_names)) as tables:
            for found in tables:
                if check and found.is_final and found.table is not None:
                    table, verdict = _checked(encodings, cells1, cells2, question, found.table)
                    found = replace(found, table=table, check=verdict)
                yield found
                if self.weights_version != version:
                    raise StageError("The model was trained while it compared; compare again.")

    def differential_accessibility(
        self,
        adata: AnnData | None = None,
        groupby: str | None = None,
        group1: Any = None,
        group2: Any = None,
        idx1: Any = None,
        idx2: Any = None,
        *,
        two_sided: bool = True,
        delta: float = 0.05,
        batch_correction: bool = False,
        batchid1: Sequence[str] | None = None,
        batchid2: Sequence[str] | None = None,
        fdr_target: float = 0.05,
        estimand: Estimand = "difference",
        level: Level | None = None,
        n_samples: int = 5000,
        seed: int | None = None,
        interval: float | None = None,
        check: bool = False,
        progress: bool | None = None,
    ) -> pd.DataFrame:
        """Find the regions that differ between groups of cells.

        Parameters
        ----------
        adata
            Other cells with the same regions; ``None`` for the model's own.
        groupby
            Column of ``obs`` that holds the groups.
        group1
            Category, or several to be compared one after the other; ``None`` for all. A category
            that is a number may be given as it is or as text.
        group2
            Category to compare with; ``None`` for all other cells.
        idx1, idx2
            The groups directly, instead of the three above: a mask, positions, cell names, what
            ``np.where`` returns, or a query of ``obs``. ``idx2=None`` for all other cells.
        two_sided
            Whether a change in either direction counts, or only more open in group 1.
        delta
            Smallest change that counts, 0 or more; of the probability or of its log2.
        batch_correction
            Whether both groups are decoded as if in each batch in turn, and only draws of the same
            batch are compared; otherwise each cell is decoded in its own batch.
        batchid1, batchid2
            With ``batch_correction``: the batches to decode each group in; ``None`` for all. Where
            they are not the same for both groups, draws are compared whatever their batch.
        fdr_target
            Expected share of wrong ones among the regions called in ``is_da_fdr``, in (0, 1).
        estimand
            ``"difference"``: the change is ``p1 - p2``, as in the paper and the tutorial.
            ``"log2"``: it is ``log2(p1 / p2)``, as in scvi-tools since 1.3.
        level
            What the change is of. ``"group"``: of the mean of each group, and it counts as far as
            the counts of the groups bear out its direction, see
            `peakvi_widgets.engine.directions.directions`. ``"cell"``: of a cell drawn from each
            group, and what the decoder has learned counts as certain, as in scvi-tools. ``None``
            is ``"cell"`` for a model that scvi-tools saved or that was trained by its loss
            (``kl_weighting="reference"``, as in ``preset="scvi"``), and else ``"group"``.
        n_samples
            Draws from the posterior of each group.
        seed
            Of the draws; ``None`` is the model's.
        interval
            Probability of the credible interval ``effect_low`` to ``effect_high``, such as 0.95;
            ``None`` for none.
        check
            Whether to test the table by the fragments that ``setup_anndata(held_out=...)`` set
            aside. It then has the columns ``held_out_effect``, ``held_out_p`` and ``is_confirmed``
            of `peakvi_widgets.engine.evidence.evidence`, and ``table.attrs["checks"]`` is a list
            of one sentence for each comparison.
        progress
            Whether several comparisons show a progress bar; ``None`` for
            ``peakvi_widgets.settings.progress``.

        Returns
        -------
        One row a region, by falling ``prob_da``, then by size of effect; the columns of
        `peakvi_widgets.engine.differential.compare`. ``effect_size`` and ``emp_effect`` are group
        1 minus group 2: positive where group 1 is more open (scvi-tools: the opposite). With
        ``groupby`` the columns ``comparison``, ``group1`` and ``group2`` say what was compared.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            A group is empty or does not exist, a value is invalid, or ``check`` is asked of a model
            without held-out fragments.

        Warns
        -----
        UserWarning
            A group has fewer than 20 cells, or cells are in both groups.
        """
        question = Question(
            two_sided,
            delta,
            fdr_target,
            batch_correction,
            self._batches(batchid1),
            self._batches(batchid2),
            estimand,
            self.usual_level() if level is None else level,
            n_samples,
            n_samples,
            self.seed if seed is None else seed,
            interval,
        )
        encodings, _ = self._encoded(adata, None)
        obs = (self.adata if adata is None else adata).obs
        if (groupby is None) == (idx1 is None):
            raise DataError("Name the groups either by groupby (and group1) or by idx1.")
        if check:
            thinned_cells(encodings.cells)
        if groupby is None:
            groups = two_groups(idx1, idx2, obs)
            for found in group_warnings(*groups):
                warnings.warn(found.text, stacklevel=2)
            return self._table(encodings, *groups, question, check)
        tables = []
        labels, pairs = _pairs(obs, groupby, group1, group2)
        options = {"total": len(pairs), "desc": "comparing", "unit": "group", "leave": False}
        with bar(show=False if len(pairs) == 1 else progress, delay=DELAY, **options) as shown:
            for first, second in pairs:
                one, other, cells1, cells2 = _groups(labels, first, second)
                shown.set_postfix_str(f"{one} vs {other}", refresh=False)
                for found in group_warnings(cells1, cells2):
                    warnings.warn(f"{one} vs {other}: {found.text}", stacklevel=2)
                table = self._table(encodings, cells1, cells2, question, check)
                names = {"comparison": f"{one} vs {other}", "group1": one, "group2": other}
                tables.append(table.assign(**names))
                shown.update(1)
        whole = pd.concat(tables)
        if check:
            whole.attrs["checks"] = [text for table in tables for text in table.attrs["checks"]]
        return whole

    def usual_level(self) -> Level:
        """Return what is compared unless it is said: as scvi-tools does if trained as it trains."""
        plan = self._state.plan or self._loaded_plan
        return "cell" if plan is None or plan.kl_weighting == "reference" else "group"

    def _batches(self, names: Sequence[str] | None) -> tuple[int, ...] | None:
        """Return the codes of batches."""
        if names is None:
            return None
        wanted = [names] if is_one(names) else list(names)
        if not wanted:
            raise DataError("Name a batch to decode in, or pass None for all.")
        return tuple(map(self.setup.batch_code, wanted))

    def _table(
        self,
        encodings: Encodings,
        cells1: Indices,
        cells2: Indices,
        question: Question,
        check: bool,
    ) -> pd.DataFrame:
        *_, last = compare(encodings, cells1, cells2, question, self.region_names)
        assert last.table is not None
        table, texts = last.table, []
        if check:
            table, verdict = _checked(encodings, cells1, cells2, question, table)
            texts = [verdict.sentence]
        table = by_probability(table)
        if check:
            table.attrs["checks"] = texts
        return table


def thinned_cells(cells: Cells) -> ThinnedCells:
    """Return the cells as those that hold fragments out.

    Raises
    ------
    DataError
        They do not.
    """
    if not isinstance(cells, ThinnedCells):
        raise DataError(
            "No fragments were held out of this model, so nothing can be checked by them; call "
            "PEAKVI.setup_anndata(adata, held_out=0.2) before making a model."
        )
    return cells


def _checked(
    encodings: Encodings, cells1: Indices, cells2: Indices, question: Question, table: pd.DataFrame
) -> tuple[pd.DataFrame, Check]:
    """Add what held-out fragments say; within each batch if the model compares within batches."""
    cells = thinned_cells(encodings.cells)
    strata = cells.codes[:, 0] if question.batch_correction else None
    columns, check = evidence(cells.held_out_sums, cells1, cells2, table, strata=strata)
    return table.join(columns), check


def two_groups(idx1: Any, idx2: Any, obs: pd.DataFrame) -> tuple[Indices, Indices]:
    """Return the positions of the cells of two groups; the second is all others by default."""
    cells1 = positions(idx1, obs, "idx1")
    if idx2 is not None:
        return cells1, positions(idx2, obs, "idx2")
    others = np.setdiff1d(np.arange(len(obs)), cells1)
    if len(others) == 0:
        raise DataError("idx1 selects every cell, so none is left to compare with.")
    return cells1, others


def _pairs(
    obs: pd.DataFrame, groupby: str, group1: Any, group2: Any
) -> tuple[pd.Categorical, list[tuple[int, int | None]]]:
    """Return the categories of the cells, and the codes of each pair; None for all others."""
    labels = categorical_column(obs, groupby, complete=False)
    known = tuple(map(str, labels.categories))
    if len(known) < 2:
        raise DataError(f"obs[{groupby!r}] has one group only; there is nothing to compare.")
    firsts = range(len(known)) if group1 is None else _places(group1, known, groupby)
    second = None if group2 is None else _places(group2, known, groupby)
    if second is not None:
        if len(second) != 1:
            raise DataError("group2 names several groups; name one, or pass None for all others.")
        firsts = [place for place in firsts if place != second[0]]
        if not firsts:
            raise DataError(f"group1 and group2 are both {group2!r}; name two groups to compare.")
    if not firsts:
        raise DataError("group1 names no group; name one, or pass None for all.")
    return labels, [(first, second[0] if second else None) for first in firsts]


def _groups(
    labels: pd.Categorical, first: int, second: int | None
) -> tuple[str, str, Indices, Indices]:
    """Return the names and cells of a pair of groups."""
    names, in_one = tuple(map(str, labels.categories)), labels.codes == first
    if second is None:
        return names[first], "Rest", np.flatnonzero(in_one), np.flatnonzero(~in_one)
    in_other = labels.codes == second
    return names[first], names[second], np.flatnonzero(in_one), np.flatnonzero(in_other)


def _places(groups: Any, known: tuple[str, ...], groupby: str) -> list[int]:
    """Return the requested groups, in their order and without repeats."""
    wanted = [groups] if is_one(groups) else list(groups)
    places = [place_of(group, known) for group in wanted]
    if -1 in places:
        unknown = wanted[places.index(-1)]
        raise DataError(f"obs[{groupby!r}] has no group {unknown!r:.80}; it has {listed(known)}.")
    return list(dict.fromkeys(places))


def is_one(group: Any) -> bool:
    """Return whether the argument is one category, and not several."""
    return isinstance(group, str) or np.ndim(group) == 0
