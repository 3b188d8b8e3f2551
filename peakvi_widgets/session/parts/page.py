"""The page part of a session: what is there now as one HTML file, to look at without a kernel."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.validate import whole
from ...errors import DataError, StageError
from ...files import refuse_existing, write_whole
from ...paths import absolute_path
from ..base import Part

if TYPE_CHECKING:
    import numpy as np
    from anndata import AnnData

    from ..page.saved_model import SavedModel

ENDINGS = (".html", ".htm")
MAX_CELLS = 100_000  # of more a sample is in a page, unless more are asked for
MAX_OPEN = 50_000_000  # open regions of its cells: a page of about 80 MB, made in ten seconds
MAX_PAGE = 10_000_000  # bytes of a page with a model, unless the model is asked for
TOO_BIG = (
    "The model is not in this page, which would be larger than 10 MB with it; "
    "session.export_html(path, model=True) puts it in."
)


class Page(Part):
    """A session as a page."""

    def export_html(
        self,
        path: str | Path,
        *,
        note: str = "",
        counts: bool = True,
        model: bool | None = None,
        max_cells: int | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write a page that opens by a double click, without a kernel and without a network.

        It shows the embedding as it is now, colors it by any column of ``obs`` or by a region, and
        has the table of the comparison. In it, groups can be drawn, and what is observed to differ
        between them is computed in the browser. With the model in it, the browser also compares
        them by the model, as `compare` does with the present settings, and tests the table by
        held-out fragments. The file holds the names of the cells, the columns that they can be
        colored by, which regions are open in which cells, and with the model the counts.

        Parameters
        ----------
        path
            A file that ends in ``.html``.
        note
            What the reader should know, such as what the groups are; plain text over the map.
        counts
            Whether the page holds the open regions of the cells. Without them it is smaller, but no
            cells can be compared in it.
        model
            Whether the page holds the trained model; it needs the counts. ``None``: if there is
            one and the page stays under 10 MB.
        max_cells
            Of more cells the page has a random sample of so many, and says so. ``None``: 100,000,
            or fewer if together they have more than 50 million open regions.
        overwrite
            Whether a file that is there may be replaced.

        Returns
        -------
        Where it is, as an absolute path.

        Raises
        ------
        StageError
            There are no counts or no embedding yet, or no trained model that was asked for.
        DataError
            It has another ending, is there already, cannot be written, ``max_cells`` is below
            1, or so many cells have too many open regions for a page.
        """
        from ..page.contents import page_contents
        from ..page.document import document
        from ..page.open_regions import packed_regions

        max_cells = None if max_cells is None else whole("max_cells", max_cells, 1)
        path = absolute_path(path)
        if path.suffix.lower() not in ENDINGS:
            raise DataError(f"{path.name} does not end in .html; give it that ending.")
        refuse_existing(path, overwrite)
        with self.lock:
            adata = self._counts()
            if not len(self.embedding):
                text = (
                    "There is no embedding to show yet; preview() the cells, or train and embed()."
                )
                raise self._not_yet(text, "embedding", "mapping")
            cells = _cells_of_page(adata, max_cells, counts)
            contents = page_contents(self, cells, is_of_now=self._table_is_of_now())
            saved, without = self._model_of_page(model, counts, cells)
        contents["facts"].append(_origin())
        contents["note"] = note.strip()
        some = adata.X if len(cells) == adata.n_obs else adata.X[cells]
        packed = packed_regions(some) if counts else b""
        text = document(contents, packed, saved, without)
        if saved and model is None and len(text) > MAX_PAGE:
            without = TOO_BIG
            text = document(contents, packed, None, without)
        write_whole(path, text.encode(), overwrite=overwrite)
        more = f" {without}" if without == TOO_BIG else ""
        if len(cells) < adata.n_obs:
            more = f" It has a random sample of {len(cells):,} of {adata.n_obs:,} cells.{more}"
        self.notify(f"The page is saved in {path}.{more}")
        return path

    def _model_of_page(
        self, wanted: bool | None, counts: bool, cells: np.ndarray
    ) -> tuple[SavedModel | None, str]:
        """Return the model, or why it is not in the page."""
        from ..page.saved_model import saved_model, size_at_least

        without = ""
        if not self._has_weights():
            without = "No model was trained, so nothing is compared by one here."
        elif self._is_learning():
            without = "The model was learning when this page was saved, so it is not in it."
        elif self.model.adata is not self.adata or self.model.setup.layer is not None:
            without = "The model is of other counts than this page shows, so it is not in it."
        elif not counts:
            without = "This page was saved without counts, so the model is not in it."
        if wanted and without:
            raise StageError(f"model=True is not possible: {without}")
        if wanted is False:
            without = without or "This page was saved without its model."
        elif wanted is None and not without and size_at_least(self.model) > MAX_PAGE:
            without = TOO_BIG
        return (None if without else saved_model(self, self.model, cells)), without


def _cells_of_page(adata: AnnData, max_cells: int | None, counts: bool) -> np.ndarray:
    """Return the positions of the cells in a page: all, or a random sample."""
    from ...engine.spectral import sample_of

    per_cell = adata.X.nnz / max(adata.n_obs, 1) if counts else 0.0
    n_fitting = int(MAX_OPEN / per_cell) if per_cell else adata.n_obs
    if n_fitting < 1:
        raise DataError(
            "A cell has too many open regions for a page; use counts=False, or fewer regions."
        )
    if max_cells is None:
        return sample_of(adata.n_obs, min(MAX_CELLS, n_fitting), 0)
    if min(max_cells, adata.n_obs) > n_fitting:
        raise DataError(
            f"{min(max_cells, adata.n_obs):,} cells have too many open regions for a page; give "
            f"max_cells={n_fitting} or less, or counts=False."
        )
    return sample_of(adata.n_obs, max_cells, 0)


def _origin() -> str:
    """Return what the page is, by what and when."""
    import peakvi_widgets

    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"a snapshot, saved {now} by peakvi_widgets {peakvi_widgets.__version__}"
