"""Which fragments file is read where none was named by the user."""

import pytest

from peakvi_widgets.session import Session
from peakvi_widgets.session.region_fragments import (
    fragments_beside,
    fragments_of,
    is_remote,
    lies_with,
)


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
