"""One JupyterLab and one Chromium for all end-to-end tests; a notebook and a kernel for each."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.e2e.chromium import FLAGS, find_chromium
from tests.e2e.lab import Lab, Notebook, Theme
from tests.e2e.lab import poll as poll_until

SCREENSHOTS = Path(__file__).parent / "screenshots"
SLOW = 20_000  # ms that a page may take to follow where others use the same cores
MOST = 12  # tests in one page, whose memory grows
PASSED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    server = Lab(tmp_path_factory.mktemp("lab"), warms_up=False)
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


class LabPage:
    """A page with Lab in it for one test after the other: loading Lab is a third of a test's work.

    After a test that failed, or could not leave it as it was, the next one loads another.
    """

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self.page: Page | None = None
        self._n_tests, self._is_left = 0, True

    def take(self, size: ViewportSize) -> Page:
        """Return the page for one test."""
        if not self._is_left or self._n_tests >= MOST:
            self.close()
        if self.page is None:
            self.page, self._n_tests = new_page(self._chromium, size), 0
        self.page.set_viewport_size(size)
        self._n_tests, self._is_left = self._n_tests + 1, False
        return self.page

    def leave(self, notebook: Notebook) -> None:
        """Close what a test opened; the next one may have the page."""
        notebook.leave()
        self._is_left = True

    def close(self) -> None:
        """Close the page, if there is one."""
        if self.page is not None:
            self.page.context.close()
            self.page = None


def new_page(chromium: Browser, size: ViewportSize, **context: Any) -> Page:
    """Open a page without cookies, caches and files of others."""
    opened = chromium.new_context(viewport=size, accept_downloads=True, **context)
    opened.set_default_timeout(3 * SLOW)
    return opened.new_page()


@pytest.fixture(scope="session")
def lab_page(chromium):
    """What the usual notebooks are opened in, one after the other."""
    shared = LabPage(chromium)
    yield shared
    shared.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture
def open_notebook(lab, lab_page, chromium, request):
    """Open a notebook of these cells.

    ``size`` is in pixels. With ``own_page`` Lab is loaded for it, as with other settings of
    playwright and for a test's second notebook.
    """
    name = re.sub(r"\W+", "_", request.node.name)
    notebooks: list[Notebook] = []

    def open_(
        *cells: str,
        size: tuple[int, int] = (1280, 1000),
        theme: Theme = "light",
        own_page: bool = False,
        **context: Any,
    ) -> Notebook:
        file = f"{name}_{len(notebooks)}.ipynb"
        lab.write(file, cells)
        viewport: ViewportSize = {"width": size[0], "height": size[1]}
        if own_page or context or notebooks:
            page = new_page(chromium, viewport, **context)
        else:
            page = lab_page.take(viewport)
        notebooks.append(Notebook(page, lab, file, theme))
        return notebooks[-1]

    yield open_
    has_passed = request.node.stash.get(PASSED, False)
    for number, notebook in enumerate(notebooks):
        notebook.screenshot(SCREENSHOTS / f"{name}_{number}.png")
        if notebook.page is not lab_page.page:
            notebook.page.context.close()
        elif has_passed:
            lab_page.leave(notebook)
    lab.end_kernels()
    assert [error for notebook in notebooks for error in notebook.page_errors] == []
    assert [url for notebook in notebooks for url in notebook.outside] == []


@pytest.fixture(scope="session")
def poll():
    """Wait for a kernel's state, never by a fixed sleep."""
    return poll_until
