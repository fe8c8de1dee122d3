"""The receiving door: bytes that begin with a message, answered by a code and never by an exception.

In: whatever a caller received so far. Out: a ReceiveResult with the message or the reason why there is none.
Never knows: sockets, sessions, the market.
Follows: binary protocol, section 10, and the owner's README, "Process message".
"""

from typing import Any, NamedTuple

from base.errors import ParseError
from base.limits import HEADER_BYTES
from base.wire.layout import Message
from base.wire.registry import HEADERS, SIZES, header_class

RECV_NO_ERROR = -1
RECV_ERROR_NOT_ENOUGH_HEADER = 0
RECV_ERROR_NOT_ENOUGH_BODY = 1
RECV_ERROR_INVALID_MSG_TYPE = 2
RECV_ERROR_PARSE = 3


class ReceiveResult(NamedTuple):
    """The answer of :func:`process_message`.

    ``length`` is the number of bytes consumed when ``ok``, the number needed when there were not enough,
    else 0.
    """

    ok: bool
    code: int
    message: Message | None
    length: int


def process_message(byte_buffer: bytes | bytearray | memoryview) -> ReceiveResult:
    """Read the one message at the front of ``byte_buffer``; more bytes may follow it.

    >>> process_message(b"T?")
    ReceiveResult(ok=False, code=0, message=None, length=4)
    >>> process_message(bytes([ord("w"), 0, 34, 0]))
    ReceiveResult(ok=False, code=1, message=None, length=34)
    >>> result = process_message(bytes([ord("w"), 0, 34, 0]) + bytes(40))
    >>> result.ok, result.code, result.message, result.length
    (True, -1, RiskUpdateRequest(), 34)
    """
    buffer = byte_buffer if type(byte_buffer) is bytes else _plain(byte_buffer)
    if buffer is None:
        return ReceiveResult(False, RECV_ERROR_PARSE, None, 0)
    if len(buffer) < HEADER_BYTES:
        return ReceiveResult(False, RECV_ERROR_NOT_ENOUGH_HEADER, None, HEADER_BYTES)
    header = bytes(buffer[:HEADER_BYTES])
    cls = HEADERS.get(header) or header_class(header)
    if cls is None:
        known = chr(header[0]) in SIZES
        return ReceiveResult(False, RECV_ERROR_PARSE if known else RECV_ERROR_INVALID_MSG_TYPE, None, 0)
    if len(buffer) < cls.SIZE:
        return ReceiveResult(False, RECV_ERROR_NOT_ENOUGH_BODY, None, cls.SIZE)
    try:
        return ReceiveResult(True, RECV_NO_ERROR, cls.parse(buffer[: cls.SIZE]), cls.SIZE)
    except ParseError:
        return ReceiveResult(False, RECV_ERROR_PARSE, None, 0)


def _plain(byte_buffer: Any) -> bytes | memoryview | None:
    """The bytes of any object that has some, without copying where that is possible."""
    try:
        view = memoryview(byte_buffer)
        return view.cast("B") if view.c_contiguous and view.nbytes else view.tobytes()
    except (TypeError, ValueError, BufferError):
        return None
