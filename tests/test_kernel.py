"""What the kernel says of a notebook."""

import sys
from types import ModuleType, SimpleNamespace

import anndata
import numpy as np
import pytest

from peakvi_widgets import kernel


@pytest.fixture
def notebook(monkeypatch):
    adata = anndata.AnnData(np.ones((2, 3), "float32"))
    names = {"adata": adata, "_hidden": adata, "other": 1}
    monkeypatch.setattr(kernel, "_shell", lambda: SimpleNamespace(user_ns=names))
    return adata


def test_the_notebooks_anndata_are_found_by_name(notebook):
    assert kernel.notebook_adatas() == {"adata": notebook}


def test_an_anndata_that_is_just_being_imported_has_no_objects_yet(notebook, monkeypatch):
    """A worker thread imports it while the panel looks: the module is there, its class is not."""
    monkeypatch.setitem(sys.modules, "anndata", ModuleType("anndata"))
    assert kernel.notebook_adatas() == {}


def test_each_run_of_a_cell_and_each_click_is_a_request_of_its_own(monkeypatch):
    assert kernel.request() == kernel.request()  # one script
    parent = {"header": {"msg_id": "run 1"}}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: parent))
    monkeypatch.setattr(kernel, "_shell", lambda: shell)
    first = kernel.request()
    assert first == kernel.request()
    with kernel.answering_browser():
        click = kernel.request()
        assert click == kernel.request()
    with kernel.answering_browser():
        assert kernel.request() not in (click, first)
    assert kernel.request() == first
    parent["header"]["msg_id"] = "run 2"
    assert kernel.request() != first


def test_where_lines_are_not_one_script_each_is_a_request_of_its_own(monkeypatch):
    assert kernel.request() == "script"
    with monkeypatch.context() as patch:
        patch.setattr(sys, "ps1", ">>> ", raising=False)
        assert kernel.request() is None
    marimo = ModuleType("marimo")
    marimo.running_in_notebook = lambda: True
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    assert kernel.request() is None
