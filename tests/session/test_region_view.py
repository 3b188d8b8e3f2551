"""A stretch of the genome in a session: by name, place or gene; shares, model and coverage."""

import threading

import numpy as np
import pytest
from traitlets import TraitError

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session
from peakvi_widgets.session.region_steps import MAX_CELLS, genes_in
from peakvi_widgets.session.region_window import FURTHEST, MOST, RegionPlaces, window_of

MS4A1 = "chr11:60455500-60456000"

pytestmark = pytest.mark.usefixtures("without_umap")


@pytest.fixture(scope="module")
def tiles():
    from peakvi_widgets.data.datasets import DATASETS

    adata = DATASETS["pbmc10k"].load()
    is_b = (adata.obs["cell_type_coarse"] == "B").to_numpy()
    cells = np.sort(np.concatenate([np.flatnonzero(is_b)[:60], np.flatnonzero(~is_b)[:240]]))
    near = [name for name in adata.var_names if name.startswith("chr11:604")]
    return adata[cells, adata.var_names[::20].union(near)].copy()


@pytest.fixture
def session(tiles):
    opened = Session(tiles)
    opened.wait()
    return opened


def written_fragments(path, rows):
    """Write fragments of chr11 as a file with an index."""
    pysam = pytest.importorskip("pysam")
    plain = path.with_suffix("")
    lines = (f"chr11\t{start}\t{end}\t{cell}\t1\n" for start, end, cell in sorted(rows))
    plain.write_text("".join(lines))
    pysam.tabix_compress(str(plain), str(path), force=True)
    pysam.tabix_index(str(path), preset="bed", force=True)
    return path


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (MS4A1, ("chr11", 60_405_750, 60_505_750)),
        ("chr11:60,400,000-60,500,000", ("chr11", 60_400_000, 60_500_000)),
        ("11:60400000-60500000", ("chr11", 60_400_000, 60_500_000)),
        ("chr11 : 60,455,000", ("chr11", 60_405_000, 60_505_000)),
        ("ms4a1", ("chr11", 60_413_284, 60_513_284)),
        ("chr1:10-20", ("chr1", 0, 200)),
    ],
)
def test_places_genes_and_regions_are_found(session, where, expected):
    session.show_region(where)
    window = session.region_window
    assert (window.chromosome, window.start, window.end) == expected
    at = session.regions.index(MS4A1)
    if where == MS4A1:
        session.show_region(at)
        assert session.region_window == window


@pytest.mark.parametrize(
    "where",
    [
        *("NOGENE", "", "chr1:20-10", f"chr1:0-{MOST + 1}", f"chr1:{FURTHEST * 10}", -1, 10**6),
        *(10**5000, "chr1:" + "9" * 5000, "chr1:1" + " " * 20_000 + "x"),
    ],
    ids=lambda where: str(where)[:12] if isinstance(where, str) else "number",
)
def test_what_is_not_there_is_refused_in_one_sentence(session, where):
    before = session.region_window
    with pytest.raises(DataError) as caught:
        session.show_region(where)
    assert len(str(caught.value)) < 200
    assert session.region_window is before


def test_without_counts_or_genes_it_is_said(tiles):
    with pytest.raises(StageError):
        Session().show_region(MS4A1)
    with pytest.raises(DataError, match="annotate"):
        window_of("MS4A1", RegionPlaces(tiles.var_names), None)


def test_shares_are_those_of_the_counts_and_b_cells_stand_out(session, tiles):
    session.groups_by("cell_type_coarse", "B")
    session.show_region(MS4A1)
    session.wait()
    seen = session.region_tracks
    assert seen.tracks == ("group 1", "group 2")
    assert seen.n_cells == (len(session.idx1), len(session.idx2))
    assert seen.start < session.region_window.start < session.region_window.end < seen.end
    shares = np.asarray((tiles[session.idx1, list(seen.regions)].X > 0).mean(axis=0)).ravel()
    np.testing.assert_allclose(seen.observed[0], shares, rtol=1e-6)
    at = seen.regions.index(MS4A1)
    assert seen.observed[0, at] > 20 * seen.observed[1, at]
    assert seen.region_places[at].tolist() == [60_455_500, 60_456_000]
    assert [session.regions[row] for row in seen.region_rows] == list(seen.regions)
    assert (seen.expected.size, seen.coverage.size) == (0, 0)
    assert "use_fragments" in seen.coverage_words


