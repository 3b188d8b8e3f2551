"""The session's counts are its own: nobody shares them, and a change in place is noticed."""

import threading
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import scanpy as sc
from scipy import sparse
from traitlets import TraitError

from peakvi_widgets.data.checks import check_counts
from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.errors import DataError, PeakVIError
from peakvi_widgets.session import Session
from peakvi_widgets.session.own_counts import make_own

pytestmark = pytest.mark.slow

N, M = 80, 60


def full_adata():
    """Return an AnnData with something in every slot."""
    rng = np.random.default_rng(0)
    adata = simulate(N, M, density=0.3, n_types=3, n_batches=2, seed=0)
    adata.obsm["X_umap"] = rng.normal(size=(N, 2)).astype("float32")
    adata.obsm["table"] = pd.DataFrame(rng.normal(size=(N, 2)), index=adata.obs_names)
    adata.obsm["sparse"] = sparse.csr_matrix(np.eye(N))
    adata.varm["loadings"] = rng.normal(size=(M, 2))
    adata.obsp["connectivities"] = sparse.csr_matrix(np.eye(N))
    adata.layers["more"] = adata.X.astype("float32")
    adata.layers["dense"] = adata.X.toarray()
    adata.obs["score"] = rng.normal(size=N)
    adata.obs["lists"] = pd.Series([[1]] * N, index=adata.obs_names)
    adata.var["mean"] = rng.normal(size=M)
    adata.uns["nested"] = {"array": np.arange(5), "deep": [np.arange(3)]}
    return adata


def arrays_of(value):
    """Yield all numpy arrays that something holds."""
    if isinstance(value, np.ndarray):
        yield value
    elif sparse.issparse(value):
        yield from (value.data, value.indices, value.indptr)
    elif isinstance(value, pd.DataFrame):
        for at in range(value.shape[1]):
            column = value.iloc[:, at]
            codes = column.cat.codes if isinstance(column.dtype, pd.CategoricalDtype) else column
            yield np.asarray(codes)
    elif hasattr(value, "items"):
        for one in dict(value).values():
            yield from arrays_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from arrays_of(one)


SLOTS = ("X", "obs", "var", "obsm", "varm", "obsp", "layers", "uns")


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
@pytest.mark.parametrize("layer", [None, "more"])
@pytest.mark.parametrize("form", ["csr", "csc", "dense", "view"])
def test_no_array_is_shared_with_the_notebook(dtype, layer, form):
    adata = full_adata()
    forms = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix, "dense": lambda x: x.toarray()}
    adata.X = forms.get(form, sparse.csr_matrix)(adata.X.astype(dtype))
    theirs = adata[:, :] if form == "view" else adata
    session = Session()
    session.open(theirs, layer=layer)
    session.wait()
    known = [array for slot in SLOTS for array in arrays_of(getattr(adata, slot))]
    for slot in SLOTS:
        for array in arrays_of(getattr(session.adata, slot)):
            assert not any(np.shares_memory(array, other) for other in known), slot
    assert session.adata.obs["lists"].iloc[0] is not adata.obs["lists"].iloc[0]


def test_what_the_notebook_does_to_its_object_changes_nothing_here():
    adata = full_adata()
    session = Session(adata)
    session.wait()
    counts, places = session.adata.X.toarray(), session.embedding.copy()
    adata.X.data[adata.X.data < 2] = 0
    adata.X.eliminate_zeros()
    adata.obsm["X_umap"] *= -1
    adata.uns["nested"]["array"][:] = 9
    adata.obs["score"].to_numpy()[:] = 0
    sc.pp.filter_cells(adata, min_genes=1)
    np.testing.assert_array_equal(session.adata.X.toarray(), counts)
    np.testing.assert_array_equal(session.embedding, places)
    np.testing.assert_array_equal(session.adata.obsm["X_umap"], places)
    assert session.adata.uns["nested"]["array"][0] == 0
    assert session.adata.obs["score"].any()


def test_what_cannot_be_copied_is_named():
    adata = full_adata()
    adata.uns["lock"] = threading.Lock()
    session = Session(adata)
    session.wait()
    assert "lock" not in session.adata.uns
    assert "left out: lock" in session.notice.text


@pytest.mark.parametrize(("dtype", "bytes_a_count"), [("float32", 5), ("uint8", 5)])
def test_opening_takes_the_counts_once_and_no_more(dtype, bytes_a_count):
    """uint8 values and int32 indices; index arrays are the only copies that are made for it."""
    adata = simulate(2000, 3000, density=0.2, n_types=3, seed=0)
    adata.X = adata.X.astype(dtype)
    nnz = adata.X.nnz
    session = Session()
    tracemalloc.start()
    session.open(adata)
    session.wait()
    kept, _ = tracemalloc.get_traced_memory()
    own = check_counts(adata, source="adata")
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    make_own(own, adata)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1.5 * bytes_a_count * nnz
    assert peak - before < 1.2 * bytes_a_count * nnz
    assert after - before < 1.2 * bytes_a_count * nnz


def median_counts(adata):
    return int(np.median(np.asarray(adata.X.sum(axis=1))))


