"""The window photographed in a state, in both themes, for a person to judge."""

import re

from tests.e2e.conftest import SCREENSHOTS
from tests.e2e.lab import THEMES


class States:
    """One notebook page, photographed under the name of its state."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page

    def __call__(self, testid, text, timeout=60):
        """Wait until an element has a text, and return it."""
        found = self.page.locator(f"[data-testid={testid}]").filter(has_text=re.compile(text)).first
        found.wait_for(timeout=1000 * timeout)
        return found

    def photograph(self, name, selector=".pv-viewer", *, offline=False):
        """Save what the selector finds first, in both themes; Lab cannot change its own offline."""
        part = self.page.locator(selector).first
        for theme in THEMES:
            if offline:
                is_light = "(light) => { document.body.dataset.jpThemeLight = light; }"
                self.page.evaluate(is_light, "true" if theme == "light" else "false")
                self.page.locator(f".jp-OutputArea [data-pv-theme={theme}]").first.wait_for()
            else:
                self.notebook.wear(theme)
            path = SCREENSHOTS / "states" / f"{name}_{theme}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            part.screenshot(path=path)
