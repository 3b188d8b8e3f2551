"""What each step costs as cells become more: time and memory, and how fast they grow.

``python tests/benchmarks/bench_scale.py --cells 5000 20000 50000 --regions 100000`` simulates
counts straight to disk and runs each step in a process of its own. Memory is what a process holds
above what its imports took: ``own`` is what cannot be given back to the system (RssAnon), ``all``
has the pages of files too, which the system takes back when others need them. Linux only. Nothing
is asserted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

N_TYPES, CELLS_AT_ONCE = 8, 1_000
N_GUIDE = 1 << 18  # parts of a cell's fragments, to begin the search for a region in
FORMS = ("csr", "csc", "dense", "zarr", "10x", "mtx")
STEPS = ("open", "quality", "filter", "train", "latents", "compare")
N_STEPS = 20


# -- counts, straight to disk ----------------------------------------------------------------------
def simulated_cells(n_cells: int, n_regions: int, density: float, seed: int = 0):
    """Yield types and compressed rows of some cells at a time; as `data.simulate`, without batches.

    A cell's number of fragments is Poisson, and each falls into a region by its share of the rates:
    the same as Poisson counts of all regions, and no array of cells by regions is needed.
    """
    from peakvi_widgets.data.simulate import simulate

    model = simulate(2_000, n_regions, density=density, n_types=N_TYPES, n_batches=1, seed=seed)
    rates = -np.log1p(-np.minimum(model.varm["accessibility"].to_numpy().T, 0.999))
    totals = rates.sum(axis=1)
    bounds = np.cumsum(rates, axis=1) / totals[:, None]
    guide = np.array([np.searchsorted(one, np.arange(N_GUIDE) / N_GUIDE) for one in bounds], "i4")
    rng = np.random.default_rng(seed + 1)
    yield model.var.index
    for start in range(0, n_cells, CELLS_AT_ONCE):
        n = min(CELLS_AT_ONCE, n_cells - start)
        types = rng.integers(N_TYPES, size=n)
        depth = np.exp(rng.normal(0, 0.4, n) - 0.08)
        n_fragments = rng.poisson(totals[types] * depth)
        seed_of_part = int(rng.integers(2**31))
        yield types, *draw_rows(bounds, guide, types, n_fragments, seed_of_part)


@njit
def draw_rows(bounds, guide, types, n_fragments, seed):
    """Return counts, regions and lengths of rows; places of fragments come in order.

    Sums of exponential gaps, divided by the last, are uniform numbers that are sorted already.
    """
    np.random.seed(seed)
    counts = np.empty(n_fragments.sum(), np.uint8)
    regions, lengths = np.empty(len(counts), np.int32), np.empty(len(types), np.int64)
    at = 0
    for cell in range(len(types)):
        shares, first, n = bounds[types[cell]], guide[types[cell]], n_fragments[cell]
        sums = np.cumsum(np.random.exponential(1.0, n + 1))
        begin, last = at, -1
        for i in range(n):
            place = sums[i] / sums[n]
            region = max(last, first[int(place * N_GUIDE)])
            while region < len(shares) - 1 and shares[region] <= place:
                region += 1
            if region > last:
                counts[at], regions[at], last = 0, region, region
                at += 1
            counts[at - 1] += 1
        lengths[cell] = at - begin
    return counts[:at], regions[:at], lengths


def write_counts(path: Path, n_cells: int, n_regions: int, density: float) -> None:
    """Write an ``.h5ad`` with CSR counts, compressed float32 as scanpy has them."""
    import h5py
    import pandas as pd
    from anndata.io import write_elem

    parts = simulated_cells(n_cells, n_regions, density)
    names = next(parts)
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        x = file.create_group("X")
        x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
        x.attrs["shape"] = [n_cells, n_regions]
        small = {"chunks": (1 << 18,), "compression": "lzf", "shuffle": True}
        for name, dtype in (("data", "f4"), ("indices", "i4")):
            x.create_dataset(name, (0,), dtype, maxshape=(None,), **small)
        lengths, types = [np.zeros(1, np.int64)], []
        for some, counts, columns, lengths_of_some in parts:
            for name, values in (("data", counts), ("indices", columns)):
                x[name].resize(len(x[name]) + len(values), axis=0)
                x[name][-len(values) :] = values
            lengths.append(lengths_of_some)
            types.append(some)
        x["indptr"] = np.cumsum(np.concatenate(lengths))
        kinds = pd.Categorical.from_codes(
            np.concatenate(types), [f"type_{k}" for k in range(N_TYPES)]
        )
        cells = [f"cell_{number}" for number in range(n_cells)]
        write_elem(file, "obs", pd.DataFrame({"cell_type": kinds}, index=cells))
        write_elem(file, "var", pd.DataFrame(index=list(names)))


def write_form(source: Path, form: str) -> Path:
    """Write the same counts in another form beside it."""
    import anndata
    import h5py
    from scipy import io, sparse

    endings = {"csr": ".h5ad", "csc": ".csc.h5ad", "dense": ".dense.h5ad", "zarr": ".zarr",
               "10x": ".h5", "mtx": ".folder"}  # fmt: skip
    path = source.with_suffix(endings[form])
    if path.exists():
        return path
    adata = anndata.read_h5ad(source)
    if form == "csc":
        adata.X = sparse.csc_matrix(adata.X)
        adata.write_h5ad(path)
    elif form == "dense":
        adata.X = adata.X.toarray()
        adata.write_h5ad(path)
    elif form == "zarr":
        adata.write_zarr(path)
    elif form == "10x":
        with h5py.File(path, "w") as file:
            x = file.create_group("matrix")
            x["barcodes"] = np.array(adata.obs_names, "S")
            x["data"], x["indices"] = adata.X.data.astype("i4"), adata.X.indices.astype("i8")
            x["indptr"], x["shape"] = adata.X.indptr.astype("i8"), adata.X.shape[::-1]
            x["features/id"] = np.array(adata.var_names, "S")
    else:
        path.mkdir()
        io.mmwrite(path / "matrix.mtx", adata.X.T.tocsc().astype("i4"))
        (path / "barcodes.tsv").write_text("\n".join(adata.obs_names) + "\n")
        (path / "peaks.bed").write_text(
            "".join(
                f"{name.replace(':', chr(9)).replace('-', chr(9))}\n" for name in adata.var_names
            )
        )
    return path


# -- one step, in a process of its own -------------------------------------------------------------
def status() -> dict[str, float]:
    """Return what Linux tells of the memory of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return {name: int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM", "RssAnon")}


class Run:
    """A session at the beginning of a step, and the steps."""

    def __init__(self, path: Path, step: str) -> None:
        import anndata.io  # noqa: F401 - what is imported here is not counted
        import h5py  # noqa: F401
        import torch
        import zarr  # noqa: F401

        import peakvi_widgets as pv
        from peakvi_widgets.data import filter_counts, quality_metrics, read
        from peakvi_widgets.model import PEAKVI

        torch.set_num_threads(1)
        self.path, self.folder, self.pv = path, path.with_suffix(".model"), pv
        self._model, self._filter, self._read, self._quality = (
            *(PEAKVI, filter_counts, read), quality_metrics,
        )  # fmt: skip
        pv.settings.progress = False
        few = pv.Session(pv.data.simulate(50, 60))
        few.wait()
        few.filter(min_cells=1)
        few.wait()  # has imported what all of them need
        self._prepared = STEPS.index(step)
        self.before = status()

    def prepare(self) -> None:
        """Do what comes before the step."""
        self.session = self.pv.Session()
        if self._prepared > 0:
            self._open()
        if self._prepared > 2:
            self._filter_cells()
        if self._prepared > 3:
            self.model = self._model.load(self.folder, adata=self.session.adata)

    def _open(self) -> None:
        self.session.open(self.path)
        self.session.wait()

    def _filter_cells(self) -> None:
        self.session.filter(min_cells=0.01)
        self.session.wait()

    def do(self, step: str) -> None:
        """Do the step."""
        if step == "open":
            self._open()
        elif step == "quality":
            self._quality(self.session.adata)
        elif step == "filter":
            self._filter_cells()
        elif step == "train":
            from peakvi_widgets.engine.plan import plan_from

            adata = self.session.adata
            self._model.setup_anndata(adata, held_out=0.2)
            self.model = self._model(adata)
            for _ in self.model.training(plan_from("standard", max_steps=N_STEPS, n_threads=1)):
                pass
        elif step == "latents":
            self.model.get_latent_representation()
        elif step == "compare":
            self.model.differential_accessibility(
                groupby="cell_type", group1="type_0", group2="type_1", check=True
            )

    def after(self, step: str) -> dict[str, Any]:
        """Return what is known of the counts, and keep what later steps need."""
        if step == "train":
            self.model.save(self.folder, overwrite=True)
        counts = self.session.adata.X
        n_bytes = sum(part.nbytes for part in (counts.data, counts.indices, counts.indptr))
        return {"matrix": n_bytes, "shape": list(counts.shape), "nnz": int(counts.nnz)}


def child(path: Path, step: str) -> None:
    """Run a step; write a line when it begins, and one with what it took."""
    run = Run(path, step)
    run.prepare()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    print("begin", flush=True)
    wall, cpu = time.perf_counter(), time.process_time()
    run.do(step)
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print("end", flush=True)
    now = status()
    took |= {"all": now["VmHWM"] - run.before["VmRSS"], "kept": now["RssAnon"]}
    took |= {"imports": run.before["RssAnon"], **run.after(step)}
    print(json.dumps(took), flush=True)


def measured(path: Path, step: str) -> dict[str, Any]:
    """Run a step in a process and look at its memory all the while."""
    command = [sys.executable, __file__, "--child", str(path), step]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    place, lines, most = Path(f"/proc/{process.pid}/status"), [], 0
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
    reader.start()
    while process.poll() is None:
        words = [line.strip() for line in lines]
        if "begin" in words and "end" not in words:
            try:
                text = place.read_text()
            except OSError:
                break
            most = max(most, int(text.split("RssAnon:")[1].split()[0]) * 1024)
        time.sleep(0.005)
    reader.join()
    if process.returncode:
        raise SystemExit(f"{step} of {path.name} failed.")
    found = json.loads(lines[-1])
    found["own"] = max(most, found["kept"]) - found["imports"]
    found["kept"] -= found["imports"]
    return found


# -- all of it -------------------------------------------------------------------------------------
def report(name: str, found: dict[str, Any]) -> None:
    """Print a line."""
    ratio = found["own"] / found["matrix"]
    own, whole, kept = (found[key] / 1e9 for key in ("own", "all", "kept"))
    print(
        f"{name:14} {found['cpu']:7.1f} s CPU {found['wall']:7.1f} s; peak own {own:6.2f} GB, "
        f"{ratio:4.2f} x the matrix (all {whole:6.2f} GB); kept {kept:6.2f} GB",
        flush=True,
    )


def main() -> None:
    """Simulate, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--cells", type=int, nargs="+", default=[5_000, 20_000, 50_000])
    parser.add_argument("--regions", type=int, default=100_000)
    parser.add_argument("--density", type=float, default=0.025, help="share of regions open")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=["csr"])
    parser.add_argument("--memory", help="largest counts in memory, such as '100 MB'")
    parser.add_argument("--folder", type=Path, help="keeps the counts; a temporary one otherwise")
    given = parser.parse_args()
    if given.memory:
        os.environ["PEAKVI_MEMORY"] = given.memory
    if given.child:
        child(Path(given.child[0]), given.child[1])
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        costs: dict[str, list[tuple[int, float]]] = {}
        for n_cells in given.cells:
            source = folder / f"{n_cells}x{given.regions}.h5ad"
            if not source.exists():
                write_counts(source, n_cells, given.regions, given.density)
            for form in given.forms:
                path = write_form(source, form)
                for step in given.steps:
                    if form != "csr" and step != "open":
                        continue
                    found = measured(path, step)
                    if step == "open":
                        rows, columns = found["shape"]
                        print(f"\n{rows:,} cells x {columns:,} regions, {found['nnz']:,} open")
                    report(f"{step} {form if step == 'open' else ''}", found)
                    costs.setdefault(f"{step} {form}", []).append((n_cells, found["cpu"]))
        print()
        for name, points in costs.items():
            if len(points) > 1:
                x, y = (np.log([point[i] for point in points]) for i in range(2))
                print(f"{name:14} grows as n^{np.polyfit(x, y, 1)[0]:.2f}")


if __name__ == "__main__":
    main()
