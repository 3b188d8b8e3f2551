"""One JupyterLab and one Chromium for all end-to-end tests; a page and a kernel for each test."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chromium import FLAGS, find_chromium
from tests.e2e.lab import THEMES, Lab, Notebook, Theme
from tests.e2e.lab import poll as poll_until

SCREENSHOTS = Path(__file__).parent / "screenshots"
SLOW = 20_000  # ms that a page may take to follow where others use the same cores


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        program = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        expect.set_options(timeout=SLOW)
        yield browser
        browser.close()


@pytest.fixture
def open_notebook(lab, chromium, request):
    """Open a notebook of these cells: ``size`` in pixels, theme, other settings of playwright."""
    name = re.sub(r"\W+", "_", request.node.name)
    contexts, notebooks = [], []

    def open_(
        *cells: str,
        size: tuple[int, int] = (1280, 1000),
        theme: Theme = "light",
        **context: Any,
    ) -> Notebook:
        lab.set("@jupyterlab/apputils-extension:themes", theme=THEMES[theme])
        file = f"{name}_{len(notebooks)}.ipynb"
        lab.write(file, cells)
        contexts.append(
            chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **context
            )
        )
        contexts[-1].set_default_timeout(3 * SLOW)
        notebooks.append(Notebook(contexts[-1].new_page(), lab, file))
        return notebooks[-1]

    yield open_
    for number, notebook in enumerate(notebooks):
        notebook.screenshot(SCREENSHOTS / f"{name}_{number}.png")
    for context in contexts:
        context.close()
    lab.end_kernels()
    assert [error for notebook in notebooks for error in notebook.page_errors] == []
    assert [url for notebook in notebooks for url in notebook.outside] == []


@pytest.fixture(scope="session")
def poll():
    """Wait for a kernel's state, never by a fixed sleep."""
    return poll_until
