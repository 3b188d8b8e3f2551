"""The scvi-tools PeakVI tutorial as one program: the same lines for scvi-tools and for us.

Run by `bench_tutorial` with the name of the package, the 10x folder and a file for the latent.
"""

import importlib
import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
began, began_cpu = time.perf_counter(), time.process_time()
laps: dict[str, tuple[float, float]] = {}


def lap(name: str) -> None:
    """Note what the time since the last lap went into."""
    global began, began_cpu
    laps[name] = time.perf_counter() - began, time.process_time() - began_cpu
    began, began_cpu = time.perf_counter(), time.process_time()


package, folder, latent = sys.argv[1:]
scvi = importlib.import_module(package)
import numpy as np  # noqa: E402
import scanpy as sc  # noqa: E402

scvi.settings.seed = 0
lap("import")
adata = scvi.data.read_10x_atac(folder)
sc.pp.filter_genes(adata, min_cells=1)
lap("read and filter")
scvi.model.PEAKVI.setup_anndata(adata)
model = scvi.model.PEAKVI(adata)
model.train()
lap("set up and train")
adata.obsm["X_peakvi"] = model.get_latent_representation()
lap("latent")
sc.pp.neighbors(adata, use_rep="X_peakvi")
sc.tl.umap(adata, min_dist=0.2)
sc.tl.leiden(adata, key_added="clusters_peakvi", resolution=0.2, flavor="igraph", n_iterations=2)
lap("neighbors, UMAP, Leiden")
first, second, *_ = adata.obs["clusters_peakvi"].value_counts().index
one, other = (adata.obs["clusters_peakvi"] == name for name in (first, second))
tables = [
    model.differential_accessibility(groupby="clusters_peakvi", group1=first, group2=second),
    model.differential_accessibility(groupby="clusters_peakvi", group1=first),
    model.differential_accessibility(idx1=np.where(one)[0], idx2=np.where(other)[0]),
    model.differential_accessibility(idx1=one, idx2=~one),
]
lap("four comparisons")
assert all(len(table) == adata.n_vars for table in tables)
np.save(latent, adata.obsm["X_peakvi"])
with open("/proc/self/status") as status:
    peak = next(int(one.split()[1]) for one in status if one.startswith("VmHWM"))
figures = {
    "laps": laps,
    "peak": peak * 1024 / 1e9,
    "clusters": adata.obs["clusters_peakvi"].nunique(),
}
print(
    "measured",
    json.dumps({**figures, "cores": len(os.sched_getaffinity(0)), "names": list(adata.obs_names)}),
)
