"""Which fragments file is read where none was named by the user, and what real ones show."""

import numpy as np
import pytest

from peakvi_widgets.session import Session
from peakvi_widgets.session.region_fragments import (
    fragments_beside,
    fragments_of,
    is_remote,
    lies_with,
)

pytestmark = pytest.mark.usefixtures("without_umap")


def test_fragments_beside_the_counts_are_found_and_kept_from_pages(tmp_path, monkeypatch):
    folder = tmp_path / "outs" / "filtered_peak_bc_matrix"
    folder.mkdir(parents=True)
    file = folder.parent / "sample_fragments.tsv.gz"
    assert fragments_beside(str(folder), {}) == ""
    file.touch()
    assert fragments_beside(str(folder), {}) == str(file)
    assert fragments_beside(str(folder.parent / "counts.h5ad"), {}) == ""  # not there
    assert fragments_beside("x", {"files": {"fragments": str(file)}}) == str(file)
    assert fragments_beside("", {"files": {"fragments": "https://x.org/fragments.tsv.gz"}}) == ""
    monkeypatch.setattr("peakvi_widgets.settings.restricted", True)
    assert fragments_beside(str(folder), {"files": {"fragments": str(file)}}) == ""


REMOTE = (
    "//host/share/fragments.tsv.gz",
    "\\\\host\\share\\fragments.tsv.gz",
    "https://x.org/f.gz",
)


def test_another_machine_is_never_asked_by_itself(monkeypatch):
    asked = []
    for name in ("exists", "is_file", "resolve"):
        monkeypatch.setattr(f"pathlib.Path.{name}", lambda path: asked.append(path) or True)
    for path in REMOTE:
        assert is_remote(path)
        assert fragments_beside("", {"files": {"fragments": path}}) == ""
        assert fragments_beside(path, {}) == ""
        assert not lies_with(path, None, path)
    assert asked == []


def test_a_named_file_that_is_gone_leaves_the_one_beside_the_counts(tmp_path):
    beside, counts = tmp_path / "fragments.tsv.gz", tmp_path / "counts.h5ad"
    gone = str(tmp_path / "elsewhere" / "fragments.tsv.gz")
    assert fragments_of(gone, str(counts), {}) == gone  # so that it is named in the error
    for file in (beside, counts):
        file.touch()
    assert fragments_of(gone, str(counts), {}) == str(beside)
    named = tmp_path / "other.tsv.gz"
    named.touch()
    assert fragments_of(str(named), str(counts), {}) == str(named)


def test_a_file_may_name_what_lies_with_it_or_with_the_counts(tmp_path):
    file, counts = tmp_path / "a" / "s.peakvi", tmp_path / "b" / "counts.h5ad"
    counts.parent.mkdir()
    counts.touch()
    for folder, may in (("a", True), ("a/below", True), ("b", True), ("c", False), ("a/..", False)):
        named = str(tmp_path / folder / "fragments.tsv.gz")
        assert lies_with(named, file, str(counts)) is may
    assert not lies_with("fragments.tsv.gz", file, str(counts))
    assert not lies_with(str(counts.parent / "fragments.tsv.gz"), file, str(counts.parent / "no"))


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_session_file_opens_fragments_of_other_folders_only_when_asked(
    counts, tmp_path, elsewhere
):
    session = Session(counts[:20, :20].copy())
    session.wait()
    named = str((tmp_path.parent if elsewhere else tmp_path) / "fragments.tsv.gz")
    with session._step():
        session.fragments = named
    session.save(tmp_path / "a.peakvi")
    session.wait()
    again = Session(tmp_path / "a.peakvi")
    again.wait()
    said = [entry.text for entry in again.log if "use_fragments" in entry.text]
    assert again.fragments == ("" if elsewhere else named)
    assert len(said) == elsewhere
    assert all(f"session.use_fragments({named!r})" in text for text in said)


def test_b_cells_tower_at_ms4a1_in_the_real_fragments(shared_data):
    pytest.importorskip("pysam")
    session = Session(shared_data / "pbmc10k_multiome_51loci" / "pbmc10k_multiome_51loci.h5ad")
    session.wait()
    session.tracks_by = "cell_type_coarse"
    session.show_region("chr11:60,455,000")
    session.wait()
    seen = session.region_tracks
    edges = np.linspace(seen.start, seen.end, seen.coverage.shape[1] + 1)
    here = (edges[:-1] >= 60_455_000) & (edges[1:] <= 60_456_500)
    height = dict(zip(seen.tracks, seen.coverage[:, here].mean(axis=1), strict=True))
    assert height["B"] > 8 * max(value for name, value in height.items() if name != "B")
    assert "fragments.tsv.gz" in seen.coverage_words


@pytest.mark.slow
def test_b_cells_tower_at_ms4a1_in_the_built_in_fragments():
    pytest.importorskip("pysam")
    session = Session("pbmc10k")
    session.wait()
    session.groups_by("cell_type_coarse", "B")
    session.show_region("MS4A1")
    session.wait()
    seen = session.region_tracks
    assert seen.coverage[0].max() > 2 * seen.coverage[1].max() > 0
    session.show_region("chr11:2,850,000")  # a locus whose fragments are not in the package
    session.wait()
    seen = session.region_tracks
    assert len(seen.regions) > 10
    assert (seen.coverage.size, "no fragments" in seen.coverage_words) == (0, True)
