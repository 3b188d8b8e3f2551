"""What a notebook may give instead of a path: AnnData, MuData, a table with names."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import DataError
from .messages import quoted
from .modality import choose_modality
from .regions import is_region_name

if TYPE_CHECKING:
    from anndata import AnnData


def as_anndata(given: Any, *, source: str, remarks: list[str]) -> "AnnData":
    """Convert an object of the notebook to an AnnData.

    Parameters
    ----------
    given
        An AnnData; a MuData, of which the ATAC modality is taken; or a pandas DataFrame, whose
        rows are cells and whose columns are regions, or the other way round where its names say so.
    source
        Name of the variable.
    remarks
        Where to put sentences about what was chosen or transposed.

    Returns
    -------
    Cells by regions, not checked yet. `given` is not changed.

    Raises
    ------
    DataError
        If it is something else; a bare matrix has no names, and the text says how to add them.
    """
    from anndata import AnnData

    if isinstance(given, AnnData):
        return given
    if hasattr(given, "mod") and hasattr(given.mod, "keys"):  # MuData, which need not be installed
        features = {str(name): modality.var for name, modality in given.mod.items()}
        chosen = choose_modality(features, source=source, remarks=remarks)
        return as_anndata(given.mod[chosen], source=source, remarks=remarks)
    if isinstance(given, pd.DataFrame):
        return _of_table(given, source, remarks)
    if hasattr(given, "shape") and len(getattr(given, "shape", ())) == 2:
        raise DataError(
            f"{source} is a matrix without names of cells and regions; wrap it as "
            f"anndata.AnnData({source}, obs=pd.DataFrame(index=barcodes), "
            "var=pd.DataFrame(index=regions)) and open that."
        )
    raise DataError(
        f"{source} is of type {type(given).__name__[:40]}; expected a path, the name of a data "
        "set, an AnnData, a MuData or a DataFrame of cells x regions."
    )


def _of_table(table: pd.DataFrame, source: str, remarks: list[str]) -> "AnnData":
    from anndata import AnnData
    from scipy import sparse

    numbers = table.select_dtypes(include=["number", "bool"])
    if numbers.shape[1] != table.shape[1]:
        strange = next(name for name in table.columns if name not in numbers.columns)
        raise DataError(
            f"Column {quoted(strange)} of {source} does not hold numbers; keep cells and regions "
            "as names (for example by set_index) and counts in the columns."
        )
    is_transposed = (
        len(table) > 0
        and bool(is_region_name(table.index.astype(str)).all())
        and not is_region_name(table.columns.astype(str)).any()
    )
    if is_transposed:
        table = table.T
        remarks.append(
            f"{source} has regions in its rows and cells in its columns; it was transposed."
        )
    values = table.to_numpy(na_value=np.nan) if _has_masked(table) else table.to_numpy()
    if values.dtype.kind not in "buif":
        values = values.astype(np.float64)
    return AnnData(
        sparse.csr_matrix(values),
        obs=pd.DataFrame(index=table.index.astype(str)),
        var=pd.DataFrame(index=table.columns.astype(str)),
    )


def _has_masked(table: pd.DataFrame) -> bool:
    """Return whether columns can hold pandas' own missing value."""
    return any(
        pd.api.types.is_extension_array_dtype(dtype) and not isinstance(dtype, pd.SparseDtype)
        for dtype in table.dtypes
    )
