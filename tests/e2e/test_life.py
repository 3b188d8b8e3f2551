"""A viewer's life: shown twice, loaded anew, its cell run again, its kernel busy and gone."""

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import lasso
from tests.e2e.states import States

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

VIEWER = """import json, os, threading, time
import comm
import numpy as np
import peakvi_widgets as pv
adata = pv.datasets.simulate(400, 300, n_types=3, seed=1)
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
viewer = pv.Viewer(adata)
session = viewer.session
session.train(max_epochs=2)
session.wait()
viewer"""
AGAIN = "viewer"
STATE = """print(json.dumps({
    "groups": [len(session.idx1), len(session.idx2)], "da_state": session.da_state,
    "pid": os.getpid(), "superseded": viewer.superseded, "left": viewer.window.layout.left,
}))"""
LEFT = """for thread in threading.enumerate():
    if thread.name.startswith("peakvi"):
        thread.join(150)
print(json.dumps({
    "comms": len(comm.get_comm_manager().comms),
    "threads": sorted(t.name for t in threading.enumerate() if t.name.startswith("peakvi")),
}))"""
BUSY = """from pathlib import Path
while not Path("busy no more").exists():
    time.sleep(0.05)"""


def shown(open_notebook, *cells, **page):
    notebook = open_notebook(VIEWER, STATE, *cells, **page)
    notebook.run(0, timeout=120)
    notebook.page.locator("canvas[data-drawn='400']").first.wait_for(timeout=60_000)
    return notebook


def sizes(page, number):
    """Return the size of a group as each display tells it."""
    texts = page.locator(f"[data-testid=group-{number}-count]").all_inner_texts()
    return [int(text.replace(",", "")) for text in texts]


def group(page, number, left, right):
    """Lasso a part of the first picture, and make it a group."""
    page.get_by_test_id("lasso").first.click()
    surface = page.locator("[data-view]").first
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    low, high = 100, box["height"] - 60  # below the tools and what may stand there
    corners = [(left, low), (right, low), (right, high), (left, high)]
    lasso(page, box, [(x * box["width"], y) for x, y in corners])
    page.locator(".pv-surface").first.focus()  # a cell that ran took the focus away
    page.keyboard.press(str(number))


def group_made(page, number, left, right, poll):
    """Make a group as `group` does, once more where Lab moved the picture under the line."""
    for is_last in (False, False, True):
        group(page, number, left, right)
        try:
            return poll(lambda: sizes(page, number), lambda n: n[0] > 10 and len({*n}) == 1)
        except AssertionError:
            if is_last:
                raise
    return None


def tables(page):
    """Return what each display says of its table."""
    rows = page.locator("[data-testid=da-shown]").all_inner_texts()
    return list(zip(rows, page.locator("[data-testid=da-state]").all_inner_texts(), strict=True))


@pytest.fixture
def twice(open_notebook, poll):
    """A viewer that is displayed in two cells."""
    notebook = shown(open_notebook, AGAIN, size=(1280, 1900))
    notebook.run(2)
    drawn = notebook.page.locator("canvas[data-drawn='400']")
    poll(drawn.count, lambda n: n == 2, timeout=60)
    return notebook


def test_two_displays_stay_in_step(twice, poll):
    page = twice.page
    one = group_made(page, 1, 0.05, 0.48, poll)
    two = group_made(page, 2, 0.52, 0.95, poll)
    assert twice.json(1)["groups"] == [one[0], two[0]]
    final = re.compile("^final")
    seen = poll(lambda: tables(page), lambda t: all(final.match(s) for _, s in t), timeout=90)
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert re.search(r"\d", seen[0][0])

    # colours, layers and what is selected, set in one and seen in the other
    page.get_by_test_id("color-by").first.select_option("cell_type")
    expect(page.get_by_test_id("color-by").last).to_have_value("cell_type")
    expect(page.get_by_test_id("legend").last.locator("[data-code]")).to_have_count(3)
    eyes = page.get_by_role("button", name="Show cells", exact=True)
    eyes.last.click()
    expect(eyes.first).to_have_attribute("aria-pressed", "false")
    page.get_by_test_id("legend").first.locator("[data-code]").first.click()
    expect(page.get_by_test_id("make-group-1").last).to_be_enabled()


