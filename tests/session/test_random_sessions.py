"""After any sequence of commands, undo and redo, script and replay give what was there.

``PEAKVI_RANDOM_SESSIONS=2000`` runs that many sequences instead of a few.
"""

import os
import random
import warnings

import numpy as np
import pandas as pd
import pytest
from traitlets import TraitError

from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.errors import PeakVIError
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow

N = int(os.environ.get("PEAKVI_RANDOM_SESSIONS", "0"))
COLORS = ["batch", "cell_type", "depth", ""]


@pytest.fixture(scope="module")
def adata():
    counts = simulate(60, 80, density=0.3, n_types=3, n_batches=2, seed=1)
    random = np.random.default_rng(0)
    counts.obsm["X_umap"] = random.normal(size=(60, 2)).astype("float32")
    counts.obsm["X_pca"] = random.normal(size=(60, 4)).astype("float32")
    counts.obs["score"] = random.normal(size=60)
    return counts


def picture_of(session):
    return session.picture.described(), session.color_by, session.colors.title


def state_of(session):
    """Return what a script must give again."""
    state = {
        "picture": picture_of(session),
        "basis": (session.basis, session.shown_dimensions, session.embedding.tobytes()),
        "groups": [getattr(session, name).tolist() for name in ("selection", "idx1", "idx2")],
        "named": (session.named_groups, session.group_cells.tolist(), session.group_names),
        "outlines": session.outlines,
        "region sets": session.region_sets,
        "cells": (session.n_cells, session.n_regions, session.batch_key),
        "training": session.training,
        "history": [metrics.train_loss for metrics in session.history],
        "clusters": None,
        "table": None,
    }
    if "clusters_peakvi" in session.adata.obs:
        state["clusters"] = list(session.adata.obs["clusters_peakvi"])
    if session.da_state == "final":
        state["table"] = session.da_result.to_csv()
    return state


def assert_same(one, other):
    for name, value in one.items():
        if name == "table" and value is None:
            continue  # a table that is not current need not come again
        assert other[name] == value, name


# -- commands: each is Python that may be refused ----------------------------------------------
def layer_command(session, random):
    names = [layer.name for layer in session.layers] or ["x"]
    one, color = random.choice(names), random.choice(COLORS)
    at = random.randrange(-1, 5)
    return random.choice(
        [
            f"s.add_layer('cells', color_by={color!r})",
            f"s.add_layer({random.choice(['groups', 'labels', 'cells'])!r}, index={max(0, at)})",
            f"s.remove_layer({one!r})",
            f"s.layers.selection.active = {one!r}",
            f"s.layers.selection.add({one!r})",
            f"s.activate_layer({one!r})",
            f"s.color_by = {color!r}",
            f"s.layers.move({one!r}, {at})",
            f"s.layers[{one!r}].name = {random.choice(['a', 'cells', 'labels', 'b'])!r}",
            f"s.layers[{one!r}].opacity = {random.choice([0.2, 0.5, 0.85])}",
            f"s.set_layer({one!r}, visible={random.random() < 0.5}, opacity=0.4)",
            f"s.layers[{one!r}].palette = {random.choice(['Okabe-Ito', ['red', 'blue']])!r}",
            f"s.set_layer({one!r}, color_by='depth', contrast_limits=(1, 5))",
            f"s.layers[{one!r}].column = 'batch'",
            "s.reset_layers()",
            "s.layers.reverse()",
            "s.layers.selection.clear()",
        ]
    )


