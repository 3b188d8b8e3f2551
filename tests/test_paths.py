"""Paths as a person types them, in every verb that takes one."""

from pathlib import Path

import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.paths import absolute_path, is_reserved_on_windows

IMPOSSIBLE = ["", " ", "a\0b", "x" * 300, "é" * 130, "~nobody_of_this_name/x", "\ud800"]


@pytest.mark.parametrize("path", IMPOSSIBLE)
def test_what_no_file_can_be_named_is_one_sentence(path):
    with pytest.raises(DataError) as caught:
        absolute_path(path)
    assert len(str(caught.value)) < 300
    assert "\0" not in str(caught.value)


@pytest.mark.parametrize("path", IMPOSSIBLE[2:])
@pytest.mark.parametrize("verb", ["open", "load", "save", "save_session", "save_code"])
def test_no_verb_of_a_session_fails_otherwise(session, verb, path):
    def call():
        if verb == "save_session":
            session.save(f"{path}.peakvi")
        elif verb == "save_code":
            session.save_code(f"{path}.py")
        else:
            getattr(session, verb)(path)
        session.wait()

    with pytest.raises(DataError):
        call()
    assert "fault" not in session.notice.text
    assert session.n_cells == 300


def test_paths_are_relative_to_the_working_directory_or_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert absolute_path("a/b") == tmp_path / "a" / "b"
    assert absolute_path("~/a") == tmp_path / "home" / "a"
    assert absolute_path("a", Path("/base")) == Path("/base/a")
    assert absolute_path(Path("/x") / "y") == Path("/x/y")


@pytest.mark.parametrize(
    ("name", "is_device"),
    [
        *[(name, True) for name in ("con", "NUL.py", "Com1.x.py", "lpt9", "AUX .ipynb", "prn:x")],
        *[(name, False) for name in ("console", "com0", "com10", "nul_", "my.nul", "")],
    ],
)
def test_names_that_windows_takes_for_devices(name, is_device):
    assert is_reserved_on_windows(name) == is_device
