"""The saving part of a session: all of it into one file, and out of it in another kernel."""

from __future__ import annotations

import os
import threading
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from traitlets import Tuple

from ...errors import DataError, StageError
from ...files import short
from ...jobs import Job, Queue, Steps
from ...paths import absolute_path
from ..columns import obs_columns
from ..comparison import by_probability
from ..counts import Source
from ..history.replay import checked_record, plain_record, readable_record
from ..layers.verbs import LayersPart
from ..places import bases_of
from ..verb import lasting_work
from .cells_file import Cells
from .checked_facts import check_arrays, check_facts, instance, instances
from .container import ENDING, damaged
from .contents import Kept, ToWrite, opening, writing
from .storable import Changes

if TYPE_CHECKING:
    from ...model import PEAKVI

KEYS = {"layer_rows": "layers"}  # names in the file that are not those of the traits
UNDER_WAY = ("running", "paused", "stopping")  # of a training


class SavingPart(LayersPart):
    """A session on disk: ``save("x.peakvi")`` writes it, ``open("x.peakvi")`` goes on with it."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._saves = Queue(self.lock, keeping=lasting_work())  # during training, beside it
        self._session_file: Path | None = None

    @property
    def record(self) -> list[dict[str, Any]]:
        """What was done so far, as values that JSON can hold; see `Session.replay`."""
        return plain_record(self._record.entries)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the whole session into a ``.peakvi`` file, or the model alone into a folder. Long.

        The file holds counts, settings, groups, model, results and record; it opens in another
        kernel and on another machine. It is one zip file without any pickle.

        Parameters
        ----------
        path
            A file that ends in ``.peakvi``, or a folder for the model.
        overwrite
            Whether what is there may be replaced.

        Notes
        -----
        During training it is written at once, with the weights of the latest minibatch, and again
        when its turn has come: when training has ended.

        Raises
        ------
        StageError
            From ``wait()``: nothing is open; for a model: nothing is trained.
        DataError
            From ``wait()``: it is there already and ``overwrite`` is off, or cannot be written.
        """
        file = absolute_path(path)
        if file.suffix != ENDING:
            self._save_model(path, overwrite)
            return
        is_saved_now = threading.Event()

        def begin() -> Steps:
            adata = self._counts()
            steps = writing(file, self._content(), overwrite or is_saved_now.is_set())
            return self._with_counts_checked(adata, steps)

        def saved(changes: Changes | None) -> None:
            self._saved_to(file)
            self._tell_saved(f"The session is saved in {file}.", changes)

        def saved_now(changes: Changes | None, error: BaseException | None) -> None:
            if error:
                self._tell_failure(error)
                return
            is_saved_now.set()
            self._saved_to(file)
            self._tell_saved(
                f"The session as it is now is saved in {file}; it is saved again when training "
                "has ended.",
                changes,
            )

        with self.lock:
            if self.training in UNDER_WAY:
                self._saves.submit(Job("saving", begin, on_end=saved_now))
            self._submit("save", begin, on_end=saved)

    def _save_model(self, path: str | Path, overwrite: bool) -> None:
        """Write the model into a folder: during training at once, and again at its end."""
        folder = absolute_path(path)
        is_saved_now = threading.Event()

        def saved_now(_result: Any, error: BaseException | None) -> None:
            if error:
                self._tell_failure(error)
                return
            is_saved_now.set()
            self.tell(
                f"The model as it is now is saved in {folder}; it is saved again when training "
                "has ended."
            )

        with self.lock:
            if self.training in UNDER_WAY:
                model = self.model
                self._saves.submit(
                    Job("saving", lambda: _saving_now(model, folder, overwrite), on_end=saved_now)
                )
            self._queue_model(path, overwrite, is_saved_now.is_set)

    def wait(self) -> None:
        """Block until all verbs have ended and all files are written; Ctrl-C stops softly.

        Raises
        ------
        PeakVIError
            The first error since the queue was last empty.
        """
        try:
            self._saves.wait()
        finally:
            super().wait()

    def _saved_to(self, file: Path) -> None:
        """Take notice of the file that holds this session."""
        self._session_file = file

    def _tell_saved(self, text: str, changes: Changes | None) -> None:
        """Say that a session is saved, and what of it is not in the file as it was."""
        said = changes.sentence() if changes else ""
        if said:
            self._doubt(f"{text} {said}")
        else:
            self.tell(text)

    def check_writable(self, path: Path) -> None:
        """Raise at once what ``save`` would find out when its turn comes.

        Raises
        ------
        StageError
            Nothing is open.
        DataError
            Its folder is not there, or nothing may be written into it.
        """
        self._opened()
        if not path.parent.is_dir():
            raise DataError(f"There is no folder {path.parent}; make it, or choose another.")
        if not os.access(path.parent, os.W_OK):
            raise DataError(f"Nothing may be written into {path.parent}; choose another folder.")

    def open(
        self,
        source: Source,
        *,
        layer: str | None = None,
        name: str = "adata",
        data_hash: str | None = None,
    ) -> None:
        """Read counts, check them and measure their quality; or go on with a saved session. Long.

        Parameters
        ----------
        source
            A 10x folder, a ``.h5``, ``.h5ad`` or ``.zarr`` path, the name of a built-in data set
            ("pbmc10k"), or an AnnData, which is not changed; or a ``.peakvi`` file.
        layer
            Layer that holds the raw counts; None for ``X``.
        name
            The variable that holds the AnnData, for the script.
        data_hash
            What the session's ``data_hash`` was when a script was made. Other counts are opened
            too, with a warning.

        Raises
        ------
        DataError
            From ``wait()``: it cannot be used. What was open stays open.
        """
        if not isinstance(source, str | Path) or Path(source).suffix != ENDING:
            super().open(source, layer=layer, name=name, data_hash=data_hash)
            return
        file = absolute_path(source)

        def steps() -> Steps:
            kept: Kept = yield from opening(file)
            try:
                type(self)()._take_up(kept)  # a session that nobody sees: this one stays as it is
            except Exception as error:
                # what a damaged file tells can fail in any way; this session stays as it is
                raise damaged(file, error) from error
            return kept

        def opened(kept: Kept | None) -> None:
            if kept is not None:
                self._session_file = file
                self._tell_taken_up(f"The session of {short(file)} continues.", self._take_up(kept))

        with self.lock:
            self._submit(
                "open",
                steps,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=opened,
            )

    # -- inside ---------------------------------------------------------------------------------
    def _content(self) -> ToWrite:
        """Return all that a file must hold; of what is being trained, the model as it is."""
        has_weights, has_table = self._has_weights(), self.da_columns is not None
        facts = {name: getattr(self, name) for name in self.file_traits("plain")}
        facts["training"] = "trained" if has_weights else "untrained"
        facts["da_state"] = "none" if not has_table else "stale"
        if has_table and self.da_state == "final":
            facts["da_state"] = "final"
        facts["records"] = {
            name: asdict(value)
            for name in self.file_traits("record")
            if (value := getattr(self, name)) is not None
        }
        for name in self.file_traits("rows"):
            facts[KEYS.get(name, name)] = [asdict(row) for row in getattr(self, name)]
        facts["record"] = self.record
        return ToWrite(
            facts=facts,
            opened=None if self.opened is self.adata else Cells.of(self.opened),
            cells=Cells.of(self.adata),
            arrays={name: getattr(self, name) for name in self.file_traits("array")},
            table=self.da_columns,
            model=self.model,
            check=partial(_check_facts, session=type(self)),
        )

    def _tell_taken_up(self, text: str, missing: str) -> None:
        """Say that a saved session continues, and what of its record does not."""
        if missing:
            self._doubt(f"{text} {missing}")
        else:
            self.tell(text)

    def _take_up(self, kept: Kept) -> str:
        """Become the session that was saved; return a sentence on what of its record is missing."""
        facts, adata, table = kept.facts, kept.adata, kept.table
        record, missing = readable_record(facts["record"], type(self))
        state = self._state_of(kept)
        with self._without_live():
            self._forget_model()
            self._record.take_up(record)
            self.opened = kept.opened
            self._restore({"adata": adata, "slots": {}, **state})
            if table is not None and facts["da_state"] == "final" and self.da_settings:
                of = self.da_settings
                self._shown = self._compared = self._key(self._settings(of.n_samples, of.seed))
        self._after_undo({"adata", "model"})
        return missing

    def _state_of(self, kept: Kept) -> dict[str, Any]:
        """Return the traits that a file tells of, checked against its cells."""
        facts, adata, table = kept.facts, kept.adata, kept.table
        arrays = {name: kept.arrays[name] for name in self.file_traits("array")}
        check_arrays(arrays, kept.opened, adata)
        check_facts(kept)
        if table is not None and len(table) != adata.n_vars:
            raise ValueError("the table is of other regions")
        return {
            "n_cells": adata.n_obs,
            "n_regions": adata.n_vars,
            "regions": tuple(map(str, adata.var_names)),
            "obs_columns": obs_columns(adata),
            "model": kept.model,
            **arrays,
            "bases": bases_of(adata),
            **_plain_state(facts, type(self)),
            "da_columns": table,
            "da_result": None if table is None else by_probability(table),
        }


