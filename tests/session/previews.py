"""Cells of several kinds, noise, and sessions that map them before any training."""

from contextlib import suppress

import numpy as np
from anndata import AnnData
from scipy import sparse

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session


def four_kinds():
    """Four kinds of 90 cells, in two batches; the last kind has no structure of its own."""
    random = np.random.default_rng(3)
    kind = np.repeat(np.arange(4), 90)
    rate = np.tile(random.beta(1, 8, 500), (4, 1))
    for one in range(4):
        rate[one, one * 50 : (one + 1) * 50] *= 5.0
    counts = random.poisson(rate[kind] * np.exp(random.normal(0, 0.3, 360))[:, None])
    adata = AnnData(sparse.csr_matrix(counts.astype(np.float32)))
    adata.obs["kind"] = [f"kind {one}" for one in kind]
    adata.obs["batch"] = [f"batch {one % 2}" for one in range(360)]
    adata.var_names = [f"chr1:{100 * i}-{100 * i + 50}" for i in range(500)]
    return adata


def noise():
    random = np.random.default_rng(0)
    counts = random.poisson(np.outer(random.gamma(3, 0.3, 300), random.beta(1, 8, 400)))
    adata = AnnData(sparse.csr_matrix(counts.astype(np.float32)))
    adata.var_names = [f"chr1:{100 * i}-{100 * i + 50}" for i in range(400)]
    return adata


def ended(session):
    """Wait until automatic previews have ended, too."""
    session.wait()
    with suppress(DataError):  # it is a notice, and no verb waits for it
        session._previews.wait()
    return session


def previewed(adata):
    session = Session(adata)
    session.preview()
    session.wait()
    return session


def automatic(adata):
    return ended(Session(adata, live_preview=True))


def around(places, cells):
    """Return a rectangle around some cells."""
    low, high = places[cells].min(axis=0) - 0.1, places[cells].max(axis=0) + 0.1
    return [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
