"""Processes that each learn some of the regions: together the same bits as one with all of them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

import numpy as np
import pytest
import torch
from scipy import sparse

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.exchange import Chain
from peakvi_widgets.engine.fast_learner import CHUNK, FastLearner, stripes
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import FROM_SCRATCH
from peakvi_widgets.engine.region_share import Share, dealt, joined, part_of, shape_of

N_CELLS, N_REGIONS = 23, 4 * CHUNK + 70
PLAN = replace(FROM_SCRATCH, weight_decay=0.1, input_dropout=0.3)
CASES = {
    "default": (PLAN, {}),
    "all inputs, held encoders": (replace(PLAN, input_dropout=0.0, encoder_rate=0.0), {}),
    "slow encoders": (replace(PLAN, encoder_rate=0.1, kl_weighting="bound"), {}),
    "covariates": (PLAN, {"encode_covariates": True, "deeply_inject_covariates": True}),
    "covariates, held": (replace(PLAN, encoder_rate=0.0), {"encode_covariates": True}),
    "batch norm": (PLAN, {"use_batch_norm": "both", "use_layer_norm": "none"}),
    "no factors": (PLAN, {"model_depth": False, "region_factors": False}),
}


class Threads:
    """Do as ``torch.distributed`` does, for threads instead of processes."""

    def __init__(self, n):
        self.between = [[SimpleQueue() for _ in range(n)] for _ in range(n)]
        self.rank = threading.local()

    def send(self, tensor, dst):
        self.between[self.rank.now][dst].put(tensor.clone())

    def recv(self, tensor, src):
        tensor.copy_(self.between[src][self.rank.now].get(timeout=30))

    def broadcast(self, tensor, src):
        if self.rank.now != src:
            return self.recv(tensor, src)
        for other in range(len(self.between)):
            if other != src:
                self.send(tensor, other)
        return None


@pytest.fixture(scope="module")
def minibatches():
    random = np.random.default_rng(0)
    counts = sparse.csr_matrix(random.poisson(0.1, (3 * N_CELLS, N_REGIONS)))
    codes = random.integers(0, 2, (3 * N_CELLS, 2))
    cells = Cells(counts, codes, random.standard_normal((3 * N_CELLS, 1), np.float32))
    return [cells.minibatch(part) for part in np.arange(3 * N_CELLS).reshape(3, N_CELLS)]


def steps(learner, minibatches):
    """Learn from two minibatches and be judged by the third; return all losses."""
    found = []
    for seed, one in enumerate(minibatches[:2]):
        generator = torch.Generator().manual_seed(seed)
        found.append(learner.learn(one, kl_weight=0.7, lr=0.01, generator=generator))
    generator = torch.Generator().manual_seed(7)
    return [*found, learner.judge(minibatches[2], kl_weight=1.0, generator=generator)]


def in_parts(n, model, plan, density, minibatches):
    """Do the same with ``n`` learners; return the losses and the memory of each."""
    group, whole = Threads(n), FastLearner(model, plan, density).memory()
    runs = dealt(stripes(N_REGIONS), n)

    def one(rank):
        group.rank.now = rank
        share = Share(runs[rank], Chain(group, rank, n))
        mine = {k: part_of(k, v, share.regions, N_REGIONS) for k, v in whole.items()}
        part = initialise(PeakVAE(shape_of(model.shape, share.regions)), seed=0)
        learner = FastLearner(part, plan, density, share)
        learner.remember(mine)
        return steps(learner, minibatches), learner.memory(), share.regions

    with ThreadPoolExecutor(n) as pool:
        losses, memories, regions = zip(*pool.map(one, range(n)), strict=True)
    return losses, joined(memories, regions)


@pytest.mark.parametrize("n", [2, 4])
@pytest.mark.parametrize("density", [0.01, 0.9], ids=["sparse", "dense"])
@pytest.mark.parametrize(("plan", "choices"), CASES.values(), ids=CASES)
def test_parts_learn_what_one_learns_alone(minibatches, n, density, plan, choices):
    model = PeakVAE(architecture(N_REGIONS, (2, 3), 1, n_hidden=9, n_latent=4, **choices))
    initialise(model, 1)
    alone = FastLearner(model, plan, density)
    before, wanted = alone.memory(), steps(alone, minibatches)
    losses, memory = in_parts(n, model, plan, density, minibatches)
    assert losses == (wanted,) * n
    expected = alone.memory()
    assert memory.keys() == expected.keys()
    assert [name for name in memory if not torch.equal(memory[name], expected[name])] == []
    last = "weights.z_decoder.output.0.weight"
    assert not torch.equal(memory[last], before[last])


@pytest.mark.parametrize("n_regions", [1, CHUNK, 33_142, 100_000])
def test_stripes_are_dealt_out_whole_in_order_and_evenly(n_regions):
    every = stripes(n_regions)
    width = every[0].stop
    for n in range(1, len(every) + 1):
        runs = dealt(every, n)
        assert len(runs) == n
        assert [one for run in runs for one in run] == every
        for run in runs:
            assert 0 < run[-1].stop - run[0].start <= n_regions / n + width