def test_genes_have_strand_and_exons(session):
    session.show_region("MS4A1")
    session.wait()
    seen = session.region_tracks
    at = seen.genes.index("MS4A1")
    assert seen.gene_places[at].tolist() == [60_455_808, 60_470_760, 1]
    exons = seen.exons[seen.exons[:, 0] == at]
    assert exons[0].tolist() == [at, 60_455_846, 60_455_945]
    assert exons[-1, 2] == 60_470_760


def test_many_genes_leave_the_longest_coding_ones():
    import pandas as pd

    table = pd.DataFrame(
        {
            "chr": "1", "start": np.arange(1000), "end": np.arange(1000) + 500, "strand": "-",
            "gene": [f"g{i}" for i in range(1000)], "is_coding": np.arange(1000) % 2 == 0,
            "exons": "",
        }
    )  # fmt: skip
    names, places, exons = genes_in(table, "chr1", 0, 5000)
    assert len(names) == len(places) == 300
    assert all(int(name[1:]) % 2 == 0 for name in names)
    assert exons.shape == (0, 3)


def test_categories_are_compared_where_there_is_no_group(session):
    session.color_by = "cell_type_coarse"
    session.show_region(MS4A1)
    session.wait()
    seen = session.region_tracks
    assert seen.column == "cell_type_coarse"
    assert sum(seen.n_cells) == session.n_cells
    assert "B" in seen.tracks
    assert seen.keys == tuple(f"c{code}" for code in range(len(seen.keys)))
    assert len(seen.cell_tracks) == min(MAX_CELLS, session.n_cells)
    assert seen.cell_marks[:, 0].max() < len(seen.cell_tracks)
    session.groups_by("cell_type_coarse", "B")
    session.wait()
    assert session.region_tracks.tracks == ("group 1", "group 2")
    session.tracks_by = "cell_type"
    session.wait()
    assert session.region_tracks.column == "cell_type"
    with pytest.raises(TraitError, match="no column"):
        session.tracks_by = "n_counts"
    before = session.region_tracks
    with session._step():  # as other clusters
        session.adata.obs["cell_type"] = session.adata.obs["cell_type_coarse"].to_numpy()
        session._follow_column("cell_type")
    session.wait()
    assert len(session.region_tracks.tracks) < len(before.tracks)


def test_other_groups_are_looked_at_again_and_the_old_ones_are_gone_at_once(session):
    session.groups_by("cell_type_coarse", "B")
    session.show_region(MS4A1)
    session.wait()
    before = session.region_tracks
    with session.lock:
        session.swap_groups()
        assert session.region_tracks is None
    session.wait()
    now = session.region_tracks
    np.testing.assert_array_equal(now.observed, before.observed[::-1])
    with session.lock:
        session.show_region("chr11:60,450,000-60,460,000")
        assert session.region_tracks is now  # of the same cells: it stays until then
    session.wait()
    assert session.region_tracks.start == 60_445_000


def test_tracks_of_another_place_are_gone_at_once_and_after_a_failure(session, monkeypatch):
    session.show_region(MS4A1)
    session.wait()
    for elsewhere in ("chr2:60,450,000-60,460,000", "chr11:1,000,000-1,100,000"):
        with session.lock:
            session.show_region(elsewhere)
            assert session.region_tracks is None
            with pytest.raises(StageError, match="wait"):
                session.figure("region")
        session.wait()
        assert session.region_tracks.chromosome == session.region_window.chromosome

    def fail(*_):
        raise RuntimeError("a fault")

    session.show_region("chr11:1,050,000-1,060,000")
    session.wait()
    monkeypatch.setattr("peakvi_widgets.session.region_steps.genes_in", fail)
    session.show_region("chr11:1,055,000-1,065,000")  # partly of the same place
    with pytest.raises(RuntimeError, match="a fault"):
        session.wait()
    assert session.region_tracks is None


def test_what_is_out_of_sight_is_found_only_when_it_is_asked_for(session):
    session.region_viewers = 0
    session.show_region(MS4A1)
    session.wait()
    assert MS4A1 in session.region_tracks.regions
    session.groups_by("cell_type_coarse", "B")
    session.wait()
    assert session.region_tracks is None
    session.region_viewers = 1
    session.wait()
    assert session.region_tracks.tracks == ("group 1", "group 2")


