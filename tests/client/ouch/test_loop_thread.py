"""A loop in a thread gives results and exceptions, gives up in time, and leaves no thread behind."""

import asyncio
import threading

import pytest

from base.client.ouch.loop_thread import LoopThread


async def doubled(number: int) -> int:
    return 2 * number


async def failing() -> None:
    raise KeyError("mine")


def test_results_exceptions_and_the_end() -> None:
    before = set(threading.enumerate())
    thread = LoopThread()
    assert thread.call(doubled(4)) == 8
    with pytest.raises(KeyError, match="mine"):
        thread.call(failing())
    with pytest.raises(TimeoutError):
        thread.call(asyncio.Event().wait(), 0.01)
    assert not thread.stopped
    thread.stop()
    thread.stop()
    assert thread.stopped and set(threading.enumerate()) <= before


def test_what_still_runs_is_cancelled() -> None:
    told: list[str] = []

    async def lasting() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.append("cancelled")

    async def begin() -> None:
        task = asyncio.create_task(lasting())
        await asyncio.wait([task], timeout=0.01)

    thread = LoopThread()
    thread.call(begin())
    thread.stop()
    assert told == ["cancelled"]
