"""Who waits for the disk: at the last moment or in a thread, and what becomes of a failure."""

import errno
import threading

import pytest

from base.journal.syncing import AtTheEnd, InThread
from tests.kit.patience import PATIENCE_S


def fail() -> None:
    raise OSError(errno.EIO, "Input/output error")


def test_at_the_end_it_is_done_when_it_is_waited_for() -> None:
    done: list[int] = []
    syncing = AtTheEnd()
    for number in (1, 2):
        syncing.begin(lambda number=number: done.append(number))  # type: ignore[misc]
        assert len(done) == number - 1
        syncing.wait()
        assert len(done) == number
    with pytest.raises(AssertionError, match="nothing was begun"):
        syncing.wait()
    syncing.begin(fail)
    with pytest.raises(OSError, match="Input/output"):
        syncing.wait()


def test_a_thread_does_it_while_its_owner_goes_on() -> None:
    before = threading.active_count()
    went_on, threads = threading.Event(), set[str]()

    def sync() -> None:
        assert went_on.wait(PATIENCE_S)
        threads.add(threading.current_thread().name)

    syncing = InThread()
    for _ in range(3):
        syncing.begin(sync)
        went_on.set()
        syncing.wait()
        went_on.clear()
    assert threads == {"sync"} and threading.active_count() == before + 1, "one for all"
    syncing.close()
    assert threading.active_count() == before
    syncing.close()


def test_the_failure_of_a_thread_is_raised_where_it_is_waited_for() -> None:
    syncing = InThread()
    syncing.begin(fail)
    with pytest.raises(OSError, match="Input/output"):
        syncing.wait()
    syncing.begin(lambda: None)
    syncing.wait()
    syncing.close()


def test_a_thread_that_nobody_waits_for_ends_all_the_same() -> None:
    done: list[int] = []
    syncing = InThread()
    syncing.begin(lambda: done.append(1))
    syncing.close()
    assert done == [1]
    InThread().close()
