"""What a session file holds besides its traits: genes of a file, markers, left out cells.

Files of earlier versions lack them, and earlier versions leave them unread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from ..marker_records import MarkerGroup

LABELS = ("comparison", "group1", "group2", "gene", "where", "distance")  # made again
REST = "Rest"


def extras_of(session: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the extras as facts and arrays; genes only if they could be read again."""
    facts: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    if session._gene_file is not None and _is_whole(session._gene_file[1]):
        facts["gene_file"], table = session._gene_file
        arrays["gene_file"] = _bytes_of(table)
    if session._absent:
        facts["absent_groups"] = [[name, len(cells)] for name, cells in session._absent.items()]
        cells = [np.asarray(cells, "int64") for cells in session._absent.values()]
        arrays["absent_cells"] = np.concatenate(cells)
    if session.markers is not None and session.markers.index.isin(session.regions).all():
        table, of = session.markers, session._markers_of
        names = [name for name in table if name not in LABELS]
        facts["markers"] = {
            "groups": [asdict(group) for group in session.marker_groups],
            "of": list(of[:2]),
            "columns": names,
            "is_final": session._markers_are(of) and not session._is_learning(),
        }
        rows = {name: row for row, name in enumerate(session.regions)}
        arrays["markers_rows"] = np.array([rows[name] for name in table.index], "int64")
        arrays |= {f"markers_{at}": table[name].to_numpy() for at, name in enumerate(names)}
    return facts, arrays


def extras_from(
    facts: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    kept: tuple[AnnData, AnnData],
    groups: tuple[MarkerGroup, ...],
) -> dict[str, Any]:
    """Return the traits that extras of a file mean.

    Parameters
    ----------
    facts, arrays
        As `extras_of` returns them, with the ``"named_groups"``.
    kept
        The counts as opened, and those of now.
    groups
        Those of the markers.

    Raises
    ------
    ValueError
        They do not fit each other or the counts.
    """
    state: dict[str, Any] = {"_absent": {}, "_gene_file": None}
    if "gene_file" in facts:
        state["_gene_file"] = str(facts["gene_file"])[:200], _genes_in(arrays["gene_file"])
    if "absent_groups" in facts:
        known = {group["name"] for group in facts["named_groups"]}
        state["_absent"] = _absent_in(
            facts["absent_groups"], arrays["absent_cells"], known, kept[0].n_obs
        )
    if "markers" in facts:
        state |= _markers_in(facts["markers"], arrays, kept[1], groups)
    return state


def _is_whole(table: pd.DataFrame) -> bool:
    from ...data.genes.gene_table import are_genes

    return len(table) > 0 and bool(are_genes(table).all())


def _bytes_of(table: pd.DataFrame) -> np.ndarray:
    from ...data.genes.gene_table import COLUMNS

    written = table.assign(is_coding=table["is_coding"].astype(int))[list(COLUMNS)]
    lines = ("\t".join(map(str, row)) for row in written.itertuples(index=False))
    return np.frombuffer("\n".join(lines).encode("utf-8", "replace"), "uint8")


def _genes_in(content: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    from ...data.genes.gene_table import COLUMNS

    if content.dtype != "uint8" or content.ndim != 1:
        raise ValueError("its genes are no text")
    text = content.tobytes().decode("utf-8")
    rows = [line.split("\t") for line in text.split("\n")]
    if any(len(row) != len(COLUMNS) for row in rows):
        raise ValueError("its genes have other columns")
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    places = table[["start", "end"]]
    if not (
        all(places[name].str.fullmatch("[0-9]{1,10}").all() for name in places)
        and table["is_coding"].isin(["0", "1"]).all()
    ):
        raise ValueError("its genes are no table of genes")
    table = table.astype({"chr": "category", "start": "int64", "end": "int64"})
    if not _is_whole(table):
        raise ValueError("its genes are no table of genes")
    texts = dict.fromkeys(("strand", "gene", "exons"), str)  # as where a file of genes is read
    return table.assign(is_coding=table["is_coding"] == "1").astype(texts)


def _absent_in(
    groups: Any, cells: np.ndarray, known: set[Any], n_opened: int
) -> dict[str, np.ndarray]:
    names, sizes = zip(*groups, strict=True) if groups else ((), ())
    are_sizes = all(type(n) is int and n >= 0 for n in sizes)
    if not are_sizes or cells.dtype != "int64" or cells.shape != (sum(sizes),):
        raise ValueError("the cells left out of groups are others")
    if len(set(names)) < len(names) or not set(names) <= known:
        raise ValueError("cells are left out of groups that it lacks")
    found = dict(zip(names, np.split(cells, np.cumsum(sizes)[:-1]), strict=True)) if names else {}
    for own in found.values():
        if len(own) and (own[0] < 0 or own[-1] >= n_opened or bool((np.diff(own) <= 0).any())):
            raise ValueError("cells that are left out of a group are not in the counts")
    return found


def _markers_in(
    facts: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    adata: AnnData,
    groups: tuple[MarkerGroup, ...],
) -> dict[str, Any]:
    import pandas as pd

    rows = arrays["markers_rows"]
    column, key = map(str, facts["of"])
    n_rows = [group.n_rows for group in groups]
    if rows.dtype != "int64" or rows.shape != (sum(n_rows),) or min(n_rows, default=0) < 0:
        raise ValueError("the markers are of other categories")
    if len(rows) and not (rows.min() >= 0 and rows.max() < adata.n_vars):
        raise ValueError("the markers are of other regions")
    values = {str(name): arrays[f"markers_{at}"] for at, name in enumerate(facts["columns"])}
    needed = {"effect_size", "prob_da", "is_da_fdr"}
    if not needed <= set(values) or any(name in LABELS for name in values):
        raise ValueError("the markers lack columns")
    if any(one.shape != rows.shape or one.dtype.kind not in "bfiu" for one in values.values()):
        raise ValueError("the markers are no numbers")
    names = [group.name for group in groups for _ in range(group.n_rows)]
    labels = {"comparison": [f"{name} vs {REST}" for name in names], "group1": names}
    table = pd.DataFrame(values, index=adata.var_names[rows].astype(object))
    version = None if facts["is_final"] is True else -1  # None: that of the file
    return {
        "markers": table.assign(**labels, group2=REST),
        "marker_groups": groups,
        "_markers_of": (column, key, version, version),
    }
