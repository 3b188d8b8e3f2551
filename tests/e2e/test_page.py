"""A saved page in a browser without a network: drawn on, compared, colored, sorted, filtered."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from peakvi_widgets import Session, datasets
from tests.e2e.axe import findings
from tests.e2e.firefox import Firefox, find_firefox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SCREENSHOTS = Path(__file__).parent / "screenshots"
EVIL = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A page of four clouds of cells, of which two are compared."""
    adata = datasets.simulate(600, 300, density=0.2, n_types=4, planted=0.6, effect=6.0, seed=1)
    angle = adata.obs["cell_type"].cat.codes.to_numpy() * np.pi / 2
    places = np.c_[np.cos(angle), np.sin(angle)] * 10
    noise = np.random.default_rng(0).normal(size=places.shape)
    adata.obsm["X_umap"] = (places + noise).astype("f4")
    adata.obs[EVIL] = adata.obs["cell_type"].cat.rename_categories([EVIL, "b", "c", "d"])
    session = Session(adata)
    session.train("quick", max_epochs=10)
    session.wait()
    session.groups_by("cell_type", *session.obs_columns[0].categories[:2])
    session.name_group("every third", range(0, 600, 3))
    session.show_basis("X_umap")
    session.compare()
    session.find_markers("cell_type", n_top=20, n_samples=200)
    session.wait()
    return session, session.export_html(
        tmp_path_factory.mktemp("page") / "page.html", note="Four clouds."
    )


def saved_by(page, testid, folder):
    """Return the table that a button saves."""
    with page.expect_download() as download:
        page.get_by_test_id(testid).click()
    download.value.save_as(folder / "saved.csv")
    return pd.read_csv(folder / "saved.csv", index_col=0)


def agrees_with_python(session, groups, compared, evidence):
    """Compare what the page computed with the same comparison in Python."""
    one, other = (groups.index[groups["group"] == group] for group in (1, 2))
    table = session.model.differential_accessibility(idx1=one, idx2=other, check=True)
    pairs = compared.loc[table.index]
    for name in ("effect_size", "prob_da", "held_out_effect"):
        assert np.corrcoef(pairs[name], table[name])[0, 1] > 0.99
    # draws differ, so a region at the edge may be called by one of them alone
    ours, theirs = (said.split("; ")[1] for said in (evidence, table.attrs["checks"][0]))
    assert re.sub(r"\d+", "N", ours) == re.sub(r"\d+", "N", theirs)
    numbers = [[int(n) for n in re.findall(r"\d+", said)] for said in (ours, theirs)]
    np.testing.assert_allclose(*numbers, rtol=0.03, atol=2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_works_without_a_network(saved, chromium, theme, tmp_path):
    session, path = saved
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    context.set_offline(True)
    page = context.new_page()
    wrong, asked = [], []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())

    page.get_by_test_id("page-evidence").get_by_text(session.da_check.sentence).wait_for()
    rows = page.get_by_test_id("page-saved-row")
    expect(rows.first).to_have_attribute("data-region", session.da_result.index[0])

    # draw around everything on the right: the model compares it in the page
    box = page.get_by_test_id("page-surface").bounding_box()
    corners = [(0.56, 0.02), (0.99, 0.02), (0.99, 0.97), (0.56, 0.97)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in [*places[1:], places[0]]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    selected = page.get_by_test_id("page-selected")
    expect(selected).to_contain_text("cells")
    expect(page.get_by_test_id("page-model-row").first).to_be_visible()
    expect(page.get_by_test_id("page-model-words")).to_contain_text("5,000 draws", timeout=60_000)
    compared = saved_by(page, "page-model-csv", tmp_path)
    evidence = page.get_by_test_id("page-model-notes").locator("p").first.inner_text()

    # what is observed is on another tab
    page.get_by_test_id("page-table-observed").click()
    first = page.get_by_test_id("page-observed-row").first
    expect(first).to_be_visible()

    # a click on a row colors by that region, and keys make groups
    region = first.get_attribute("data-region")
    first.click()
    expect(page.get_by_test_id("page-color-by")).to_have_value(region)
    expect(page.get_by_test_id("legend")).to_contain_text("seen open")
    number = int(selected.inner_text().split()[0].replace(",", ""))
    page.keyboard.press("1")
    expect(page.get_by_test_id("page-group-1-count")).to_have_text(f"{number:,}")
    page.keyboard.press("Control+z")
    expect(selected).to_be_visible()
    page.keyboard.press("Shift+Digit1")
    expect(page.get_by_test_id("page-group-2-count")).to_have_text(f"{600 - number:,}")

    gene = session.gene_members.names[0]
    page.get_by_test_id("page-place").fill(gene.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("legend")).to_contain_text("open regions in promoter")
    expect(page.get_by_test_id("page-color-by")).to_have_value(gene)

    # what lies around a region, and around the gene that was asked for
    page.get_by_test_id("page-table-genome").click()
    expect(page.get_by_test_id("page-genome-words")).to_contain_text("chr")
    plot = page.get_by_test_id("page-genome-plot")
    expect(plot).to_have_attribute("aria-label", re.compile("group 1 up to"))

    # markers, of which a row colors the cells too
    page.get_by_test_id("page-table-markers").click()
    marker = page.get_by_test_id("page-markers-row").nth(3)
    marker.click()
    expect(marker).to_have_attribute("aria-selected", "true")
    region_of_marker = session.markers.index[3]
    expect(page.get_by_test_id("page-color-by")).to_have_value(region_of_marker)

    # a named group
    page.get_by_test_id("page-named").click()
    expect(selected).to_have_text("200 cells")
    page.keyboard.press("Escape")
    expect(selected).to_be_hidden()

    # names from the data are text
    page.get_by_test_id("page-color-by").select_option(EVIL)
    expect(page.get_by_test_id("legend")).to_contain_text(EVIL)
    groups = saved_by(page, "page-save-cells", tmp_path)
    assert len(groups) == 600
    agrees_with_python(session, groups, compared, evidence)

    # sorted and filtered
    page.get_by_test_id("page-table-saved").click()
    expect(page.get_by_test_id("page-saved-words")).to_contain_text(
        "of the groups as they were saved"
    )
    field = page.get_by_test_id("page-saved").get_by_role("columnheader").locator("input").first
    field.fill(region)
    expect(page.get_by_text("1 of 300 regions")).to_be_visible()
    assert findings(page, "#peakvi") == []
    page.mouse.move(5, 5)
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"page_{theme}.png")
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    context.close()


