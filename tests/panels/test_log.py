"""The log keeps what was recorded, and of a failure what helps to find its cause."""

import sys

import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.jobs import Job
from peakvi_widgets.panels.log import N_NEWER, LogPanel
from peakvi_widgets.session.log import MAX_ENTRIES, MAX_TRACEBACK_CHARS, report


@pytest.fixture
def panel(session):
    session.clear_log()
    return LogPanel(session)


def fail(session, error):
    """Let long work fail, and wait for it."""

    def begin():
        raise error

    session._submit("open", begin)
    with pytest.raises(type(error)):
        session.wait()


def test_notices_are_kept_in_order_with_their_level_and_time(panel):
    panel.session.notify("first")
    panel.session.notify("second", "warning")
    assert [(e.level, e.text, e.report) for e in panel.log_entries] == [
        ("info", "first", ""),
        ("warning", "second", ""),
    ]
    assert panel.session.log == panel.log_entries
    one, other = panel.log_entries
    assert other.number == one.number + 1 == panel.notice.number
    assert one.time <= other.time


def test_new_notices_are_sent_without_those_that_were_sent(panel):
    for number in range(450):
        panel.session.notify(f"notice {number}")
        sent = (*panel.log_older, *panel.log_newer)[-MAX_ENTRIES:]
        assert sent == panel.session.log
        assert len(panel.log_newer) <= N_NEWER
    panel.session.clear_log()
    assert panel.log_older == panel.log_newer == ()
    panel.session.notify("after")
    assert [entry.text for entry in (*panel.log_older, *panel.log_newer)] == ["after"]


def test_only_the_latest_are_kept(panel):
    for number in range(MAX_ENTRIES + 5):
        panel.session.notify(f"notice {number}")
    assert len(panel.log_entries) == panel.session.n_notices == MAX_ENTRIES
    assert panel.log_entries[-1].text == f"notice {MAX_ENTRIES + 4}"


def test_the_browser_clears_it_and_the_notice_on_show_stays(panel):
    panel.session.notify("first")
    panel._receive(panel, {"intent": "clear_log"}, [])
    assert panel.log_entries == panel.session.log == ()
    assert panel.session.n_notices == 0
    assert panel.notice.text == "first"


@pytest.mark.parametrize("error", [DataError("no such file"), ZeroDivisionError("by zero")])
def test_failed_work_leaves_a_report_with_its_traceback(panel, error):
    panel.session.groups_by("cell_type", panel.session.colors.categories[0])
    panel.session.clear_log()
    fail(panel.session, error)
    (entry,) = panel.log_entries
    assert entry.level == "error"
    assert str(error) in entry.text
    head, verbs, _, *raised = entry.report.splitlines()
    assert f"Python {sys.version.split()[0]}" in head
    for name in ("peakvi_widgets", "torch", "anndata", sys.platform.capitalize()):
        assert name in head
    assert verbs == "Verbs before: open, groups_by"
    assert "in begin" in entry.report
    assert raised[-1].endswith(f"{type(error).__name__}: {error}")


def test_what_is_asked_for_too_early_needs_no_report(panel):
    with panel.session.reporting():
        panel.session.make_group(1)
    (entry,) = panel.log_entries
    assert (entry.level, entry.report) == ("error", "")


def test_fault_in_a_handler_is_told_and_raised(panel, monkeypatch):
    monkeypatch.setattr(panel.session, "clear_log", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        panel._receive(panel, {"intent": "clear_log"}, [])
    assert "fault of peakvi_widgets" in panel.notice.text
    assert "in intent" in panel.log_entries[-1].report


def test_report_holds_no_argument_and_no_home_folder(panel, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    secret = tmp_path / "secret.py"
    source = "def run():\n    raise ValueError('x' * 20_000)\n"
    scope = {}
    exec(compile(source, str(secret), "exec"), scope)
    panel.session.select([11, 22, 33])
    with pytest.raises(ValueError, match="xxx") as raised:
        scope["run"]()
    text = report(raised.value, panel.session._record.entries)
    assert str(tmp_path) not in text
    assert len(text) < MAX_TRACEBACK_CHARS + 500
    assert text.splitlines()[1] == "Verbs before: open, select"
    short = report(ValueError("x"), panel.session._record.entries)
    assert "33" not in short


def test_error_on_a_thread_of_its_own_is_logged_too(panel):
    def steps():
        yield
        raise KeyError("gone")

    job = Job("colouring", steps, on_end=lambda _, error: panel.session._notify_failure(error))
    job.run(panel.session.lock)
    assert "in steps" in panel.log_entries[-1].report
