"""Messages of a dialect on a bare TCP stream, without SoupBinTCP, as The OUCH Project sends them.

In: bytes as they arrive. Out: complete messages in order, or the reason why the stream cannot go on.
Never knows: sockets, sessions, what a message means.
Follows: Japannext OUCH facts, "Basics": the type alone says how many bytes follow, so every length must be fixed.
"""

from base.errors import ParseError
from base.wire.dialect import Dialect, Direction


class BareFramer:
    """The reading end of one connection; holds never more than one unfinished message.

    >>> from base.wire.ouch.japannext import JAPANNEXT
    >>> framer = BareFramer(JAPANNEXT, Direction.TO_HOST)
    >>> framer.receive(b"X" + bytes(5)), framer.receive(bytes(3) + b"?"), framer.error
    ([], [b'X\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'], ParseError("messageType: '?' is none of O U X"))
    """

    __slots__ = ("_rest", "_sizes", "error")

    def __init__(self, dialect: Dialect, direction: Direction) -> None:
        self._sizes = {ord(letter): cls.SIZE for letter, cls in dialect.of(direction).items()}
        self._rest = b""
        self.error: ParseError | None = None

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished message wait for their rest."""
        return len(self._rest)

    def receive(self, data: bytes) -> list[bytes]:
        """The messages that ``data`` completes; after an ``error`` nothing more is framed."""
        if self.error is not None:
            return []
        buffer = self._rest + data if self._rest else bytes(data)
        messages: list[bytes] = []
        start, end = 0, len(buffer)
        while start < end:
            size = self._sizes.get(buffer[start])
            if size is None:
                self.error = ParseError(
                    f"messageType: {chr(buffer[start])!a} is none of {' '.join(map(chr, self._sizes))}"
                )
                break
            if start + size > end:
                break
            messages.append(buffer[start : start + size])
            start += size
        self._rest = b"" if self.error is not None else buffer[start:]
        return messages
