"""What the event loop wants of the program that it drives.

In: nothing. Out: three protocols. Never knows: messages, orders, who may come in.
Follows "the room that calls defines the type": a venue, an echo program and a test double all fit.
A connection is a number that the loop gives out once and never again.
"""

from collections.abc import Sequence
from typing import Protocol


class Outbound(Protocol):
    """What one connection is to be told in this pass: frames, then the end if there is a reason."""

    @property
    def connection(self) -> int:
        """The number of the connection."""

    @property
    def frames(self) -> Sequence[bytes | bytearray]:
        """The frames to send, oldest first."""

    @property
    def close_reason(self) -> str | None:
        """Why the connection ends after these frames; None when it goes on."""


class Application(Protocol):
    """A program without sockets and clock; every time is ``now_ns`` of the pass."""

    @property
    def frame_by_frame(self) -> bool:
        """Whether each frame wants a ``send`` of its own."""

    def connected(self, connection: int, peer: tuple[str, int], local: tuple[str, int], now_ns: int) -> None:
        """Somebody connected from ``peer`` to our address ``local``."""

    def receive(self, connection: int, data: bytes, now_ns: int) -> None:
        """Bytes came, in any cut."""

    def disconnected(self, connection: int, now_ns: int) -> None:
        """The connection is over; nothing more can be sent to it."""

    def outbound(self) -> Sequence[Outbound]:
        """Give what is to be sent, and forget it."""

    def next_deadline_ns(self) -> int | None:
        """Give the time at which ``deadline_passed`` wants to be called; None for never."""

    def deadline_passed(self, now_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""

    def shut_down(self, now_ns: int) -> None:
        """Say good-bye to every peer; ``outbound`` has the words."""

    def log_lines(self) -> Sequence[str]:
        """Give what is worth a line in the log, and forget it."""


class Observer(Protocol):
    """Somebody who looks on and takes no part."""

    def received(self, connection: int, data: bytes) -> None:
        """These bytes are about to be given to the application."""

    def ended(self, connection: int) -> None:
        """The connection is over."""
