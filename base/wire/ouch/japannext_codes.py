"""What the fields of Japannext OUCH may say.

In: nothing. Out: enumerations; a message keeps plain text and integers, and these compare equal to them.
Never knows: which of the values a venue accepts.
Follows: Japannext OUCH facts, "Values", "Reject reasons" and "Cancel reasons".
"""

from enum import IntEnum, StrEnum

PRICE_MAX = 0x7FFFFFFE
"""Largest price on the wire, 214,748,364.6."""

QUANTITY_MAX = 0x7FFFFFFF
"""Largest quantity."""


class Side(StrEnum):
    """Buy or sell, and how."""

    BUY = "B"
    SELL = "S"
    SHORT_SELL = "T"
    SHORT_SELL_EXEMPT = "E"


class Group(StrEnum):
    """The market in which an order book lies."""

    DAY = "DAY"
    NIGHT = "NGHT"
    X_MARKET = "DAYX"
    U_MARKET = "DAYU"


class TimeInForce(IntEnum):
    """How long an order stands."""

    IMMEDIATE = 0
    DAY = 99999


class Display(StrEnum):
    """Whether an order may take what rests."""

    NORMAL = " "
    POST_ONLY = "P"


class Capacity(StrEnum):
    """For whom the firm trades."""

    AGENCY = "A"
    PRINCIPAL = "P"


class OrderClassification(StrEnum):
    """High-frequency trading or not, and which."""

    NON_HFT = "1"
    HFT_MARKET_MAKING = "3"
    HFT_ARBITRAGE = "4"
    HFT_DIRECTIONAL = "5"
    HFT_OTHER = "6"


class CashMarginType(StrEnum):
    """Cash, or which margin trade."""

    CASH = "1"
    MARGIN_OPEN_NEGOTIABLE = "2"
    MARGIN_CLOSE_NEGOTIABLE = "3"
    MARGIN_OPEN_STANDARDIZED = "4"
    MARGIN_CLOSE_STANDARDIZED = "5"


class OrderState(StrEnum):
    """Whether anything may follow for an order."""

    LIVE = "L"
    DEAD = "D"


class SystemEventCode(StrEnum):
    """What happens to the whole day."""

    START_OF_DAY = "S"
    END_OF_DAY = "E"


class Liquidity(StrEnum):
    """Which side of the match the order was."""

    ADDED = "A"
    REMOVED = "R"


class RejectReason(StrEnum):
    """Why an order was not accepted."""

    TRADING_HALT = "H"
    INVALID_ORDER_BOOK = "S"
    INVALID_PRICE = "X"
    INVALID_QUANTITY = "Z"
    INVALID_MINIMUM_QUANTITY = "N"
    INVALID_ORDER_TYPE = "Y"
    INVALID_DISPLAY = "D"
    VALUE_LIMIT_EXCEEDED = "V"
    SHORT_SELL_RESTRICTION = "i"
    NOT_ALLOWED_NOW = "R"
    THROTTLED = "F"
    INVALID_MARGIN = "G"
    FIRM_NOT_ALLOWED = "L"
    NO_BOARD_PERMISSION = "c"
    OTHER = "O"


class CancelReason(StrEnum):
    """Why an order, or a part of it, is gone; from INVALID_PRICE on because its replace was not valid."""

    USER = "U"
    LOGGED_OFF = "L"
    SUPERVISORY = "S"
    IMMEDIATE = "I"
    EXPIRED = "M"
    INVALID_PRICE = "X"
    INVALID_QUANTITY = "Z"
    INVALID_MINIMUM_QUANTITY = "N"
    INVALID_ORDER_TYPE = "Y"
    INVALID_DISPLAY = "D"
    VALUE_LIMIT_EXCEEDED = "V"
    SHORT_SELL_RESTRICTION = "i"
    NOT_ALLOWED_NOW = "R"
    THROTTLED = "F"
    INVALID_MARGIN = "G"
    OTHER = "O"
