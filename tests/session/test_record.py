"""The record is a script that does the same in a fresh process, and what undo goes back over."""

import json
from dataclasses import asdict

import nbclient
import nbformat
import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.panels.data import DataPanel
from peakvi_widgets.panels.differential import DifferentialPanel
from peakvi_widgets.panels.embedding import EmbeddingPanel
from peakvi_widgets.panels.training import TrainingPanel
from peakvi_widgets.session import Session
from tests.conftest import AND_KEEP, ROOT


@pytest.fixture(params=["simulated", "granja"])
def opened(request, tmp_path, counts):
    """A session on simulated cells with batches, or on a real 10x folder."""
    if request.param == "granja":
        data = request.getfixturevalue("shared_data")
        return Session(data / "granja2019_bmmc_dev/filtered_peak_bc_matrix")
    counts.write_h5ad(tmp_path / "cells.h5ad")
    session = Session(tmp_path / "cells.h5ad")
    session.setup(batch_key="batch")
    return session


@pytest.mark.slow
@pytest.mark.shared
def test_script_gives_the_same_groups_and_table_in_a_fresh_process(
    opened, in_fresh_process, reached
):
    session = opened
    session.filter(min_cells=20)
    session.train("quick", max_epochs=50, batch_size=64, n_threads=1)
    reached(session, "history", bool)
    session.stop()  # somewhere: the script must stop there too
    session.embed()
    session.cluster(0.5)
    session.wait()
    (x0, y0), (x1, y1) = np.percentile(session.embedding, [0, 60], axis=0)
    session.lasso([(x0 - 1, y0 - 1), (x1, y0 - 1), (x1, y1), (x0 - 1, y1)])
    session.make_group(1)
    session.lasso([(x1, y1), (99, y1), (99, 99), (x1, 99)])
    session.lasso([(x0 - 1, 99), (x1, 99), (x1, y1)], mode="add")
    session.make_group(2)
    session.compare(delta=0.02, batch_correction=session.batch_key is not None)
    session.wait()
    arrays, table = in_fresh_process(session.code())
    assert_same(session, arrays, table)


@pytest.fixture
def by_mouse(tmp_path, counts):
    """A session that only the panels' own messages have touched."""
    counts.write_h5ad(tmp_path / "cells.h5ad")
    session = Session()
    panels = {kind: kind(session) for kind in (DataPanel, TrainingPanel, EmbeddingPanel)}
    panels[DifferentialPanel] = DifferentialPanel(session)  # live: it compares by itself

    def ask(panel, intent, **arguments):
        message = json.loads(json.dumps({"intent": intent, **arguments}))
        panels[panel]._receive(None, message, [])
        assert session.notice.level != "error", session.notice.text

    ask(DataPanel, "open_path", path=str(tmp_path / "cells.h5ad"))
    filter_by = {"min_cells": 20, "min_regions": 10, "max_regions": None}
    ask(DataPanel, "filter", **filter_by, standard_chromosomes=False)
    ask(DataPanel, "setup", batch_key="batch", held_out=0.2)
    ask(TrainingPanel, "choose_preset", name="quick")
    plan = {**asdict(session.plan), "max_epochs": 3, "batch_size": 64, "n_threads": 1}
    panels[TrainingPanel].set_state({"plan": plan})
    ask(TrainingPanel, "train", restart=False)
    session.wait()  # also for the embedding that the panel asks for
    session.wait()
    (x0, y0), (x1, y1) = np.percentile(session.embedding, [0, 60], axis=0).astype(float)
    corners = [x0 - 1, y0 - 1, x1, y0 - 1, x1, y1, x0 - 1, y1]
    ask(EmbeddingPanel, "lasso", polygon=corners, mode="new")
    ask(EmbeddingPanel, "brush", path=[x0, y0, x1, y1], radius=0.1, mode="subtract")
    ask(EmbeddingPanel, "grow_selection", k=3)
    session.wait()
    ask(EmbeddingPanel, "undo")
    ask(EmbeddingPanel, "make_group", number=1, against_rest=False)
    ask(EmbeddingPanel, "invert_selection")
    ask(EmbeddingPanel, "select_category", column="batch", category="batch_1", mode="subtract")
    ask(EmbeddingPanel, "make_group", number=2, against_rest=False)
    ask(EmbeddingPanel, "swap_groups")
    panels[DifferentialPanel].set_state({"delta": 0.02, "batch_correction": True})
    session.wait()
    assert session.da_state == "final"
    return session


@pytest.mark.slow
def test_script_of_a_session_by_mouse_gives_the_same_in_a_fresh_process(by_mouse, in_fresh_process):
    script = by_mouse.code()
    assert "session.lasso([(" in script
    assert "grow" not in script
    assert "seed=0" in script
    assert f"data_hash='{by_mouse.data_hash}'" in script
    arrays, table = in_fresh_process(script)
    assert_same(by_mouse, arrays, table)


