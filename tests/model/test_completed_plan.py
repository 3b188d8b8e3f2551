"""PEAKVI: what a plan leaves open is said before the training as the training then has it."""

from contextlib import nullcontext
from dataclasses import replace
from itertools import product

import pytest

import peakvi_widgets as pv
from peakvi_widgets.engine.plan import PRESETS, plan_from

SHORT = {"max_epochs": 1, "n_threads": 1}


def fresh(adata, **shape):
    pv.PEAKVI.setup_anndata(adata, batch_key="batch")
    return pv.PEAKVI(adata, n_latent=4, seed=2, **shape)


def trained(adata, **parameters):
    model = fresh(adata)
    model.train(**{**SHORT, **parameters}, progress=False)
    return model


def loaded(adata, folder, **choices):
    trained(adata, encoder_rate=0.05).save(folder / "model", **choices)
    return pv.PEAKVI.load(folder / "model", adata=adata)


def of_query(adata):
    cells = adata[::2].copy()
    cells.obs["batch"] = "b3"
    return pv.PEAKVI.load_query_data(cells, trained(adata))


MODELS = {
    "fresh": lambda adata, _: fresh(adata),
    "on the simplex": lambda adata, _: fresh(adata, latent_distribution="ln"),
    "trained": lambda adata, _: trained(adata),
    "trained from random weights": lambda adata, _: trained(adata, start="none"),
    "loaded": loaded,
    "loaded with its training": lambda adata, to: loaded(adata, to, with_training=True),
    "of query cells": lambda adata, _: of_query(adata),
}


REFUSED = {("trained", "none"), ("loaded with its training", "none")}  # the start is over


@pytest.mark.parametrize(
    ("kind", "start"), sorted({*product(MODELS, ["spectral", "none"])} - REFUSED)
)
def test_completed_plan_is_that_of_the_training(kind, start, adata, tmp_path):
    model = MODELS[kind](adata, tmp_path)
    plan = plan_from(start=start, max_epochs=2, n_threads=1)
    said = model.completed_plan(plan)
    steps = model.training(plan)
    next(steps)
    steps.close()
    assert replace(said, lr=model.plan.lr) == model.plan  # the counts say which rate suits them
    assert said.lr in (model.plan.lr, None)


@pytest.mark.parametrize("preset", PRESETS)
def test_network_that_cannot_start_trains_as_long_as_its_preset(preset, adata):
    model = fresh(adata, use_batch_norm="both")
    started = fresh(adata).completed_plan(PRESETS[preset]).max_epochs
    n_epochs = 60 if preset == "standard" else started
    assert model.completed_plan(PRESETS[preset]).max_epochs == n_epochs
    with nullcontext() if preset == "scvi" else pytest.warns(UserWarning, match="batch norm"):
        model.train(preset=preset, max_steps=1, n_threads=1, progress=False)
    assert model.plan.max_epochs == n_epochs
    plan = replace(PRESETS[preset], max_epochs=15)
    assert model.completed_plan(plan).max_epochs == 15
