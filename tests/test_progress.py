"""Progress bars and summaries of plain Python: shown where someone looks, and true."""

import io
import threading
from contextlib import redirect_stderr

import pytest

import peakvi_widgets as pv
from peakvi_widgets import PEAKVI, Session, settings
from peakvi_widgets.progress import TaskBar, bar, follow_texts
from peakvi_widgets.summary_table import summary_table


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def model(counts):
    PEAKVI.setup_anndata(counts)
    return PEAKVI(counts)


def test_training_says_its_epochs_and_losses(model):
    with redirect_stderr(Terminal()) as terminal:
        model.train(max_epochs=2, preset="quick")
    last = terminal.getvalue().split("\r")[-1]
    losses = model.history["elbo_validation"]
    assert "2/2" in last
    assert f"loss={float(losses.iloc[-1].iloc[0]):.1f}" in last


def test_training_that_goes_on_counts_from_where_it_was(model):
    with redirect_stderr(Terminal()) as terminal:
        model.train(max_epochs=1, preset="quick", progress=False)
        assert terminal.getvalue() == ""
        model.train(max_epochs=3)
    assert "1/3" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()


def test_nothing_is_written_into_a_file(model):
    with redirect_stderr(io.StringIO()) as file:
        model.train(max_epochs=1, preset="quick")
    assert file.getvalue() == ""


def test_setting_switches_bars_off(model, monkeypatch):
    monkeypatch.setattr(settings, "progress", False)
    with redirect_stderr(Terminal()) as terminal:
        model.train(max_epochs=1, preset="quick")
    assert terminal.getvalue() == ""


def test_bar_is_closed_when_a_training_fails(model, monkeypatch):
    def failing(*_arguments, **_more):
        yield from ()
        raise ValueError("no")

    monkeypatch.setattr(model, "training", failing)
    with redirect_stderr(Terminal()) as terminal, pytest.raises(ValueError, match="no"):
        model.train(max_epochs=5, preset="quick")
    assert "0/5" in terminal.getvalue()
    assert "5/5" not in terminal.getvalue()


