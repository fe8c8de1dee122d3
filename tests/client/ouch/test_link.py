"""A link keeps the deadlines of its conversation, and neither drowns a slow peer nor forgets who does not listen."""

import asyncio
from typing import Any

from base.client.ouch.link import Link
from base.session.soup_events import LinkLost
from base.session.soupbintcp import SoupClientSession
from base.wire.soupbintcp.packets import CLIENT_HEARTBEAT, LoginAccepted, LoginRequest
from tests.kit.clock import ManualClock

SECOND_NS = 10**9


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.calls: list[str] = []

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.calls.append("limits")

    def close(self) -> None:
        self.calls.append("close")

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")


class Owner:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def linked(self, link: Link) -> None:
        self.told.append("linked")

    def happened(self, link: Link, event: Any) -> None:
        self.told.append(event)

    def link_over(self, link: Link, why: str) -> None:
        self.told.append(why)


def test_deadlines_writing_and_silence() -> None:
    async def walk() -> None:
        clock, owner, transport = ManualClock(), Owner(), Transport()
        link = Link(SoupClientSession(LoginRequest(username="u"), clock.now_ns()), owner, clock)
        link.connection_made(transport)
        assert len(transport.written) == 1 and transport.calls == ["limits"]
        link.data_received(LoginAccepted(session="S", sequenceNumber=1).packet())

        clock.advance(SECOND_NS)
        link._deadline()
        assert transport.written[1:] == [CLIENT_HEARTBEAT]

        link.pause_writing()
        clock.advance(SECOND_NS)
        link._deadline()
        assert len(transport.written) == 2, "a peer that does not read is told nothing more"
        link.resume_writing()
        assert transport.written[2:] == [CLIENT_HEARTBEAT]

        link.read_on(False)
        link.read_on(False)
        clock.advance(60 * SECOND_NS)
        link._deadline()
        assert not link.conversation.is_over, "it is us who do not listen"
        link.read_on(True)
        assert transport.calls[1:] == ["pause", "resume"]

        clock.advance(60 * SECOND_NS)
        link._deadline()
        assert isinstance(owner.told[-1], LinkLost) and transport.calls[-1] == "close"
        link.connection_lost(None)
        assert owner.told[-1] == "the peer closed the connection"

    asyncio.run(walk())
