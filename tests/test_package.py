"""What ``import peakvi_widgets`` promises: all names, at the price of those that are used."""

import subprocess
import sys

import pytest

import peakvi_widgets as pv

HEAVY = {"torch", "scanpy"}


@pytest.mark.parametrize("name", pv.__all__)
def test_every_public_name_leads_somewhere(name):
    assert name in dir(pv)
    assert getattr(pv, name) is getattr(pv, name)


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
