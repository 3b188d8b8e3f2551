"""`Session`: its parts, and what each of them does after an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, cast, get_args

from ..arguments import shown
from ..errors import DataError, StageError
from ..files import write_whole
from ..paths import absolute_path
from ..summary_table import summary_table
from .figures import Kind, figure, save_figure
from .files.container import ENDING
from .history.literals import Variable
from .history.record import must_wait
from .history.replay import checked_record
from .history.script import notebook
from .opening import Source
from .parts.autosave import Autosave
from .parts.bases import Bases
from .parts.comparison import Comparison
from .parts.counts import Counts
from .parts.drawing import Drawing
from .parts.embedding import Embedding
from .parts.epochs import Epochs
from .parts.files import Files
from .parts.genes import Genes
from .parts.groups import Groups
from .parts.inside import Inside
from .parts.layers import Layers
from .parts.markers import MarkerRegions
from .parts.named_groups import NamedGroups
from .parts.page import Page
from .parts.preview import Preview
from .parts.region_sets import RegionSets
from .parts.region_strips import RegionStrips
from .parts.region_view import RegionView
from .parts.selection import Selection
from .parts.training import Training
from .parts.undo import Undo
from .summary import facts_of, next_step_of, words_of
from .track_figures import KINDS, track_figure
from .verb import verb
from .work import Event, Reaction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CodeEnding = Literal[".py", ".ipynb"]
BEFORE_FIGURE = {  # the work that makes what a figure shows
    "embedding": ("embedding", "mapping"),
    "volcano": ("comparing",),
    "history": ("training",),
}


class Session(
    Counts,
    Training,
    Epochs,
    Preview,
    Embedding,
    Bases,
    Selection,
    Inside,
    Groups,
    NamedGroups,
    Genes,
    Comparison,
    MarkerRegions,
    RegionView,
    RegionStrips,
    RegionSets,
    Drawing,
    Layers,
    Undo,
    Files,
    Autosave,
    Page,
):
    """Everything the user has loaded, trained, selected and compared. Works without a screen.

    Long verbs (``open``, ``filter``, ``setup``, ``preview``, ``train``, ``embed``, ``cluster``,
    ``compare``, ``grow_selection``, ``save``, ``load``) return at once and run one after the other;
    ``wait()`` blocks until all have ended and raises the first error. All other verbs act at once.

    Parameters
    ----------
    source
        What to open: see ``open``; nothing for an empty session.
    **traits
        Settings to begin with (``delta=0.1``).

    Examples
    --------
    >>> session = Session("pbmc10k")
    >>> session.filter(min_cells=10)
    >>> session.train("quick")
    >>> session.embed()
    >>> session.wait()
    >>> session.groups_by("cell_type_coarse", "B")
    >>> session.compare()
    >>> session.wait()
    >>> session.da_result.head()
    """

    # what each part does after an event, in this order; the parts do not know each other
    reactions: ClassVar[Mapping[Event, tuple[Reaction, ...]]] = {
        # other cells and regions
        "cells": (
            Preview._drop_old_preview,
            Embedding._embed_new_cells,
            Comparison._update_comparison,
            Drawing._draw_new_cells,
        ),
        # a verb has written columns of obs
        "columns": (MarkerRegions._look_at_categories,),
        # the model was replaced or reset
        "model": (Epochs._drop_epoch_maps, Preview._drop_old_preview, Comparison._forget_table),
        # a training of a new model was stopped before its first epoch
        "no epoch": (Epochs._drop_epoch_maps,),
        # there is a map after an epoch; the basis that was shown is there no longer
        "epoch map": (Epochs._take_epoch_map,),
        "basis gone": (Embedding._show_best_basis,),
        # the weights begin to change
        "learning": (
            Epochs._note_epoch_maps,
            Preview._stop_preview,
            Embedding._show_embedding_state,
            Comparison._mark_as_stale,
        ),
        # weights were learned or loaded
        "weights": (
            Epochs._forget_former_maps,
            Preview._drop_old_preview,
            Embedding._recolor_by_weights,
            Comparison._update_comparison,
            Drawing._look_again,
        ),
        # counts were opened
        "opened": (Preview._preview_opened,),
        # there is a preview, asked for or not, or none any more
        "preview": (Embedding._show_preview,),
        # a preview that was made automatically has ended, or none is made
        "previewed": (Counts._warm_up,),
        # what is done next depends on the places of the cells in the preview
        "looking": (Preview._record_preview,),
        # the cells have other places in a basis
        "places": (Selection._forget_outlines_in,),
        # other cells in a group
        "groups": (Preview._observe_groups, Comparison._update_comparison),
        # the user changed the list of layers, or a layer
        "layer": (Layers._record_change,),
        # the user chose another basis for a layer
        "basis": (Bases.show_basis,),
        # undo or redo: before it, while it computes what it restores, and after it
        "before undo": (Comparison._comparison_before_undo,),
        "undoing": (Selection._keep_valid_outlines,),
        "after undo": (
            Training._training_after_undo,
            Preview._preview_after_undo,
            Preview._groups_after_undo,
            Embedding._colors_after_undo,
            Comparison._comparison_after_undo,
            Drawing._layers_after_undo,
            Layers._begin_new_entry,
        ),
        "undone": (Layers._complete_record,),
        # undo or a file has set some of the state
        "restored": (
            Training._number_weights,
            Preview._preview_restored,
            Embedding._embedding_restored,
            Comparison._table_restored,
            RegionView._fragments_restored,
            MarkerRegions._markers_restored,
            Drawing._layers_restored,
        ),
        # a long verb has taken its place in the record
        "verb": (Counts._record_settings, Layers._complete_opening),
        # a job has failed, and what it changed was put back
        "failure": (
            Epochs._epochs_after_failure,
            Training._training_after_failure,
            Preview._preview_after_failure,
            Embedding._embedding_after_failure,
            Comparison._comparison_after_failure,
            MarkerRegions._look_at_categories,
            RegionView._region_after_failure,
            RegionStrips._strip_after_failure,
        ),
        # the session was saved in a file
        "saved": (Autosave._remove_own_autosave,),
    }

    def __init__(self, source: Source | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        if source is not None:
            self.open(source)

    @classmethod
    def of(cls, source: Session | Source | None) -> Session:
        """Return a session as it is, or a new one that opens the source."""
        return source if isinstance(source, cls) else cls(source)

    @verb("open", first="source", work="opening", can_halt=True, remakes_model=True)
    def open(
        self,
        source: Source,
        *,
        layer: str | None = None,
        name: str = "adata",
        data_hash: str | None = None,
    ) -> None:
        """Read counts, check them and measure their quality; or continue a saved session. Long.

        Parameters
        ----------
        source
            A 10x folder, a ``.h5``, ``.h5ad``, ``.h5mu`` or ``.zarr`` path, the name of a built-in
            data set ("pbmc10k"), or an AnnData, MuData or DataFrame, which is not changed; or a
            ``.peakvi`` file.
        layer
            Layer that holds the raw counts; None for ``X``, and ``"raw"`` for those of ``raw``.
        name
            The variable that holds the AnnData, for the script.
        data_hash
            The session's ``data_hash`` when a script was made. Other counts are opened too, with a
            warning.

        Raises
        ------
        DataError
            From ``wait()``: it cannot be used. What was open stays open.
        """
        if isinstance(source, str | Path) and Path(source).suffix == ENDING:
            self._open_session(source)
        else:
            self._open_counts(source, layer, name, data_hash)

    def __repr__(self) -> str:
        """Return what is open, trained and grouped, in a line."""
        return f"{type(self).__name__}({self.summary()})"

    def _repr_html_(self) -> str:
        """Return the same for notebooks, with what usually comes next."""
        return summary_table(type(self).__name__, facts_of(self), next_step_of(self))

    def summary(self) -> str:
        """Return what is open, trained and grouped, in a few words."""
        return words_of(self)

    # -- what was done, to take away ------------------------------------------------------------
    @classmethod
    def replay(
        cls, record: Sequence[Mapping[str, Any]], *, data: Source | None = None, **traits: Any
    ) -> Self:
        """Do again what a record says, and wait until it is done.

        A record may come from a stranger: it can name nothing but the verbs that a session
        records, and all of it is checked before anything runs. ``save`` is left out, so that
        replaying writes no file.

        Parameters
        ----------
        record
            What ``session.record`` was.
        data
            What to open instead of what the record opened; needed where that was a variable.
        **traits
            As for `Session`.

        Returns
        -------
        A new session.

        Raises
        ------
        DataError
            It is not a record, or something in it does not fit the data.
        """
        verbs = checked_record(record, cls)
        if data is None and any(isinstance(given.get("source"), Variable) for _, given, _ in verbs):
            raise DataError("The record was made with an AnnData of a notebook; pass it as data.")
        session, pending = cls(**traits), set[str]()
        for name, given, _ in verbs:
            if name == "save":
                continue
            if name == "open" and data is not None:
                given = {**given, "source": data}
            if must_wait(name, pending):
                session.wait()
                pending = set()
            pending.add(name)
            getattr(session, name)(**given)
        session.wait()
        return session

    def code(self, ending: CodeEnding = ".py") -> str:
        """Return the Python that does in a fresh process what was done so far.

        Parameters
        ----------
        ending
            ``".py"`` for the script, ``".ipynb"`` for the same as a notebook.

        Raises
        ------
        DataError
            It is another ending.
        """
        if ending not in get_args(CodeEnding):
            raise DataError(f"No code ends in {shown(ending)}; use '.py' or '.ipynb'.")
        with self.lock:
            return notebook(self._record.entries) if ending == ".ipynb" else self.script

    def save_code(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the script, or the same as a notebook.

        Parameters
        ----------
        path
            The ending decides: ``.py`` or ``.ipynb``.
        overwrite
            Whether a file that is there may be replaced.

        Returns
        -------
        Where it is, as an absolute path.

        Raises
        ------
        DataError
            It has another ending, is there already, or cannot be written.
        """
        path = absolute_path(path)
        if path.suffix not in get_args(CodeEnding):
            raise DataError(f"{path.name} does not end in .py or .ipynb; give it one of the two.")
        text = self.code(cast(CodeEnding, path.suffix))
        write_whole(path, text.encode(), overwrite=overwrite)
        self.notify(f"The code is saved in {path}.")
        return path

    def figure(self, kind: Kind, *, path: str | Path | None = None) -> Figure:
        """Draw a matplotlib figure of what is there.

        Parameters
        ----------
        kind
            "volcano" (effect size against probability), "embedding", "history", "region", or
            "strip": the region that colors the cells in those of each group.
        path
            Where to save it too, in the format of its ending; a file that is there is replaced.

        Raises
        ------
        DataError
            There is no such kind or format, or the file cannot be written.
        StageError
            What it shows is not there yet.
        """
        with self.lock:
            try:
                drawn = track_figure(self, kind) if kind in KINDS else figure(self, kind)
            except StageError as error:
                raise self._not_yet(str(error), *BEFORE_FIGURE.get(kind, ())) from error
        if path is not None:
            save_figure(drawn, absolute_path(path))
        return drawn
