"""The packets of SoupBinTCP 3.00, with the logins of 4.00 and 4.10, and the cutting of a stream into them.

In: bytes as they arrive, or keywords. Out: packet bodies (type and payload), or packets to send.
Never knows: sockets, sessions, what a payload means.
Follows: SoupBinTCP facts, "Packet" and "Padding".
"""

from enum import StrEnum
from typing import ClassVar

from construct import Struct

from base.errors import FieldError, ParseError
from base.limits import SOUP_PAYLOAD_BYTES
from base.wire.alpha import Alpha, Char, Digits, RightAlpha
from base.wire.record import Record

LENGTH_BYTES = 2


class PacketType(StrEnum):
    """The first character of a packet's body."""

    DEBUG = "+"
    LOGIN_REQUEST = "L"
    LOGIN_ACCEPTED = "A"
    LOGIN_REJECTED = "J"
    SEQUENCED_DATA = "S"
    UNSEQUENCED_DATA = "U"
    CLIENT_HEARTBEAT = "R"
    SERVER_HEARTBEAT = "H"
    END_OF_SESSION = "Z"
    LOGOUT_REQUEST = "O"


class LoginRejectReason(StrEnum):
    """Why a server lets nobody in."""

    NOT_AUTHORISED = "A"
    SESSION_NOT_AVAILABLE = "S"


class Packet(Record):
    """A packet with fields of its own; its body begins with ``LETTER`` and is as long as the length field says."""

    __slots__ = ()
    BYTE_ORDER = ">"
    LETTER: ClassVar[PacketType]

    def __init_subclass__(cls, *, letter: PacketType, size: int) -> None:
        super().__init_subclass__()
        assert cls.SIZE == size, f"{cls.__name__}: declared {size} bytes, the layout has {cls.SIZE}"
        cls.LETTER = letter
        cls.DEFAULTS = (letter.encode(), *cls.DEFAULTS[1:])
        cls._define_parse((letter.encode(),))

    def packet(self) -> bytes:
        """The packet as it is sent, length included."""
        return packet(self.encode())


_TYPE = "packetType" / Char(PacketType) * "type of the packet"
_LOGIN = (
    "username" / Alpha(6) * "account; case does not matter",
    "password" / Alpha(10) * "case does not matter",
    "requestedSession" / RightAlpha(10) * "session to join, blank for the one that runs now",
    "requestedSequenceNumber" / Digits(20) * "next message wanted, 1 the first of all, 0 only new ones",
)


def _without_password(login: Packet) -> str:
    """What printing a login shows: all but the password."""
    return Record.__repr__(login.replace(password="***"))


class LoginRequest(Packet, letter=PacketType.LOGIN_REQUEST, size=47):
    """`L`, client to server, as 3.00 and 4.00 have it."""

    __slots__ = ()
    LAYOUT = Struct(_TYPE, *_LOGIN)
    __repr__ = _without_password


class LoginRequest410(Packet, letter=PacketType.LOGIN_REQUEST, size=52):
    """`L`, client to server, as 4.10 has it."""

    __slots__ = ()
    LAYOUT = Struct(
        _TYPE,
        *_LOGIN,
        "heartbeatTimeout" / Digits(5) * "milliseconds of silence after which the server may close",
    )
    __repr__ = _without_password


class LoginAccepted(Packet, letter=PacketType.LOGIN_ACCEPTED, size=31):
    """`A`, server to client."""

    __slots__ = ()
    LAYOUT = Struct(
        _TYPE,
        "session" / RightAlpha(10) * "session joined",
        "sequenceNumber" / Digits(20) * "number of the next sequenced message",
    )


class LoginRejected(Packet, letter=PacketType.LOGIN_REJECTED, size=2):
    """`J`, server to client, which then closes."""

    __slots__ = ()
    LAYOUT = Struct(_TYPE, "rejectReasonCode" / Char(LoginRejectReason) * "A not authorised, S session not available")


def packet(body: bytes) -> bytes:
    """Put the length in front of a body, that is of type and payload."""
    if len(body) > SOUP_PAYLOAD_BYTES + 1:
        raise FieldError(f"payload: {len(body) - 1} bytes, a packet carries at most {SOUP_PAYLOAD_BYTES}")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


CLIENT_HEARTBEAT = packet(b"R")
SERVER_HEARTBEAT = packet(b"H")
END_OF_SESSION = packet(b"Z")
LOGOUT_REQUEST = packet(b"O")


def sequenced(message: bytes) -> bytes:
    """Wrap one message of the numbered stream, server to client.

    >>> sequenced(b"hello").hex(" ")
    '00 06 53 68 65 6c 6c 6f'
    """
    return packet(b"S" + message)


def unsequenced(message: bytes) -> bytes:
    """Wrap one message without a number."""
    return packet(b"U" + message)


def debug(text: str) -> bytes:
    """Wrap a remark for people, which the peer ignores; what is not ASCII becomes a question mark."""
    return packet(b"+" + text.encode("ascii", "replace"))


def login_request(body: bytes) -> LoginRequest | LoginRequest410:
    """Read a login of either length."""
    return LoginRequest410.parse(body) if len(body) == LoginRequest410.SIZE else LoginRequest.parse(body)


class PacketFramer:
    """The reading end of one connection; holds never more than one unfinished packet.

    >>> framer = PacketFramer()
    >>> framer.receive(b"\\0\\1R\\0\\4Uab"), framer.pending, framer.receive(b"c"), framer.error
    ([b'R'], 5, [b'Uabc'], None)
    """

    __slots__ = ("_rest", "error")

    def __init__(self) -> None:
        self._rest = b""
        self.error: ParseError | None = None

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished packet wait for their rest."""
        return len(self._rest)

    def receive(self, data: bytes) -> list[bytes]:
        """The bodies that ``data`` completes; after an ``error`` nothing more is framed."""
        if self.error is not None:
            return []
        buffer = self._rest + data if self._rest else bytes(data)
        bodies: list[bytes] = []
        start, end = 0, len(buffer)
        while end - start >= LENGTH_BYTES:
            size = buffer[start] << 8 | buffer[start + 1]
            if size == 0:
                self.error = ParseError("length: 0, a packet has at least its type")
                break
            body = start + LENGTH_BYTES
            if body + size > end:
                break
            bodies.append(buffer[body : body + size])
            start = body + size
        self._rest = b"" if self.error is not None else buffer[start:]
        return bodies
