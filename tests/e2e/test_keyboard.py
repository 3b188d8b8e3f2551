"""The main job without a mouse, in a real JupyterLab: the focus is never lost, and always seen."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

VIEWER = """import dataclasses, json
import peakvi_widgets as pv
viewer = pv.Viewer()
session = viewer.session
session.plan = dataclasses.replace(session.plan, max_epochs=4000, early_stopping=False)
viewer"""
STATE = """with session.lock:
    print(json.dumps({
        "cells": session.n_cells, "regions": session.n_regions, "filter": session.filter_settings
        is not None, "training": session.training, "epochs": len(session.history),
        "embedding": session.embedding_state, "selected": len(session.selection),
        "n1": len(session.idx1), "n2": len(session.idx2), "da": session.da_state,
        "undo": session.undo_label,
    }))"""
WHERE = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    return {
        id: at.dataset.testid ?? at.className, tag: at.tagName,
        inside: at.closest(".pv-viewer") !== null,
        seen: at.checkVisibility() && box.width > 0 && box.height > 0,
        off: at.matches(":disabled") || at.closest("[inert]") !== null,
        ring: at.matches(":focus-visible"),
        outline: style.outlineStyle === "none" ? "" : style.outlineWidth,
        text: at.innerText?.slice(0, 40),
    };
}"""
# Where Tab should go: 1 when the wanted control comes later on the page, 0 when it is here.
WAY = """(selector) => {
    const wanted = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
    const at = document.activeElement;
    if (!wanted) return null;
    if (at === wanted) return 0;
    return at.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1;
}"""
# What a screen reader would say: every change of a live region that is not switched off.
LISTEN = """() => {
    window.spoken = [];
    const live = "[role=status], [role=alert], [aria-live=polite], output";
    new MutationObserver((changes) => {
        const regions = new Set();
        for (const { target, addedNodes, type } of changes) {
            if (type === "childList" && addedNodes.length === 0) continue;  // it only went away
            const at = target instanceof Element ? target : target.parentElement;
            const off = at?.closest("[aria-live=off]");
            const region = at?.closest(live);
            if (region && !(off && region.contains(off)) && region.checkVisibility())
                regions.add(region);
        }
        for (const region of regions) {
            const text = region.textContent.trim();
            if (text) window.spoken.push([region.dataset.testid ?? region.className, text]);
        }
    }).observe(document.querySelector(".pv-viewer"),
        { subtree: true, childList: true, characterData: true });
}"""


class Hands:
    """Somebody who has a keyboard only."""

    def __init__(self, notebook, poll):
        self.notebook, self.page, self.poll = notebook, notebook.page, poll
        self.lost = []

    def where(self):
        return self.page.evaluate(WHERE)

    def check(self, after):
        """The focus is on something that is there, inside the viewer."""
        self.page.wait_for_timeout(60)  # a few frames: the browser takes a lost focus away late
        at = self.where()
        if not (at["inside"] and at["seen"] and not at["off"]):
            self.lost.append((after, at))

    def go(self, selector):
        """Reach a control by Tab, forwards or back."""
        for _ in range(160):
            way = self.page.evaluate(WAY, selector)
            if way == 0:
                return self.check(f"going to {selector}")
            assert way is not None, f"{selector} is not there"
            self.page.keyboard.press("Tab" if way > 0 else "Shift+Tab")
        raise AssertionError(f"{selector} is out of reach; the focus is on {self.where()}")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.check(" ".join(keys))

    def until(self, is_right, after, timeout=60):
        """Wait for the kernel; it is asked beside, for a cell that runs would take the focus."""
        found = self.poll(self.state, is_right, timeout=timeout)
        self.check(after)
        return found

    def state(self):
        return self.page.evaluate(
            """async () => {
                const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
                const asked = kernel.requestExecute({ code: window.stateCode, silent: false });
                let text = "";
                asked.onIOPub = ({ content }) => { text += content.text ?? ""; };
                await asked.done;
                return JSON.parse(text);
            }"""
        )


@pytest.fixture
def hands(open_notebook, poll):
    def open_(**how):
        notebook = open_notebook(VIEWER, size=(1280, 1100), **how)
        notebook.run(0)
        page = notebook.page
        page.get_by_test_id("viewer").wait_for()
        page.get_by_test_id("open").wait_for()
        page.evaluate("code => { window.stateCode = code; }", STATE)
        page.get_by_test_id("viewer").evaluate("el => el.scrollIntoView({ block: 'start' })")
        page.keyboard.press("Escape")
        page.get_by_test_id("viewer").focus()  # where Tab from the cell would lead
        return Hands(notebook, poll)

    return open_


