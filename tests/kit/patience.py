"""How long a test waits for what must happen, and the end of a test that waits for what never does.

In: a function to run. Out: its result, or the failure of the test with all that its threads were doing. Never knows:
what is awaited. Only a failure waits for so long, so the time is that of a machine ten times slower than ours.
"""

import faulthandler
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from base.clock import Clock
from tests.kit.counts import count

PATIENCE_S = 90.0
"""Seconds until a server, a program, a thread or a message counts as missing."""

LONGEST_TEST_S = count(ordinary=600, long=3_600)
"""Seconds that one test may take; what waits without a time of its own ends with it."""

AGAIN_S = 5.0
"""Seconds after which a test that goes on waiting while it fails is told so again."""


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Fail the test when the block takes longer; does nothing outside the main thread, which alone hears signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def fail(number: int, frame: FrameType | None) -> None:
        faulthandler.dump_traceback(2, all_threads=True)
        pytest.fail(f"it took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, fail)
    outer = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *outer)


def wait_until(
    condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S, pace_s: float = 0.005
) -> None:
    """Look again and again until a condition holds; fail with ``what`` when it does not in time."""
    clock, pause = Clock(), threading.Event()
    end_ns = clock.now_ns() + int(patience_s * 1e9)
    while not condition():
        assert clock.now_ns() < end_ns, f"waited {patience_s:g} s in vain: {what}"
        pause.wait(pace_s)
