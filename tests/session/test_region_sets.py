"""Sets of regions: starred, named, from a BED file, combined; undo, script and session file."""

import gzip

import numpy as np
import pandas as pd
import pytest
from traitlets import TraitError

from peakvi_widgets.data.bed import places_of_bed
from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session
from peakvi_widgets.session.region_sets import RegionSet, checked_sets
from peakvi_widgets.session.region_window import RegionPlaces


def sets_of(session):
    return {one.name: list(one.regions) for one in session.region_sets}


def test_regions_are_named_in_the_order_of_the_counts_each_once(session):
    a, b, c = session.regions[:3]
    session.name_regions("mine", pd.Index([c, a, c]))
    assert sets_of(session) == {"mine": [a, c]}
    session.name_regions("other", [b])
    session.name_regions("mine", [b, c])
    assert sets_of(session) == {"mine": [b, c], "other": [b]}


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("A", [0, 1, 2]),
        ("A & B", [1, 2]),
        ("A | B", [0, 1, 2, 3]),
        ("A - B", [0]),
        ("B - A", [3]),
        ("A | B - A", [3]),
        ("my set-1 & A", [0]),
        ("A - A", []),
    ],
)
def test_sets_are_combined_from_the_left_to_the_right(session, expression, rows):
    names = session.regions
    session.name_regions("A", names[:3])
    session.name_regions("B", names[1:4])
    session.name_regions("my set-1", names[:1])
    session.name_regions("new", expression)
    assert sets_of(session)["new"] == [names[row] for row in rows]


def test_a_region_is_starred_and_is_not_any_more(session):
    a, b = session.regions[:2]
    session.star_region(b)
    session.star_region(a)
    session.star_region(a)
    assert sets_of(session) == {"starred": [b, a]}
    session.star_region(b, False)
    assert sets_of(session) == {"starred": [a]}
    assert session.undo_label == "star"
    session.undo()
    session.undo()
    assert sets_of(session) == {"starred": [b]}
    session.redo()
    assert sets_of(session) == {"starred": [b, a]}


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda s: s.name_regions("A", ["chr1:1-2"]), "1 region of 1 are not in the counts"),
        (lambda s: s.name_regions("A & B", s.regions[:1]), "cannot be named 'A & B'"),
        (lambda s: s.name_regions("a;b", s.regions[:1]), "cannot be named 'a;b'"),
        (lambda s: s.name_regions(" ", s.regions[:1]), "cannot be named ' '"),
        (
            lambda s: s.name_regions("A", "X | Y"),
            "regions 'X' was not found; there are none",
        ),
        (lambda s: s.star_region("chrN:1-2"), "not in the counts, such as 'chrN:1-2'"),
        (lambda s: s.remove_region_set("X"), "The set of regions 'X' was not found"),
    ],
)
def test_what_is_not_there_is_one_sentence_and_changes_nothing(session, call, problem):
    before = session.script
    with pytest.raises(DataError, match=problem):
        call(session)
    assert session.region_sets == ()
    assert session.script == before


def test_sets_need_counts_and_are_made_by_verbs():
    session = Session()
    with pytest.raises(StageError, match="no counts yet"):
        session.name_regions("A", [])
    with pytest.raises(TraitError, match=r"session.name_regions\('name', regions\)"):
        session.region_sets = ("A",)


def test_a_set_is_removed_and_comes_back_by_undo(session):
    session.name_regions("A", session.regions[:2])
    session.remove_region_set("A")
    assert sets_of(session) == {}
    session.undo()
    assert sets_of(session) == {"A": list(session.regions[:2])}


# -- BED ------------------------------------------------------------------------------------------
PLACES = RegionPlaces(["chr1:100-200", "chr1:300-400", "chr2:100-200", "chr1:150-900"])


