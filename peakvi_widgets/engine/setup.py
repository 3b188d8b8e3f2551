"""Which columns of ``obs`` a model looks at, and the categories it met in them. Without torch."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError


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
    """

    batch_key: str | None = None
    labels_key: str | None = None
    categorical_covariate_keys: tuple[str, ...] = ()
    continuous_covariate_keys: tuple[str, ...] = ()
    layer: str | None = None
    categories: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(
        cls,
        obs: pd.DataFrame,
        *,
        batch_key: str | None = None,
        labels_key: str | None = None,
        categorical_covariate_keys: list[str] | None = None,
        continuous_covariate_keys: list[str] | None = None,
        layer: str | None = None,
    ) -> "Setup":
        """Meet the categories of some cells.

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
                ("0",) if key is None else _categories(_column(obs, key))
                for key in (batch_key, *categorical)
            ),
        )
        if labels_key is not None:
            _column(obs, labels_key)
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
            column = _column(obs, key).astype(str)
            codes[:, i] = pd.Index(known).get_indexer(pd.Index(column))
            if (codes[:, i] < 0).any():
                new = sorted(set(column) - set(known))
                raise DataError(
                    f"obs[{key!r}] has {', '.join(map(repr, new))}, which the model has not met; "
                    f"it knows {', '.join(map(repr, known))}."
                )
        return codes

    def continuous(self, obs: pd.DataFrame) -> NDArray[np.float32]:
        """Return the continuous covariates as they are, ``(n_cells, n_continuous)``."""
        values = np.empty((len(obs), len(self.continuous_covariate_keys)), np.float32)
        for i, key in enumerate(self.continuous_covariate_keys):
            column = _column(obs, key)
            if not pd.api.types.is_numeric_dtype(column):
                raise DataError(f"obs[{key!r}] does not hold numbers; make it a categorical one.")
            values[:, i] = column
        return values

    def extended(self, obs: pd.DataFrame) -> "Setup":
        """Return a set-up that knows the categories of other cells too, behind the known ones."""
        keys = (self.batch_key, *self.categorical_covariate_keys)
        met = [() if key is None else _categories(_column(obs, key)) for key in keys]
        return replace(
            self,
            categories=tuple(
                (*known, *(name for name in new if name not in known))
                for known, new in zip(self.categories, met, strict=True)
            ),
        )

    def batch_code(self, category: Any) -> int:
        """Return the code of a batch, named by its category."""
        known = self.categories[0]
        if str(category) not in known:
            raise DataError(
                f"There is no batch {category!r}; the batches are {', '.join(map(repr, known))}."
            )
        return known.index(str(category))

    def as_dict(self) -> dict[str, Any]:
        """Return this in the types that JSON has."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Setup":
        """Take over what `as_dict` gave, after JSON has turned tuples into lists."""
        lists = ("categorical_covariate_keys", "continuous_covariate_keys")
        return cls(
            **{
                **values,
                **{key: tuple(values[key]) for key in lists},
                "categories": tuple(map(tuple, values["categories"])),
            }
        )


def original_categories(column: "pd.Series[Any]", known: tuple[str, ...]) -> NDArray[Any]:
    """Return the categories that a model knows, in the type the column holds them in."""
    met = column.astype("category").cat.categories
    by_name = dict(zip(map(str, met), met, strict=True))
    values = [by_name.get(name, name) for name in known]
    if all(isinstance(value, str) for value in values):
        return np.array(values, object)
    return np.array(values)


def _column(obs: pd.DataFrame, key: str) -> "pd.Series[Any]":
    if key not in obs:
        raise DataError(f"obs has no column {key!r}; its columns are {', '.join(map(str, obs))}.")
    column = obs[key]
    if column.isna().any():
        raise DataError(f"obs[{key!r}] has missing values; fill them or drop these cells.")
    return column


def _categories(column: "pd.Series[Any]") -> tuple[str, ...]:
    met = column.astype("category").cat.remove_unused_categories()
    return tuple(map(str, met.cat.categories))
