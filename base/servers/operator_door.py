"""The operator's door: a request as one line of JSON, its reply as one line of JSON.

In: lines from the socket ``operator.sock`` of the state directory. Out: lines. Never knows: sockets, what a
command does. Follows "Operator" of the behaviour page. A venue whose door cannot be opened serves its clients
without, and says so in its log.
"""

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from base.errors import OperatorRefused
from base.gateway.operator_requests import OperatorReply, OperatorRequest, read_request
from base.network.event_loop import EventLoop

SOCKET_NAME = "operator.sock"


class Operated(Protocol):
    """Who carries out what the operator asks."""

    def operate(self, request: OperatorRequest, now_ns: int, /) -> OperatorReply: ...


log = logging.getLogger("handoff")


def open_operator_door(loop: EventLoop, venue: Operated, state: Path) -> None:
    """Let the operator reach ``venue`` by the socket in the state directory, as long as ``loop`` serves."""
    path = state / SOCKET_NAME
    try:
        loop.open_local_door(path, lambda line, now_ns: answer(venue, line, now_ns))
    except OSError as error:
        log.warning("the operator cannot reach this venue by %s: %s", path, error.strerror or error)


def answer(venue: Operated, line: bytes, now_ns: int) -> bytes:
    """Answer one request: ``ok`` with ``lines``, ``instruments`` and ``tables``; or not, with an ``error`` to read."""
    try:
        reply = venue.operate(read_request(_fields(line)), now_ns)
    except OperatorRefused as error:
        return json.dumps({"ok": False, "error": str(error)}).encode()
    rows, tables = [asdict(row) for row in reply.rows], [asdict(table) for table in reply.tables]
    return json.dumps({"ok": True, "lines": reply.lines, "instruments": rows, "tables": tables}).encode()


def _fields(line: bytes) -> dict[str, object]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise OperatorRefused("a request must be one line of JSON") from None
    if not isinstance(fields, dict):
        raise OperatorRefused("a request must be a JSON object")
    return fields
