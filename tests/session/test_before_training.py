"""Before any training: structure among some of the cells, and observed differences of groups."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session

from .previews import around, four_kinds, noise, previewed


@pytest.fixture(autouse=True)
def no_warming(without_umap):
    """Nothing is compiled beside the tests."""


@pytest.fixture(scope="module")
def kinds():
    return four_kinds()


def test_dimensions_of_some_cells(kinds):
    session = Session(kinds)
    session.wait()
    assert session.dimensions_of("kind in ['kind 0', 'kind 1']").n_confirmed == 1
    one_kind = session.dimensions_of(np.arange(270, 360))
    assert (one_kind.n_confirmed, one_kind.n_cells) == (0, 90)
    session.select(np.arange(180))
    assert session.dimensions_of() == session.dimensions_of(np.arange(180))
    assert session.dimensions is None
    session.clear_selection()
    with pytest.raises(StageError, match="No cell is selected"):
        session.dimensions_of()
    with pytest.raises(DataError):
        session.dimensions_of([9999])


def test_lasso_in_noise_says_that_there_is_nothing():
    session = previewed(noise())
    session.lasso(around(session.embedding, np.flatnonzero(session.embedding[:, 0] > 0)))
    assert session.dimensions_of().sentence.startswith("No structure beyond noise")


def test_checked_selection_is_said_until_other_cells_are_selected(kinds):
    session = Session(kinds)
    session.wait()
    with pytest.raises(StageError, match="No cell is selected"):
        session.check_selection()
    session.select(np.arange(180))
    session.check_selection()
    session._looks.wait()
    found, again = session.selection_dimensions, session.dimensions_of()
    assert (found.sentence, found.n_cells) == (again.sentence, again.n_cells)
    np.testing.assert_allclose(found.z, again.z, atol=1e-9)
    session.make_group(1)
    assert session.selection_dimensions is None
    session.select(np.arange(180))
    with session.lock:
        session.check_selection()
        session.select(np.arange(90))  # before it is found
    session._looks.wait()
    assert session.selection_dimensions is None
    assert "check" not in session.script


def test_model_that_trains_from_random_weights_says_why(kinds, tmp_path):
    import peakvi_widgets as pv

    adata = kinds.copy()
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, use_batch_norm="both")
    with pytest.warns(UserWarning, match="random weights"):
        model.train(max_epochs=1)
    model.save(tmp_path / "model")
    session = Session(kinds)
    session.load(tmp_path / "model")
    session.wait()
    assert "batch norm" in session.why_no_start
    session.setup(held_out=0.3)
    session.wait()
    assert session.why_no_start == ""


def test_observed_differences_need_no_model_and_hold_out_what_the_preview_saw(kinds):
    """Ends of an axis of noise differ in what they were drawn on, and not in what was held out."""
    session = previewed(kinds)
    session.groups_by("kind", "kind 0", "kind 1")
    table = session.observed_differences()
    first = [f"chr1:{100 * i}-{100 * i + 50}" for i in range(100)]
    assert set(table.index[:20]) <= set(first)
    assert (table["held_out_p"].iloc[:20] < 0.05).all()
    drawn = previewed(noise())
    axis = drawn.embedding[:, 0]
    low, high = np.nanquantile(axis, [0.25, 0.75])
    found = drawn.observed_differences(axis < low, axis > high)
    assert (found["observed_p"] < 0.05).mean() > 0.05
    assert (found["held_out_p"] < 0.05).mean() < 0.03
    session.setup(held_out=0)
    session.wait()
    assert "held_out_p" not in session.observed_differences()
    session.clear_groups()
    with pytest.raises(StageError, match="Group 1 is empty"):
        session.observed_differences()


def test_surest_observed_regions_are_listed_until_there_is_a_model(kinds):
    session = Session(kinds, live=True)
    session.wait()
    session.groups_by("kind", "kind 0", "kind 1")
    session._looks.wait()
    table = session.observed_differences()
    assert [row.region for row in session.observed] == list(table.index[:50])
    assert session.observed[0].share1 == table["emp_prob1"].iloc[0]
    assert all(row.is_held_out for row in session.observed)
    session.setup(held_out=0)
    session.wait()
    session._looks.wait()
    assert not any(row.is_held_out for row in session.observed)
    session.swap_groups()
    assert session.observed == ()
    session._looks.wait()
    assert session.observed[0].p == pytest.approx(
        session.observed_differences()["observed_p"].iloc[0]
    )
    session.filter(min_cells=5)  # other cells: no groups
    session.wait()
    session._looks.wait()
    assert session.observed == ()
    session.undo()
    session._looks.wait()
    assert len(session.observed) == 50
    session.train("quick", max_epochs=1)
    session.wait()
    assert session.observed == ()
    session._looks.wait()


def test_figure_says_that_it_is_a_preview(kinds):
    session = previewed(kinds)
    axes = session.figure("embedding").axes[0]
    assert axes.get_title() == "preview, before training"
    assert len(axes.collections[0].get_offsets()) == 360
