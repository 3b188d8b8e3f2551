"""The pages of the documentation, their blocks of code, and the code within their lines."""

import ast
import inspect
import re
from dataclasses import dataclass, fields
from pathlib import Path

import peakvi_widgets as pv
from peakvi_widgets.engine.plan import TrainingPlan

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    *sorted(ROOT.glob(".docs/pages/*.md")),
    *sorted(ROOT.glob(".docs/pages/how_to/*.md")),
]
BLOCK = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", flags=re.MULTILINE | re.DOTALL)
NAMES = {  # what a name in the documentation is
    "pv": pv,
    "scvi": pv,
    "peakvi_widgets": pv,
    "session": pv.Session,
    "viewer": pv.Viewer,
    "model": pv.PEAKVI,
    "PEAKVI": pv.PEAKVI,
}


@dataclass(frozen=True)
class Block:
    """A block of code, with its language, empty for a shell."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Return all blocks of a page from top to bottom."""
    return [Block(found[2], found[3]) for found in BLOCK.finditer(page.read_text("utf-8"))]


def snippets(page: Path) -> list[str]:
    """Return all Python of a page: its blocks, and what its lines have between backticks."""
    text = page.read_text("utf-8")
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", BLOCK.sub("", text))
    inline = [code for code in inline if not re.fullmatch(r"\w+\.pt", code)]  # a file's name
    return [*(block.text for block in blocks(page) if block.language == "python"), *inline]


def commands(page: Path) -> list[list[str]]:
    """Return the words of each command line, in blocks and in lines."""
    text = page.read_text("utf-8")
    inline = re.findall(r"(?<!`)`(peakvi-widgets [^`]+)`(?!`)", BLOCK.sub("", text))
    lines = [
        line for block in blocks(page) if not block.language for line in block.text.split("\n")
    ]
    found = [line[line.index("peakvi-widgets ") :] for line in lines if "peakvi-widgets " in line]
    return [re.sub(r"\s+#.*", "", line).split()[1:] for line in [*found, *inline]]


def mistakes(snippet: str) -> list[str]:
    """Return what a snippet names that is not there: attributes, and arguments of calls."""
    try:
        tree = ast.parse(snippet)
    except SyntaxError:
        return []
    wrong = []
    for node in ast.walk(tree):
        try:
            if isinstance(node, ast.Attribute):
                found(node)
            elif isinstance(node, ast.Call):
                wrong += wrong_arguments(node)
        except AttributeError as error:
            wrong.append(f"{ast.unparse(node)}: {error}")
    return wrong


def found(node: ast.expr) -> object:
    """Return what an expression names; None where that cannot be known without running it."""
    if isinstance(node, ast.Name):
        return NAMES.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = found(node.value)
        if owner is None or isinstance(owner, property):
            return None
        if owner is pv.Viewer and node.attr == "session":
            return pv.Session
        if owner is pv.Viewer and node.attr == "window":
            return pv.window.Window
        value = getattr(owner, node.attr)
        return value if callable(value) or inspect.ismodule(value) else None
    return None


def wrong_arguments(call: ast.Call) -> list[str]:
    """Return the arguments of a call that its function does not take."""
    function = found(call.func)
    if not callable(function):
        return []
    known = inspect.signature(function).parameters
    if function in (pv.Session.train, pv.PEAKVI.train):
        known = {*known, *(field.name for field in fields(TrainingPlan))}
    elif any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        return []
    return [
        f"{ast.unparse(call)}: no argument {word.arg}"
        for word in call.keywords
        if word.arg is not None and word.arg not in known
    ]
