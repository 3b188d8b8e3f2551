"""A session in one file: all of it comes back in another process, and work goes on from there."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ELSEWHERE = """
import sys
from peakvi_widgets.session import Session
session = Session(sys.argv[1])
session.wait()
session.train(max_epochs=5)
session.compare(n_samples=100)
session.wait()
session.swap_groups()
session.save(sys.argv[2])
session.wait()
"""
SAME = (
    *Session.file_traits("plain"), *Session.file_traits("record"), "n_cells", "n_regions",
    "regions", "obs_columns", "history", "outlines", "shown_dimensions", "bases", "da_state",
    "script", "record", "layer_rows",
)  # fmt: skip


def assert_same_session(one, other):
    for name in SAME:
        assert getattr(one, name) == getattr(other, name), name
    for name in Session.file_traits("array"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for a, b in ((one.opened, other.opened), (one.adata, other.adata)):
        assert (a.X != b.X).nnz == 0
        assert a.X.dtype == b.X.dtype
        pd.testing.assert_frame_equal(a.obs, b.obs)
        pd.testing.assert_frame_equal(a.var, b.var)
    for slot in ("obsm", "obsp"):
        assert sorted(getattr(one.adata, slot)) == sorted(getattr(other.adata, slot))
    for name, values in one.adata.obsm.items():
        np.testing.assert_array_equal(other.adata.obsm[name], values)
    if one.da_result is None:
        assert other.da_result is None
    else:
        pd.testing.assert_frame_equal(one.da_result, other.da_result)
        pd.testing.assert_frame_equal(one.da_columns, other.da_columns)
    np.testing.assert_array_equal(one.colors.codes, other.colors.codes)


def opened(path):
    session = Session(path)
    session.wait()
    return session


@pytest.fixture(scope="module")
def whole(counts):
    """A session with everything in it."""
    session = Session(counts.copy())
    session.filter(min_cells=20, min_regions=20)
    session.setup(batch_key="batch")
    session.train("quick", max_epochs=3, batch_size=64, n_threads=1)
    session.embed()
    session.cluster()
    session.wait()
    middle = float(np.median(session.embedding[:, 0]))
    session.lasso([[-99, -99], [middle, -99], [middle, 99], [-99, 99]])
    session.make_group(1, against_rest=True)
    session.select([1, 2, 3])
    session.layers["cells"].opacity = 0.5
    session.add_layer("labels", name="names", column="cell_type")
    session.compare(n_samples=100, delta=0.02)
    session.wait()
    return session


@pytest.fixture
def saved(whole, tmp_path):
    """That session in a file."""
    whole.save(tmp_path / "all.peakvi")
    whole.wait()
    return tmp_path / "all.peakvi"


def test_all_comes_back(whole, saved):
    session = opened(saved)
    assert_same_session(whole, session)
    assert session.adata.shape != session.opened.shape
    assert session.model.is_trained
    assert session.da_state == "final"
    session.compare(n_samples=100)  # is current: nothing is computed
    assert session.task.name == ""
    np.testing.assert_array_equal(
        session.model.get_latent_representation(), whole.model.get_latent_representation()
    )
    session.undo()
    assert session.notice.text == "There is nothing to undo."


@pytest.mark.parametrize("what", ["opened", "filtered"])
def test_what_is_not_there_yet_stays_so(session, tmp_path, what):
    if what == "filtered":
        session.filter(min_cells=20)
    session.save(tmp_path / "early.peakvi")
    session.wait()
    assert_same_session(session, opened(tmp_path / "early.peakvi"))


@pytest.mark.slow
def test_another_process_goes_on_as_this_one_would(whole, saved, tmp_path):
    path = tmp_path / "elsewhere.peakvi"
    command = [sys.executable, "-c", ELSEWHERE, saved, path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    here = opened(saved)
    here.train(max_epochs=5)
    here.compare(n_samples=100)
    here.wait()
    here.swap_groups()
    there = opened(path)
    assert len(there.history) == 5
    np.testing.assert_array_equal(
        here.model.get_latent_representation(), there.model.get_latent_representation()
    )
    pd.testing.assert_frame_equal(here.da_result, there.da_result)
    np.testing.assert_array_equal(here.idx1, there.idx1)
    assert here.code() == there.code()


def test_saving_too_early_and_onto_something_says_so(session, tmp_path):
    path = tmp_path / "a.peakvi"
    early = Session()
    early.save(path)
    with pytest.raises(StageError, match="open a file"):
        early.wait()
    path.write_text("precious")
    session.save(path)
    with pytest.raises(DataError, match="exists already"):
        session.wait()
    assert path.read_text() == "precious"
    session.save(path, overwrite=True)
    session.wait()
    assert zipfile.is_zipfile(path)
    assert [found.name for found in tmp_path.iterdir()] == ["a.peakvi"]


def test_full_disk_loses_nothing(session, tmp_path, monkeypatch):
    path = tmp_path / "a.peakvi"
    path.write_text("precious")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    session.save(path, overwrite=True)
    with pytest.raises(DataError, match=r"No space left.*unchanged"):
        session.wait()
    assert path.read_text() == "precious"
    assert [found.name for found in tmp_path.iterdir()] == ["a.peakvi"]


def rewritten(path, change, *, compression=zipfile.ZIP_STORED):
    """Write the parts of a session file anew, changed."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)


