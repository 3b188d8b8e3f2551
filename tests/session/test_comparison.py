"""Differential accessibility in a session: live, superseded, stale, the same as the model's."""

import numpy as np
import pandas as pd
import pytest
from traitlets import TraitError

from peakvi_widgets.engine.region_order import by_evidence
from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session
from peakvi_widgets.session.annotating import with_genes


@pytest.fixture
def grouped(trained):
    first, second, _ = trained.colors.categories
    trained.groups_by("cell_type", first, second)
    return trained


def expected(session, **settings):
    table = session.model.differential_accessibility(
        idx1=session.idx1, idx2=session.idx2, seed=0, check=True, interval=0.95, **settings
    )
    return with_genes(by_evidence(table.loc[list(session.regions)]), session.region_genes)


def test_final_table_is_that_of_the_model(grouped):
    grouped.compare()
    grouped.wait()
    assert grouped.da_state == "final"
    assert grouped.da_n_samples == 5000
    table = expected(grouped)
    pd.testing.assert_frame_equal(grouped.da_result, table[grouped.da_result.columns])
    assert tuple(grouped.da_columns.index) == grouped.regions


def test_settings_reach_the_table(grouped):
    grouped.compare(two_sided=False, delta=0.2, estimand="log2", batch_correction=False)
    grouped.wait()
    table = expected(grouped, two_sided=False, delta=0.2, estimand="log2")
    pd.testing.assert_frame_equal(grouped.da_result, table[grouped.da_result.columns])
    assert grouped.delta == 0.2
    assert "session.compare(two_sided=False, delta=0.2, estimand='log2'" in grouped.code()


@pytest.mark.parametrize(("level", "asked"), [("cell", "cell"), ("group", "group"), ("auto", None)])
def test_level_reaches_the_table(grouped, level, asked):
    grouped.compare(level=level)
    grouped.wait()
    table = expected(grouped, level=asked)
    pd.testing.assert_frame_equal(grouped.da_result, table[grouped.da_result.columns])
    assert ("level='cell'" in grouped.code()) == (level == "cell")
    other = "group" if level == "cell" else "cell"
    assert not table["prob_da"].equals(expected(grouped, level=other)["prob_da"])
    grouped.level = other
    grouped.wait()
    assert grouped.da_state == "stale"


def test_estimate_comes_before_the_final_table(grouped):
    states = []
    grouped.observe(lambda change: states.append(change.new), names=["da_state"])
    grouped.compare()
    grouped.wait()
    assert states[-1] == "final"
    assert "estimate" in states or states[-2] == "running"
    assert states.index("running") < states.index("final")


def test_without_live_nothing_starts_by_itself(trained):
    trained.groups_by("cell_type", trained.colors.categories[0])
    trained.wait()
    assert trained.da_result is None
    assert trained.da_state == "none"


def test_live_compares_when_groups_stand_and_again_when_they_change(trained):
    first, second, third = trained.colors.categories
    trained.live = True
    trained.groups_by("cell_type", first, second)
    trained.wait()
    before = trained.da_result
    assert trained.da_state == "final"
    trained.groups_by("cell_type", first, third)
    assert trained.da_state != "final"
    trained.wait()
    assert trained.da_state == "final"
    assert not before.equals(trained.da_result)
    pd.testing.assert_frame_equal(trained.da_result, expected(trained)[trained.da_result.columns])


def test_a_newer_comparison_supersedes_the_one_that_runs(trained):
    first, second, third = trained.colors.categories
    trained.live = True
    for other in (second, third, second, third):
        trained.groups_by("cell_type", first, other)
    trained.wait()
    assert trained.da_state == "final"
    pd.testing.assert_frame_equal(trained.da_result, expected(trained)[trained.da_result.columns])
    assert trained.code().count("session.compare(") == 1


def test_the_same_comparison_is_not_done_twice(grouped):
    grouped.compare()
    grouped.wait()
    table = grouped.da_result
    grouped.compare()
    grouped.wait()
    assert grouped.da_result is table


def test_changed_groups_make_the_table_stale_but_do_not_clear_it(grouped):
    grouped.compare()
    grouped.wait()
    grouped.swap_groups()
    assert grouped.da_state == "stale"
    assert grouped.da_result is not None


def test_swapped_groups_turn_the_sign(grouped):
    grouped.compare()
    grouped.wait()
    before = grouped.da_columns["emp_effect"]
    grouped.swap_groups()
    grouped.compare()
    grouped.wait()
    np.testing.assert_allclose(grouped.da_columns["emp_effect"], -before)


