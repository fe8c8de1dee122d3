"""The bound that the venue is held against: the same event loop, with nothing behind it but framing.

In: bytes. Out: the same messages, sent back. Never knows: what a message means.
Run as a program it announces its address as the servers do: ``listening on ('127.0.0.1', 40123)``.
"""

from typing import NamedTuple

from base.clock import Clock
from base.network.event_loop import EventLoop
from base.wire.framing import Framer


class Outbound(NamedTuple):
    """What goes back to one connection."""

    connection: int
    frames: list[bytes]
    close_reason: str | None


class Echo:
    """An application for the event loop, with the methods of a venue."""

    frame_by_frame = False

    def __init__(self) -> None:
        self._framers: dict[int, Framer] = {}
        self._outbound: list[Outbound] = []

    def connected(self, connection: int, peer: tuple[str, int], local: tuple[str, int], now_ns: int) -> None:
        """Start framing."""
        self._framers[connection] = Framer()

    def receive(self, connection: int, data: bytes, now_ns: int) -> None:
        """Send every complete message back."""
        framer = self._framers[connection]
        self._outbound.append(Outbound(connection, framer.receive(data), str(framer.error) if framer.error else None))

    def disconnected(self, connection: int, now_ns: int) -> None:
        """Stop framing."""
        del self._framers[connection]

    def outbound(self) -> list[Outbound]:
        """Give what came in since the last call."""
        outbound, self._outbound = self._outbound, []
        return outbound

    def next_deadline_ns(self) -> None:
        """No deadlines."""

    def deadline_passed(self, now_ns: int) -> None:
        """No deadlines."""

    def shut_down(self, now_ns: int) -> None:
        """Nobody to say good-bye to."""

    def log_lines(self) -> list[str]:
        """Nothing to tell."""
        return []


if __name__ == "__main__":
    loop = EventLoop(Echo(), ("127.0.0.1", 0), Clock())
    print(f"listening on {loop.address}", flush=True)
    loop.run()
