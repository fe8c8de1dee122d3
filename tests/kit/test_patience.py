"""Nothing waits for ever: a test that takes too long fails, and so does a condition that never holds."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.kit.patience import no_longer_than, wait_until


def test_a_wait_without_an_end_fails_the_test(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"it took longer than 0\.01 s"), no_longer_than(0.01):
        threading.Event().wait()
    assert "test_a_wait_without_an_end_fails_the_test" in capfd.readouterr().err, "where it waited"


def test_what_ends_in_time_is_left_alone_and_the_limit_around_it_stands() -> None:
    with no_longer_than(1_000):
        handler = signal.getsignal(signal.SIGALRM)
        with no_longer_than(500):
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 500
        assert 500 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1_000
        assert signal.getsignal(signal.SIGALRM) is handler


def test_in_another_thread_it_does_nothing() -> None:
    def ask() -> object:
        with no_longer_than(0.01):
            return signal.getsignal(signal.SIGALRM)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() is signal.getsignal(signal.SIGALRM)


def test_a_condition_that_never_holds_is_named() -> None:
    with pytest.raises(AssertionError, match=r"waited 0\.01 s in vain: the moon is blue"):
        wait_until(lambda: False, "the moon is blue", 0.01)
    looks = iter((False, False, True))
    wait_until(lambda: next(looks), "the third time")
