"""The audit trail of a venue: one line per event worth a line, none with a secret.

In: what happened, to whom, when. Out: lines of text, drained by whoever may write them.
Never knows: files, streams, one-time codes, keys.
Follows behaviour "one log line that says why"; a flood of what a peer can repeat at will is folded into
exact counts, so that nothing is unaccounted and no log fills a disk.
"""

from collections import Counter

from base import limits

WINDOW_NS = 1_000_000_000


def printable(text: str) -> str:
    """Quote a peer's text so that it stays on its line and cannot forge another.

    >>> print(printable("eve\\nlogon accepted"))
    'eve\\nlogon accepted'
    """
    return ascii(text)


class AuditTrail:
    """Collects lines; above a rate, what peers repeat becomes counts per reason."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._window_start_ns = 0
        self._in_window = 0
        self._folded: Counter[str] = Counter()

    def note(self, line: str) -> None:
        """Add one line."""
        self._lines.append(line)

    def note_often(self, why: str, detail: str, now_ns: int) -> None:
        """Add one line of a kind that peers can repeat at will, or count it when this second has seen enough."""
        if now_ns - self._window_start_ns >= WINDOW_NS:
            self._unfold()
            self._window_start_ns = now_ns
        self._in_window += 1
        if self._in_window > limits.REPEATED_LINES_PER_SECOND:
            self._folded[why] += 1
        else:
            self._lines.append(f"{why} ({detail})")

    def take(self, now_ns: int) -> list[str]:
        """Give the lines collected since the last call."""
        if self._folded and now_ns - self._window_start_ns >= WINDOW_NS:
            self._unfold()
        lines, self._lines = self._lines, []
        return lines

    def _unfold(self) -> None:
        self._in_window = 0
        for why, times in sorted(self._folded.items()):
            self._lines.append(f"{why} ({times} more times within a second)")
        self._folded.clear()