def test_cancel_keeps_the_table_that_is_there(grouped, reached):
    grouped.compare()
    grouped.wait()
    table = grouped.da_result
    grouped.compare(n_samples=200_000, delta=0.1)
    reached(grouped, "da_state", lambda state: state == "running")
    grouped.cancel()
    grouped.wait()
    assert grouped.da_state == "cancelled"
    assert grouped.da_result is table or grouped.da_n_samples < 200_000


def test_empty_group_says_what_to_do(trained):
    trained.idx1 = [1, 2, 3]
    trained.compare()
    with pytest.raises(StageError, match="Group 2 is empty"):
        trained.wait()
    assert trained.da_state == "failed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fdr_target", 0.0), ("fdr_target", 1.0), ("fdr_target", float("nan")),
        ("delta", -0.1), ("delta", float("nan")), ("delta", float("inf")), ("delta", 1e9),
        ("estimand", "x"),
    ],
)  # fmt: skip
def test_settings_out_of_bounds_are_refused(grouped, name, value):
    before = getattr(grouped, name)
    state = grouped.da_state
    with pytest.raises(TraitError, match=name):
        grouped.compare(**{name: value})
    with pytest.raises(TraitError, match=name):
        setattr(grouped, name, value)
    assert getattr(grouped, name) == before
    assert grouped.da_state == state
    assert len(grouped._work.waiting) == 0


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "many", float("nan"), float("inf"), 10**12, None])
def test_number_of_draws_is_a_whole_number_in_bounds(grouped, n):
    with pytest.raises(DataError, match="n_samples is"):
        grouped.compare(n_samples=n, delta=0.3)
    assert grouped.delta == 0.05
    assert grouped.da_state == "none"


@pytest.mark.parametrize("seed", [-1, 0.5, float("nan"), "x"])
def test_seed_of_a_comparison_is_a_whole_number(grouped, seed):
    with pytest.raises(DataError, match="seed"):
        grouped.compare(seed=seed)


def test_volcano_figure(grouped, tmp_path):
    grouped.compare()
    grouped.wait()
    axes = grouped.figure("volcano", path=tmp_path / "volcano.png").axes[0]
    shown = sum(len(points.get_offsets()) for points in axes.collections)
    assert shown == grouped.n_regions


def test_volcano_figure_has_what_is_confirmed_apart(grouped):
    grouped.compare(delta=0.02, fdr_target=0.2, n_samples=500)
    grouped.wait()
    of = grouped.da_result
    axes = grouped.figure("volcano").axes[0]
    found = {text.get_text().split(" (")[0] for text in axes.get_legend().get_texts()}
    by_group = {f"more open in group {n}" for n in (1, 2)}
    words = {f"{group}, {word}" for group in by_group for word in ("confirmed", "not confirmed")}
    assert found == {"not called", *words}
    filled = [len(p.get_facecolors()) > 0 for p in axes.collections]
    assert filled == [True, True, False, True, False]
    sizes = [len(points.get_offsets()) for points in axes.collections]
    assert sizes[0] == (~of["is_da_fdr"]).sum()
    assert sizes[1] + sizes[3] == of["is_confirmed"].sum()


def test_effects_have_a_credible_interval(grouped):
    grouped.compare(delta=0.02, fdr_target=0.2, n_samples=500)
    grouped.wait()
    table = grouped.da_result
    assert (table["effect_low"] < table["effect_high"]).all()
    called = table[table["is_da_fdr"]]
    assert (called["effect_low"] < called["effect_size"]).all()
    assert (called["effect_size"] < called["effect_high"]).all()


def test_confirmed_regions_come_first_then_called_ones_by_size_of_effect(grouped):
    grouped.compare(delta=0.02, fdr_target=0.2, n_samples=500)
    grouped.wait()
    table = grouped.da_result
    rank = table["is_da_fdr"].astype(int) + table["is_confirmed"]
    assert rank.is_monotonic_decreasing
    assert set(rank) == {0, 1, 2}
    for _, tier in table.groupby(rank):
        assert tier["effect_size"].abs().astype("float32").is_monotonic_decreasing


def test_training_on_makes_the_table_stale(grouped):
    grouped.compare()
    grouped.wait()
    grouped.train("quick", max_epochs=4, batch_size=64)
    grouped.wait()
    assert grouped.da_state == "stale"


def test_comparison_queued_behind_a_training_is_not_lost(session):
    session.train("quick", max_epochs=2, batch_size=64)
    session.set_groups(range(50), range(50, 120))
    session.compare()
    session.wait()
    assert session.da_state == "final"
    pd.testing.assert_frame_equal(session.da_result, expected(session)[session.da_result.columns])


def assert_final_of_now(session):
    assert session.da_state == "final"
    table = expected(session, n_samples=100)
    pd.testing.assert_frame_equal(session.da_result, table[session.da_result.columns])


