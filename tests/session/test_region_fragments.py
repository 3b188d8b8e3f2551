"""Which fragments file is read where none was named by the user."""

from peakvi_widgets.session.region_steps import fragments_beside


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