def fact(**changed):
    def change(parts):
        facts = json.loads(parts["session.json"])
        parts["session.json"] = json.dumps({**facts, **changed})

    return change


def flipped(parts):
    middle = len(parts["arrays.npz"]) // 2
    content = bytearray(parts["arrays.npz"])
    content[middle] ^= 255
    parts["arrays.npz"] = bytes(content)


def added(parts):
    parts["../../outside.txt"] = b"boo"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (fact(format=99), "format 99.*update"),
        (fact(format="a\nb" * 999), "format 'a.*update"),
        (fact(kind="holiday pictures"), "not a session file"),
        (fact(history=[{"epoch": 1}]), "damaged"),
        (fact(da_state="dancing"), "damaged"),
        (fact(color_by="nothing"), "damaged"),
        (fact(columns=["nothing"]), "damaged"),
        (lambda parts: parts.pop("counts.h5ad"), "parts are missing"),
        (added, "do not belong"),
        (flipped, "arrays.npz is not what was saved"),
        (fact(record={"verb": "open"}), "list of verbs"),
    ],
)
def test_file_that_is_not_right_leaves_the_session_as_it_is(saved, counts, change, message):
    rewritten(saved, change)
    session = opened(counts)
    session.idx1 = [1, 2]
    before = session.code()
    session.open(saved)
    with pytest.raises(DataError, match=message) as caught:
        session.wait()
    assert len(str(caught.value).splitlines()[0]) == len(str(caught.value)) < 300
    assert session.notice.level == "error"
    assert session.n_cells == 300
    assert session.idx1.tolist() == [1, 2]
    assert session.code() == before
    assert not (saved.parents[1] / "outside.txt").exists()


@pytest.mark.parametrize("at", [0, 4, -1])
@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"verb": "fly", "arguments": {}}, "not a verb of a session: 'fly'"),
        ({"verb": "select", "arguments": {"petals": 5}}, "petals"),
        ("boo", "not a verb"),
    ],
)
def test_record_with_an_unknown_step_is_kept_up_to_there(whole, saved, at, entry, why):
    at %= len(whole.record)

    def change(parts):
        facts = json.loads(parts["session.json"])
        facts["record"][at] = entry
        parts["session.json"] = json.dumps(facts)

    rewritten(saved, change)
    session = Session(saved)
    with pytest.warns(UserWarning, match=rf"kept up to step {at} of {len(whole.record)}.*{why}"):
        session.wait()
    assert session.notice.level == "warning"
    assert len(session.notice.text) < 300
    assert session.record == whole.record[:at]
    assert session.da_state == "final"
    np.testing.assert_array_equal(session.idx1, whole.idx1)
    pd.testing.assert_frame_equal(session.da_result, whole.da_result)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"no zip at all" * 99])
