"""Good small files of every form that can be opened, and ways to damage them."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from scipy import sparse

N_CELLS, N_REGIONS, N_GENES = 60, 80, 10
NUMBERS = ["-1", "0", "1", "7", "255", "256", "1e9", "2147483648", "-2147483649", "0.5", "NaN",
           "1e400", "9223372036854775808", "1000000000000", "99999999999999999999999",
           "abc", ""]  # fmt: skip
VALUES = [-1, 0, 1, 255, 256, 65536, 2**31 - 1, 2**31, 2**40, 2**62, 0.5, -0.0, np.nan, np.inf]


# -- good files ----------------------------------------------------------------------------------
def write_seeds(folder: Path) -> dict[str, Path]:
    """Write one file of each form; return them by form."""
    from peakvi_widgets.data import simulate

    adata = simulate(N_CELLS, N_REGIONS, density=0.3, n_types=3, n_batches=2, seed=1)
    letters = np.random.default_rng(0).choice(list("ACGT"), (N_CELLS, 16))
    adata.obs_names = ["".join(word) + "-1" for word in letters]
    adata.obsm["X_umap"] = np.random.default_rng(1).normal(size=(N_CELLS, 2)).astype("f4")
    adata.uns = {"genome": "hg38", "colors": {"a": np.array(["red", "blue"])}}
    del adata.varm["accessibility"]
    seeds = {}

    def write(name: str, form: str, given=adata, **options) -> None:
        seeds[name] = folder / f"{name}.{form}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            getattr(given, f"write_{form}")(seeds[name], **options)

    write("plain", "h5ad")
    write("packed", "h5ad", compression="gzip")
    write("stored", "zarr")
    turned = adata.copy()
    turned.X = turned.X.tocsc()
    turned.layers["counts"] = turned.X
    write("columns", "h5ad", turned)
    dense = adata.copy()
    dense.X = dense.X.toarray()
    write("dense", "h5ad", dense)
    for name, packed in (("folder", False), ("packed_folder", True)):
        seeds[name] = _write_folder(folder / name, adata, packed)
    for name, genes in (("tenx", 0), ("multiome", N_GENES)):
        seeds[name] = _write_tenx(folder / f"{name}.h5", adata, genes)
    return seeds


def _write_folder(folder: Path, adata, packed: bool) -> Path:
    folder.mkdir()
    entries = adata.X.T.tocoo()
    head = f"%%MatrixMarket matrix coordinate integer general\n%\n{N_REGIONS} {N_CELLS} "
    triples = zip(entries.row, entries.col, entries.data, strict=True)
    texts = {
        "matrix.mtx": f"{head}{entries.nnz}\n"
        + "".join(f"{r + 1} {c + 1} {v}\n" for r, c, v in triples),
        "peaks.bed": "".join(re.sub("[:-]", "\t", name) + "\n" for name in adata.var_names),
        "barcodes.tsv": "".join(f"{name}\n" for name in adata.obs_names),
    }
    for name, text in texts.items():
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        else:
            (folder / name).write_text(text)
    return folder


def _write_tenx(path: Path, adata, n_genes: int) -> Path:
    counts = sparse.csr_matrix(sparse.hstack([adata.X, adata.X[:, :n_genes]]))
    ids = [*adata.var_names, *(f"GENE{gene}" for gene in range(n_genes))]
    with h5py.File(path, "w") as file:
        for name, dtype in (("data", "i4"), ("indices", "i8"), ("indptr", "i8")):
            file.create_dataset(
                f"matrix/{name}", data=getattr(counts, name).astype(dtype), compression="gzip"
            )
        file["matrix/shape"] = np.array(counts.shape[::-1], "i4")
        file["matrix/barcodes"] = np.array(list(adata.obs_names), "S")
        types = ["Peaks"] * N_REGIONS + ["Gene Expression"] * n_genes
        file["matrix/features/id"] = file["matrix/features/name"] = np.array(ids, "S")
        file["matrix/features/feature_type"] = np.array(types, "S")
        file["matrix/features/genome"] = np.array(["hg38"] * len(ids), "S")
    return path


# -- damage --------------------------------------------------------------------------------------
def damaged(seed: Path, target: Path, rng: random.Random) -> str:
    """Copy a good file and damage the copy; return what was done."""
    copy = shutil.copytree if seed.is_dir() else shutil.copy
    copy(seed, target)
    ways: list[Callable[[Path, random.Random], str]] = [_bytes]
    if target.suffix in (".h5", ".h5ad"):
        ways += [_hdf5_values, _hdf5_array, _hdf5_attribute, _hdf5_removed]
    elif target.suffix == ".zarr":
        ways += [_members, _json_field, _json_field]
    else:
        ways += [_members, _text_field, _text_field, _lines]
    done = []
    for _ in range(rng.choice([1, 1, 1, 2])):
        try:
            done.append(rng.choice(ways)(target, rng))
        except Exception as error:  # noqa: BLE001 - the first damage may forbid a second
            done.append(f"nothing more ({type(error).__name__})")
    return ", ".join(done)


def _file(target: Path, rng: random.Random) -> Path:
    if target.is_file():
        return target
    return rng.choice(sorted(path for path in target.rglob("*") if path.is_file()))


def _bytes(target: Path, rng: random.Random) -> str:
    file = _file(target, rng)
    content = bytearray(file.read_bytes())
    place = rng.randrange(len(content) + 1)
    size = rng.choice([1, 4, 64, 1000])
    way = rng.choice(["flip", "flip", "flip", "cut", "zero", "insert", "remove", "repeat", "swap"])
    if way == "flip":
        for _ in range(rng.choice([1, 3, 20])):
            content[rng.randrange(len(content))] = rng.randrange(256)
    elif way == "cut":
        del content[place:]
    elif way == "zero":
        content[place : place + size] = bytes(len(content[place : place + size]))
    elif way == "insert":
        content[place:place] = rng.randbytes(size)
    elif way == "remove":
        del content[place : place + size]
    elif way == "repeat":
        content[place:place] = content[place : place + size]
    else:
        other = rng.randrange(len(content) + 1)
        content[place : place + size], content[other : other + size] = (
            content[other : other + size], content[place : place + size],
        )  # fmt: skip
    file.write_bytes(content)
    return f"{way} in {file.name}"


def _members(target: Path, rng: random.Random) -> str:
    file = _file(target, rng)
    way = rng.choice(["remove", "exchange", "folder", "empty"])
    if way == "exchange":
        other = _file(target, rng)
        first, second = file.read_bytes(), other.read_bytes()
        file.write_bytes(second)
        other.write_bytes(first)
        return f"exchange {file.name} and {other.name}"
    file.unlink()
    if way == "folder":
        file.mkdir()
    elif way == "empty":
        file.touch()
    return f"{way} {file.name}"


def _read_text(file: Path) -> str:
    content = file.read_bytes()
    return (gzip.decompress(content) if file.suffix == ".gz" else content).decode("latin-1")


def _write_text(file: Path, text: str) -> None:
    content = text.encode("latin-1")
    file.write_bytes(gzip.compress(content, mtime=0) if file.suffix == ".gz" else content)


def _text_field(target: Path, rng: random.Random) -> str:
    """Replace a number or a name; often one of the three sizes."""
    file = _file(target, rng)
    text = _read_text(file)
    fields = list(re.finditer(r"[^\s]+", text))
    early = rng.random() < 0.5
    field = rng.choice(fields[5:9] if early and len(fields) > 9 else fields)
    new = rng.choice([*NUMBERS, "x" * 100_000, "\x00", '"', "chr1:1-2"])
    _write_text(file, text[: field.start()] + new + text[field.end() :])
    return f"{field.group()[:20]} to {new[:20]} in {file.name}"


def _lines(target: Path, rng: random.Random) -> str:
    file = _file(target, rng)
    lines = _read_text(file).splitlines(keepends=True)
    place = rng.randrange(len(lines))
    way = rng.choice(["remove", "repeat", "move", "many", "header", "long"])
    if way == "remove":
        del lines[place]
    elif way == "repeat":
        lines.insert(rng.randrange(len(lines)), lines[place])
    elif way == "move":
        lines.insert(rng.randrange(len(lines)), lines.pop(place))
    elif way == "many":
        lines[place:place] = ["\n"] * rng.choice([1, 3_000_000])
    elif way == "header":
        lines.insert(0, "x\n")
    else:
        lines[place] = lines[place].strip("\n") * 200_000 + "\n"
    _write_text(file, "".join(lines))
    return f"{way} a line of {file.name}"


def _json_field(target: Path, rng: random.Random) -> str:
    """Change a value in the description of a zarr store."""
    names = {".zarray", ".zattrs", ".zgroup", ".zmetadata", "zarr.json"}
    file = rng.choice(sorted(path for path in target.rglob("*") if path.name in names))
    described = json.loads(file.read_text())
    if rng.random() < 0.1:
        file.write_text('{"a":' * 100_000 + "1" + "}" * 100_000)
        return f"deep {file.name}"
    places = []

    def collect(value, put) -> None:
        places.append(put)
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in list(items) if isinstance(value, dict | list) else []:
            collect(inner, lambda new, value=value, key=key: value.__setitem__(key, new))

    collect(described, lambda new: None)
    new = rng.choice([-1, 0, 1, 10**6, 10**12, 10**30, 1.5, None, True, "x", "<f8", "|O", "pickle",
                      [], [10**12], [1], {}, {"id": "pickle"}, [{"id": "pickle"}]])  # fmt: skip
    rng.choice(places)(new)
    file.write_text(json.dumps(described))
    return f"{new!r} in {file.parent.name}/{file.name}"


def _hdf5_datasets(file: h5py.File) -> list[str]:
    found = []
    file.visititems(
        lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None
    )
    weights = {"data", "indices", "indptr", "shape", "X", "_index", "barcodes", "id"}
    return [name for name in found for _ in range(5 if name.split("/")[-1] in weights else 1)]


def _hdf5_values(target: Path, rng: random.Random) -> str:
    with h5py.File(target, "r+") as file:
        name = rng.choice(_hdf5_datasets(file))
        values = file[name][()]
        if not np.ndim(values) or not values.size:
            return f"nothing in {name}"
        flat = values.reshape(-1)
        places = [rng.randrange(flat.size) for _ in range(rng.choice([1, 1, 5]))]
        new = rng.choice(VALUES)
        with np.errstate(all="ignore"):
            if flat.dtype.kind in "iu":
                info = np.iinfo(flat.dtype)
                new = int(min(max(new if np.isfinite(new) else -1, info.min), info.max))
            elif flat.dtype.kind != "f":
                new = rng.choice([b"", b"x" * 1000, b"\xff\xfe", flat[rng.randrange(flat.size)]])
            flat[places] = new
        file[name][...] = values
    return f"{str(new)[:20]} in {name}"


def _hdf5_array(target: Path, rng: random.Random) -> str:
    with h5py.File(target, "r+") as file:
        name = rng.choice(_hdf5_datasets(file))
        attributes = dict(file[name].attrs)
        old = file[name][()]
        del file[name]
        way = rng.choice(["shorter", "longer", "2d", "floats", "texts", "scalar", "empty", "huge",
                          "huge chunks", "group", "external", "soft", "reversed"])  # fmt: skip
        if way == "group":
            file.create_group(name)
        elif way == "external":
            file[name] = h5py.ExternalLink("/etc/hostname", "/x")
        elif way == "soft":
            file[name] = h5py.SoftLink(rng.choice(["/", "/X", "/obs", "/gone", f"/{name}"]))
        elif way.startswith("huge"):
            chunks = (1000,) if way == "huge" else (2**28,)
            file.create_dataset(name, (10**12,), "i4", chunks=chunks, compression="gzip")
        else:
            new = {
                "shorter": lambda: old[:-1],
                "longer": lambda: np.concatenate([old, old[:1]]),
                "2d": lambda: np.stack([old, old]),
                "floats": lambda: old.astype("f8") + 0.5,
                "texts": lambda: np.array([b"a"] * len(old)),
                "scalar": lambda: 5,
                "empty": lambda: old[:0],
                "reversed": lambda: old[::-1],
            }[way]()
            file.create_dataset(name, data=new)
        if way not in ("external", "soft"):
            file[name].attrs.update(attributes)
    return f"{way} {name}"


def _hdf5_attribute(target: Path, rng: random.Random) -> str:
    with h5py.File(target, "r+") as file:
        found: list[tuple[str, str]] = []
        items = {"": file}
        file.visititems(lambda name, item: items.update({name: item}))
        for name, item in items.items():
            found += [(name, attribute) for attribute in item.attrs]
        name, attribute = rng.choice(found) if found else ("", "encoding-type")
        item = file[name] if name else file
        if rng.random() < 0.3:
            item.attrs.pop(attribute, None)
            return f"no {attribute} of {name}"
        new = rng.choice(["", "tomorrow", "csc_matrix", "csr_matrix", "array", "dataframe", "null",
                          5, -1, [1, 2], [10**12, 10**12], [60, 80], np.nan,
                          ["a", "b"]])  # fmt: skip
        item.attrs[attribute] = new
    return f"{new} as {attribute} of {name}"


def _hdf5_removed(target: Path, rng: random.Random) -> str:
    with h5py.File(target, "r+") as file:
        names: list[str] = []
        file.visit(names.append)
        name = rng.choice(names)
        if rng.random() < 0.2:
            other = rng.choice(names)
            file.move(name, "peakvi_moved")
            if other in file:
                file.move(other, name)
            return f"{other} in the place of {name}"
        del file[name]
    return f"remove {name}"
