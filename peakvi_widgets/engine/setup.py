"""Which columns of ``obs`` a model looks at, and the categories it met in them. Without torch."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, listed
from .held_out import HeldOut


@dataclass(frozen=True, slots=True)
class Setup:
    """What a model was set up with; enough to read other cells the same way.

    Attributes
    ----------
    batch_key, labels_key
        Columns of ``obs``; the labels are kept but no model looks at them.
    categorical_covariate_keys, continuous_covariate_keys
        More columns of ``obs``.
    layer
        Layer that holds the counts; ``None`` is ``X``.
    categories
        Categories of the batch, then of each categorical covariate, as text and in the order of
        their codes. Without a batch its one category is ``"0"``.
    held_out
        How fragments are set aside to check comparisons by; ``None`` where the model sees all.
    """

    batch_key: str | None = None
    labels_key: str | None = None
    categorical_covariate_keys: tuple[str, ...] = ()
    continuous_covariate_keys: tuple[str, ...] = ()
    layer: str | None = None
    categories: tuple[tuple[str, ...], ...] = ()
    held_out: HeldOut | None = None

    @classmethod
    def of(
        cls,
        obs: pd.DataFrame,
        *,
        batch_key: str | None = None,
        labels_key: str | None = None,
        categorical_covariate_keys: Sequence[str] | None = None,
        continuous_covariate_keys: Sequence[str] | None = None,
        layer: str | None = None,
        held_out: HeldOut | None = None,
    ) -> "Setup":
        """Read the categories of some cells.

        Raises
        ------
        DataError
            A column is missing or has missing values, or a continuous one is not of numbers.
        """
        categorical = tuple(categorical_covariate_keys or ())
        setup = cls(
            batch_key,
            labels_key,
            categorical,
            tuple(continuous_covariate_keys or ()),
            layer,
            tuple(
                ("0",) if key is None else tuple(map(str, categorical_column(obs, key).categories))
                for key in (batch_key, *categorical)
            ),
            held_out,
        )
        if labels_key is not None:
            column_of(obs, labels_key)
        setup.continuous(obs)
        return setup

    @property
    def n_categories(self) -> tuple[int, ...]:
        """Number of categories of the batch, then of each categorical covariate."""
        return tuple(map(len, self.categories))

    def codes(self, obs: pd.DataFrame) -> NDArray[np.int64]:
        """Return the codes of batch and categorical covariates, ``(n_cells, 1 + n_covariates)``.

        Raises
        ------
        DataError
            A cell is of a category that the model has not met.
        """
        codes = np.zeros((len(obs), len(self.categories)), np.int64)
        keys = (self.batch_key, *self.categorical_covariate_keys)
        for i, (key, known) in enumerate(zip(keys, self.categories, strict=True)):
            if key is None:
                continue
            column = categorical_column(obs, key)
            places = np.array([place_of(one, known) for one in column.categories], np.int64)
            if (places < 0).any():
                new = column.categories[places < 0].map(str)
                raise DataError(
                    f"obs[{key!r}] has {listed(new)}, which the model has not met; it knows "
                    f"{listed(known)}. PEAKVI.load_query_data places cells of new categories."
                )
            codes[:, i] = places[column.codes]
        return codes

    def continuous(self, obs: pd.DataFrame) -> NDArray[np.float32]:
        """Return the continuous covariates as they are, ``(n_cells, n_continuous)``.

        Raises
        ------
        DataError
            A column is not of finite numbers.
        """
        values = np.empty((len(obs), len(self.continuous_covariate_keys)), np.float32)
        for i, key in enumerate(self.continuous_covariate_keys):
            column = _complete(column_of(obs, key), key)
            if not pd.api.types.is_numeric_dtype(column) or column.dtype.kind == "c":
                raise DataError(f"obs[{key!r}] does not hold numbers; make it a categorical one.")
            with np.errstate(over="ignore"):  # what is too large is infinite, and refused
                values[:, i] = column.to_numpy(np.float64)
            if not np.isfinite(values[:, i]).all():
                raise DataError(
                    f"obs[{key!r}] holds infinite or huge values; replace them or drop these cells."
                )
        return values

    def extended(self, obs: pd.DataFrame) -> "Setup":
        """Return a set-up that knows the categories of other cells too, behind the known ones."""
        keys = (self.batch_key, *self.categorical_covariate_keys)
        met = [() if key is None else categorical_column(obs, key).categories for key in keys]
        return replace(
            self,
            categories=tuple(
                (*known, *(str(name) for name in new if place_of(name, known) < 0))
                for known, new in zip(self.categories, met, strict=True)
            ),
        )

    def batch_code(self, category: Any) -> int:
        """Return the code of a batch, named by its category.

        Raises
        ------
        DataError
            There is no such batch.
        """
        place = place_of(category, self.categories[0])
        if place < 0:
            raise DataError(
                f"There is no batch {category!r}; the batches are {listed(self.categories[0])}."
            )
        return place

    def as_dict(self) -> dict[str, Any]:
        """Return this in the types that JSON has."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Setup":
        """Return the set-up that `as_dict` gave, after JSON has turned tuples into lists."""
        lists = ("categorical_covariate_keys", "continuous_covariate_keys")
        return cls(
            **{
                **values,
                **{key: tuple(values[key]) for key in lists},
                "categories": tuple(map(tuple, values["categories"])),
                "held_out": HeldOut(**held_out) if (held_out := values.get("held_out")) else None,
            }
        )


