"""Print all texts that people see: string literals of js/src, commands, and notices of Python.

``make texts`` prints them for a reader who checks them from top to bottom.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATE = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\w])//[^\n]*", re.DOTALL)
NOT_SHOWN = re.compile(
    r"""^(?:\./|\.\./|@|\#|pv-|data-|aria-)      # imports, classes, attributes
    |[{}<>=]|;\S|^--|^[MLHVCZ][\d.]|\.pv-        # markup, code, CSS, paths of signs
    |^(?:[a-z-]+\(|[\d. ]*px|[0-9a-f]{6}\s)       # functions, sizes and tables of CSS
    """,
    re.VERBOSE,
)


def shown(text: str) -> bool:
    """Return whether a literal reads like words for people: two words, or a capital."""
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\$\{[^}]*\}", "", text))
    if NOT_SHOWN.search(re.sub(r"\$\{[^}]*\}", "", text)) or not words:
        return False
    return " " in text.strip() or text[:1].isupper()


def of_typescript(source: str) -> list[str]:
    """Return the literals of a TypeScript source that people may see."""
    literals = (found.group()[1:-1] for found in TEMPLATE.finditer(COMMENT.sub("", source)))
    return [text for text in literals if shown(text)]


def of_python(source: str) -> Iterator[str]:
    """Yield the literals of a Python source that people may see; no docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if id(node) in docstrings | inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if " " in node.value.strip() and shown(node.value):
                yield node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value)
                if isinstance(part, ast.Constant)
                else "{" + ast.unparse(part.value) + "}"
                for part in node.values
                if isinstance(part, ast.Constant | ast.FormattedValue)
            )
            if shown(re.sub(r"\{[^}]*\}", "…", text)):
                yield text


def texts() -> Iterator[tuple[str, list[str]]]:
    """Yield each source that has texts, with them in the order of the file."""
    scripts = [path for path in (ROOT / "js/src").rglob("*.ts") if path.name != "contract.ts"]
    for path in sorted(scripts):
        yield str(path.relative_to(ROOT)), of_typescript(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "peakvi_widgets").rglob("*.py")):
        yield str(path.relative_to(ROOT)), list(of_python(path.read_text(encoding="utf-8")))


def main() -> None:
    """Print them, each once, under the file that it comes from."""
    known: set[str] = set()
    for name, found in texts():
        new = [text for text in dict.fromkeys(found) if text not in known]
        known.update(new)
        if new:
            print(f"\n{name}")
            print("\n".join(f"  {' '.join(text.split())}" for text in new))


if __name__ == "__main__":
    main()
