"""The painter in a real browser: what it draws, what it shares, and a context that is lost."""

import json

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CELLS = """import numpy as np
import pandas as pd
import peakvi_widgets as pv
n = {n}
cells = pv.datasets.simulate(n, 60, n_types=2, seed=1)
kinds = np.arange(n) % 3
middles = np.array([[-5, 5], [5, 5], [0, -5]])[kinds]
places = middles + np.random.default_rng(0).normal(size=(n, 2)) * 0.3
places[:3] = [[-8, -8], [8, 8], [8, -8]]  # the corners of the picture, one cell each
cells.obsm["X_umap"] = places.astype("float32")
cells.obs["cell_type"] = pd.Categorical.from_codes(kinds, ["left", "right", "low"])
session = pv.Session(cells)
session.wait()
session.color_by = "cell_type"
panel = pv.EmbeddingPanel(session)
panel"""
GROUP = "session.groups_by('cell_type', 'right', 'low')"
PIXELS = """places => {
    const canvas = document.querySelector(".pv-scatter > canvas");
    const { view } = canvas.parentElement.dataset;
    const [x0, y0, x1, y1] = JSON.parse(view);
    const context = canvas.getContext("2d");
    return places.map(([x, y]) => {
        const left = Math.round((x - x0) / (x1 - x0) * canvas.width);
        const top = Math.round((y1 - y) / (y1 - y0) * canvas.height);
        const { data } = context.getImageData(left - 4, top - 4, 8, 8);
        return Array.from({ length: 64 }, (_, i) => [...data.slice(4 * i, 4 * i + 4)]);
    });
}"""
PLACES = [[-5, 5], [5, 5], [0, -5], [0, 0]]
# each new WebGL context, and what the page listens to beyond its elements
COUNTING = """(() => {
    window.contexts = [];
    const own = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        const context = own.call(this, kind, ...more);
        if (kind === "webgl2" && context && !contexts.includes(context)) contexts.push(context);
        return context;
    };
})()"""
TOKEN = """name => {
    const style = getComputedStyle(document.querySelector(".pv-scatter"));
    return style.getPropertyValue(name).trim();
}"""


def has(pixels, color, tolerance=40):
    """Say whether one of the pixels is covered by a colour."""
    return any(
        alpha > 200 and all(abs(a - b) <= tolerance for a, b in zip(pixel, color, strict=True))
        for *pixel, alpha in pixels
    )


def is_drawn(places):
    """Say whether there is something at all places but the last."""
    return [any(alpha > 100 for *_, alpha in pixels) for pixels in places] == [True] * 3 + [False]


def middle(pixels):
    """Return the four in the middle of eight by eight."""
    return [pixels[8 * row + column] for row in (3, 4) for column in (3, 4)]


def channels(text):
    return [int(text[at : at + 2], 16) for at in (1, 3, 5)]


@pytest.mark.parametrize("n", [600, 60_000])
def test_groups_are_drawn_where_they_are_and_again_after_a_lost_context(open_notebook, poll, n):
    notebook = open_notebook(CELLS.format(n=n), GROUP)
    page = notebook.page
    page.evaluate(COUNTING)
    notebook.run(0)
    page.wait_for_selector(f"canvas[data-drawn='{n}']")

    def pixels():
        return page.evaluate(PIXELS, PLACES)

    poll(pixels, is_drawn, timeout=60)
    notebook.run(1)
    group1, group2 = (channels(page.evaluate(TOKEN, name)) for name in ("--pv-g1", "--pv-g2"))

    def is_grouped(places):
        return is_drawn(places) and has(places[1], group1) and has(places[2], group2)

    before = poll(pixels, is_grouped, timeout=60)
    assert not has(before[0], group1)
    assert not has(before[0], group2)
    if n < 1000:  # large enough to tell without the colours: group 1 is full, group 2 a ring
        full, ringed = (middle(one) for one in page.evaluate(PIXELS, [[8, 8], [8, -8]]))
        assert has(full, group1)
        assert not has(ringed, group2)
        assert has(page.evaluate(PIXELS, [[8, -8]])[0], group2)
    assert page.evaluate("contexts.length") == 1
    page.evaluate("contexts[0].getExtension('WEBGL_lose_context').loseContext()")
    assert is_grouped(pixels())  # the last picture stays
    page.wait_for_function("contexts.length === 2", timeout=30_000)
    page.locator(".pv-surface").focus()
    page.keyboard.press("+")  # the old picture does not show what stands elsewhere now
    poll(pixels, is_grouped, timeout=60)
    assert page.locator("output.pv-remark").is_hidden()


def test_scatters_share_one_context_and_give_it_back(open_notebook, poll):
    notebook = open_notebook(
        CELLS.format(n=600),
        "from IPython.display import display\nfor _ in range(3):\n    display(panel)",
        "panel.close()",
    )
    page = notebook.page
    page.evaluate(COUNTING)
    notebook.run(0)
    notebook.run(1)
    poll(lambda: page.locator("canvas[data-drawn='600']").count(), lambda n: n == 4, timeout=60)
    assert page.evaluate("contexts.length") == 1
    state = json.loads(page.evaluate("JSON.stringify(contexts.map((one) => one.isContextLost()))"))
    assert state == [False]
    notebook.run(2)
    page.wait_for_function("contexts[0].isContextLost()", timeout=30_000)
