"""A model of counts that lie on disk is the same as one of counts in memory, to the last bit."""

import zlib

import numpy as np
import pytest
import torch

from peakvi_widgets.data import filter_counts, quality_metrics, read, simulate
from peakvi_widgets.data.counts import is_mapped
from peakvi_widgets.data.hash import hash_of
from peakvi_widgets.engine.checksum import is_frozen
from peakvi_widgets.engine.dimensions import unit_of
from peakvi_widgets.mapped_files import known_checksum
from peakvi_widgets.model import PEAKVI

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same counts in memory and on disk."""
    return pair_in(tmp_path_factory.mktemp("counts"))


def pair_in(folder, **settings):
    adata = simulate(400, 500, density=0.25, n_types=3, n_batches=2, seed=0)
    adata.write_h5ad(folder / "a.h5ad")
    in_memory = read(folder / "a.h5ad")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("peakvi_widgets.settings.cache_folder", str(folder))
        for name, value in settings.items():
            patch.setattr(f"peakvi_widgets.data.counts.{name}", value)
        on_disk = read(folder / "a.h5ad", memory=1)
    assert [is_mapped(one.X) for one in (in_memory, on_disk)] == [False, True]
    return in_memory, on_disk


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """The same counts in memory, and on disk as if they were more than 2^31."""
    pair = pair_in(tmp_path_factory.mktemp("counts"), WIDE=3)
    assert pair[1].X.indices.dtype == np.int64
    return pair


def test_what_is_known_of_the_counts_is_the_same(both):
    one, other = map(quality_metrics, both)
    for name in ("regions_per_cell", "counts_per_cell", "cells_per_region"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert hash_of(both[0]) == hash_of(both[1])
    assert unit_of(both[0].X) == unit_of(both[1].X)
    assert is_frozen(both[1].X.data)
    assert not is_frozen(both[0].X.data)
    with pytest.warns(UserWarning, match="fewer than 2,000"):
        one, other = (
            filter_counts(adata, min_cells=40, memory=memory)
            for adata, memory in zip(both, (None, 1), strict=True)
        )
    assert is_mapped(other.X)
    assert not is_mapped(one.X)
    assert (one.X != other.X).nnz == 0  # its files are gone, and yet it can be read


@pytest.mark.parametrize("pair", ["both", "wide"])
def test_the_checksum_of_counts_on_disk_is_known_and_right(pair, request):
    in_memory, on_disk = (adata.X for adata in request.getfixturevalue(pair))
    for array in (on_disk.data, on_disk.indices):
        assert known_checksum(array) == zlib.crc32(array.tobytes())
        assert known_checksum(array[1:]) is None
    assert known_checksum(in_memory.data) is None


@pytest.mark.parametrize(
    ("pair", "held_out"), [("both", None), ("both", 0.2), ("wide", None), ("wide", 0.2)]
)
def test_the_model_is_the_same(pair, held_out, request):
    models, both = [], request.getfixturevalue(pair)
    for adata in both:
        PEAKVI.setup_anndata(adata, batch_key="batch", held_out=held_out)
        model = PEAKVI(adata)
        model.train(preset="quick", max_epochs=3, batch_size=64, progress=False)
        assert is_mapped(model.adata.X) == (adata is both[1])
        models.append(model)
    one, other = (model.module.state_dict() for model in models)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    one, other = (model.get_latent_representation() for model in models)
    assert np.array_equal(one, other)
    one, other = (model.get_normalized_accessibility(return_numpy=True) for model in models)
    assert np.array_equal(one, other)
    one, other = (
        model.differential_accessibility(
            groupby="cell_type", group1="type_1", group2="type_2", n_samples=200,
            check=held_out is not None,
        )
        for model in models
    )  # fmt: skip
    assert one.equals(other)


@pytest.mark.parametrize("name", ["data", "indices"])
def test_arrays_that_replace_those_on_disk_are_read(name, tmp_path):
    adata = pair_in(tmp_path)[1]
    PEAKVI.setup_anndata(adata)
    trained = PEAKVI(adata, n_latent=3, seed=0)
    trained.train(max_epochs=1, n_threads=1)
    trained.save(tmp_path / "model")
    model = PEAKVI.load(tmp_path / "model", adata=adata)
    before = model.get_latent_representation()
    bounds = adata.X.indptr
    others = {
        "data": np.zeros_like(adata.X.data),
        "indices": np.concatenate([np.arange(n) for n in np.diff(bounds)]),
    }
    setattr(adata.X, name, others[name].astype(getattr(adata.X, name).dtype))
    changed = PEAKVI.load(tmp_path / "model", adata=adata).get_latent_representation()
    assert not np.array_equal(changed, before)
    assert np.array_equal(model.get_latent_representation(), changed)
