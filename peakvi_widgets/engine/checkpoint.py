"""Save and load a trained network: weights as safetensors, everything else as JSON, no pickle."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from ..errors import DataError, listed
from ..files import reason, short
from .architecture import Architecture, architecture
from .checkpoint_values import (
    Checkpoint,
    check_sizes,
    checkpoint_from,
    history_from,
    setup_from,
)
from .model_folder import (
    FACTS,
    SCVI,
    WEIGHTS,
    file_of,
    free_folder,
    holds_model,
    one_sentence,
    read_facts,
    replace_model,
)
from .scvi_file import read_scvi_model
from .setup import Setup

__all__ = ["Checkpoint", "free_folder", "holds_model", "read", "read_regions", "write"]

FORMAT = 1


def write(
    folder: Path,
    checkpoint: Checkpoint,
    *,
    overwrite: bool = False,
    training: tuple[dict[str, Tensor], dict[str, str]] | None = None,
) -> None:
    """Write a model to a folder, which is made if it is missing.

    A model that is there is replaced only when the new one is written whole.

    Parameters
    ----------
    folder, checkpoint
        Where to, and what.
    overwrite
        Whether a model that is there may be replaced.
    training
        Tensors and facts of `resume.packed`, to be written as well.

    Raises
    ------
    DataError
        There is a model already and ``overwrite`` was not asked for, the folder is a file, or
        it cannot be written.
    """
    free_folder(folder, overwrite)
    facts = {
        "format": FORMAT,
        "model": "PEAKVI",
        "shape": asdict(checkpoint.shape),
        "setup": checkpoint.setup.as_dict(),
        "region_names": checkpoint.region_names,
        "history": checkpoint.history,
        "plan": checkpoint.plan and asdict(checkpoint.plan),
        "seed": checkpoint.seed,
        "reference": checkpoint.reference,
    }
    weights = {
        name: value.detach().cpu().contiguous() for name, value in checkpoint.weights.items()
    }
    replace_model(
        folder,
        facts,
        lambda path: save_file(weights, path),
        None if training is None else lambda path: save_file(training[0], path, training[1]),
    )


def read(folder: Path) -> Checkpoint:
    """Read a model from a folder, our own or one that scvi-tools saved.

    Raises
    ------
    DataError
        There is none, it is damaged, or it could run as a program.
    """
    try:
        if (folder / FACTS).is_file():
            return _read_own(folder)
        if (folder / SCVI).is_file():
            return _read_scvi(folder / SCVI)
    except DataError as error:
        raise one_sentence(error) from error
    except Exception as error:
        # a file that was damaged on purpose can fail in any way; all mean the same
        why = reason(error) if str(error) else type(error).__name__
        raise DataError(
            f"The model in {short(folder)} is damaged; save it again. ({why})"
        ) from error
    raise DataError(f"There is no model in {short(folder)}; give the folder that save() was given.")


def read_regions(folder: str | Path) -> list[str]:
    """Return the regions that the model in a folder knows, in its order.

    Raises
    ------
    DataError
        As for `read`.
    """
    return read(Path(folder)).region_names


def _read_own(folder: Path) -> Checkpoint:
    facts = read_facts(folder)
    if facts["format"] != FORMAT:
        raise DataError(
            f"{short(folder / FACTS)} is of format {facts['format']!r:.20}, this version reads "
            f"{FORMAT}; update peakvi_widgets."
        )
    weights = file_of(folder, facts, WEIGHTS)
    if weights is None:
        raise ValueError(f"{WEIGHTS} is missing")
    return checkpoint_from(facts, weights)


def _read_scvi(path: Path) -> Checkpoint:
    saved = read_scvi_model(path)
    try:
        sizes = dict(saved.init_params["non_kwargs"])
        extra = saved.init_params["kwargs"].get("model_kwargs") or {}
        registry, arguments = saved.registry["field_registries"], saved.registry["setup_args"]
        setup = setup_from(asdict(_setup_of(registry, arguments)))
        named = {*sizes, *extra}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{short(path)} was saved by a version of scvi-tools that is not known here; "
            "save it with scvi-tools 1.0 or newer."
        ) from error
    known = {field.name for field in fields(Architecture)} - {"n_regions", "n_categories"}
    if unknown := sorted(map(str, named - known)):
        raise DataError(f"{short(path)} uses {listed(unknown)}, which this package does not have.")
    shape = architecture(
        len(saved.region_names),
        setup.n_categories,
        len(setup.continuous_covariate_keys),
        **sizes,
        **extra,
    )
    weights = {
        name: torch.from_numpy(np.ascontiguousarray(value)).reshape(value.shape)
        for name, value in saved.weights.items()
    }
    check_sizes(shape, {name: tuple(value.shape) for name, value in weights.items()})
    n_epochs = max(map(len, saved.history.values()), default=0)
    history: dict[str, list[float | None]] = {
        key: list(values) for key, values in saved.history.items() if len(values) == n_epochs
    }
    return Checkpoint(shape, weights, setup, saved.region_names, history_from(history), None, 0)


def _setup_of(registry: dict[str, Any], arguments: dict[str, Any]) -> Setup:
    batch = registry["batch"]["state_registry"]
    categorical = registry["extra_categorical_covs"]["state_registry"].get("mappings", {})
    has_batch = arguments["batch_key"] is not None
    return Setup(
        arguments["batch_key"],
        arguments["labels_key"],
        tuple(categorical),
        tuple(arguments["continuous_covariate_keys"] or ()),
        arguments["layer"],
        (
            tuple(map(str, batch["categorical_mapping"])) if has_batch else ("0",),
            *(tuple(map(str, categories)) for categories in categorical.values()),
        ),
    )
