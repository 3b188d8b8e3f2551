"""A checked `Checkpoint` from the values of a ``model.json``, which anybody may have written."""

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from ..errors import DataError, listed
from .architecture import Architecture, architecture
from .module import PeakVAE
from .plan import TrainingPlan, saved_plan
from .setup import Setup
from .validate import whole

MAX_LAYERS = 1_000
MAX_SEED = 1 << 63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A trained network and where it came from.

    Attributes
    ----------
    shape
        Sizes and choices of the network.
    weights
        Its state, named as in `PeakVAE`.
    setup
        The columns it looks at and their categories.
    region_names
        The regions, in the order of the weights.
    history
        One list a measure, one entry an epoch.
    plan
        How it was last trained; ``None`` if that is not known.
    seed
        Of the model.
    reference
        Categories that were known before others were added and learned alone; ``None`` if all
        were learned together.
    """

    shape: Architecture
    weights: dict[str, Tensor]
    setup: Setup
    region_names: list[str]
    history: dict[str, list[float | None]]
    plan: TrainingPlan | None
    seed: int
    reference: tuple[int, ...] | None = None

    def network(self) -> PeakVAE:
        """Build the network.

        Raises
        ------
        DataError
            The weights do not fit the shape.
        """
        check_sizes(self.shape, {name: tuple(one.shape) for name, one in self.weights.items()})
        model = PeakVAE(self.shape)
        model.load_state_dict(self.weights)
        model.reference = self.reference
        return model.eval()


def checkpoint_from(facts: dict[str, Any], weights: Path) -> Checkpoint:
    """Check every value of a ``model.json`` and read the weights that fit them.

    Parameters
    ----------
    facts
        Anything that JSON can hold.
    weights
        The file of the weights. It is read only when the sizes that it declares are those of
        the network.

    Raises
    ------
    DataError, ValueError, TypeError, KeyError
        A value is missing or invalid.
    """
    shape, setup = _shape(facts["shape"]), setup_from(facts["setup"])
    names = _texts(facts["region_names"], "region_names")
    if len(names) != shape.n_regions:
        raise ValueError(f"it names {len(names):,} regions and has {shape.n_regions:,}")
    if setup.n_categories != shape.n_categories:
        raise ValueError("its categories are not those of its network")
    reference = facts.get("reference")
    if reference is not None:
        reference = tuple(whole("reference", one, 0) for one in _list(reference, "reference"))
    plan = facts["plan"]
    return Checkpoint(
        shape,
        read_weights(weights, shape),
        setup,
        names,
        history_from(facts["history"]),
        saved_plan(_object(plan, "plan")) if plan else None,
        seed_from(facts["seed"]),
        reference or None,
    )


def read_weights(path: Path, shape: Architecture) -> dict[str, Tensor]:
    """Read weights, once it is known that the file holds those of the network.

    Raises
    ------
    DataError
        They do not fit.
    """
    with safe_open(path, "pt") as file:
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
        check_sizes(shape, {name: tuple(one.get_shape()) for name, one in slices.items()})
        return {name: file.get_tensor(name) for name in slices}


def check_sizes(shape: Architecture, found: dict[str, tuple[int, ...]]) -> None:
    """Raise a `DataError` unless weights have the names and sizes of a network; allocates nothing.

    Parameters
    ----------
    shape
        Of the network.
    found
        Size of each tensor, by name.
    """
    n_layers = max(shape.n_layers_encoder, shape.n_layers_decoder)
    expected = {}
    if n_layers <= min(len(found), MAX_LAYERS):
        with torch.device("meta"):
            network = PeakVAE(shape).state_dict()
        expected = {name: tuple(value.shape) for name, value in network.items()}
    if found != expected or not found:
        different = sorted({*found.items()} ^ {*expected.items()}, key=str)
        names = dict.fromkeys(name for name, _ in different)
        raise DataError(
            "The saved weights do not fit the saved sizes; save the model again. "
            f"({listed(names, most=3)})"
        )


def _shape(values: Any) -> Architecture:
    values = _object(values, "shape")
    known = {field.name for field in fields(Architecture)}
    if set(values) != known:
        raise ValueError("its shape has other fields than a network")
    given_by_the_data = ("n_regions", "n_categories", "n_continuous")
    n_regions, categories, n_continuous = (values[name] for name in given_by_the_data)
    return architecture(
        whole("n_regions", n_regions, 1),
        tuple(whole("n_categories", n, 1) for n in _list(categories, "n_categories")),
        whole("n_continuous", n_continuous, 0),
        **{name: value for name, value in values.items() if name not in given_by_the_data},
    )


def setup_from(values: Any) -> Setup:
    """Check what a model was set up with."""
    values = _object(values, "setup")
    for name in ("batch_key", "labels_key", "layer"):
        if not isinstance(values[name], str | None):
            raise TypeError(f"{name} is not a name")
    for name in ("categorical_covariate_keys", "continuous_covariate_keys"):
        _texts(values[name], name)
    categories = _list(values["categories"], "categories")
    for names in categories:
        _texts(names, "categories")
    if len(categories) != 1 + len(values["categorical_covariate_keys"]):
        raise ValueError("it has categories of other columns than it names")
    if not isinstance(values.get("held_out"), dict | None):
        raise TypeError("held_out is not an object")
    return Setup.from_dict(values)


def history_from(values: Any) -> dict[str, list[float | None]]:
    """Check the history: as many numbers of each measure."""
    history = _object(values, "history")
    lengths = {len(_list(column, "history")) for column in history.values()}
    entries = [one for column in history.values() for one in column]
    if len(lengths) > 1 or not all(one is None or _is_number(one) for one in entries):
        raise ValueError("its history is not one of numbers")
    return history


def seed_from(value: Any) -> int:
    """Check a seed."""
    seed = whole("seed", value, 0)
    if seed >= MAX_SEED:
        raise ValueError("its seed is too large")
    return seed


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and (isinstance(value, int) or not math.isinf(value))


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"{name} is not an object")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{name} is not a list")
    return list(value)


def _texts(value: Any, name: str) -> list[str]:
    texts = _list(value, name)
    if not all(isinstance(one, str) for one in texts):
        raise TypeError(f"{name} does not hold names")
    return texts
