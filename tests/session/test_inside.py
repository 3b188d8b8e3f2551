"""What is inside a line while it is drawn, and in what the selected cells differ."""

import math
import threading

import numpy as np
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.jobs import Job
from peakvi_widgets.session import Session
from peakvi_widgets.session.looking_inside import observed_of
from peakvi_widgets.session.records import TopRegions

from .previews import around, previewed


@pytest.fixture(autouse=True)
def no_warming(without_umap):
    """Nothing is compiled beside the tests."""


def settled(session):
    for queue in (session._pens, session._looks):
        queue.wait()


def square(session, cells):
    return around(session.embedding, cells)


def test_answer_is_what_is_observed_of_the_cells_that_the_line_would_select(trained):
    session, script = trained, trained.script
    line = square(session, np.arange(20))
    for mode in ("new", "add", "subtract"):
        session.select(np.arange(10, 60))
        before = session.selection
        session.look_inside(line, mode=mode, question=7)
        settled(session)
        found = session.drawn_regions
        assert session.selection is before
        session.lasso(line, mode=mode)
        cells = session.selection
        seen = (session.adata.X > 0).toarray()
        others = np.setdiff1d(np.arange(session.n_cells), cells)
        at = [session.regions.index(region) for region in found.regions]
        assert (found.question, found.by, found.n_cells) == (7, "observed", len(cells))
        assert 5 < len(at) <= 20
        np.testing.assert_allclose(found.inside, seen[cells][:, at].mean(axis=0))
        np.testing.assert_allclose(found.outside, seen[others][:, at].mean(axis=0))
    assert "look" not in session.script.removeprefix(script)


def test_brush_looks_at_what_it_touches(trained):
    place = trained.embedding[:1].tolist()
    trained.look_inside(place, radius=0.5, question=1)
    settled(trained)
    trained.brush(place, 0.5)
    assert trained.drawn_regions.n_cells == len(trained.selection) > 0


@pytest.mark.parametrize("hand", ["_pens", "_looks"])
def test_checks_and_markers_wait_for_a_line_that_is_looked_into(hand):
    session, others, is_hand_busy = Session(), ("_checks", "_marking"), []
    begun, end, busy = threading.Event(), threading.Event(), getattr(session, hand)
    assert session.hand_rests_for == math.inf

    def look():
        begun.set()
        end.wait(0.3)  # what does not wait begins and ends it
        yield

    def long():
        is_hand_busy.append(busy.quiet_for == 0.0)
        end.set()
        yield

    busy.submit(Job("look", look))
    assert begun.wait(20)
    assert session.hand_rests_for == 0.0
    for name in others:
        getattr(session, name).submit(Job("long", long))
    for name in others:
        getattr(session, name).wait()
    assert is_hand_busy == [False, False]
    assert session.hand_rests_for < math.inf


def test_every_question_is_answered(counts, trained):
    trained.look_inside([[0, 0], [1, 1]], question=3)  # no polygon
    settled_with(trained, DataError)
    assert trained.drawn_regions == TopRegions(3)
    assert "three" in trained.notice.text
    with pytest.raises(DataError, match="radius"):
        trained.look_inside([[0, 0]], radius=-1.0)
    with pytest.raises(DataError, match="question"):
        trained.look_inside([[0, 0]], question=0)  # that is the selection
    bare = counts.copy()
    del bare.obsm["X_umap"]
    session = Session(bare)
    session.wait()
    with pytest.raises(StageError, match="embedding"):
        session.look_inside([[0, 0], [1, 1], [2, 0]])


def settled_with(session, error):
    with pytest.raises(error):
        session._pens.wait()


def test_selection_is_described_as_observed_then_by_the_model(trained):
    said = []
    trained.observe(lambda change: said.append(change.new), "selected_regions")
    trained.select(np.arange(60))
    settled(trained)
    assert said == []  # nobody looks
    trained.live_regions = True
    trained._pens.wait()
    settled(trained)
    assert [(found.by, found.n_cells) for found in said] == [("observed", 60), ("model", 60)]
    steps = trained.model.comparing(np.arange(60))
    table = next(found.table for found in steps if found.table is not None)
    steps.close()
    for region, inside, outside in zip(
        said[-1].regions, said[-1].inside, said[-1].outside, strict=True
    ):
        assert (inside, outside) == tuple(table.loc[region, ["est_prob1", "est_prob2"]])