@pytest.mark.parametrize(
    ("bed", "rows"),
    [
        ("chr1\t199\t200", [0, 3]),  # the last base
        ("chr1\t200\t300", [3]),  # what lies between two regions
        ("chr1\t90\t100", []),  # it ends where the region begins
        ("1\t90\t101", [0]),  # without "chr"
        ("chr1\t150\t150", []),  # no base at all
        ("chr1\t0\t10\nchr1\t0\t1000\nchr1\t5\t6", [0, 1, 3]),  # a long place before a short one
        ("chr3\t0\t1000", []),
        ("track name=x\n#c\nbrowser y\nchr2 0 101 name 5 +", [2]),
    ],
)
def test_one_shared_base_is_enough(bed, rows):
    table = places_of_bed(bed)
    found = PLACES.overlapping(table["chr"], table["start"], table["end"])
    assert found.tolist() == rows


def test_regions_of_a_file_become_a_set_named_like_it(session, tmp_path):
    a, b = session.regions[3], session.regions[7]
    lines = [name.replace(":", "\t").replace("-", "\t") for name in (b, a)]
    path = tmp_path / "peaks.bed.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    session.regions_from_bed(path)
    assert set(sets_of(session)["peaks"]) >= {a, b}
    session.regions_from_bed(path, "again")
    assert sets_of(session)["again"] == sets_of(session)["peaks"]
    written = session.save_region_set("peaks", tmp_path / "out.bed")
    assert len(written.read_text().splitlines()) == len(sets_of(session)["peaks"])
    assert f"of peaks are saved in {written}" in session.notice.text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("chr1\tx\t5\n", "x.bed is not a BED file: a line begins with 'chr1 x 5'"),
        ("chr1\t5\n", "x.bed is not a BED file"),
        (" \t1\t2\n", "x.bed is not a BED file"),
        ("chrUn\t1\t2\n", "No region shares a base with the 1 place of x.bed"),
        ("", "No region shares a base with the 0 places of x.bed"),
    ],
)
def test_a_file_that_is_of_no_use_is_one_sentence(session, tmp_path, text, problem):
    path = tmp_path / "x.bed"
    path.write_text(text)
    with pytest.raises(DataError, match=problem):
        session.regions_from_bed(path)
    with pytest.raises(DataError, match="There is no file"):
        session.regions_from_bed(tmp_path / "none.bed")
    assert session.region_sets == ()


# -- kept -----------------------------------------------------------------------------------------
def test_script_makes_the_same_sets(counts, tmp_path):
    session = Session(counts)
    session.wait()
    path = tmp_path / "two.bed"
    path.write_text(session.regions[2].replace(":", "\t").replace("-", "\t"))
    session.star_region(session.regions[1])
    session.name_regions("A", session.regions[:3])
    session.regions_from_bed(path)
    session.name_regions("rest", "A - two")
    names = {"adata": counts}
    exec(session.script, names)
    assert names["session"].region_sets == session.region_sets


def test_sets_are_in_the_session_file_and_survive_a_filter(session, tmp_path):
    session.name_regions("all", session.regions)
    before = session.region_sets
    session.filter(min_cells=2)
    session.wait()
    assert session.region_sets == before
    session.save(tmp_path / "sets.peakvi")
    session.wait()
    again = Session(tmp_path / "sets.peakvi")
    again.wait()
    assert again.region_sets == before


def test_other_counts_begin_without_sets(session, counts):
    session.star_region(session.regions[0])
    session.open(counts[:50].copy())
    session.wait()
    assert session.region_sets == ()


def test_a_starred_region_that_a_filter_took_can_be_unstarred(session):
    gone = session.regions[int(np.argmin(session.cells_per_region))]
    session.star_region(gone)
    session.filter(min_cells=20)
    session.wait()
    assert gone not in session.regions
    session.star_region(gone, False)
    assert session.region_sets[0].regions == ()
    with pytest.raises(DataError, match="not in the counts"):
        session.star_region(gone)


@pytest.mark.parametrize(
    ("sets", "problem"),
    [
        ([RegionSet(str(n), ()) for n in range(201)], "at most 200"),
        ([RegionSet(" a ", ())], "remove the spaces around it"),
        ([RegionSet("a", ("r", "r"))], "has a region twice"),
        ([RegionSet("a", ()), RegionSet("a", ())], "a name of its own"),
        (["a"], "a name of its own"),
    ],
)
def test_sets_of_a_file_are_looked_at(sets, problem):
    with pytest.raises(DataError, match=problem):
        checked_sets(tuple(sets))
