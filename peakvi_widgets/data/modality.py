"""Which modality of a MuData holds the chromatin accessibility."""

from collections.abc import Mapping

import pandas as pd

from ..errors import DataError
from .messages import quoted, quoted_list
from .regions import is_region_name

NAMES = ("atac", "peaks", "scatac", "snatac", "atac-seq", "chromatin accessibility")
TYPES = {"peaks", "atac", "chromatin accessibility"}


def choose_modality(
    features: Mapping[str, pd.DataFrame], *, source: str, remarks: list[str]
) -> str:
    """Choose the modality whose features are regions.

    Parameters
    ----------
    features
        ``var`` of each modality.
    source
        What to call the MuData in an error.
    remarks
        Where to put a sentence about the choice.

    Returns
    -------
    Its name: the only one whose features are named or typed as peaks, else the one that is named
    ``atac`` or alike.

    Raises
    ------
    DataError
        If there is none, or several cannot be distinguished.
    """
    by_content = [name for name, var in features.items() if _holds_peaks(var)]
    by_name = [name for name in by_content or features if str(name).lower() in NAMES]
    found = by_name if len(by_name) == 1 else by_content
    if len(found) != 1:
        what = "several modalities of peaks" if found else "no modality of peaks"
        raise DataError(
            f"{source} is a MuData with {what} (it has {quoted_list(features)}); open the right "
            "one alone, such as mdata['atac']."
        )
    others = [name for name in features if name != found[0]]
    rest = f"; {quoted_list(others)} left out" if others else ""
    remarks.append(f"The modality {quoted(found[0])} of {source} was opened{rest}.")
    return str(found[0])


def _holds_peaks(var: pd.DataFrame) -> bool:
    if not len(var):
        return False
    if "feature_types" in var and var["feature_types"].astype(str).str.lower().isin(TYPES).any():
        return True
    return bool(is_region_name(var.index[:1000]).all())
