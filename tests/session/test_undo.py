"""Undo and redo: back and forth over groups, filter and set-up, with all that was built on them."""

import numpy as np
import pandas as pd
import pytest

LEFT = [[-9, -9], [0, -9], [0, 9], [-9, 9]]
UPPER = [[-9, 0], [9, 0], [9, 9], [-9, 9]]


def state_of(session):
    """What undo and redo must bring back: the kept traits, what stands in adata, the script."""
    traits = {name: getattr(session, name) for name in session.undo_names()}
    adata = session.adata
    places = {slot: dict(getattr(adata, slot)) for slot in ("obsm", "obsp", "uns")}
    return traits, places, adata.obs.copy(), session.code(), session.training


def assert_same_state(session, expected):
    traits, places, obs, script, training = state_of(session)
    assert script == expected[3]
    assert training == expected[4]
    for name, value in expected[0].items():
        assert traits[name] is value or traits[name] == value, name
    for slot, values in expected[1].items():
        assert {n: id(v) for n, v in places[slot].items()} == {n: id(v) for n, v in values.items()}
    pd.testing.assert_frame_equal(obs, expected[2])


def test_redo_brings_back_each_change_in_turn(session):
    states = [state_of(session)]
    for change in (
        lambda: session.lasso(LEFT),
        lambda: session.make_group(1),
        lambda: session.lasso(UPPER),
        lambda: session.lasso(LEFT, mode="subtract"),
        lambda: session.make_group(2),
        session.swap_groups,
        lambda: setattr(session, "idx1", [1, 2, 3]),
    ):
        change()
        states.append(state_of(session))
    for expected in states[-2::-1]:
        session.undo()
        assert_same_state(session, expected)
    assert (session.undo_label, session.redo_label) == ("", "lasso")
    for expected in states[1:]:
        session.redo()
        assert_same_state(session, expected)
    assert (session.undo_label, session.redo_label) == ("groups", "")
    session.redo()
    assert session.notice.text == "There is nothing to redo."


def test_something_new_forgets_what_could_be_redone(session):
    session.lasso(LEFT)
    session.undo()
    assert session.redo_label == "lasso"
    session.select([1, 2])
    assert session.redo_label == ""
    session.redo()
    assert session.selection.tolist() == [1, 2]


def test_undone_filter_is_redone_with_model_embedding_clusters_and_table(trained):
    trained.groups_by("cell_type", trained.colors.categories[0])
    before = state_of(trained)
    trained.filter(min_cells=20)
    trained.train("quick", max_epochs=2, batch_size=64)
    trained.embed()
    trained.cluster()
    trained.wait()
    trained.groups_by("clusters_peakvi", "0")
    trained.compare(n_samples=100)
    trained.wait()
    after = state_of(trained)
    trained.undo()  # the groups, and with them the comparison
    assert trained.da_state == "stale"
    trained.undo()
    assert "embed, train" in trained.notice.text
    trained.undo()
    assert_same_state(trained, before)
    trained.redo()
    trained.redo()
    assert_same_state(trained, after)
    assert trained.da_state == "final"
    trained.compare(n_samples=100)  # the table is current: nothing is computed again
    assert trained.task.name == ""


def test_undone_set_up_comes_back_into_the_record(session):
    session.setup(batch_key="batch")
    session.wait()
    session.setup(batch_key=None)
    session.wait()
    assert session.code().count("session.setup(") == 1
    session.undo()
    assert session.batch_key == "batch"
    assert "session.setup(batch_key='batch', held_out=0.2, held_out_seed=0)" in session.code()
    session.redo()
    assert session.batch_key is None
    assert session.code().count("session.setup(") == 1


def test_undone_selection_leaves_what_was_not_built_on_it(trained):
    trained.lasso(LEFT)
    trained.embed(min_dist=0.5)
    trained.wait()
    places = trained.embedding
    trained.undo()
    assert len(trained.selection) == 0
    assert trained.embedding is places
    assert "min_dist=0.5" in trained.code()
    assert "lasso" not in trained.code()
    trained.redo()
    verbs = [line.split("(")[0] for line in trained.code().splitlines()]
    assert verbs[-5:] == [
        "session.embed", "session.wait", "session.lasso", "session.embed", "session.wait",
    ]  # fmt: skip


