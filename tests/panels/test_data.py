"""The data panel: what can be opened, and what the browser may ask."""

import numpy as np
import pytest

from peakvi_widgets.panels.data import DataPanel


@pytest.fixture
def panel(session):
    return DataPanel(session)


@pytest.fixture
def folder(tmp_path, counts):
    counts.write_h5ad(tmp_path / "cells.h5ad")
    (tmp_path / "runs").mkdir()
    (tmp_path / "bmmc").mkdir()
    (tmp_path / "bmmc/matrix.mtx").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def test_lists_what_can_be_opened_or_gone_into(panel, folder):
    panel.on_browse(str(folder))
    assert [(entry.name, entry.kind) for entry in panel.entries] == [
        ("bmmc", "counts"),
        ("cells.h5ad", "counts"),
        ("runs", "folder"),
    ]
    assert panel.directory == str(folder)


def test_folder_that_is_not_there_becomes_a_notice(panel):
    panel._receive(panel, {"intent": "browse", "path": "/no/such/place"}, [])
    assert "/no/such/place cannot be listed" in panel.notice.text


def test_opens_a_file_by_its_path(panel, folder):
    panel._receive(panel, {"intent": "open_path", "path": str(folder / "cells.h5ad")}, [])
    panel.session.wait()
    assert panel.source == str(folder / "cells.h5ad")
    assert panel.n_cells_opened == 300


def test_filter_takes_a_share_or_a_number(panel):
    ask = {"intent": "filter", "min_regions": 0, "max_regions": None, "standard_chromosomes": False}
    panel._receive(panel, {**ask, "min_cells": 0.2}, [])
    panel.session.wait()
    assert panel.filter_settings.min_cells == 0.2
    assert panel.n_regions == (panel.cells_per_region >= 60).sum()
    panel._receive(panel, {**ask, "min_cells": 90}, [])
    panel.session.wait()
    assert panel.filter_settings.min_cells == 90
    assert isinstance(panel.filter_settings.min_cells, int)


def test_histogram_columns_arrive_as_bytes(panel):
    state = panel.get_state()["regions_per_cell"]
    assert state["dtype"] == "uint32"
    assert np.frombuffer(state["data"], "uint32").tolist() == panel.regions_per_cell.tolist()


def test_built_in_sets_are_offered(panel):
    assert "pbmc10k" in [choice.name for choice in panel.datasets]


def test_variable_that_is_gone_becomes_a_notice(panel):
    panel._receive(panel, {"intent": "open_variable", "name": "pbmc"}, [])
    assert "no AnnData 'pbmc'" in panel.notice.text


def test_autosaved_training_is_offered_and_brought_back(panel, counts):
    session = panel.session
    session.train("quick", max_epochs=1, batch_size=64, n_threads=1)
    session.wait()
    session.autosave()
    session._autosaves.wait()
    dismissed = DataPanel(counts)
    dismissed.session.wait()
    dismissed._receive(dismissed, {"intent": "dismiss_recovery"}, [])
    assert dismissed.recoverable == ""
    assert dismissed.training == "untrained"
    again = DataPanel(counts)
    again.session.wait()
    assert "was autosaved on" in again.recoverable
    again._receive(again, {"intent": "recover"}, [])
    again.session.wait()
    assert again.training == "trained"
    assert again.recoverable == ""


def test_folder_with_a_prefixed_matrix_holds_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, names in (
        ("one", ["GSM1_a_matrix.mtx.gz"]),
        ("plain", ["matrix.mtx", "other.mtx"]),
        ("two", ["GSM1_a_matrix.mtx.gz", "GSM2_b_matrix.mtx.gz"]),
        ("none", ["notes.txt"]),
    ):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).touch()
    panel = DataPanel()
    kinds = {entry.name: entry.kind for entry in panel.entries}
    assert kinds == {"one": "counts", "plain": "counts", "two": "folder", "none": "folder"}
    panel.on_browse(str(tmp_path / "two"))
    assert {entry.kind for entry in panel.entries} == {"counts"}


def test_dimensions_are_sent_as_bars_and_a_sentence(panel):
    session = panel.session
    assert session.live_preview
    assert (panel.components, panel.dimensions_sentence) == ((), "")
    panel._receive(panel, {"intent": "preview"}, [])
    session.wait()
    found = session.dimensions
    assert panel.dimensions_sentence == found.sentence
    assert panel.confirmed_from == found.threshold
    bars = panel.get_state("components")["components"]
    assert [bar["z"] for bar in bars] == list(found.z)
    assert sum(bar["is_confirmed"] for bar in bars) == found.n_confirmed
    session.filter(min_cells=40)
    session.wait()
    assert (panel.components, panel.dimensions_sentence) == ((), "")


def test_a_click_after_a_failed_verb_is_done_and_the_next_line_of_code_is_not(panel, session):
    session.open("no/such/file.h5ad")
    assert session._work._idle.wait(60)  # the error is there already, not merely on its way
    session.filter(min_cells=4)
    assert session._work._idle.wait(60)
    assert "filter" not in session.code()
    filter_by = {"min_cells": 3, "min_regions": 1, "max_regions": None}
    message = {"intent": "filter", **filter_by, "standard_chromosomes": False}
    panel._receive(panel, message, [])
    session.wait()
    assert "filter(min_cells=3" in session.code()
