"""The differential panel passes on settings and wishes, and shows every table as it comes."""

import numpy as np
import pytest
from traitlets import TraitError

from peakvi_widgets.panels.differential import COLUMNS, GENES, DifferentialPanel
from peakvi_widgets.session.table_view import TABLE_KINDS


@pytest.fixture
def trained(session):
    session.train("quick", max_epochs=1)
    session.wait()
    return session


def ask(panel, intent, **arguments):
    panel._receive(panel, {"intent": intent, **arguments}, [])


def groups(session):
    session.set_groups(range(60), range(60, 180))


def values(packed):
    return np.frombuffer(packed["data"], packed["dtype"])


def test_panel_makes_its_session_compare_by_itself(session):
    assert not session.live
    assert DifferentialPanel(session).live
    assert session.live


def test_groups_of_a_trained_model_are_compared_by_themselves(trained):
    panel = DifferentialPanel(trained)
    states = []
    panel.observe(lambda change: states.append(change.new), names=["da_state"])
    groups(trained)
    trained.wait()
    assert states[0] == "waiting"
    assert states[-1] == panel.da_state == "final"
    assert panel.da_title == "group 1 (60) vs group 2 (120)"
    assert panel.da_n_samples == 5000


def test_groups_without_a_model_are_not_compared(session):
    panel = DifferentialPanel(session)
    groups(session)
    session.wait()
    assert panel.da_state == "none"
    assert panel.get_state()["da_columns"] is None


def test_columns_travel_in_the_order_of_the_regions(trained):
    panel = DifferentialPanel(trained)
    groups(trained)
    trained.wait()
    state, table = panel.get_state(), trained.da_result
    assert list(state["da_columns"]) == [name for name in COLUMNS if name in table]
    here = table.loc[list(state["regions"])]
    for name in state["da_columns"]:
        np.testing.assert_array_equal(
            values(state["da_columns"][name]), here[name].to_numpy().astype("float32")
        )


def test_every_column_of_the_table_travels(trained):
    groups(trained)
    trained.compare(n_samples=50)
    trained.wait()
    assert set(trained.da_result.columns) <= {*COLUMNS, *GENES}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("two_sided", False),
        ("delta", 0.2),
        ("fdr_target", 0.01),
        ("batch_correction", True),
        ("estimand", "log2"),
        ("live", False),
        ("color_by", "batch"),
    ],
)
def test_browser_may_change_a_setting(session, name, value):
    panel = DifferentialPanel(session)
    panel.set_state({name: value})
    assert getattr(session, name) == getattr(panel, name) == value


def test_browser_may_sort_the_table_by_its_columns_only(session):
    panel = DifferentialPanel(session)
    keys = [
        {"column": "is_da_fdr", "ascending": False},
        {"column": "region", "ascending": True},
    ]
    panel.set_state({"sort_by": keys})
    assert [(key.column, key.ascending) for key in session.sort_by] == [
        ("is_da_fdr", False),
        ("region", True),
    ]
    for nonsense in ([{"column": "effect", "ascending": True}], [{"column": "region"}], "region"):
        panel.set_state({"sort_by": nonsense})
        assert panel.notice.level == "error"
        assert panel.get_state()["sort_by"] == keys
    session.sort_by = "gene"
    assert panel.get_state()["sort_by"] == [{"column": "gene", "ascending": True}]


def test_browser_may_choose_columns_of_the_table(session):
    panel = DifferentialPanel(session)
    columns = [{"name": name, "width": 0, "is_shown": name != "gene"} for name in TABLE_KINDS]
    panel.set_state({"table_columns": columns})
    assert "gene" not in [column.name for column in session.table_columns if column.is_shown]
    panel.set_state({"table_columns": [{**columns[0], "width": -5}]})
    assert panel.notice.level == "error"
    assert panel.get_state()["table_columns"] == columns


def test_browser_may_filter_the_table(session):
    panel = DifferentialPanel(session)
    filters = [{"column": "gene", "text": "MS4A1"}]
    panel.set_state({"table_filters": filters})
    assert [(one.column, one.text) for one in session.table_filters] == [("gene", "MS4A1")]
    panel.set_state({"table_filters": [{"column": "none", "text": "x"}]})
    assert panel.notice.level == "error"
    assert panel.get_state()["table_filters"] == filters


def sets_on_screen(panel):
    return {one["name"]: values(one["rows"]).tolist() for one in panel.get_state()["set_rows"]}


