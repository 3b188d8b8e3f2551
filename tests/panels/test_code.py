"""The code panel shows the script of what was done."""

from peakvi_widgets.panels.code import CodePanel


def test_script_grows_and_shrinks_with_what_is_done(session):
    panel = CodePanel(session)
    session.groups_by("cell_type", session.colors.categories[0])
    assert "session.groups_by(column='cell_type'" in panel.script
    session.undo()
    assert "groups_by" not in panel.script
    compile(panel.script, "script", "exec")
