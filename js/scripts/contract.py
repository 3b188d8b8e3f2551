"""Write js/src/contract.ts and the color tables from Python, or check them."""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from anywidget import AnyWidget, WidgetTrait

ROOT = Path(__file__).parents[2]
for panel in [*(ROOT / "peakvi_widgets/panels").glob("[!_]*.py"), Path("viewer.py")]:
    built = ROOT / "peakvi_widgets/static" / f"{panel.stem}.js"
    if not built.exists():  # a new panel: its class needs the file before there is one to build
        built.parent.mkdir(exist_ok=True)
        built.touch()

from peakvi_widgets.commands import COMMANDS, MENUS, Command  # noqa: E402
from peakvi_widgets.data.genes.gene_table import GENOMES  # noqa: E402
from peakvi_widgets.data.quality import FilterSettings  # noqa: E402
from peakvi_widgets.engine.da_columns import DA_COLUMNS, GENE_COLUMNS, SET_COLUMNS  # noqa: E402
from peakvi_widgets.engine.plan import PLAN_FORM, TrainingPlan  # noqa: E402
from peakvi_widgets.panels import ON_DEMAND, PANELS  # noqa: E402
from peakvi_widgets.panels._panel import Panel, intents  # noqa: E402
from peakvi_widgets.session.colors import tables  # noqa: E402
from peakvi_widgets.viewer import Viewer  # noqa: E402
from peakvi_widgets.wire import Array, Columns, Record, Records, Rows  # noqa: E402

TARGETS = ROOT / "js" / "src" / "contract.ts", ROOT / "js" / "src" / "draw" / "colors.ts"
ROWS = sorted((*PANELS, *ON_DEMAND), key=lambda row: row.class_name)
WIDGETS = [*(row.load() for row in ROWS), Viewer]
PLAIN = {int: "number", float: "number", str: "string", bool: "boolean", type(None): "null"}
HEAD = """\
// Written by js/scripts/contract.py from the Python panels. Do not edit.

export interface WireArray {
  dtype: "float32" | "float64" | "uint32" | "int16" | "uint8";
  shape: number[];
  data: DataView;
}

/** An entry of the registry of commands, peakvi_widgets/commands.py. */
export interface Command {
  title: string;
  keys?: readonly string[];
  needs?: string;
  python?: string;
  help?: string;
  local?: boolean;
}
"""


