"""The audit trail: nothing unaccounted, nothing that forges a line, no flood."""

from base import limits
from base.gateway.audit import AuditTrail, printable


def test_a_peer_s_text_cannot_leave_its_line() -> None:
    assert printable("x\r\ny\x1b[2J\u2028é") == r"'x\r\ny\x1b[2J\u2028\xe9'"


def test_every_refusal_is_a_line_or_in_an_exact_count() -> None:
    trail = AuditTrail()
    total = 3 * limits.REPEATED_LINES_PER_SECOND
    for index in range(total):
        trail.note_often("wrong" if index % 2 else "late", f"from {index}", 10**9)
    lines = trail.take(10**9)
    assert len(lines) == limits.REPEATED_LINES_PER_SECOND
    folded = trail.take(2 * 10**9)
    assert folded == ["late (50 more times within a second)", "wrong (50 more times within a second)"]
    assert trail.take(3 * 10**9) == []


def test_a_quiet_second_is_never_folded() -> None:
    trail = AuditTrail()
    for second in range(1, 4):
        for _ in range(limits.REPEATED_LINES_PER_SECOND):
            trail.note_often("wrong", "x", second * 10**9)
    assert len(trail.take(9 * 10**9)) == 3 * limits.REPEATED_LINES_PER_SECOND