def test_whole_path_by_keyboard(hands):
    me = hands()
    page, at = me.page, me.page.get_by_test_id
    page.evaluate(LISTEN)

    # open a data set
    me.go("[data-testid^=open-from-]:is([aria-checked=true])")
    me.press("End")
    me.go("[data-testid=dataset-simulated]")
    me.press("Enter")
    me.until(lambda s: s["cells"] > 0, "opening", timeout=120)

    # filter
    me.go("[data-testid=min-cells]")
    me.press("Control+a")
    page.keyboard.type("12")
    me.go("[data-testid=apply-filter]")
    me.press("Enter")
    me.until(lambda s: s["filter"], "filtering")
    me.press("Control+z")
    me.until(lambda s: not s["filter"], "undoing the filter")
    me.press("Control+Shift+z")
    me.until(lambda s: s["filter"], "redoing the filter")

    # train, hold, go on, stop
    me.go("[data-testid=train]")
    me.press("Enter")
    me.until(lambda s: s["training"] == "running" and s["epochs"] > 0, "training", timeout=120)
    before = len(page.evaluate("window.spoken"))
    me.until(lambda s: s["epochs"] > 6, "some epochs", timeout=120)
    assert page.evaluate("window.spoken")[before:] == []  # a reader is left in peace meanwhile
    me.go("[data-testid=pause]")
    me.press("Enter")
    me.until(lambda s: s["training"] == "paused", "pausing")
    me.press("Enter")
    me.until(lambda s: s["training"] == "running", "going on")
    me.go("[data-testid=stop]")
    me.press("Enter")
    me.until(lambda s: s["training"] == "trained", "stopping")
    me.until(lambda s: s["embedding"] == "current", "embedding", timeout=240)

    # the cells of a category by the legend; then one by the cursor, and its neighbors, which leave
    # the category's group where they were in it
    me.go("[data-testid=color-by]")
    page.get_by_test_id("color-by").select_option("cell_type")
    me.check("colouring")
    page.locator("[data-testid=legend] [data-code]").first.wait_for()
    me.go("[data-testid=legend] [data-code] button, [data-testid=legend] button[data-code]")
    me.press("Enter")
    me.until(lambda s: s["selected"] > 100, "choosing a category")
    me.go("[data-testid=make-group-1]")
    me.press("Enter")
    me.until(lambda s: s["n1"] > 100, "making group 1")
    me.press("c")
    assert "pv-surface" in me.where()["id"]
    me.press("ArrowRight", "Enter")
    me.until(lambda s: s["selected"] == 1, "taking a cell")
    me.press("k")
    me.until(lambda s: s["selected"] > 5, "growing")
    me.press("2")
    me.until(lambda s: s["n2"] > 5, "making group 2")

    # what is undone until there is nothing more to undo
    me.go("[data-testid=swap]")
    me.press("Enter")
    me.until(lambda s: s["undo"] == "swapped groups", "swapping")
    me.go("[data-testid=clear-groups]")
    me.press("Enter")
    me.until(lambda s: s["n1"] == 0, "clearing")
    me.press("Control+z")
    me.until(lambda s: s["n1"] > 0, "undoing")

    # compare, sort, filter
    me.until(lambda s: s["da"] == "final", "comparing", timeout=180)
    me.go("[data-testid=da-grid] [data-key=est_prob1] button")
    me.press("Enter")
    head = page.locator("[data-testid=da-grid] [role=columnheader][data-key=est_prob1]")
    expect(head).to_have_attribute("aria-sort", re.compile("ascending|descending"))
    me.go("[data-testid=da-grid] [data-key=region] button")
    me.press("Shift+Enter")  # the notebook would run the cell
    second = page.locator("[data-testid=da-grid] [role=columnheader][data-key=region] button")
    expect(second).to_have_attribute("aria-description", "key 2 of 2, ascending")
    me.go("[data-testid=da-grid] [role=columnheader][data-key=effect_size] input")
    page.keyboard.type("> 0.01")
    page.locator("[data-testid=da-shown]", has_text=" of ").wait_for()
    me.check("filtering the grid")
    me.go("[data-testid=da-grid]")
    me.press("ArrowDown", "ArrowDown", "Enter")

    # a menu does a command, and what cannot be done stays in sight
    me.go("[data-testid=menu]")
    me.press("Enter")
    assert me.where()["id"] == "menu-file"
    me.press("c")
    assert me.where()["id"] == "menu-compare"
    me.press("ArrowRight")
    assert me.where()["id"] == "menu-make_group_1"
    me.press("s")
    before = me.state()
    me.press("Enter")
    me.until(lambda s: s["n1"] == before["n2"], "swapping by the menu")
    assert me.where()["id"] == "menu"

    # the palette gives the focus back
    held = me.where()["id"]
    me.press("/")
    page.keyboard.type("fit")
    me.press("Escape")
    assert me.where()["id"] == held

    # the code
    me.go("[data-testid=tab-differential]")
    me.press("End")
    expect(at("tab-code")).to_have_attribute("aria-selected", "true")
    me.go("[data-testid=copy]")
    me.press("Enter")
    page.get_by_text(re.compile("^copied|selected: press")).wait_for()
    me.check("copying")

    assert me.lost == []
    spoken = page.evaluate("window.spoken")
    assert any("Stopped by you" in text for _, text in spoken)
    # how far something is, is not read: only that it began, and how it ended
    assert [text for region, text in spoken if region == "da-state" and "%" in text] == []
    assert ["da-state", "final, 5,000 draws a group"] in spoken
    assert len(spoken) < 100, spoken  # progress that is read would make hundreds


