"""Lines, modes, the legend and the card by mouse in a real Lab, each against Python's own count."""

import numpy as np
import pytest
from matplotlib.path import Path as MplPath
from playwright.sync_api import expect
from scipy.spatial import cKDTree

from tests.e2e.lab import circle, lasso
from tests.e2e.picture import Picture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CLOUDS = [(8 * np.cos(a), 8 * np.sin(a)) for a in 2 * np.pi / 5 * np.arange(5)]
COVERED = """([left, top, width, height]) => {
    const canvas = document.querySelector(".pv-scatter > canvas");
    const ratio = canvas.width / canvas.clientWidth;
    const { data } = canvas.getContext("2d").getImageData(
        left * ratio, top * ratio, width * ratio, height * ratio);
    let sum = 0;
    for (let i = 3; i < data.length; i += 4) sum += data[i];
    return sum / 255;
}"""


@pytest.fixture
def seen(open_notebook):
    return Picture(open_notebook)


def inside(places, corners):
    return set(np.flatnonzero(MplPath(corners).contains_points(places)).tolist())


def square(x, y, half):
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


def test_modes_by_button_and_by_key(seen, poll):
    page, at, places = seen.page, seen.page.get_by_test_id, seen.places()
    mode = page.locator("[data-testid=mode] [aria-checked=true]")

    def selection(before):
        return set(poll(seen.state, lambda s: s["selection"] != before)["selection"])

    def round_a_cloud(cloud):
        lasso(page, seen.box(), circle(*seen.pixel(*CLOUDS[cloud]), 45))

    def line():
        return np.reshape(seen.state()["lines"][-1][0], (-1, 2))

    at("lasso").click()
    expect(mode).to_have_text("New")
    round_a_cloud(0)
    first = selection([])
    assert first == inside(places, line())
    at("mode-add").click()
    round_a_cloud(3)
    both = selection(sorted(first))
    assert both == first | inside(places, line())
    assert len(both) > len(first) > 50

    # Alt takes away whatever the button says, and the button of what it does is lit meanwhile
    at("rectangle").click()
    page.keyboard.down("Alt")
    x, y = CLOUDS[3]
    box, begin, end = seen.box(), seen.pixel(x, y + 4), seen.pixel(x + 4, y - 4)
    page.mouse.move(box["x"] + begin[0], box["y"] + begin[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=6)
    expect(mode).to_have_text("Subtract")
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(mode).to_have_text("Add")
    fewer = selection(sorted(both))
    right_half = inside(places, [(x, y - 4), (x + 4, y - 4), (x + 4, y + 4), (x, y + 4)])
    assert len(fewer ^ (both - right_half)) <= 4  # a pixel is a pixel
    assert len(first) < len(fewer) < len(both)

    at("mode-intersect").click()
    seen.drag((4, -4), (12, 4))
    assert selection(sorted(fewer)) == fewer & inside(places, square(8, 0, 4)) == first

    # Shift adds; New forgets what was before
    at("mode-new").click()
    page.keyboard.down("Shift")
    seen.drag((CLOUDS[2][0] - 2, CLOUDS[2][1] - 2), (CLOUDS[2][0] + 2, CLOUDS[2][1] + 2))
    page.keyboard.up("Shift")
    more = selection(sorted(first))
    assert more == first | inside(places, line())
    seen.drag((CLOUDS[2][0] - 2, CLOUDS[2][1] - 2), (CLOUDS[2][0] + 2, CLOUDS[2][1] + 2))
    assert selection(sorted(more)) == more - first


def test_polygon_ends_at_its_first_corner_by_enter_and_by_double_click(seen, poll):
    page, places = seen.page, seen.places()
    seen.press("g")
    expect(page.get_by_test_id("polygon")).to_have_attribute("aria-pressed", "true")
    before = []
    for cloud, end in enumerate(["first corner", "Enter", "double click"]):
        corners = square(*CLOUDS[cloud], 2.5)
        box = seen.box()
        pixels = [seen.pixel(*corner) for corner in corners]
        for x, y in pixels:
            page.mouse.move(box["x"] + x, box["y"] + y, steps=3)
            page.mouse.click(box["x"] + x, box["y"] + y)
        x, y = pixels[0 if end == "first corner" else -1]
        if end == "first corner":
            page.mouse.click(box["x"] + x + 1, box["y"] + y - 1)
        elif end == "Enter":
            page.keyboard.press("Enter")
        else:
            page.mouse.dblclick(box["x"] + x, box["y"] + y)
        now = poll(seen.state, lambda s, old=before: s["selection"] != old)
        drawn = np.reshape(now["lines"][-1][0], (-1, 2))
        assert len(drawn) == 4, end
        np.testing.assert_allclose(drawn, corners, atol=0.1)
        assert set(now["selection"]) == inside(places, drawn)
        before = now["selection"]
    # a corner is taken back, and all of them are given up
    for x, y in pixels:
        page.mouse.click(box["x"] + x, box["y"] + y - 100)
    page.keyboard.press("Escape")
    assert seen.state()["selection"] == before


def test_picture_is_moved_and_fits_again(seen, poll):
    page, at = seen.page, seen.page.get_by_test_id

    def view():
        return seen.el.evaluate("element => JSON.parse(element.dataset.view)")

    whole, box = view(), seen.box()
    per_pixel = (whole[2] - whole[0]) / box["width"]
    at("pan").click()
    seen.drag((0, 0), (3, 2))
    moved = poll(view, lambda now: now != whole)
    assert np.subtract(moved, whole) == pytest.approx([-3, -2, -3, -2], abs=2 * per_pixel)
    page.mouse.wheel(0, -240)
    closer = poll(view, lambda now: now[2] - now[0] < 0.9 * (whole[2] - whole[0]))
    assert closer[2] - closer[0] > 0
    at("fit").click()
    assert poll(view, lambda now: now == pytest.approx(whole, abs=per_pixel))
    assert seen.state()["selection"] == []


def test_legend_counts_selects_fades_and_searches(seen, poll):
    page, at = seen.page, seen.page.get_by_test_id
    legend = at("legend")
    at("color-by").select_option("cell_type")
    kinds = np.array(seen.notebook.json(2)[2])
    expect(legend.locator("[data-code]")).to_have_count(5)
    for code, name in enumerate(sorted(set(kinds))):
        entry = legend.locator(f"[data-code='{code}']")
        expect(entry).to_have_text(f"{name}{(kinds == name).sum()}")

    # what is pointed at stays, the others fade
    centres = {name: seen.places()[kinds == name].mean(axis=0) for name in sorted(set(kinds))}
    (one, here), (_, there) = list(centres.items())[:2]
    windows = [[x - 25, y - 25, 50, 50] for x, y in (seen.pixel(*place) for place in (here, there))]

    def covered():
        return [page.evaluate(COVERED, window) for window in windows]

    def have_faded(now):
        return now[0] == pytest.approx(before[0], rel=0.1) and now[1] < 0.6 * before[1]

    page.mouse.move(5, 5)
    before = poll(covered, lambda now: min(now) > 50)
    legend.locator("[data-code='0']").hover()
    poll(covered, have_faded)
    seen.photograph("legend")
    legend.locator("[data-code='0']").hover()
    page.mouse.move(5, 5)
    poll(covered, lambda now: now == pytest.approx(before, rel=0.1))

    # a click selects exactly that category
    legend.locator("[data-code='0']").click()
    chosen = poll(seen.state, lambda s: s["selection"])
    assert chosen["selection"] == np.flatnonzero(kinds == one).tolist()

    # many categories are searched
    at("color-by").select_option("fine")
    expect(legend.locator("[data-code]")).to_have_count(15)
    legend.get_by_label("Search the legend").fill("KIND 14")
    expect(legend.locator("[data-code]:visible")).to_have_count(1)
    legend.locator("[data-code]:visible").click()
    poll(seen.state, lambda s: s["selection"] == list(range(14, 1500, 15)))
    legend.get_by_label("Search the legend").fill("no such")
    expect(legend).to_contain_text("No category of that name.")


def test_card_is_that_of_the_cell_under_the_pointer(seen, poll):
    page, at = seen.page, seen.page.get_by_test_id
    at("color-by").select_option("cell_type")
    places, names, kinds, counts, regions = seen.notebook.json(2)
    alone = cKDTree(places).query(places, k=2)[0][:, 1]
    for cell in np.argsort(-alone)[:2]:
        x, y = seen.pixel(*places[cell])
        box = seen.box()
        page.mouse.move(box["x"] + 3, box["y"] + box["height"] - 3)
        page.mouse.move(box["x"] + x, box["y"] + y, steps=3)
        card = at("cell-card")
        expect(card.locator("b")).to_have_text(names[cell])
        expect(card).to_contain_text(kinds[cell])
        expect(card).to_contain_text(f"{counts[cell]:,} counts, {regions[cell]:,} open regions")
        assert "group 1" not in card.inner_text()
    cell = int(np.argsort(-alone)[0])
    at("color-by").select_option("fine")
    page.locator("[data-testid=legend] [data-code]", has_text=f"kind {cell % 15}").first.click()
    seen.press("1")

    def card_now():
        x, y = seen.pixel(*places[cell])
        box = seen.box()  # the group's sentences may have moved it
        page.mouse.move(box["x"] + 3, box["y"] + box["height"] - 3)
        page.mouse.move(box["x"] + x, box["y"] + y, steps=3)
        return at("cell-card").inner_text()

    poll(card_now, lambda text: "group 1" in text)
