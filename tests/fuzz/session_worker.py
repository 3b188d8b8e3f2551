"""Opens damaged session files and model folders within the bounds of ``read_worker``."""

from __future__ import annotations

import traceback
from pathlib import Path

import numpy as np
import read_worker  # beside this file

SEED = 3


def base():
    """Return a session in use, that must stay as it is when opening fails."""
    from peakvi_widgets.data import simulate
    from peakvi_widgets.session import Session

    session = Session(simulate(30, 40, density=0.3, n_types=2, seed=SEED))
    session.wait()
    session.idx1 = [1, 2, 3]
    return session


class State:
    session = None


def digest(session) -> tuple:
    return (session.n_cells, session.n_regions, tuple(session.idx1), session.code(),
            session.data_hash, session.training, session.obs_columns, session.layer_rows,
            id(session.adata), id(session.opened), session.model)  # fmt: skip


def is_sentence(text: str) -> bool:
    return len(text) < 300 and "\n" not in text


def open_session(path: Path):
    if path.is_dir():
        from peakvi_widgets import PEAKVI
        from peakvi_widgets.session import Session

        if State.session is None:
            State.session = base()
        whole = Session(path.parent / "seeds" / "trained.peakvi")
        whole.wait()
        return PEAKVI.load(path, adata=whole.adata)
    if State.session is None:
        State.session = base()
    State.session.open(path)
    State.session.wait()
    return State.session


def faults(session) -> str:
    """Use what was opened; say what does not fit together."""
    from peakvi_widgets.errors import PeakVIError

    adata = session.adata
    if (session.n_cells, session.n_regions) != adata.shape or len(session.regions) != adata.n_vars:
        return "sizes"
    for name in ("idx1", "idx2", "selection"):
        if len(getattr(session, name)) and getattr(session, name).max() >= adata.n_obs:
            return name
    compile(session.code(), "script", "exec")
    session.colors  # noqa: B018 - computes
    try:
        if session.model is not None:
            session.model.get_latent_representation()
        session.filter(min_cells=1)
        session.wait()
    except PeakVIError:
        return ""
    return ""


def outcome(path: Path) -> tuple[str, str]:
    from peakvi_widgets.errors import PeakVIError

    before = digest(State.session) if State.session else None
    try:
        opened = open_session(path)
    except PeakVIError as error:
        text = str(error)
        session = State.session
        if before is not None and digest(session) != before:
            State.session = None
            return "half", text
        if session is not None and "fault of peakvi_widgets" in session.notice.text:
            return "foreign", session.notice.text
        return ("refused" if is_sentence(text) else "unclear"), text
    except BaseException as error:  # noqa: BLE001 - what is looked for
        State.session = None
        place = traceback.extract_tb(error.__traceback__)[-1]
        return "foreign", f"{type(error).__name__}: {error}"[:300] + f" {place.name}:{place.lineno}"
    if path.is_dir():
        return ("read", "") if np.ndim(opened.get_latent_representation()) == 2 else ("wrong", "")
    State.session = None
    try:
        wrong = faults(opened)
    except BaseException as error:  # noqa: BLE001 - what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return "wrong", f"{type(error).__name__}: {error}"[:300] + f" {place.name}:{place.lineno}"
    return ("wrong", wrong) if wrong else ("read", "")


if __name__ == "__main__":
    read_worker.read, read_worker.outcome = open_session, outcome
    read_worker.main()
