"""What a column holds, in a form that compares, and comparing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .grammar import COMPARISONS, MIRRORED, Column, Value, refusal, shown

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


_ISO_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}|$)|$)")


class Truth(NamedTuple):
    """Where something is surely true and surely false; it is unknown of all other cells."""

    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]


class Data(NamedTuple):
    """What a column holds.

    Attributes
    ----------
    kind
        "numbers", "yes or no", "text", "dates", "durations", "mixed values" or "nothing".
    values
        An array or Series that compares element by element.
    known
        Which of them are not missing, shape (n_values,).
    zone
        The time zone of dates that have one; their values are in UTC.
    """

    kind: str
    values: Any
    known: NDArray[np.bool_]
    zone: Any = None


def truth_of(is_true: Any, known: NDArray[np.bool_]) -> Truth:
    """Return where something is true, false where that is known, else neither."""
    mask = np.asarray(is_true, bool)
    return Truth(mask & known, ~mask & known)


def categories_of(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of categories as these, each once; any other as it is."""
    import pandas as pd

    is_categorical = isinstance(column.dtype, pd.CategoricalDtype)
    return pd.Series(column.cat.categories) if is_categorical else column


def data_of(column: pd.Series[Any]) -> Data:
    """Return what a column holds, in a form that compares."""
    import pandas as pd
    from pandas.api import types

    known = np.asarray(column.notna(), bool)
    if not known.any():
        return Data("nothing", np.zeros(len(column)), known)
    dtype: Any = column.dtype
    if isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype):
        return Data("text", np.array([str(one) for one in column], object), known)
    if isinstance(dtype, pd.CategoricalDtype | pd.SparseDtype):
        dense = np.dtype(object) if isinstance(dtype, pd.CategoricalDtype) else dtype.subtype
        column, dtype = column.astype(dense), dense
    kind = types.infer_dtype(column[known])
    try:
        if types.is_bool_dtype(dtype) or kind == "boolean":
            return Data("yes or no", _filled(column, known, bool), known)
        if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
            return Data("numbers", _filled(column, known), known)
        if kind in ("integer", "floating", "mixed-integer-float", "decimal"):
            return Data("numbers", _filled(column, known), known)
        if kind in ("datetime", "datetime64", "date"):
            dates = pd.to_datetime(column)
            zone = dates.dt.tz
            plain = dates if zone is None else dates.dt.tz_convert("UTC").dt.tz_localize(None)
            return Data("dates", plain.array, known, zone)
        if kind in ("timedelta", "timedelta64"):
            return Data("durations", pd.to_timedelta(column).array, known)
    except (ValueError, TypeError, ArithmeticError):  # numbers or dates out of any range
        kind = "mixed"
    values = np.asarray(column, object)
    return Data("text" if kind == "string" else "mixed values", values, known)


def _filled(
    column: pd.Series[Any], known: NDArray[np.bool_], dtype: Any = None
) -> NDArray[np.generic]:
    """Return the values as a plain array, and 0 where they are missing."""
    values = column[known].to_numpy()
    if values.dtype == object:
        values = np.array(values.tolist(), dtype)
    if values.dtype == object:  # large whole numbers or decimals
        values = values.astype(float)
    filled = np.zeros(len(column), values.dtype)
    filled[known] = values
    return filled


def compared_with(column: pd.Series[Any], sign: str, value: Value, name: str) -> Truth:
    """Compare each element of a column with one value."""
    import pandas as pd

    if not isinstance(column.dtype, pd.CategoricalDtype):
        data = data_of(column)
        return truth_of(_compared_data(data, sign, value, name), data.known)
    codes = np.asarray(column.cat.codes)
    categories = data_of(categories_of(column))
    if column.cat.ordered and sign in MIRRORED:
        place = np.flatnonzero(
            truth_of(_compared_data(categories, "==", value, name), categories.known).yes
        )
        if len(place) == 0:
            raise refusal(
                f"{value.value!r:.40} is not among the ordered categories of {name!r:.40}", value.at
            )
        return truth_of(COMPARISONS[sign](codes, place[0]), codes >= 0)
    answers = np.append(np.asarray(_compared_data(categories, sign, value, name), bool), False)
    return truth_of(answers[codes], codes >= 0)


