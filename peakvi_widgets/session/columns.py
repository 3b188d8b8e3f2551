"""Columns of ``obs``: what they hold, and which cells are of a category.

A column may hold anything that pandas allows: nullable integers, categories that are numbers or
``""``, mixed types, lists. Describing one never fails; one that cannot be used says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arguments import encodable, listed, shown
from ..arrays import frozen
from ..errors import DataError
from .colors.palettes import colors_in
from .records import Colors, ObsColumn

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

CLUSTERS = "clusters_peakvi"  # the tutorial's name
USUAL_LABELS = ("cell_type", "celltype", "cell_types", "annotation", CLUSTERS, "leiden", "louvain")
MAX_CATEGORIES = 200  # more is a name for every cell, not a grouping
MAX_NUMBERS = 20  # whole numbers with at most so many values are categories
MAX_NAME = 200  # characters of a name that is made of a nested object
UNREADABLE = "its values cannot be read"


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """A column as categories.

    Attributes
    ----------
    codes
        Category of each cell, shape (n_cells,), -1 where there is no value.
    names
        The categories that occur, as text, each different, in the order of the column.
    values
        The same as the column holds them.
    """

    codes: np.ndarray
    names: tuple[str, ...]
    values: tuple[Any, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """Cells in each category."""
        counted = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        return tuple(map(int, counted))

    def code_of(self, given: Any) -> int | None:
        """Return the code of a category that is named by its value or its name, or None."""
        for code, value in enumerate(self.values):
            if _is_same(value, given):
                return code
        name = given if isinstance(given, str) else _text(given)
        return self.names.index(name) if name in self.names else None


def obs_columns(adata: AnnData) -> tuple[ObsColumn, ...]:
    """Describe the columns of ``obs``; of two of the same name the first.

    Text counts as categories when it holds at most `MAX_CATEGORIES` of them; so do whole numbers
    with at most `MAX_NUMBERS` values.
    """
    names = list(dict.fromkeys(map(_name_of, adata.obs.columns)))
    return tuple(_with_colors(describe(name, column_of(adata.obs, name)), adata) for name in names)


def column_of(obs: pd.DataFrame, name: str) -> Any:
    """Return a column by its name, or by the text of its name; the first of several.

    Raises
    ------
    DataError
        There is no such column.
    """
    names = list(obs.columns)
    at = next(
        (at for at, known in enumerate(names) if isinstance(known, str) and known == name), None
    )
    if at is None:
        at = next((at for at, known in enumerate(names) if _name_of(known) == name), None)
    if at is None:
        raise DataError(f"obs has no column {name!r:.60}; it has {listed(names)}.")
    return obs.iloc[:, at]


def has_column(obs: pd.DataFrame, name: str) -> bool:
    """Tell whether `column_of` finds a column."""
    return name in obs.columns or any(_name_of(known) == name for known in obs.columns)


def describe(name: str, values: pd.Series) -> ObsColumn:
    """Describe one column; its kind is ``"none"`` when cells cannot be colored or grouped by it."""
    try:
        return _described(str(name), values)
    except Exception as error:  # noqa: BLE001 - values may be objects that raise whatever is asked
        return ObsColumn(str(name), "none", reason=f"{UNREADABLE} ({type(error).__name__})")


def _described(name: str, values: pd.Series) -> ObsColumn:
    import pandas as pd

    values = _plain(values)
    if values.isna().all():
        return ObsColumn(name, "none", reason="no values")
    if _is_number(values):
        is_whole = pd.api.types.is_integer_dtype(values)
        if not (is_whole and values.nunique() <= MAX_NUMBERS):
            return ObsColumn(name, "number")
    found = categories_of(values, most=MAX_CATEGORIES)
    if len(found.values) > MAX_CATEGORIES:
        what = "dates" if pd.api.types.is_datetime64_any_dtype(values) else "categories"
        reason = f"{len(found.values):,} {what}; at most {MAX_CATEGORIES} can be colored"
        return ObsColumn(name, "none", reason=reason)
    return ObsColumn(name, "category", found.names, found.counts)


def depth_of(counts: Any) -> np.ndarray:
    """Return the number of open regions of each cell, float32."""
    from ..data.count_sums import positive_per_cell

    return positive_per_cell(counts).astype("float32")


def numbers_of(values: pd.Series) -> np.ndarray:
    """Return a column of numbers as float32; NaN where there is no value."""
    values = _plain(values)
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        return np.asarray(values.to_numpy("float64", na_value=np.nan)).astype("float32")


def required_numbers(name: str, values: pd.Series) -> np.ndarray:
    """Return a column of numbers, or of yes and no, as float64.

    Raises
    ------
    DataError
        It holds something else.
    """
    plain = _plain(values)
    if not _is_number(plain):
        raise DataError(f"{shown(name)} does not hold numbers; choose a column that does.")
    return numbers_of(plain).astype("float64")


def categories_of(values: pd.Series, *, most: int | None = None) -> Categories:
    """Return a column as categories, those that occur, in their order.

    Parameters
    ----------
    values
        Any column.
    most
        With more categories, their names and order are of no use and are left out.
    """
    import pandas as pd

    values = _plain(values)
    if isinstance(values.dtype, pd.CategoricalDtype):
        used = values.cat.remove_unused_categories().cat
        codes, found = used.codes.to_numpy().astype("int64"), list(used.categories)
    else:
        codes, found = _factorized(values)
        if most is None or len(found) <= most:
            order = _in_order(found)
            rank = np.empty(len(found) + 1, "int64")
            rank[order], rank[-1] = np.arange(len(found)), -1
            codes, found = rank[codes], [found[at] for at in order]
    if most is not None and len(found) > most:
        return Categories(codes, (), tuple(found))
    return Categories(codes, _names_of(found), tuple(found))


def colors_of(name: str, values: pd.Series) -> Colors:
    """Return the colors of the cells by a column."""
    column = describe(name, values)
    if column.kind == "none":
        return Colors("none", name, color_by=name)
    if column.kind == "number":
        return Colors("number", name, values=frozen(numbers_of(values)), color_by=name)
    codes = frozen(categories_of(values).codes.astype("int16"))
    return Colors("category", name, codes, column.categories, column.counts, color_by=name)


def usual_color(columns: Sequence[ObsColumn]) -> str:
    """Return the column that cells are colored by before the user chooses one."""
    names = [column.name for column in columns if column.kind != "none"]
    return next((name for name in USUAL_LABELS if name in names), "")


def tidied(obs: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Give every column a name of its own that is text.

    Returns
    -------
    The table, and a sentence about columns that were renamed; empty when there are none.
    """
    names: list[str] = []
    renamed = []
    for name in map(_name_of, obs.columns):
        unique, number = name, 1
        while unique in names:
            unique, number = f"{name}-{number}", number + 1
        if unique != name:
            renamed.append(f"the second {name!r} is {unique!r}")
        names.append(unique)
    text = f"Columns of obs had the same name: {'; '.join(renamed[:3])}." if renamed else ""
    return (obs if list(obs.columns) == names else obs.set_axis(names, axis=1)), text


