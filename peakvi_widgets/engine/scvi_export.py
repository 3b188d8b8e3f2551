"""Write the ``model.pt`` that scvi-tools loads: plain tensors, arrays, tables and dicts."""

import os
import secrets
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from .checkpoint_values import Checkpoint
from .model_folder import SCVI, remove_model, writing

VERSION = "1.4.2"  # of scvi-tools, whose form this is


def write_scvi_model(
    folder: Path,
    checkpoint: Checkpoint,
    categories: list[NDArray[Any]],
    history: dict[str, pd.DataFrame],
    n_cells: int,
) -> None:
    """Write ``model.pt`` into a folder that is there, in the place of a model of ours.

    Parameters
    ----------
    folder
        Where to.
    checkpoint
        The model. The column of labels is left out, as no model looks at it.
    categories
        Those of ``checkpoint.setup`` in the types that ``obs`` holds them in.
    history
        One table of one column a measure.
    n_cells
        Cells the model was trained on.

    Raises
    ------
    DataError
        The folder cannot be written.

    References
    ----------
    The form of scvi-tools 1.0 to 1.5: what its ``PEAKVI.save`` writes and its ``load`` asks for.
    """
    shape = asdict(checkpoint.shape)
    for given_by_the_data in ("n_regions", "n_categories", "n_continuous"):
        del shape[given_by_the_data]
    content = {
        "model_state_dict": {
            name: value.detach().cpu().contiguous() for name, value in checkpoint.weights.items()
        },
        "var_names": np.array(checkpoint.region_names, object),
        "attr_dict": {
            "init_params_": {"kwargs": {"model_kwargs": {}}, "non_kwargs": shape},
            "is_trained_": True,
            "history_": history,
            "registry_": _registry(checkpoint, categories, n_cells),
        },
    }
    new = folder / f".{SCVI}.{secrets.token_hex(4)}.new"
    try:
        with writing(folder):
            torch.save(content, new)
            os.replace(new, folder / SCVI)
            remove_model(folder)  # or else ours would be loaded
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _registry(
    checkpoint: Checkpoint, categories: list[NDArray[Any]], n_cells: int
) -> dict[str, Any]:
    setup, names = checkpoint.setup, np.array(checkpoint.region_names, object)
    categorical, continuous = setup.categorical_covariate_keys, setup.continuous_covariate_keys
    counts = {
        "attr_name": "X" if setup.layer is None else "layers",
        "attr_key": setup.layer,
    }
    size = {"n_obs": n_cells, "n_vars": len(names), "column_names": names}
    batch = setup.batch_key or "_scvi_batch"
    mappings = dict(zip(categorical, categories[1:], strict=True))
    several = {
        "mappings": mappings,
        "field_keys": list(categorical),
        "n_cats_per_key": [len(one) for one in mappings.values()],
    }
    return {
        "scvi_version": VERSION,
        "model_name": "PEAKVI",
        "setup_method_name": "setup_anndata",
        "setup_args": {
            "batch_key": setup.batch_key,
            "labels_key": None,
            "categorical_covariate_keys": list(categorical) or None,
            "continuous_covariate_keys": list(continuous) or None,
            "layer": setup.layer,
        },
        "field_registries": {
            "X": _field(counts, size, {"n_vars": len(names), "n_cells": n_cells}),
            "batch": _field(
                {"attr_name": "obs", "attr_key": "_scvi_batch"},
                {"categorical_mapping": categories[0], "original_key": batch},
                {"n_batch": len(categories[0])},
            ),
            "labels": _field(
                {"attr_name": "obs", "attr_key": "_scvi_labels"},
                {"categorical_mapping": np.array([0]), "original_key": "_scvi_labels"},
                {"n_labels": 1},
            ),
            "extra_categorical_covs": _field(
                {"attr_name": "obsm", "attr_key": "_scvi_extra_categorical_covs"},
                several,
                {"n_extra_categorical_covs": len(categorical)},
                exists=bool(categorical),
            ),
            "extra_continuous_covs": _field(
                {"attr_name": "obsm", "attr_key": "_scvi_extra_continuous_covs"},
                {"columns": np.array(continuous, object)},
                {"n_extra_continuous_covs": len(continuous)},
                exists=bool(continuous),
            ),
        },
    }


def _field(
    data: dict[str, Any], state: dict[str, Any], stats: dict[str, int], *, exists: bool = True
) -> dict[str, Any]:
    """Describe one field: where it is in an AnnData, what was met there, and sizes."""
    return {
        "data_registry": data if exists else {},
        "state_registry": state if exists else {},
        "summary_stats": stats,
    }
