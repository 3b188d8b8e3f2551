"""Selecting by brush, by what is drawn twice, by neighbors, and without a mouse, in a real Lab."""

import numpy as np
import pytest
from playwright.sync_api import expect

from peakvi_widgets.session.cell_sets import brushed
from tests.e2e.lab import circle, lasso
from tests.e2e.picture import Picture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_mouse_paints_intersects_inverts_grows_and_shows_another_embedding(open_notebook, poll):
    seen = Picture(open_notebook)
    page, at = seen.page, seen.page.get_by_test_id

    # paint with a larger brush: the selection is what the stroke touched, by Python's own count
    at("brush").click()
    seen.press("]", "]", "]")
    seen.drag((6, -1), (8, 0), (6.5, 1.5))
    painted = poll(seen.state, lambda s: s["selection"])
    ((path, radius, _),) = painted["lines"]
    touched = brushed(seen.places(), np.reshape(path, (-1, 2)), radius)
    assert painted["selection"] == np.flatnonzero(touched).tolist()
    assert len(painted["selection"]) > 50
    assert "session.brush([(" in painted["code"]
    seen.photograph("brush")

    # of these, only what a lasso with Shift and Alt holds stays
    seen.press("l")
    page.keyboard.down("Shift")
    page.keyboard.down("Alt")
    lasso(page, seen.box(), circle(*seen.pixel(8, 0), 40))
    page.keyboard.up("Alt")
    page.keyboard.up("Shift")
    kept = poll(seen.state, lambda s: s["selection"] != painted["selection"])
    assert 0 < len(kept["selection"]) < len(painted["selection"])
    assert set(kept["selection"]) < set(painted["selection"])
    assert "mode='intersect'" in kept["code"]

    # the neighbors of these, then all others, then back
    seen.press("[", "k")
    grown = poll(seen.state, lambda s: len(s["selection"]) > len(kept["selection"]))
    assert set(kept["selection"]) < set(grown["selection"])
    assert "session.grow_selection(k=10)" in grown["code"]
    at("invert-selection").click()
    others = poll(seen.state, lambda s: len(s["selection"]) == 1500 - len(grown["selection"]))
    assert not set(others["selection"]) & set(grown["selection"])
    seen.press("ControlOrMeta+z")
    poll(seen.state, lambda s: s["selection"] == grown["selection"])
    seen.photograph("grown")

    # in another embedding the group stays, and a line that was drawn elsewhere is not shown
    seen.press("ControlOrMeta+z")
    poll(seen.state, lambda s: s["selection"] == kept["selection"])
    seen.press("1")
    poll(seen.state, lambda s: s["idx1"] == kept["selection"])
    bands = page.locator(".pv-outlines .pv-brushed[data-outline=group1] > path")
    expect(bands).to_have_count(1)
    at("basis").select_option("X_pca")
    at("dimension-2").select_option(label="5")
    other = poll(seen.state, lambda s: s["dimensions"] == [0, 4])
    assert (other["basis"], other["idx1"]) == ("X_pca", kept["selection"])
    bands.wait_for(state="detached")
    at("rectangle").click()
    seen.drag((-1, 1), (0.5, -1))
    drawn = poll(seen.state, lambda s: s["selection"])
    assert drawn["lines"][-1][2] == "X_pca"
    places = seen.places()
    x, y = places.T
    (left, low), (right, high) = np.reshape(drawn["lines"][-1][0], (-1, 2))[[0, 2]]
    (left, right), (low, high) = sorted((left, right)), sorted((low, high))
    inside = np.flatnonzero((x > left) & (x < right) & (y > low) & (y < high))
    assert drawn["selection"] == inside.tolist()
    seen.photograph("basis")

    # the card of a cell says what it is
    cell, names = int(inside[0]), seen.names()
    px, py = seen.pixel(*places[cell])
    page.mouse.move(seen.box()["x"] + px, seen.box()["y"] + py)
    card = at("cell-card")
    card.get_by_text("open regions").wait_for()
    assert card.locator("b").inner_text() in names
    seen.photograph("card")

    # the cells get a name, and so do all others by a query; one becomes group 1, one is removed
    at("name-selection").click()
    at("group-name").fill("drawn")
    at("group-name-set").click()
    poll(seen.state, lambda s: s["named"] == {"drawn": len(inside)})
    at("group-name").fill("the others")
    at("group-query").fill("~drawn")
    at("group-name-set").click()
    named = {"drawn": len(inside), "the others": 1500 - len(inside)}
    poll(seen.state, lambda s: s["named"] == named)
    page.locator("[data-name='the others'] [data-part='1']").click()
    poll(seen.state, lambda s: len(s["idx1"]) == named["the others"])
    page.locator("[data-name='the others'] [data-part=name]").click()
    poll(seen.state, lambda s: len(s["selection"]) == named["the others"])
    page.locator("[data-name=drawn] [data-part=remove]").click()
    poll(seen.state, lambda s: list(s["named"]) == ["the others"])
    seen.photograph("named")


def test_group_without_a_mouse(open_notebook, poll):
    seen = Picture(open_notebook)
    page, at, names = seen.page, seen.page.get_by_test_id, seen.names()
    # into the panel by Tab alone: the tools first, then the picture
    page.evaluate("document.querySelector('[data-testid=embedding-panel]').focus()")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('pv-surface')"):
            break
    assert page.evaluate("document.activeElement.classList.contains('pv-surface')")
    page.keyboard.press("c")
    page.keyboard.press("ArrowRight")
    read_aloud = at("screen-reader-text")
    poll(read_aloud.inner_text, lambda text: "cell " in text and "0 selected in all" in text)
    page.keyboard.press("Enter")
    (first,) = poll(seen.state, lambda s: len(s["selection"]) == 1)["selection"]
    seen.press(*["Shift+ArrowRight"] * 4)
    walked = poll(seen.state, lambda s: len(s["selection"]) == 5)
    assert first in walked["selection"]
    assert walked["code"].count("session.select(") == 2  # one step, one way
    poll(read_aloud.inner_text, lambda text: "5 selected in all" in text)
    poll(read_aloud.inner_text, lambda text: any(f"cell {name}," in text for name in names))
    seen.press("]", "k")
    grown = poll(seen.state, lambda s: len(s["selection"]) > 5)
    assert "session.grow_selection(k=20)" in grown["code"]
    seen.photograph("keyboard")
    seen.press("1")
    made = poll(seen.state, lambda s: s["idx1"])
    assert made["idx1"] == grown["selection"]

    # and a category of the legend
    entry = page.locator("[data-testid=legend] button").first
    entry.focus()
    page.keyboard.press("Enter")
    chosen = poll(seen.state, lambda s: s["selection"])
    assert "session.select_category(" in chosen["code"]

    # it gets a name, becomes group 2, is renamed and removed, and is there again after undo
    seen.press("n")
    page.keyboard.type("first kind")
    page.keyboard.press("Enter")
    poll(seen.state, lambda s: s["named"] == {"first kind": len(chosen["selection"])})
    name = page.locator("[data-part=name]")
    name.press("2")
    poll(seen.state, lambda s: s["idx2"] == chosen["selection"])
    name.press("F2")
    page.keyboard.type("kind")
    page.keyboard.press("Enter")
    poll(seen.state, lambda s: list(s["named"]) == ["kind"])
    name.press("Delete")
    poll(seen.state, lambda s: s["named"] == {})
    seen.press("ControlOrMeta+z")
    poll(seen.state, lambda s: list(s["named"]) == ["kind"])
