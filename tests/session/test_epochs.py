"""Maps of the cells after some epochs of a training, and the way back to the weights of one."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session, epoch_maps
from peakvi_widgets.session.epoch_maps import is_mapped, main_axes, turned


@pytest.fixture(autouse=True)
def quickly(without_umap):
    pass


@pytest.fixture
def trained(session):
    session.train("quick", max_epochs=5)
    session.wait()
    return session


def maps(session):
    return [name for name in session.adata.obsm if name.startswith("X_peakvi_epoch_")]


def latent(session):
    return session.model.get_latent_representation()


def test_maps_come_often_at_first_then_ever_more_rarely():
    assert [n for n in range(1, 100) if is_mapped(n)] == [1, 2, 3, 5, 8, 12, 18, 27, 41, 62, 93]


def test_axes_are_turned_to_lie_like_others():
    cells = np.random.default_rng(0).normal(size=(50, 4)) * [1, 9, 2, 5]
    places = main_axes(cells)
    assert np.abs(np.corrcoef(places[:, 0], cells[:, 1])[0, 1]) > 0.99
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    np.testing.assert_allclose(turned(places @ quarter, places), places, atol=1e-9)


def test_one_dimension_of_the_latent_space_is_drawn_as_a_line():
    assert not main_axes(np.arange(5.0)[:, None])[:, 1].any()


def test_a_training_leaves_maps_and_weights(trained):
    assert maps(trained) == [f"X_peakvi_epoch_{n}" for n in (1, 2, 3, 5)]
    assert trained.kept_epochs == (1, 2, 3, 5)
    places = trained.adata.obsm["X_peakvi_epoch_3"]
    assert (places.shape, places.dtype) == ((300, 2), "float16")
    assert {"X_peakvi_epoch_1", "X_peakvi_epoch_5"} <= {basis.name for basis in trained.bases}
    trained.basis = "X_peakvi_epoch_3"
    assert trained.embedding.dtype == "float32"
    np.testing.assert_array_equal(trained.embedding, places.astype("float32"))


def test_the_map_follows_the_training_where_the_latest_is_shown(session):
    session.train("quick", max_epochs=2)
    session.wait()
    session.basis = "X_peakvi_epoch_2"
    session.train(max_epochs=5)
    session.wait()
    assert session.basis == "X_peakvi_epoch_5"
    session.basis = "X_peakvi_epoch_1"
    session.train(max_epochs=8)
    session.wait()
    assert (session.basis, session.kept_epochs[-1]) == ("X_peakvi_epoch_1", 8)


def test_a_training_learns_the_same_as_without_maps(trained, counts, monkeypatch):
    monkeypatch.setattr(epoch_maps, "is_mapped", lambda epoch: False)
    other = Session(counts)
    other.train("quick", max_epochs=5)
    other.wait()
    np.testing.assert_array_equal(latent(trained), latent(other))


def test_going_back_to_an_epoch_and_undo(trained):
    before, model = latent(trained), trained.model
    trained.restore_epoch(2)
    trained.wait()
    assert "after epoch 2 are in place" in trained.training_end
    assert (trained.training, trained.history) == ("trained", ())
    assert trained.earlier_runs[-1].epoch == (1, 2, 3, 4, 5)
    shown = trained.adata.obsm["X_peakvi_epoch_2"].astype("float64")
    again = turned(main_axes(latent(trained).astype("float64")), shown)
    np.testing.assert_allclose(again, shown, atol=0.01)
    trained.restore_epoch(1)  # those kept are kept
    trained.wait()
    trained.undo()
    trained.undo()
    assert trained.model is model
    assert len(trained.history) == 5
    np.testing.assert_array_equal(latent(trained), before)
    assert "restore_epoch" not in trained.code()


def test_training_goes_on_from_an_epoch_and_leaves_the_kept_weights_alone(trained):
    trained.restore_epoch(2)
    trained.wait()
    at_two = latent(trained)
    trained.train("quick", max_epochs=3)
    trained.wait()
    assert [row.epoch for row in trained.history] == [1, 2, 3]
    assert trained.kept_epochs == (1, 2, 3)  # of the present training alone
    assert len(maps(trained)) == 3
    assert not np.array_equal(latent(trained), at_two)
    trained.undo()  # asks
    trained.undo()
    trained.restore_epoch(2)
    trained.wait()
    np.testing.assert_array_equal(latent(trained), at_two)


def test_the_script_goes_back_too(trained):
    trained.restore_epoch(3)
    trained.wait()
    assert "session.restore_epoch(3)" in trained.code()
    again = Session.replay(trained.record, data=trained.adata)
    np.testing.assert_array_equal(latent(again), latent(trained))


def test_epochs_whose_weights_are_not_kept_are_refused(trained, monkeypatch):
    trained.restore_epoch(4)
    with pytest.raises(StageError, match="epoch 4 are not kept; kept are: 1, 2, 3, 5"):
        trained.wait()
    with pytest.raises(DataError):
        trained.restore_epoch(0)
    monkeypatch.setattr(epoch_maps, "MAX_BYTES", 2 * trained._epoch_maps[0].n_bytes)
    trained.train(restart=True)
    trained.wait()
    assert trained.kept_epochs == (3, 5)
    assert len(maps(trained)) == 4


def test_a_training_that_fails_leaves_maps_and_weights_of_before(trained, monkeypatch):
    places = {name: trained.adata.obsm[name] for name in maps(trained)}
    kept = trained._epoch_maps
    found = epoch_maps._mapping

    def fails_in_epoch_2(model, epoch, first):
        if epoch == 2:
            raise DataError("The disk is full; empty it.")
        return found(model, epoch, first)

    monkeypatch.setattr(epoch_maps, "_mapping", fails_in_epoch_2)
    trained.train("quick", max_epochs=3, restart=True)
    with pytest.raises(DataError, match="full"):
        trained.wait()
    assert {name: trained.adata.obsm[name] for name in maps(trained)} == places
    assert trained._epoch_maps is kept
    assert trained.kept_epochs == (1, 2, 3, 5)


def test_new_model_that_is_stopped_before_its_first_epoch_has_no_maps(trained):
    trained.basis = "X_peakvi_epoch_3"
    n_steps = trained.model.training_end.n_steps
    trained.train(max_epochs=9, max_steps=n_steps + 1)  # goes on: the maps stay
    trained.wait()
    assert trained.kept_epochs == (1, 2, 3, 5)
    trained.train(restart=True, max_steps=1)
    trained.wait()
    assert (trained.training, trained.history) == ("trained", ())
    assert (maps(trained), trained.kept_epochs) == ([], ())
    assert not trained.basis.startswith("X_peakvi_epoch")


def test_other_cells_have_no_maps(trained):
    trained.basis = "X_peakvi_epoch_2"
    trained.filter(min_cells=1)
    trained.wait()
    assert (maps(trained), trained.kept_epochs) == ([], ())
    assert not trained.basis.startswith("X_peakvi_epoch")


def test_maps_are_in_the_session_file(trained, tmp_path):
    trained.basis = "X_peakvi_epoch_2"
    trained.save(tmp_path / "x.peakvi")
    trained.wait()
    opened = Session(tmp_path / "x.peakvi")
    opened.wait()
    assert (opened.basis, opened.kept_epochs) == ("X_peakvi_epoch_2", ())
    np.testing.assert_array_equal(opened.embedding, trained.embedding)


def test_maps_go_with_their_model_when_cells_are_filtered_twice(trained):
    trained.filter(min_cells=40)
    trained.filter(min_cells=1)  # from what was opened, which holds the maps
    trained.wait()
    assert (maps(trained), trained.model) == ([], None)
    trained.undo()
    trained.undo()
    assert len(maps(trained)) == 4


@pytest.mark.parametrize(
    "forget",
    [lambda opened: opened.setup(held_out=0.3), lambda opened: opened.filter(min_cells=1)],
    ids=["setup", "filter"],
)
def test_maps_of_a_file_go_with_its_model(trained, tmp_path, forget):
    trained.basis = "X_peakvi_epoch_2"
    trained.save(tmp_path / "x.peakvi")
    trained.wait()
    opened = Session(tmp_path / "x.peakvi")
    opened.wait()
    forget(opened)
    opened.wait()
    assert (maps(opened), opened.model) == ([], None)
    assert not any("epoch" in name for name in (opened.basis, *(b.name for b in opened.bases)))


def test_places_of_the_user_stay_whatever_they_are_called(counts):
    counts = counts.copy()
    counts.obsm["X_epoch_2"] = np.ones((counts.n_obs, 2), "float32")
    session = Session(counts)
    session.train("quick", max_epochs=2)
    session.wait()
    assert session.adata.obsm["X_epoch_2"].all()
    session.filter(min_cells=1)
    session.wait()
    assert "X_epoch_2" in {basis.name for basis in session.bases}


def test_going_back_keeps_table_and_markers_as_those_of_earlier_weights(trained):
    trained.live = False
    trained.set_groups(range(50), range(50, 300))
    trained.compare()
    trained.find_markers("cell_type", n_samples=500)
    trained.wait()
    table, markers = trained.da_result, trained.markers
    trained.restore_epoch(2)
    trained.wait()
    assert (trained.da_state, trained.markers_work.state) == ("stale", "stale")
    assert trained.da_result is table
    assert trained.markers is markers
    trained.undo()
    assert (trained.da_state, trained.markers_work.state) == ("final", "final")


def test_moving_through_the_epochs_is_one_step_back(trained):
    trained.basis = "X_peakvi_epoch_1"
    trained.show_basis("X_peakvi_epoch_2")
    trained.show_basis("X_peakvi_epoch_5")
    assert trained.code().count("show_basis") == 1
    assert "session.show_basis('X_peakvi_epoch_5')" in trained.code()
    trained.undo()
    assert not trained.basis.startswith("X_peakvi_epoch")
    trained.redo()
    assert trained.basis == "X_peakvi_epoch_5"
    places = trained.adata.obsm["X_peakvi_epoch_5"].astype("float32")
    np.testing.assert_array_equal(trained.embedding, places)


def test_a_training_stops_while_a_map_is_made(session, reached, monkeypatch):
    def never_done(*_):
        while True:
            yield None

    monkeypatch.setattr(epoch_maps, "_mapping", never_done)
    session.train("quick")
    reached(session, "history", lambda rows: len(rows) == 1)
    session.stop()
    session.wait()
    assert session.training == "trained"
    assert maps(session) == []
