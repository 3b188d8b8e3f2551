"""A map before any training: automatic with a panel, never old, and part of script and file."""

import threading
from contextlib import suppress

import numpy as np
import pytest
from anndata import AnnData
from scipy import sparse

from peakvi_widgets import settings
from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session
from peakvi_widgets.session.parts import preview as part
from peakvi_widgets.session.places import PREVIEW


@pytest.fixture(autouse=True)
def previews(monkeypatch, without_umap):
    monkeypatch.setattr(settings, "preview", True)


@pytest.fixture(scope="module")
def kinds():
    """Four kinds of 90 cells, in two batches; the last kind has no structure of its own."""
    random = np.random.default_rng(3)
    kind = np.repeat(np.arange(4), 90)
    rate = np.tile(random.beta(1, 8, 500), (4, 1))
    for one in range(4):
        rate[one, one * 50 : (one + 1) * 50] *= 5.0
    counts = random.poisson(rate[kind] * np.exp(random.normal(0, 0.3, 360))[:, None])
    adata = AnnData(sparse.csr_matrix(counts.astype(np.float32)))
    adata.obs["kind"] = [f"kind {one}" for one in kind]
    adata.obs["batch"] = [f"batch {one % 2}" for one in range(360)]
    adata.var_names = [f"chr1:{100 * i}-{100 * i + 50}" for i in range(500)]
    return adata


def noise():
    random = np.random.default_rng(0)
    counts = random.poisson(np.outer(random.gamma(3, 0.3, 300), random.beta(1, 8, 400)))
    adata = AnnData(sparse.csr_matrix(counts.astype(np.float32)))
    adata.var_names = [f"chr1:{100 * i}-{100 * i + 50}" for i in range(400)]
    return adata


def ended(session):
    """Wait until automatic previews have ended, too."""
    session.wait()
    with suppress(DataError):  # it is a notice, and no verb waits for it
        session._previews.wait()
    return session


def previewed(adata):
    session = Session(adata)
    session.preview()
    session.wait()
    return session


def automatic(adata):
    return ended(Session(adata, live_preview=True))


def around(places, cells):
    """Return a rectangle around some cells."""
    low, high = places[cells].min(axis=0) - 0.1, places[cells].max(axis=0) + 0.1
    return [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]


def test_preview_shows_the_kinds_and_counts_their_dimensions(kinds):
    session = previewed(kinds)
    assert (session.basis, session.embedding_state) == (PREVIEW, "current")
    assert session.dimensions.n_confirmed == 3
    assert session.dimensions.sentence == "3 dimensions are confirmed by held-out fragments."
    distances = ((session.embedding[:, None] - session.embedding[None]) ** 2).sum(axis=-1)
    near = distances.argsort(axis=1)[:, 1:11]
    kind = kinds.obs["kind"].to_numpy()
    assert (kind[near] == kind[:, None]).mean() > 0.95
    np.testing.assert_array_equal(session.adata.obsm[PREVIEW], session.embedding)
    assert session.training == "untrained"


def test_nothing_is_made_unasked_without_a_panel(kinds):
    session = ended(Session(kinds))
    assert (session.basis, session.dimensions, session.previewing) == ("", None, False)


def test_it_is_automatic_with_a_panel(kinds):
    session = automatic(kinds)
    assert (session.basis, session.dimensions.n_confirmed) == (PREVIEW, 3)
    assert not session.previewing
    assert "preview" not in session.script
    later = ended(Session(kinds))
    later.live_preview = True
    assert ended(later).dimensions == session.dimensions


def test_setting_switches_it_off(kinds, monkeypatch):
    monkeypatch.setattr(settings, "preview", False)
    assert automatic(kinds).basis == ""


def test_embedding_of_the_file_stays_the_one_that_is_shown(counts):
    session = automatic(counts)
    assert session.basis == "X_umap"
    assert PREVIEW in [basis.name for basis in session.bases]
    session.preview()
    session.wait()
    assert session.basis == PREVIEW


def test_held_out_fragments_are_not_looked_at(kinds):
    session = previewed(kinds)
    everything = previewed(kinds)
    everything.setup(held_out=0)
    everything.preview()
    everything.wait()
    assert session.held_out > 0
    assert max(session.dimensions.z) < max(everything.dimensions.z)


def test_binary_counts_are_tested_by_held_out_regions(kinds):
    binary = kinds.copy()
    binary.X = (binary.X > 0).astype(np.float32)
    assert "held-out regions" in previewed(binary).dimensions.sentence


def test_noise_has_a_map_and_says_that_there_is_nothing():
    session = previewed(noise())
    assert session.dimensions.n_confirmed == 0
    assert session.dimensions.sentence.startswith("No structure beyond noise was found")
    assert session.embedding.shape == (300, 2)


def test_batches_are_not_what_it_shows(kinds):
    batchy = kinds.copy()
    counts = batchy.X.toarray()
    counts[1::2, 300:420] = 0
    batchy.X = sparse.csr_matrix(counts)
    session = previewed(batchy)
    assert session.dimensions.n_confirmed == 4
    session.setup(batch_key="batch")
    session.preview()
    session.wait()
    assert session.dimensions.n_confirmed == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.filter(min_cells=60),
        lambda session: session.setup(held_out=0.4),
        lambda session: session.setup(batch_key="batch"),
    ],
    ids=["filter", "held out", "batches"],
)
def test_preview_of_other_counts_is_never_shown(kinds, change):
    """Without a panel it is gone; with one the next is made; undo brings the former back."""
    session = previewed(kinds)
    change(session)
    session.wait()
    assert (session.basis, session.dimensions) == ("", None)
    assert PREVIEW not in session.adata.obsm
    live = automatic(kinds)
    before = live.dimensions, live.embedding
    change(live)
    ended(live)
    assert live.basis == PREVIEW
    assert live.dimensions != before[0]
    assert len(live.embedding) == live.n_cells
    live.undo()
    ended(live)
    assert live.dimensions == before[0]
    np.testing.assert_array_equal(live.embedding, before[1])
    assert live.basis == PREVIEW


