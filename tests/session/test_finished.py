"""Finished comparisons are kept: going back is instant, and gives what a new comparison would."""

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.engine.metrics import Comparison
from peakvi_widgets.engine.stability import Stability
from peakvi_widgets.session.finished import Finished, FinishedComparisons

FACTS = (
    *("da_title", "da_settings", "da_check", "da_warnings", "da_differences", "da_donors"),
    *("da_stability", "da_n_samples"),
)


@pytest.fixture
def live(trained):
    """Live, with six donors and redraws."""
    trained.adata.obs["donor"] = [f"donor {i % 6}" for i in range(trained.n_cells)]
    trained.select([0])  # columns are looked up
    trained.delta, trained.stability, trained.donor = 0.02, True, "donor"
    trained.live = True
    return trained


def settled(session):
    session.wait()
    facts = {name: getattr(session, name) for name in FACTS}
    return session.da_result, session.da_columns, session.da_donor_rates, facts


def refuse(*_arguments, **_keywords):
    raise AssertionError("The comparison was made again.")


@pytest.mark.slow
def test_undo_brings_back_what_a_new_comparison_gives(live, monkeypatch):
    first, second, third = live.colors.categories
    live.groups_by("cell_type", first, second)
    before = settled(live)
    assert before[3]["da_stability"] is not None
    assert not live.da_from_before
    live.groups_by("cell_type", first, third)
    settled(live)
    assert not live.da_from_before
    with monkeypatch.context() as patch:
        patch.setattr(live.model, "comparing", refuse)
        patch.setattr(live.model, "redrawing", refuse)
        live.undo()
        kept = settled(live)
        assert (live.da_state, live.da_from_before) == ("final", True)
    live._finished = FinishedComparisons()
    live.groups_by("cell_type", first, third)
    settled(live)
    live._finished = FinishedComparisons()
    live.undo()
    new = settled(live)
    assert not live.da_from_before
    for one, other in ((kept, before), (kept, new)):
        pd.testing.assert_frame_equal(one[0], other[0], check_exact=True)
        pd.testing.assert_frame_equal(one[1], other[1], check_exact=True)
        np.testing.assert_array_equal(one[2], other[2])
        assert one[3] == other[3]
    assert "from_before" not in live.code()


def test_what_obs_says_is_looked_up_again(live):
    first, second, third = live.colors.categories
    live.stability = False
    live.groups_by("cell_type", first, second)
    settled(live)
    live.groups_by("cell_type", first, third)
    settled(live)
    live.adata.obs["donor"] = [f"other {i % 6}" for i in range(live.n_cells)]
    live.undo()
    settled(live)
    assert live.da_from_before
    assert all(name.startswith("other") for name in live.da_donors.donors1)


def test_other_settings_or_weights_are_compared_again(live):
    first, second, _ = live.colors.categories
    live.donor, live.stability = None, False
    live.groups_by("cell_type", first, second)
    settled(live)
    live.delta = 0.05
    settled(live)
    assert not live.da_from_before
    live.delta = 0.02
    settled(live)
    assert live.da_from_before
    live.donor = "donor"  # only adds to the table that is there
    settled(live)
    assert not live.da_from_before
    live.train(max_epochs=4)
    live.wait()
    assert (live.da_state, live.da_from_before) == ("final", False)


def comparison(n):
    return Comparison(pd.DataFrame({"value": np.zeros(n)}), 1, 1.0, is_final=True)


def test_what_was_not_used_for_longest_makes_room():
    known = FinishedComparisons(max_bytes=8 * 250)
    for key in "abc":
        known.keep(key, comparison(100))
    assert (known.get("a"), len(known)) == (None, 2)
    known.get("b")
    known.keep("d", comparison(100))
    assert known.get("c") is None
    assert isinstance(known.get("b"), Finished)
    known.keep("e", comparison(1000))
    assert len(known) == 0  # it is larger than all room


def test_redraws_stay_with_their_comparison():
    known, redraws = FinishedComparisons(), Stability(1.0)
    known.keep("a", comparison(3))
    known.add_stability("b", redraws)
    known.add_stability("a", redraws)
    known.keep("a", comparison(3))
    assert known.get("a").stability is redraws
    assert known.get("b") is None