CHANGES = {
    "filter_cells": lambda a: sc.pp.filter_cells(a, min_counts=median_counts(a)),
    "filter_genes": lambda a: sc.pp.filter_genes(a, min_cells=N // 3),
    "normalize": lambda a: sc.pp.normalize_total(a, target_sum=1e4),
    "log1p": sc.pp.log1p,
    "subset cells": lambda a: a._inplace_subset_obs(np.arange(N - 5)),
    "subset regions": lambda a: a._inplace_subset_var(np.arange(M - 5)),
    "sort cells": lambda a: a._inplace_subset_obs(np.arange(N)[::-1]),
    "sort regions": lambda a: a._inplace_subset_var(np.arange(M)[::-1]),
    "sort obs alone": lambda a: setattr(a, "obs", a.obs.iloc[::-1]),
    "rename cells": lambda a: setattr(a, "obs_names", [f"x{i}" for i in range(N)]),
    "other X": lambda a: setattr(a, "X", sparse.csr_matrix(np.ones((N, M), "uint8"))),
    "X negative": lambda a: setattr(a, "X", -a.X.astype("int32")),
    "values": lambda a: a.X.data.__setitem__(slice(None), 1),
    "one value": lambda a: a.X.data.__setitem__(7, 9),
    "thinned": lambda a: (a.X.data.__setitem__(slice(0, 40), 0), a.X.eliminate_zeros()),
    "indices": lambda a: a.X.indices.__setitem__(slice(None), a.X.indices[::-1].copy()),
}
LONG = {
    "train": lambda s: s.train("quick", max_epochs=1, n_threads=1),
    "compare": lambda s: s.compare(n_samples=20),
    "embed": lambda s: s.embed(maxiter=3, n_neighbors=5),
    "save": lambda s: s.save("never.peakvi"),
    "filter": lambda s: s.filter(min_cells=5),
}


@pytest.fixture(scope="module")
def trained_once():
    session = Session(full_adata())
    session.train("quick", max_epochs=1, batch_size=32, n_threads=1)
    session.wait()
    session.set_groups(range(30), range(30, N))
    return session


@pytest.mark.parametrize("change", CHANGES)
def test_change_in_place_is_refused_by_the_next_verb(trained_once, change, tmp_path):
    session = trained_once
    model, regions = session.model, session.regions
    kept = session.adata.copy()
    names = kept.obs_names, kept.var_names
    CHANGES[change](session.adata)
    try:
        for verb in LONG.values():
            verb(session)
            with pytest.raises(DataError, match="changed in place") as raised:
                session.wait()
            assert len(str(raised.value)) < 300
        if change not in ("values", "one value", "indices"):
            with pytest.raises(DataError, match="changed in place"):
                session.groups_by("cell_type", "type 1")
            with pytest.raises(DataError, match="changed in place"):
                session.lasso([[-9, -9], [9, -9], [9, 9]])
            with pytest.raises(TraitError, match="changed in place"):
                session.idx1 = [1, 2]
            with pytest.raises(TraitError, match="changed in place"):
                session.color_by = "batch"
        assert session.model is model
        assert session.regions == regions
    finally:  # the next change begins with the same session
        session.opened = None
        fresh = kept.copy()
        fresh.obs_names, fresh.var_names = names
        with session._step():
            session.opened = session.adata = fresh
            session._add_seal(fresh)


@pytest.mark.parametrize("change", ["filter_cells", "filter_genes", "sort cells", "values"])
def test_changed_counts_can_be_opened_as_they_are_now(change):
    session = Session(full_adata())
    session.wait()
    CHANGES[change](session.adata)
    now = session.adata.X.toarray()
    session.open(session.adata)
    session.train("quick", max_epochs=1, n_threads=1)
    session.wait()
    np.testing.assert_array_equal(session.adata.X.toarray(), now)


def test_filter_begins_again_when_filtered_counts_were_changed():
    session = Session(full_adata())
    session.filter(min_cells=5)
    session.wait()
    sc.pp.filter_cells(session.adata, min_counts=median_counts(session.adata))
    with pytest.raises(DataError, match="changed in place"):
        session.select([1])
    session.filter(min_cells=6)
    session.wait()
    session.select([1])
    assert session.n_cells == N


def test_results_and_columns_may_be_added():
    session = Session(full_adata())
    session.wait()
    session.adata.obsm["X_mine"] = np.zeros((N, 2))
    session.adata.obs["mine"] = np.arange(N) % 2
    session.adata.uns["mine"] = 1
    session.adata.obsp["mine"] = sparse.csr_matrix(np.eye(N))
    session.adata.layers["mine"] = session.adata.X.copy()
    session.adata.var["mine"] = 1
    session.adata.X = session.adata.X.copy()  # the same counts
    session.groups_by("mine", 1)
    session.train("quick", max_epochs=1, n_threads=1)
    session.compare(n_samples=20)
    session.show_basis("X_mine")
    session.wait()
    assert session.da_state == "final"


def test_the_adata_cannot_be_replaced():
    session = Session(full_adata())
    session.wait()
    with pytest.raises(TraitError, match=r"session.open\(adata\)"):
        session.adata = session.adata[:10].copy()
    assert session.adata.n_obs == N


def test_changed_then_undone_goes_on():
    session = Session(full_adata())
    session.wait()
    session.adata.X.data[0] += 1
    session.train("quick", max_epochs=1, n_threads=1)
    with pytest.raises(PeakVIError, match="other values"):
        session.wait()
    session.adata.X.data[0] -= 1
    session.train("quick", max_epochs=1, n_threads=1)
    session.wait()
    assert session.training == "trained"
