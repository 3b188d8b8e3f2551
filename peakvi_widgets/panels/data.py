"""The data panel: open counts, inspect their quality, filter them and choose the batch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from traitlets import Float, Unicode, observe

from ..access import (
    Access,
    access,
    first_folder,
    may_open,
    path_to_open,
    path_to_save,
    require_variables,
)
from ..arguments import shown
from ..data.datasets import DATASETS
from ..data.quality import FilterSettings
from ..errors import DataError
from ..kernel import notebook_adatas
from ..session import Session
from ..session.files.container import ENDING
from ..session.opening import Source
from ..session.records import ObsColumn
from ..wire import Array, Record, Rows
from ._panel import STATIC, Panel, asks, follows, reads

READABLE = (".h5", ".h5ad", ".h5mu", ".zarr", ENDING)
MAX_INSPECTED = 1_000  # files of a folder, to find whether it holds counts
MATRIX = (".mtx", ".mtx.gz")  # Cell Ranger's own, or with a sample's prefix as on GEO


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder in the file list.

    Attributes
    ----------
    name, path
        Name and full path.
    kind
        ``"folder"``, or ``"counts"`` if it can be opened.
    size
        Bytes; 0 for a folder.
    """

    name: str
    path: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A data set or a variable of the notebook that can be opened.

    Attributes
    ----------
    name
        Name to open it by.
    text
        Short description.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Component:
    """A component of the cells that was tested by held-out data.

    Attributes
    ----------
    z
        How far its held-out value lies above chance, in standard deviations.
    is_confirmed
        Whether that is far enough.
    follows_depth
        Whether it follows the depth of the cells, and is left out for that.
    """

    z: float
    is_confirmed: bool
    follows_depth: bool


