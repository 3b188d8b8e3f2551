"""What is known of bone marrow comes out of a session with nothing but defaults."""

import pytest

from peakvi_widgets.session import Session


@pytest.mark.slow
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
