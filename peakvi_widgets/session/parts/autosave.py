"""The autosaving part of a session: a training survives a dead kernel, and is offered again.

An autosave is a session file without counts. It lies beside the session's own file, or else in the
user's data folder under the hash of the counts. Opening the same counts offers it.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import platformdirs
from traitlets import observe

from ... import settings
from ...errors import DataError, StageError
from ...jobs import Job, Queue, Steps
from ..base import LEARNING, Part
from ..files.container import ENDING, damaged, read_facts
from ..files.contents import Kept, opening, writing
from ..files.transfer import content_of, take_up

AUTOSAVE_ENDING = f".autosave{ENDING}"
MAX_FILES = 5
MAX_BYTES = 2 << 30  # of all autosaves in the data folder; the newest stays whatever it takes
MAX_DAYS = 30
LEAST_SECONDS = 60  # of training that are worth an autosave at its end


def autosave_folder() -> Path:
    """Return where sessions without a file of their own save themselves."""
    if settings.autosave_folder:
        return Path(settings.autosave_folder).expanduser()
    return platformdirs.user_data_path("peakvi_widgets", appauthor=False) / "autosave"


class Autosave(Part):
    """A session that saves itself while it is trained, and comes back after a dead kernel."""

    def __init__(self, **traits: Any) -> None:
        self._autosaves: Queue | None = None
        self._autosaved_at = math.inf  # seconds of `time.monotonic`
        self._autosave_failed = False
        self._own_autosave: Path | None = None
        self._to_recover: Path | None = None
        self._token = secrets.token_hex(4)
        super().__init__(**traits)
        self._autosaves = Queue(self.lock)

    def recover(self) -> None:
        """Bring back the training of an earlier session on the same counts. Long.

        Filter, groups, results and record become those of that session; ``train()`` continues
        where it was when it was autosaved.

        Raises
        ------
        StageError
            From ``wait()``: there is nothing to recover.
        DataError
            From ``wait()``: the autosave is damaged; nothing was changed.
        """
        path = self._to_recover

        def begin() -> Steps:
            counts = self._opened()
            if path is None:
                raise StageError("There is no autosave of these counts; nothing to recover.")
            return _recovering(path, counts, type(self))

        def recovered(kept: Kept | None) -> None:
            if kept is not None and path is not None:
                source = self.source
                missing = take_up(self, kept)
                self.source = source
                self.recoverable, self._to_recover = "", None
                text = "The autosaved session is back; train to continue its training."
                self._notify_or_warn(text, missing)

        with self.lock:
            self._submit(
                "open",
                begin,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=recovered,
            )

    def dismiss_recovery(self) -> None:
        """Hide the offer to recover a training. The autosave stays for the next opening."""
        with self.lock:
            self.recoverable = ""

    def autosave(self) -> None:
        """Save now what a dead kernel would lose; it runs beside other work.

        During training a session does this automatically every ``settings.autosave_minutes``. What
        keeps the file from being written is shown as a warning and stops nothing.
        """
        with self.lock:
            if self.opened is None or settings.restricted or self._autosaves is None:
                return
            self._autosaved_at = time.monotonic()
            if self._autosaves.running:
                return  # the disk is slow: the next one will do
            path = self._autosave_path()
            self._own_autosave = path
            content = replace(content_of(self), with_counts=False)
            content.facts["autosaved"] = time.time()

            def autosaved(_result: Any, error: BaseException | None) -> None:
                if error and not self._autosave_failed:
                    why = str(error) if isinstance(error, DataError) else repr(error)[:150]
                    self.notify(f"Autosave failed, and work goes on: {why}", "warning")
                self._autosave_failed = error is not None

            self._autosaves.submit(
                Job("autosaving", lambda: _autosaving(path, content), on_end=autosaved)
            )

    # -- when -----------------------------------------------------------------------------------
    @observe("training")
    def _begin_or_end_autosaving(self, change: Any) -> None:
        if change.new == "running" and change.old not in LEARNING:
            self._autosaved_at = time.monotonic()
        elif change.new == "trained" and change.old in LEARNING:
            if self._is_due(min(LEAST_SECONDS, 60 * settings.autosave_minutes)):
                self.autosave()
            self._autosaved_at = math.inf

    @observe("step")
    def _autosave_when_due(self, change: Any) -> None:
        if change.new is not None and self._is_due(60 * settings.autosave_minutes):
            self.autosave()

    def _is_due(self, seconds: float) -> bool:
        since = time.monotonic() - self._autosaved_at
        return settings.autosave_minutes > 0 and since >= seconds

    # -- where ----------------------------------------------------------------------------------
    def _autosave_path(self) -> Path:
        if self._session_file is not None:
            return _beside(self._session_file)
        return autosave_folder() / f"{self.data_hash}-{self._token}{AUTOSAVE_ENDING}"

    def _remove_own_autosave(self) -> None:
        """Remove the autosave of what the session's file holds now."""
        if self._own_autosave is not None and self.training not in LEARNING:
            with suppress(OSError):
                self._own_autosave.unlink(missing_ok=True)
            self._own_autosave = None

    # -- what is offered ------------------------------------------------------------------------
    @observe("data_hash")
    def _offer_to_recover(self, _change: Any) -> None:
        self.recoverable, self._to_recover = "", None
        if not self.data_hash or settings.restricted or self._autosaves is None:
            return
        newest = max(self._candidates(), default=None)
        if newest is None:
            return
        when, path, n_epochs = newest
        self._to_recover = path
        epochs = f"{n_epochs} epoch{'s' if n_epochs != 1 else ''}"
        self.recoverable = (
            f"A training of these counts was autosaved on {time.strftime('%Y-%m-%d %H:%M', when)} "
            f"after {epochs}."
        )
        self.notify(f"{self.recoverable} Call session.recover() to bring it back.")

    def _candidates(self) -> Iterator[tuple[time.struct_time, Path, int]]:
        """Yield time, path and epochs of each autosave of these counts by another session."""
        after = 0.0
        with suppress(OSError):
            found = list(autosave_folder().glob(f"{self.data_hash}-*{AUTOSAVE_ENDING}"))
            if self._session_file is not None:
                after = self._session_file.stat().st_mtime
                found.append(_beside(self._session_file))
            for path in found:
                if path == self._own_autosave or not path.is_file():
                    continue
                with suppress(DataError, OSError, KeyError, TypeError, ValueError, OverflowError):
                    facts = read_facts(path)
                    autosaved = float(facts["autosaved"])
                    if facts["data_hash"] == self.data_hash and autosaved > after:
                        yield time.localtime(autosaved), path, len(facts["history"])


