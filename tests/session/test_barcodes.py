"""Cells are selected by barcodes in a list or a file, with other prefixes and suffixes too."""

import gzip

import anndata
import numpy as np
import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.barcodes import cells_of_barcodes

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
    found, n_unknown = cells_of_barcodes(
        ["AAAACCCC-2", "s1_GGGGCCCC", "AAAACCCC", "plain", "TTTTTTTT", "plain"], names
    )
    assert (found.tolist(), n_unknown) == ([1, 2, 3], 2)


@pytest.mark.parametrize("packed", [False, True])
def test_file_selects_cells(session, tmp_path, packed):
    lines = [f'"{NAMES[3]}",B', NAMES[5].split("#")[1], "", "TTTTTTTTTTTT-1\tx"]
    path = tmp_path / ("cells.csv.gz" if packed else "cells.csv")
    data = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    session.select_barcodes(str(path))
    assert session.selection.tolist() == [3, 5]
    assert session.notice.text == "Found by barcode: 2 cells; not here: 1."
    session.name_group("kept")
    session.select_barcodes([NAMES[7]], mode="add")
    assert session.selection.tolist() == [3, 5, 7]
    again = Session.replay(session.record, data=session.opened)
    assert again.selection.tolist() == [3, 5, 7]
    assert again.groups["kept"].tolist() == [3, 5]
    session.undo()
    assert session.selection.tolist() == [3, 5]


def test_what_is_no_cell_is_said(session, tmp_path):
    with pytest.raises(DataError, match="None of the 1 barcodes is a cell here"):
        session.select_barcodes(["GATTACA"])
    with pytest.raises(DataError, match="There is no file"):
        session.select_barcodes(str(tmp_path / "none.txt"))
