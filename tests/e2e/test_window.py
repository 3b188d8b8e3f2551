"""The window in a real JupyterLab: palette, keys, docked widgets, and what is remembered."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

VIEWER = """import ipywidgets
import peakvi_widgets as pv
adata = pv.datasets.simulate(400, 300, n_types=3, n_batches=2, seed=1)
import numpy as np
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
viewer = pv.Viewer(adata)
session = viewer.session
session.wait()
viewer"""
STATE = """import json
print(json.dumps({
    "n1": len(session.idx1), "n2": len(session.idx2), "selected": len(session.selection),
    "color_by": session.color_by, "layout": [viewer.window.layout.left, viewer.window.layout.height,
    viewer.window.layout.bottom_open, viewer.window.layout.bottom_tab],
    "right": viewer.window.layout.right,
}))"""
DOCK = """slider = ipywidgets.IntSlider(value=3, max=100, description="size")
text = ipywidgets.Text(description="note")
viewer.window.add_dock_widget(ipywidgets.VBox([slider, text]), name="mine")
viewer.window.add_dock_widget(pv.CodePanel(session), name="script", area="left")
slider.value"""
AREAS = """slider = ipywidgets.IntSlider(value=3, max=100, description="size")
text = ipywidgets.Text(description="note")
button = ipywidgets.Button(description="count")
button.on_click(lambda pressed: setattr(slider, "value", slider.value + 10))
viewer.window.add_dock_widget(text, name="words")
viewer.window.add_dock_widget(slider, name="number")
viewer.window.add_dock_widget(button, name="below", area="bottom")"""
SLIDER = "slider.value, text.value"
SET = "slider.value = 77"
CLOSE = 'viewer.window.remove_dock_widget("mine")'
BIND = """@viewer.bind_key("h")
def take_three(viewer):
    "Take three cells"
    viewer.session.select([1, 2, 3])
