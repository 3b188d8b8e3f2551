"""The command: files in, files out, one sentence and an exit code when something is wrong."""

import signal

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner

from peakvi_widgets import command_line, settings
from peakvi_widgets.command_line import main
from peakvi_widgets.session import Session


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command in a folder of its own; ``run("train", ...)`` must succeed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings, "seed", settings.seed)

    def run(*arguments, exit_code=0):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == exit_code, done.output
        return done

    return run


@pytest.fixture
def data(run, tmp_path, counts):
    counts.write_h5ad(tmp_path / "cells.h5ad")
    return "cells.h5ad"


@pytest.mark.slow
def test_three_commands_from_counts_to_regions(run, data, tmp_path):
    trained = run("train", data, "-o", "cells.peakvi", "--preset", "quick", "--max-epochs", "3",
                  "--min-cells", "5", "--seed", "4")  # fmt: skip
    assert "trained" in trained.stderr
    groups = ["--by", "cell_type", "--group1", "type_1"]
    run("da", "cells.peakvi", *groups, "-o", "all.csv")
    run("da", "cells.peakvi", *groups, "-o", "all.bed")
    table = pd.read_csv(tmp_path / "all.csv", index_col="region")
    assert {"prob_da", "effect_size", "is_confirmed"} <= set(table)
    regions = [line.split("\t") for line in (tmp_path / "all.bed").read_text().splitlines()]
    assert [f"{c}:{start}-{end}" for c, start, end, *_ in regions] == list(table.index)
    shown = run("script", "cells.peakvi").stdout
    assert "seed=4" in shown
    assert "held_out=0.2" in shown
    run("export", "cells.peakvi", "-o", "cells.html", "--note", "For Anna")
    assert '"note":"For Anna"' in (tmp_path / "cells.html").read_text(encoding="utf-8")
    run("script", "cells.peakvi", "-o", "cells.py")
    assert (tmp_path / "cells.py").read_text().strip() == shown.strip()
    again = run("da", "cells.peakvi", *groups, "-o", "all.csv", exit_code=1)
    assert "exists already; choose another name, or replace it (--overwrite)" in again.output


def test_what_is_wrong_is_one_sentence(run, data):
    assert "nothing.h5ad" in run("train", "nothing.h5ad", "-o", "x.peakvi", exit_code=1).output
    untrained = run(
        "da", data, "--by", "cell_type", "--group1", "type_1", "-o", "x.csv", exit_code=1
    )
    assert untrained.output.count("Error:") == 1
    assert "train" in untrained.output
    assert "Traceback" not in untrained.output
    wrong = run("da", data, "--by", "cell_type", "--group1", "type_1", "-o", "x.xlsx", exit_code=2)
    assert "x.xlsx does not end in .csv or .bed" in wrong.output


def test_what_cannot_be_written_is_found_before_any_work(run, data, tmp_path, monkeypatch):
    (tmp_path / "there.png").write_bytes(b"mine")
    monkeypatch.setattr(command_line, "_opened", lambda _data: pytest.fail("work was done"))
    for output, sentence in {
        "nodir/x.png": "There is no folder", "there.png": "exists already",
    }.items():  # fmt: skip
        assert sentence in run("preview", data, "-o", output, exit_code=1).output
    assert "x.foo does not end in .png" in run("preview", data, "-o", "x.foo", exit_code=2).output
    assert (tmp_path / "there.png").read_bytes() == b"mine"


def interrupt(monkeypatch, at):
    """Press Ctrl-C during the wait of this number."""
    waits = iter(range(100))
    wait = Session.wait

    def interrupted(session):
        if next(waits) == at:
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            session.cancel_all()
        wait(session)

    monkeypatch.setattr(Session, "wait", interrupted)


@pytest.mark.slow
def test_after_ctrl_c_nothing_half_done_passes_for_a_result(run, data, tmp_path, monkeypatch):
    run("train", data, "-o", "cells.peakvi", "--preset", "quick", "--max-epochs", "2",
        "--min-cells", "5")  # fmt: skip
    before = signal.getsignal(signal.SIGINT)
    groups = ["--by", "cell_type", "--group1", "type_1"]
    with monkeypatch.context() as patch:
        interrupt(patch, at=1)
        done = run("da", "cells.peakvi", *groups, "-o", "all.csv", exit_code=130)
    assert "nothing was written" in done.output
    assert not (tmp_path / "all.csv").exists()
    with monkeypatch.context() as patch:
        interrupt(patch, at=1)
        run("train", data, "-o", "other.peakvi", "--max-epochs", "2", exit_code=130)
    assert signal.getsignal(signal.SIGINT) is before


def test_genes_of_regions(run, data, tmp_path, counts):
    run("annotate", data, "-o", "genes.csv", "--genome", "hg38")
    table = pd.read_csv(tmp_path / "genes.csv", index_col="region")
    assert list(table.index) == list(counts.var_names)
    assert list(table) == ["gene", "where", "distance"]


def test_open_starts_jupyterlab_on_a_notebook_of_the_data(run, data, tmp_path, monkeypatch):
    seen = []

    def call(arguments):
        path = next(one for one in arguments if one.endswith(".ipynb"))
        seen.append((nbformat.read(path, as_version=4), arguments))
        return 3

    monkeypatch.setattr(command_line.subprocess, "call", call)
    run("open", data, "--no-browser", exit_code=3)
    notebook, arguments = seen[0]
    nbformat.validate(notebook)
    assert arguments[1:3] == ["-m", "jupyterlab"]
    assert "--no-browser" in arguments
    assert f"pv.Viewer({str(tmp_path / data)!r})" in notebook.cells[0].source
    run("open", exit_code=3)
    assert "pv.Viewer('pbmc10k')" in seen[1][0].cells[0].source
    run("demo", exit_code=3)
    assert "pv.workshop('markers')" in seen[2][0].cells[0].source
    run("demo", "markres", exit_code=1)
    assert len(seen) == 3


@pytest.mark.parametrize("command", sorted(main.commands))
def test_each_command_says_what_it_does(run, command):
    assert main.commands[command].help in " ".join(run(command, "--help").output.split())


@pytest.mark.slow
def test_a_map_before_training(run, data, tmp_path):
    run("preview", data, "-o", "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
