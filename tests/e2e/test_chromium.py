"""Which Chromium is taken, in the promised order; needs none itself."""

import pytest

from tests.e2e.chromium import NoChromium, find_chromium


@pytest.fixture
def program(tmp_path):
    """Make a program in a folder of its own."""

    def make(folder: str) -> str:
        path = tmp_path / folder / "chromium"
        path.parent.mkdir()
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture(autouse=True)
def _bare_machine(monkeypatch, tmp_path):
    monkeypatch.delenv("PEAKVI_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_users_own_comes_first(program, monkeypatch, tmp_path):
    monkeypatch.setenv("PEAKVI_CHROMIUM", program("mine"))
    program("path")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert find_chromium(program("playwrights")) == str(tmp_path / "mine/chromium")


def test_the_one_on_path_comes_before_playwrights(program, monkeypatch, tmp_path):
    program("path")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert find_chromium(program("playwrights")) == str(tmp_path / "path/chromium")


def test_playwrights_is_taken_when_no_other_is_there(program):
    playwrights = program("playwrights")
    assert find_chromium(playwrights) == playwrights


def test_users_choice_that_is_no_program_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PEAKVI_CHROMIUM", str(tmp_path / "absent"))
    with pytest.raises(NoChromium, match=r"PEAKVI_CHROMIUM names .*absent, which is no program"):
        find_chromium("")


def test_none_at_all_fails_with_what_to_do(tmp_path):
    with pytest.raises(NoChromium, match="need a Chromium: install one"):
        find_chromium(str(tmp_path / "absent"))


def test_root_with_apt_installs_debians(monkeypatch, tmp_path):
    apt = tmp_path / "apt-get"
    apt.write_text(
        "#!/bin/sh\n"
        'echo "$1" >>"$0.log"\n'
        f'[ "$1" = install ] && printf "#!/bin/sh\\n" >{tmp_path}/chromium\n'
        f"[ -f {tmp_path}/chromium ] && /bin/chmod +x {tmp_path}/chromium\n"
    )
    apt.chmod(0o755)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert find_chromium("") == str(tmp_path / "chromium")
    assert (tmp_path / "apt-get.log").read_text().split() == ["update", "install"]
