"""One connection as the venue keeps it: its session, its client, and what waits for the network.

In: frames for the peer, from any desk. Out: the line itself in the list of those that have something to send.
Never knows: sockets, what a frame means, why a connection is to be closed.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from base.gateway.clients import Client
from base.session.bo import BoSession
from base.session.events import Event


class Outbound(NamedTuple):
    """What one connection gets from a pass: frames, and after them a close when a reason is there."""

    connection: int
    frames: list[bytes | bytearray]
    close_reason: str | None


class Rest(NamedTuple):
    """What a session asked beyond its share of a pass: requests, and the events behind them."""

    frames: list[bytes]
    events: Iterator[Event]


class Line:
    """One connection: its session, its client once that is logged on, and why it is to be closed."""

    __slots__ = (
        "_changed", "client", "close_reason", "is_listed", "local", "number", "peer", "rest", "session",
        "unsent_bytes",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        peer: tuple[str, int],
        local: tuple[str, int],
        session: BoSession,
        changed: "list[Line]",
        unsent_bytes: Callable[[], int],
    ) -> None:
        self.number = number
        self.peer = peer
        self.local = local
        self.session = session
        self.unsent_bytes = unsent_bytes
        self.client: Client | None = None
        self.close_reason: str | None = None
        self.rest: Rest | None = None
        self.is_listed = False
        self._changed = changed

    def send(self, frame: bytes | bytearray) -> None:
        """Queue a frame for this connection."""
        self.session.outgoing.append(frame)
        if not self.is_listed:
            self.list_changed()

    def send_all(self, frames: list[bytes | bytearray]) -> None:
        """Queue frames for this connection."""
        if frames:
            self.session.outgoing += frames
            self.list_changed()

    def waiting(self) -> int:
        """Say how many frames this pass has for this connection so far."""
        return len(self.session.outgoing)

    def list_changed(self) -> None:
        """Say that this connection has something for the network."""
        if not self.is_listed:
            self.is_listed = True
            self._changed.append(self)

    @property
    def name(self) -> str:
        """The peer as a log line names it."""
        return f"{self.peer[0]}:{self.peer[1]}"
