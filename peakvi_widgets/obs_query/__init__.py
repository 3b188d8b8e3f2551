"""Queries on the table of the cells (``obs``), in a small language of their own.

A query is text such as ``n_counts > 500 and cell_type in ["B", "T"]``. It may come from a stranger:
a page, a recorded session, a script that was passed on. So it is parsed and evaluated here, never
by ``eval``, and it can compare columns and nothing else: there are no calls, attributes, subscripts
or variables in the language, and length and nesting are bounded.

::

    query      = all_of { ("or" | "|") all_of }
    all_of     = not_one { ("and" | "&") not_one }
    not_one    = "not" not_one | comparison
    comparison = operand { ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not" "in") operand }
    operand    = "~" operand | name | `name` | number | text | "True" | "False"
               | list | "(" query ")"

``&`` and ``|`` bind as ``and`` and ``or`` do, and comparisons can be chained (``0 < x <= 5``), both
as in ``DataFrame.query``. A name is a column of ``obs``, or ``index``.

A comparison with a missing value is neither true nor false (the logic of SQL, and of pandas'
nullable types): such a cell is selected by no comparison, nor by its negation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

from .evaluate import Evaluation
from .grammar import Parser


def query_mask(obs: pd.DataFrame, query: str) -> NDArray[np.bool_]:
    """Return which cells a query is true of.

    Parameters
    ----------
    obs
        The table of the cells.
    query
        Such as ``"n_counts > 500 and cell_type in ['B', 'T']"``; a name that has spaces or dots
        stands in backticks.

    Returns
    -------
    Mask, shape (n_cells,).

    Raises
    ------
    DataError
        It is not a query, names a column that does not exist, or compares what cannot be
        compared; one sentence says where and why.
    """
    return Evaluation(obs).truth(Parser(query).tree()).yes
