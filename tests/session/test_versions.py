"""A table is shown as current only while weights, counts, groups and settings are what it is of."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow

PLAN = {"batch_size": 64, "n_threads": 1}
DIVERGING = {"lr": 1e30, "schedule": "constant", **PLAN}


@pytest.fixture
def compared(counts):
    session = Session(counts)
    session.train("quick", max_epochs=2, **PLAN)
    session.embed(n_neighbors=5, maxiter=5)
    session.wait()
    session.set_groups(range(100), range(100, 300))
    session.compare(n_samples=100)
    session.wait()
    assert session.da_state == "final"
    return session


def table_of(session):
    return session.model.differential_accessibility(
        idx1=session.idx1, idx2=session.idx2, n_samples=100, seed=0
    )


def is_of_the_model(session):
    now = table_of(session).reindex(session.regions)
    return np.array_equal(session.da_columns["est_prob1"], now["est_prob1"])


def test_weights_within_one_epoch_are_other_weights(counts):
    session = Session(counts)
    session.train(**PLAN, max_steps=2)
    session.wait()
    session.set_groups(range(100), range(100, 300))
    session.compare(n_samples=100)
    session.wait()
    session.train(**PLAN, max_steps=4)
    session.wait()
    assert len(session.history) == 0
    assert session.da_state == "stale"
    session.compare(n_samples=100)
    session.wait()
    assert session.da_state == "final"
    assert is_of_the_model(session)


@pytest.mark.parametrize("how", [{"restart": True}, {"max_epochs": 9}], ids=["restart", "going on"])
def test_training_that_diverges_leaves_model_and_tables_as_they_were(compared, how):
    names = ("model", "history", "training_end", "training", "da_state", "da_result", "plan")
    names += ("embedding_state", "weights_version", "preset", "redo_label", "script")
    before = {name: getattr(compared, name) for name in names}
    latent = compared.model.get_latent_representation()
    states = []
    compared.observe(lambda change: states.append(change.new), names=["da_state"])
    compared.train(**DIVERGING, **how)
    with pytest.raises(DataError, match="no longer finite"):
        compared.wait()
    assert states == ["stale", "final"]  # stale while it ran
    for name, value in before.items():
        now = getattr(compared, name)
        assert now is value or (isinstance(value, str | int) and now == value), name
    np.testing.assert_array_equal(compared.model.get_latent_representation(), latent)
    assert is_of_the_model(compared)
    compared.train("quick", max_epochs=3, **PLAN)  # it can go on
    compared.wait()
    assert len(compared.history) == 3


@pytest.mark.parametrize("how", [{"restart": True}, {"max_epochs": 9}], ids=["restart", "going on"])
def test_training_that_has_learned_makes_tables_stale(compared, how):
    compared.train("quick", **{"max_epochs": 2, **PLAN, **how})
    compared.wait()
    assert compared.da_state == compared.embedding_state == "stale"
    assert compared.weights_version == compared.model.weights_version


def test_restart_keeps_the_former_model_until_another_has_learned(compared, reached):
    former = compared.model
    models = []
    compared.observe(lambda change: models.append(change.new), names=["model"])
    compared.train("quick", max_epochs=10_000, restart=True, **PLAN)
    compared.pause()
    reached(compared, "model", lambda model: model is not former)
    compared.stop()
    compared.wait()
    assert len(models) == 1
    assert models[0]._state.n_steps > 0
    assert compared.training == "trained"


def test_training_that_is_stopped_before_it_learned_changes_nothing(compared):
    held = compared.lock
    with held:  # so that no minibatch is done before the stop
        compared.train("best_loss", restart=True, **PLAN)
        compared.cancel_all()
    compared.wait()
    assert (compared.training, compared.da_state) == ("trained", "final")
    assert len(compared.history) == 2
    assert compared.preset == "quick"
    assert compared.code().count("session.train(") == 1


def test_model_trained_outside_of_the_session_is_followed(compared):
    version = compared.weights_version
    compared.model.train(max_epochs=4)
    assert compared.weights_version == compared.model.weights_version != version
    assert compared.da_state == compared.embedding_state == "stale"
    assert [row.epoch for row in compared.history] == [1, 2, 3, 4]
    compared.compare(n_samples=100)
    compared.wait()
    assert compared.da_state == "final"
    assert is_of_the_model(compared)


def test_model_that_fails_outside_of_the_session_leaves_the_table_current(compared):
    with pytest.raises(DataError, match="no longer finite"):
        compared.model.train(restart=True, lr=1e30, schedule="constant")
    assert compared.da_state == "final"
    assert compared.embedding_state == "current"
    assert is_of_the_model(compared)


def test_live_comparison_follows_a_model_trained_outside(compared):
    compared.live = True
    compared.model.train(max_epochs=4)
    compared.wait()
    assert compared.da_state == "final"
    assert compared.da_n_samples == 5000


def test_same_groups_again_make_the_table_current_again(compared):
    version = compared.groups_version
    compared.swap_groups()
    assert compared.groups_version != version
    assert compared.da_state == "stale"
    compared.swap_groups()
    assert compared.groups_version == version
    assert compared.da_state == "final"


def test_versions_of_counts_follow_filter_and_undo(compared):
    version = compared.counts_version
    compared.filter(min_cells=20)
    compared.wait()
    assert compared.counts_version != version
    assert compared.da_state == "none"
    compared.undo()
    assert compared.counts_version == version
    assert compared.da_state == "final"
    assert is_of_the_model(compared)


def test_colors_of_former_weights_are_not_shown(compared, reached):
    region = compared.regions[3]
    compared.color_by = region
    compared.train("quick", max_epochs=4, **PLAN)
    compared.wait()
    expected = compared.model.get_normalized_accessibility(region_list=[region], return_numpy=True)
    reached(compared, "colors", lambda colors: np.array_equal(colors.values, np.ravel(expected)))


def test_comparison_without_groups_leaves_the_table_that_is_there(compared):
    table = compared.da_result
    compared.clear_groups()
    compared.compare()
    with pytest.raises(StageError, match="empty"):
        compared.wait()
    assert compared.da_result is table
    assert compared.da_state == "failed"
