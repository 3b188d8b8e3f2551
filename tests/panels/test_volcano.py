"""The volcano panel shows the table that the grid shows, and marks the same region."""

import numpy as np
import pytest

from peakvi_widgets.panels.differential import DifferentialPanel
from peakvi_widgets.panels.volcano import VolcanoPanel


@pytest.fixture
def compared(session):
    session.train("quick", max_epochs=1)
    session.wait()
    session.set_groups(range(60), range(60, 180))
    session.compare(n_samples=50)
    session.wait()
    return session


def test_its_columns_are_those_of_the_grid(compared):
    volcano, grid = (kind(compared).get_state() for kind in (VolcanoPanel, DifferentialPanel))
    assert list(volcano["da_columns"]) == [
        "effect_size",
        "prob_da",
        "is_da_fdr",
        "is_confirmed",
        "effect_low",
        "effect_high",
    ]
    for name, column in volcano["da_columns"].items():
        assert column == grid["da_columns"][name]


def test_flags_travel_as_bytes(compared):
    flags = VolcanoPanel(compared).get_state()["da_columns"]["is_da_fdr"]
    assert flags["dtype"] == "uint8"
    np.testing.assert_array_equal(
        np.frombuffer(flags["data"], "uint8"), compared.da_columns["is_da_fdr"]
    )


def test_a_dot_that_is_clicked_is_marked_in_the_grid(compared):
    volcano, grid = VolcanoPanel(compared), DifferentialPanel(compared)
    region = compared.regions[7]
    volcano.set_state({"color_by": region})
    assert grid.color_by == compared.color_by == region


def test_regions_that_are_drawn_round_become_a_set(compared):
    panel = VolcanoPanel(compared)
    for name in ("mine", "", ""):
        panel._receive(panel, {"intent": "name_rows", "name": name, "rows": [4, 2]}, [])
    assert [one.name for one in compared.region_sets] == ["mine", "set 2", "set 3"]
    assert compared.region_sets[1].regions == tuple(compared.regions[row] for row in (2, 4))
    assert f"session.name_regions('set 2', regions=['{compared.regions[2]}'" in compared.script
    compared.undo()
    assert len(compared.region_sets) == 2
    kept = panel.n_kept
    for name, rows in (("", [10**6]), ("a & b", [1]), ("none", [])):
        panel._receive(panel, {"intent": "name_rows", "name": name, "rows": rows}, [])
        assert panel.notice.level == "error"
    assert (len(compared.region_sets), panel.n_kept) == (2, kept)
    panel._receive(panel, {"intent": "name_rows", "name": "mine", "rows": [1]}, [])
    assert "mine was replaced: 1 region instead of 2" in panel.notice.text
    assert panel.n_kept == kept + 1


def test_it_starts_no_comparison_of_its_own(session):
    VolcanoPanel(session)
    assert not session.live


def test_it_knows_what_is_to_be_done_first(session):
    panel = VolcanoPanel(session)
    assert (panel.da_state, panel.training, len(panel.idx1)) == ("none", "untrained", 0)
    session.set_groups([1, 2, 3], [4, 5])
    assert (len(panel.idx1), len(panel.idx2)) == (3, 2)