def _beside(file: Path) -> Path:
    return file.with_name(file.name.removesuffix(ENDING) + AUTOSAVE_ENDING)


def _autosaving(path: Path, content: Any) -> Steps:
    """Write an autosave, and keep the folder small."""
    yield "autosaving"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path.parent} cannot be made: {error.strerror}.") from error
    yield from writing(path, content, overwrite=True)
    if path.parent == autosave_folder():
        remove_old(path.parent, keep=path)


def remove_old(folder: Path, keep: Path) -> None:
    """Remove the oldest autosaves of a folder until few and small ones are left.

    Parameters
    ----------
    folder
        Where they are.
    keep
        The one that was just written; it stays.
    """
    now, n_bytes = time.time(), 0
    with suppress(OSError):
        others = {path: path.stat() for path in folder.glob(f"*{AUTOSAVE_ENDING}") if path != keep}
        n_bytes = keep.stat().st_size
        newest_first = sorted(others.items(), key=lambda one: -one[1].st_mtime)
        for number, (path, found) in enumerate(newest_first, 2):
            n_bytes += found.st_size
            is_old = now - found.st_mtime > MAX_DAYS * 24 * 3600
            if number > MAX_FILES or n_bytes > MAX_BYTES or is_old:
                n_bytes -= found.st_size
                with suppress(OSError):
                    path.unlink()


def _recovering(path: Path, counts: Any, session: type[Part]) -> Steps:
    kept: Kept = yield from opening(path, counts)
    try:
        take_up(session(), kept)  # in another session: the one that asks stays as it is
    except Exception as error:
        # what a damaged file tells can fail in any way
        raise damaged(path, error) from error
    return kept
