"""Connections led to the BO venue or to that of OUCH, by the port at which they came.

In: what the loop tells its application. Out: the same to one of two venues, and what both have for the loop.
Never knows: messages, sessions. One process, one market, one journal: whoever records wraps this.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from base.deadlines import earliest
from base.gateway.operator_requests import OperatorReply, OperatorRequest
from base.gateway.records import Records
from base.network.application import Application, Outbound
from base.ouch_venue import OuchVenue


class BoVenue(Application, Protocol):
    """The venue of the other protocol, which has the market's past and the operator's desk."""

    @property
    def records(self) -> Records | None: ...

    def operate(self, request: OperatorRequest, now_ns: int, /) -> OperatorReply: ...


class Routing:
    """Both venues as one application. ``ports`` says which of our ports speaks what; all others speak BO."""

    def __init__(self, venue: BoVenue, ouch: OuchVenue) -> None:
        self._venue = venue
        self._ouch = ouch
        self._ports: dict[int, int] = {}
        self._of_ouch: set[int] = set()

    @property
    def records(self) -> Records | None:
        """The past of the market."""
        return self._venue.records

    @property
    def frame_by_frame(self) -> bool:
        """As the BO venue wants it."""
        return self._venue.frame_by_frame

    def lead(self, ports: Mapping[int, int]) -> None:
        """From now on connections to these ports of ours speak this."""
        self._ports.update(ports)

    def connected(self, connection: int, peer: tuple[str, int], local: tuple[str, int], now_ns: int) -> None:
        """Tell the venue of this port."""
        port = self._ports.get(local[1])
        if port is None:
            self._venue.connected(connection, peer, local, now_ns)
        else:
            self._of_ouch.add(connection)
            self._ouch.connected(connection, peer, port, now_ns)

    def receive(self, connection: int, data: bytes, now_ns: int) -> None:
        """Tell the venue of this connection."""
        (self._ouch if connection in self._of_ouch else self._venue).receive(connection, data, now_ns)

    def disconnected(self, connection: int, now_ns: int) -> None:
        """Tell the venue of this connection."""
        if connection in self._of_ouch:
            self._of_ouch.discard(connection)
            self._ouch.disconnected(connection, now_ns)
        else:
            self._venue.disconnected(connection, now_ns)

    def outbound(self) -> Sequence[Outbound]:
        """What both have."""
        return [*self._venue.outbound(), *self._ouch.outbound()]

    def next_deadline_ns(self) -> int | None:
        """The nearer of both."""
        return earliest(self._venue.next_deadline_ns(), self._ouch.next_deadline_ns())

    def deadline_passed(self, now_ns: int) -> None:
        """Tell both."""
        self._venue.deadline_passed(now_ns)
        self._ouch.deadline_passed(now_ns)

    def shut_down(self, now_ns: int) -> None:
        """Tell both."""
        self._venue.shut_down(now_ns)
        self._ouch.shut_down(now_ns)

    def operate(self, request: OperatorRequest, now_ns: int) -> OperatorReply:
        """The operator commands the market."""
        return self._venue.operate(request, now_ns)

    def log_lines(self) -> Sequence[str]:
        """Those of both."""
        return [*self._venue.log_lines(), *self._ouch.log_lines()]
