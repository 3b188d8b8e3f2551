"""The harness itself, shown on a widget that is not ours: what it does not see, no test sees."""

import pytest

from tests.e2e.lab import CellError, circle, lasso

COUNTER = '''
import anywidget
import traitlets

class Counter(anywidget.AnyWidget):
    _esm = """
    export default {
      render({ model, el }) {
        const button = document.createElement("button");
        button.dataset.testid = "counter";
        button.style.cssText = "width: 300px; height: 200px";
        const show = () => { button.textContent = `clicked ${model.get("clicks")}`; };
        button.addEventListener("click", () => {
          model.set("clicks", model.get("clicks") + 1);
          model.save_changes();
        });
        button.addEventListener("mousemove", (event) => {
          if (event.buttons !== 1) return;
          model.set("path", [...model.get("path"), [event.offsetX, event.offsetY]]);
          model.save_changes();
        });
        model.on("change:clicks", show);
        show();
        el.append(button);
      },
    };
    """
    clicks = traitlets.Int(0).tag(sync=True)
    path = traitlets.List().tag(sync=True)

counter = Counter()
counter
'''


def test_click_reaches_python_and_python_reaches_the_page(open_notebook, poll):
    notebook = open_notebook(COUNTER, "print(counter.clicks)", "counter.clicks = 41")
    notebook.run(0)
    notebook.page.get_by_test_id("counter").click()
    assert poll(lambda: notebook.json(1), bool) == 1
    notebook.run(2)
    notebook.page.get_by_text("clicked 41").wait_for()


def test_widget_survives_a_reload(open_notebook):
    notebook = open_notebook(COUNTER, "counter.clicks = 7")
    notebook.run(0)
    notebook.page.get_by_text("clicked 0").wait_for()
    notebook.run(1)
    notebook.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    notebook.reload()
    notebook.page.get_by_text("clicked 7").wait_for()


def test_lasso_goes_where_it_is_told(open_notebook, poll):
    notebook = open_notebook(COUNTER, "import json; print(json.dumps(counter.path))")
    notebook.run(0)
    box = notebook.page.get_by_test_id("counter").bounding_box()
    lasso(notebook.page, box, circle(150, 100, 60, corners=16))
    path = poll(lambda: notebook.json(1), lambda path: len(path) == 16)
    assert [((x - 150) ** 2 + (y - 100) ** 2) ** 0.5 for x, y in path] == pytest.approx(
        [60] * 16,
        abs=5,  # offsets are whole pixels inside a border of 2
    )


def test_error_of_a_cell_is_an_error_of_the_test(open_notebook):
    notebook = open_notebook("1 / 0", "print('still alive')")
    with pytest.raises(CellError, match="ZeroDivisionError"):
        notebook.run(0)
    assert notebook.run(1) == "still alive"


@pytest.mark.parametrize(("theme", "is_dark"), [("light", False), ("dark", True)])
def test_theme_is_the_one_asked_for(open_notebook, theme, is_dark):
    notebook = open_notebook("1", theme=theme)
    theme_seen = notebook.page.locator("body").get_attribute("data-jp-theme-light")
    assert theme_seen == str(not is_dark).lower()


def test_request_to_outside_and_page_error_are_noted(open_notebook, poll):
    notebook = open_notebook("1")
    notebook.page.evaluate(
        """() => {
            fetch("http://example.org/").catch(() => {});
            setTimeout(() => { throw new Error("on purpose"); });
        }"""
    )
    noted = poll(
        lambda: notebook.page.title() and (notebook.outside, notebook.page_errors),
        lambda noted: all(noted),
    )
    assert noted == (["http://example.org/"], ["on purpose"])
    notebook.outside.clear()
    notebook.page_errors.clear()
