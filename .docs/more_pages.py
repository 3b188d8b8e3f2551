"""Pages of the site that are written elsewhere: parts of README, changelog and notebooks."""

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
SECTIONS = {  # of the README, on pages of their own
    "believe.md": ("What the default learns, and what it does not", "Which differences to believe"),
    "fast.md": ("How fast",),
    "from_scvi.md": ("Coming from scvi-tools",),
}
TITLES = {"believe.md": "What to believe"}  # of pages that have several sections
ELSEWHERE = ("Teach with it", *(name for names in SECTIONS.values() for name in names))


def on_files(files: Files, config: Any) -> Files:
    """Add the pages."""
    sections = sections_of((ROOT / "README.md").read_text(encoding="utf-8"))
    start = "".join(text for name, text in sections.items() if name not in ELSEWHERE)
    pages = {"index.md": start, "changes.md": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")}
    for page, names in SECTIONS.items():
        text = "".join(sections[name] for name in names)
        pages[page] = f"# {TITLES[page]}\n\n{text}" if page in TITLES else text.removeprefix("#")
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        pages[f"lessons/{path.stem}.md"] = lesson(path)
    for name, text in pages.items():
        files.append(File.generated(config, name, content=with_links(text)))
    for picture in sorted(ROOT.glob("notebooks/pictures/*.png")):
        name = f"notebooks/pictures/{picture.name}"
        files.append(File.generated(config, name, abs_src_path=str(picture)))
    return files


def sections_of(text: str) -> dict[str, str]:
    """Return the parts of a Markdown text by their headings of the second level."""
    found, name, fence = {"": ""}, "", ""
    for line in text.splitlines(keepends=True):
        if mark := re.match(r"(````*)", line):
            fence = "" if fence == mark[1] else fence or mark[1]
        if line.startswith("## ") and not fence:
            name = line[3:].strip()
            found[name] = ""
        found[name] += line
    return found


def with_links(text: str) -> str:
    """Let links to other parts of the README, and to notebooks, lead to their pages."""
    for page, names in {**SECTIONS, "how_to/teach.md": ("Teach with it",)}.items():
        for name in names:
            anchor = re.sub(r"[^a-z0-9 -]", "", name.lower()).replace(" ", "-")
            text = text.replace(f"(#{anchor})", f"({page}#{anchor})")
    text = re.sub(r"\(notebooks/(\w+)\.ipynb\)", r"(lessons/\1.md)", text)
    return re.sub(r"\[([^\]]+)\]\((?:\.github|LICENSE)[^)]*\)", r"\1", text)


def lesson(path: Path) -> str:
    """Return a notebook as Markdown, without what its cells put out."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    parts = []
    for cell in cells:
        text = "".join(cell["source"])
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        parts.append(text if cell["cell_type"] == "markdown" else f"{fence}python\n{text}\n{fence}")
    where = f"\n\nThis lesson is the notebook `notebooks/{path.name}`.\n"
    return "\n\n".join(parts) + where
