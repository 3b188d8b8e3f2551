"""Whatever a model.pt of scvi-tools holds: one sentence, or a model that can be used.

``make fuzz`` changes more values (``PEAKVI_FUZZ_ROUNDS`` times those of ``make test``).
"""

import copy
import os
import random
from collections import Counter, OrderedDict

import numpy as np
import pytest
import torch

from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.errors import DataError
from peakvi_widgets.model import PEAKVI
from tests.fuzz.hostile_sessions import HOSTILE

ROUNDS = int(os.environ.get("PEAKVI_FUZZ_ROUNDS", "1"))
PER_ROUND = 60
KEYS = (5, "new\nkey", None, (1, 2), "x" * 500)
VALUES = (*HOSTILE, 5, {5: 1}, [1, 2], {"b\nc": 1}, torch.zeros(3), np.array(["x"]),
          OrderedDict(a=1))  # fmt: skip


@pytest.fixture(scope="module")
def adata():
    counts = simulate(40, 60, density=0.3, n_types=2, n_batches=2, seed=0)
    counts.obs["score"] = np.linspace(0, 1, 40)
    return counts


@pytest.fixture(scope="module")
def exported(adata, tmp_path_factory):
    """The content of a good model.pt."""
    folder = tmp_path_factory.mktemp("good")
    PEAKVI.setup_anndata(
        adata,
        batch_key="batch",
        categorical_covariate_keys=["cell_type"],
        continuous_covariate_keys=["score"],
    )
    model = PEAKVI(adata)
    model.train(max_epochs=2)
    model.save_for_scvi(folder)
    return torch.load(folder / "model.pt", weights_only=False)


def places_in(value, place=()):
    """Yield where a value stands in nested dicts and short lists."""
    if place:
        yield place
    is_short_list = isinstance(value, list | tuple) and len(value) < 30
    items = value.items() if isinstance(value, dict) else enumerate(value) if is_short_list else ()
    for key, inner in items:
        yield from places_in(inner, (*place, key))


def changed(content, place, change):
    """Return a copy with one place changed."""
    copied = copy.deepcopy(content)
    parent = copied
    for key in place[:-1]:
        parent = parent[key]
    change(parent, place[-1])
    return copied


def outcome(folder, content, adata):
    torch.save(content, folder / "model.pt")
    try:
        model = PEAKVI.load(folder, adata=adata)
    except DataError as error:
        text = str(error)
        assert len(text) < 300, text
        assert "\n" not in text, text
        return "refused"
    assert model.get_latent_representation().shape[0] == adata.n_obs
    return "read"


@pytest.mark.slow
@pytest.mark.timeout(0 if ROUNDS > 1 else 600)
def test_model_with_a_changed_value_is_refused_or_can_be_used(exported, adata, tmp_path):
    places = list(places_in(exported))
    settings = [place for place in places if place[0] == "attr_dict"]
    counted = Counter()
    for seed in range(PER_ROUND * ROUNDS):
        pick = random.Random(seed)
        place = pick.choice(pick.choice([places, settings]))
        way, key, value = pick.random(), pick.choice(KEYS), pick.choice(VALUES)

        def change(parent, name, way=way, key=key, value=value):
            if isinstance(parent, dict) and way < 0.2:
                del parent[name]
            elif isinstance(parent, dict) and way < 0.35:
                parent[key] = value
            elif isinstance(parent, dict | list):
                parent[name] = value

        try:
            counted[outcome(tmp_path, changed(exported, place, change), adata)] += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}: {value!r:.40} at {place}") from error
    assert counted["refused"] > counted.total() / 10
    assert counted["read"] > counted.total() / 10


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("model_state_dict",), {}),
        (("attr_dict", "registry_", "setup_args", "layer"), ["x"]),
        (("attr_dict", "registry_", "setup_args", "batch_key"), torch.zeros(3)),
        (("attr_dict", "registry_", "setup_args", "continuous_covariate_keys"), 5),
        (("attr_dict", "init_params_", "kwargs"), []),
        (("attr_dict", "init_params_", "kwargs", "model_kwargs"), "a\nb"),
        (("attr_dict", "init_params_", "non_kwargs", "new\nkey"), 1),
        (("attr_dict", "init_params_", "non_kwargs", 5), 1),
    ],
)
def test_model_with_a_wrong_value_is_refused(exported, adata, tmp_path, place, value):
    content = changed(exported, place, lambda parent, name: parent.__setitem__(name, value))
    assert outcome(tmp_path, content, adata) == "refused"