def test_undone_basis_leaves_the_later_embedding(trained):
    trained.show_basis("X_peakvi", dimensions=(2, 1))
    trained.show_basis("X_peakvi", dimensions=(0, 2))
    trained.undo()
    trained.undo()
    assert (trained.basis, trained.shown_dimensions) == ("X_umap", (0, 1))
    trained.redo()
    assert (trained.basis, trained.shown_dimensions) == ("X_peakvi", (2, 1))
    trained.embed(min_dist=0.5)
    trained.wait()
    places = trained.embedding
    trained.undo()
    assert trained.embedding is places
    assert trained.basis == "X_umap"
    assert "show_basis" not in trained.code()


def test_groups_may_be_undone_while_a_training_runs(session, reached):
    session.lasso(LEFT)
    session.make_group(1)
    session.train("quick", max_epochs=500, batch_size=64)
    reached(session, "history", bool)
    session.undo()
    assert len(session.idx1) == 0
    assert session.training == "running"
    session.redo()
    assert len(session.idx1)
    session.stop()
    session.wait()
    assert session.training == "trained"
    assert "max_steps=" in session.code()


def test_filter_waits_for_a_training(session, reached):
    session.filter(min_cells=20)
    session.wait()
    session.train("quick", max_epochs=500, batch_size=64)
    reached(session, "history", bool)
    session.undo()
    session.undo()
    assert "still running" in session.notice.text
    assert session.filter_settings is not None
    session.stop()
    session.wait()


def test_live_comparison_neither_stands_in_the_way_nor_forgets_the_redo(trained):
    first, second, third = trained.adata.obs["cell_type"].cat.categories
    trained.live = True
    trained.groups_by("cell_type", first, second)
    trained.groups_by("cell_type", first, third)  # the first comparison runs or waits
    third_group = trained.idx2
    trained.undo()
    trained.wait()
    assert trained.da_state == "final"
    assert trained.redo_label == "groups"
    shown = trained.da_result
    trained.redo()
    trained.wait()
    np.testing.assert_array_equal(trained.idx2, third_group)
    assert trained.da_state == "final"
    assert trained.da_result is not shown
    assert trained.code().count("session.compare(") == 1
    assert trained.code().rstrip().endswith("session.wait()\nsession.da_result")


def test_cells_that_are_no_more_cannot_be_redone(session):
    def while_filtering(change):
        if "filter" in change.new and not session.redo_label:
            session.unobserve(while_filtering, names=["script"])
            session.lasso(LEFT)
            session.undo()

    session.observe(while_filtering, names=["script"])
    session.filter(min_cells=20, min_regions=30)
    session.wait()
    assert session.n_cells < session.n_cells_opened
    assert session.redo_label == ""


def test_undone_set_up_leaves_nothing_of_the_later_model_in_adata(trained):
    before = state_of(trained)
    trained.setup(batch_key="batch")
    trained.train("quick", max_epochs=2, batch_size=64)
    trained.embed()
    trained.cluster()
    trained.wait()
    trained.undo()
    trained.undo()
    assert_same_state(trained, before)


def test_comparison_stays_when_only_a_selection_is_undone(trained):
    trained.groups_by("cell_type", trained.colors.categories[0])
    trained.lasso(LEFT)
    trained.compare(n_samples=100)
    trained.wait()
    trained.undo()
    assert trained.da_state == "final"
    assert "session.compare(" in trained.code()


@pytest.mark.parametrize("number", [0, 1])
def test_table_is_current_again_when_its_groups_come_back(trained, number):
    trained.groups_by("cell_type", trained.colors.categories[0])
    trained.compare(n_samples=100)
    trained.wait()
    table = trained.da_result
    trained.swap_groups()
    assert trained.da_state == "stale"
    (trained.undo, trained.swap_groups)[number]()
    assert trained.da_state == "final"
    assert trained.da_result is table
