"""Several samples, each in files of its own, as one AnnData."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DataError
from ..progress import follow_texts
from .messages import quoted, quoted_list, short_path

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

PathLike = str | os.PathLike[str]


def read_samples(
    samples: Mapping[str, PathLike] | Sequence[PathLike],
    *,
    key: str = "sample",
    memory: str | float | None = None,
    progress: bool | None = None,
) -> AnnData:
    """Read several samples over the same regions as one AnnData.

    Parameters
    ----------
    samples
        The name of each sample with its path, as for `read`; or paths alone, which are named by
        their files.
    key
        Column of ``obs`` that takes the names, to be given as the batch of a model.
    memory, progress
        As for `read`.

    Returns
    -------
    All cells, sample by sample, named ``sample_barcode``, with the columns of their ``obs``;
    ``var`` is that of the first sample. Nothing else is kept.

    Raises
    ------
    DataError
        A file cannot be used, two samples or cells have one name, the regions of samples are not
        the same, or a file has a column of the name `key` already.

    Warns
    -----
    DataWarning
        As `read`.

    Examples
    --------
    >>> adata = read_samples({"donor 1": "a/filtered_peak_bc_matrix", "donor 2": "b.h5"})
    >>> session = Session(adata)
    >>> session.setup(batch_key="sample")
    """
    from .checks import DataWarning, all_zero

    if not isinstance(key, str) or not key:
        raise DataError(f"key={key!r:.40} is not the name of a column; write it like 'sample'.")
    remarks: list[str] = []
    adata = follow_texts(_reading(_named(samples), key, memory, remarks), show=progress)
    for sentence in (*remarks, all_zero(adata, source="What was read")):
        if sentence:
            warnings.warn(sentence, DataWarning, stacklevel=2)
    return adata


def _named(samples: Mapping[str, PathLike] | Sequence[PathLike]) -> dict[str, Path]:
    if isinstance(samples, str | os.PathLike):
        raise DataError(f"{short_path(samples)} is one sample; open it by read, or give a list.")
    if isinstance(samples, Mapping):
        named = {str(name): Path(path) for name, path in samples.items()}
        if len(named) < len(samples):
            twice = next(name for name in named if [*map(str, samples)].count(name) > 1)
            raise DataError(f"Two samples have the name {quoted(twice)}; give each its own.")
    else:
        paths = [Path(path) for path in samples]
        named = {path.name.removesuffix(".gz").removesuffix(path.suffix): path for path in paths}
        if len(named) < len(paths):
            raise DataError(
                f"Some of the {len(paths):,} samples have files of the same name; give a dict with "
                "a name for each."
            )
    if not named:
        raise DataError("There is no sample to read; give a name and a path for each.")
    return named


def _reading(
    samples: dict[str, Path], key: str, memory: str | float | None, remarks: list[str]
) -> Generator[str, None, AnnData]:
    import pandas as pd
    from anndata import AnnData

    from .count_files import Room, counts_limit
    from .count_rows import CountRows
    from .counts import BLOCK, row_blocks
    from .read import reading

    limit, tables = counts_limit(memory), []
    var: Any = None
    for name, path in samples.items():
        adata = yield from reading(path, memory=memory, remarks=remarks)
        if var is None:
            var = adata.var
            rows = CountRows(len(var), "What was read", room=Room(limit))
        if key in adata.obs:
            raise DataError(
                f"{short_path(path)} has a column {quoted(key)} in obs already; give another "
                "key for the samples."
            )
        places = _places(adata, var.index, name, next(iter(samples)))
        for first, last in row_blocks(adata.X.indptr, BLOCK):
            yield f"joining {name}: {first / adata.n_obs:.0%}"
            some = adata.X[first:last]
            some = some if places is None else some[:, places]
            rows.add(some.data, some.indices, some.indptr)
        table = adata.obs.set_axis(name + "_" + adata.obs_names)
        tables.append(table.assign(**{key: name}))
        del adata
    obs = pd.concat(tables)
    if not obs.index.is_unique:
        twice = obs.index[obs.index.duplicated()][0]
        raise DataError(
            f"Two cells of different samples would be {quoted(twice)}; give the samples other "
            "names, as in {'donor 1': path}."
        )
    obs[key] = pd.Categorical(obs[key], categories=list(samples))
    return AnnData(rows.finished(), obs=obs, var=var)


def _places(adata: AnnData, regions: pd.Index, name: str, first: str) -> Any:
    """Return where the regions of the first sample are; None where they are the same in order."""
    if adata.var_names.equals(regions):
        return None
    places = adata.var_names.get_indexer(regions)
    if len(regions) == adata.n_vars and (places >= 0).all():
        return places
    others = adata.var_names[~adata.var_names.isin(regions)]
    without = f" (not {quoted_list(others, 1)})" if len(others) else ""
    raise DataError(
        f"{int((places >= 0).sum()):,} of the {adata.n_vars:,} regions of sample {quoted(name)} "
        f"are among the {len(regions):,} of {quoted(first)}{without}; count the fragments of all "
        "samples over the same regions, as cellranger-atac aggr does."
    )