def test_a_reload_brings_both_displays_back(twice, poll):
    page = twice.page
    one = group_made(page, 1, 0.05, 0.48, poll)
    two = group_made(page, 2, 0.52, 0.95, poll)
    poll(lambda: twice.json(1)["da_state"], lambda state: state == "final", timeout=90)
    rows = [shown for shown, _ in tables(page)]
    page.get_by_test_id("tab-volcano").first.click()
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    twice.reload()
    drawn = page.locator("canvas[data-drawn='400']")
    poll(drawn.count, lambda n: n == 2, timeout=120)
    poll(lambda: (sizes(page, 1), sizes(page, 2)), lambda now: now == (one, two))
    for tab in page.get_by_test_id("tab-volcano").all():
        expect(tab).to_have_attribute("aria-selected", "true")
    page.get_by_test_id("tab-differential").first.click()
    poll(lambda: [shown for shown, _ in tables(page)], lambda again: again == rows)
    page.get_by_test_id("swap").first.click()  # and it goes on
    poll(lambda: (sizes(page, 1), sizes(page, 2)), lambda now: now == (two, one))


def test_a_cell_that_is_run_again_leaves_nothing_behind(open_notebook, poll):
    notebook = shown(open_notebook, AGAIN, LEFT)
    page = notebook.page
    once = notebook.json(3, timeout=180)
    assert once["threads"] == []
    page.get_by_test_id("tab-volcano").click()
    page.get_by_test_id("edge-left").press("ArrowRight")
    left = page.locator("[data-area=left]").bounding_box()["width"]
    poll(lambda: notebook.json(1)["left"], lambda kept: kept is not None)
    for _ in range(2):
        notebook.run(0, timeout=120)
    assert notebook.json(3, timeout=180) == once
    # but for how the window was left
    page.locator("canvas[data-drawn='400']").first.wait_for(timeout=60_000)
    expect(page.get_by_test_id("tab-volcano")).to_have_attribute("aria-selected", "true")
    assert page.locator("[data-area=left]").bounding_box()["width"] == pytest.approx(left, abs=1)

    # shown elsewhere, the old one says so there, until that cell is run again
    notebook.run(2)
    poll(lambda: page.locator(".pv-viewer").count(), lambda n: n == 2)
    notebook.run(0, timeout=120)
    states = States(notebook)
    states("banner", "was run again, as .*Run this cell to see the newer one")
    old = page.locator(".pv-viewer[data-frozen]")
    expect(old.locator("canvas[data-drawn='400']")).to_have_count(1)
    states.photograph("superseded", ".pv-viewer[data-frozen]")
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    notebook.reload()
    page.locator(".pv-banner", has_text="was run again").wait_for(timeout=60_000)
    notebook.run(2)
    poll(lambda: page.locator(".pv-viewer").count(), lambda n: n == 2)
    expect(page.locator(".pv-banner:visible")).to_have_count(0)
    # what the page showed before its reload may be closed a moment later
    poll(lambda: notebook.json(3, timeout=180), lambda left: left == once)


