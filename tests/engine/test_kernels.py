"""Compiled loops give the same to the last bit, compiled just now or read from disk."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.engine import kernels

SUMS = """import hashlib
import numpy as np
from scipy import sparse
from peakvi_widgets.engine import kernels
random = np.random.default_rng(0)
p, d, f = (random.random(shape, dtype="f4") for shape in ((64, 200), 64, 200))
x = sparse.random(64, 200, 0.15, format="csc", dtype=np.float32, random_state=1)
counts = x.indptr.astype("i4"), x.indices.astype("i4"), np.ones_like(x.data)
rows = x.tocsr()
of_d, of_f = np.zeros(64, "f4"), np.zeros(200, "f4")
losses = kernels.likelihood_only(p, d, f, *counts), kernels.likelihood(p, d, f, *counts, of_d, of_f)
weight, mean, square = (np.full((200, 18), 0.1, "f4") for _ in range(3))
out = np.zeros((64, 18), "f4")
kernels.sparse_product(rows.indptr, rows.indices, rows.data, 0, weight, out)
rates = tuple(map(np.float32, (0.99, 1, 0.9, 0.999, 0.01, 1, 1e-8)))
kernels.sparse_adamw(*counts, p[:, :18].copy(), weight, mean, square, rates)
found = (p, of_d, of_f, np.array(losses), out, weight)
print([hashlib.md5(one.tobytes()).hexdigest() for one in found])"""


@pytest.mark.slow
def test_the_last_bit_is_the_same_in_the_process_that_compiles_and_in_the_next(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    first, second = (
        subprocess.run(
            [sys.executable, "-c", SUMS],
            cwd=Path(__file__).parents[2],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    )
    assert first == second
    assert len(first) > 100


@pytest.mark.parametrize("density", [0.0, 0.02, 0.3])
@pytest.mark.parametrize(("first", "n"), [(0, 1000), (200, 700), (999, 1)])
def test_sparse_product_is_the_product_of_some_regions(density, first, n):
    rng = np.random.default_rng(0)
    counts = sparse.random(9, 1000, density, format="csr", dtype=np.float32, random_state=1)
    weight = rng.normal(size=(n, 300)).astype("f4")  # more than one tile: of 436 regions
    out = np.ones((9, 300), "f4")
    kernels.sparse_product(counts.indptr, counts.indices, counts.data, first, weight, out)
    wanted = 1 + counts.toarray()[:, first : first + n] @ weight
    np.testing.assert_allclose(out, wanted, atol=1e-4)


@pytest.mark.parametrize("n_cells", [1, 24, 48, 50])
@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("spoilt", ["p", "d", "f"])
def test_no_number_anywhere_makes_the_loss_none(n_cells, is_open, spoilt):
    """Also where a row ends a block, whose products are brought back into their range."""
    row, region = n_cells // 2, 5
    seen = sparse.csc_matrix(([1.0], ([row], [region])), shape=(n_cells, 20), dtype=np.float32)
    if not is_open:
        seen.data[:] = 0
    counts = seen.indptr.astype("i4"), seen.indices.astype("i4"), seen.data
    values = {
        "p": np.full((n_cells, 20), 0.4, "f4"),
        "d": np.full(n_cells, 0.5, "f4"),
        "f": np.full(20, 0.5, "f4"),
    }
    values[spoilt][{"p": (row, region), "d": row, "f": region}[spoilt]] = np.nan
    p, d, f = values.values()
    assert np.isnan(kernels.likelihood_only(p, d, f, *counts))
    of_d, of_f = np.zeros(n_cells, "f4"), np.zeros(20, "f4")
    assert np.isnan(kernels.likelihood(p, d, f, *counts, of_d, of_f))


@pytest.mark.parametrize("part", [slice(0, 3000), slice(1000, 2500), slice(2990, 3000)])
def test_transposed_is_what_scipy_gives_with_both_values(part):
    counts = sparse.random(40, 3000, 0.1, format="csr", dtype=np.float32, random_state=2)
    counts.sort_indices()
    others = np.arange(counts.nnz, dtype="f4")
    rows, n = (counts.indptr, counts.indices, counts.data), part.stop - part.start
    found = kernels.transposed(*rows, others, part.start, n)
    columns = counts[:, part].tocsc()
    both = sparse.csr_matrix((others, counts.indices, counts.indptr), counts.shape)[:, part].tocsc()
    wanted = columns.indptr, columns.indices, columns.data, both.data
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(ours, theirs)