def of_hint(hint: Any) -> str:
    """Return the TypeScript form of a Python type hint."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if hint is np.ndarray:
        return "WireArray"
    if origin is typing.Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if origin in (types.UnionType, typing.Union):
        return " | ".join(dict.fromkeys(of_hint(argument) for argument in arguments))
    if origin in (tuple, list):
        inner = of_hint(arguments[0])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if origin is dict:
        return f"Record<{of_hint(arguments[0])}, {of_hint(arguments[1])}>"
    raise SystemExit(f"No TypeScript form for {hint!r}; teach js/scripts/contract.py.")


def of_trait(trait: Any) -> str:
    """Return the TypeScript form of a synchronised trait."""
    null = " | null" if trait.allow_none else ""
    match trait:
        case Rows() | Records():
            return f"{trait.row.__name__}[]"
        case Record():
            return trait.row.__name__ + null
        case Columns():
            return f"{columns_name(trait)} | null"
        case WidgetTrait():
            return "string"
        case Array():
            return "WireArray"
        case traitlets.Enum():
            return " | ".join(f'"{value}"' for value in trait.values)
        case traitlets.Unicode():
            return "string" + null
        case traitlets.Int() | traitlets.Float():
            return "number" + null
        case traitlets.Bool():
            return "boolean"
        case traitlets.Tuple() if any(isinstance(one, traitlets.Int) for one in trait._traits):
            return "number[]"
        case traitlets.Tuple():
            return "string[]"
    raise SystemExit(f"No TypeScript form for {trait!r}; teach js/scripts/contract.py.")


def columns_name(trait: Columns) -> str:
    """Return the columns of a table as a TypeScript type."""
    names = " | ".join(f'"{name}"' for name in trait.only)
    return f"Partial<Record<{names}, WireArray>>"


def own(panel: type[Panel]) -> dict[str, Any]:
    """Return the traits that a panel synchronises and anywidget does not."""
    theirs = AnyWidget.class_traits(sync=True)
    traits = panel.class_traits(sync=True).items()
    return {n: t for n, t in sorted(traits) if n not in theirs and not n.startswith("_")}


def interface(row: type) -> str:
    """Return a dataclass as a TypeScript interface."""
    assert is_dataclass(row)
    hints = typing.get_type_hints(row)
    body = [f"  {field.name}: {of_hint(hints[field.name])};" for field in fields(row)]
    return "\n".join([f"export interface {row.__name__} {{", *body, "}", ""])


def intent_type(panel: type[Panel], stem: str) -> str:
    """Return what the browser may ask of a panel as a TypeScript union."""
    forms = []
    for name, signature in intents(panel).items():
        hints = typing.get_type_hints(getattr(panel, f"on_{name}"))
        arguments = [f"{p}: {of_hint(hints[p])}" for p in list(signature.parameters)[1:]]
        forms.append("{ " + "; ".join([f'intent: "{name}"', *arguments]) + " }")
    body = "".join(f"\n  | {form}" for form in forms) or " never"
    return f"export type {stem}Intent ={body};\n"


def commands(panel: str, table: tuple[Command, ...]) -> str:
    """Return the commands of one panel as a TypeScript constant; what is empty is left out."""
    ids = " | ".join(f'"{command.id}"' for command in table)
    rows = [f"  {command.id}: {{ {fields_of(command)} }}," for command in table]
    head = f"export const {panel.upper()}_COMMANDS: Readonly<Record<{ids}, Command>> = {{"
    return "\n".join([head, *rows, "};", ""])


def menus() -> str:
    """Return the menus as a TypeScript constant."""
    rows = [f"  {{ title: {json.dumps(title)}, groups: {json.dumps(groups)} }}," for title, groups
            in MENUS.items()]  # fmt: skip
    groups = "readonly (readonly string[])[]"
    head = f"export const MENUS: readonly {{ title: string; groups: {groups} }}[] = ["
    return "\n".join([head, *rows, "];", ""])


def fields_of(command: Command) -> str:
    """Return the fields of a command besides its id, without those that are empty."""
    given = {name: value for name, value in list(asdict(command).items())[1:] if value}
    return ", ".join(f"{name}: {json.dumps(value)}" for name, value in given.items())


def listed(constant: str, rows: Sequence[Any], names: Sequence[str]) -> str:
    """Return dataclass instances as a TypeScript interface and a constant of rows.

    Parameters
    ----------
    constant
        Name of the constant.
    rows
        Instances of one dataclass, each with a ``name``.
    names
        What the names may be.
    """
    row = type(rows[0])
    union = " | ".join(json.dumps(name) for name in names)
    return "\n".join(
        [
            interface(row).replace("  name: string;", f"  name: {union};"),
            f"export const {constant}: readonly {row.__name__}[] = [",
            *(f"  {literal(one)}," for one in rows),
            "];",
            "",
        ]
    )


def defaults(constant: str, value: Any) -> str:
    """Return a dataclass instance as a TypeScript constant."""
    return f"export const {constant}: {type(value).__name__} = {literal(value)};\n"


def literal(row: Any) -> str:
    """Return a dataclass instance as a TypeScript object."""
    parts = (f"{name}: {json.dumps(value)}" for name, value in asdict(row).items())
    return f"{{ {', '.join(parts)} }}"


def render() -> str:
    """Return the whole of contract.ts."""
    traits = [trait for panel in WIDGETS for trait in own(panel).values()]
    rows = {trait.row for trait in traits if isinstance(trait, Rows | Record | Records)}
    out = [HEAD, *(interface(row) for row in sorted(rows, key=lambda row: row.__name__))]
    for panel in WIDGETS:
        stem = panel.__name__.removesuffix("Panel")
        body = [f"  {name}: {of_trait(trait)};" for name, trait in own(panel).items()]
        out += ["\n".join([f"export interface {stem}State {{", *body, "}", ""])]
        out += [intent_type(panel, stem)]
    out += [commands(panel, table) for panel, table in COMMANDS.items()]
    out += [menus()]
    out += [listed("PANELS", PANELS, [row.name for row in PANELS])]
    out += [listed("PLAN_FORM", PLAN_FORM, [field.name for field in fields(TrainingPlan)])]
    columns = (*DA_COLUMNS, *GENE_COLUMNS, *SET_COLUMNS)
    out += [listed("DA_COLUMNS", columns, [column.name for column in columns])]
    out += [defaults("FILTER_DEFAULTS", FilterSettings())]
    out += [f"export const GENOMES: Readonly<Record<string, string>> = {json.dumps(GENOMES)};\n"]
    return "\n".join(out)


def color_tables() -> str:
    """Return the whole of draw/colors.ts."""

    def paired(pair: tuple[str, str]) -> str:
        return f'{{ light: "{pair[0]}", dark: "{pair[1]}" }}'

    pair = "{ light: string; dark: string }"
    return "\n".join(
        [
            "// Written by js/scripts/contract.py from session/colors/tables.py. Do not edit.",
            "",
            f"export const CATEGORIES: readonly {pair}[] = [",
            *(f"  {paired(one)}," for one in tables.CATEGORIES),
            "];",
            "export const PUBLISHED: Readonly<Record<string, readonly string[]>> = {",
            *(f"  {json.dumps(name)}: {json.dumps(of)}," for name, of in tables.PUBLISHED.items()),
            "};",
            "export const COLORMAPS: Readonly<Record<string, string>> = {",
            *(f"  {name}: {json.dumps(stops)}," for name, stops in tables.COLORMAPS.items()),
            "};",
            f"export const UNKNOWN: {pair} = {paired(tables.UNKNOWN)};",
            f"export const PLAIN: {pair} = {paired(tables.PLAIN)};",
            f'export const PALE = "{tables.PALE}";',
            "",
        ]
    )


if __name__ == "__main__":
    for target, text in zip(TARGETS, (render(), color_tables()), strict=True):
        if "--check" not in sys.argv:
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            sys.exit(f"js/src/{target.name} is stale; run js/scripts/contract.py")
