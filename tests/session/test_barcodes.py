"""Cells are selected by barcodes in a list or a file, with other prefixes and suffixes too."""

import gzip
from pathlib import Path

import anndata
import numpy as np
import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.barcodes import cells_of_barcodes, read_barcodes

NAMES = [f"donor1#{''.join('ACGT'[(n >> 2 * k) & 3] for k in range(8))}-1" for n in range(20)]


@pytest.fixture
def session():
    counts = np.random.default_rng(0).integers(0, 2, (20, 30)).astype("float32")
    adata = anndata.AnnData(counts)
    adata.obs_names = NAMES
    adata.var_names = [f"chr1:{n}00-{n}50" for n in range(1, 31)]
    session = Session(adata)
    session.wait()
    return session


def test_whole_names_come_before_letters_and_letters_must_be_of_one_cell():
    names = ["AAAACCCC-1", "AAAACCCC-2", "GGGGCCCC-1", "plain"]
    found = cells_of_barcodes(
        ["AAAACCCC-2", "GGGGCCCC", "AAAACCCC", "plain", "TTTTTTTT", "plain"], names
    )
    assert (found.cells.tolist(), found.n_unknown, found.n_by_letters) == ([1, 2, 3], 2, 1)


@pytest.mark.parametrize(
    ("asked", "names", "cells"),
    [
        (["AAAACCCC-2"], ["AAAACCCC-1", "GGGGCCCC-2"], []),  # that of the other sample is gone
        (["s2#AAAACCCC-1"], ["s1#AAAACCCC-1", "s2#GGGGCCCC-1"], []),
        (["AAAACCCC-1", "GGGGCCCC-2"], ["AAAACCCC-1", "GGGGCCCC-1"], [0]),  # two were asked for
        (["AAAACCCC-1"], ["s1#AAAACCCC-1", "s2#GGGGCCCC-1"], [0]),
        (["AAAACCCC-2"], ["s1#AAAACCCC-1", "s1#GGGGCCCC-1"], [0]),  # one name for one sample
    ],
)
def test_cell_of_another_sample_is_not_taken(asked, names, cells):
    found = cells_of_barcodes(asked, names)
    assert found.cells.tolist() == cells
    assert found.n_unknown == len(asked) - len(cells)


@pytest.mark.parametrize("packed", [False, True])
def test_file_selects_cells(session, tmp_path, packed):
    lines = [f'"{NAMES[3]}",B', NAMES[5].split("#")[1], "", "TTTTTTTTTTTT-1\tx"]
    path = tmp_path / ("cells.csv.gz" if packed else "cells.csv")
    data = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    session.select_barcodes(str(path))
    assert session.selection.tolist() == [3, 5]
    assert (
        session.notice.text == "Found by barcode: 2 cells (ignoring the suffix: 1); not found: 1."
    )
    session.name_group("kept")
    session.select_barcodes([NAMES[7]], mode="add")
    assert session.selection.tolist() == [3, 5, 7]
    again = Session.replay(session.record, data=session.opened)
    assert again.selection.tolist() == [3, 5, 7]
    assert again.groups["kept"].tolist() == [3, 5]
    session.undo()
    assert session.selection.tolist() == [3, 5]


def test_table_of_r_is_read_and_a_path_is_recorded_as_absolute(session, tmp_path, monkeypatch):
    path = tmp_path / "cells.csv"
    path.write_text(f'"","x"\n"{NAMES[3]}","1"\n"{NAMES[5]}","B"\n')
    assert read_barcodes(path)[1:] == [NAMES[3], NAMES[5]]
    monkeypatch.chdir(tmp_path)
    session.select_barcodes(Path("cells.csv"))
    assert session.selection.tolist() == [3, 5]
    assert f"session.select_barcodes({str(path)!r})" in session.script


def test_what_is_no_cell_is_said(session, tmp_path):
    with pytest.raises(DataError, match="None of the 1 barcodes is a cell here"):
        session.select_barcodes(["GATTACA"])
    with pytest.raises(DataError, match="There is no file"):
        session.select_barcodes(str(tmp_path / "none.txt"))
