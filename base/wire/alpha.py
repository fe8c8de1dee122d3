"""Text as the OUCH family writes it: one character, or words filled up with spaces on the right or on the left.

In: str, or bytes of the wire. Out: the other one. Never knows: which messages exist.
Follows: OUCH facts, "alpha left-justified, space padded right"; SoupBinTCP facts, "Padding".
"""

from enum import StrEnum
from typing import Any

from base.errors import FieldError, ParseError
from base.wire.fields import TextAdapter

PADDING = b" \0"
"""What fills a field up: spaces, and the NULs of programs that know no better."""


class Char(TextAdapter):
    """One character; a space stays a space. ``values`` documents what it may be, and any other passes as well.

    >>> Char().build("B"), Char().parse(b" ")
    (b'B', ' ')
    """

    blank = b" "

    def __init__(self, values: type[StrEnum] | None = None, encoding: str = "ascii") -> None:
        super().__init__(1)
        self.values = values
        self.encoding = encoding

    def read(self, raw: bytes, name: str) -> str:
        return _decode(raw, self.encoding, name)

    def write(self, value: Any, name: str) -> bytes:
        raw = _encode(value, self.encoding, name)
        if len(raw) != 1:
            raise FieldError(f"{name}: {value!r} is not one character")
        return raw


class Alpha(TextAdapter):
    """Text in ``size`` bytes, left-justified; what fills it up on the right is not part of the value.

    >>> Alpha(4).build("ab"), Alpha(4).parse(b"ab  "), Alpha(4).parse(b"ab" + bytes(2))
    (b'ab  ', 'ab', 'ab')
    """

    def __init__(self, size: int, encoding: str = "ascii") -> None:
        super().__init__(size)
        self.encoding = encoding
        self.blank = b" " * size

    def read(self, raw: bytes, name: str) -> str:
        return _decode(raw.rstrip(PADDING), self.encoding, name)

    def write(self, value: Any, name: str) -> bytes:
        return _fitting(value, self.size, self.encoding, name).ljust(self.size)


class RightAlpha(TextAdapter):
    """Text in ``size`` bytes, written right-justified, and read from either side.

    >>> RightAlpha(4).build("ab"), RightAlpha(4).parse(b"ab  "), RightAlpha(4).parse(b"  ab")
    (b'  ab', 'ab', 'ab')
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.blank = b" " * size

    def read(self, raw: bytes, name: str) -> str:
        return _decode(raw.strip(PADDING), "ascii", name)

    def write(self, value: Any, name: str) -> bytes:
        return _fitting(value, self.size, "ascii", name).rjust(self.size)


class Digits(TextAdapter):
    """A whole number in decimal digits, written right-justified, and read from either side.

    >>> Digits(4).build(42), Digits(4).parse(b"42  ")
    (b'  42', 42)
    """

    takes_ascii = False

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.blank = b"0".rjust(size)

    def read(self, raw: bytes, name: str) -> int:
        digits = raw.strip(PADDING)
        if not digits.isdigit():
            raise ParseError(f"{name}: {raw!r} is no number in decimal digits")
        return int(digits)

    def write(self, value: Any, name: str) -> bytes:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise FieldError(f"{name}: {value!r} is no whole number from 0; give an int")
        return _fitting(str(value), self.size, "ascii", name).rjust(self.size)


def _decode(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise ParseError(f"{name}: {raw!r} is not {encoding} text") from None


def _encode(value: Any, encoding: str, name: str) -> bytes:
    if not isinstance(value, str):
        raise FieldError(f"{name}: {value!r} is no text; give a str")
    try:
        return value.encode(encoding)
    except UnicodeEncodeError:
        raise FieldError(f"{name}: {value!r} is not {encoding} text") from None


def _fitting(value: Any, size: int, encoding: str, name: str) -> bytes:
    raw = _encode(value, encoding, name)
    if len(raw) > size:
        raise FieldError(f"{name}: {value!r} takes {len(raw)} bytes, the field holds {size}; shorten it")
    return raw
