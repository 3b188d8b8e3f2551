"""A session as a page: it holds what is there, requests nothing, and names in it are harmless."""

import json
import re
import zlib
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session
from peakvi_widgets.session.page import contents
from peakvi_widgets.session.page.document import document, harmless_json
from peakvi_widgets.session.page.open_regions import packed_regions

CASE = json.loads((Path(__file__).parents[2] / "js/test/open-regions.json").read_text())
EVIL = "</script><script>alert(1)</script><!--"


@pytest.fixture
def session(counts):
    counts = counts.copy()
    counts.obsm["X_umap"] = np.random.default_rng(0).normal(size=(counts.n_obs, 2)).astype("f4")
    counts.obs["score"] = np.where(np.arange(counts.n_obs) == 0, np.nan, 1.5)
    counts.obs[EVIL] = EVIL
    session = Session(counts)
    session.wait()
    return session


def block(text, name):
    """Return what an element of the page holds."""
    found = re.findall(rf'<script type="[^"]*" id="{name}">([^<]*)</script>', text)
    assert len(found) == 1
    return found[0]


def contents_of(session):
    is_of_now, every = session._table_is_of_now(), np.arange(session.n_cells)
    return json.loads(harmless_json(contents.page_contents(session, every, is_of_now=is_of_now)))


