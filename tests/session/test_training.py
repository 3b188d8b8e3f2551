"""Training in a session: progress, pause, stop, going on; what depends on the model."""

import threading

import numpy as np
import pytest

from peakvi_widgets.errors import DataError, PeakVIError, StageError
from peakvi_widgets.model import PEAKVI
from peakvi_widgets.session import Session

TIMEOUT = 60  # seconds; only a broken session takes as long


def test_history_grows_by_one_row_an_epoch(session):
    lengths = []
    session.observe(lambda change: lengths.append(len(change.new)), names=["history"])
    session.train("quick", max_epochs=4)
    session.wait()
    assert [row.epoch for row in session.history] == [1, 2, 3, 4]
    assert lengths == sorted(lengths)
    assert session.training == "trained"
    assert session.training_end.startswith("Finished all 4 epochs")


def test_plan_is_that_of_the_preset_with_what_was_changed(session):
    session.train("quick", max_epochs=2, lr=0.005)
    session.wait()
    assert session.preset == "quick"
    assert session.plan.lr == 0.005
    assert "session.train(preset='quick', max_epochs=2, lr=0.005, seed=0)" in session.code()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"lr": -1}, "lr is -1"), ({"preset": "fast"}, "'fast'"), ({"epochs": 3}, "no epochs")],
)
def test_bad_parameters_are_refused_at_once(session, arguments, message):
    with pytest.raises(DataError, match=message):
        session.train(**arguments)
    assert session.training == "untrained"
    session.train("quick", max_epochs=1)
    session.wait()


def test_stop_ends_within_an_epoch_and_keeps_the_best_weights(session, reached):
    session.train("standard", max_epochs=10_000, early_stopping=False)
    reached(session, "history", lambda rows: len(rows) >= 3)
    session.stop()
    assert session.training == "stopping"  # acknowledged at once
    session.wait()
    assert session.training == "trained"
    assert "Stopped by you" in session.training_end
    best = min(session.history, key=lambda row: row.reconstruction_loss_validation)
    assert f"weights of epoch {best.epoch} " in session.training_end


def test_two_trainings_at_once_are_refused(session):
    session.train("quick", max_epochs=10_000)
    with pytest.raises(StageError, match="already running"):
        session.train()
    session.stop()
    session.wait()


def test_pause_holds_and_resume_goes_on(session, reached):
    session.train("standard", max_epochs=10_000, early_stopping=False)
    reached(session, "history", lambda rows: len(rows) >= 1)
    session.pause()
    assert session.training == "paused"
    session.resume()
    n = len(session.history)
    reached(session, "history", lambda rows: len(rows) > n + 1)
    session.pause()
    session.stop()
    session.wait()
    assert session.training == "trained"


def test_going_on_after_a_stop_equals_a_training_without_one(session, counts):
    plan = {"max_epochs": 6, "batch_size": 64, "seed": 3, "n_threads": 1}
    session.train("quick", **plan, max_steps=11)
    session.wait()
    session.train("quick", **plan)
    session.wait()
    whole = Session(counts)
    whole.train("quick", **plan)
    whole.wait()
    np.testing.assert_array_equal(
        session.model.get_latent_representation(), whole.model.get_latent_representation()
    )
    assert [row.epoch for row in session.history] == [1, 2, 3, 4, 5, 6]


def test_restart_begins_anew(trained):
    trained.train("quick", max_epochs=2, restart=True)
    trained.wait()
    assert [row.epoch for row in trained.history] == [1, 2]


def test_training_before_open_says_what_to_do():
    session = Session()
    session.train()
    with pytest.raises(StageError, match="open a file"):
        session.wait()
    assert session.training == "untrained"


def test_stop_before_its_turn_takes_the_training_back(session):
    hold = threading.Event()

    def held():
        assert hold.wait(TIMEOUT)
        yield

    session._submit("holding", held)
    session.train("quick")
    assert session.training == "waiting"
    session.stop()
    assert session.training == "untrained"
    hold.set()
    session.wait()
    assert session.history == ()


def test_new_filter_forgets_the_model_and_undo_brings_it_back(trained):
    model, latent = trained.model, trained.adata.obsm["X_peakvi"]
    trained.filter(min_cells=20)
    trained.wait()
    assert trained.model is None
    assert trained.training == "untrained"
    trained.undo()
    assert trained.model is model
    assert trained.training == "trained"
    np.testing.assert_array_equal(trained.adata.obsm["X_peakvi"], latent)


def test_undo_asks_before_it_takes_a_training_back(session):
    session.filter(min_cells=20)
    session.train("quick", max_epochs=1)
    session.wait()
    session.undo()
    assert session.training == "trained"
    assert "undo once more" in session.notice.text
    session.undo()
    assert session.training == "untrained"
    assert "train" not in session.code()


def test_saved_model_loads_into_a_fresh_session(trained, tmp_path, counts):
    trained.save(tmp_path / "model")
    trained.wait()
    other = Session(counts)
    other.load(tmp_path / "model")
    other.wait()
    assert other.training == "trained"
    np.testing.assert_array_equal(
        other.model.get_latent_representation(), trained.model.get_latent_representation()
    )


