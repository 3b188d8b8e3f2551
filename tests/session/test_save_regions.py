"""Regions of a comparison as a BED file: those that are called, confirmed, or all."""

import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session


@pytest.fixture
def compared(counts):
    session = Session(counts)
    session.setup(held_out=0.2)
    session.train("quick", max_epochs=3, batch_size=64)
    session.wait()
    session.groups_by("cell_type", counts.obs["cell_type"].iloc[0])
    session.compare()
    session.wait()
    table = session.da_result.copy()
    table["is_da_fdr"] = [n % 3 == 0 for n in range(len(table))]
    table["is_confirmed"] = [n % 6 == 0 for n in range(len(table))]
    with session._step():
        session.da_result = table
    return session


def names_in(path):
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return [f"{chromosome}:{start}-{end}" for chromosome, start, end, *_ in rows]


def test_a_choice_of_regions_in_the_order_of_the_table(compared, tmp_path):
    names = list(compared.da_result.index)
    for which, step in {"called": 3, "confirmed": 6, "all": 1}.items():
        path = compared.save_regions(tmp_path / f"{which}.bed", which)
        assert names_in(path) == names[::step]
    assert f"{len(names):,} regions are saved" in compared.notice.text


def test_what_is_not_there_is_one_sentence(compared, counts, tmp_path):
    path = tmp_path / "called.bed"
    with pytest.raises(DataError, match="'called', 'confirmed' or 'all'"):
        compared.save_regions(path, "best")
    with pytest.raises(StageError, match="No groups were compared"):
        Session(counts).save_regions(path)
    with compared._step():
        compared.da_result = compared.da_result.assign(is_da_fdr=False)
    with pytest.raises(StageError, match="No region is called; use which='all'"):
        compared.save_regions(path)
    with compared._step():
        compared.da_result = compared.da_result.drop(columns="is_confirmed")
    with pytest.raises(StageError, match="not checked"):
        compared.save_regions(path, "confirmed")
    assert not path.exists()