def cell_command(session, random):
    a, b = sorted(random.sample(range(-3, 4), 2))
    mode = random.choice(["new", "add", "subtract", "intersect"])
    some = sorted(random.sample(range(60), 8))
    return random.choice(
        [
            f"s.lasso([({a}, -9), ({b}, -9), ({b}, 9), ({a}, 9)], mode={mode!r})",
            f"s.brush([({a}, 0), ({b}, 1)], 0.5, mode={mode!r})",
            f"s.select({some}, mode={mode!r})",
            f"s.select('score > {a / 4} and batch == \"batch_1\"', mode={mode!r})",
            f"s.select(s.adata.obs['score'] > {a / 4}, mode={mode!r})",
            f"s.select(list(s.adata.obs_names[{min(some)}:{max(some)}]))",
            f"s.select_category('cell_type', 'type_{random.randrange(1, 4)}', mode={mode!r})",
            f"s.make_group({random.choice([1, 2])}, against_rest={random.random() < 0.3})",
            "s.against_rest(1)",
            f"s.groups_by('cell_type', 'type_{random.randrange(1, 4)}')",
            f"s.set_groups(idx1={some})",
            "s.idx2 = 'score > 0'",
            "s.selection = 'score < 0.5'",
            "s.swap_groups()",
            "s.clear_selection()",
            "s.clear_groups()",
            "s.invert_selection()",
            "s.grow_selection(2); s.wait()",
            f"s.name_group({random.choice('XY')!r}, {random.choice([None, 'score > 0', some])!r})",
            "s.name_group('Z', 'X - Y | score > 1')",
            "s.update_group('Z')",
            "s.rename_group('X', 'Y 2')",
            "s.remove_group('Y')",
            "s.set_groups('X', '~X')",
            "s.groups_from('cell_type')",
            f"s.star_region(s.regions[{random.randrange(9)}], {random.choice([True, False])})",
            "s.name_regions('two', s.regions[:2]); s.name_regions('rest', 'two - starred')",
            "s.remove_region_set('two')",
            "s.show_basis('X_pca', dimensions=(2, 1))",
            "s.basis = 'X_umap'",
            "s.basis = 'X_preview'",
            "s.shown_dimensions = (1, 0)",
        ]
    )


def long_command(session, random):
    n = random.randrange(1, 4)
    steps = random.randrange(1, 12)
    return random.choice(
        [
            f"s.filter(min_cells={random.choice([1, 2, 8])}); s.wait()",
            f"s.setup(batch_key={random.choice([None, 'batch'])!r}); s.wait()",
            f"s.train('quick', max_epochs={n}, batch_size=32, n_threads=1); s.wait()",
            f"s.train(max_epochs={n + 3}); s.wait()",
            f"s.train('quick', max_epochs=9, batch_size=32, max_steps={steps}); s.wait()",
            f"s.train(restart=True, max_epochs={n}, batch_size=32); s.wait()",
            f"train_and_stop(s, {steps})",
            f"s.preview(seed={random.choice([0, 1])}); s.wait()",
            "s.embed(n_neighbors=5, maxiter=5); s.wait()",
            "s.embed(n_neighbors=6, maxiter=5); s.wait()",
            f"s.cluster({random.choice([0.2, 1.0])}); s.wait()",
            "s.compare(n_samples=50); s.wait()",
            "s.compare(n_samples=50, delta=0.1); s.wait()",
            f"s.select_category('clusters_peakvi', '{random.randrange(2)}')",
        ]
    )


def train_and_stop(session, n_steps):
    """Train until some steps are done, then stop as a person does."""
    seen = []

    def look(change):
        if change.new is not None:
            seen.append(change.new)
            if len(seen) == n_steps:
                session.stop()

    session.observe(look, "step")
    try:
        session.train("quick", max_epochs=2000, batch_size=32, n_threads=1)
        session.wait()
    finally:
        session.unobserve(look, "step")


def back_and_forth(_session, random):
    return random.choice(["s.undo()", "s.undo()", "s.redo()", "s.undo(); s.redo()"])


def run(adata, seed, kinds, most):
    """Carry out random commands; return the session and the commands that were taken."""
    chance = random.Random(seed)
    session = Session(adata)
    session.wait()
    done = []
    for _ in range(chance.randrange(1, most)):
        command = chance.choice(kinds)(session, chance)
        done.append(command)
        try:
            exec(command, {"s": session, "train_and_stop": train_and_stop})
        except (PeakVIError, TraitError, KeyError, IndexError, ValueError):
            done.pop()
        session.wait()
    return session, done


def check(adata, session, done):
    """Run the script and the replay, and compare both with the session."""
    expected, code = state_of(session), session.code()
    try:
        exec(compile(code, "script", "exec"), space := {"adata": adata})
        assert_same(expected, state_of(space["session"]))
        assert_same(expected, state_of(Session.replay(session.record, data=adata)))
    except Exception as error:
        raise AssertionError("\n".join([str(error)[:1500], *done, "--- script", code])) from error


@pytest.mark.parametrize("seed", range(N or 20))
def test_layers_come_out_as_they_were(adata, seed):
    session, done = run(adata, seed, [layer_command, layer_command, back_and_forth], 12)
    check(adata, session, done)


