"""Cells and regions are kept in several threads at once, without a warning of pandas."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.data import simulate
from peakvi_widgets.data.kept import keeping, keeping_places
from peakvi_widgets.model.anndata_setup import padded
from peakvi_widgets.steps import result_of

OPTION = "mode.chained_assignment"  # that anndata sets


@pytest.fixture
def threads_change_often():
    interval, option = sys.getswitchinterval(), pd.get_option(OPTION)
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
    pd.set_option(OPTION, option)


def by_mask(adata):
    return result_of(keeping(adata, np.arange(adata.n_obs) < 5, np.arange(adata.n_vars) < 5))


def in_another_order(adata):
    return result_of(keeping_places(adata, np.arange(5)[::-1], np.arange(5), np.inf))


def widened(adata):
    return padded(adata, adata.var_names[:5].append(adata.var_names[:1] + " of another"), None)


@pytest.mark.parametrize("keep", [by_mask, in_another_order, widened])
def test_several_threads_at_once(keep, threads_change_often):
    adata = simulate(n_cells=12, n_regions=40, seed=1)
    for at in range(8):  # the more categories, the longer the option of pandas is set
        adata.obs[f"kind {at}"] = adata.obs["cell_type"]
        adata.var[f"kind {at}"] = adata.var["planted_type"]
    alone, option = keep(adata), pd.get_option(OPTION)
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda _: keep(adata), range(30)))
    assert pd.get_option(OPTION) == option
    for one in kept:
        assert one.obs.equals(alone.obs)
        assert one.var_names.equals(alone.var_names)
        assert (one.X != alone.X).nnz == 0