def _compared_data(data: Data, sign: str, value: Value, name: str) -> Any:
    compare, other = COMPARISONS[sign], value.value
    if data.kind == "nothing":
        return np.zeros(len(data.known), bool)
    if data.kind in ("numbers", "yes or no") and not isinstance(other, str):
        return compare(data.values, other)
    if data.kind == "text" and isinstance(other, str):
        return _each(compare, data, other, str)
    if data.kind in ("dates", "durations") and isinstance(other, str):
        return compare(data.values, _moment(data, other, value.at))
    if data.kind == "mixed values":
        alike = str if isinstance(other, str) else (int, float, complex, np.number, np.bool_)
        if sign in ("==", "!=") or isinstance(other, str):
            return _each(compare, data, other, alike, otherwise=sign == "!=")
    how = {
        "numbers": "write a number without quotes",
        "yes or no": "write True or False",
        "text": f"write the value in quotes, as {str(other)!r}",
        "dates": "write a date in quotes, as '2024-01-31'",
        "durations": "write a duration in quotes, as '2 days'",
    }.get(data.kind, "only == and != can compare it")
    raise refusal(f"Column {shown(name)} holds {data.kind}; {how}", value.at)


def _each(
    compare: Callable[[Any, Any], Any],
    data: Data,
    other: Any,
    alike: Any,
    *,
    otherwise: bool = False,
) -> NDArray[np.bool_]:
    """Compare Python objects; ``otherwise`` is what holds of those of another type."""
    answers = (
        bool(compare(one, other)) if isinstance(one, alike) else otherwise for one in data.values
    )
    return np.fromiter(answers, bool, len(data.values))


def _moment(data: Data, text: str, at: int) -> Any:
    """Return a date or a duration that compares with those of a column."""
    import pandas as pd

    try:
        if data.kind == "durations":
            return pd.Timedelta(text)
        if not _ISO_DATE.match(text):
            raise ValueError("not in the order year, month, day")
        moment = pd.Timestamp(text)
    except (ValueError, OverflowError) as error:
        form = "a date as '2024-01-31'" if data.kind == "dates" else "a duration as '2 days'"
        raise refusal(f"{shown(text)} is not {form}", at) from error
    if data.zone is None:
        if moment.tzinfo is not None:
            raise refusal(f"{shown(text)} has a time zone and the column has none", at)
        return moment
    if moment.tzinfo is None:
        moment = moment.tz_localize(data.zone, ambiguous=True, nonexistent="shift_forward")
    return moment.tz_convert("UTC").tz_localize(None)


def compared_columns(left: pd.Series[Any], sign: str, right: pd.Series[Any], node: Column) -> Truth:
    """Compare two columns, cell by cell."""
    import pandas as pd

    ordered = [
        column
        for column in (left, right)
        if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered
    ]
    if ordered and sign in MIRRORED:
        if left.dtype != right.dtype:
            raise refusal(f"{sign} needs two columns of the same ordered categories", node.at)
        codes = [np.asarray(column.cat.codes) for column in (left, right)]
        return truth_of(COMPARISONS[sign](*codes), (codes[0] >= 0) & (codes[1] >= 0))
    one, other = data_of(left), data_of(right)
    known = one.known & other.known
    plain = {"yes or no": "numbers"}
    kinds = {plain.get(data.kind, data.kind) for data in (one, other)}
    if "nothing" in kinds:
        return truth_of(np.zeros(len(known)), known)
    if len(kinds) > 1:
        raise refusal(f"A column of {one.kind} and one of {other.kind} cannot be compared", node.at)
    if kinds == {"mixed values"} and sign in MIRRORED:
        raise refusal(f"{sign} cannot compare columns of mixed values; use == or !=", node.at)
    if kinds == {"dates"} and (one.zone is None) != (other.zone is None):
        raise refusal("Only one of the two columns of dates has a time zone", node.at)
    answers = np.zeros(len(known), bool)
    pair = (np.asarray(data.values)[known] for data in (one, other))
    try:
        answers[known] = np.asarray(COMPARISONS[sign](*pair), bool)
    except (TypeError, ValueError) as error:  # objects of an unknown type
        raise refusal("These two columns cannot be compared", node.at) from error
    return truth_of(answers, known)
