"""Of which cells the tree of a query is true."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .columns import Truth, categories_of, compared_columns, compared_with, data_of
from .grammar import MIRRORED, Column, Comparison, Join, List, Node, Not, Value, refusal, shown

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class Names(NamedTuple):
    """What a query may use besides columns.

    Attributes
    ----------
    groups
        Masks by name, shape (n_cells,) each.
    values
        Returns the number of each cell that a name means, such as a region, or None.
    """

    groups: Mapping[str, NDArray[np.bool_]] = MappingProxyType({})
    values: Callable[[str], NDArray[np.number[Any]] | None] = lambda _name: None


NO_NAMES = Names()


class Evaluation:
    """Finds of which cells of one table a tree is true."""

    def __init__(self, obs: pd.DataFrame, names: Names = NO_NAMES) -> None:
        self._obs, self._groups, self._values = obs, names.groups, names.values

    def truth(self, node: Node) -> Truth:
        """Return of which cells a part of the tree is true."""
        if isinstance(node, Comparison):
            pairs = zip(node.operands, node.signs, node.operands[1:], strict=False)
            return _joined("and", [self._compared(*pair) for pair in pairs])
        if isinstance(node, Join):
            return _joined(node.word, [self.truth(part) for part in node.parts])
        if isinstance(node, Not):
            yes, no = self.truth(node.one)
            return Truth(no, yes)
        if isinstance(node, Value) and isinstance(node.value, bool):
            everywhere = np.full(len(self._obs), node.value)
            return Truth(everywhere, ~everywhere)
        if isinstance(node, Column):
            column = self._column(node)
            if data_of(categories_of(column)).kind in ("yes or no", "nothing"):
                return compared_with(column, "==", Value(True, node.at), node.name)
            reason = f"Column {shown(node.name)} is not true or false; compare it with a value"
            raise refusal(reason, node.at)
        raise refusal("A value alone says neither yes nor no; compare it with a column", node.at)

    def _compared(self, left: Node, sign: str, right: Node) -> Truth:
        if isinstance(left, List | Value) and isinstance(right, Column) and "in" not in sign:
            left, sign, right = right, MIRRORED.get(sign, sign), left
        conditions = (Comparison, Join, Not)
        if sign in ("==", "!=") and (isinstance(left, conditions) or isinstance(right, conditions)):
            return _equal(sign, self.truth(left), self.truth(right))
        self._check_group(left, sign, right)
        self._check_group(right, sign, left)
        if not isinstance(left, Column):
            raise refusal("One side of each comparison must be a column", left.at)
        column = self._column(left)
        if isinstance(right, List) and sign in ("==", "!=", "in", "not in"):
            n = len(self._obs)
            unknown = Truth(np.zeros(n, bool), data_of(column).known)  # not in an empty list
            each = [compared_with(column, "==", value, left.name) for value in right.values]
            found = _joined("or", [unknown, *each])
            return Truth(found.no, found.yes) if sign in ("!=", "not in") else found
        if "in" in sign:
            raise refusal(f"'{sign}' needs a list behind it, such as [1, 2]", right.at)
        if isinstance(right, Value):
            return compared_with(column, sign, right, left.name)
        if isinstance(right, Column):
            return compared_columns(column, sign, self._column(right), right)
        raise refusal(f"{sign} cannot compare with this; use a column or a value", right.at)

    def _check_group(self, node: Node, sign: str, other: Node) -> None:
        """Refuse to take a group for the number of a region or gene that has the same name."""
        if not isinstance(node, Column) or node.name not in self._groups:
            return
        values = other.values if isinstance(other, List) else [other]
        has_number = any(isinstance(v, Value) and not isinstance(v.value, bool) for v in values)
        if isinstance(other, Column):
            has_number = data_of(categories_of(self._column(other))).kind == "numbers"
        if has_number or sign in MIRRORED:
            raise refusal(
                f"{shown(node.name)} is a group, not a number; rename the "
                "group to use the region or gene of this name",
                node.at,
            )

    def _column(self, node: Column) -> pd.Series[Any]:
        names = [str(name) for name in self._obs.columns]
        found = [at for at, name in enumerate(names) if name == node.name]
        if node.name in self._groups:
            return self._group(node, found)
        if len(found) == 1:
            return self._obs.iloc[:, found[0]]
        if found:
            raise refusal(
                f"obs has {len(found)} columns named {shown(node.name)}; rename them", node.at
            )
        if node.name in ("index", self._obs.index.name):
            return self._obs.index.to_series()
        values = self._values(node.name)
        if values is not None:
            import pandas as pd

            return pd.Series(values)
        names = [*self._groups, *names]
        near = difflib.get_close_matches(node.name[:100], names, 4, 0.5) or names[:4]
        there = ", ".join(_as_written(name) for name in near) or "none"
        kind = "the nearest are" if len(names) > len(near) else "there are"
        lacks = "there is no group and obs has no" if self._groups else "obs has no"
        raise refusal(f"{lacks} column {shown(node.name)}; {kind} {there}", node.at)

    def _group(self, node: Column, columns: Sequence[int]) -> pd.Series[Any]:
        """Return a group as a column; one of the same name must mean the same cells."""
        import pandas as pd

        group = pd.Series(self._groups[node.name])
        for at in columns:
            column = data_of(categories_of(self._obs.iloc[:, at]))
            is_same = column.kind == "yes or no" and np.array_equal(column.values, group)
            if not (is_same and column.known.all()):
                reason = f"{shown(node.name)} is a group and a column of obs; rename the group"
                raise refusal(reason, node.at)
        return group


def _as_written(name: str) -> str:
    short = name if len(name) <= 30 else name[:27] + "..."
    return short if re.fullmatch(r"[^\W\d]\w*", name) else f"`{short}`"


def _joined(word: str, parts: Sequence[Truth]) -> Truth:
    """Join by Kleene's logic: false and unknown is false, true or unknown is true."""
    yes, no = parts[0]
    for part in parts[1:]:
        yes, no = (
            (yes & part.yes, no | part.no) if word == "and" else (yes | part.yes, no & part.no)
        )
    return Truth(yes, no)


def _equal(sign: str, one: Truth, other: Truth) -> Truth:
    same = one.yes & other.yes | one.no & other.no
    different = one.yes & other.no | one.no & other.yes
    return Truth(same, different) if sign == "==" else Truth(different, same)
