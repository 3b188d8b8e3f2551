"""Donors in a session: beside the table, in the script and the file, refused in one sentence."""

import numpy as np
import pandas as pd
import pytest
from traitlets import TraitError

from peakvi_widgets.panels.differential import DifferentialPanel
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow

COLUMNS = ["donor_effect", "donor_p", "n_donors_agree"]


@pytest.fixture
def compared(trained):
    trained.adata.obs["donor"] = pd.Categorical(list("abc") * 100)
    trained.set_groups(range(0, 120), range(120, 300))
    trained.compare(n_samples=100)
    trained.wait()
    return trained


def test_donors_are_added_to_the_table_that_is_there(compared):
    before, plain = compared.da_columns, compared.da_columns.columns
    compared.compare(n_samples=100, donor="donor")
    compared.wait()
    assert compared.da_state == "final"
    assert list(compared.da_columns) == [*plain, *COLUMNS]
    assert set(COLUMNS) < set(compared.da_result)
    pd.testing.assert_frame_equal(compared.da_columns[plain], before, check_exact=True)
    assert compared.da_donors.column == "donor"
    assert compared.da_donors.donors1 == ("a", "b", "c")
    assert compared.da_donor_rates.shape == (compared.n_regions, 6)
    assert "donor='donor'" in compared.code()
    again = Session.replay(compared.record, data=compared.opened)
    pd.testing.assert_frame_equal(again.da_result, compared.da_result)


def test_without_donors_again_nothing_of_them_stays(compared):
    compared.compare(n_samples=100, donor="donor")
    compared.wait()
    compared.donor = None
    compared.compare(n_samples=100)
    compared.wait()
    assert not set(COLUMNS) & set(compared.da_result)
    assert compared.da_donors is None
    assert compared.da_donor_rates.size == 0


def test_too_few_donors_are_refused_and_the_table_stays(compared):
    compared.adata.obs["donor"] = pd.Categorical(["a"] * 120 + ["b"] * 180)
    compared.compare(n_samples=100, donor="donor")
    compared.wait()
    assert compared.da_state == "final"
    assert compared.da_donors.design == "refused"
    assert "two donors a group" in compared.da_donors.sentence
    assert [one.kind for one in compared.da_warnings] == ["one donor", "one donor"]
    assert not set(COLUMNS) & set(compared.da_result)


@pytest.mark.parametrize("name", ["absent", "n_counts", ""])
def test_what_names_no_donors_is_refused_and_nothing_changes(compared, name):
    compared.adata.obs["n_counts"] = np.linspace(0, 1, 300)
    before = compared.da_result
    with pytest.raises(TraitError, match="no column of categories"):
        compared.compare(donor=name)
    with pytest.raises(TraitError, match="no column of categories"):
        compared.donor = name
    assert compared.donor is None
    assert compared.da_result is before


def test_a_column_that_is_gone_is_said_and_stops_nothing(compared):
    compared.donor = "donor"
    del compared.adata.obs["donor"]
    compared.compare(n_samples=100)
    compared.wait()
    assert compared.da_state == "final"
    assert compared.da_donors.design == "refused"


def test_donors_are_saved_and_opened(compared, tmp_path):
    compared.compare(n_samples=100, donor="donor")
    compared.save(tmp_path / "all.peakvi")
    compared.wait()
    again = Session(tmp_path / "all.peakvi")
    again.wait()
    assert (again.donor, again.da_state) == ("donor", "final")
    assert again.da_donors == compared.da_donors
    np.testing.assert_array_equal(again.da_donor_rates, compared.da_donor_rates)
    pd.testing.assert_frame_equal(again.da_result, compared.da_result)


def test_other_counts_have_other_donors(compared, counts):
    compared.donor = "donor"
    compared.open(counts)
    compared.wait()
    assert compared.donor is None


def test_the_panel_has_a_dot_for_each_donor_of_the_region_in_color(compared):
    panel = DifferentialPanel(compared)
    assert panel.donor_dots == ()
    panel.set_state({"donor": "donor"})
    compared.wait()
    assert compared.donor == "donor"
    region = compared.regions[7]
    compared.color_by = region
    dots = panel.donor_dots
    assert [(dot.group, dot.donor) for dot in dots] == [(g, d) for g in (1, 2) for d in "abc"]
    np.testing.assert_array_equal([dot.rate for dot in dots], compared.da_donor_rates[7])
    compared.color_by = "cell_type"
    assert panel.donor_dots == ()