@pytest.mark.slow
def test_notebook_of_a_session_by_mouse_runs_and_gives_the_same(by_mouse, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    saved = nbformat.read(by_mouse.save_code(tmp_path / "saved.ipynb"), as_version=4)
    nbformat.validate(saved)
    saved.cells.append(nbformat.v4.new_code_cell(AND_KEEP.format(out=tmp_path / "out")))
    nbclient.NotebookClient(saved, timeout=300).execute()
    with np.load(tmp_path / "out.npz") as arrays:
        assert_same(by_mouse, arrays, pd.read_pickle(tmp_path / "out.pkl"))


def assert_same(session, arrays, table):
    np.testing.assert_array_equal(arrays["places"], session.embedding)
    np.testing.assert_array_equal(arrays["idx1"], session.idx1)
    np.testing.assert_array_equal(arrays["idx2"], session.idx2)
    pd.testing.assert_frame_equal(table, session.da_result)


def test_other_counts_are_told_from_those_of_the_script(counts, tmp_path):
    session = Session(counts)
    session.wait()
    other = counts.copy()
    other.X[0, other.X[0].indices[0]] += 1
    again = Session()
    again.open(counts.copy(), data_hash=session.data_hash)
    again.wait()  # no warning
    again.open(other, data_hash=session.data_hash)
    with pytest.warns(UserWarning, match="does not hold the counts"):
        again.wait()
    assert again.notice.level == "warning"
    assert again.n_cells == 300


def test_script_names_the_versions_that_its_numbers_come_from(session):
    first = session.code().splitlines()[0]
    for name in ("peakvi_widgets", "Python", "torch", "numpy", "scanpy", "umap-learn"):
        assert f"{name} " in first


def test_lasso_stays_before_the_embedding_that_came_later(trained):
    trained.lasso([[-9, -9], [0, -9], [0, 9], [-9, 9]])
    trained.embed(min_dist=0.5)
    trained.wait()
    verbs = [line.split("(")[0] for line in trained.code().splitlines() if "session." in line]
    assert verbs[-5:] == [
        "session.embed", "session.wait", "session.lasso", "session.embed", "session.wait",
    ]  # fmt: skip


def test_script_says_each_verb_once_and_waits_before_what_needs_it(session):
    session.filter(min_cells=20)
    session.wait()
    session.groups_by("cell_type", session.colors.categories[0])
    lines = session.code().splitlines()
    assert lines[1:4] == ["import peakvi_widgets as pv", "", "session = pv.Session()"]
    # an AnnData is the user's own variable; the hash tells whether it is the same one
    assert lines[4].startswith(f"session.open(adata, data_hash='{session.data_hash}')  # 300 cells")
    assert lines[5:7] == ["session.filter(min_cells=20)", "session.wait()"]
    assert lines[7].startswith("session.groups_by(column='cell_type', group1=")
    assert " cells" in lines[7].split("#")[1]


def test_defaults_are_left_out(session):
    session.filter()
    session.wait()
    assert "session.filter()" in session.code()


def test_what_failed_is_not_in_the_script(session):
    session.setup(batch_key="nothing")
    with pytest.raises(ValueError, match="nothing"):
        session.wait()
    assert "setup" not in session.code()


def test_later_embedding_replaces_the_earlier_one(trained):
    trained.embed(min_dist=0.4)
    trained.wait()
    assert trained.code().count("session.embed(") == 1
    assert "min_dist=0.4" in trained.code()


def test_settings_of_the_process_are_in_the_script(counts, monkeypatch):
    from peakvi_widgets import settings

    assert "setup" not in Session(counts).code()
    monkeypatch.setattr(settings, "held_out", 0.0)
    monkeypatch.setattr(settings, "seed", 5)
    session = Session(counts)
    session.wait()
    assert "session.setup(held_out=0.0, held_out_seed=5)" in session.code()
    assert session.undo_label == ""
    record = session.record
    monkeypatch.undo()
    again = Session.replay(record, data=counts)
    assert (again.held_out, again.held_out_seed) == (0.0, 5)


def test_settings_that_went_there_and_back_between_trainings_are_all_in_the_script(counts):
    session = Session(counts)
    session.train("quick", max_epochs=1, n_threads=1)
    session.wait()
    session.setup(held_out=0.0)
    session.setup(held_out=0.2)
    session.wait()
    session.train("quick", max_epochs=1, n_threads=1)
    session.wait()
    assert session.code().count("session.setup(") == 2
    again = Session.replay(session.record, data=counts)
    again.wait()
    assert (again.held_out, len(again.history)) == (0.2, 1)


def test_settings_before_any_training_are_in_the_script_once(counts):
    session = Session(counts)
    session.setup(held_out=0.0)
    session.setup(held_out=0.3)
    session.wait()
    assert session.code().count("session.setup(") == 1
