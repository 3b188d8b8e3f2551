"""Jobs run in order, deliver under the lock, stop and pause at a yield, and report errors."""

import math
import threading

import pytest

from peakvi_widgets.jobs import Dropped, DroppedLater, Job, Queue

TIMEOUT = 10  # seconds; only a broken queue takes as long


@pytest.fixture
def lock():
    return threading.RLock()


@pytest.fixture
def queue(lock):
    return Queue(lock)


def counting(closed=None, until=None):
    n = 0
    try:
        while until is None or n < until:
            n += 1
            yield n
    finally:
        if closed:
            closed.set()
    return n


def test_stop_closes_the_generator_and_everything_is_delivered_in_order(queue):
    closed, seen, ended = threading.Event(), [], []

    def on_steps(values):
        seen.extend(values)
        if len(seen) >= 3:
            job.stop()

    job = Job(
        "counting",
        lambda: counting(closed),
        on_steps=on_steps,
        on_end=lambda result, error: ended.append((result, error)),
    )
    queue.submit(job)
    queue.wait()
    assert seen == list(range(1, len(seen) + 1))
    assert closed.is_set()
    assert ended == [(None, None)]


def test_end_is_delivered_at_once_however_long_the_pause_between_deliveries(queue, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.jobs.DELIVERY_INTERVAL", 1e6)
    delivered, ended = threading.Event(), threading.Event()

    def steps():
        yield 1
        assert delivered.wait(TIMEOUT)

    def on_end(_result, _error):
        ended.set()

    queue.submit(Job("c", steps, on_steps=lambda _: delivered.set(), on_end=on_end))
    assert ended.wait(TIMEOUT)


def test_return_value_reaches_on_end(queue):
    ended = []
    queue.submit(Job("c", lambda: counting(until=3), on_end=lambda r, e: ended.append((r, e))))
    queue.wait()
    assert ended == [(3, None)]


def test_nothing_is_delivered_while_someone_holds_the_lock(queue, lock):
    begun, computed, seen = threading.Event(), threading.Event(), []

    def one():
        begun.set()
        assert go.wait(TIMEOUT)
        yield 1
        computed.set()

    go = threading.Event()
    queue.submit(Job("one", one, on_steps=seen.extend))
    assert begun.wait(TIMEOUT)
    with lock:
        go.set()
        assert computed.wait(TIMEOUT)
        assert seen == []
    queue.wait()
    assert seen == [1]


def test_jobs_run_in_the_order_in_which_they_were_submitted(queue):
    order = []

    def noting(name):
        order.append(name)
        yield

    for name in "abc":
        queue.submit(Job(name, lambda name=name: noting(name)))
    queue.wait()
    assert order == ["a", "b", "c"]


def test_a_job_begins_only_when_the_one_before_has_delivered_its_end(queue):
    story = []
    queue.submit(Job("a", lambda: counting(until=1), on_end=lambda r, e: story.append("a ended")))

    def begin():
        story.append("b begins")
        return counting(until=1)

    queue.submit(Job("b", begin))
    queue.wait()
    assert story == ["a ended", "b begins"]


def test_first_error_is_raised_by_wait_and_what_follows_is_dropped(queue):
    def broken():
        yield 1
        raise ValueError("no")

    ended = []
    hold = threading.Event()

    def held():
        assert hold.wait(TIMEOUT)
        yield

    queue.submit(Job("held", held))
    queue.submit(Job("broken", broken, on_end=lambda r, e: ended.append(e)))
    queue.submit(Job("after", lambda: counting(until=1), on_end=lambda r, e: ended.append(e)))
    hold.set()
    with pytest.raises(ValueError, match="no"):
        queue.wait()
    assert isinstance(ended[0], ValueError)
    assert isinstance(ended[1], Dropped)
    queue.wait()  # the error is raised once


@pytest.mark.parametrize("is_over", [True, False], ids=["failed", "failing"])
def test_what_the_same_code_asks_for_after_an_error_is_dropped_until_it_was_raised(queue, is_over):
    story, fail = [], threading.Event()

    def broken():
        assert is_over or fail.wait(TIMEOUT)
        raise ValueError("no")
        yield

    def submit(name, steps, asked_by):
        def on_end(result, error):
            story.append((name, result if error is None else type(error)))

        queue.submit(Job(name, steps, on_end=on_end, asked_by=asked_by))

    submit("broken", broken, "cell 1")
    if is_over:
        assert queue._idle.wait(TIMEOUT)
    submit("next line", lambda: counting(until=1), "cell 1")
    if is_over:
        assert queue._idle.wait(TIMEOUT)
    submit("another", lambda: counting(until=1), "cell 1")
    fail.set()
    with pytest.raises(ValueError, match="no"):
        queue.wait()
    submit("after wait", lambda: counting(until=1), "cell 1")
    queue.wait()
    dropped = DroppedLater if is_over else Dropped
    outcomes = [("broken", ValueError), ("next line", dropped), ("another", dropped)]
    assert story == [*outcomes, ("after wait", 1)]


@pytest.mark.parametrize("asked_by", ["cell 2", None])
def test_an_error_does_not_keep_others_from_asking(queue, asked_by):
    def begin():
        raise ValueError("no")

    ended = []
    queue.submit(Job("broken", begin, asked_by="cell 1"))
    assert queue._idle.wait(TIMEOUT)
    job = Job("c", lambda: counting(until=1), on_end=lambda *end: ended.append(end))
    job.asked_by = asked_by
    queue.submit(job)
    queue.wait()  # the error was replaced, as nobody waited for it
    assert ended == [(1, None)]


def test_job_that_is_stopped_while_it_waits_for_the_lock_never_begins():
    class StoppingLock:
        """A lock that someone else held until the job was stopped."""

        def __init__(self):
            self.lock = threading.RLock()

        def __enter__(self):
            job.stop()
            return self.lock.__enter__()

        def __exit__(self, *error):
            self.lock.__exit__(*error)

    begun, ended = [], []
    job = Job("c", lambda: begun.append(1), on_end=lambda *end: ended.append(end))
    assert job.run(StoppingLock()) is None
    assert (begun, ended) == ([], [(None, None)])


def test_begin_may_refuse(queue):
    def begin():
        raise RuntimeError("too early")

    queue.submit(Job("early", begin))
    with pytest.raises(RuntimeError, match="too early"):
        queue.wait()


def test_an_error_in_on_steps_ends_the_job_and_is_told(queue):
    closed = threading.Event()

    def on_steps(_values):
        raise ZeroDivisionError

    queue.submit(Job("c", lambda: counting(closed), on_steps=on_steps))
    with pytest.raises(ZeroDivisionError):
        queue.wait()
    assert closed.is_set()


def test_paused_job_goes_on_when_resumed_and_stops_when_stopped(queue):
    paused, seen = threading.Event(), []

    def on_steps(values):
        seen.extend(values)
        if not paused.is_set():
            job.pause()
            paused.set()

    job = queue.submit(Job("c", counting, on_steps=on_steps))
    assert paused.wait(TIMEOUT)
    held = threading.Event()
    assert not held.wait(0.3)
    until = seen[-1] if seen else 0
    assert not held.wait(0.3)
    assert seen[-1] <= until + 1  # at most the step that was under way
    job.resume()
    end = threading.Event()
    while len(seen) <= until + 2 and not end.wait(0.01):
        pass
    job.pause()
    job.stop()
    queue.wait()
    assert seen == list(range(1, len(seen) + 1))


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_queue_gives_way_to_another_between_steps(queue, lock, is_stopped):
    begun, end, seen = threading.Event(), threading.Event(), []

    def short():
        begun.set()
        assert end.wait(TIMEOUT)
        yield

    def one_by_one():
        seen.append(1)
        yield 1
        queue.submit(Job("short", short))
        assert begun.wait(TIMEOUT)
        yield 2
        seen.append(2)

    long = Queue(lock, gives_way_to=(queue,))
    job = long.submit(Job("long", one_by_one))
    assert begun.wait(TIMEOUT)
    assert not long._idle.wait(0.3)
    assert seen == [1]
    if is_stopped:
        job.stop()
        assert long._idle.wait(TIMEOUT)  # it need not wait to end
    end.set()
    long.wait()
    queue.wait()
    assert seen == ([1] if is_stopped else [1, 2])


def test_how_long_a_queue_is_quiet_counts_from_its_last_work(queue):
    assert queue.quiet_for == math.inf
    during = []
    queue.submit(Job("c", lambda: during.append(queue.quiet_for) or counting(until=1)))
    queue.wait()
    assert during == [0.0]
    first = queue.quiet_for
    assert first <= queue.quiet_for < math.inf


def test_withdrawn_job_never_begins(queue):
    hold, begun = threading.Event(), []

    def held():
        assert hold.wait(TIMEOUT)
        yield

    queue.submit(Job("held", held))
    job = queue.submit(Job("never", lambda: begun.append(1) or counting(until=1)))
    assert queue.withdraw(job)
    assert not queue.withdraw(job)
    hold.set()
    queue.wait()
    assert begun == []


def test_no_thread_is_left_when_the_queue_is_empty(queue):
    before = set(threading.enumerate())  # other tests' sessions may still compile in theirs
    during = set()
    queue.submit(Job("c", lambda: during.update(threading.enumerate()) or counting(until=3)))
    queue.wait()
    own = during - before
    assert {thread.name for thread in own} == {"peakvi-worker", "peakvi-courier"}
    for thread in own:
        thread.join(TIMEOUT)
        assert not thread.is_alive()