class DataPanel(Panel):
    """Open counts from a file, the notebook or the built-in data sets, and filter them.

    Attributes
    ----------
    components
        The components of the cells that were tested, the largest first.
    confirmed_from
        The ``z`` from which a component is confirmed.
    dimensions_sentence
        How many are confirmed; empty when none were tested.
    """

    _esm = STATIC / "data.js"
    _css = STATIC / "theme.css"

    source = reads(Session.source)
    n_cells = reads(Session.n_cells)
    n_regions = reads(Session.n_regions)
    n_cells_opened = reads(Session.n_cells_opened)
    n_regions_opened = reads(Session.n_regions_opened)
    regions_per_cell = reads(Session.regions_per_cell, Array("uint32"))
    cells_per_region = reads(Session.cells_per_region, Array("uint32"))
    filter_settings = reads(Session.filter_settings, Record(FilterSettings))
    filter_warning = reads(Session.filter_warning)
    obs_columns = reads(Session.obs_columns, Rows(ObsColumn))
    batch_key = reads(Session.batch_key)
    held_out = reads(Session.held_out)
    training = reads(Session.training)
    recoverable = reads(Session.recoverable)
    undo_label = reads(Session.undo_label)
    redo_label = reads(Session.redo_label)
    previewing = reads(Session.previewing)
    dimensions = follows(Session.dimensions)
    components = Rows(Component)
    confirmed_from = Float().tag(sync=True)
    dimensions_sentence = Unicode().tag(sync=True)

    datasets = Rows(Choice)
    variables = Rows(Choice)
    directory = Unicode().tag(sync=True)
    entries = Rows(Entry)
    access = Record(Access, Access())

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        self.access = access()
        self.datasets = tuple(Choice(name, known.description) for name, known in DATASETS.items())
        with self.session.reporting():
            self.on_refresh()
        with self.session.lock:
            self.session.live_preview = True

    @observe("dimensions")
    def _send_components(self, change: Any) -> None:
        found = change.new
        if found is None:
            self.components, self.dimensions_sentence = (), ""
            return
        with self.hold_sync():
            self.confirmed_from, self.dimensions_sentence = found.threshold, found.sentence
            self.components = tuple(
                map(Component, found.z, found.is_confirmed, found.follows_depth)
            )

    def on_refresh(self) -> None:
        """List the folder and the notebook's variables again."""
        self.variables = tuple(
            Choice(name, f"{adata.n_obs:,} cells x {adata.n_vars:,} regions")
            for name, adata in (notebook_adatas() if access().variables else {}).items()
        )
        if access().opening:
            self.on_browse(self.directory or str(first_folder()))
        else:
            self.directory, self.entries = "", ()

    def on_browse(self, path: str) -> None:
        """List a folder."""
        folder = path_to_open(path).resolve()
        try:
            found = sorted(folder.iterdir(), key=lambda entry: entry.name.lower())
        except OSError as error:
            raise DataError(f"{folder} cannot be listed: {error.strerror}.") from error
        seen = (path for path in found if not path.name.startswith(".") and may_open(path))
        listed = [_entry(path) for path in seen]
        self.directory = str(folder)
        self.entries = tuple(entry for entry in listed if entry)

    def on_open_path(self, path: str) -> None:
        """Open a file or folder of the server; a folder without counts is listed instead."""
        given = path_to_open(path)
        entry = _entry(given) if given.is_dir() else None
        if entry and entry.kind == "folder":
            self.on_browse(path)
        else:
            self.session.open(str(given))

    def on_open_dataset(self, name: str) -> None:
        """Open a built-in data set."""
        if name not in DATASETS:
            raise DataError(f"{shown(name)} is not a data set; use one of {', '.join(DATASETS)}.")
        self.session.open(name)

    def on_open_variable(self, name: str) -> None:
        """Open an AnnData of the notebook."""
        require_variables()
        adata = notebook_adatas().get(name)
        if adata is None:
            self.on_refresh()
            raise DataError(f"The notebook has no AnnData {shown(name)} any more; choose another.")
        self.session.open(adata, name=name)

    def on_filter(
        self,
        min_cells: float,
        min_regions: int,
        max_regions: int | None,
        standard_chromosomes: bool,
    ) -> None:
        """Filter the counts that were opened."""
        self.session.filter(
            min_cells=int(min_cells) if min_cells.is_integer() else min_cells,
            min_regions=min_regions,
            max_regions=max_regions,
            standard_chromosomes=standard_chromosomes,
        )

    def on_setup(self, batch_key: str | None, held_out: float) -> None:
        """Choose the column that holds the batch, and the share of fragments to hold out."""
        self.session.setup(batch_key=batch_key, held_out=held_out)

    on_recover = asks(Session.recover)
    on_dismiss_recovery = asks(Session.dismiss_recovery)
    on_preview = asks(Session.preview)
    on_undo = asks(Session.undo)
    on_redo = asks(Session.redo)

    def on_save_model(self, path: str, overwrite: bool) -> None:
        """Save the trained model in a folder."""
        self.session.save(path_to_save(path), overwrite=overwrite)

    def on_load_model(self, path: str) -> None:
        """Load a trained model from a folder."""
        self.session.load(path_to_open(path))


def _entry(path: Path) -> Entry | None:
    """Return the entry of a file or folder; None if it cannot be opened."""
    try:
        is_folder = path.is_dir()
        if is_folder and path.suffix != ".zarr":
            inside = islice(path.iterdir(), MAX_INSPECTED)
            n_matrices = sum(found.name.endswith(MATRIX) for found in inside)
            plain = any((path / name).exists() for name in ("matrix.mtx", "matrix.mtx.gz"))
            is_counts = plain or n_matrices == 1
            return Entry(path.name, str(path), "counts" if is_counts else "folder", 0)
        if path.suffix in READABLE or path.name.endswith(MATRIX):
            return Entry(path.name, str(path), "counts", 0 if is_folder else path.stat().st_size)
    except OSError:
        return None  # removed, or not readable
    return None