@pytest.mark.parametrize("way", ["killed", "restarted", "restarted elsewhere"])
def test_a_kernel_that_is_gone_is_said(open_notebook, lab, poll, way):
    notebook = shown(open_notebook, own_page=True)
    page, at, states = notebook.page, notebook.page.get_by_test_id, States(notebook)
    group_made(page, 1, 0.05, 0.48, poll)
    group_made(page, 2, 0.52, 0.95, poll)
    states("da-state", "^final", timeout=150)
    if way == "killed":
        os.kill(notebook.json(1)["pid"], signal.SIGKILL)
    elif way == "restarted":
        # its promise is not waited for: Lab may keep it open long after the kernel is there again
        page.evaluate(
            "void window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
        )
    else:
        (kernel,) = lab.ask("kernels")
        lab.ask(f"kernels/{kernel['id']}/restart", "POST")
        at("swap").click()  # nobody answers any more
    states("banner", "The kernel stopped", timeout=60)
    dialog = page.locator(".jp-Dialog-button.jp-mod-accept")
    if dialog.count():
        dialog.first.click()
    states("kernel-state", "kernel stopped")

    # it can be looked at: zoomed, hovered, sorted; what needs Python is grey, and is not sent
    surface = page.locator("[data-view]")
    before = surface.get_attribute("data-view")
    box = surface.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle, steps=3)  # the wheel is the picture's once the pointer has moved in it
    page.mouse.move(middle[0] + 5, middle[1])
    page.mouse.wheel(0, -300)
    poll(lambda: surface.get_attribute("data-view"), lambda view: view != before)
    rows = page.locator("[data-testid=da-row]:not([hidden])")
    by_probability = rows.all_inner_texts()
    page.locator("[role=columnheader][data-key=effect_size] button").first.click()
    poll(rows.all_inner_texts, lambda now: now != by_probability)
    opacity = "el => Number(getComputedStyle(el).opacity)"
    poll(lambda: at("swap").evaluate(opacity), lambda seen: seen < 0.6)
    assert at("groups-set").evaluate(opacity) < 0.6
    assert at("da-csv").evaluate(opacity) == 1
    for field in ("color-by", "preset", "layer-opacity", "open-path"):
        expect(at(field)).to_be_disabled()
    for field in page.locator("[data-testid=da-grid] input").all():
        expect(field).to_be_enabled()
    counts = sizes(page, 1)
    at("swap").click()
    at("tab-volcano").click()
    expect(at("tab-volcano")).to_have_attribute("aria-selected", "true")
    assert sizes(page, 1) == counts
    if way == "killed":
        states.photograph("gone")


def test_a_lost_connection_is_said_and_comes_back(open_notebook, poll):
    notebook = shown(open_notebook, own_page=True)
    page, at, states = notebook.page, notebook.page.get_by_test_id, States(notebook)
    (one,) = group_made(page, 1, 0.05, 0.48, poll)
    page.context.set_offline(True)
    page.evaluate(  # what is open stays so without a network: a new connection finds none
        """() => {
            const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
            kernel.reconnect().catch(() => {});
        }"""
    )
    states("banner", "^The connection to the kernel is lost; what you ask for waits for it.$")
    states("kernel-state", "^kernel unreachable$")
    dialog = page.locator(".jp-Dialog", has_text="Server Connection Error")  # Lab's own
    dialog.locator("input").check(timeout=60_000)  # not to be asked again
    dialog.get_by_role("button", name="Close").click()
    at("swap").click()
    said = page.locator(".pv-said[data-warn]")
    poll(said.count, lambda n: n == 1)
    expect(said).to_be_hidden()  # it tells of a busy kernel
    page.mouse.move(5, 5)
    states.photograph("lost", offline=True)
    assert sizes(page, 1) == [one]  # it waits
    page.context.set_offline(False)
    expect(at("banner")).to_be_hidden(timeout=90_000)
    states("kernel-state", "^kernel (idle|busy, and answers)$")
    poll(lambda: sizes(page, 2), lambda n: n == [one])
    assert notebook.json(1)["groups"] == [0, one]


@pytest.fixture
def without_subshells(lab):
    """Widgets' messages wait for the running cell, as in VS Code, Colab and before ipykernel 7."""
    kernels = "@jupyterlab/apputils-extension:kernels-settings"
    lab.set(kernels, commsOverSubshells="disabled")
    yield
    lab.set(kernels, commsOverSubshells="perCommTarget")


def test_a_busy_kernel_is_said_with_what_waits_for_it(without_subshells, open_notebook, lab):
    notebook = shown(open_notebook, BUSY, own_page=True)
    at, states = notebook.page.get_by_test_id, States(notebook)
    notebook.start(2)
    at("restart").click()
    at("restart").click()  # a second press means it
    group(notebook.page, 1, 0.05, 0.48)
    states("kernel-state", "^kernel busy: a cell is running; waiting: train, lasso, make group$")
    states.photograph("busy")
    (lab.root / "busy no more").touch()
    notebook.wait(2)
    states("kernel-state", "^kernel (idle|busy, and answers)$")
    states("training-said", "Finished")
