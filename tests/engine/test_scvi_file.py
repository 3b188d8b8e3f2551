"""Reading scvi-tools' model.pt: nothing in it ever runs, and damage is reported."""

import collections
import os
import pickle
import zipfile

import numpy as np
import pytest
import torch

from peakvi_widgets.engine.scvi_file import read_scvi_model
from peakvi_widgets.errors import DataError


class Bomb:
    """Pickles into a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def archive(path, content, compression=zipfile.ZIP_STORED):
    """Write a file as torch does: a pickle named data.pkl in a zip archive."""
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("model/data.pkl", pickle.dumps(content, protocol=2))
        file.writestr("model/byteorder", "little")
    return path


def model_of(**changes):
    content = {
        "model_state_dict": collections.OrderedDict(),
        "var_names": np.array(["chr1:1-2"], dtype=object),
        "attr_dict": {
            "registry_": {"model_name": "PEAKVI"},
            "init_params_": {"non_kwargs": {}, "kwargs": {}},
            "history_": {},
        },
    }
    return {**content, **changes}


def test_plain_content_is_read(tmp_path):
    saved = read_scvi_model(archive(tmp_path / "model.pt", model_of()))
    assert saved.region_names == ["chr1:1-2"]
    assert saved.weights == saved.history == {}


@pytest.mark.parametrize(
    ("function", "name"),
    [(os.system, "posix.system"), (eval, "builtins.eval"), (getattr, "builtins.getattr")],
)
def test_pickle_bomb_is_refused_and_never_runs(tmp_path, function, name):
    mark = tmp_path / "it ran"
    text = f"touch '{mark}'" if function is os.system else f"open({str(mark)!r}, 'w')"
    arguments = (os, "system") if function is getattr else (text,)
    if function is getattr:
        arguments = ("text", "upper")
    path = archive(tmp_path / "model.pt", model_of(extra=Bomb(function, *arguments)))
    with pytest.raises(DataError, match="could run as a program") as caught:
        read_scvi_model(path)
    assert name.split(".")[1] in str(caught.value)
    assert not mark.exists()


def test_the_bomb_does_run_where_pickle_is_trusted(tmp_path):
    """Otherwise the test above would show nothing."""
    mark = tmp_path / "it ran"
    pickle.loads(pickle.dumps(Bomb(os.system, f"touch '{mark}'"), protocol=2))
    assert mark.exists()


def test_functions_of_pandas_are_not_called(tmp_path):
    import pandas as pd

    mark = tmp_path / "it ran"
    bomb = Bomb(pd.eval, f"@open({str(mark)!r}, 'w')")
    saved = read_scvi_model(archive(tmp_path / "model.pt", model_of(extra=bomb)))
    assert saved.region_names == ["chr1:1-2"]
    assert not mark.exists()


@pytest.mark.parametrize("content", [{}, [], "text", {"attr_dict": 3}])
def test_other_content_is_refused(tmp_path, content):
    with pytest.raises(DataError, match="not a PEAKVI model"):
        read_scvi_model(archive(tmp_path / "model.pt", content))


def test_other_model_is_named(tmp_path):
    attributes = {"registry_": {"model_name": "SCVI"}}
    with pytest.raises(DataError, match=r"model of another kind.*SCVI"):
        read_scvi_model(archive(tmp_path / "model.pt", model_of(attr_dict=attributes)))


def test_compressed_archive_is_refused(tmp_path):
    path = archive(tmp_path / "model.pt", model_of(), zipfile.ZIP_DEFLATED)
    with pytest.raises(DataError, match="damaged"):
        read_scvi_model(path)


def test_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(DataError, match="not a PEAKVI model"):
        read_scvi_model(path)


def test_missing_file_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot be opened"):
        read_scvi_model(tmp_path / "model.pt")


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_truncated_file_is_refused(tmp_path, shared_data, share):
    content = (shared_data / "scvi_reference/batch/model.pt").read_bytes()
    path = tmp_path / "model.pt"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match="damaged"):
        read_scvi_model(path)


def test_containers_nested_without_end_are_refused(tmp_path):
    nest = []
    nest.append(nest)
    with pytest.raises(DataError, match="damaged"):
        read_scvi_model(archive(tmp_path / "model.pt", model_of(extra=nest)))


@pytest.mark.parametrize("leaf", [1.0, np.array([None], object)], ids=["list", "array"])
def test_what_is_shared_is_read_once(tmp_path, leaf):
    """Forty pairs of the same one twice are 2 ** 40 when each is read for itself."""
    for level in range(40):
        leaf = [leaf, leaf] if level % 2 else {"a": leaf, "b": leaf}
    saved = read_scvi_model(archive(tmp_path / "model.pt", model_of(extra=leaf)))
    assert saved.region_names == ["chr1:1-2"]


def test_tensor_larger_than_what_is_stored_is_refused(tmp_path):
    """A step of nothing makes a small storage look as large as one likes."""
    weight = torch.zeros(1).expand(1000)
    path = tmp_path / "model.pt"
    torch.save(model_of(model_state_dict={"weight": weight}), path)
    with pytest.raises(DataError, match="damaged"):
        read_scvi_model(path)


def test_pickle_that_asks_for_memory_it_cannot_fill_is_refused(tmp_path):
    import struct

    far = b"\x80\x02]r" + struct.pack("<I", 2**32 - 1) + b"."  # LONG_BINPUT: 64 GB of places
    zeros = b"\x80\x02cbuiltins\nbytes\nJ" + struct.pack("<i", 2**31 - 1) + b"\x85R."
    for program in (far, zeros):
        with zipfile.ZipFile(tmp_path / "model.pt", "w") as file:
            file.writestr("model/data.pkl", program)
        with pytest.raises(DataError, match="damaged"):
            read_scvi_model(tmp_path / "model.pt")