def test_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "x.peakvi").write_bytes(content)
    session = Session(tmp_path / "x.peakvi")
    with pytest.raises(DataError, match="not a session file"):
        session.wait()


def test_cut_and_missing_files_are_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-2000])
    with pytest.raises(DataError, match=r"not a session file|damaged"):
        opened(saved)
    with pytest.raises(DataError, match="cannot be read"):
        opened(saved.with_name("nowhere.peakvi"))


def test_compressed_file_is_refused_before_it_is_unpacked(saved):
    rewritten(saved, lambda parts: None, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(DataError, match="not a session file"):
        opened(saved)


def test_table_that_claims_pickles_is_refused(saved):
    def change(parts):
        import io
        import zlib

        stream = io.BytesIO()
        np.savez(
            stream, **{name: np.array([print], object) for name in Session.file_traits("array")}
        )
        parts["arrays.npz"] = stream.getvalue()
        facts = json.loads(parts["session.json"])
        size = [len(stream.getvalue()), zlib.crc32(stream.getvalue())]
        facts["parts"]["arrays.npz"] = size
        parts["session.json"] = json.dumps(facts)

    rewritten(saved, change)
    with pytest.raises(DataError, match=r"damaged.*pickle"):
        opened(saved)


def mended(parts, name, content):
    """Put a part into a session file as if it had been saved."""
    import zlib

    facts = json.loads(parts["session.json"])
    facts["parts"][name] = [len(content), zlib.crc32(content)]
    parts[name], parts["session.json"] = content, json.dumps(facts)


def with_hdf5(change):
    def changed(parts):
        import io

        import h5py

        stream = io.BytesIO(parts["counts.h5ad"])
        with h5py.File(stream, "r+") as file:
            change(file)
        mended(parts, "counts.h5ad", stream.getvalue())

    return changed


def lying_rows(file):
    file["X/indptr"][-1] = 2**31 - 1


def float_columns(file):
    values = file["X/indices"][:]
    del file["X/indices"]
    file["X/indices"] = values.astype("float64")


def link_elsewhere(file):
    import h5py

    del file["uns"]
    file["uns"] = h5py.ExternalLink("/etc/other.h5", "/")


def huge_shape(file):
    del file["X/data"]
    file.create_dataset("X/data", (10**12,), "uint8", chunks=(1 << 20,), compression="gzip")


def huge_array(parts):
    content = parts["arrays.npz"]
    place = content.find(b"'shape': (") + 10
    end = content.find(b")", place)
    shape = b"9" * (end - place - 1) + b","
    mended(parts, "arrays.npz", content[:place] + shape + content[end:])


def deep(parts):
    parts["session.json"] = '{"kind": "peakvi session", "a": ' + "[" * 99_999


@pytest.mark.parametrize(
    "change",
    [
        with_hdf5(lying_rows),
        with_hdf5(float_columns),
        with_hdf5(link_elsewhere),
        with_hdf5(huge_shape),
        huge_array,
        deep,
        fact(delta=float("nan")),
        fact(training="running"),
        fact(n_cells_opened=7),
        fact(dimensions=[0, 10**9]),
        fact(layers=[{"kind": "cells", "name": ["x" * 10_000], "visible": True, "opacity": 1}]),
        fact(outlines=[{"group": 1, "polygon": "corner"}]),
        fact(columns="x" * 10_000),
        fact(names={"cells": {"obs": {"columns": [1]}}}),
    ],
)
def test_hostile_file_is_one_sentence(saved, change):
    rewritten(saved, change)
    session = Session(saved)
    with pytest.raises(DataError) as raised:
        session.wait()
    assert len(str(raised.value)) < 300
    assert session.adata is None
