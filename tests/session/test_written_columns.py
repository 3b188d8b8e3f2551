"""Columns that the session writes into obs are taken back by undo."""

import numpy as np

from peakvi_widgets.session import Session


def test_written_columns_are_undone_and_the_script_stays_true(session, counts):
    session.name_group("A", np.arange(100))
    session.name_group("B", np.arange(50, 200))
    obs = session.adata.obs
    obs["mine"] = np.arange(300)
    session.groups_to_obs()
    first = list(obs["groups_peakvi"])
    session.color_by = "groups_peakvi"
    session.groups_to_obs("mine", overwrite=True)
    session.remove_group("B")
    session.groups_to_obs()
    second = list(session.adata.obs["groups_peakvi"])
    assert first != second
    session.undo()
    assert list(session.adata.obs["groups_peakvi"]) == first
    session.redo()
    assert list(session.adata.obs["groups_peakvi"]) == second
    while session.undo_label != "named group":
        session.undo()
    assert "groups_peakvi" not in session.adata.obs
    assert session.color_by != "groups_peakvi"
    assert session.adata.obs["mine"].tolist() == [*range(300)]
    assert "groups_to_obs" not in session.script
    while session.redo_label:
        session.redo()
    assert list(session.adata.obs["groups_peakvi"]) == second
    assert "A" in list(session.adata.obs["mine"])
    session.undo()
    again = Session.replay(session.record, data=counts)
    assert list(again.adata.obs["groups_peakvi"]) == first
