"""What ``import peakvi_widgets`` promises: all names, at the price of those that are used."""

import subprocess
import sys

import pytest

import peakvi_widgets as pv
from peakvi_widgets import panels

HEAVY = {"torch", "scanpy", "anndata", "pandas", "scipy"}


@pytest.mark.parametrize("name", pv.__all__)
def test_every_public_name_leads_somewhere(name):
    assert name in dir(pv)
    assert getattr(pv, name) is getattr(pv, name)


def test_only_public_names_are_listed():
    assert dir(pv) == sorted(pv.__all__)
    for name in ("TYPE_CHECKING", "import_module", "typing", "importlib"):
        assert not hasattr(pv, name)


def test_every_panel_is_public_and_in_the_viewer():
    assert sorted(panels.__all__) == sorted(
        row.class_name for row in (*panels.PANELS, *panels.ON_DEMAND)
    )
    assert set(panels.__all__) <= set(pv.__all__)
    viewer = pv.Viewer()
    assert viewer.panels == tuple(row.name for row in panels.PANELS)
    for row in panels.PANELS:
        assert isinstance(getattr(viewer, row.name), getattr(pv, row.class_name))
    viewer.close()


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'PeakVI'"):
        _ = pv.PeakVI


def test_names_of_the_tutorial_are_where_it_looks_for_them():
    assert pv.data.read_10x_atac is pv.read_10x_atac
    assert pv.model.PEAKVI is pv.PEAKVI
    assert isinstance(pv.settings.seed, int)


@pytest.mark.parametrize("code", ["", "peakvi_widgets.Session()", "peakvi_widgets.Viewer()"])
def test_nothing_heavy_is_imported_before_it_is_needed(code):
    program = f"import sys, peakvi_widgets\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stdout.split()) == set()
