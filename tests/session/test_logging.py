"""What a session says goes to Python's logging too, and is silent unless that is asked for."""

import logging

from peakvi_widgets.session import Session


def test_notices_are_logged_with_their_level_and_cause(caplog):
    session = Session()
    with caplog.at_level(logging.INFO, "peakvi_widgets"):
        session.notify("100% is done.")
        session.notify("It failed.", "error", ValueError("why"))
    done, failed = caplog.records
    assert (done.name, done.levelname, done.getMessage()) == (
        "peakvi_widgets", "INFO", "100% is done.",
    )  # fmt: skip
    assert failed.levelname == "ERROR"
    assert "why" in caplog.text


def test_nothing_is_printed_where_logging_is_not_set_up(capsys, monkeypatch):
    logger = logging.getLogger("peakvi_widgets")
    monkeypatch.setattr(logger, "propagate", False)  # pytest has handlers of its own above it
    Session().notify("It failed.", "error")
    assert capsys.readouterr() == ("", "")
    assert any(isinstance(handler, logging.NullHandler) for handler in logger.handlers)