def _plain_state(facts: dict[str, Any], session: type[SavingPart]) -> dict[str, Any]:
    """Return the traits that facts alone hold; raise where these are not what they should be."""
    records = {
        name: instance(cast(Any, trait).klass, facts["records"][name])
        if name in facts["records"]
        else None
        for name, trait in session.file_traits("record").items()
    }
    rows = {
        name: instances(trait.metadata["rows_of"], facts[KEYS.get(name, name)])
        for name, trait in session.file_traits("rows").items()
    }
    plain = session.file_traits("plain")
    facts = {
        name: trait.default() for name, trait in plain.items() if trait.metadata["is_new"]
    } | facts
    return {
        **{
            name: tuple(facts[name]) if isinstance(trait, Tuple) else facts[name]
            for name, trait in plain.items()
        },
        **records,
        **rows,
    }


def _check_facts(facts: dict[str, Any], session: type[SavingPart]) -> None:
    """Raise when facts could not be read again."""
    checked_record(facts["record"], session)
    _plain_state(facts, session)


def _saving_now(model: PEAKVI | None, folder: Path, overwrite: bool) -> Steps:
    """Write a model that is being trained."""
    yield f"writing {folder}"
    snapshot = model.snapshot() if model is not None else None
    if snapshot is None:
        raise StageError("There is no trained model yet; train one first.")
    snapshot.write(folder, overwrite=overwrite)
