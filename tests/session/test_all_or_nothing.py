"""What raises while a result is delivered leaves every trait as it was, and is reported."""

import threading
from pathlib import Path

import numpy as np
import pytest

from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow

TOLD = {"notice", "log_entries", "n_notices"}  # they report the failure


class Faulty(Session):
    """A session in which the ``at``-th change of state within a verb raises."""

    at = 0  # 0 for never
    seen = 0
    threads = "peakvi"  # beginning of the names of the threads in which it raises

    def notify_change(self, change):
        step = self._open_step
        if step is not None and step.thread == threading.get_ident() and self._armed(change):
            self.seen += 1
            if self.seen == self.at:
                raise RuntimeError("injected")
        super().notify_change(change)

    def _armed(self, change):
        return self.at and threading.current_thread().name.startswith(self.threads)


def adata_of(seed=0, n=60):
    adata = simulate(n, 80, density=0.3, n_types=3, n_batches=2, seed=seed)
    adata.obsm["X_umap"] = np.random.default_rng(seed).normal(size=(n, 2)).astype("float32")
    return adata


@pytest.fixture
def faulty(without_umap):
    session = Faulty(adata_of())
    session.wait()
    session.train("quick", max_epochs=2, batch_size=16, n_threads=1)
    session.embed(n_neighbors=5, maxiter=5)
    session.wait()
    session.groups_by("cell_type", session.colors.categories[0])
    session.compare(n_samples=50)
    session.wait()
    session.add_layer("labels", name="names", column="batch")
    session.select([1, 5, 9])
    session.undo()
    return session


def everything(session):
    """Return all state, by identity where it is replaced whole."""
    adata = session.adata
    slots = {slot: {k: id(v) for k, v in getattr(adata, slot).items()} for slot in ("obsm", "obsp")}
    return {
        **{name: getattr(session, name) for name in session.trait_names() if name not in TOLD},
        "opened": session.opened,
        "slots": slots,
        "uns": tuple(sorted(adata.uns)),
        "obs": tuple(adata.obs.columns),
        "entries": session._record.entries,
        "undone": session._record.undone,
        "layers": session.layers.snapshot(),
        "looks": tuple(layer.settings() for layer in session.layers),
        "weights": session.model.get_latent_representation().tobytes(),
        "idle": (session._trainer, session._comparer, session._work.running, session._work.waiting),
    }


def differences(before, after):
    return [
        name
        for name, old in before.items()
        if old is not after[name]
        and not (isinstance(old, str | int | float | tuple | dict | bytes) and old == after[name])
        and name != "task"
    ]


def verbs(tmp_path):
    other = adata_of(1, 50)
    return {
        "open": lambda s: s.open(other, name="other"),
        "open session": lambda s: s.open(tmp_path / "s.peakvi"),
        "filter": lambda s: s.filter(min_cells=20),
        "setup": lambda s: s.setup(batch_key="batch"),
        "train on": lambda s: s.train("quick", max_epochs=4, batch_size=16, n_threads=1),
        "restart": lambda s: s.train("best_loss", max_epochs=2, restart=True, n_threads=1),
        "embed": lambda s: s.embed(n_neighbors=4, maxiter=5),
        "cluster": lambda s: s.cluster(0.7),
        "grow": lambda s: s.grow_selection(3),
        "compare": lambda s: s.compare(n_samples=60, delta=0.1),
        "save": lambda s: s.save(tmp_path / "model", overwrite=True),
        "save session": lambda s: s.save(tmp_path / "s.peakvi", overwrite=True),
        "load": lambda s: s.load(tmp_path / "model"),
    }


VERBS = list(verbs(Path()))


@pytest.mark.parametrize("name", VERBS)
def test_fault_at_any_change_of_a_delivery_leaves_all_as_it_was(faulty, name, tmp_path):
    verb = verbs(tmp_path)[name]
    faulty.save(tmp_path / "s.peakvi")
    faulty.save(tmp_path / "model")
    faulty.wait()
    faulty.select([1, 2])
    called = []
    faulty.observe(lambda change: called.append(change.name))
    n_faults, failed = 0, True
    while failed:
        before, n_notices = everything(faulty), faulty.n_notices
        called.clear()
        faulty.seen, faulty.at = 0, n_faults + 1
        verb(faulty)
        try:
            faulty.wait()
        except RuntimeError as error:
            assert str(error) == "injected"  # noqa: PT017 - until nothing fails any more
        else:
            failed = False
        assert failed is (faulty.seen >= faulty.at)  # a fault reaches whoever waits
        faulty.at = 0
        if failed:
            n_faults += 1
            assert differences(before, everything(faulty)) == []
            assert faulty.task.name == ""
            assert faulty.n_notices > n_notices
            assert faulty.notice.level == "error"
            assert "injected" in faulty.log[-1].report
    assert n_faults >= (1 if name == "save" else 0 if name == "save session" else 2)
    assert all(entry.level != "error" for entry in faulty.log[n_notices:])
    assert called  # then it did what was asked for


