"""Which messages exist: by letter and length, by the four bytes of a header, by name.

In: the declared message classes. Out: look-up tables that never change.
Never knows: sockets, sessions, the market.
Follows: binary protocol, section 2 (catalogue) and the choice columns of section 3 (lengths accepted).
"""

from base.limits import MESSAGE_BYTES
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import (
    FiveLevelData,
    MarketDataExecReport,
    MarketDataSubscribe,
    TenLevelData,
    ThirtyLevelData,
    ThreeLevelData,
    TopOfBook,
    TwentyLevelData,
)
from base.wire.bo.requests import (
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    InstrumentRequest62,
    InstrumentResponse,
    InstrumentResponse74,
    OpenOrderRequest,
    OpenOrderRequest44,
    RiskUpdateRequest,
    RiskUserSymbol,
)
from base.wire.bo.transaction import Transaction, Transaction238
from base.wire.layout import Message

CLASSES: tuple[type[Message], ...] = (
    ClientLogon,
    InstrumentRequest,
    InstrumentRequest62,
    InstrumentResponse,
    InstrumentResponse74,
    RiskUpdateRequest,
    RiskUserSymbol,
    OpenOrderRequest,
    OpenOrderRequest44,
    CollateralRequest,
    CollateralResponse,
    Transaction,
    Transaction238,
    MarketDataSubscribe,
    MarketDataExecReport,
    TopOfBook,
    ThreeLevelData,
    FiveLevelData,
    TenLevelData,
    TwentyLevelData,
    ThirtyLevelData,
)
"""Every message class; of several lengths of one letter the first is the one that is sent."""

_BY_LETTER_AND_LENGTH = {(letter, cls.SIZE): cls for cls in CLASSES for letter in cls.LETTERS}

SIZES: dict[str, tuple[int, ...]] = {
    letter: tuple(size for other, size in _BY_LETTER_AND_LENGTH if other == letter)
    for letter, _ in _BY_LETTER_AND_LENGTH
}
"""Legal lengths in bytes of each letter, the one that is sent first."""

NAMES: dict[str, str] = {letter: cls.NAME for cls in reversed(CLASSES) for letter in cls.LETTERS}
"""Long name of each letter, the accepted alias ``e`` included."""

HEADERS: dict[bytes, type[Message]] = {
    letter.encode() + b"\0" + size.to_bytes(2, "little"): cls for (letter, size), cls in _BY_LETTER_AND_LENGTH.items()
}
"""The class for each legal header of four bytes, its reserved byte NUL."""

assert max(cls.SIZE for cls in CLASSES) == MESSAGE_BYTES
assert len(HEADERS) == len(_BY_LETTER_AND_LENGTH) == sum(len(cls.LETTERS) for cls in CLASSES)


def message_class(letter: str, length: int) -> type[Message] | None:
    """The class of a message by its letter and its length in bytes, None when there is none.

    >>> message_class("T", 238).__name__, message_class("T", 239)
    ('Transaction238', None)
    """
    return _BY_LETTER_AND_LENGTH.get((letter, length))


def header_class(header: bytes) -> type[Message] | None:
    """The class announced by the first four bytes of a message; the reserved second byte does not matter."""
    return HEADERS.get(header) or HEADERS.get(header[:1] + b"\0" + header[2:])
