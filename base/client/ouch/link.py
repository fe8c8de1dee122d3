"""A conversation on an asyncio transport: it carries the bytes, keeps the deadlines, and passes the events on.

In: bytes, time, readiness to write. Out: events to an owner, bytes to the transport.
Never knows: who logs in, what a message means, whether the conversation is a client's or a server's.
Follows: SoupBinTCP facts, "Timing"; a peer that does not read is told nothing more until it does.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol, cast

from base import limits
from base.clock import Clock
from base.session.soup_events import LinkLost, ProtocolBroken


class Conversation(Protocol):
    """What a link drives; the sessions of `base.session.soupbintcp` are such."""

    @property
    def is_over(self) -> bool:
        """Whether nothing the peer sends matters any more."""

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take bytes as they arrived."""

    def events(self) -> Iterable[Any]:
        """Give the events of what was received."""

    def bytes_to_send(self, now_ns: int) -> list[bytes]:
        """Take what is to be sent now."""

    def next_deadline_ns(self) -> int | None:
        """Give the time at which something is due."""

    def deadline_passed(self, now_ns: int) -> LinkLost | ProtocolBroken | None:
        """Act on what is due."""

    def end(self) -> None:
        """End without a word."""


class Owner(Protocol):
    """Who is told."""

    def linked(self, link: "Link") -> None:
        """The connection stands."""

    def happened(self, link: "Link", event: Any) -> None:
        """The conversation has an event."""

    def link_over(self, link: "Link", why: str) -> None:
        """The connection is gone; said once, and last."""


class Link(asyncio.Protocol):
    """One connection; ``write`` after whatever the conversation was asked to say."""

    def __init__(self, conversation: Conversation, owner: Owner, clock: Clock) -> None:
        self.conversation = conversation
        self.is_full = False
        """Whether the peer leaves so much unread that nothing more is written."""
        self._owner = owner
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ns = 0
        self._reads = True
        self._why = ""

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=limits.SEND_BUFFER_BYTES)
        self._owner.linked(self)
        self.write()

    def data_received(self, data: bytes) -> None:
        """Bytes came, in any cut."""
        self.conversation.receive(data, self._clock.now_ns())
        for event in self.conversation.events():
            self._owner.happened(self, event)
        self.write()

    def pause_writing(self) -> None:
        """The peer does not keep up."""
        self.is_full = True

    def resume_writing(self) -> None:
        """The peer caught up."""
        self.is_full = False
        self.write()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        if not self.conversation.is_over:
            self.conversation.end()
        self._owner.link_over(self, self._why or (str(error) if error else "the peer closed the connection"))

    # -- what the owner calls

    @property
    def peer(self) -> tuple[str, int]:
        """The address of the other side, as long as the connection stands."""
        host, port = self._transport.get_extra_info("peername")[:2] if self._transport else ("", 0)
        return host, port

    def write(self) -> None:
        """Write what the conversation has to say, as far as the peer takes it; hang up when all is said."""
        if self._transport is None:
            return
        while not self.is_full and (packets := self.conversation.bytes_to_send(self._clock.now_ns())):
            self._transport.write(b"".join(packets))
        if self.conversation.is_over and not self.is_full:
            self._transport.close()
        else:
            self._schedule()

    def hang_up(self, why: str) -> None:
        """Close, and let what was written still go out."""
        self._why = self._why or why
        if not self.conversation.is_over:
            self.conversation.end()
        if self._transport is not None:
            self._transport.close()

    def cut(self, why: str) -> None:
        """Close at once, whatever was not sent yet."""
        self._why = self._why or why
        if self._transport is not None:
            self._transport.abort()

    def because(self, why: str) -> None:
        """Remember why the connection is about to end."""
        self._why = self._why or why

    def read_on(self, reads: bool) -> None:
        """Pause and resume reading."""
        if self._transport is not None and reads != self._reads:
            self._reads = reads
            (self._transport.resume_reading if reads else self._transport.pause_reading)()

    # -- deadlines

    def _schedule(self) -> None:
        deadline_ns = self.conversation.next_deadline_ns()
        if deadline_ns is None or (self._timer is not None and self._timer_ns <= deadline_ns):
            return  # deadlines mostly move away: a timer that comes too early sets itself again
        if self._timer is not None:
            self._timer.cancel()
        self._timer_ns = deadline_ns
        wait_s = max(0, deadline_ns - self._clock.now_ns()) / 1e9
        self._timer = self._loop.call_later(wait_s, self._deadline)

    def _deadline(self) -> None:
        self._timer = None
        now_ns = self._clock.now_ns()
        if not self._reads:
            self.conversation.receive(b"", now_ns)  # it is us who do not listen, so silence says nothing
        event = self.conversation.deadline_passed(now_ns)
        if event is not None:
            self._owner.happened(self, event)
        self.write()