AT_ONCE = {
    "lasso": lambda s: s.lasso([[-9, -9], [0, -9], [0, 9], [-9, 9]]),
    "select": lambda s: s.select([3, 4]),
    "clear_selection": lambda s: s.clear_selection(),
    "make_group": lambda s: s.make_group(1, against_rest=True),
    "set_groups": lambda s: s.set_groups([1, 2], [3, 4]),
    "swap_groups": lambda s: s.swap_groups(),
    "show_basis": lambda s: s.show_basis("X_peakvi", dimensions=(1, 0)),
    "set_layer": lambda s: s.set_layer("cells", color_by="batch", basis="X_peakvi", size=3.0),
    "reset_layers": lambda s: s.reset_layers(),
    "compare": lambda s: s.compare(n_samples=60, delta=0.1),
    "undo": lambda s: s.undo(),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_fault_at_any_change_of_a_verb_that_acts_at_once_leaves_all_as_it_was(faulty, name):
    faulty.select([1, 2])
    faulty.wait()
    faulty.threads = threading.current_thread().name
    before = everything(faulty)
    n_faults, failed = 0, True
    while failed:
        faulty.seen, faulty.at = 0, n_faults + 1
        try:
            AT_ONCE[name](faulty)
        except RuntimeError as error:
            assert str(error) == "injected"  # noqa: PT017 - until nothing fails any more
        else:
            failed = False
        faulty.at = 0
        assert failed is (faulty.seen > n_faults)
        if failed:
            n_faults += 1
            assert differences(before, everything(faulty)) == []
    faulty.wait()
    assert n_faults > 1
    assert differences(before, everything(faulty)) != []


def test_observers_see_whole_states_only(faulty):
    """Sizes, names and groups never disagree, whatever trait an observer looks at."""
    seen = []

    def look(_change):
        sizes = {faulty.n_cells, faulty.adata.n_obs, len(faulty.embedding)}
        cells = np.concatenate([faulty.selection, faulty.idx1, faulty.idx2])
        fits = not len(cells) or cells.max() < faulty.n_cells
        seen.append(len(sizes) == 1 and fits and len(faulty.regions) == faulty.n_regions)

    faulty.observe(look)
    faulty.select([58, 59])
    faulty.make_group(1, against_rest=True)
    faulty.open(adata_of(2, 40), name="smaller")
    faulty.filter(min_cells=15, min_regions=20)
    faulty.wait()
    faulty.undo()
    assert len(seen) > 10
    assert all(seen)


def test_observer_that_raises_does_not_break_the_session(faulty):
    def broken(change):
        raise ValueError(f"cannot show {change.name}")

    faulty.observe(broken)
    n_notices = faulty.n_notices
    faulty.open(adata_of(3, 40), name="other")
    faulty.train("quick", max_epochs=1, n_threads=1)
    faulty.wait()
    faulty.select([3])
    faulty.make_group(1)
    faulty.delta = 0.2
    assert (faulty.n_cells, faulty.training, list(faulty.idx1)) == (40, "trained", [3])
    assert faulty.delta == 0.2
    assert faulty.n_notices > n_notices
    assert "An observer of session." in faulty.notice.text
    assert "cannot show" in faulty.log[-1].report
    faulty.unobserve(broken)
    n_notices = faulty.n_notices
    faulty.delta = 0.3
    assert faulty.n_notices == n_notices


def test_what_somebody_else_changed_meanwhile_stays(faulty, reached):
    """Only what the failed work has changed is put back."""
    former = faulty.model
    faulty.train("quick", max_epochs=10_000, restart=True, batch_size=16, n_threads=1)
    reached(faulty, "model", lambda model: model is not former)
    faulty.select([4])
    faulty.set_groups([1, 2, 3])
    faulty.at = 1  # the next delivery fails
    with pytest.raises(RuntimeError, match="injected"):
        faulty.wait()
    assert list(faulty.selection) == [4]
    assert list(faulty.idx1) == [1, 2, 3]
    assert faulty.training == "trained"
    assert faulty.model is former
    assert len(faulty.history) == 2
    assert faulty.da_state == "stale"  # it is of the former groups


def test_notices_of_a_failed_delivery_are_not_shown(faulty):
    texts = []
    faulty.observe(lambda change: texts.append(change.new.text), names=["notice"])

    def failing(_result):
        faulty.notify("It is done.")
        raise KeyError("late")

    def steps():
        yield 1

    faulty._submit("testing", steps, on_end=failing)
    with pytest.raises(KeyError, match="late"):
        faulty.wait()
    assert len(texts) == 1
    assert texts[0].startswith("KeyError: 'late'")


def test_live_comparison_that_fails_leaves_the_training_that_started_it(faulty, monkeypatch):
    faulty.live = True
    faulty.wait()

    def failing(*_arguments, **_settings):
        raise RuntimeError("no table")
        yield

    monkeypatch.setattr(type(faulty.model), "comparing", failing)
    faulty.train("quick", max_epochs=4, batch_size=16, n_threads=1)
    with pytest.raises(RuntimeError, match="no table"):
        faulty.wait()
    assert len(faulty.history) == 4
    assert faulty.training == "trained"
    assert "4" in faulty.training_end
    assert faulty.weights_version == faulty.model.weights_version
    idx1, idx2 = faulty.idx1, faulty.idx2
    faulty.swap_groups()
    with pytest.raises(RuntimeError, match="no table"):
        faulty.wait()
    assert faulty.idx1 is idx2
    assert faulty.idx2 is idx1
