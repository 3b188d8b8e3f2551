"""The one place where state lives: `Session`, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast, get_args

from ..arguments import shown
from ..errors import DataError
from ..paths import absolute_path
from .counts import Source
from .figures import Kind, figure
from .files.autosave import AutosavePart
from .files.container import write_whole
from .history.literals import Name
from .history.record import must_wait
from .history.replay import checked_record
from .history.script import notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CodeEnding = Literal[".py", ".ipynb"]


class Session(AutosavePart):
    """Everything a person has loaded, trained, selected and compared. Works without a screen.

    Long verbs (``open``, ``filter``, ``setup``, ``train``, ``embed``, ``cluster``, ``compare``,
    ``grow_selection``, ``save``, ``load``) return at once and run one after the other; ``wait()``
    blocks until all have ended and raises the first error. All other verbs act at once.

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
    >>> session.groups_by("cell_type", "B")
    >>> session.compare()
    >>> session.wait()
    >>> session.da_result.head()
    """

    def __init__(self, source: Source | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        if source is not None:
            self.open(source)

    @classmethod
    def of(cls, source: Session | Source | None) -> Session:
        """Return a session as it is, or a new one that opens the source."""
        return source if isinstance(source, cls) else cls(source)

    def __repr__(self) -> str:
        """Return what is open, trained and grouped, in a line."""
        return f"{type(self).__name__}({self.summary()})"

    def summary(self) -> str:
        """Return what is open, trained and grouped, in a few words."""
        if not self.n_cells:
            return "no data"
        parts = [f"{self.n_cells:,} cells x {self.n_regions:,} regions", self.training]
        groups = {1: self.idx1, 2: self.idx2}
        parts += [f"group {n}: {len(cells):,}" for n, cells in groups.items() if len(cells)]
        if self.da_state != "none":
            parts.append(f"comparison {self.da_state}")
        return ", ".join(parts)

    # -- what was done, to take away ------------------------------------------------------------
    @classmethod
    def replay(
        cls, record: Sequence[Mapping[str, Any]], *, data: Source | None = None, **traits: Any
    ) -> Self:
        """Do again what a record says, and wait until it is done.

        A record may come from a stranger: it can name nothing but the verbs that a session
        records, and all of it is looked at before anything runs. ``save`` is left out, so that
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
            It is no record, or something in it does not fit the data.
        """
        verbs = checked_record(record, cls)
        if data is None and any(isinstance(given.get("source"), Name) for _, given, _ in verbs):
            raise DataError("The record was made with an AnnData of a notebook; pass it as data.")
        session, pending = cls(**traits), set[str]()
        for verb, given, _ in verbs:
            if verb == "save":
                continue
            if verb == "open" and data is not None:
                given = {**given, "source": data}
            if must_wait(verb, pending):
                session.wait()
                pending = set()
            pending.add(verb)
            getattr(session, verb)(**given)
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
        self.tell(f"The code is saved in {path}.")
        return path

    def figure(self, kind: Kind, *, path: str | Path | None = None) -> Figure:
        """Draw a matplotlib figure of what is there.

        Parameters
        ----------
        kind
            "volcano" (effect size against probability), "embedding" or "history".
        path
            Where to save it too, in the format of its ending.

        Raises
        ------
        DataError
            There is no such kind.
        StageError
            What it shows is not there yet.
        """
        with self.lock:
            drawn = figure(self, kind)
        if path is not None:
            drawn.savefig(path)
        return drawn
