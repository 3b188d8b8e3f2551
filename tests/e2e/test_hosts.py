"""The viewer in Notebook 7, Voila and marimo, and in a JupyterLab without subshells.

In each host by mouse: train, lasso two groups, read the table. What the panels do to the whole page
is noted (nothing), as is every request that leaves the machine (none).
"""

import json
import re

import pytest

from tests.e2e.conftest import SCREENSHOTS
from tests.e2e.hosts import LISTENING, NOTED, OURS, Marimo, notebook_address, voila_address
from tests.e2e.lab import circle, lasso

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

VIEWER = """import dataclasses
import peakvi_widgets as pv
viewer = pv.Viewer("simulated")
session = viewer.session
session.plan = dataclasses.replace(session.plan, max_epochs=3)"""
DOCKED = """import ipywidgets
viewer.window.add_dock_widget(ipywidgets.IntSlider(), name="mine", area="right")"""
STATE = """import json
print(json.dumps([session.n_cells, len(session.history), len(session.idx1), len(session.idx2)]))"""

HIDES = r"\.peakvi-[0-9a-f]{32}%s \{ display: none !important \}"
HIDES_SAVED_OUTPUT = re.compile(
    "<style>" + HIDES % "" + r"\n\.jp-OutputArea-child:has\(" + HIDES % r"\)" + "</style>"
)
# Voila's page asks for icons and formulas from outside, with any widget or none; it works without.
VOILAS_OWN = ("https://cdn.jsdelivr.net/npm/@fortawesome/", "https://cdnjs.cloudflare.com/")
BUSY = """from pathlib import Path
while not Path({until!r}).exists():
    time.sleep(0.05)
happened.append("ended")"""
SMALL = """import dataclasses, json, time
import numpy as np
import peakvi_widgets as pv
adata = pv.datasets.simulate(400, 300, n_types=3, seed=1)
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
viewer = pv.Viewer(adata)
session = viewer.session
session.wait()
session.plan = dataclasses.replace(session.plan, max_epochs=100_000, early_stopping=False)
happened = []
session.observe(lambda change: happened.append("taken"), ["selection", "training"])
viewer"""
TAKEN = """print(json.dumps({
    "selected": len(session.selection), "training": session.training,
    "epochs": len(session.history), "happened": happened,
}))"""


class Visit:
    """One page that tells what it asked of others than its server, and which errors were ours."""

    def __init__(self, chromium, server, address):
        self.context = chromium.new_context(viewport={"width": 1280, "height": 1100})
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.errors, self.requests = [], []
        self.inside = (f"{server}/", f"ws{server.removeprefix('http')}/", "blob:", "data:")
        self.page.on("pageerror", self._note_error)
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("websocket", lambda socket: self._note(socket.url))
        self.page.add_init_script(LISTENING)
        self.page.goto(address)

    def _note_error(self, error):
        if re.search(OURS, error.stack or ""):  # Notebook 7 has one of its own
            self.errors.append(error.stack)

    def _note(self, url):
        if not url.startswith((*self.inside, *VOILAS_OWN)):
            self.requests.append(url)


@pytest.fixture
def visit(lab, chromium, request):
    """Open an address of a server; fail on what leaves the machine and on errors of the page."""
    visits = []

    def visit_(server, address):
        visits.append(Visit(chromium, server, address))
        return visits[-1].page

    yield visit_
    for one in visits:
        one.page.screenshot(path=SCREENSHOTS / f"{request.node.name}.png")
        one.context.close()
    lab.end_kernels()
    assert [error for one in visits for error in one.errors] == []
    assert [url for one in visits for url in one.requests] == []


def train_and_lasso(page):
    """Train, lasso the left and the right half, read the table; return the sizes of both groups."""
    at = page.get_by_test_id
    at("viewer").wait_for(timeout=90_000)
    at("train").click(timeout=60_000)
    page.locator("[data-testid=training-said]", has_text="Finished all 3 epochs").wait_for(
        timeout=120_000
    )
    page.locator("canvas[data-drawn='2000']").wait_for(timeout=120_000)
    at("lasso").click()
    sizes = []
    for group, (left, right) in enumerate([(0.08, 0.49), (0.51, 0.92)], start=1):
        surface = page.locator("[data-view]")
        surface.scroll_into_view_if_needed()
        box = surface.bounding_box()
        low, high = 90, box["height"] - 60  # below the tools, which may take two rows
        corners = [(left, low), (right, low), (right, high), (left, high)]
        lasso(page, box, [(x * box["width"], y) for x, y in corners])
        page.keyboard.press(str(group))  # the viewer has the focus after the lasso
        count = at(f"group-{group}-count")
        count.filter(has_text=re.compile("[1-9]")).wait_for(timeout=30_000)
        sizes.append(int(count.inner_text().replace(",", "")))
    page.locator("[data-testid=da-state]", has_text="final, 5,000 draws a group").wait_for(
        timeout=90_000
    )
    at("da-shown").filter(has_text="5,000").wait_for()
    page.locator("[data-testid=da-row]:not([hidden])").nth(3).wait_for()
    return sizes


