"""Vectors of the null space of few cells are no components, however they agree by chance."""

import numpy as np

from peakvi_widgets.engine.dimensions import Dimensions


def test_a_component_without_a_value_is_not_confirmed():
    found = Dimensions(
        z=(9.0, 8.0, 7.0),
        values=(0.2, 1e-16, -0.01),
        held_out_values=(0.1, 0.1, 0.1),
        depth_shares=(0.0, 0.0, 0.0),
        held_out="fragments",
        n_cells=72,
        threshold=4.0,
    )
    assert found.is_confirmed == (True, False, False)
    assert found.n_confirmed == 1


def test_few_cells_with_a_full_map_are_trained():
    """72 cells to learn from have fewer components than the 30 that are looked at."""
    from peakvi_widgets.data.simulate import simulate
    from peakvi_widgets.model import PEAKVI

    for seed in range(4):
        adata = simulate(80, 60, density=0.3, n_types=3, n_batches=2, seed=seed % 3)
        if seed == 3:  # binary counts: held-out regions decide
            adata.X.data[:] = 1
        PEAKVI.setup_anndata(adata)
        model = PEAKVI(adata, seed=0)
        model.train(preset="quick", max_epochs=1, batch_size=32, n_threads=1)
        assert np.isfinite(model.get_latent_representation()).all()