def test_comparison_asked_for_behind_a_training_is_of_the_new_weights(grouped):
    """Though the table that is there is current at the moment of asking."""
    grouped.compare(n_samples=100)
    grouped.wait()
    before = grouped.da_result
    with grouped.lock:  # the training waits for its turn meanwhile
        grouped.train(max_epochs=4)
        grouped.compare(n_samples=100)
    grouped.wait()
    assert_final_of_now(grouped)
    assert not before.equals(grouped.da_result)


def test_groups_that_go_and_come_back_leave_a_queued_comparison_alone(grouped):
    grouped.compare(n_samples=100)
    grouped.wait()
    with grouped.lock:
        grouped.train(max_epochs=4)
        grouped.compare(n_samples=100)
        grouped.swap_groups()
        grouped.swap_groups()
    grouped.wait()
    assert_final_of_now(grouped)


def test_comparison_asked_for_behind_a_filter_is_of_nothing_old(grouped):
    grouped.compare(n_samples=100)
    grouped.wait()
    with grouped.lock:
        grouped.filter(min_cells=20)
        grouped.compare(n_samples=100)
    with pytest.raises(StageError):
        grouped.wait()
    assert grouped.da_result is None


def test_comparison_asked_for_behind_new_batches_and_a_training_is_not_lost(grouped):
    with grouped.lock:
        grouped.setup(batch_key="batch")
        grouped.train("quick", max_epochs=2, batch_size=64)
        grouped.compare(n_samples=100)
    grouped.wait()
    assert grouped.batch_key == "batch"
    assert_final_of_now(grouped)


def test_fragments_are_held_out_by_default_and_checked(grouped):
    grouped.compare()
    grouped.wait()
    assert grouped.model.setup.held_out.share == grouped.held_out == 0.2
    assert {"held_out_effect", "held_out_p", "is_confirmed"} < set(grouped.da_result)
    assert [grouped.da_check.sentence] == expected(grouped).attrs["checks"]
    assert grouped.da_check.n_confirmed == grouped.da_result["is_confirmed"].sum()
    assert grouped.da_check.n_called == grouped.da_result["is_da_fdr"].sum()
    grouped.train(max_epochs=4)
    grouped.wait()
    assert grouped.da_state == "stale"
    assert grouped.da_check is not None  # it is of the table that is shown


def test_another_share_makes_another_model_and_its_table_is_checked_anew(grouped):
    grouped.compare(n_samples=100)
    grouped.wait()
    grouped.setup(held_out=0.5, held_out_seed=3)
    grouped.train("quick", max_epochs=2, batch_size=64)
    grouped.wait()
    assert grouped.da_check is None
    assert (grouped.model.setup.held_out.share, grouped.model.setup.held_out.seed) == (0.5, 3)
    assert "session.setup(held_out=0.5, held_out_seed=3)" in grouped.code()
    grouped.setup()  # the same again
    grouped.wait()
    assert grouped.model is not None
    grouped.undo()
    grouped.undo()
    grouped.undo()
    assert grouped.held_out == 0.2
    assert grouped.da_check is not None


def test_without_held_out_fragments_nothing_is_checked(grouped):
    grouped.setup(held_out=0)
    grouped.train("quick", max_epochs=2, batch_size=64)
    grouped.compare(n_samples=100)
    grouped.wait()
    assert grouped.model.setup.held_out is None
    assert grouped.da_check is None
    assert "held_out_effect" not in grouped.da_result


def test_binary_counts_are_not_checked_and_that_is_said(counts):
    binary = counts.copy()
    binary.X = (binary.X > 0).astype("float32")
    session = Session(binary)
    session.setup(held_out=0.2)
    with pytest.warns(UserWarning, match="binary"):
        session.wait()
    session.train("quick", max_epochs=2, batch_size=64)
    session.set_groups(range(50), range(50, 120))
    session.compare(n_samples=100)
    session.wait()
    assert session.da_state == "final"
    assert session.da_check is None


@pytest.mark.parametrize("share", [1, -0.1, float("nan"), "much", True])
def test_share_that_cannot_be_held_out_is_refused_at_once(grouped, share):
    with pytest.raises(DataError, match="held_out"):
        grouped.setup(held_out=share)
    assert grouped.model is not None


def test_checked_comparison_is_saved_and_opened(grouped, tmp_path):
    grouped.compare(n_samples=100)
    grouped.save(tmp_path / "all.peakvi")
    grouped.wait()
    again = Session(tmp_path / "all.peakvi")
    again.wait()
    assert again.da_check == grouped.da_check
    assert (again.held_out, again.held_out_seed) == (0.2, 0)
    pd.testing.assert_frame_equal(again.da_result, grouped.da_result, check_index_type=False)