def array(packed):
    return np.frombuffer(b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_open_regions_are_packed_as_the_browser_reads_them():
    counts = sparse.lil_matrix((len(CASE["open"]), CASE["n_regions"]), dtype="float32")
    for cell, regions in enumerate(CASE["open"]):
        counts[cell, regions] = 2
    packed = packed_regions(sparse.csr_matrix(counts))
    assert list(zlib.decompress(packed)) == CASE["bytes"]
    assert zlib.decompress(packed_regions(sparse.csr_matrix((2, 5)))) == bytes(8)


def test_page_holds_cells_columns_and_groups(session, tmp_path):
    session.lasso([[-9, -9], [0, -9], [0, 9], [-9, 9]])
    session.make_group(1, against_rest=True)
    session.name_group("<b>", [4, 2])
    path = session.export_html(tmp_path / "page.html")
    assert f"saved in {path}" in session.notice.text
    page = json.loads(block(path.read_text(), "peakvi-page"))
    assert array(page["points"]).tolist() == session.embedding.tolist()
    assert page["regions"] == list(session.regions)
    assert array(page["group1"]["cells"]).tolist() == session.idx1.tolist()
    assert page["group1"]["lines"][0]["polygon"][1] == [0, -9]
    [named] = page["named"]
    assert named["name"] == "<b>"
    assert array(named["cells"]).tolist() == [2, 4]
    score = next(one for one in page["colors"] if one["color_by"] == "score")
    assert np.isnan(array(score["values"])[0])
    assert page["comparison"] is None
    bytes_ = zlib.decompress(b64decode(block(path.read_text(), "peakvi-counts")))
    lengths = np.frombuffer(bytes_[: 4 * session.n_cells], "<u4")
    assert lengths.tolist() == np.diff(session.adata.X.indptr).tolist()


def test_genes_near_the_regions_are_in_it(session):
    tracks = contents_of(session)["tracks"]
    places = session._region_places()
    chromosomes = np.array(tracks["chromosomes"])[array(tracks["codes"])]
    assert list(chromosomes[:9]) == [places.chromosome(row) for row in range(9)]
    assert array(tracks["starts"]).tolist() == places.start.tolist()
    genes = tracks["genes"]
    assert genes["names"]
    starts, ends, codes = (array(genes[name]).astype(int) for name in ("starts", "ends", "codes"))
    for start, end, code in zip(starts, ends, codes, strict=True):
        here = chromosomes == tracks["chromosomes"][code]
        near = (places.start < end + 100_000) & (places.end > start - 100_000)
        assert (here & near).any()
    n_exons = array(genes["n_exons"])
    assert len(array(genes["exons"])) == n_exons.sum()
    first = array(genes["exons"])[: n_exons[0]]
    assert (first[0, 0], first[-1, 1]) == (starts[0], ends[0])


def test_genes_of_a_file_are_in_it_where_they_are(session, tmp_path):
    name, start = session._region_places().chromosome(0), int(session._region_places().start[0])
    ids = '.\t+\t.\tgene_id "A";\n'
    gtf = tmp_path / "g.gtf"
    gtf.write_text(
        f"{name}\tx\tgene\t0\t{start + 9}\t{ids.replace('A', 'B')}"
        f"{name}\tx\tgene\t1\t{start + 9}\t{ids}"
        f"{name}\tx\texon\t0\t5\t{ids}{name}\tx\texon\t2\t5\t{ids}"
    )
    session.annotate(genes=gtf)
    session.wait()
    genes = contents_of(session)["tracks"]["genes"]
    assert (genes["names"], array(genes["starts"]).tolist()) == (["A"], [0])
    assert array(genes["exons"]).tolist() == [[1, 5]]


@pytest.mark.parametrize(("column", "place"), [("start", -1), ("end", 1 << 32)])
def test_regions_at_no_place_of_a_genome_are_not_drawn_elsewhere(session, column, place):
    session.adata.var[column] = session.adata.var[column].astype("int64")
    session.adata.var.loc[session.regions[0], column] = place
    assert contents_of(session)["tracks"] is None


def test_page_without_counts_has_none(session, tmp_path):
    path = session.export_html(tmp_path / "page.html", counts=False)
    assert block(path.read_text(), "peakvi-counts") == ""


def test_names_end_no_element_and_only_our_script_may_run(session, tmp_path):
    session.source = EVIL
    text = session.export_html(tmp_path / "page.html").read_text()
    assert "alert(1)</script>" not in text
    assert text.count("<script") == text.count("</script>") == 4
    script = re.search(r"<script>(.*)</script>\n</body>", text, re.DOTALL)[1]
    digest = b64decode(re.search(r"sha256-([^']+)'", text)[1])
    assert digest == sha256(script.encode()).digest()
    assert "default-src 'none'" in text
    assert json.loads(harmless_json([EVIL, float("nan"), {"a": (1,)}])) == [EVIL, None, {"a": [1]}]


def test_what_a_browser_would_load_is_not_in_it():
    text = document({"title": "x", "facts": []}, b"", None, "")
    assert re.findall(r"(?:src|href)\s*=\s*[\"']", text.split("<script>")[0]) == []


def test_page_without_a_model_says_why(session, tmp_path):
    page = json.loads(block(session.export_html(tmp_path / "a.html").read_text(), "peakvi-page"))
    assert (page["model"], page["without_model"][:13]) == (None, "No model was ")
    with pytest.raises(StageError, match="No model was trained"):
        session.export_html(tmp_path / "b.html", model=True)
    assert not (tmp_path / "b.html").exists()


@pytest.mark.slow
def test_model_is_in_a_page_that_stays_small(trained, tmp_path, monkeypatch):
    def parts(**options):
        text = trained.export_html(tmp_path / "a.html", overwrite=True, **options).read_text()
        return json.loads(block(text, "peakvi-page")), block(text, "peakvi-model")

    trained.delta = 0.1
    page, packed = parts()
    arrays = {name: (dtype, n) for name, dtype, n in page["model"]["arrays"]}
    n_bytes = sum(np.dtype(dtype).itemsize * n for dtype, n in arrays.values())
    assert len(zlib.decompress(b64decode(packed))) == n_bytes
    assert arrays["counts"][1] == trained.adata.X.nnz
    assert page["model"]["question"]["delta"] == 0.1
    assert page["model"]["question"]["level"] == "group"
    assert parts(model=False)[0]["model"] is None
    assert parts(counts=False)[0]["model"] is None
    monkeypatch.setattr("peakvi_widgets.session.parts.page.MAX_PAGE", 100_000)
    page, packed = parts()
    assert (page["model"], packed) == (None, "")
    assert "larger than 10 MB" in page["without_model"]
    assert page["without_model"] in trained.notice.text
    assert parts(model=True)[0]["model"]


@pytest.mark.slow
def test_table_comes_with_what_is_known_about_it(trained, counts, tmp_path):
    trained.groups_by("cell_type", counts.obs["cell_type"].iloc[0])
    trained.compare()
    trained.wait()
    members = trained.gene_members
    page = json.loads(block(trained.export_html(tmp_path / "a.html").read_text(), "peakvi-page"))
    effects = array(page["comparison"]["columns"]["effect_size"])
    in_order = trained.da_columns["effect_size"].to_numpy("float32")
    assert effects.tolist() == in_order.tolist()
    assert trained.da_check.sentence in page["comparison"]["sentences"]
    assert page["comparison"]["title"] == trained.da_title
    assert page["comparison"]["is_of_now"]
    assert page["comparison"]["state"].startswith("as saved, ")
    names, starts, rows = (page["genes"][name] for name in ("names", "starts", "members"))
    start, end = array(starts)[names.index(names[-1]) :][:2]
    assert array(rows)[start:end].tolist() == members.of(names[-1]).tolist()


@pytest.mark.slow
def test_markers_come_with_their_categories(trained, monkeypatch):
    assert contents_of(trained)["markers"] is None
    trained.find_markers("cell_type", n_top=5, n_samples=60)
    trained.wait()
    monkeypatch.setattr(contents, "MAX_MARKERS", 3)
    page = contents_of(trained)["markers"]
    first = trained.markers.groupby("group1", sort=False).head(3)
    assert page["groups"] == list(first["group1"])
    assert [trained.regions[row] for row in array(page["regions"])] == list(first.index)
    effects = first["effect_size"].to_numpy("float32")
    assert array(page["columns"]["effect_size"]).tolist() == effects.tolist()
    assert (page["column"], page["is_of_now"]) == ("cell_type", True)
    trained.train(max_epochs=4)
    trained.wait()
    assert not contents_of(trained)["markers"]["is_of_now"]


@pytest.mark.slow
def test_table_of_other_groups_says_so(trained):
    def state():
        found = contents_of(trained)["comparison"]
        return found["state"].split(",")[0], found["is_of_now"]

    names = list(trained.adata.obs["cell_type"].unique())
    trained.groups_by("cell_type", names[0])
    trained.compare(n_samples=60)
    trained.wait()
    trained.groups_by("cell_type", names[1])
    with trained.lock:  # it is cancelled before it has a table
        trained.compare()
        assert (trained.da_state, state()) == ("waiting", ("of earlier groups", False))
        trained.cancel()
    assert (trained.da_state, state()) == ("cancelled", ("of earlier groups", False))
    estimates = []

    def seen(change):
        if change.new == "estimate":
            estimates.append(state())

    trained.observe(seen, "da_state")
    trained.compare()
    trained.wait()
    assert set(estimates) <= {("not finished", True)}
    assert state() == ("as saved", True)
    trained.delta = 0.3
    assert state() == ("of earlier groups", False)


@pytest.mark.slow
def test_page_of_a_sample_says_so_and_is_one_in_all_its_parts(trained, tmp_path):
    session = trained
    n_cells = session.n_cells
    session.name_group("first", range(0, n_cells, 2))
    session.set_groups(range(0, n_cells, 3), range(1, n_cells, 3))
    session.compare(n_samples=100)
    session.wait()
    path = session.export_html(tmp_path / "page.html", model=True, max_cells=20)
    text = path.read_text()
    page = json.loads(block(text, "peakvi-page"))
    assert f"a random sample of 20 of the {n_cells:,} cells" in page["facts"]
    assert f"a random sample of 20 of {n_cells:,} cells" in session.notice.text
    assert "as saved, of all cells and not of the sample alone" in page["comparison"]["state"]
    assert page["n_cells"] == len(page["cells"]) == 20
    at = session.adata.obs_names.get_indexer(page["cells"])
    np.testing.assert_array_equal(array(page["points"]), session.embedding[at])
    [named] = page["named"]
    np.testing.assert_array_equal(at[array(named["cells"])], at[at % 2 == 0])
    for group, rest in ((1, 0), (2, 1)):
        cells = array(page[f"group{group}"]["cells"])
        np.testing.assert_array_equal(at[cells], at[at % 3 == rest])
    kinds = next(one for one in page["colors"] if one["color_by"] == "cell_type")
    labels = np.array(kinds["categories"])[array(kinds["codes"])]
    assert labels.tolist() == session.adata.obs["cell_type"].iloc[at].tolist()
    assert sum(kinds["counts"]) == 20
    lengths = zlib.decompress(b64decode(block(text, "peakvi-counts")))[: 4 * 20]
    n_open = np.diff(session.adata.X[at].indptr)
    assert np.frombuffer(lengths, "<u4").tolist() == n_open.tolist()
    sizes = {name: size for name, _, size in page["model"]["arrays"]}
    assert sizes["mean"] == 20 * page["model"]["n_latent"]
    assert sizes["counts"] == n_open.sum()


def test_page_is_of_a_sample_where_all_cells_would_be_too_many(session, tmp_path, monkeypatch):
    per_cell = session.adata.X.nnz / session.n_cells
    monkeypatch.setattr("peakvi_widgets.session.parts.page.MAX_OPEN", int(per_cell * 7.5))
    path = session.export_html(tmp_path / "page.html")
    assert json.loads(block(path.read_text(), "peakvi-page"))["n_cells"] == 7
    with pytest.raises(DataError, match="give max_cells=7 or less, or counts=False"):
        session.export_html(tmp_path / "more.html", max_cells=8)
    path = session.export_html(tmp_path / "uncounted.html", counts=False)
    assert json.loads(block(path.read_text(), "peakvi-page"))["n_cells"] == session.n_cells
    with pytest.raises(DataError, match="max_cells is 0"):
        session.export_html(tmp_path / "none.html", max_cells=0)


def test_columns_without_colors_are_not_offered(session, monkeypatch):
    monkeypatch.setattr(contents, "MAX_NUMBERS", 1)
    session.adata.obs["late"] = np.linspace(0, 1, session.n_cells)
    session.color_by = ""
    session.adata.obs["nothing"] = np.nan
    session.color_by = "cell_type"
    page = contents_of(session)
    names = {column["name"] for column in page["columns"]}
    there = {one["color_by"] for one in page["colors"]}
    assert {"late", "nothing"} & names == {"nothing"}  # it is there with the reason
    assert {column["name"] for column in page["columns"] if column["kind"] != "none"} <= there


def test_what_is_wrong_is_one_sentence(session, counts, tmp_path):
    with pytest.raises(DataError, match=r"does not end in \.html"):
        session.export_html(tmp_path / "page.pdf")
    (tmp_path / "there.html").write_text("mine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("peakvi_widgets.session.parts.page.MAX_OPEN", 10)
        with pytest.raises(DataError, match="counts=False"):
            session.export_html(tmp_path / "page.html")
    with pytest.raises(DataError, match="exists already"):
        session.export_html(tmp_path / "there.html")
    unmapped = counts.copy()
    del unmapped.obsm["X_umap"]
    unmapped = Session(unmapped)
    unmapped.wait()
    with pytest.raises(StageError, match="no embedding"):
        unmapped.export_html(tmp_path / "page.html")
    with pytest.raises(StageError, match="no counts"):
        Session().export_html(tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]
