"""Odd but legal data opens whole in the place of what was open, and stops no later step."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session

N = 60


def column(values):
    return lambda adata: adata.obs.__setitem__("c", values)


def objects(*values):
    return pd.Series([*values] * (N // len(values)), dtype=object).to_numpy()


def obsm(values):
    return lambda adata: adata.obsm.__setitem__("X_umap", values(adata))


ODD = {
    "mixed types": column(objects(1, "a")),
    "categories 1 and '1'": column(pd.Categorical([1, "1"] * (N // 2))),
    "lists": column(objects([1], [2])),
    "dicts": column(objects({"a": 1})),
    "two columns of a name": lambda adata: setattr(
        adata, "obs", pd.concat([adata.obs, adata.obs[["batch"]]], axis=1)
    ),
    "sparse places": obsm(lambda _: sparse.csr_matrix(np.eye(N)[:, :2])),
    "places that are text": obsm(
        lambda adata: pd.DataFrame({"x": ["a"] * N, "y": ["b"] * N}, index=adata.obs_names)
    ),
    "colors that are a number": lambda adata: adata.uns.update(cell_type_colors=5),
    "neighbors that are a number": lambda adata: adata.uns.update(neighbors=5),
    "neighbors of other cells": lambda adata: adata.uns.update(
        neighbors={"connectivities": np.eye(3), "params": {"n_neighbors": 15}}
    ),
    "column name with half of a character": lambda adata: adata.obs.__setitem__("a\ud800", 1),
    "category with half of a character": column(pd.Categorical(["a\ud800", "b"] * (N // 2))),
}


def counts(**options):
    return simulate(N, 40, density=0.3, n_types=3, n_batches=2, **options)


@pytest.mark.parametrize("odd", ODD)
def test_odd_data_opens_whole_in_the_place_of_what_was_open(odd):
    session = Session(simulate(80, 50, density=0.3, n_types=2, seed=1))
    session.wait()
    session.select([1, 79])
    session.make_group(1)
    adata = counts(seed=0)
    ODD[odd](adata)
    session.open(adata, name="odd")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Columns of obs had the same name")
        session.wait()
    assert session.source == "odd"
    assert session.adata.shape == (session.n_cells, session.n_regions) == (N, 40)
    assert {column.name for column in session.obs_columns} >= {"cell_type", "batch"}
    assert not any(column.reason for column in session.obs_columns)
    assert not len(session.idx1)
    assert not len(session.selection)
    assert len(session.embedding) == 0
    assert session.code().count("session.open(") == 1
    session.filter(min_cells=1)
    session.wait()
    session.groups_by("cell_type", "type_1")
    assert session.idx1.tolist() == np.flatnonzero(adata.obs["cell_type"] == "type_1").tolist()


def test_mixed_column_of_the_user_stops_no_later_step(counts, without_umap):
    session = Session(counts)
    session.train("quick", max_epochs=1, n_threads=1)
    session.embed()
    session.wait()
    session.adata.obs["note"] = pd.Series(["x", 1] * 150, dtype=object).to_numpy()
    session.cluster(1.0)
    session.wait()
    assert {"note", "clusters_peakvi"} <= {column.name for column in session.obs_columns}
    session.filter(min_cells=2)
    session.wait()
    assert session.filter_settings.min_cells == 2
    assert session.adata.shape == (session.n_cells, session.n_regions)


@pytest.mark.parametrize("name", ["a\ud800", "é"])
def test_category_with_half_of_a_character_is_chosen_by_its_value_and_its_name(name):
    adata = counts(seed=0)
    adata.obs["c"] = pd.Categorical([name, "b"] * (N // 2))
    session = Session(adata)
    session.wait()
    shown = next(column for column in session.obs_columns if column.name == "c").categories
    for given in (name, next(one for one in shown if one != "b")):
        session.groups_by("c", given, "b")
        assert session.idx1.tolist() == list(range(0, N, 2))
    session.color_by = "c"
    assert "".join(shown).encode()


def test_column_with_half_of_a_character_in_its_name_can_be_used(tmp_path):
    adata = counts(seed=0)
    adata.obs["a\ud800"] = ["x", "y"] * (N // 2)
    session = Session(adata)
    session.wait()
    name = session.obs_columns[-1].name
    assert name.encode()
    session.color_by = name
    session.groups_by(name, "x", "y")
    session.save(tmp_path / "odd.peakvi")
    session.wait()
    again = Session(tmp_path / "odd.peakvi")
    again.wait()
    assert again.color_by == name
    assert again.idx1.tolist() == list(range(0, N, 2))


def test_graph_that_an_early_anndata_kept_in_uns_is_filtered_with_the_cells():
    adata = counts(seed=0)
    graph = sparse.csr_matrix(np.arange(N * N).reshape(N, N) % 7 == 1).astype("float64")
    adata.uns["neighbors"] = {"connectivities": graph, "params": {"n_neighbors": 15}}
    session = Session(adata)
    session.wait()
    assert (session.adata.obsp["connectivities"] != graph).nnz == 0
    assert session.adata.uns["neighbors"] == {"params": {"n_neighbors": 15}}
    least = int(np.median(session.regions_per_cell))
    session.filter(min_cells=1, min_regions=least)
    session.wait()
    kept = np.flatnonzero(session.regions_per_cell >= least)
    assert session.n_cells == len(kept) < N
    assert (session.adata.obsp["connectivities"] != graph[kept][:, kept]).nnz == 0
    assert "connectivities" in adata.uns["neighbors"]  # the notebook's own is as it was


def test_neighbors_that_the_notebook_broke_are_one_sentence_and_are_saved(tmp_path):
    session = Session(counts(seed=0))
    session.wait()
    session.adata.uns["neighbors"] = 5
    session.filter(min_cells=1)
    with pytest.raises(DataError, match=r"del adata\.uns\['neighbors'\]"):
        session.wait()
    session.save(tmp_path / "odd.peakvi")
    session.wait()
    again = Session(tmp_path / "odd.peakvi")
    again.wait()
    assert again.adata.uns["neighbors"] == 5
