"""One HTML file that shows a session: it loads nothing, and a browser lets it load nothing."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...arguments import encodable

if TYPE_CHECKING:
    from .saved_model import SavedModel

STATIC = Path(__file__).parents[2] / "static"
# nothing is requested, and no script runs but ours, whatever a name in the data says
POLICY = (
    "default-src 'none'; script-src 'sha256-{digest}'; worker-src blob:; "
    "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
)
DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>:root {{ color-scheme: light dark }} body {{ margin: 0 }}
{style}</style>
</head>
<body>
<div id="peakvi">{without_script}</div>
<script type="application/json" id="peakvi-page">{contents}</script>
<script type="text/plain" id="peakvi-counts">{counts}</script>
<script type="text/plain" id="peakvi-model">{model}</script>
<script>{script}</script>
</body>
</html>
"""


def document(
    contents: Mapping[str, Any], counts: bytes, model: SavedModel | None, without_model: str
) -> str:
    """Return the page.

    Parameters
    ----------
    contents
        What `peakvi_widgets.session.page.contents.page_contents` returns.
    counts
        Open regions as packed by `peakvi_widgets.session.page.open_regions`; empty for none.
    model
        The model, or ``None``.
    without_model
        Why there is none.
    """
    style, script = (
        "".join((STATIC / name).read_text(encoding="utf-8").strip() for name in names)
        for names in (("theme.css", "page.css"), ("page.js",))
    )
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    more = {"model": model.description if model else None, "without_model": without_model}
    facts = "; ".join(map(str, contents["facts"]))
    return DOCUMENT.format(
        policy=POLICY.format(digest=digest),
        title=escape(encodable(f"{contents['title']} - PeakVI")),
        style=style,
        without_script=escape(encodable(f"{contents['title']}: {facts}. It needs JavaScript.")),
        contents=harmless_json({**contents, **more}),
        counts=b64encode(counts).decode(),
        model=b64encode(model.block if model else b"").decode(),
        script=script,
    )


def harmless_json(value: Any) -> str:
    r"""Return JSON that ends no element of HTML: ``<`` becomes ``\u003c``, all is ASCII.

    Numbers that are not finite become null.
    """
    text = json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None  # neither where it is NaN
    if isinstance(value, Mapping):
        return {str(name): _finite(part) for name, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value
