"""Queries on the table of the cells (``obs``), in a small language of their own.

A query is text such as ``n_counts > 500 and cell_type in ["B", "T"]``. It may come from a stranger:
a page, a recorded session, a script that was passed on. So it is parsed and evaluated here, never
by ``eval``, and it can compare columns and nothing else: there are no calls, attributes, subscripts
or variables in the language, and length and nesting are bounded.

::

    query      = all_of { ("or" | "|") all_of }
    all_of     = not_one { ("and" | "&") not_one }
    not_one    = "not" not_one | comparison
    comparison = difference { sign difference }
    sign       = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not" "in"
    difference = operand { "-" operand }
    operand    = "~" operand | name | `name` | number | text | "True" | "False"
               | list | "(" query ")"

``&`` and ``|`` bind as ``and`` and ``or`` do, and comparisons can be chained (``0 < x <= 5``), both
as in ``DataFrame.query``. A name is a column of ``obs``, ``index``, or another that `Names` knows.
A difference is of conditions: ``A - B`` is ``A & ~B``. A group is true or false, never a number.

A comparison with a missing value is neither true nor false (the logic of SQL, and of pandas'
nullable types): such a cell is selected by no comparison, nor by its negation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

from .evaluate import NO_NAMES, Evaluation, Names
from .grammar import KEYWORDS, Parser, Token, tokens

__all__ = ["NO_NAMES", "Names", "as_name", "names_in", "query_mask", "with_name"]


def query_mask(obs: pd.DataFrame, query: str, names: Names = NO_NAMES) -> NDArray[np.bool_]:
    """Return which cells a query is true of.

    Parameters
    ----------
    obs
        The table of the cells.
    query
        Such as ``"n_counts > 500 and cell_type in ['B', 'T']"``; a name that has spaces or dots
        stands in backticks.
    names
        Others that the query may use as it uses columns.

    Returns
    -------
    Mask, shape (n_cells,).

    Raises
    ------
    DataError
        It is not a query, names a column that does not exist, or compares what cannot be
        compared; one sentence says where and why.
    """
    return Evaluation(obs, names).truth(Parser(query).tree()).yes


def with_name(query: str, old: str, new: str) -> str:
    """Return a query with another name for a column or group."""
    parts, at = list[str](), 0
    for token in tokens(query):
        if _is_name(token) and token.value == old:
            parts += [query[at : token.at], as_name(new)]
            at = token.at + len(old) + 2 * (token.kind == "quoted")
    return "".join((*parts, query[at:]))


def names_in(query: str) -> set[str]:
    """Return the names that a query uses, of columns or others."""
    return {token.value for token in tokens(query) if _is_name(token)}


def _is_name(token: Token) -> bool:
    return token.kind == "quoted" or (token.kind == "word" and token.value not in KEYWORDS)


def as_name(name: str) -> str:
    """Return a name as a query has it: in backticks where it is not one word."""
    is_word = re.fullmatch(r"[^\W\d]\w*", name) and name not in KEYWORDS
    return name if is_word else f"`{name}`"
