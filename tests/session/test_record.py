"""The record is a script that does the same in a fresh process, and what undo goes back over."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.session import Session

ROOT = Path(__file__).parents[2]
REST = """
import numpy as np
np.savez(r"{out}.npz", idx1=session.idx1, idx2=session.idx2, places=session.embedding)
session.da_result.to_pickle(r"{out}.pkl")
"""


@pytest.fixture
def in_fresh_process(tmp_path):
    """Runs a script in a process of its own; returns groups, places and table."""

    def run(script):
        path, out = tmp_path / "script.py", tmp_path / "out"
        path.write_text(script + REST.format(out=out))
        done = subprocess.run(
            [sys.executable, path], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return np.load(f"{out}.npz"), pd.read_pickle(f"{out}.pkl")

    return run


@pytest.fixture(params=["simulated", "granja"])
def opened(request, tmp_path, counts):
    """A session on simulated cells with batches, or on a real 10x folder."""
    if request.param == "granja":
        data = request.getfixturevalue("shared_data")
        return Session(data / "granja2019_bmmc_dev/filtered_peak_bc_matrix")
    counts.write_h5ad(tmp_path / "cells.h5ad")
    session = Session(tmp_path / "cells.h5ad")
    session.setup(batch_key="batch")
    return session


@pytest.mark.slow
@pytest.mark.shared
def test_script_gives_the_same_groups_and_table_in_a_fresh_process(opened, in_fresh_process):
    session = opened
    session.filter(min_cells=20)
    session.train("quick", max_epochs=50, batch_size=64, n_threads=1)
    while not session.history:
        session.task  # noqa: B018 - until the first epoch is there
    session.stop()  # somewhere: the script must stop there too
    session.embed()
    session.cluster(0.5)
    session.wait()
    (x0, y0), (x1, y1) = np.percentile(session.embedding, [0, 60], axis=0)
    session.lasso([(x0 - 1, y0 - 1), (x1, y0 - 1), (x1, y1), (x0 - 1, y1)])
    session.make_group(1)
    session.lasso([(x1, y1), (99, y1), (99, 99), (x1, 99)])
    session.lasso([(x0 - 1, 99), (x1, 99), (x1, y1)], mode="add")
    session.make_group(2)
    session.compare(delta=0.02, batch_correction=session.batch_key is not None)
    session.wait()
    arrays, table = in_fresh_process(session.code())
    np.testing.assert_array_equal(arrays["places"], session.embedding)
    np.testing.assert_array_equal(arrays["idx1"], session.idx1)
    np.testing.assert_array_equal(arrays["idx2"], session.idx2)
    pd.testing.assert_frame_equal(table, session.da_result)


def test_script_says_each_verb_once_and_waits_before_what_needs_it(session):
    session.filter(min_cells=20)
    session.wait()
    session.groups_by("cell_type", session.colors.categories[0])
    lines = session.code().splitlines()
    assert lines[1:4] == ["import peakvi_widgets as pv", "", "session = pv.Session()"]
    assert lines[4] == "session.open(adata)"  # an AnnData is the user's own variable
    assert lines[5:7] == ["session.filter(min_cells=20)", "session.wait()"]
    assert lines[7].startswith("session.groups_by(column='cell_type', group1=")
    assert " cells" in lines[7].split("#")[1]


def test_defaults_are_left_out(session):
    session.filter()
    session.wait()
    assert "session.filter()" in session.code()


def test_what_failed_is_not_in_the_script(session):
    session.setup(batch_key="nothing")
    with pytest.raises(ValueError, match="nothing"):
        session.wait()
    assert "setup" not in session.code()


def test_later_embedding_replaces_the_earlier_one(trained):
    trained.embed(min_dist=0.4)
    trained.wait()
    assert trained.code().count("session.embed(") == 1
    assert "min_dist=0.4" in trained.code()
