"""What is known of blood cells must come out: real labels and real marker regions."""

import importlib.util

import pytest

from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def label_purity(shared_data):
    """The project's one measure of latent quality."""
    spec = importlib.util.spec_from_file_location("purity", shared_data / "label_purity.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.label_purity


@pytest.fixture(scope="module")
def blood():
    """The built-in cells after the default filter, before any training."""
    session = Session("pbmc10k")
    session.filter()
    session.wait()
    return session


def test_quick_latent_keeps_cell_types_together(blood, label_purity):
    blood.train("quick")
    blood.wait()
    latent = blood.model.get_latent_representation()
    assert label_purity(latent, blood.adata.obs["cell_type_coarse"]) > 0.85  # by chance 0.33


def test_ms4a1_promoter_is_among_what_marks_b_cells(blood):
    blood.train("standard", restart=True, max_steps=2250)  # 30 epochs; the best is the 31st
    blood.wait()
    blood.groups_by("cell_type_coarse", "B")
    blood.compare()
    blood.wait()
    table = blood.da_result
    first = table[table["effect_size"] > 0].index[:20]
    assert "chr11:60455500-60456000" in first
    promoter = table.loc["chr11:60455500-60456000"]
    assert promoter["emp_prob1"] == pytest.approx(0.543, abs=0.001)  # the data's README
    assert promoter["emp_prob2"] == pytest.approx(0.004, abs=0.001)


def test_fcn1_and_vcan_are_more_open_in_monocytes_than_in_b_cells(shared_data):
    session = Session(shared_data / "granja2019_bmmc_dev/granja2019_bmmc_dev.h5ad")
    session.filter()
    session.train("quick")
    session.wait()
    session.groups_by("cell_type", "CD14 Mono", "B")
    session.compare()
    session.wait()
    table = session.da_result
    assert table.loc["chr9:137816852-137817353", "effect_size"] > 0  # FCN1
    assert table.loc["chr5:82823903-82824404", "effect_size"] > 0  # VCAN