def assert_kept_to_itself(page):
    """The panels listened on their own elements only; their one style hides their saved picture."""
    noted = page.evaluate(NOTED)
    assert noted["own"] > 100  # else the addresses of modules have changed, and nothing was noted
    assert [sheet for sheet in noted["sheets"] if not HIDES_SAVED_OUTPUT.fullmatch(sheet)] == []
    assert len(noted["sheets"]) <= 1
    assert noted["listeners"] == []


def test_notebook_7(lab, visit, poll):
    lab.write("notebook_7.ipynb", [f"{VIEWER}\nviewer", STATE])
    page = visit(lab.url, notebook_address(lab, "notebook_7.ipynb"))
    page.wait_for_function(
        """() => {
            const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
            return context?.isReady && context.session?.kernel?.connectionStatus === "connected";
        }""",
        timeout=60_000,
    )
    run = """(index) => {
        const { commands, shell } = window.jupyterapp;
        shell.currentWidget.content.activeCellIndex = index;
        return commands.execute("notebook:run-cell");
    }"""
    page.evaluate(run, 0)
    sizes = train_and_lasso(page)
    page.evaluate(run, 1)
    output = page.locator(".jp-OutputArea-output", has_text="[2000").last
    assert json.loads(output.inner_text()) == [2000, 3, *sizes]
    assert_kept_to_itself(page)


def test_voila(lab, visit):
    lab.write("voila.ipynb", [VIEWER, "viewer"])
    page = visit(lab.url, voila_address(lab, "voila.ipynb"))
    assert min(train_and_lasso(page)) > 100
    assert_kept_to_itself(page)


def test_marimo(visit, tmp_path):
    server = Marimo(tmp_path / "app.py", f"{VIEWER}\n{DOCKED}\nviewer")
    try:
        page = visit(server.url, server.url)
        assert min(train_and_lasso(page)) > 100
        assert_kept_to_itself(page)
        alert = page.locator("[data-area=right]").get_by_role("alert")
        alert.filter(has_text="this notebook can show anywidgets only, no ipywidgets").wait_for()
    finally:
        server.stop()


@pytest.fixture
def without_subshells(lab):
    """Widgets' messages wait for the running cell, as in VS Code, Colab and before ipykernel 7."""
    kernels = "@jupyterlab/apputils-extension:kernels-settings"
    lab.set(kernels, commsOverSubshells="disabled")
    yield
    lab.set(kernels, commsOverSubshells="perCommTarget")


def test_without_subshells_a_wish_waits_says_so_and_counts(
    without_subshells, open_notebook, lab, poll
):
    notebook = open_notebook(
        *(SMALL, BUSY.format(until="go"), TAKEN, BUSY.format(until="go_on")),
        size=(1280, 1100),
        own_page=True,
    )
    page = notebook.page

    def said(panel, text):
        return page.get_by_test_id(f"{panel}-said").filter(has_text=text)

    notebook.run(0)
    page.wait_for_selector("canvas[data-drawn='400']", timeout=60_000)

    # a lasso and a training, both while a cell runs
    notebook.start(1)
    page.get_by_test_id("lasso").click()
    surface = page.locator("[data-view]")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    lasso(page, box, circle(box["width"] / 2, box["height"] / 2, 100))
    busy = "The kernel is busy with a cell"
    said("embedding", f"{busy}; this takes effect when that ends.").wait_for()
    page.get_by_test_id("train").click()
    said("training", f"{busy}; training starts when it ends.").wait_for()
    assert notebook.is_busy(1)
    (lab.root / "go").touch()
    notebook.wait(1)
    state = poll(
        lambda: notebook.json(2),
        lambda s: s["training"] == "running" and s["epochs"],
        timeout=120,  # the kernel imports torch first
    )
    assert state["selected"] > 10
    assert state["happened"][0] == "ended"  # nothing got through before: there were no subshells
    said("embedding", "The kernel is busy").wait_for(state="detached")

    # training goes on beside a cell, and a stop waits for it
    notebook.start(3)
    page.get_by_test_id("stop").click()
    said("training", "The kernel is busy with a cell; training stops when it ends.").wait_for()
    assert notebook.is_busy(3)
    (lab.root / "go_on").touch()
    notebook.wait(3)
    said("training", "Stopped by you after").wait_for()
    assert notebook.json(2)["epochs"] >= state["epochs"]