def test_out_of_sight_what_was_asked_for_is_of_the_end_of_the_work_before_it(session, tmp_path):
    session.region_viewers = 0
    rows = [(60_455_600, 60_455_800, name) for name in session.adata.obs_names]
    with session.lock:  # so that the fragments cannot be read before the groups are made
        session.use_fragments(written_fragments(tmp_path / "fragments.tsv.gz", rows))
        session.show_region(MS4A1)
        session.groups_by("cell_type_coarse", "B")
    session.wait()
    assert session.region_tracks.tracks == ("group 1", "group 2")
    assert session.region_tracks.coverage.shape[0] == 2
    session.show_region(MS4A1)  # known already
    session.clear_groups()  # and nothing is queued
    session.wait()
    assert session.region_tracks is None


def test_what_was_asked_for_is_found_again_when_the_work_that_ran_then_ends(
    session, tmp_path, monkeypatch
):
    begun, end = threading.Event(), threading.Event()

    def found(*_):
        begun.set()
        assert end.wait(20)
        return ""

    monkeypatch.setattr("peakvi_widgets.session.parts.region_view.cells_found", found)
    session.region_viewers = 0
    rows = [(60_455_600, 60_455_800, name) for name in session.adata.obs_names]
    session.use_fragments(written_fragments(tmp_path / "fragments.tsv.gz", rows))
    assert begun.wait(20)
    session.show_region(MS4A1)
    session._derived.wait()  # found while the fragments are read
    session.groups_by("cell_type_coarse", "B")
    session._derived.wait()
    end.set()
    session.wait()
    assert session.region_tracks.tracks == ("group 1", "group 2")
    assert session.region_tracks.coverage.shape[0] == 2


def test_window_follows_the_region_that_colors_the_cells_on_screen(session):
    other = next(name for name in session.regions if not name.startswith("chr11"))
    session.color_by = MS4A1
    assert session.region_window is None
    session.region_viewers = 1
    window = session.region_window
    assert (window.start + window.end) // 2 == 60_455_750
    session.show_region("chr11:60,455,000-60,457,000")
    session.color_by = "depth"
    session.color_by = MS4A1
    assert session.region_window.start == 60_455_000  # it is in sight
    session.color_by = other
    assert session.region_window.chromosome == other.split(":")[0]
    assert session.region_window.end - session.region_window.start == 2_000


@pytest.mark.slow
def test_model_and_table_are_of_the_groups_of_now(session, monkeypatch):
    session.train("quick", max_epochs=2)
    session.groups_by("cell_type_coarse", "B")
    session.compare()
    session.wait()
    answers = []
    session.observe(lambda change: answers.append(change.new), names=["region_tracks"])
    session.show_region(MS4A1)
    session.wait()
    first, seen = answers  # what is known without the model comes first
    assert (first.expected.size, first.observed is seen.observed) == (0, True)
    assert "2 tracks" in repr(seen)
    model = session.model.get_normalized_accessibility(
        indices=session.idx1, normalize_cells=True, normalize_regions=True
    )
    np.testing.assert_allclose(
        seen.expected[0], model[list(seen.regions)].mean(axis=0), rtol=1e-4, atol=1e-6
    )
    table = session.da_result.loc[list(seen.regions)]
    np.testing.assert_array_equal(session.region_marks > 0, table["is_da_fdr"])
    np.testing.assert_array_equal(session.region_marks == 2, table["is_confirmed"])
    every = session.da_columns.assign(is_da_fdr=True).drop(columns="is_confirmed")
    with session._step():
        session.da_columns = every
    assert set(session.region_marks) == {3}

    def fail(_self):
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:  # a comparison that fails after its first tables
        patch.setattr(Session, "_redraw_if_asked", fail)
        session.compare(delta=0.9)
        with pytest.raises(RuntimeError, match="a fault"):
            session.wait()
    assert session.da_columns is every
    assert set(session.region_marks) == {3}
    session.swap_groups()
    assert session.da_state != "final"
    assert len(session.region_marks) == 0
    session.wait()


