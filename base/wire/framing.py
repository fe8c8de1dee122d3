"""Cutting a stream of bytes into messages, however it was cut or glued on its way.

In: bytes as they arrive. Out: complete frames in order, or the reason why the stream cannot go on.
Never knows: sockets, sessions, what a message means.
Follows: binary protocol, section 1: wait for 4 bytes, then for the rest; section 2 for the legal lengths.
"""

from base.errors import ParseError
from base.limits import HEADER_BYTES
from base.wire.registry import HEADERS, SIZES, header_class

_LENGTHS = {header: cls.SIZE for header, cls in HEADERS.items()}

_RUN = 64
"""So many messages are looked at together; bounds what a wrong guess costs."""


class Framer:
    """The reading end of one connection; holds never more than one unfinished message.

    >>> framer = Framer()
    >>> framer.receive(b"w"), framer.receive(bytes([0, 34, 0]) + bytes(29)), framer.pending
    ([], [], 33)
    >>> [len(frame) for frame in framer.receive(bytes(1) + b"?")], framer.error, framer.pending
    ([34], None, 1)
    """

    __slots__ = ("_rest", "error")

    def __init__(self) -> None:
        self._rest = b""
        self.error: ParseError | None = None

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished message wait for their rest."""
        return len(self._rest)

    def receive(self, data: bytes) -> list[bytes]:
        """The frames that ``data`` completes; after an ``error`` nothing more is framed."""
        if self.error is not None:
            return []
        buffer = self._rest + data if self._rest else bytes(data)
        frames: list[bytes] = []
        start, end = 0, len(buffer)
        while end - start >= HEADER_BYTES:
            header = buffer[start : start + HEADER_BYTES]
            size = _LENGTHS.get(header) or self._uncommon_length(header)
            if size == 0 or start + size > end:
                break
            stop = start + size * _run_length(buffer, start, header, size)
            frames += [buffer[at : at + size] for at in range(start, stop, size)]
            start = stop
        self._rest = b"" if self.error is not None else buffer[start:]
        return frames

    def _uncommon_length(self, header: bytes) -> int:
        cls = header_class(header)
        if cls is not None:
            return cls.SIZE
        self.error = ParseError(header_fault(header))
        return 0


def _run_length(buffer: bytes, start: int, header: bytes, size: int) -> int:
    """How many complete messages with this same header stand here: as many as are looked at together, or one."""
    number = min((len(buffer) - start) // size, _RUN)
    if number == 1:
        return 1
    stop = start + number * size
    for place in range(HEADER_BYTES):
        if buffer[start + place : stop : size] != header[place : place + 1] * number:
            return 1
    return number


def header_fault(header: bytes) -> str:
    """What is wrong with four bytes that begin no message, for a log line or an exception."""
    letter, length = chr(header[0]), int.from_bytes(header[2:HEADER_BYTES], "little")
    if letter not in SIZES:
        return f"Data1: {letter!a} is no message type; the types are {' '.join(SIZES)}"
    legal = " or ".join(map(str, SIZES[letter]))
    return f"MessageLen: {length} is no length of message type {letter}, which has {legal} bytes"
