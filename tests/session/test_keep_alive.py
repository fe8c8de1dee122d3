"""Keeping a link alive: exact deadlines, and time that never runs backwards."""

from hypothesis import given
from hypothesis import strategies as st

from base.limits import SOUP_HEARTBEAT_NS, SOUP_SILENCE_NS
from base.session.keep_alive import KeepAlive

TIMES = st.lists(st.tuples(st.booleans(), st.integers(0, 10**11)), max_size=20)


def test_the_limits_are_those_of_the_protocol() -> None:
    assert (SOUP_HEARTBEAT_NS, SOUP_SILENCE_NS) == (10**9, 15 * 10**9)


def test_a_heartbeat_is_due_a_second_after_the_last_sending() -> None:
    link = KeepAlive(now_ns=100)
    assert link.next_deadline_ns() == 100 + SOUP_HEARTBEAT_NS
    link.sent(500)
    assert link.next_deadline_ns() == 500 + SOUP_HEARTBEAT_NS
    assert not link.heartbeat_is_due(500 + SOUP_HEARTBEAT_NS - 1)
    assert link.heartbeat_is_due(500 + SOUP_HEARTBEAT_NS)


def test_silence_counts_from_the_last_hearing_and_sending_does_not_help() -> None:
    link = KeepAlive(0, heartbeat_ns=10, silence_ns=30)
    link.heard(5)
    link.sent(34)
    assert link.next_deadline_ns() == 35
    assert not link.peer_is_silent(34)
    assert link.peer_is_silent(35)


@given(TIMES)
def test_the_next_deadline_is_when_something_is_due_and_never_before(steps: list[tuple[bool, int]]) -> None:
    link = KeepAlive(0)
    for heard, now_ns in steps:
        before_ns = link.next_deadline_ns()
        (link.heard if heard else link.sent)(now_ns)
        deadline_ns = link.next_deadline_ns()
        assert deadline_ns >= before_ns
        assert link.heartbeat_is_due(deadline_ns) or link.peer_is_silent(deadline_ns)
        assert not link.heartbeat_is_due(deadline_ns - 1)
        assert not link.peer_is_silent(deadline_ns - 1)