def contrast_of_ring(page):
    """The ring of what has the focus, and how far its colour is from what lies behind it."""
    return page.evaluate(
        """() => {
            const at = document.activeElement;
            // the ring of a histogram's handle is round its middle
            const part = at.matches(".pv-handle") ? "::after" : null;
            const style = getComputedStyle(at, part);
            const { outlineStyle, outlineWidth, outlineColor, boxShadow } = style;
            const light = (color) => {
                const [r, g, b] = color.match(/[\\d.]+/g).map((v) => {
                    const s = Number(v) / 255;
                    return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            let back = at.parentElement;
            const clear = (el) => /, 0\\)$/.test(getComputedStyle(el).backgroundColor);
            while (back.parentElement && clear(back)) back = back.parentElement;
            const ring = outlineStyle !== "none" ? outlineColor
                : (boxShadow.match(/rgba?\\([^)]*\\)/) ?? [""])[0];
            if (!ring) return { id: at.dataset.testid ?? at.className, width: 0, contrast: 0 };
            const both = [light(ring), light(getComputedStyle(back).backgroundColor)];
            const [low, high] = both.sort((a, b) => a - b);
            return { id: at.dataset.testid ?? at.className, width: parseFloat(outlineWidth),
                contrast: (high + 0.05) / (low + 0.05) };
        }"""
    )


OPENED = """viewer.session.open("simulated")
viewer.session.wait()"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ring_is_seen_on_everything_that_tab_reaches(open_notebook, theme):
    notebook = open_notebook(VIEWER, OPENED, theme=theme, size=(1280, 1100))
    notebook.run(0)
    notebook.run(1, timeout=120)
    page = notebook.page
    page.get_by_test_id("apply-filter").wait_for()
    page.get_by_test_id("viewer").focus()
    found = {}
    for _ in range(150):
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement.closest('.pv-viewer') !== null"):
            break
        ring = contrast_of_ring(page)
        found[ring["id"]] = ring
    assert len(found) > 30
    # an edge of a dock is a bar in the ring's colour itself
    poor = [r for r in found.values() if r["contrast"] < 3 and not r["id"].startswith("edge-")]
    assert poor == []


def test_nothing_moves_for_who_asked_for_that(open_notebook):
    notebook = open_notebook(VIEWER, OPENED, reduced_motion="reduce")
    notebook.run(0)
    page = notebook.page
    page.get_by_test_id("viewer").wait_for()
    moving = """() => [...document.querySelectorAll(".pv, .pv *")].flatMap((el) =>
        [null, "::before", "::after"].flatMap((part) => {
            const style = getComputedStyle(el, part);
            const { transitionDuration, animationName, scrollBehavior } = style;
            const still = /^(0s(, )?)*$/.test(transitionDuration) && animationName === "none"
                && scrollBehavior !== "smooth";
            return still ? [] : [`${el.className} ${part ?? ""}`];
        }))"""
    assert page.evaluate(moving) == []
    notebook.run(1, timeout=120)
    page.get_by_test_id("apply-filter").wait_for()
    assert page.evaluate(moving) == []
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) != []  # or nothing was looked at
