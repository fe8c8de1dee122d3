"""The three times of base/clock.py, and of the clock that tests wind by hand."""

import time

import pytest

from base.clock import Clock, utc_text
from tests.kit.clock import SECOND, ManualClock


def test_now_is_the_wall_clock_of_the_start_and_never_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, monotonic = 1_700_000_000 * SECOND, 50 * SECOND
    monkeypatch.setattr(time, "time_ns", lambda: wall)
    monkeypatch.setattr(time, "monotonic_ns", lambda: monotonic)
    clock = Clock()
    assert clock.now_ns() == wall
    start = wall
    for jump in (3_600, -3_600, 86_400, -86_400, 1, -1):
        wall += jump * SECOND
        monotonic += SECOND
        start += SECOND
        assert clock.now_ns() == start
        assert clock.wall_ns() == wall
        assert clock.system_ns() == monotonic


def test_now_grows_and_stays_near_the_wall_clock() -> None:
    clock = Clock()
    readings = [clock.now_ns() for _ in range(1_000)]
    assert readings == sorted(readings)
    assert abs(clock.now_ns() - clock.wall_ns()) < SECOND


def test_system_time_is_the_same_for_every_clock() -> None:
    first, second = Clock(), Clock()
    readings = [clock.system_ns() for _ in range(100) for clock in (first, second)]
    assert readings == sorted(readings)


def test_a_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock()
    before = clock.now_ns(), clock.wall_ns(), clock.system_ns()
    clock.advance(SECOND)
    assert (clock.now_ns(), clock.wall_ns(), clock.system_ns()) == tuple(reading + SECOND for reading in before)
    clock.wall -= 3_600 * SECOND
    assert clock.now_ns() == before[0] + SECOND


def test_a_moment_as_text_is_exact() -> None:
    assert utc_text(0) == "1970-01-01 00:00:00.000000000"
    assert utc_text(1_700_000_000_123_456_789) == "2023-11-14 22:13:20.123456789"
