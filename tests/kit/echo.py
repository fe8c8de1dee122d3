"""An application without a market: it sends back what it gets, and notes what the loop tells it.

In: what an event loop calls. Out: the same bytes, one frame each. Never knows: messages.
Stands in for a venue in tests of the network.
"""

from collections import deque
from typing import NamedTuple


class Sent(NamedTuple):
    """What goes back to one connection."""

    connection: int
    frames: list[bytes]
    close_reason: str | None


class Echo:
    """Sends back what it gets; special words make it misbehave.

    ``bye`` is answered and closed, ``fail`` raises, ``many`` is answered by three frames.
    """

    def __init__(self, frame_by_frame: bool = False) -> None:
        self.frame_by_frame = frame_by_frame
        self.told: list[tuple[object, ...]] = []
        self.open: list[int] = []
        self.deadlines_ns: deque[int] = deque()
        self.broken_deadlines = 0
        self.lines: list[str] = []
        self._outbound: list[Sent] = []

    def connected(self, connection: int, peer: tuple[str, int], local: tuple[str, int], now_ns: int) -> None:
        self.told.append(("connected", connection, peer, local))
        self.open.append(connection)

    def receive(self, connection: int, data: bytes, now_ns: int) -> None:
        self.told.append(("received", connection, data))
        if data == b"fail":
            raise ZeroDivisionError("told to fail")
        frames = [b"one", b"two", b"three"] if data == b"many" else [data]
        self._outbound.append(Sent(connection, frames, "said bye" if data == b"bye" else None))

    def disconnected(self, connection: int, now_ns: int) -> None:
        self.told.append(("disconnected", connection))
        self.open.remove(connection)
        self._outbound += [Sent(other, [b"<%d left>" % connection], None) for other in self.open]

    def say(self, connection: int, data: bytes, close_reason: str | None = None) -> None:
        """Send something unasked in the next pass."""
        self._outbound.append(Sent(connection, [data], close_reason))

    def outbound(self) -> list[Sent]:
        outbound, self._outbound = self._outbound, []
        return outbound

    def next_deadline_ns(self) -> int | None:
        return self.deadlines_ns[0] if self.deadlines_ns else None

    def deadline_passed(self, now_ns: int) -> None:
        if self.broken_deadlines:
            self.broken_deadlines -= 1
            raise ZeroDivisionError("deadline told to fail")
        self.told.append(("deadline", self.deadlines_ns.popleft()))

    def shut_down(self, now_ns: int) -> None:
        self.told.append(("shut down",))
        self._outbound += [Sent(connection, [b"good-bye"], "shutting down") for connection in self.open]

    def log_lines(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines
