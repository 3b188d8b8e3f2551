"""Whatever a page sends, in any order: one sentence at most, and the session stays consistent.

``make fuzz`` takes more steps (``PEAKVI_FUZZ_ROUNDS`` times those of ``make test``).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _remove_buffers

from peakvi_widgets import settings
from peakvi_widgets.errors import PeakVIError
from peakvi_widgets.panels.code import CodePanel
from peakvi_widgets.panels.data import DataPanel
from peakvi_widgets.panels.differential import DifferentialPanel
from peakvi_widgets.panels.embedding import EmbeddingPanel
from peakvi_widgets.panels.layers import LayersPanel
from peakvi_widgets.panels.log import LogPanel
from peakvi_widgets.panels.markers import MarkersPanel
from peakvi_widgets.panels.region import RegionPanel
from peakvi_widgets.panels.training import TrainingPanel
from peakvi_widgets.panels.volcano import VolcanoPanel
from peakvi_widgets.session import Session
from peakvi_widgets.session.history.replay import checked_record
from peakvi_widgets.session.named_groups import check_members
from peakvi_widgets.viewer import Viewer
from tests.fuzz.messages import Generator

pytestmark = pytest.mark.slow

PANELS = [
    CodePanel,
    DataPanel,
    DifferentialPanel,
    EmbeddingPanel,
    LayersPanel,
    LogPanel,
    MarkersPanel,
    RegionPanel,
    TrainingPanel,
    VolcanoPanel,
    Viewer,
]
ROUNDS = int(os.environ.get("PEAKVI_FUZZ_ROUNDS", "1"))
STEPS = 60  # of one sequence
SEQUENCES = 3  # of one round
BETWEEN = 15  # steps after which work is waited for
WORST = 300  # characters of a sentence

_written: list[str] = []  # what was opened for writing since it was cleared
_watched: list[bool] = [False]


def _note_writing(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched[0] and event == "open" and isinstance(arguments[0], str | bytes):
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            _written.append(os.fsdecode(arguments[0]))


sys.addaudithook(_note_writing)


def small_counts():
    from peakvi_widgets.data.simulate import simulate

    adata = simulate(60, 90, density=0.2, n_types=2, n_batches=2, seed=0)
    places = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    adata.obsm["X_umap"], adata.obsm["X_pca"] = places[:, :2].copy(), places
    adata.obs["number"] = np.arange(60) / 7
    adata.obs["$odd 'name'\\"] = ["x", "y", "z"] * 20
    for number in range(20):
        adata.obs[f"{'long ' * 20}{number}"] = ["of a category " * 10 + str(number % 2)] * 60
    adata.obs["many"] = [f"{'m' * 30}{cell}" for cell in range(60)]
    return adata


def words_for(session: Session) -> dict[str, list[Any]]:
    """Return values that make sense, by the name of an argument."""
    layers = [layer.name for layer in session.layers]
    files = ["a.peakvi", "b.py", "c.ipynb", "model", "counts.h5ad", "counts.h5ad", "sub/d.py", ""]
    columns = list(map(str, session.adata.obs.columns)) if session.adata is not None else ["batch"]
    categories = [name for of in session.obs_columns[:4] for name in of.categories] or ["x"]
    return {
        "path": files,  # relative: a changed absolute one could be anywhere
        "layer": [*layers, *layers, "no such layer"],
        "setting": ["opacity", "size", "color_by", "colormap", "contrast_limits", "palette", "name",
                    "visible", "basis", "column", "fill", "layer", "self"],
        "value": [0.3, 1, 12.0, True, False, "batch", "viridis", [0.1, 2.0], "okabe_ito", "X_pca",
                  *columns, "cells"],
        "column": columns,
        "color_by": [*columns, "depth", str(session.regions[0]) if session.regions else ""],
        "category": categories,
        "group1": categories,
        "group2": [None, *categories],
        "batch_key": [None, "batch", "number"],
        "basis": ["X_umap", "X_pca", "X_peakvi", "X_preview"],
        "dimensions": [[0, 1], [1, 2], [2, 0]],
        "polygon": [[-1, -1, 1, -1, 1, 1, -1, 1], [-9, -9, 9, -9, 0, 9], [0, 0, 1e-9, 0, 0, 1e-9]],
        "radius": [0.5, 1e-6, 100.0],
        "cells": [[0, 1, 2], [59], list(range(30)), []],
        "cell": [0, 59, 60],
        "k": [1, 5, 15],
        "name": ["quick", "standard", "scvi", "adata", "cells", "labels [1]"],
        "key": ["h", "k", "mod+z"],
        "min_cells": [0, 1, 0.05, 3],
        "max_epochs": [1, 2],
        "max_steps": [1, 3, None],
        "batch_size": [16, 64],
        "n_threads": [1, None],
        "height": [None, 300.0], "left": [None, 300.0],
        "resolution": [0.2, 1.0],
    }  # fmt: skip


@pytest.fixture
def place(tmp_path, monkeypatch, without_umap):
    """An empty folder to be in; nothing may be written outside it."""
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    monkeypatch.setenv("HOME", str(inside))
    return inside


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("kind", ["open", "empty", "restricted"])
def test_hostile_messages(kind, number, place, caplog, monkeypatch):
    if kind == "restricted":
        monkeypatch.setattr(settings, "restricted", True)
        monkeypatch.setattr(settings, "folder", str(place))
    counts = None if kind == "empty" else small_counts()
    small_counts().write_h5ad(place / "counts.h5ad")
    for seed in range(SEQUENCES * number, SEQUENCES * (number + 1)):
        run_sequence(seed, place, counts, caplog)


def run_sequence(seed: int, place: Path, counts: Any, caplog: Any) -> None:
    """Send one sequence of messages to all panels of a session."""
    session = Session(counts)
    session.wait()
    session.plan = session.plan.__class__(max_epochs=1, batch_size=32, n_threads=1)
    if counts is not None and seed % 2:
        session.train()
        session.embed()
        session.wait()
        session.cluster()
        session.groups_by("batch", session.obs_columns[1].categories[0])
        session.wait()
    viewer = Viewer(session)
    viewer.bind_key("h", lambda one: one.session.swap_groups())
    panels = [viewer, *(kind(session) for kind in PANELS[:-1])]
    texts: list[str] = []
    session.observe(lambda change: texts.append(change.new.text), names=["notice"])
    generator = Generator(seed, {})
    history: list[Any] = []
    try:
        for step in range(STEPS):
            panel = generator.random.choice(panels)
            generator.words = words_for(session)
            data, buffers = generator.message(panel)
            history.append((type(panel).__name__, data))
            _written.clear()
            _watched[0] = True
            panel._handle_msg({"content": {"data": data}, "buffers": buffers})
            if step % BETWEEN == BETWEEN - 1:
                finish(session)
            _watched[0] = False
            check_notices(texts, caplog)
            check_written(place)
            check_session(session)
        finish(session)
        check_notices(texts, caplog)
        check_session(session)
        check_panels(session, panels)
    except BaseException:
        print(f"seed {seed}, the last messages:")
        for name, data in history[-BETWEEN:]:
            print("  ", name, f"{data!r:.300}")
        raise
    finally:
        _watched[0] = False
        session.cancel_all()
        for panel in panels:
            panel.close()


def finish(session: Session) -> None:
    """Let work come to its end, a long training by stopping it."""
    if session.training == "paused":
        session.resume()
    session.stop()
    with suppress(PeakVIError):  # its notice is checked
        session.wait()


def check_notices(texts: list[str], caplog: Any) -> None:
    for text in texts:
        assert "fault of peakvi_widgets" not in text, text
        assert len(text) < WORST, text
        assert "\n" not in text, text
    texts.clear()
    others = [one for one in caplog.records if one.module != "notices"]  # those are in `texts`
    logged = [one for one in others if one.levelno >= logging.WARNING]
    assert not logged, [(one.getMessage(), one.exc_info) for one in logged]


def check_written(place: Path) -> None:
    for path in _written:
        file = os.path.abspath(path)
        own = (str(place), settings.autosave_folder, "/dev/null")
        known = file.startswith(own) or "__pycache__" in file
        known |= "/peakvi-" in file  # a temporary folder of a reader
        assert known, f"wrote {file}"


def check_session(session: Session) -> None:
    """Raise for a session whose parts do not fit each other."""
    with session.lock:
        n_cells, n_regions = session.n_cells, session.n_regions
        assert n_cells == n_regions == 0 or session.adata.shape == (n_cells, n_regions)
        assert len(session.regions) == n_regions
        check_members(session.named_groups, session.group_cells, n_cells)
        assert len(session.embedding) in (0, n_cells)
        assert not len(session.embedding) or session.embedding.shape[1] == 2
        for name in ("selection", "idx1", "idx2"):
            cells = getattr(session, name)
            assert cells.dtype == "uint32"
            assert not len(cells) or cells.max() < n_cells
            assert (np.diff(cells.astype("int64")) > 0).all()
        assert np.isfinite(session.delta)
        assert session.delta >= 0
        assert 0 < session.fdr_target < 1
        known = {"", "depth", *session.regions}
        known |= {column.name for column in session.obs_columns}
        assert session.adata is None or session.color_by in known
        for values in (session.colors.codes, session.colors.values):
            assert len(values) in (0, n_cells)
        names = [layer.name for layer in session.layers]
        assert len(set(names)) == len(names)
        assert [row.name for row in session.layer_rows] == names
        assert sum(row.active for row in session.layer_rows) <= 1
        for row in session.layer_rows:
            assert session.adata is None or row.color_by in known
            assert 0 <= row.opacity <= 1
            assert np.isfinite([row.size, *row.contrast_limits]).all()
        assert session.da_result is None or len(session.da_result) == n_regions
        compile(session.script, "script", "exec")
        checked_record(session.record, Session)


def check_panels(session: Session, panels: list[Any]) -> None:
    """Raise for a panel that shows another state, or one that no message can hold."""
    for panel in panels:
        for name in panel.traits(join=lambda join: join is not None):
            here, there = getattr(panel, name), getattr(session, name)
            assert here is there or here == there, (type(panel).__name__, name)
        state = {
            name: value
            for name, value in panel.get_state().items()
            if name not in ("_esm", "_css") and not name.startswith("_model")
        }
        plain, _, _ = _remove_buffers(state)
        json.dumps(plain, allow_nan=False, ensure_ascii=False, default=str).encode()