def test_browser_makes_sets_of_regions(session):
    panel = DifferentialPanel(session)
    ask(panel, "name_rows", name="mine", rows=[4, 2])
    ask(panel, "star_region", region=session.regions[2], starred=True)
    ask(panel, "combine_sets", name="rest", expression="mine - starred")
    line = session.regions[5].replace(":", "\t").replace("-", "\t")
    ask(panel, "regions_from_bed_text", text=line, name="file")
    assert panel.n_kept == 3
    found = sets_on_screen(panel)
    assert 5 in found.pop("file")
    assert found == {"mine": [2, 4], "starred": [2], "rest": [4]}
    ask(panel, "remove_region_set", name="rest")
    assert "rest" not in sets_on_screen(panel)
    assert "rest" not in [one.name for one in session.region_sets]


def test_sets_on_screen_are_of_the_regions_of_now(session):
    panel = DifferentialPanel(session)
    session.name_regions("all", session.regions)
    session.filter(min_cells=int(np.sort(session.cells_per_region)[5]) + 1)
    session.wait()
    n = len(session.regions)
    assert n < len(session.region_sets[0].regions)
    assert sets_on_screen(panel) == {"all": list(range(n))}


@pytest.mark.parametrize(
    ("intent", "arguments"),
    [
        ("name_rows", {"name": "A", "rows": [10**6]}),
        ("name_rows", {"name": "A", "rows": [-1]}),
        ("name_rows", {"name": "A", "rows": "all"}),
        ("name_rows", {"name": ";", "rows": [0]}),
        ("star_region", {"region": "chrN:1-2", "starred": True}),
        ("combine_sets", {"name": "A", "expression": "B & C"}),
        ("regions_from_bed_text", {"text": "no place", "name": "A"}),
    ],
)
def test_sets_that_cannot_be_made_are_one_notice(session, intent, arguments):
    panel = DifferentialPanel(session)
    ask(panel, intent, **arguments)
    assert panel.notice.level == "error"
    assert (session.region_sets, panel.n_kept) == ((), 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("delta", -0.1),
        ("delta", "much"),
        ("fdr_target", 0),
        ("fdr_target", 1.5),
        ("estimand", "ratio"),
        ("color_by", "chrN:1-2"),
    ],
)
def test_setting_that_makes_no_sense_is_taken_back_with_a_notice(session, name, value):
    panel = DifferentialPanel(session)
    before = getattr(session, name)
    panel.set_state({name: value})
    assert getattr(session, name) == getattr(panel, name) == before
    assert panel.notice.level == "error"
    assert name in panel.notice.text or str(value) in panel.notice.text


@pytest.mark.parametrize(
    "name", ["da_columns", "da_state", "da_title", "regions", "idx1", "idx2", "batch_key"]
)
def test_browser_may_not_write_what_it_is_told(session, name):
    panel = DifferentialPanel(session)
    before = getattr(session, name)
    panel.set_state({name: "nonsense"})
    assert getattr(session, name) is before


def test_changed_setting_leaves_the_table_stale_until_it_is_computed_again(trained):
    panel = DifferentialPanel(trained)
    groups(trained)
    trained.wait()
    panel.set_state({"live": False})
    panel.set_state({"delta": 0.5})
    assert panel.da_state == "stale"
    assert panel.da_columns is not None
    before = panel.da_columns["prob_da"].sum()
    ask(panel, "compare")
    trained.wait()
    assert panel.da_state == "final"
    assert panel.da_columns["prob_da"].sum() < before


def test_comparing_without_groups_says_what_to_do(trained):
    panel = DifferentialPanel(trained)
    ask(panel, "compare")
    with pytest.raises(RuntimeError, match="select cells for it first"):
        trained.wait()
    assert panel.da_state == "failed"
    assert "select cells for it first" in panel.notice.text


def test_cancelled_comparison_gives_no_table(trained):
    panel = DifferentialPanel(trained)
    with trained.lock:  # nothing is delivered meanwhile
        groups(trained)
        ask(panel, "cancel")
    trained.wait()
    assert panel.da_state == "cancelled"
    assert panel.da_columns is None


def test_new_data_take_the_table_away(trained):
    panel = DifferentialPanel(trained)
    groups(trained)
    trained.wait()
    trained.filter(min_cells=60)
    trained.wait()
    assert panel.da_columns is None
    assert panel.da_state == "none"
    assert len(panel.regions) == trained.n_regions < 240


def test_session_refuses_the_same_values_in_a_script(session):
    with pytest.raises(TraitError, match="between 0 and 1"):
        session.fdr_target = 0