def test_model_of_fewer_regions_cuts_the_counts_to_its_own(session, tmp_path, counts):
    session.filter(min_cells=40)
    session.train("quick", max_epochs=1)
    session.save(tmp_path / "model")
    session.wait()
    other = Session(counts)
    other.load(tmp_path / "model")
    other.wait()
    assert other.regions == session.regions


def test_model_that_was_saved_with_its_training_loads_with_its_curve(counts, tmp_path):
    adata = counts.copy()
    PEAKVI.setup_anndata(adata)
    model = PEAKVI(adata, n_latent=3, seed=0)
    model.train(max_epochs=2, batch_size=64, n_threads=1)
    model.save(tmp_path / "model", with_training=True)
    session = Session(adata)
    session.load(tmp_path / "model")
    session.wait()
    assert [metrics.epoch for metrics in session.history] == [1, 2]
    session.train(max_epochs=3, batch_size=64, n_threads=1)
    session.wait()
    assert [metrics.epoch for metrics in session.history] == [1, 2, 3]


def test_loading_what_is_no_model_changes_nothing(trained, tmp_path):
    model = trained.model
    trained.load(tmp_path)
    with pytest.raises(PeakVIError):
        trained.wait()
    assert trained.model is model
    assert trained.training == "trained"


def test_saving_over_a_model_must_be_asked_for(trained, tmp_path):
    trained.save(tmp_path / "model")
    trained.save(tmp_path / "model")
    with pytest.raises(PeakVIError, match="overwrite"):
        trained.wait()
    trained.save(tmp_path / "model", overwrite=True)
    trained.wait()


@pytest.mark.slow
def test_script_with_a_saved_model_runs_twice(counts, tmp_path, in_fresh_process):
    counts.write_h5ad(tmp_path / "counts.h5ad")
    session = Session(tmp_path / "counts.h5ad")
    session.train("quick", max_epochs=1, n_threads=1)
    session.save(tmp_path / "model")
    session.wait()
    session.show_basis("X_umap")
    session.groups_by("cell_type", session.obs_columns[0].categories[0])
    session.compare(n_samples=20)
    session.wait()
    first, table = in_fresh_process(session.script)
    second, again = in_fresh_process(session.script)
    np.testing.assert_array_equal(first["idx1"], second["idx1"])
    np.testing.assert_array_equal(first["idx1"], session.idx1)
    assert table.equals(again)


def test_embedding_stands_where_scanpy_looks(trained):
    assert trained.adata.obsm["X_peakvi"].shape == (300, trained.model.module.shape.n_latent)
    np.testing.assert_array_equal(trained.embedding, trained.adata.obsm["X_umap"])
    assert {"connectivities", "distances"} <= set(trained.adata.obsp)
    assert trained.embedding_state == "current"
    trained.train("quick", max_epochs=4, batch_size=64)
    trained.wait()
    assert trained.embedding_state == "stale"


def test_clusters_colour_the_cells(trained):
    trained.cluster(0.5)
    trained.wait()
    assert trained.color_by == "clusters_peakvi"
    assert list(trained.adata.obs["clusters_peakvi"].cat.categories) == list(
        trained.colors.categories
    )
    with pytest.raises(DataError, match="resolution"):
        trained.cluster(0)


def test_colour_by_a_region_is_the_models_accessibility(trained, reached):
    region = trained.regions[3]
    trained.color_by = region
    reached(trained, "colors", lambda colors: colors.title == f"{region}, accessibility")
    expected = trained.model.get_normalized_accessibility(region_list=[region], return_numpy=True)
    np.testing.assert_allclose(trained.colors.values, np.ravel(expected), rtol=1e-6)


@pytest.mark.parametrize("kind", ["history", "embedding"])
def test_figures(trained, kind, tmp_path):
    trained.figure(kind, path=tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 5000


def test_figures_before_their_time_say_what_to_do(session):
    with pytest.raises(StageError, match="compare"):
        session.figure("volcano")
    with pytest.raises(StageError, match="train"):
        session.figure("history")
    with pytest.raises(DataError, match="volcano, embedding, history"):
        session.figure("heatmap")


def test_outlines_do_not_outlive_the_places_they_were_drawn_round(trained):
    trained.lasso([[-99, -99], [99, -99], [99, 99], [-99, 99]])
    trained.make_group(1)
    trained.embed(min_dist=0.5)
    trained.wait()
    assert trained.outlines == ()
    assert len(trained.idx1) == 300


def test_curves_of_earlier_trainings_stay_until_there_are_other_cells(session):
    session.train("quick", max_epochs=2)
    session.wait()
    assert session.earlier_runs == ()
    first = session.history
    session.train("quick", max_epochs=1, restart=True)
    session.wait()
    (run,) = session.earlier_runs
    assert (run.name, run.epoch) == ("quick, 2 epochs", (1, 2))
    assert run.loss == tuple(row.reconstruction_loss_validation for row in first)
    legend = session.figure("history").axes[0].get_legend()
    assert f"before: {run.name}" in [text.get_text() for text in legend.get_texts()]
    session.filter(min_cells=1)
    session.wait()
    assert session.earlier_runs == ()
