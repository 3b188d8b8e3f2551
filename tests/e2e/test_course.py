"""A course in JupyterLab, done by mouse: what is missing, a lasso, an answer, and the summary."""

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.lab import circle, lasso

COURSE = """---
title: A short course
data: simulated
---
About.

## Draw
Use the **lasso**.

```step
button: lasso
done when:
  cells in group 1: 20
```

## Answer

```step
question: What is it?
```
"""
OPEN = f"""from pathlib import Path
import numpy as np
import peakvi_widgets as pv
_ = Path("course.md").write_text({COURSE!r})
adata = pv.datasets.simulate(400, 300, n_types=3, seed=1)
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
course = pv.workshop("course.md", student="Ada", folder=".", data=adata)
course"""
STATE = """import json
print(json.dumps([course.student.done, pv.class_progress(".")["done"].tolist()]))"""


def test_a_course_is_done_by_mouse(open_notebook, poll, tmp_path):
    notebook = open_notebook(OPEN, STATE, size=(1400, 1000))
    page = notebook.page
    notebook.run(0)
    page.wait_for_selector("canvas[data-drawn='400']")
    at = page.get_by_test_id
    at("course-step").filter(has_text="1. Draw").wait_for()
    page.locator("[data-testid=lasso][data-spotlight]").wait_for()
    at("course-check").click()
    at("course-state").filter(has_text="Group 1 is empty; 20 are needed.").wait_for()

    at("lasso").click()
    box = page.locator("[data-view]").bounding_box()
    lasso(page, box, circle(box["width"] / 2, box["height"] / 2, 90))
    page.keyboard.press("1")
    at("course-state").filter(has_text="Done.").wait_for()
    expect(page.locator("[data-spotlight]")).to_have_count(0)

    at("course-next").click()
    at("course-answer").fill("Noise <b>")
    at("course-check").click()
    at("course-state").filter(has_text="Done.").wait_for()
    poll(lambda: notebook.json(1), lambda found: found == [[True, True], [2]])
    with page.expect_download() as got:
        at("course-hand-in").click()
    assert got.value.suggested_filename == "A_short_course_Ada.html"
    got.value.save_as(tmp_path / "summary.html")
    summary = Path(tmp_path / "summary.html").read_text(encoding="utf-8")
    assert "Ada" in summary
    assert "Noise &lt;b&gt;" in summary
