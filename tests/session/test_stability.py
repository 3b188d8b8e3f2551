"""Redraws of a comparison in a session: beside other work, of the table that is there, optional."""

import pandas as pd
import pytest

from peakvi_widgets.session import Session
from peakvi_widgets.session.comparison_steps import settings_of

pytestmark = pytest.mark.slow


@pytest.fixture
def grouped(trained):
    first, second, _ = trained.colors.categories
    trained.groups_by("cell_type", first, second)
    return trained


def compare(session, **more):
    session.compare(delta=0.02, fdr_target=0.2, n_samples=500, **more)
    session.wait()


def test_stability_is_not_asked_for_by_default(grouped):
    compare(grouped)
    assert "stability" not in grouped.da_result
    assert grouped.da_stability is None


def test_each_region_has_the_share_of_redraws_in_which_it_is_called(grouped):
    compare(grouped)
    plain = grouped.da_columns
    compare(grouped, stability=True)
    table = grouped.da_columns
    assert grouped.da_state == "final"
    pd.testing.assert_frame_equal(table[plain.columns], plain, check_exact=True)
    assert table["stability"].between(0, 1).all()
    called = table[table["is_da_fdr"]]
    assert called["stability"].mean() > 2 * table["stability"].mean()
    found = grouped.da_stability
    assert found.n_called == len(called)
    assert found.n_stable == (called["stability"] >= 0.9).sum()
    assert "stability=True" in grouped.code()


def test_the_record_gives_the_same_redraws(grouped):
    compare(grouped, stability=True)
    again = Session.replay(grouped.record, data=grouped.opened)
    pd.testing.assert_frame_equal(again.da_result, grouped.da_result)
    assert again.da_stability == grouped.da_stability


def test_redraws_of_other_groups_are_given_up(grouped):
    compare(grouped)
    grouped.compare(delta=0.02, fdr_target=0.2, n_samples=500, stability=True)
    grouped._work.wait()  # the table is final, its redraws go on or are done
    grouped.swap_groups()
    grouped.wait()
    assert grouped.da_state == "stale"
    compare(grouped, stability=True)
    assert grouped.da_stability is not None
    assert len(grouped._checks.waiting) == 0


def test_redraws_and_what_they_say_go_with_the_setting(grouped):
    compare(grouped, stability=True)
    grouped.stability = False
    assert grouped.da_state == "stale"
    compare(grouped)
    assert "stability" not in grouped.da_result
    assert grouped.da_stability is None


def test_a_training_meanwhile_makes_the_redraws_void(grouped):
    compare(grouped)
    grouped.compare(delta=0.02, fdr_target=0.2, n_samples=500, stability=True)
    grouped.train("quick", max_epochs=4, batch_size=64)
    grouped.wait()
    assert grouped.da_state == "stale"


def test_cancel_stops_the_redraws_and_keeps_the_table(grouped):
    compare(grouped)
    with grouped.lock:  # nothing is delivered meanwhile
        grouped.stability = True
        grouped.da_state = "final"
        grouped._shown = grouped._compared = grouped._key(settings_of(grouped, 500, 0))
        grouped._redraw_if_asked()
        grouped.cancel()
    grouped.wait()
    assert grouped.da_state == "final"
    assert grouped.da_stability is None


def test_what_the_redraws_say_is_saved_and_opened(grouped, tmp_path):
    compare(grouped, stability=True)
    grouped.save(tmp_path / "all.peakvi")
    grouped.wait()
    again = Session(tmp_path / "all.peakvi")
    again.wait()
    assert again.da_stability == grouped.da_stability
    assert again.stability
    pd.testing.assert_frame_equal(again.da_result, grouped.da_result)
