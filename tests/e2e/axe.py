"""axe-core, from the development packages, asked about a part of a page."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"


@cache
def _source() -> str:
    return AXE.read_text()


def findings(page: Page, part: str, *rules: str) -> list[str]:
    """Return what axe finds serious or critical inside a CSS selector, one line for an element.

    By all its rules, or by those named.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    return page.evaluate(
        """async ([part, rules]) => {
            const { violations } = await axe.run(part, {
                resultTypes: ["violations"],
                ...(rules.length > 0 && { runOnly: rules }),
            });
            return violations
                .filter(({ impact }) => impact === "serious" || impact === "critical")
                .flatMap(({ id, nodes }) => nodes.map(({ html, any }) =>
                    `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`));
        }""",
        [part, list(rules)],
    )
