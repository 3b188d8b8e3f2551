"""Comparisons by two small networks, written down for the page that computes them in a browser.

``python -m tests.engine.plain_cases`` writes ``js/test/model-cases.json`` again.
"""

import json
import zlib
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy import sparse
from scipy.special import ndtri

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.check import SENTENCES
from peakvi_widgets.engine.differential import compare
from peakvi_widgets.engine.evidence import evidence
from peakvi_widgets.engine.group_warnings import FEW_CELLS
from peakvi_widgets.engine.held_out import HeldOut
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plain_model import plain_model
from peakvi_widgets.engine.posterior import Encodings
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.thinned_cells import ThinnedCells
from peakvi_widgets.session.page.open_regions import packed_regions

FILE = Path(__file__).parents[2] / "js/test/model-cases.json"
N_CELLS, N_REGIONS = 240, 90
QUESTION = Question(level="group", delta=0.02, fdr_target=0.2, interval=0.95)


def networks():
    """Return the encodings of a plain network, and of one with batches and covariates."""
    random = np.random.default_rng(0)
    kind = np.arange(N_CELLS) % 2
    rates = random.gamma(1.0, 0.5, (2, N_REGIONS))
    rates[0, :30] *= 6.0
    rates[1, 60:] *= 6.0
    counts = sparse.csr_matrix(random.poisson(rates[kind]).astype("int32"))
    names = (
        pd.Index([f"c{i}" for i in range(N_CELLS)]),
        pd.Index([f"chr1:{i}-{i + 1}" for i in range(N_REGIONS)]),
    )
    codes = np.stack([np.arange(N_CELLS) // 2 % 2, random.integers(0, 3, N_CELLS)], axis=1)
    numbers = random.normal(size=(N_CELLS, 1)).astype("float32")
    rule = HeldOut(0.2, 3, "cut sites")
    nothing = np.zeros((N_CELLS, 1), "int64"), np.empty((N_CELLS, 0), "float32")
    plain = ThinnedCells(counts, *nothing, rule, *names)
    given = Cells(counts, codes.astype("int64"), numbers)
    covariates = architecture(
        N_REGIONS, (2, 3), 1, use_batch_norm="both", latent_distribution="ln",
        deeply_inject_covariates=True, encode_covariates=True,
    )  # fmt: skip
    return {
        "plain": Encodings(_network(architecture(N_REGIONS)), plain),
        "covariates": Encodings(_network(covariates), given),
    }, kind


def _network(shape):
    """Return a network whose regions differ between cells."""
    model = initialise(PeakVAE(shape), 1)
    with torch.no_grad():
        model.z_encoder.mean_encoder.weight *= 8.0
        model.z_encoder.var_encoder.bias -= 2.0
        model.z_decoder.last.weight *= 5.0
        model.z_decoder.last.bias -= 1.0
        for name, values in model.named_buffers():
            if name.endswith("running_mean"):
                values += 0.1
            if name.endswith("running_var"):
                values *= 1.5
    return model


def questions(kind):
    """Return the network, the groups and the question of each case, by name."""
    one, other = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)
    mixed = np.arange(0, N_CELLS, 3)
    rest = np.setdiff1d(np.arange(N_CELLS), mixed)
    log2 = replace(QUESTION, estimand="log2", delta=0.1)
    return {
        "types": ("plain", one, other, QUESTION),
        "small groups with neighbors": ("plain", one[:12], other[:15], QUESTION),
        "mixed, more open in 1 alone": ("plain", mixed, rest, replace(QUESTION, two_sided=False)),
        "one cell": ("plain", one[:1], other, QUESTION),
        "pairs of cells": ("plain", one, other, replace(QUESTION, level="cell", delta=0.05)),
        "batches": ("covariates", one, other, replace(QUESTION, batch_correction=True)),
        "ratio": ("covariates", one, other[:40], log2),
        "ratio of pairs in batches": (
            "covariates", one, mixed, replace(log2, level="cell", batch_correction=True)
        ),
    }  # fmt: skip


def cases():
    """Return the networks as a page holds them, and what Python says in each case."""
    encodings, kind = networks()
    found = {}
    for name, (of, cells1, cells2, question) in questions(kind).items():
        regions = pd.RangeIndex(N_REGIONS)
        *_, last = compare(encodings[of], cells1, cells2, question, regions)
        table, sentence = last.table, ""
        cells = encodings[of].cells
        if isinstance(cells, ThinnedCells):
            held_out = cells.held_out(np.arange(N_CELLS))
            columns, check = evidence(held_out, cells1, cells2, table)
            table, sentence = table.join(columns), check.sentence
        found[name] = {
            "model": of,
            "groups": [cells1.tolist(), cells2.tolist()],
            "question": asked(question),
            "sentence": sentence,
            "table": {str(c): table[c].astype(float).round(5).tolist() for c in table},
        }
    return {"models": {name: written(one) for name, one in encodings.items()}, "cases": found}


def asked(question):
    """Return a question as a page asks it."""
    names = "two_sided delta fdr_target batch_correction estimand level n_samples first_samples"
    plain = {name: getattr(question, name) for name in [*names.split(), "seed", "interval"]}
    return plain | {"width": float(ndtri(0.5 + question.interval / 2.0))}


def written(encodings):
    """Return a network as a page holds it."""
    description, arrays = plain_model(encodings)
    block = zlib.compress(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays.values()))
    every = encodings.cells.every(np.arange(N_CELLS))
    counts = sparse.csr_matrix(
        (every.values, every.indices, every.indptr), shape=(N_CELLS, N_REGIONS)
    )
    rows = [[name, array.dtype.name, array.size] for name, array in arrays.items()]
    texts = {"sentences": SENTENCES, "few_cells": FEW_CELLS, "arrays": rows}
    return {
        "saved": description | texts,
        "block": b64encode(block).decode(),
        "counts": b64encode(packed_regions(counts)).decode(),
        "n_cells": N_CELLS,
        "n_regions": N_REGIONS,
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(cases(), separators=(",", ":")) + "\n")
