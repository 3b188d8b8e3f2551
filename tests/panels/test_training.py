"""The training panel: parameters, buttons, progress; an embedding follows a training asked here."""

import threading

import pytest

from peakvi_widgets.panels.training import TrainingPanel


@pytest.fixture
def panel(session):
    return TrainingPanel(
        session,
    )


def ask(panel, intent, **arguments):
    panel._receive(panel, {"intent": intent, **arguments}, [])


def short(panel):
    """Two short epochs."""
    panel.set_state({"plan": {**panel.get_state()["plan"], "max_epochs": 2, "batch_size": 64}})


def test_train_button_trains_and_then_embeds(panel):
    short(panel)
    ask(panel, "train", restart=False)
    panel.session.wait()
    assert [row.epoch for row in panel.history] == [1, 2]
    assert panel.training == "trained"
    assert panel.session.embedding_state == "current"
    assert panel.session.basis == "X_umap"
    code = panel.session.code()
    assert code.index("session.train(") < code.index("session.embed(")


def test_training_by_code_is_not_embedded_by_the_panel(panel):
    panel.session.train("quick", max_epochs=1)
    panel.session.wait()
    assert "embed" not in panel.session.code()


def test_progress_travels_as_plain_objects(panel):
    short(panel)
    ask(panel, "train", restart=False)
    panel.session.wait()
    row = panel.get_state()["history"][-1]
    assert row["epoch"] == 2
    assert isinstance(row["reconstruction_loss_validation"], float)
    assert panel.get_state()["step"] is None


def test_parameters_of_a_preset_and_which_were_edited(panel):
    assert panel.edited == ()
    ask(panel, "choose_preset", name="quick")
    assert (panel.plan.schedule_epochs, panel.completed_plan.max_epochs) == (5, 5)
    short(panel)
    assert panel.session.plan.max_epochs == 2
    assert panel.edited == ("max_epochs", "batch_size")
    ask(panel, "choose_preset", name="quick")  # the same one again: its own values
    assert panel.edited == ()


@pytest.mark.parametrize("change", [{"max_epochs": 0}, {"lr": "fast"}, {"nonsense": 1}])
def test_parameter_out_of_bounds_is_refused_with_a_notice(panel, change):
    before = panel.plan
    panel.set_state({"plan": {**panel.get_state()["plan"], **change}})
    assert panel.session.plan == panel.plan == before
    assert panel.notice.level == "error"


def test_unknown_preset_becomes_a_notice(panel):
    ask(panel, "choose_preset", name="fast")
    assert "fast" in panel.notice.text


def test_pause_resume_and_stop(panel, reached):
    panel.set_state({"plan": {**panel.get_state()["plan"], "max_epochs": 100_000}})
    ask(panel, "train", restart=False)
    reached(panel.session, "history", bool)  # it runs
    ask(panel, "pause")
    assert panel.training == "paused"
    ask(panel, "resume")
    assert panel.training == "running"
    ask(panel, "stop")
    assert panel.training == "stopping"
    panel.session.wait()
    assert panel.training == "trained"
    assert "Stopped by you" in panel.training_end


def test_second_train_is_refused_with_a_notice(panel):
    ask(panel, "train", restart=False)
    ask(panel, "train", restart=False)
    assert panel.notice.text == "Training is already running; stop it first."
    ask(panel, "stop")
    panel.session.wait()


def test_training_taken_back_before_its_turn_is_not_embedded(panel):
    hold = threading.Event()

    def held():
        assert hold.wait(60)
        yield

    panel.session.train("quick", max_epochs=1)
    panel.session.wait()
    panel.session._submit("holding", held)
    ask(panel, "train", restart=False)
    ask(panel, "stop")
    hold.set()
    panel.session.wait()
    assert panel.training == "trained"
    assert "embed" not in panel.session.code()