def test_waiting_shows_what_runs(counts, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.progress.DELAY", 0)
    session = Session(counts)
    session.train("standard", max_epochs=20, batch_size=32)
    with redirect_stderr(Terminal()) as terminal:
        session.wait()
    assert "epoch" in terminal.getvalue()


@pytest.mark.parametrize("off", [{"progress": False}, {}])
def test_waiting_shows_nothing_where_it_is_switched_off(counts, monkeypatch, off):
    monkeypatch.setattr("peakvi_widgets.progress.DELAY", 0)
    monkeypatch.setattr(settings, "progress", bool(off))
    session = Session(counts)
    with redirect_stderr(Terminal()) as terminal:
        session.wait(**off)
    assert terminal.getvalue() == ""


def test_bar_in_a_notebook_is_gone_when_all_is_done(monkeypatch):
    """tqdm for notebooks keeps a bar that is not full, and a saved notebook one that is closed."""
    from tqdm import notebook

    outputs, updates = [], []

    class Output:
        def update(self, data, **options):
            updates.append((data, options))

    def shown(container, **_options):
        outputs.append(container)
        return Output()

    monkeypatch.setattr("peakvi_widgets.progress.DELAY", 0)
    monkeypatch.setattr("tqdm.auto.tqdm", notebook.tqdm)
    monkeypatch.setattr(notebook, "display", shown)
    with TaskBar(lambda: ("embedding", 0.4)) as bar:
        bar.show()
        assert "embedding" in outputs[0].children[0].value
        assert outputs[0].children[1].value == 0.4
    assert len(outputs) == 1
    assert updates == [({"text/plain": ""}, {"raw": True})]


@pytest.mark.parametrize("stays", [False, True])
def test_bar_in_a_notebook_leaves_no_widget_unless_it_stays(monkeypatch, stays):
    from ipywidgets.widgets.widget import _instances
    from tqdm import notebook

    monkeypatch.setattr("tqdm.auto.tqdm", notebook.tqdm)
    monkeypatch.setattr(notebook, "display", lambda *_given, **_more: None)
    before = set(_instances)
    for _ in range(2):
        with bar(total=3, leave=stays) as shown:
            shown.update(3)
    assert (set(_instances) == before) is not stays
    if stays:
        for one in set(_instances) - before:
            _instances[one].close()


def test_encoding_and_several_comparisons_show_how_far_they_are(model, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.model.differential.DELAY", 0)
    monkeypatch.setattr("peakvi_widgets.progress.DELAY", 0)
    model.train(max_epochs=1, preset="quick", progress=False)
    with redirect_stderr(Terminal()) as terminal:
        model.get_latent_representation()
        assert "encoding cells" in terminal.getvalue()
        terminal.truncate(0)
        model.differential_accessibility(groupby="cell_type", n_samples=100)
        n = model.adata.obs["cell_type"].nunique()
        assert f"comparing:   0%|          | 0/{n}" in terminal.getvalue()
        terminal.truncate(0)
        model.differential_accessibility(groupby="cell_type", n_samples=100, progress=False)
        assert terminal.getvalue() == ""


@pytest.mark.filterwarnings("ignore:.*without a single count")
def test_reading_says_what_it_reads(counts, tmp_path, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.progress.DELAY", 0)
    counts.write_h5ad(tmp_path / "cells.h5ad")
    with redirect_stderr(Terminal()) as terminal:
        assert pv.read(tmp_path / "cells.h5ad").shape == counts.shape
        assert "reading cells.h5ad" in terminal.getvalue()
        terminal.truncate(0)
        pv.read(tmp_path / "cells.h5ad", progress=False)
        assert terminal.getvalue() == ""


def test_a_share_at_the_end_of_a_text_is_drawn(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.progress.DELAY", 0)

    def steps():
        yield from ("reading x", "reading x: 40%", "checking")
        return "done"

    with redirect_stderr(Terminal()) as terminal:
        assert follow_texts(steps()) == "done"
    assert "reading x  40%|" in terminal.getvalue()


def test_work_of_another_thread_writes_nothing_between_the_lines(model):
    model.train(max_epochs=1, preset="quick", progress=False)
    with redirect_stderr(Terminal()) as terminal:
        worker = threading.Thread(target=model.train, kwargs={"max_epochs": 2})
        worker.start()
        worker.join()
    assert terminal.getvalue() == ""
    assert model.history["elbo_train"].shape[0] == 2


@pytest.mark.usefixtures("without_umap")
def test_summary_of_a_session_names_the_next_step(counts):
    session = Session()
    assert "session.open" in session._repr_html_()
    session.open(counts)
    session.wait()
    assert "300 cells x 240 regions" in session._repr_html_()
    assert "session.train()" in session._repr_html_()
    session.train("quick", max_epochs=1)
    session.embed()
    session.wait()
    call = session._repr_html_().split("next: <code>")[1].split("</code>")[0]
    exec(call.replace("&#x27;", "'"), {"session": session})
    assert len(session.idx1)
    session.compare()
    session.wait()
    assert "session.da_result" in session._repr_html_()
    assert "held-out check" in session._repr_html_()


def test_summary_of_a_model(model):
    assert "model.train()" in model._repr_html_()
    model.train(max_epochs=1, preset="quick")
    assert "1 epochs" in model._repr_html_()
    loss = float(model.history["elbo_validation"].iloc[0].iloc[0])
    assert f"{loss:.1f} nats a cell, epoch 1" in model._repr_html_()
    assert "get_latent_representation" in model._repr_html_()


def test_names_cannot_write_html():
    text = summary_table("<b>", {"<i>": "</table><script>"}, "<u>")
    assert not {"<b>", "<i>", "<u>", "<script>"} & set(text.replace(">", "> ").split())
    assert "<script>" not in text


def test_bar_of_work_goes_away_when_it_is_done(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.progress.DELAY", 0)
    with redirect_stderr(Terminal()) as terminal:
        with TaskBar(lambda: ("embedding", 0.4)) as bar:
            bar.show()
            shown = bar._bar
        assert not shown.leave
    assert "embedding" in terminal.getvalue()
