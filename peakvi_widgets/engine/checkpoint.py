"""Save and load a trained network: weights as safetensors, everything else as JSON, no pickle."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..errors import DataError
from .architecture import Architecture, architecture
from .module import PeakVAE
from .plan import TrainingPlan
from .scvi_file import read_scvi_model
from .setup import Setup

WEIGHTS, FACTS, SCVI = "model.safetensors", "model.json", "model.pt"
TRAINING = "training.safetensors"  # written on request, see resume.py
FORMAT = 1


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
        model = PeakVAE(self.shape)
        try:
            model.load_state_dict(self.weights)
        except RuntimeError as error:
            raise DataError(
                f"The saved weights do not fit the saved sizes; save the model again. ({error})"
            ) from error
        model.reference = self.reference
        return model.eval()


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
    new_weights, new_facts = folder / f"{WEIGHTS}.new", folder / f"{FACTS}.new"
    new_training = folder / f"{TRAINING}.new"
    with writing(folder):
        save_file(weights, new_weights)
        new_facts.write_text(json.dumps(facts, indent=1), encoding="utf-8")
        if training is not None:
            save_file(training[0], new_training, training[1])
        os.replace(new_weights, folder / WEIGHTS)
        os.replace(new_facts, folder / FACTS)
        if training is not None:
            os.replace(new_training, folder / TRAINING)
        else:
            (folder / TRAINING).unlink(missing_ok=True)
        (folder / SCVI).unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tell what keeps files from being written into a folder.

    Raises
    ------
    DataError
        The folder is read-only, the disk is full, or the like.
    """
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:  # as torch and safetensors tell it
        raise DataError(
            f"{folder} cannot be written: {error}; give another folder, or make room."
        ) from error


def free_folder(folder: Path, overwrite: bool) -> Path:
    """Make a folder if it is missing, and return it if a model may be written into it.

    Raises
    ------
    DataError
        There is a model already and ``overwrite`` is off, or the folder is a file.
    """
    if not overwrite and holds_model(folder):
        raise DataError(f"{folder} holds a model already; pass overwrite=True to replace it.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {error}; give another folder.") from error
    return folder


def holds_model(folder: Path) -> bool:
    """Tell whether there is a model in a folder, ours or one of scvi-tools."""
    return any((folder / name).exists() for name in (WEIGHTS, FACTS, SCVI))


def read(folder: Path) -> Checkpoint:
    """Read a model from a folder, our own or one that scvi-tools saved.

    Raises
    ------
    DataError
        There is none, it is damaged, or it could run as a program.
    """
    if (folder / FACTS).is_file():
        return _read_own(folder)
    if (folder / SCVI).is_file():
        return _read_scvi(folder / SCVI)
    raise DataError(f"There is no model in {folder}; give the folder that save() was given.")


def read_regions(folder: str | Path) -> list[str]:
    """Return the regions that the model in a folder knows, in its order.

    Raises
    ------
    DataError
        As for `read`.
    """
    return read(Path(folder)).region_names


def _read_own(folder: Path) -> Checkpoint:
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise DataError(
                f"{folder / FACTS} is of format {facts['format']}, this version reads {FORMAT}; "
                "update peakvi_widgets."
            )
        shape = facts["shape"]
        shape["n_categories"] = tuple(shape["n_categories"])
        return Checkpoint(
            Architecture(**shape),
            load_file(folder / WEIGHTS),
            Setup.from_dict(facts["setup"]),
            facts["region_names"],
            facts["history"],
            TrainingPlan(**facts["plan"]) if facts["plan"] else None,
            facts["seed"],
            tuple(facts["reference"]) if facts.get("reference") else None,
        )
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"The model in {folder} is damaged; save it again. ({error})") from error


def _read_scvi(path: Path) -> Checkpoint:
    saved = read_scvi_model(path)
    try:
        sizes = dict(saved.init_params["non_kwargs"])
        extra = saved.init_params["kwargs"].get("model_kwargs") or {}
        registry, arguments = saved.registry["field_registries"], saved.registry["setup_args"]
        setup = _setup_of(registry, arguments)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path} was saved by a version of scvi-tools that is not known here ({error!r}); "
            "save it with scvi-tools 1.0 or newer."
        ) from error
    known = {field.name for field in fields(Architecture)} - {"n_regions", "n_categories"}
    if unknown := sorted((set(sizes) | set(extra)) - known):
        raise DataError(f"{path} uses {', '.join(unknown)}, which this package does not have.")
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
    n_epochs = max(map(len, saved.history.values()), default=0)
    history: dict[str, list[float | None]] = {
        key: list(values) for key, values in saved.history.items() if len(values) == n_epochs
    }
    return Checkpoint(shape, weights, setup, saved.region_names, history, None, 0)


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
