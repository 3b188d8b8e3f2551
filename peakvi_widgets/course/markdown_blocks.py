"""Markdown as a tree of a few harmless elements, which a page builds node by node.

HTML in a text stays text, a link leads to a web page or nowhere, and pictures are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

# Type of a node of the tree that markdown-it makes, and the element that it becomes.
ELEMENTS = {
    "paragraph": "p",
    "heading": "h4",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "em": "em",
    "strong": "strong",
    "link": "a",
}
LINKS = ("https://", "http://")
MAX_DEPTH = 30  # of quotes and lists in each other

Node = str | list[Any]


def blocks_of(text: str) -> list[Node]:
    """Return a text as nodes: a string, or ``[element, address, *children]``.

    Parameters
    ----------
    text
        Markdown (CommonMark).

    Returns
    -------
    Nodes of the elements in `ELEMENTS`, ``code``, ``pre``, ``br`` and ``hr``; the address is that
    of a link, else empty.
    """
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_DEPTH})
    return _children(SyntaxTreeNode(parser.parse(text)))


def _children(node: SyntaxTreeNode) -> list[Node]:
    return [one for child in node.children for one in _node(child)]


def _node(node: SyntaxTreeNode) -> list[Node]:
    if node.type in ("text", "html_inline", "html_block"):
        return [node.content] if node.content else []
    if node.type == "softbreak":
        return [" "]
    if node.type in ("hardbreak", "hr"):
        return [["br" if node.type == "hardbreak" else "hr", ""]]
    if node.type == "code_inline":
        return [["code", "", node.content]]
    if node.type in ("fence", "code_block"):
        return [["pre", "", node.content.rstrip("\n")]]
    if node.type == "image":
        return [node.content]
    inside = _children(node)
    element = ELEMENTS.get(node.type)
    address = str(node.attrs.get("href", ""))
    if element is None or (element == "a" and not address.startswith(LINKS)):
        return inside  # such as the lines of a paragraph
    return [[element, address, *inside]]
