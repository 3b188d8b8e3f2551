"""How far a table of differential accessibility can be believed, by a trained model."""

from collections.abc import Generator
from contextlib import closing
from typing import Any

import pandas as pd

from ..engine.donor_evidence import DonorEvidence, donor_evidence
from ..engine.question import Estimand, Level, Question
from ..engine.stability import Stability, stability
from ..errors import DataError, StageError
from .differential import Differential, two_groups


class Evidence(Differential):
    """Donors and redraws of a comparison."""

    def donor_evidence(
        self, table: pd.DataFrame, donors: pd.Series, idx1: Any, idx2: Any = None
    ) -> DonorEvidence:
        """Test a table across the donors that the cells come from.

        Parameters
        ----------
        table
            Of `differential_accessibility` for the same groups, in any order.
        donors
            Donor of each cell of the model, such as ``adata.obs["donor"]``.
        idx1, idx2
            The groups, as for `differential_accessibility`.

        Returns
        -------
        The evidence in the order of the regions; see
        `peakvi_widgets.engine.donor_evidence.donor_evidence`. Its ``check.sentence`` says whether
        the donors agree, or why they cannot be compared.

        Raises
        ------
        DataError
            A group is empty, or donors or table are of other cells or regions.
        """
        cells1, cells2 = two_groups(idx1, idx2, self.adata.obs)
        if len(donors) != self.adata.n_obs:
            raise DataError(
                f"There are donors of {len(donors):,} cells, but the model has "
                f"{self.adata.n_obs:,}; pass a column of its obs."
            )
        encodings, _ = self._encoded(None, None)
        name, of = str(donors.name), self._in_order(table)
        return donor_evidence(encodings.cells, cells1, cells2, donors, name, of)

    def redrawing(
        self,
        table: pd.DataFrame,
        idx1: Any,
        idx2: Any = None,
        *,
        two_sided: bool = True,
        delta: float = 0.05,
        fdr_target: float = 0.05,
        batch_correction: bool = False,
        estimand: Estimand = "difference",
        level: Level | None = None,
        seed: int | None = None,
    ) -> Generator[Stability, None, None]:
        """Redraw the border of two groups and the posterior; count how often regions are called.

        Parameters
        ----------
        table
            Of `differential_accessibility` for the same groups and settings, in any order.
        idx1, idx2, two_sided, delta, fdr_target, batch_correction, estimand, level, seed
            As for `differential_accessibility`.

        Yields
        ------
        After each redraw; the last has the shares of the redraws in which a region is called, in
        the order of the regions. See `peakvi_widgets.engine.stability.stability`.

        Raises
        ------
        StageError
            The model is not trained, or its weights changed meanwhile.
        DataError
            A group is empty, a value is invalid, or the table is of other regions.
        """
        question = Question(
            two_sided,
            delta,
            fdr_target,
            batch_correction,
            estimand=estimand,
            level=self.usual_level() if level is None else level,
            seed=self.seed if seed is None else seed,
        )
        cells1, cells2 = two_groups(idx1, idx2, self.adata.obs)
        encodings, _ = self._encoded(None, cells1)
        version, of = self.weights_version, self._in_order(table)
        with closing(stability(encodings, cells1, cells2, question, of)) as redraws:
            for found in redraws:
                if self.weights_version != version:
                    raise StageError("The model was trained meanwhile; compare again.")
                yield found

    def _in_order(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table in the order of the regions."""
        if len(table) != len(self.region_names) or set(table.index) != set(self.region_names):
            raise DataError("The table has other regions than the model; compare again.")
        return table.loc[self.region_names]