@pytest.mark.parametrize("seed", range(N or 20))
def test_selections_and_groups_come_out_as_they_were(adata, seed):
    kinds = [cell_command, cell_command, layer_command, back_and_forth]
    session, done = run(adata, seed, kinds, 14)
    check(adata, session, done)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(N or 8))
def test_everything_comes_out_as_it_was(adata, seed):
    kinds = [cell_command, layer_command, long_command, long_command, back_and_forth]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scanpy, about so few cells
        session, done = run(adata, seed, kinds, 14)
        check(adata, session, done)


@pytest.mark.slow
def test_script_gives_the_same_in_a_fresh_process(adata, tmp_path, in_fresh_process):
    adata.write_h5ad(tmp_path / "cells.h5ad")
    session = Session(tmp_path / "cells.h5ad")
    session.wait()
    session.train("quick", max_epochs=2, batch_size=32)
    session.wait()
    train_and_stop(session, 3)
    session.embed(n_neighbors=5, maxiter=5)
    session.train(restart=True, max_epochs=3)
    session.wait()
    session.embed(n_neighbors=5, maxiter=5)
    session.cluster(1.0)
    session.wait()
    session.layers.selection.active = "labels"
    session.select("score > 0 & batch == 'batch_1'")
    session.make_group(1, against_rest=True)
    session.undo()
    session.redo()
    session.compare(n_samples=50)
    session.wait()
    assert session.da_state == "final"
    arrays, table = in_fresh_process(session.code())
    np.testing.assert_array_equal(arrays["places"], session.embedding)
    np.testing.assert_array_equal(arrays["idx1"], session.idx1)
    np.testing.assert_array_equal(arrays["idx2"], session.idx2)
    pd.testing.assert_frame_equal(table, session.da_result)


# -- cases that a random search is slow to find ------------------------------------------------
@pytest.mark.parametrize(
    "commands",
    [
        # buttons: train, stop, train, stop, train anew
        "train_and_stop(s, 3); train_and_stop(s, 4); s.train(restart=True, max_epochs=1); s.wait()",
        # what came later stays when what came before is undone
        "s.color_by = 'batch'; s.train('quick', max_epochs=1); s.embed(n_neighbors=5, maxiter=5); "
        "s.cluster(1.0); s.wait(); s.undo()",
        "s.remove_layer('cells'); s.train('quick', max_epochs=1); "
        "s.embed(n_neighbors=5, maxiter=5); s.cluster(1.0); s.wait(); s.undo()",
        "s.lasso([(-9, -9), (0, -9), (0, 9)]); s.show_basis('X_pca'); s.invert_selection(); "
        "s.train('quick', max_epochs=1); s.embed(n_neighbors=5, maxiter=5); s.wait(); s.undo()",
        "s.shown_dimensions = (1, 0); s.show_basis('X_pca'); s.train('quick', max_epochs=1); "
        "s.embed(n_neighbors=5, maxiter=5); s.wait(); s.undo(); s.undo()",
        # redo after another layer became active
        "s.add_layer('cells'); s.undo(); s.layers.selection.active = 'labels'; s.redo()",
        "s.layers['cells'].name = 'x'; s.undo(); s.activate_layer('cells'); s.redo()",
        # no layer shows cells
        "s.remove_layer('cells'); s.color_by = 'batch'; s.color_by = ''; s.activate_layer(1)",
        "s.remove_layer('cells'); s.color_by = 'batch'; s.undo(); s.redo(); s.undo(); s.undo()",
    ],
)
def test_script_and_replay_after(adata, commands):
    session = Session(adata)
    session.wait()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scanpy, about so few cells
        exec(commands, {"s": session, "train_and_stop": train_and_stop})
        check(adata, session, commands.split("; "))


def test_layers_that_outlive_their_cells_are_in_the_new_record(adata):
    session = Session(adata, color_by="depth")
    session.wait()
    session.add_layer("labels", name="names", column="batch")
    session.layers.selection.active = "groups"
    session.open(adata)
    session.wait()
    check(adata, session, [])


@pytest.mark.parametrize("seed", range(N or 20))
def test_undo_and_redo_go_back_and_forth(adata, seed):
    session, done = run(adata, seed, [cell_command, layer_command], 8)
    states, labels = [state_of(session)], []
    while session.undo_label:
        labels.append(session.undo_label)
        session.undo()
        states.append(state_of(session))
    for label, before in zip(reversed(labels), states[-2::-1], strict=True):
        assert session.redo_label == label
        session.redo()
        assert state_of(session) == before, [done, label]
