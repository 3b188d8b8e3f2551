"""Ways to damage a session file or the folder of a model, also with checksums that are right."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Any

from tests.fuzz.hostile_files import damaged as damaged_hdf5

HOSTILE = (
    None, True, -1, 0, 1, 2, 10**9, 10**12, 10**30, 0.5, float("nan"), float("inf"), "", "x" * 5000,
    "\0", "\ud800", "../../x", [], [[]], {}, {"a": 1}, [None], [-1], [10**12], ["x"], "trained",
    "final", [1e308] * 6, {"__class__": "os.system"}, "a\nb", "cell_type", "X_umap",
)  # fmt: skip


def damage(seed: Path, target: Path, rng: random.Random) -> str:
    """Write a damaged copy of a session file or model folder; say what was done."""
    if seed.is_dir():
        return _damage_folder(seed, target, rng)
    if rng.random() < 0.25:
        content = bytearray(seed.read_bytes())
        done = _bytes(content, rng)
        target.write_bytes(content)
        return f"whole file: {done}"
    with zipfile.ZipFile(seed) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    compression = zipfile.ZIP_STORED
    kind = rng.choice(["facts", "facts", "part", "part", "hdf5", "hdf5", "parts", "container"])
    if kind == "facts":
        done = _json(parts, "session.json", rng)
    elif kind == "part":
        name = rng.choice([name for name in parts if name != "session.json"])
        done = _json(parts, name, rng) if name.endswith(".json") else _part(parts, name, rng)
    elif kind == "hdf5":
        name = rng.choice([name for name in parts if name.endswith(".h5ad")])
        done = _hdf5(parts, name, target.parent, rng)
    elif kind == "parts":
        one, other = rng.sample(sorted(set(parts) - {"session.json"}), 2)
        if rng.random() < 0.5:
            parts[one], parts[other] = parts[other], parts[one]
            done = f"{one} and {other} swapped"
        else:
            del parts[one]
            done = f"{one} left out"
    else:
        compression = rng.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
        name = rng.choice(["../outside", "/outside", "model/../x", "counts.h5ad", "more", "a\\b"])
        parts[f"{name}"] = parts.get(name, b"more")
        done = f"part {name!r}, compression {compression}"
    if rng.random() < 0.85:
        _mend(parts)
    else:
        done += ", checksums as they were"
    _write(target, parts, compression, rng)
    return done


def _write(target: Path, parts: dict[str, Any], compression: int, rng: random.Random) -> None:
    with zipfile.ZipFile(target, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)
        if rng.random() < 0.02:
            import warnings

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                file.writestr(rng.choice(sorted(parts)), b"a second one")


def _mend(parts: dict[str, Any]) -> None:
    """Give each part that is listed the size and checksum that it has now."""
    try:
        facts = json.loads(parts["session.json"])
        facts["parts"] = {
            name: [len(content), zlib.crc32(content)]
            for name, content in parts.items()
            if name != "session.json"
        }
        parts["session.json"] = json.dumps(facts).encode()
    except (ValueError, TypeError, RecursionError):
        return
    if "model/model.json" in parts:
        try:
            model = json.loads(parts["model/model.json"])
            for name in model.get("files", {}):
                content = parts.get(f"model/{name}")
                if content is not None:
                    model["files"][name] = [name, len(content), zlib.crc32(content)]
            parts["model/model.json"] = json.dumps(model).encode()
            facts["parts"]["model/model.json"] = [
                len(parts["model/model.json"]),
                zlib.crc32(parts["model/model.json"]),
            ]
            parts["session.json"] = json.dumps(facts).encode()
        except (ValueError, TypeError, AttributeError, RecursionError):
            return


def _bytes(content: bytearray, rng: random.Random) -> str:
    """Damage bytes in place."""
    kind = rng.choice(["flip", "flip", "cut", "zeros", "insert", "repeat", "remove"])
    place = rng.randrange(max(len(content), 1))
    if kind == "flip":
        for _ in range(rng.choice([1, 1, 3, 20])):
            if content:
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del content[place:]
    elif kind == "zeros":
        length = rng.choice([1, 8, 100, 4000])
        content[place : place + length] = bytes(min(length, len(content) - place))
    elif kind == "insert":
        content[place:place] = rng.randbytes(rng.choice([1, 8, 1000]))
    elif kind == "repeat":
        content[place:place] = content[place : place + 500]
    else:
        del content[place : place + rng.choice([1, 8, 1000])]
    return f"{kind} at {place}"


def _part(parts: dict[str, Any], name: str, rng: random.Random) -> str:
    content = bytearray(parts[name])
    if name.endswith(".safetensors") and rng.random() < 0.5:
        n = int.from_bytes(content[:8], "little")
        header = bytearray(content[8 : 8 + n])
        done = _bytes(header, rng)
        parts[name] = len(header).to_bytes(8, "little") + bytes(header) + bytes(content[8 + n :])
        return f"header of {name}: {done}"
    if name.endswith(".npz"):
        end = content.find(b"PK\x01\x02")
        place = rng.randrange(max(end, 1))
        content[place] ^= 1 << rng.randrange(8)
        if rng.random() < 0.5:
            found = content.find(b"'shape': (")
            if found > 0:
                content[found + 10 : found + 14] = rng.choice([b"9999", b"-1, ", b"1e9,", b"0,9,"])
        parts[name] = bytes(content)
        return f"array of {name}"
    done = _bytes(content, rng)
    parts[name] = bytes(content)
    return f"{name}: {done}"


def _json(parts: dict[str, Any], name: str, rng: random.Random) -> str:
    """Set one value of a JSON file, or nest it."""
    if rng.random() < 0.05:
        parts[name] = b'{"format": 1, "kind": "peakvi session", "a": ' + b"[" * 60_000 + b"}"
        return f"{name}: deep"
    facts = json.loads(parts[name])
    place: Any = facts
    path = []
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = rng.choice(keys)
        path.append(key)
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.35:
            if rng.random() < 0.2:
                del place[key]
                done = "removed"
            else:
                place[key] = rng.choice(HOSTILE)
                done = f"= {place[key]!r:.40}"
            break
        place = inner
    parts[name] = json.dumps(facts).encode()
    return f"{name} {path} {done}"


def _hdf5(parts: dict[str, Any], name: str, folder: Path, rng: random.Random) -> str:
    before, after = folder / "before.h5ad", folder / "after.h5ad"
    before.write_bytes(parts[name])
    done = damaged_hdf5(before, after, rng)
    parts[name] = after.read_bytes()
    before.unlink()
    after.unlink()
    return f"{name}: {done}"


def _damage_folder(seed: Path, target: Path, rng: random.Random) -> str:
    shutil.copytree(seed, target)
    parts: dict[str, Any] = {
        f"model/{path.name}": path.read_bytes() for path in sorted(seed.iterdir())
    }
    name = rng.choice(sorted(parts))
    if name.endswith(".json"):
        done = _json(parts, name, rng)
    elif name.endswith(".pt"):
        content = bytearray(parts[name])
        done = _bytes(content, rng)
        parts[name] = bytes(content)
    else:
        done = _part(parts, name, rng)
    if rng.random() < 0.8:
        parts["session.json"] = b"{}"
        _mend(parts)
        del parts["session.json"]
    for name, content in parts.items():
        (target / Path(name).name).write_bytes(content)
    return done