def original_categories(column: "pd.Series[Any]", known: tuple[str, ...]) -> NDArray[Any]:
    """Return the categories that a model knows, in the type the column holds them in."""
    met = pd.Categorical(column.array).categories
    by_place = {place_of(value, known): value for value in met}
    values = [by_place.get(place, name) for place, name in enumerate(known)]
    if all(isinstance(value, str) for value in values):
        return np.array(values, object)
    return np.array(values)


def column_of(obs: pd.DataFrame, key: Any) -> "pd.Series[Any]":
    """Return a column of ``obs``.

    Raises
    ------
    DataError
        There is none of this name, or several.
    """
    try:
        column: Any = obs.get(key)
    except TypeError as error:  # a list or the like
        raise DataError(f"{key!r:.80} is not the name of a column of obs; name one.") from error
    if column is None:
        raise DataError(f"obs has no column {key!r:.80}; its columns are {listed(obs.columns)}.")
    if not isinstance(column, pd.Series):
        raise DataError(f"obs has several columns named {key!r:.80}; keep or rename one of them.")
    return column


def categorical_column(obs: pd.DataFrame, key: Any, *, complete: bool = True) -> pd.Categorical:
    """Return a column of ``obs`` as the categories that it has and the code of each cell.

    Parameters
    ----------
    obs, key
        The table of the cells, and the name of a column.
    complete
        Whether each cell must have a category; otherwise the code of one without is -1.

    Raises
    ------
    DataError
        The column is missing, its values cannot be categories, two categories read the same, or
        a cell has none.
    """
    column = column_of(obs, key)
    if complete:
        _complete(column, key)
    try:
        met = pd.Categorical(column.array).remove_unused_categories()
    except (TypeError, ValueError) as error:  # lists, say
        raise DataError(
            f"obs[{key!r}] holds values that cannot be categories; turn them into text."
        ) from error
    texts = met.categories.map(str)
    if not texts.is_unique:
        twice = met.categories[texts.duplicated(keep=False)]
        raise DataError(
            f"obs[{key!r}] has categories that read the same, {listed(twice, 2)}; rename one, or "
            "turn all into text."
        )
    return met


def place_of(category: Any, known: Sequence[str]) -> int:
    """Return which of some categories is meant, or -1.

    Categories are kept as text. A whole number is found also where it was of another type, as 1
    among "1.0": columns of whole numbers become floats where a value was missing once.

    Parameters
    ----------
    category
        A category in the type of its column, or its text.
    known
        Text of each category.
    """
    spellings = [str(category)]
    if isinstance(category, Real) and not isinstance(category, bool | np.bool_):
        value = float(category)
        if value.is_integer():
            spellings += [str(int(value)), str(value)]
    return next((known.index(text) for text in spellings if text in known), -1)


def _complete(column: "pd.Series[Any]", key: str) -> "pd.Series[Any]":
    n_missing = int(column.isna().sum())
    if n_missing:
        raise DataError(
            f"obs[{key!r}] has missing values in {n_missing:,} of {len(column):,} cells; fill them "
            "or drop these cells."
        )
    return column
