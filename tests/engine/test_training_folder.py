"""Temporary folders of trainings: those that a killed process left go away, no others."""

import os

import pytest

from peakvi_widgets.engine.training_folder import IN_USE, PREFIX, TrainingFolder
from peakvi_widgets.errors import DataError


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="nothing is removed there")
def test_next_training_removes_what_a_killed_one_left(temporary):
    killed, of_others, used = TrainingFolder(), TrainingFolder(), TrainingFolder()
    (killed.path / "0.0").write_text("weights")
    for left in killed, of_others:
        left._lock.close()  # as the system does when a process ends
    of_others.path.chmod(0o777)
    unknown = temporary / f"{PREFIX}without-lock"
    unknown.mkdir()
    elsewhere, linked = temporary / "elsewhere", temporary / f"{PREFIX}linked"
    elsewhere.mkdir()
    (elsewhere / IN_USE).touch()
    linked.symlink_to(elsewhere)
    new = TrainingFolder()
    kept = {of_others.path, used.path, unknown, linked, elsewhere}
    assert set(temporary.iterdir()) == {*kept, new.path}
    assert (elsewhere / IN_USE).exists()
    for one in new, used:
        one.remove()
        assert not one.path.exists()


def test_missing_room_is_one_sentence(temporary, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(temporary / "nowhere"))
    with pytest.raises(DataError, match=r"need a temporary folder, .* set TMPDIR to another"):
        TrainingFolder()