def unreadable(columns: Sequence[ObsColumn]) -> str:
    """Return a sentence that names the columns that could not be described, or an empty one."""
    names = [column.name for column in columns if column.reason.startswith(UNREADABLE)]
    if not names:
        return ""
    some = "a column" if len(names) == 1 else f"{len(names)} columns"
    return f"Cells cannot be colored by {some} of obs, the values cannot be read: {listed(names)}."


def _with_colors(column: ObsColumn, adata: AnnData) -> ObsColumn:
    """Add the colors that scanpy kept: it counts all categories, we those that occur."""
    if column.kind != "category" or f"{column.name}_colors" not in adata.uns:
        return column
    values = column_of(adata.obs, column.name)
    every = getattr(values.dtype, "categories", column.categories)
    known = colors_in(adata.uns, column.name, every)
    colors = tuple(known[name] for name in column.categories if name in known)
    return replace(column, colors=colors) if len(colors) == len(column.categories) else column


def _plain(values: pd.Series) -> pd.Series:
    """Return a column of Python objects that are all numbers as a column of numbers."""
    import pandas as pd

    if values.dtype != object:
        return values
    kind = pd.api.types.infer_dtype(values, skipna=True)
    dtype = {"integer": "Int64", "floating": "Float64", "mixed-integer-float": "Float64"}.get(kind)
    if dtype is None:
        return values
    try:
        return values.astype(dtype)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError, OverflowError):
        return values


def _is_number(values: pd.Series) -> bool:
    import pandas as pd

    of = pd.api.types
    is_other = of.is_bool_dtype(values) or of.is_complex_dtype(values)
    return bool(of.is_numeric_dtype(values)) and not is_other


def _factorized(values: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Return the code of each value and the values, in the order in which they occur."""
    import pandas as pd

    try:
        found: Any = pd.factorize(values, use_na_sentinel=True)
    except TypeError:  # lists, dicts and the like are distinguished by their text
        found = pd.factorize(values.map(_text, na_action="ignore"), use_na_sentinel=True)
    return np.asarray(found[0], "int64"), list(found[1])


def _in_order(found: list[Any]) -> list[int]:
    """Return the positions of values in their order; of several types, one type after another."""
    try:
        return sorted(range(len(found)), key=found.__getitem__)
    except TypeError:
        return sorted(range(len(found)), key=lambda at: (_type_of(found[at]), _text(found[at])))


def _names_of(found: Sequence[Any]) -> tuple[str, ...]:
    """Return a text for each value, with its type where two would have the same."""
    names = [_text(value) for value in found]
    if len(set(names)) < len(names):
        seen = list(names)
        names = [
            f"{name} ({_type_of(value)})" if seen.count(name) > 1 else name
            for name, value in zip(names, found, strict=True)
        ]
        for at, name in enumerate(names):
            if name in names[:at]:
                names[at] = f"{name} [{at}]"
    return tuple(names)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return encodable(str(value))
    if isinstance(value, np.generic):
        value = value.item()
    return encodable(str(value)[:MAX_NAME])


def _name_of(column: Any) -> str:
    return encodable(str(column))


def _type_of(value: Any) -> str:
    return type(value.item() if isinstance(value, np.generic) else value).__name__


def _is_same(value: Any, given: Any) -> bool:
    """Tell whether two values are the same one; True is not 1, and 1 is not "1"."""
    value, given = (one.item() if isinstance(one, np.generic) else one for one in (value, given))
    if isinstance(value, bool) is not isinstance(given, bool):
        return False
    if isinstance(value, str) is not isinstance(given, str):
        return False
    try:
        return bool(value == given)
    except (TypeError, ValueError):
        return False