def test_description_is_never_of_other_cells_or_weights(trained, monkeypatch):
    looked = []
    inside = "peakvi_widgets.session.parts.inside.observed_of"
    monkeypatch.setattr(inside, lambda *given: looked.append(given[1]) or observed_of(*given))
    trained.live_regions = True
    with trained.lock:
        trained.select(np.arange(60))
        trained.select(np.arange(30))
    settled(trained)
    assert trained.selected_regions.n_cells == 30
    assert [len(cells) for cells in looked] == [30]  # of the first ones no time was spent
    trained.delta = 0.2
    assert trained.selected_regions.by != "model"
    settled(trained)
    assert trained.selected_regions.by == "model"
    trained.clear_selection()
    assert trained.selected_regions == TopRegions()
    trained.select(np.arange(trained.n_cells))
    settled(trained)
    assert trained.selected_regions == TopRegions()  # there are no others


def test_without_a_model_what_is_observed_stays(counts):
    session = previewed(counts)
    session.live_regions = True
    session.select(np.arange(60))
    settled(session)
    assert session.selected_regions.by == "observed"


def test_genes_are_named_as_soon_as_they_are_known(trained):
    import pandas as pd

    trained.annotate("none")
    trained.wait()
    trained.live_regions = True
    trained.select(np.arange(60))
    settled(trained)
    assert set(trained.selected_regions.genes) == {""}
    genes = pd.DataFrame({"gene": [f"G{i}" for i in range(trained.n_regions)]}, trained.regions)
    trained.region_genes = genes
    settled(trained)
    found = trained.selected_regions
    assert found.genes == tuple(genes.loc[list(found.regions), "gene"])
    trained.look_inside(square(trained, np.arange(20)))
    settled(trained)
    assert all(gene.startswith("G") for gene in trained.drawn_regions.genes)


def test_line_that_is_given_up_leaves_nothing(trained):
    before = trained.da_state, trained.da_columns, trained.script
    line = square(trained, np.arange(20))
    trained.look_inside(line, question=1)
    settled(trained)
    assert len(trained.drawn_regions.regions) > 5
    trained.stop_looking()
    assert trained.drawn_regions == TopRegions()
    with trained.lock:  # the answer is still to come
        trained.look_inside(line, question=2)
        trained.stop_looking()
    settled(trained)
    assert trained.drawn_regions == TopRegions(2)
    assert (trained.da_state, trained.da_columns, trained.script) == before


def kept(session, line):
    """Draw a line and let go; its cells are selected."""
    with session.lock:
        session.look_inside(line, question=1)
        session.lasso(line)
        session.stop_looking(kept=True)
    settled(session)
    settled(session)


def test_model_takes_the_places_of_what_is_observed_in_a_line_that_is_kept(trained):
    said = []
    trained.live_regions = True
    for name in ("drawn_regions", "selected_regions"):
        trained.observe(lambda change: said.append((change.name[:5], change.new.by)), name)
    line = square(trained, np.arange(20))
    kept(trained, line)
    answers = [("drawn", "observed"), ("selec", "observed"), ("selec", "model"), ("drawn", "model")]
    assert said == answers
    assert trained.drawn_regions == trained.selected_regions
    assert trained.drawn_regions.question == 0
    assert len(trained.drawn_regions.regions) > 5
    said.clear()
    with trained.lock:  # nothing new is selected: the description is there already
        trained.look_inside(line, question=2)
        trained.stop_looking(kept=True)
    settled(trained)
    assert said == [("drawn", "observed"), ("drawn", "model")]


def test_list_of_a_kept_line_makes_room(trained):
    trained.live_regions = True
    line = square(trained, np.arange(20))
    others = np.arange(30, 60)
    for end in (
        trained.stop_looking,
        trained.clear_selection,
        lambda: trained.select(others),
        lambda: trained.make_group(1, against_rest=True),
        lambda: setattr(trained, "idx2", others),
        trained.compare,
    ):
        kept(trained, line)
        assert trained.drawn_regions.by == "model"
        end()
        assert trained.drawn_regions == TopRegions()
        trained.wait()
        settled(trained)
        assert trained.drawn_regions == TopRegions()


def test_without_a_model_what_is_observed_of_a_kept_line_stays(counts):
    session = previewed(counts)
    line = square(session, np.arange(20))
    kept(session, line)
    assert session.drawn_regions == TopRegions()  # nobody looks
    session.live_regions = True
    kept(session, line)
    assert session.drawn_regions == session.selected_regions
    assert session.drawn_regions.by == "observed"


def test_end_of_a_line_is_not_that_of_the_next(trained):
    trained.live_regions = True
    line = square(trained, np.arange(20))
    with trained.lock:
        trained.look_inside(line, question=1)
        trained.lasso(line)
        trained.stop_looking(kept=True)
        trained.look_inside(square(trained, np.arange(40)), question=2)
    settled(trained)
    settled(trained)
    assert (trained.drawn_regions.question, trained.drawn_regions.by) == (2, "observed")
