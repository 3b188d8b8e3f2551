"""Training plans: the presets, and what a plan refuses."""

import math
import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict, fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakvi_widgets.engine.plan import (
    ENOUGH_STEPS,
    FROM_SCRATCH,
    PLAN_FORM,
    PRESETS,
    TrainingPlan,
    batch_size_for,
    completed,
    encoder_rate_for,
    epochs_for,
    lr_for,
    plan_from,
    saved_plan,
    without_start,
)
from peakvi_widgets.errors import DataError


def test_default_plan_is_the_standard_preset():
    assert plan_from() == PRESETS["standard"] == TrainingPlan()


def test_best_loss_preset_is_the_standard_one_for_longer():
    assert PRESETS["best_loss"] == replace(PRESETS["standard"], schedule_epochs=40)


@pytest.mark.parametrize("name", sorted(set(PRESETS) - {"scvi"}))
def test_every_preset_but_scvi_starts_from_what_is_confirmed_and_learns_slowly(name):
    plan = PRESETS[name]
    assert (plan.start, plan.encoder_rate, plan.kl_weighting) == ("spectral", None, "bound")


@pytest.mark.parametrize(
    ("n_cells", "rate"), [(0, 0.0), (391, 0.01564), (2_500, 0.1), (10**6, 0.1)]
)
def test_few_cells_teach_the_encoders_little(n_cells, rate):
    assert encoder_rate_for(n_cells) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("n_cells", "size"), [(10, 16), (270, 16), (540, 33), (2_250, 128), (10**6, 128)]
)
def test_few_cells_are_learned_in_smaller_minibatches(n_cells, size):
    assert batch_size_for(n_cells) == size
    assert PRESETS["scvi"].batch_size == 128


@pytest.mark.parametrize(
    ("preset", "n_cells", "n_epochs"),
    [
        ("quick", 5_000, 5),
        ("standard", 0, 15),
        ("standard", 42_000, 15),
        ("standard", 200_000, 4),
        ("standard", 10**6, 1),
        ("standard", 10**8, 1),
        ("best_loss", 94_000, 8),
        ("scvi", 10**6, 500),
    ],
)
def test_very_many_cells_are_learned_in_fewer_epochs(preset, n_cells, n_epochs):
    assert epochs_for(PRESETS[preset], n_cells) == n_epochs
    assert epochs_for(replace(PRESETS[preset], max_epochs=7), n_cells) == 7


@given(st.integers(0, 10**7), st.none() | st.integers(1, 10**4), st.none() | st.integers(1, 100))
def test_completed_plan_leaves_nothing_open_but_the_rate_and_changes_nothing_else(
    n_cells, batch_size, n_epochs
):
    plan = TrainingPlan(batch_size=batch_size, max_epochs=n_epochs, lr=None)
    found = completed(plan, n_cells)
    assert None not in (found.batch_size, found.max_epochs, found.encoder_rate)
    left_open = {"batch_size", "max_epochs", "encoder_rate"}
    kept = {name: value for name, value in asdict(plan).items() if value is not None}
    assert kept.items() <= asdict(found).items()
    assert {name for name in asdict(plan) if asdict(plan)[name] != asdict(found)[name]} <= left_open
    assert completed(found, n_cells) == found


def test_epochs_are_no_more_than_make_enough_steps():
    n_train = int(0.9 * 500_000)
    n_epochs = epochs_for(TrainingPlan(batch_size=1_000), 500_000)
    assert n_epochs == 12  # larger minibatches, fewer steps an epoch
    n_epochs = epochs_for(TrainingPlan(batch_size=64), 500_000)
    assert (n_epochs - 1) * n_train / 64 < ENOUGH_STEPS <= n_epochs * n_train / 64


def test_plan_for_a_network_that_cannot_start_keeps_what_was_chosen():
    plan = without_start(TrainingPlan(max_epochs=7, weight_decay=0.1))
    assert plan == replace(FROM_SCRATCH, max_epochs=7, weight_decay=0.1)


@pytest.mark.parametrize(
    ("preset", "n_epochs"), [("quick", 5), ("standard", 60), ("best_loss", 40), ("scvi", 500)]
)
def test_preset_keeps_its_length_for_a_network_that_cannot_start(preset, n_epochs):
    plan = without_start(PRESETS[preset])
    assert epochs_for(plan, 300) == epochs_for(plan, 10**6) == n_epochs
    assert plan.schedule_epochs in (n_epochs, None)
    assert without_start(replace(PRESETS[preset], max_epochs=15)).max_epochs == 15


def test_plan_that_was_saved_before_there_was_a_start_goes_on_without_one():
    old = {"max_epochs": 60, "kl_weighting": "reference"}
    plan = saved_plan(old)
    assert (plan.start, plan.encoder_rate) == ("none", 1.0)
    assert saved_plan(asdict(TrainingPlan())) == TrainingPlan()


def test_scvi_preset_trains_as_scvi_tools_does():
    plan = PRESETS["scvi"]
    assert (plan.max_epochs, plan.lr, plan.schedule) == (500, 1e-4, "constant")
    assert (plan.weight_decay, plan.eps, plan.batch_size) == (1e-3, 1e-8, 128)
    assert (plan.n_epochs_kl_warmup, plan.kl_weighting) == (50, "reference")
    assert (plan.early_stopping, plan.early_stopping_patience) == (True, 50)
    assert (plan.early_stopping_min_delta, plan.best_tolerance) == (0.0, 0.0)
    assert (plan.start, plan.encoder_rate) == ("none", 1.0)
    assert (plan.input_dropout, plan.schedule_epochs) == (0.0, None)


def test_overrides_change_only_what_they_name():
    assert plan_from("scvi", max_epochs=3).lr == PRESETS["scvi"].lr
    assert plan_from("quick", max_epochs=3).max_epochs == 3


@pytest.mark.parametrize(("n_open", "lr"), [(0, 4.5e-3), (160, 4.5e-3), (16_000, 4.5e-4)])
def test_more_open_regions_a_cell_ask_for_smaller_steps(n_open, lr):
    assert lr_for(n_open) == pytest.approx(lr)


def test_integers_of_numpy_become_python_s_own():
    assert type(plan_from(max_epochs=np.int64(7)).max_epochs) is int


def test_a_plan_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        TrainingPlan().lr = 1.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_epochs", 0),
        ("max_epochs", 2.5),
        ("max_epochs", True),
        ("max_steps", 0),
        ("start", "lsi"),
        ("encoder_rate", 1.5),
        ("encoder_rate", -0.1),
        ("batch_size", 0),
        ("lr", 0.0),
        ("lr", math.nan),
        ("lr", "fast"),
        ("train_size", 1.5),
        ("validation_size", 0.5),
        ("schedule", "cosine"),
        ("warmup_share", 1.0),
        ("input_dropout", 1.0),
        ("best_tolerance", -0.1),
        ("lr_factor", 1.0),
        ("lr_patience", -1),
        ("lr_min", math.inf),
        ("early_stopping", "no"),
        ("kl_weighting", None),
        ("n_threads", 0),
        ("device", None),
    ],
)
def test_value_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(DataError, match=f"^{name} is .*; use "):
        TrainingPlan(**{name: value})


def test_unknown_preset_lists_the_known_ones():
    with pytest.raises(DataError, match="quick, standard, best_loss, scvi"):
        plan_from("fast")


def test_unknown_parameter_lists_the_known_ones():
    with pytest.raises(DataError, match=r"no n_epochs;.*max_epochs"):
        plan_from(n_epochs=3)


def test_plans_and_metrics_cost_no_torch():
    code = (
        "import sys, peakvi_widgets.engine.plan, peakvi_widgets.engine.metrics;"
        "sys.exit('torch' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestForm:
    def test_asks_for_every_parameter_but_those_for_code_alone(self):
        asked = {field.name for field in PLAN_FORM}
        assert {field.name for field in fields(TrainingPlan)} - asked == {"max_steps", "devices"}

    @pytest.mark.parametrize("field", PLAN_FORM, ids=lambda field: field.name)
    def test_offers_what_a_plan_accepts(self, field):
        default = getattr(TrainingPlan(), field.name)
        if field.kind == "choice":
            assert default in field.choices
            for choice in field.choices:
                assert getattr(TrainingPlan(**{field.name: choice}), field.name) == choice
        elif field.kind == "flag":
            assert isinstance(default, bool)
        elif field.min is not None:
            with pytest.raises(DataError, match=f"^{field.name} is "):
                TrainingPlan(**{field.name: field.min - 1})

    @pytest.mark.parametrize("field", PLAN_FORM, ids=lambda field: field.name)
    def test_may_be_empty_where_none_means_something(self, field):
        if field.empty:
            assert getattr(TrainingPlan(**{field.name: None}), field.name) is None
        else:
            with pytest.raises(DataError, match=f"^{field.name} is None; use "):
                TrainingPlan(**{field.name: None})


@pytest.mark.parametrize(
    ("name", "value", "range_"),
    [
        ("lr", 0, "a number above 0, or None."),
        ("lr_min", -1, "a number of 0 or more."),
        ("lr_factor", 1, r"a number in \(0, 1\)."),
        ("train_size", 0, r"a number in \(0, 1\], or None."),
        ("warmup_share", 1, r"a number in \[0, 1\)."),
        ("seed", 2**32, "a whole number from 0 to 4,294,967,295."),
        ("n_threads", 0, "a whole number of 1 or more, or None."),
        ("device", 3, "'auto', 'cpu', 'cuda' or 'mps'."),
        ("schedule", "cosine", "'one_cycle', 'constant' or 'reduce_on_plateau'."),
    ],
)
def test_refusal_names_the_range(name, value, range_):
    with pytest.raises(DataError, match=f"^{name} is .*; use {range_}$"):
        TrainingPlan(**{name: value})
