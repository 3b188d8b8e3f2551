"""A map before any training: automatic with a panel, never old, and part of script and file."""

import threading

import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets import settings
from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session
from peakvi_widgets.session.parts import preview as part
from peakvi_widgets.session.places import PREVIEW

from .previews import around, automatic, ended, four_kinds, noise, previewed

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def previews(monkeypatch, without_umap):
    monkeypatch.setattr(settings, "preview", True)


@pytest.fixture(scope="module")
def kinds():
    return four_kinds()


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


def test_no_later_filter_brings_an_earlier_preview_back(kinds):
    """Each filter begins at what was opened, which holds the preview."""
    session = previewed(kinds)
    for min_cells in (60, 50):
        session.filter(min_cells=min_cells)
        session.wait()
        assert PREVIEW not in session.adata.obsm
        assert (session.bases, session.dimensions) == ((), None)
    session.undo()
    session.undo()
    assert session.basis == PREVIEW
    session.redo()
    session.filter(min_cells=40)
    session.wait()
    assert PREVIEW not in session.adata.obsm
    assert (session.bases, session.dimensions) == ((), None)


def test_model_with_other_held_out_fragments_takes_the_preview_along(kinds, tmp_path):
    session = Session(kinds)
    session.setup(held_out=0.4)
    session.train("quick", max_epochs=1)
    session.save(tmp_path / "model")
    session.wait()
    other = previewed(kinds)
    other.load(tmp_path / "model")
    other.wait()
    assert (other.held_out, other.dimensions, other.basis) == (0.4, None, "")


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
