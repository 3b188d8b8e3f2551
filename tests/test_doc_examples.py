"""Each example of the documentation runs, and names only what is there."""

import gzip
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.io import mmwrite

import peakvi_widgets as pv
from peakvi_widgets.command_line import main
from peakvi_widgets.data import datasets
from tests.doc_pages import PAGES, ROOT, blocks, commands, mistakes, snippets

HOW_TO = ROOT / ".docs" / "pages" / "how_to"
README = ROOT / "README.md"
PLACES = ("/shared/class", "/scratch/me", "/data/course")  # folders that are elsewhere
GENE = "".join(
    f'chr11\tx\t{kind}\t60455847\t60470752\t.\t+\t.\tgene_id "E"; gene_name "MS4A1"; '
    'transcript_id "T";\n'
    for kind in ("gene", "transcript", "exon")
)


def named(page):
    return page.name


each_page = pytest.mark.parametrize("page", PAGES, ids=named)


@each_page
def test_what_is_named_is_there(page):
    assert [wrong for snippet in snippets(page) for wrong in mistakes(snippet)] == []


@pytest.mark.parametrize(
    "snippet",
    ["pv.reed()", "session.filter(most=1)", "session.train(n_latent=2)", "viewer.session.x()"],
)
def test_wrong_names_are_found(snippet):
    assert mistakes(snippet) != []


@each_page
def test_command_lines_have_no_wrong_option(page):
    for words in commands(page):
        command = main
        with command.make_context("peakvi-widgets", [], resilient_parsing=True) as context:
            while words and words[0] in getattr(command, "commands", ()):
                command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        used = {word for word in words if word.startswith("-")} - {"--help"}
        assert used <= known, f"{context.command_path} {command.name}"


@pytest.fixture(scope="module")
def few():
    """Some of the built-in cells, of two donors, which the examples take for all."""
    adata = pv.datasets.pbmc10k()[::28]
    adata = adata[:, np.asarray((adata.X > 0).sum(axis=0)).ravel() >= 10].copy()
    adata.obs["donor"] = np.where(np.arange(adata.n_obs) % 2, "Ben", "Ann")
    return adata


@pytest.fixture(scope="module")
def trained(few):
    """A session with a model, a map and two groups, which the examples share."""
    session = pv.Session(few)
    session.train("quick", max_epochs=4)
    session.preview()
    session.wait()
    session.groups_by("cell_type_coarse", "B", "Mono")
    session.compare(n_samples=500)
    session.wait()
    return session


@pytest.fixture
def folder(few, tmp_path, monkeypatch):
    """A folder with the files that the examples name; the data set is small, too."""
    built_in = datasets.DATASETS["pbmc10k"]
    monkeypatch.setitem(datasets.DATASETS, "pbmc10k", replace(built_in, load=few.copy))
    for name in [name for name in vars(pv.settings) if not name.startswith("_")]:
        monkeypatch.setattr(pv.settings, name, getattr(pv.settings, name))  # as it was, at the end
    monkeypatch.chdir(tmp_path)
    few.write_h5ad("cells.h5ad")
    for place, well in (("", 1), ("path/to", 1), ("a", 2)):
        write_10x(few, Path(place, "filtered_peak_bc_matrix"), well)
    shutil.copy("cells.h5ad", "b.h5ad")
    shutil.copy(built_in.fragments, "fragments.tsv.gz")
    shutil.copy(f"{built_in.fragments}.tbi", "fragments.tsv.gz.tbi")
    Path("cells.txt").write_text("\n".join(few.obs_names[:9]))
    with gzip.open("genes.gtf.gz", "wt") as file:
        file.write(GENE)
    course = next(block for block in blocks(README) if block.text.startswith("---\n"))
    Path("monocytes.md").write_text(course.text)
    Path("class").mkdir()
    return tmp_path


def write_10x(adata, folder, well):
    """Write counts as Cell Ranger does, with the number of a well behind each barcode."""
    folder.mkdir(parents=True)
    mmwrite(folder / "matrix.mtx", adata.X.T)
    places = adata.var_names.str.replace("[:-]", "\t", regex=True)
    (folder / "peaks.bed").write_text("\n".join([*places, ""]))
    barcodes = [f"{name.split('-')[0]}-{well}" for name in adata.obs_names]
    (folder / "barcodes.tsv").write_text("\n".join([*barcodes, ""]))


@pytest.mark.slow
@pytest.mark.parametrize("page", [README, *sorted(HOW_TO.glob("*.md"))], ids=named)
def test_python_runs(page, trained, few, folder, without_umap):
    names = {"pv": pv, "session": trained, "viewer": pv.Viewer(trained), "adata": few.copy()}
    for block in blocks(page):
        if block.language == "python":
            text = block.text.replace("devices=2", "devices=1")  # processes have tests of their own
            for place in PLACES:
                text = text.replace(place, str(folder / "class"))
            exec(compile(text, f"{page.name}: {text[:60]}", "exec"), names)
            names["session"].wait()


@pytest.mark.slow
def test_command_lines_run(folder, without_umap, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.command_line._show_in_lab", lambda *_: None)
    pages = [HOW_TO / "share.md", HOW_TO / "teach.md", README]
    lines = {tuple(words): None for page in pages for words in commands(page)}  # each once
    for words in lines:
        if "--nodes" in words or "..." in words:  # waits for another machine; an excerpt
            continue
        words = [str(folder / "class") if word in PLACES else word for word in words]
        words += ["--max-epochs", "3"] if words[0] == "train" else []
        words += ["--overwrite"] if "-o" in words else []  # pages write files of the same name
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
