"""What can be believed: the belief table, printed by one command.

``make bench-belief``, or ``python tests/benchmarks/bench_belief.py``, trains on noise, on
simulated kinds, on labelled data, on half of the fragments of the bone marrow, and on batches, and
prints what is called and how much of it is true. ``--presets standard scratch``, ``--seeds 0 1 2``
and ``--parts noise given small purity thinned batches`` do a part; ``scratch`` trains from random
weights by the reference's loss, as ``standard`` did before training had a start. The batches are
measured with scvi-tools, too, where ``bench_engine.py --install`` has put it.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import time
import warnings
from dataclasses import asdict
from pathlib import Path

import anndata
import numpy as np
import scanpy
from bench_engine import SCVI, Side, is_installed
from labelled_data import LABELLED, SHARED, halves_of_marrow, labelled, same_shares
from scipy.stats import entropy
from simulated_groups import GIVEN, Truth, noise, planted, two_proportions
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.neighbors import NearestNeighbors

import peakvi_widgets as pv
from peakvi_widgets.engine.dimensions import unit_of
from peakvi_widgets.engine.evidence import evidence
from peakvi_widgets.engine.plan import FROM_SCRATCH, PRESETS
from peakvi_widgets.engine.spectral import spectral_map

NOISE = (  # cells, regions, spread of the log depth
    (1_000, 3_000, 0.0),
    (300, 1_000, 0.8),
    (5_000, 1_000, 0.5),
    (1_000, 30_000, 0.5),
)
RESOLUTIONS = (0.2, 0.4, 0.7, 1.0, 1.5)


def trained(adata, preset, seed, **setup):
    """Return a trained model, the latent, the lowest validation loss and the CPU seconds."""
    pv.PEAKVI.setup_anndata(adata, **setup)
    model = pv.PEAKVI(adata, seed=seed)
    began = time.process_time()
    if preset == "scratch":
        model.train(**{**asdict(FROM_SCRATCH), "n_threads": 1, "seed": seed})
    else:
        model.train(preset=preset, n_threads=1)
    seconds = time.process_time() - began
    losses = model.history_table()["reconstruction_loss_validation"]
    return model, np.asarray(model.get_latent_representation()), losses.min(), seconds


def quarters(axis):
    """Return the cells at either end of an axis."""
    low, high = np.quantile(axis, [0.25, 0.75])
    return np.flatnonzero(axis > high), np.flatnonzero(axis < low)


def first_axis(latent):
    """Return the first principal axis of some cells."""
    vectors, values, _ = np.linalg.svd(latent - latent.mean(axis=0), full_matrices=False)
    return vectors[:, 0] * values[0]


def drawn_groups(latent):
    """Return groups that a person may draw on a map: name and two sets of cells."""
    halves = KMeans(2, n_init=3, random_state=0).fit_predict(latent)
    widest = latent[:, latent.std(axis=0).argmax()]
    cluster = leiden(latent, 0.5)
    largest = np.argsort(-np.bincount(cluster, minlength=2))[:2]
    return {
        "Leiden": tuple(np.flatnonzero(cluster == one) for one in largest),
        "axis 1": quarters(first_axis(latent)),
        "latent axis": quarters(widest),
        "KMeans": (np.flatnonzero(halves == 0), np.flatnonzero(halves == 1)),
    }


def n_called(model, one, other, **question):
    """Return how many regions a comparison calls, and of how many a check confirms it."""
    if min(len(one), len(other)) == 0:
        return "one group"
    table = model.differential_accessibility(idx1=one, idx2=other, n_samples=1000, **question)
    confirmed = f" ({table.is_confirmed.sum()})" if "is_confirmed" in table else ""
    return f"{table.is_da_fdr.sum()}{confirmed}"


def print_noise(presets, seeds):
    """Print what is called where there are no groups at all."""
    print(
        "\n| noise | preset | seed | regions | called (confirmed) of Leiden, axis 1, latent axis, "
        "KMeans: difference / log2 |"
    )
    print("| --- | --- | --- | --- | --- |")
    every = ("quick", "standard", "best_loss") if presets == ["standard"] else presets
    for nth, shape in enumerate(NOISE):
        for preset in presets if nth else every:
            for seed in seeds[:1] if nth else seeds:
                adata = noise(*shape, seed)
                checked = {} if unit_of(adata.X) == "binary" else {"held_out": 0.2}
                print_noise_line(adata, shape, preset, seed, checked)


def print_noise_line(adata, shape, preset, seed, checked):
    """Print what one training on noise calls."""
    model, latent, *_ = trained(adata, preset, seed, **checked)
    cells = [
        " / ".join(
            n_called(model, *groups, estimand=estimand, check=bool(checked))
            for estimand in ("difference", "log2")
        )
        for groups in drawn_groups(latent).values()
    ]
    shape = f"{shape[0]:,} x {shape[1]:,}, depth {shape[2]}"
    print(f"| {shape} | {preset} | {seed} | {adata.n_vars:,} | {', '.join(cells)} |", flush=True)


def print_given(presets, seeds):
    """Print how much of what is called of given kinds is true."""
    print("\n| planted | by | estimand | called | of these wrong | unchanged called | power |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for truth in GIVEN:
        lines = {}
        for seed in seeds:
            adata, is_changed = planted(truth, seed)
            one, other = (np.flatnonzero(adata.obs["kind"] == kind) for kind in "10")
            found = {("two proportions", "p value"): two_proportions(adata.X, one, other)}
            for preset in [*presets, *(["scvi"] if truth.n_cells == 300 else [])]:
                model, *_ = trained(adata.copy(), preset, seed)
                for estimand in ("difference", "log2"):
                    table = model.differential_accessibility(
                        idx1=one, idx2=other, n_samples=1000, estimand=estimand
                    )
                    called = table.loc[adata.var_names].is_da_fdr.to_numpy()
                    found[preset, estimand] = called
            for name, called in found.items():
                lines.setdefault(name, []).append(
                    (called.sum(), (called & ~is_changed).sum(), (~is_changed).sum(),
                     (called & is_changed).sum(), is_changed.sum())
                )  # fmt: skip
        for (by, estimand), rows in lines.items():
            called, wrong, unchanged, right, changed = np.sum(rows, axis=0)
            print(
                f"| {truth} | {by} | {estimand} | {called} | {wrong / max(called, 1):.2f} | "
                f"{wrong / unchanged:.3f} | {right / changed:.2f} |",
                flush=True,
            )


def print_small(presets, seeds):
    """Print what is called of 30 to 100 cells of two kinds, and how much of it is right."""
    print("\n| few cells, given or in a lasso | preset | called, each seed | of these right |")
    print("| --- | --- | --- | --- |")
    lines = {}
    for preset, seed in itertools.product(presets, seeds):
        for name, called, right in (*small_marrow(preset, seed), *small_planted(preset, seed)):
            lines.setdefault((name, preset), []).append((called, right))
    for (name, preset), rows in lines.items():
        called, right = zip(*rows, strict=True)
        share = f"{sum(right) / max(sum(called), 1):.2f}"
        print(f"| {name} | {preset} | {', '.join(map(str, called))} | {share} |", flush=True)


def small_marrow(preset, seed):
    """Yield name, called and those of the right sign, by all held-out fragments of both kinds."""
    whole, fit, held_out = halves_of_marrow()
    kind = whole.obs["cell_type"].astype(str).to_numpy()
    adata = anndata.AnnData(fit.astype(np.float32), obs=whole.obs.copy())
    model, latent, *_ = trained(adata, preset, seed)
    random = np.random.default_rng(seed)
    for pair in (("CD14 Mono", "B"), ("CD4 T", "CD14 Mono"), ("CD8 T", "B")):
        cells = [np.flatnonzero(kind == one) for one in pair]
        shares = [np.asarray((held_out[some] > 0).mean(axis=0)).ravel() for some in cells]
        new = shares[0] - shares[1]
        groups = {f"{n} each": [random.choice(some, n, False) for some in cells] for n in (50, 100)}
        near = [np.square(latent - latent[random.choice(some)]).sum(axis=1) for some in cells]
        groups["lassos of 100"] = [np.argsort(far)[:100] for far in near]
        for name, (one, other) in groups.items():
            table = model.differential_accessibility(idx1=one, idx2=other).loc[adata.var_names]
            called = table.is_da_fdr.to_numpy() & (new != 0)
            right = called & (np.sign(table.effect_size) == np.sign(new))
            yield f"{' against '.join(pair)}, {name}", called.sum(), right.sum()


def small_planted(preset, seed):
    """Yield name, called and those that are changed of simulated kinds."""
    for truth in GIVEN[1:]:
        adata, is_changed = planted(truth, seed)
        model, *_ = trained(adata, preset, seed)
        kinds = [np.flatnonzero(adata.obs["kind"] == kind) for kind in "10"]
        for n in (30, 100):
            one, other = (cells[:n] for cells in kinds)
            table = model.differential_accessibility(idx1=one, idx2=other, n_samples=1000)
            called = table.loc[adata.var_names].is_da_fdr.to_numpy()
            yield f"{truth}, {n} each", called.sum(), (called & is_changed).sum()


def neighbors(latent):
    """Return cells with the graph of their neighbors in the latent space."""
    adata = anndata.AnnData(np.zeros((len(latent), 1), np.float32), obsm={"X_latent": latent})
    scanpy.pp.neighbors(adata, use_rep="X_latent", random_state=0)
    return adata


def leiden(latent, resolution, adata=None):
    """Return the Leiden cluster of each cell."""
    adata = neighbors(latent) if adata is None else adata
    scanpy.tl.leiden(adata, resolution=resolution, random_state=0, flavor="igraph", n_iterations=2)
    return adata.obs["leiden"].to_numpy().astype(int)


def clusters(latent, labels):
    """Return ARI and NMI of Leiden clusters at the best of some resolutions."""
    found, adata = [], neighbors(latent)
    for resolution in RESOLUTIONS:
        cluster = leiden(latent, resolution, adata)
        found.append(
            (
                adjusted_rand_score(labels, cluster),
                normalized_mutual_info_score(labels, cluster),
            )
        )
    return max(found)


def print_purity(presets, seeds, names):
    """Print how well the map keeps known kinds of cells apart."""
    sys.path.insert(0, str(SHARED))
    from label_purity import label_purity

    print("\n| data | map | label_purity, median (each seed) | ARI | NMI | loss, nats | CPU, s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        adata = labelled(name)
        labels = adata.obs["cell_type"].astype(str).to_numpy()
        began = time.process_time()
        flat = spectral_map(adata.X, 15).coordinates()
        row = label_purity(flat, labels), *clusters(flat, labels)
        print(
            f"| {name} | spectral | {row[0]:.3f} | {row[1]:.2f} | {row[2]:.2f} | | "
            f"{time.process_time() - began:.1f} |",
            flush=True,
        )
        for preset in presets:
            rows = []
            for seed in seeds:
                _, latent, loss, seconds = trained(adata.copy(), preset, seed)
                rows.append(
                    (label_purity(latent, labels), *clusters(latent, labels), loss, seconds)
                )
            middle = [statistics.median(column) for column in zip(*rows, strict=True)]
            each = ", ".join(f"{row[0]:.3f}" for row in rows)
            print(
                f"| {name} | {preset} | {middle[0]:.3f} ({each}) | {middle[1]:.2f} | "
                f"{middle[2]:.2f} | {middle[3]:.1f} | {middle[4]:.1f} |",
                flush=True,
            )


def print_thinned(presets, seeds):
    """Print what is called on one half of the fragments and what the other half says of it."""
    print(
        "\n| fitted to half of the bone marrow | preset | seed | called | confirmed "
        "| sign agrees | slope |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    whole, fit, held_out = halves_of_marrow()
    kind = whole.obs["cell_type"].astype(str).to_numpy()
    donor = whole.obs["donor"].astype(str).to_numpy()
    finer = whole.obs["cell_type_fine"].astype(str).to_numpy()
    depth = np.asarray((fit > 0).sum(axis=1)).ravel()
    for preset, seed in itertools.product(presets, seeds):
        adata = anndata.AnnData(fit.astype(np.float32), obs=whole.obs.copy())
        model, latent, *_ = trained(adata, preset, seed)

        def line(name, one, other, model=model, adata=adata, preset=f"{preset} | {seed}"):
            table = model.differential_accessibility(idx1=one, idx2=other).loc[adata.var_names]
            called = table.is_da_fdr.to_numpy()
            seen, new = (
                np.asarray((x[one] > 0).mean(axis=0) - (x[other] > 0).mean(axis=0)).ravel()
                for x in (fit, held_out)
            )
            _, check = evidence(held_out, one, other, table)
            both = called & (new != 0)
            agrees = (np.sign(table.effect_size) == np.sign(new))[both].mean()
            slope = (new * seen)[called].sum() / (seen**2)[called].sum() if called.any() else np.nan
            print(
                f"| {name} | {preset} | {called.sum()} | {check.n_confirmed} | {agrees:.2f} | "
                f"{slope:.2f} |",
                flush=True,
            )

        line("CD14 Mono against B", *(np.flatnonzero(kind == one) for one in ("CD14 Mono", "B")))
        for one in ("CD4 T", "CD14 Mono", "CD8 T", "B"):
            cells = np.flatnonzero(kind == one)
            line(
                f"{one}, ends of axis 1",
                *(cells[end] for end in quarters(first_axis(latent[cells]))),
            )
            halves = np.random.default_rng(1).permutation(cells)
            line(f"{one}, random halves", *np.array_split(halves, 2))
            is_deep = depth[cells] > np.median(depth[cells])
            line(f"{one}, deep against shallow", cells[is_deep], cells[~is_deep])
            is_first = donor[cells] == np.unique(donor[cells])[0]
            line(f"{one}, donor against donor", cells[is_first], cells[~is_first])
            if one == "CD8 T":  # of which one donor has more naive cells, as have shallow cells
                for name, is_one in (("deep against shallow", is_deep), ("donors", is_first)):
                    first, second = same_shares(cells, is_one, finer[cells])
                    line(f"{one}, {name}, naive and memory in equal shares", first, second)


def mixing(latent, batch):
    """Return the entropy of the batch among 30 neighbors, in units of that of all cells."""
    codes = np.unique(batch, return_inverse=True)[1]
    near = NearestNeighbors(n_neighbors=31).fit(latent).kneighbors(latent)[1][:, 1:]
    shares = np.stack([(codes[near] == one).mean(axis=1) for one in range(codes.max() + 1)])
    return entropy(shares).mean() / entropy(np.bincount(codes))


def latent_of_scvi(adata, seed):
    """Return the latent that scvi-tools finds by its defaults where it knows the batch."""
    with tempfile.TemporaryDirectory() as folder:
        data, latent = Path(folder) / "data.h5ad", Path(folder) / "latent.npy"
        anndata.AnnData(adata.X, adata.obs[["batch"]]).write_h5ad(data)
        with Side(SCVI, "side_scvi.py", data, 1) as side:
            side.ask("train", seed, str(latent))
        return np.load(latent)


def print_batches(presets, seeds):
    """Print how well batches mix and kinds stay apart where the model knows the batch."""
    sys.path.insert(0, str(SHARED))
    from label_purity import label_purity

    print("\n| batches | map | entropy of the batch among neighbors | label_purity |")
    print("| --- | --- | --- | --- |")
    simulated, _ = planted(Truth(600, 1_500, 3, 0.15, 5.0, False, 0.4), 0, batch=4.0)
    marrow = labelled("bone marrow")
    marrow.obs["kind"], marrow.obs["batch"] = marrow.obs["cell_type"], marrow.obs["donor"]
    sets = {
        "simulated, a tenth of the regions 4-fold": simulated,
        "donors of the bone marrow": marrow,
    }
    for name, adata in sets.items():
        kind, batch = (adata.obs[column].astype(str).to_numpy() for column in ("kind", "batch"))
        maps = {"spectral, batch unknown": [spectral_map(adata.X, 15).coordinates()]}
        for preset in [*presets, *(["scvi"] if adata.n_obs < 1000 else [])]:
            maps[preset] = [
                trained(adata.copy(), preset, seed, batch_key="batch")[1] for seed in seeds
            ]
        if is_installed():
            maps["scvi-tools"] = [latent_of_scvi(adata, seed) for seed in seeds]
        for by, latents in maps.items():
            mixed = statistics.median(mixing(latent, batch) for latent in latents)
            pure = statistics.median(label_purity(latent, kind) for latent in latents)
            print(f"| {name} | {by} | {mixed:.2f} | {pure:.3f} |", flush=True)


def main(arguments):
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presets", nargs="+", default=["standard"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--data", nargs="+", default=list(LABELLED), choices=list(LABELLED))
    parts = ["noise", "given", "small", "purity", "thinned", "batches"]
    parser.add_argument("--parts", nargs="+", default=parts, choices=parts)
    options = parser.parse_args(arguments)
    if unknown := set(options.presets) - {*PRESETS, "scratch"}:
        raise SystemExit(f"There is no preset {', '.join(unknown)}.")
    warnings.simplefilter("ignore")
    print(f"python tests/benchmarks/bench_belief.py {' '.join(arguments)}")
    if "noise" in options.parts:
        print_noise(options.presets, options.seeds)
    if "given" in options.parts:
        print_given(options.presets, options.seeds)
    if "small" in options.parts:
        print_small(options.presets, options.seeds)
    if "purity" in options.parts:
        print_purity(options.presets, options.seeds, options.data)
    if "thinned" in options.parts:
        print_thinned(options.presets, options.seeds)
    if "batches" in options.parts:
        print_batches(options.presets, options.seeds)


def bench_belief():
    """Measure with one seed."""
    main(["--seeds", "0"])


if __name__ == "__main__":
    main(sys.argv[1:])