def test_coverage_of_named_fragments_towers_where_the_group_was_cut(session, tmp_path):
    session.groups_by("cell_type_coarse", "B")
    names = session.adata.obs_names
    rows = [(60_455_600 + i % 50, 60_455_800, names[cell]) for i, cell in enumerate(session.idx1)]
    rows += [(60_470_000, 60_470_100, names[session.idx2[0]]), (60_455_600, 60_455_700, "NOCELL")]
    path = written_fragments(tmp_path / "fragments.tsv.gz", rows)
    session.use_fragments(path)
    session.show_region(MS4A1)
    session.wait()
    seen = session.region_tracks
    edges = np.linspace(seen.start, seen.end, seen.coverage.shape[1] + 1)
    assert 60_455_550 <= edges[seen.coverage[0].argmax()] < 60_455_850
    total = np.diff(edges) @ seen.coverage.T
    depth = np.asarray(session.adata.X.sum(axis=1)).ravel()
    scales = np.array([depth[session.idx1].sum(), depth[session.idx2].sum()])
    np.testing.assert_allclose(
        total, np.array([2 * len(session.idx1), 2]) * np.median(scales) / scales, rtol=1e-3
    )
    assert "Signac" in seen.coverage_words
    assert f"{len(session.idx1) + 1} of {session.n_cells} cells" in seen.coverage_words
    assert len(seen.cell_marks) <= len(rows)
    assert f"session.use_fragments({str(path)!r})" in session.code()
    session.save(tmp_path / "a.peakvi")
    session.wait()
    again = Session(tmp_path / "a.peakvi")
    again.wait()
    assert again.fragments == str(path)
    again.show_region("chr2:1-1000")
    again.wait()
    assert "no fragments on chr2" in again.region_tracks.coverage_words


def test_fragments_of_other_cells_or_without_an_index_change_nothing(session, tmp_path):
    other = written_fragments(tmp_path / "fragments.tsv.gz", [(60_455_600, 60_455_800, "GATTACA")])
    for path in (other, tmp_path / "missing.tsv.gz"):
        session.use_fragments(path)
        with pytest.raises(DataError):
            session.wait()
    (tmp_path / "fragments.tsv.gz.tbi").unlink()
    session.use_fragments(other)
    with pytest.raises(DataError, match="tabix"):
        session.wait()
    assert (session.fragments, "use_fragments" in session.code()) == ("", False)
    with pytest.raises(TraitError, match="use_fragments"):
        session.fragments = str(other)


def test_bigwig_holds_a_group_and_is_not_part_of_the_script(session, tmp_path):
    bigwig = pytest.importorskip("pyBigWig")
    session.groups_by("cell_type_coarse", "B")
    names = session.adata.obs_names
    rows = [(60_455_600, 60_455_800, names[cell]) for cell in (*session.idx1, session.idx2[0])]
    session.use_fragments(written_fragments(tmp_path / "fragments.tsv.gz", rows))
    for wrong in (0, -5, 2.5, "x", True, 10**7):
        with pytest.raises(DataError, match="bin_size is"):
            session.write_bigwig(tmp_path / "b.bw", bin_size=wrong)
    session.write_bigwig(tmp_path / "b.bw", bin_size=100)
    session.wait()
    with bigwig.open(str(tmp_path / "b.bw")) as file:
        assert file.values("chr11", 60_455_600, 60_455_601) == [pytest.approx(500_000)]
    assert "write_bigwig" not in session.code()
    with pytest.raises(DataError, match="no group"):
        session.write_bigwig(tmp_path / "c.bw", "nobody")
    session.clear_groups()
    with pytest.raises(StageError, match="Group 2 is empty"):
        session.write_bigwig(tmp_path / "c.bw", 2)


def test_figure_names_groups_and_genes_as_they_are(session, tmp_path):
    with pytest.raises(StageError, match="show_region"):
        session.figure("region")
    session.groups_by("cell_type_coarse", "B")
    session.show_region(MS4A1)
    session.wait()
    drawn = session.figure("region", path=tmp_path / "region.svg")
    texts = [text.get_text() for axes in drawn.axes for text in axes.texts]
    assert "MS4A1 →" in texts
    assert f"group 1 ({len(session.idx1):,})" in texts
    tops = [axes.get_ylim()[1] for axes in drawn.axes[2:]]
    assert len(set(tops)) == 1  # one scale
    assert (tmp_path / "region.svg").read_text().startswith("<?xml")