@viewer.bind_key("j")
def fail(viewer):
    raise KeyError("nothing")"""


def cells_of(notebook):
    return notebook.page.evaluate(
        """window.jupyterapp.shell.currentWidget.content.widgets
            .map((cell) => cell.model.sharedModel.source)"""
    )


def shown(notebook, *cells, size=(1280, 1000), **options):
    notebook = notebook(VIEWER, STATE, *cells, size=size, **options)
    notebook.run(0)
    notebook.page.get_by_test_id("viewer").wait_for()
    notebook.page.wait_for_selector("canvas[data-drawn='400']")
    return notebook


def test_palette_by_keyboard(open_notebook, poll):
    notebook = shown(open_notebook, 'session.groups_by("cell_type", session.colors.categories[0])')
    page = notebook.page
    notebook.run(2)
    before = notebook.json(1)
    page.get_by_test_id("viewer").click(position={"x": 500, "y": 20})
    page.keyboard.press("/")
    page.keyboard.type("swap")
    row = page.get_by_test_id("palette-row").first
    expect(row).to_contain_text("session.swap_groups()")
    page.keyboard.press("Enter")
    poll(lambda: notebook.json(1), lambda s: (s["n1"], s["n2"]) == (before["n2"], before["n1"]))
    page.get_by_test_id("palette").wait_for(state="hidden")

    # a region and a column are found by their names
    page.get_by_test_id("search").click()
    page.keyboard.type("chr1")
    found = page.get_by_test_id("palette-row").filter(has_text="session.color_by = ")
    expect(found.first).to_contain_text("Color by chr1")
    page.keyboard.press("Escape")
    page.keyboard.press("/")  # the keyboard is where it was: in the viewer
    page.keyboard.type("color batch")
    page.keyboard.press("Enter")
    poll(lambda: notebook.json(1), lambda s: s["color_by"] == "batch")


def test_keys_stay_in_the_viewer(open_notebook, poll):
    notebook = shown(open_notebook, BIND, "x = 1")
    page = notebook.page
    notebook.run(2)
    before = cells_of(notebook)
    page.get_by_test_id("viewer").click(position={"x": 500, "y": 20})
    for key in ["d", "d", "a", "b", "x", "m", "Shift+M", "y", "Delete", "z", "c", "v"]:
        page.keyboard.press(key)
    assert cells_of(notebook) == before
    page.keyboard.press("h")
    poll(lambda: notebook.json(1), lambda s: s["selected"] == 3)
    page.get_by_test_id("viewer").click(position={"x": 500, "y": 20})
    page.keyboard.press("j")
    notice = page.get_by_test_id("notice").filter(has_text="KeyError: 'nothing'")
    notice.wait_for()

    # in a cell's editor the same keys are letters
    editor = notebook.cell(3).locator(".cm-content")
    editor.click()
    page.keyboard.press("End")
    page.keyboard.type("h1x/")
    assert cells_of(notebook)[3] == "x = 1h1x/"
    assert notebook.json(1)["selected"] == 3
    expect(page.get_by_test_id("palette")).to_be_hidden()


def test_docked_widgets_work_both_ways(open_notebook, poll):
    notebook = shown(open_notebook, DOCK, SLIDER, SET, CLOSE)
    page = notebook.page
    notebook.run(2)
    dock = page.locator("[data-area=right]")
    dock.locator(".noUi-handle").wait_for()
    dock.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    dock.locator("input[type=text]").last.fill("seen")
    page.keyboard.press("Tab")
    poll(lambda: notebook.run(3), lambda text: text == "(4, 'seen')")
    notebook.run(4)
    dock.locator(".widget-readout", has_text="77").wait_for()
    page.locator("[data-area=left] [data-testid=script]").wait_for()
    notebook.run(5)
    dock.wait_for(state="hidden")
    expect(page.locator(".noUi-handle")).to_have_count(0)


def test_layout_is_remembered_by_a_reload_and_known_to_python(open_notebook, poll):
    notebook = shown(open_notebook)
    page = notebook.page
    edge = page.get_by_test_id("edge-left").bounding_box()
    page.mouse.move(edge["x"] + 2, edge["y"] + 100)
    page.mouse.down()
    page.mouse.move(edge["x"] + 62, edge["y"] + 100, steps=4)
    page.mouse.up()
    page.get_by_test_id("tab-volcano").click()
    page.get_by_test_id("fold-bottom").click()
    left = page.locator("[data-area=left]").bounding_box()["width"]
    layout = poll(lambda: notebook.json(1)["layout"], lambda seen: seen[2] is False)
    assert layout == [pytest.approx(left, abs=1.5), None, False, "volcano"]
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    notebook.reload()
    page.get_by_test_id("unfold-bottom").wait_for(timeout=30_000)
    assert page.locator("[data-area=left]").bounding_box()["width"] == pytest.approx(left, abs=1.5)
    page.get_by_test_id("unfold-bottom").click()
    expect(page.get_by_test_id("tab-volcano")).to_have_attribute("aria-selected", "true")


def test_right_dock_with_tabs_and_a_widget_below_stand_a_reload(open_notebook, poll):
    notebook = shown(open_notebook, AREAS, SLIDER, size=(1280, 1500))
    page, at = notebook.page, notebook.page.get_by_test_id
    notebook.run(2)
    at("tab-below").wait_for()
    right, bottom = page.locator("[data-area=right]"), page.locator("[data-area=bottom]")
    width = right.bounding_box()["width"]
    edge = at("edge-right").bounding_box()
    page.mouse.move(edge["x"] + 2, edge["y"] + 100)
    page.mouse.down()
    page.mouse.move(edge["x"] - 58, edge["y"] + 100, steps=4)  # to the left: it grows
    page.mouse.up()
    wider = poll(lambda: right.bounding_box()["width"], lambda now: now > width + 40)
    assert wider == pytest.approx(width + 60, abs=2)
    poll(lambda: notebook.json(1)["right"], lambda kept: kept == pytest.approx(wider, abs=1.5))

    def used(expected, words):
        """Work in all three: two tabs of one dock, and the button below."""
        at("tab-words").click()
        expect(right.locator(".noUi-handle")).to_be_hidden()
        right.locator("input[type=text]").first.fill(words)
        page.keyboard.press("Tab")
        at("tab-number").click()
        right.locator(".noUi-handle").focus()
        page.keyboard.press("ArrowRight")
        at("tab-below").click()
        now, wanted = "", f"({expected}, {words!r})"
        for _ in range(3):  # ipywidgets lose a click on a button whose model is still restored
            bottom.get_by_role("button", name="count").click()
            for _ in range(20):
                if (now := notebook.run(3)) == wanted:
                    return
        raise AssertionError(f"It is still {now!r}.")

    used(14, "before")
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    notebook.reload()
    at("tab-below").wait_for(timeout=30_000)
    for tab in ("tab-number", "tab-below"):
        expect(at(tab)).to_have_attribute("aria-selected", "true")
    bottom.get_by_role("button", name="count").wait_for()
    assert right.bounding_box()["width"] == pytest.approx(wider, abs=1.5)
    poll(lambda: notebook.run(3), lambda text: text == "(14, 'before')")  # the kernel answers again
    used(25, "after")


def test_whole_screen_and_back(open_notebook, poll):
    notebook = shown(open_notebook, BIND)
    page, at = notebook.page, notebook.page.get_by_test_id
    notebook.run(2)
    frame = at("viewer")
    small = [frame.bounding_box()[side] for side in ("width", "height")]
    screen = {"x": 0, "y": 0, "width": 1280, "height": 1000}

    def is_small(box):
        return [box["width"], box["height"]] == small  # Lab may have scrolled

    def seen(testid):
        """Say whether nothing lies over its middle."""
        found = at(testid).first
        found.wait_for()
        box = found.bounding_box()
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        over = "(el, [x, y]) => el.contains(document.elementFromPoint(x, y))"
        return found.evaluate(over, middle)

    at("fullscreen").click()
    poll(frame.bounding_box, lambda box: box == screen)
    expect(page.locator("canvas[data-drawn='400']")).to_be_visible()
    page.keyboard.press("/")
    assert seen("palette")
    page.keyboard.press("Escape")
    at("palette").wait_for(state="hidden")
    assert frame.bounding_box() == screen
    page.keyboard.press("j")  # bound to what fails
    assert seen("notice")
    page.keyboard.press("Shift+F")
    poll(frame.bounding_box, is_small)
    page.keyboard.press("Shift+F")
    poll(frame.bounding_box, lambda box: box == screen)
    at("fullscreen").click()
    poll(frame.bounding_box, is_small)


def test_keys_of_cells_do_nothing_to_cells(open_notebook):
    notebook = shown(open_notebook, AREAS, "ran = 1", "ran = 2")
    page, at = notebook.page, notebook.page.get_by_test_id
    notebook.run(2)

    def cells():
        return page.evaluate(
            """() => {
                const { content } = window.jupyterapp.shell.currentWidget;
                const counts = content.widgets.map((cell) => cell.model.executionCount);
                return [content.activeCellIndex, counts, content.widgets.length];
            }"""
        )

    keys = ["Enter", "Shift+Enter", "Control+Enter", "Alt+Enter", "Escape"]
    keys += ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]
    places = {
        "the frame": lambda: at("viewer").click(position={"x": 500, "y": 20}),
        "the picture": lambda: page.locator("[data-view] > [tabindex]").first.focus(),
        "a docked slider": lambda: page.locator(".noUi-handle").focus(),
        "a docked field": lambda: page.locator("[data-area=right] input[type=text]").first.focus(),
        "a docked button": lambda: page.get_by_role("button", name="count").focus(),
    }
    before = None
    for place, go in places.items():
        if place == "a docked field":
            at("tab-words").click()
        for key in keys:
            go()
            before = before or cells()
            page.keyboard.press(key)
            assert cells() == before, f"{key} in {place}"
    notebook.run(1)  # whatever had been asked for would have run before this
    assert cells()[1][3:] == [None, None]


def test_the_status_line_names_the_cell_beside_the_file_browser(open_notebook, poll):
    notebook = shown(open_notebook)
    page, at = notebook.page, notebook.page.get_by_test_id
    status, pointed = at("status"), at("pointed")
    # only now: where it is narrow, Lab hides what tells that it is ready
    page.set_viewport_size({"width": 960, "height": 1000})
    poll(lambda: status.bounding_box()["width"], lambda width: 700 < width < 900)
    box = page.locator("[data-view]").bounding_box()
    for step in range(60):
        page.mouse.move(box["x"] + box["width"] / 2 + 2 * step, box["y"] + box["height"] / 2)
        if pointed.inner_text():
            break
    expect(pointed).to_be_visible()
    expect(pointed).to_contain_text("type_")
    line, words = status.bounding_box(), pointed.bounding_box()
    assert words["x"] + words["width"] <= line["x"] + line["width"]

    # letters grow with those of Lab
    size = "el => getComputedStyle(el).fontSize"
    before = [at("viewer").evaluate(size), pointed.evaluate(size)]
    page.evaluate("document.documentElement.style.setProperty('--jp-ui-font-size1', '16px')")
    assert before == ["12px", "11px"]
    assert [at("viewer").evaluate(size), pointed.evaluate(size)] == ["15px", "14px"]
