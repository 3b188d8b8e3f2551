"""The one place where state lives: `Session`, put together from its parts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .data import Source
from .figures import Kind, figure
from .picture import LayersPart

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Session(LayersPart):
    """Everything a person has loaded, trained, selected and compared. Works without a screen.

    Long verbs (``open``, ``filter``, ``setup``, ``train``, ``embed``, ``cluster``, ``compare``,
    ``save``, ``load``) return at once and run one after the other; ``wait()`` blocks until all
    have ended and raises the first error. All other verbs act at once.

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
