"""Where the time of one training step goes, beside the limit that its matrix products set.

``python tests/benchmarks/bench_step.py``: one thread, CPU time, the shape of the tutorial's data.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anndata
import torch
from bench_engine import DATA, simulated

import peakvi_widgets as pv
from peakvi_widgets.engine import fast_learner, kernels
from peakvi_widgets.engine.plan import plan_from

N_STEPS = 20
PARTS = {
    "first layers, sparse product": (kernels, "sparse_product"),
    "first layers, gradient and AdamW": (kernels, "sparse_adamw"),
    "counts by region": (kernels, "transposed"),
    "loss and its gradient": (kernels, "likelihood"),
    "narrow layers, forward": (fast_learner.FastLearner, "_middle"),
    "decoder: all chunks": (fast_learner.FastLearner, "_decode"),
    "decoder: AdamW": (fast_learner.Learned, "learn"),
}


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Add up the CPU time of each part while this is open."""
    spent: dict[str, float] = defaultdict(float)
    before = {name: getattr(*place) for name, place in PARTS.items()}

    def timed(name: str, run: Callable) -> Callable:
        def measured(*arguments, **named):
            began = time.process_time()
            try:
                return run(*arguments, **named)
            finally:
                spent[name] += time.process_time() - began

        return measured

    for name, (owner, attribute) in PARTS.items():
        setattr(owner, attribute, timed(name, before[name]))
    try:
        yield spent
    finally:
        for name, (owner, attribute) in PARTS.items():
            setattr(owner, attribute, before[name])


def product_time(n_cells: int, n_hidden: int, n_regions: int) -> float:
    """Return the CPU seconds of one product of the size that the wide layers need."""
    hidden, weight = torch.randn(n_cells, n_hidden), torch.randn(n_regions, n_hidden)
    out, times = torch.empty(n_cells, n_regions), []
    for _ in range(8):
        began = time.process_time()
        torch.mm(hidden, weight.t(), out=out)
        times.append(time.process_time() - began)
    return statistics.median(times[2:])


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    adata = anndata.read_h5ad(simulated("tutorial"))
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata)
    steps = model.training(plan_from("scvi", n_threads=1))
    for _ in range(3):
        next(steps)
    with watched() as spent:
        began = time.process_time()
        for _ in range(N_STEPS):
            next(steps)
        whole = (time.process_time() - began) / N_STEPS
    one = product_time(128, model.module.shape.n_hidden, DATA["tutorial"]["n_regions"])
    print(f"a step: {1000 * whole:.0f} ms")
    for name, seconds in spent.items():
        print(f"  {name}: {1000 * seconds / N_STEPS:.1f} ms")
    print(
        f"one dense product of a wide layer: {1000 * one:.1f} ms; the seven of a dense step: "
        f"{7000 * one:.0f} ms; the three of the decoder, which stay dense: {3000 * one:.0f} ms"
    )
    sparse = sum(spent[name] for name in PARTS if name.startswith("first layers")) / N_STEPS
    rest = whole - 3 * one - sparse
    print(
        f"left above the decoder's products and the sparse first layers: {1000 * rest:.0f} ms "
        f"({100 * rest / whole:.0f} %)"
    )


if __name__ == "__main__":
    main()
