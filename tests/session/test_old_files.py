"""Session files that an earlier version wrote still open, with all that is in them.

``data/trained_v1.peakvi`` has filtered counts, batches, a trained model, a lasso, groups, layers
and a final comparison; ``data/filtered_v1.peakvi`` has no model, and a palette with odd colors.
"""

from pathlib import Path

import numpy as np
import pytest

from peakvi_widgets.session import Session

DATA = Path(__file__).parent / "data"


def opened(name):
    session = Session(DATA / name)
    session.wait()
    return session


def test_trained_session_of_format_1_opens_and_continues():
    session = opened("trained_v1.peakvi")
    assert (session.n_cells, session.n_regions) == (80, 56)
    assert session.opened.shape == (80, 60)
    assert session.batch_key == "batch"
    assert session.training == "trained"
    assert len(session.history) == 2
    assert (len(session.idx1), len(session.idx2)) == (40, 40)
    assert session.selection.tolist() == [1, 2, 3]
    assert session.da_state == "final"
    assert len(session.da_result) == 56
    assert "X_peakvi" in session.adata.obsm
    assert [row.name for row in session.layer_rows if row.kind == "labels"] == ["labels", "names"]
    latent = session.model.get_latent_representation()
    np.testing.assert_allclose(latent, session.adata.obsm["X_peakvi"], rtol=1e-4, atol=1e-5)
    session.train(max_epochs=3)
    session.wait()
    assert len(session.history) == 3


def test_untrained_session_of_format_1_opens():
    session = opened("filtered_v1.peakvi")
    assert (session.n_cells, session.n_regions) == (80, 51)
    assert session.model is None
    assert session.filter_settings.min_cells == 3
    assert session.color_by == "cell_type"
    assert session.selection.tolist() == [5, 6]
    assert session.adata.uns["notes"] == {"made": "by hand"}


@pytest.mark.parametrize("name", ["trained_v1.peakvi", "filtered_v1.peakvi"])
def test_old_file_comes_back_when_it_is_saved_anew(name, tmp_path):
    session = opened(name)
    session.save(tmp_path / name)
    session.wait()
    again = Session(tmp_path / name)
    again.wait()
    assert again.record == session.record
    assert again.layer_rows == session.layer_rows
    assert (again.adata.X != session.adata.X).nnz == 0
