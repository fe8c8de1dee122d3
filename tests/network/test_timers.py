"""Timers: due in order, once or periodically, never twice in a pass."""

from base.network.timers import Timers


def run(timers: Timers, now_ns: int) -> list[object]:
    return [timer.action(now_ns) for timer in timers.due(now_ns)]


def test_timers_are_due_in_order_and_once() -> None:
    timers = Timers()
    timers.at(30, lambda now_ns: "c")
    timers.at(10, lambda now_ns: "a")
    timers.at(10, lambda now_ns: "b")
    assert timers.next_deadline_ns() == 10
    assert run(timers, 9) == []
    assert run(timers, 10) == ["a", "b"]
    assert run(timers, 29) == []
    assert run(timers, 1000) == ["c"]
    assert timers.next_deadline_ns() is None


def test_a_periodic_timer_keeps_its_beat_and_leaves_missed_ones_out() -> None:
    timers = Timers()
    timers.every(10, lambda now_ns: now_ns, 10)
    assert run(timers, 10) == [10]
    assert timers.next_deadline_ns() == 20
    assert run(timers, 57) == [57]
    assert timers.next_deadline_ns() == 60


def test_a_cancelled_timer_is_gone() -> None:
    timers = Timers()
    once, again = timers.at(5, lambda now_ns: "once"), timers.every(5, lambda now_ns: "again", 5)
    once.cancel()
    assert run(timers, 5) == ["again"]
    again.cancel()
    assert timers.next_deadline_ns() is None


def test_what_an_action_adds_waits_for_the_next_pass() -> None:
    timers = Timers()

    def action(now_ns: int) -> str:
        timers.at(now_ns, action)
        return "ran"

    timers.at(1, action)
    assert run(timers, 1) == ["ran"]
    assert run(timers, 1) == ["ran"]


def test_a_periodic_timer_that_fails_is_due_again() -> None:
    timers = Timers()
    timers.every(10, lambda now_ns: 1 // 0, 10)
    list(timers.due(10))
    assert timers.next_deadline_ns() == 20


def test_a_period_must_take_time() -> None:
    try:
        Timers().every(0, print, 0)
    except ValueError as error:
        assert "longer than 0 ns" in str(error)
    else:
        raise AssertionError("a period of 0 was taken")
