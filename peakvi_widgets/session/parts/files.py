"""The saving part of a session: all of it into one file, and out of it in another kernel."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import DataError
from ...files import short
from ...jobs import Job, Steps
from ...paths import absolute_path
from ..base import LEARNING, Part
from ..files.changes import Changes
from ..files.container import ENDING, damaged
from ..files.contents import Kept, opening, writing
from ..files.transfer import content_of, take_up
from ..history.replay import plain_record
from ..training_steps import saving
from ..verb import verb

if TYPE_CHECKING:
    from ...model import PEAKVI


class Files(Part):
    """A session on disk: ``save("x.peakvi")`` writes it, ``open("x.peakvi")`` continues it."""

    @property
    def record(self) -> list[dict[str, Any]]:
        """What was done so far, as values that JSON can hold; see `Session.replay`."""
        return plain_record(self._record.entries)

    @verb("save", work="saving", goes_on=True)
    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the whole session into a ``.peakvi`` file, or the model alone into a folder. Long.

        The file holds counts, settings, groups, model, results and record; it opens in another
        kernel and on another machine. It is one zip file without any pickle. Counts that lie on
        disk it names instead: their file must be where it was, or beside the session's.

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
            steps = writing(file, content_of(self), overwrite or is_saved_now.is_set())
            return self._with_counts_checked(adata, steps)

        def saved(changes: Changes | None) -> None:
            changes = changes or Changes()
            self._saved_to(file)
            text = f"The session is saved in {file}{changes.elsewhere()}."
            self._notify_or_warn(text, changes.sentence())

        def saved_now(changes: Changes | None, error: BaseException | None) -> None:
            if error:
                self._notify_failure(error)
                return
            is_saved_now.set()
            self._saved_to(file)
            changes = changes or Changes()
            self._notify_or_warn(
                f"The session as it is now is saved in {file}{changes.elsewhere()}; it is saved "
                "again when training has ended.",
                changes.sentence(),
            )

        with self.lock:
            if self.training in LEARNING:
                self._saves.submit(Job("saving", begin, on_end=saved_now))
            self._submit("save", begin, on_end=saved)

    def _save_model(self, path: str | Path, overwrite: bool) -> None:
        """Write the model into a folder: during training at once, and again at its end."""
        folder = absolute_path(path)
        is_saved_now = threading.Event()

        def saved_now(is_written: bool | None, error: BaseException | None) -> None:
            if error:
                self._notify_failure(error)
                return
            if not is_written:
                self.notify(f"The model is saved in {folder} when training has ended.")
                return
            is_saved_now.set()
            self.notify(
                f"The model as it is now is saved in {folder}; it is saved again when training "
                "has ended."
            )

        with self.lock:
            if self.training in LEARNING:
                model = self.model
                self._saves.submit(
                    Job("saving", lambda: _saving_now(model, folder, overwrite), on_end=saved_now)
                )
            self._queue_model(path, overwrite, is_saved_now.is_set)

    def _queue_model(self, path: str | Path, overwrite: bool, is_ours: Callable[[], bool]) -> None:
        """Write the trained model when its turn has come.

        ``is_ours`` tells then whether what is there is an earlier state of this model.
        """

        def begin() -> Steps:
            return saving(self._trained(), path, overwrite or is_ours())

        with self.lock:
            self._submit(
                "save",
                begin,
                on_end=lambda _result: self.notify(f"The model is saved in {path}."),
                arguments={"path": str(path), "overwrite": True},  # a script may run twice
            )

    def _saved_to(self, file: Path) -> None:
        self._session_file = file
        self._react("saved")

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

    def _open_session(self, path: str | Path) -> None:
        """Continue a saved session; see ``Session.open``."""
        file = absolute_path(path)

        def steps() -> Steps:
            kept: Kept = yield from opening(file)
            try:
                take_up(type(self)(), kept)  # in another session: this one stays as it is
            except Exception as error:
                # what a damaged file tells can fail in any way; this session stays as it is
                raise damaged(file, error) from error
            return kept

        def opened(kept: Kept | None) -> None:
            if kept is not None:
                self._session_file = file
                text = f"The session of {short(file)} continues."
                self._notify_or_warn(text, take_up(self, kept))

        with self.lock:
            self._submit(
                "open",
                steps,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=opened,
            )


def _saving_now(model: PEAKVI | None, folder: Path, overwrite: bool) -> Steps:
    """Write a model that is being trained; return whether there was something to write yet."""
    yield f"writing {folder}"
    snapshot = model.snapshot() if model is not None else None
    if snapshot is None:
        return False
    snapshot.write(folder, overwrite=overwrite)
    return True