def test_groups_and_selection_survive_training_and_embedding(kinds):
    session = automatic(kinds)
    session.lasso(around(session.embedding, np.arange(90)))
    session.make_group(1)
    session.select_category("kind", "kind 2")
    chosen, selected = session.idx1, session.selection
    assert len(chosen) >= 90
    session.train("quick", max_epochs=1)
    session.embed()
    session.wait()
    assert session.basis == "X_umap"
    assert PREVIEW in [basis.name for basis in session.bases]
    np.testing.assert_array_equal(session.idx1, chosen)
    np.testing.assert_array_equal(session.selection, selected)
    assert session.dimensions.n_confirmed == 3
    session.show_basis(PREVIEW)
    assert session.embedding_state == "current"


def test_training_ends_an_automatic_preview(kinds, monkeypatch):
    """It is not made later, since there is a model by then; and no notice says anything."""
    begun, go_on = threading.Event(), threading.Event()

    def endless(adata, set_up, seed):
        yield "begun"
        begun.set()
        while True:
            go_on.wait(0.01)
            yield "on"

    monkeypatch.setattr(part, "mapping", endless)
    session = Session(kinds, live_preview=True)
    session.wait()
    assert begun.wait(30)
    assert session.previewing
    session.train("quick", max_epochs=1)
    session.wait()
    session._previews.wait()
    assert (session.previewing, session.dimensions, session.basis) == (False, None, "")
    assert {entry.level for entry in session.log} <= {"info"}


def test_failing_preview_is_one_notice_and_no_work_stops(kinds, monkeypatch):
    def failing(adata, set_up, seed):
        yield "begun"
        raise DataError("There is no map of these.")

    monkeypatch.setattr(part, "mapping", failing)
    session = automatic(kinds)
    session.filter(min_cells=1)
    ended(session)
    session.setup(held_out=session.held_out)
    session.train("quick", max_epochs=1)
    ended(session)
    errors = [entry.text for entry in session.log if entry.level == "error"]
    assert errors == ["There is no map of these."] * 2  # of the counts opened, and those filtered
    assert session.training == "trained"
    with pytest.raises(DataError, match="no map of these"):
        previewed(kinds)


def test_too_few_cells_are_said_so(kinds):
    with pytest.raises(DataError, match="at least 3 cells"):
        previewed(kinds[:2].copy())
    with pytest.raises(StageError, match="no counts yet"):
        previewed(None)


@pytest.mark.parametrize("how", ["asked for", "automatic"])
def test_script_draws_the_same_lasso_in_the_same_preview(kinds, how):
    """An automatic preview is part of the script once something was drawn in it."""
    session = previewed(kinds) if how == "asked for" else automatic(kinds)
    session.lasso(around(session.embedding, np.arange(60)))
    session.make_group(1)
    session.clear_selection()
    assert session.script.count("session.preview(") == 1
    assert session.script.index("preview(") < session.script.index("lasso(")
    again = Session.replay(session.record, data=kinds)
    np.testing.assert_array_equal(again.idx1, session.idx1)
    np.testing.assert_array_equal(again.embedding, session.embedding)
    assert again.dimensions == session.dimensions


def test_each_filter_needs_its_own_preview_in_the_script(kinds):
    session = automatic(kinds)
    session.brush([session.embedding[0]], 1.0)
    session.filter(min_cells=5)
    ended(session)
    session.brush([session.embedding[0]], 1.0)
    session.grow_selection(3)
    session.wait()
    assert session.script.count("session.preview(") == 2
    again = Session.replay(session.record, data=kinds)
    np.testing.assert_array_equal(again.selection, session.selection)


def test_showing_the_preview_again_is_in_the_script(counts):
    session = automatic(counts)
    session.show_basis(PREVIEW)
    again = Session.replay(session.record, data=counts)
    assert again.basis == PREVIEW
    np.testing.assert_array_equal(again.embedding, session.embedding)


def test_earlier_preview_that_nothing_was_drawn_in_leaves_the_script(kinds):
    session = previewed(kinds)
    session.preview(seed=7)
    session.wait()
    assert session.script.count("session.preview(") == 1
    assert "preview(seed=7)" in session.script


def test_file_holds_the_preview(kinds, tmp_path):
    session = previewed(kinds)
    session.lasso(around(session.embedding, np.arange(60)))
    session.save(tmp_path / "x.peakvi")
    session.wait()
    again = ended(Session(tmp_path / "x.peakvi", live_preview=True))
    assert (again.basis, again.dimensions) == (PREVIEW, session.dimensions)
    np.testing.assert_array_equal(again.embedding, session.embedding)
    assert again.script == session.script
    again.filter(min_cells=60)
    assert ended(again).dimensions != session.dimensions


def test_user_s_own_basis_of_that_name_stays_where_none_is_made(kinds):
    own = kinds.copy()
    own.obsm[PREVIEW] = np.ones((360, 3), np.float32)
    session = previewed(kinds)
    session.open(own)
    session.wait()
    assert session.adata.obsm[PREVIEW].shape == (360, 3)
    assert session.dimensions is None


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
    assert session.selection_dimensions == session.dimensions_of()
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
