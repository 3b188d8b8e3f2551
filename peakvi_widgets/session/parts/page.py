"""The page part of a session: what is there now as one HTML file, to look at without a kernel."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ...errors import DataError, StageError
from ...files import refuse_existing, write_whole
from ...paths import absolute_path
from ..base import Part

ENDINGS = (".html", ".htm")
MAX_OPEN = 50_000_000  # open regions of all cells: a page of about 80 MB, made in ten seconds


class Page(Part):
    """A session as a page."""

    def export_html(
        self, path: str | Path, *, note: str = "", counts: bool = True, overwrite: bool = False
    ) -> Path:
        """Write a page that opens by a double click, without a kernel and without a network.

        It shows the embedding as it is now, colors it by any column of ``obs`` or by a region, and
        has the table of the comparison. In it, groups can be drawn, and what is observed to differ
        between them is computed in the browser; the model is not in it. The file holds the names of
        the cells, the columns that they can be colored by, and which regions are open in which
        cells.

        Parameters
        ----------
        path
            A file that ends in ``.html``.
        note
            What the reader should know, such as what the groups are; plain text over the map.
        counts
            Whether the page holds the open regions of the cells. Without them it is smaller, but no
            cells can be compared in it.
        overwrite
            Whether a file that is there may be replaced.

        Returns
        -------
        Where it is, as an absolute path.

        Raises
        ------
        StageError
            There are no counts or no embedding yet.
        DataError
            It has another ending, is there already, cannot be written, or there are too many open
            regions for a page.
        """
        from ..page.contents import page_contents
        from ..page.document import document
        from ..page.open_regions import packed_regions

        path = absolute_path(path)
        if path.suffix.lower() not in ENDINGS:
            raise DataError(f"{path.name} does not end in .html; give it that ending.")
        refuse_existing(path, overwrite)
        with self.lock:
            adata = self._counts()
            if not len(self.embedding):
                raise StageError(
                    "There is no embedding to show yet; preview() the cells, or train and embed()."
                )
            contents = page_contents(self, is_of_now=self._table_is_of_now())
        if counts and adata.X.nnz > MAX_OPEN:
            raise DataError(
                f"{adata.X.nnz:,} open regions are too many for a page; use counts=False, or fewer "
                "regions."
            )
        contents["facts"].append(_origin())
        contents["note"] = note.strip()
        packed = packed_regions(adata.X) if counts else b""
        text = document(contents, packed)
        write_whole(path, text.encode(), overwrite=overwrite)
        self.notify(f"The page is saved in {path}.")
        return path


def _origin() -> str:
    """Return what the page is, by what and when."""
    import peakvi_widgets

    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"a snapshot, saved {now} by peakvi_widgets {peakvi_widgets.__version__}"