def test_page_works_in_firefox(saved, tmp_path):
    """Runs where a Firefox is; `make test` installs none, which would take minutes of CI."""
    program = find_firefox()
    if program is None:
        pytest.skip("There is no firefox or firefox-esr on the path, nor in PEAKVI_FIREFOX.")
    session, path = saved
    with Firefox(program, tmp_path, 1280, 900) as firefox:
        firefox.open(path.as_uri())
        firefox.text("page-evidence", session.da_check.sentence)
        first_row = "document.querySelector('[data-testid=page-saved-row]').dataset.region"
        assert firefox.wait_for(first_row) == session.da_result.index[0]

        # draw around everything on the right: the model compares it in the page
        left, top, width, height = firefox.box("page-surface")
        corners = [(0.56, 0.02), (0.99, 0.02), (0.99, 0.97), (0.56, 0.97), (0.56, 0.02)]
        firefox.drag([(left + x * width, top + y * height) for x, y in corners])
        number = int(firefox.text("page-selected", "cells").split()[0].replace(",", ""))
        firefox.text("page-model-words", "5,000 draws")
        evidence = firefox.text("page-model-notes").split(".")[0] + "."
        compared = firefox.saved_by("page-model-csv", "by_the_model.csv")
        firefox.press("\ue008", "1")  # Shift+1: against the rest
        firefox.text("page-group-2-count", f"{600 - number:,}")
        groups = pd.read_csv(firefox.saved_by("page-save-cells", "groups.csv"), index_col=0)
        assert (groups["group"] == 1).sum() == number
        agrees_with_python(session, groups, pd.read_csv(compared, index_col=0), evidence)
        assert firefox.errors == []
        assert [url for url in firefox.asked if not url.startswith(("file:", "blob:"))] == []
