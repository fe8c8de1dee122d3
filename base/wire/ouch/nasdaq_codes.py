"""What the fields of Nasdaq OUCH 4.2 and 5.0 may say.

In: nothing. Out: enumerations; a message keeps plain text and integers, and these compare equal to them.
Never knows: which of the values a venue accepts.
Follows: Nasdaq OUCH facts, "4.2 values" and "5.0 values"; a reader must tolerate letters that are not listed.
"""

from enum import IntEnum, StrEnum

PRICE_MAX = 0x7735939C
"""Largest price on the wire, 199,999.9900."""

MARKET_PRICE = 0x7FFFFFFF
"""Stands for "at any price"."""

MARKET_PRICE_ROUND = 0x77359400
"""200,000.0000, which means the same."""

QUANTITY_LIMIT = 1_000_000
"""A quantity lies above 0 and below this."""


class Side(StrEnum):
    """Buy or sell, and how."""

    BUY = "B"
    SELL = "S"
    SHORT_SELL = "T"
    SHORT_SELL_EXEMPT = "E"


class TimeInForce42(IntEnum):
    """How long an order of 4.2 stands; 1 to 99995 are seconds."""

    IMMEDIATE = 0
    EXTENDED_HOURS = 99996
    MARKET_HOURS = 99998
    SYSTEM_HOURS = 99999


class TimeInForce50(StrEnum):
    """How long an order of 5.0 stands."""

    DAY = "0"
    IMMEDIATE = "3"
    EXTENDED_HOURS = "5"
    GOOD_TILL_TIME = "6"
    AFTER_HOURS = "E"


class Display(StrEnum):
    """How an order shows and what it may do; NON_DISPLAYED stands in answers only."""

    ATTRIBUTABLE = "A"
    ANONYMOUS = "Y"
    HIDDEN = "N"
    POST_ONLY = "P"
    IMBALANCE_ONLY = "I"
    MIDPOINT_PEG = "M"
    MIDPOINT_PEG_POST_ONLY = "W"
    POST_ONLY_ATTRIBUTABLE = "L"
    RETAIL_1 = "O"
    RETAIL_2 = "T"
    RETAIL_PRICE_IMPROVEMENT = "Q"
    MIDPOINT_TRADE_NOW = "m"
    HIDDEN_TRADE_NOW = "n"
    NON_DISPLAYED = "Z"


class Capacity(StrEnum):
    """For whom the firm trades; anything else becomes OTHER."""

    AGENCY = "A"
    PRINCIPAL = "P"
    RISKLESS = "R"
    OTHER = "O"


class IntermarketSweep(StrEnum):
    """Whether the order is an intermarket sweep."""

    YES = "Y"
    NO = "N"
    TRADE_AT = "y"


class CrossType(StrEnum):
    """Continuous trading, or the cross that the order is for."""

    CONTINUOUS = "N"
    OPENING = "O"
    CLOSING = "C"
    HALT = "H"
    SUPPLEMENTAL = "S"
    RETAIL = "R"
    EXTENDED_LIFE = "E"
    EXTENDED_CLOSE = "A"


class CustomerType(StrEnum):
    """Whether the order is a retail customer's."""

    RETAIL = "R"
    NOT_RETAIL = "N"
    PORT_DEFAULT = " "


class OrderState(StrEnum):
    """Whether anything may follow for an order."""

    LIVE = "L"
    DEAD = "D"


class EventCode(StrEnum):
    """What happens to the whole day."""

    START_OF_DAY = "S"
    END_OF_DAY = "E"


class BboWeight(StrEnum):
    """How much the order weighs at the best price."""

    RANGE_0 = "0"
    RANGE_1 = "1"
    RANGE_2 = "2"
    RANGE_3 = "3"
    SETS = "S"
    IMPROVES = "N"
    UNSPECIFIED = " "


class CancelReason(StrEnum):
    """Why an order, or a part of it, is gone."""

    USER = "U"
    IMMEDIATE = "I"
    TIMEOUT = "T"
    SUPERVISORY = "S"
    REGULATORY = "D"
    SELF_MATCH = "Q"
    SYSTEM = "Z"
    CROSS = "C"
    COLLARS = "K"
    HALTED = "H"
    OPEN_PROTECTION = "X"
    CLOSED = "E"
    POST_ONLY_F = "F"
    POST_ONLY_G = "G"


class BrokenTradeReason(StrEnum):
    """Why a match is undone."""

    ERRONEOUS = "E"
    CONSENT = "C"
    SUPERVISORY = "S"
    EXTERNAL = "X"


class RestatedReason(StrEnum):
    """What the venue changed in a live order."""

    DISPLAY_REFRESH = "R"
    DISPLAYED_PRICE = "P"


class RejectReason42(StrEnum):
    """Why 4.2 does not accept an order; RISK_A to RISK_Y are risk checks."""

    TEST = "T"
    HALTED = "H"
    SHARES_ABOVE_THRESHOLD = "Z"
    INVALID_STOCK = "S"
    INVALID_DISPLAY = "D"
    CLOSED = "C"
    FIRM_NOT_AUTHORISED = "L"
    OUTSIDE_PERMITTED_TIMES = "M"
    NOT_IN_THIS_CROSS = "R"
    INVALID_PRICE = "X"
    INVALID_MINIMUM_QUANTITY = "N"
    OTHER = "O"
    RETAIL_NOT_ALLOWED = "V"
    MIDPOINT_POST_ONLY_PRICE = "W"
    RISK_A = "a"
    RISK_B = "b"
    RISK_C = "c"
    RISK_D = "d"
    RISK_E = "e"
    RISK_M = "m"
    RISK_N = "n"
    RISK_R = "r"
    RISK_V = "v"
    RISK_W = "w"
    RISK_X = "x"
    RISK_Y = "y"
    NO_REFERENCE_PRICE = "o"
    MIDPOINT_CROSSED = "q"
    LATE_CROSS_PRICE = "u"


class RejectCode50(IntEnum):
    """Why 5.0 does not accept an order; later revisions go on to 0x33."""

    QUOTE_UNAVAILABLE = 0x01
    DESTINATION_CLOSED = 0x02
    INVALID_DISPLAY = 0x03
    INVALID_MAX_FLOOR = 0x04
    INVALID_PEG_TYPE = 0x05
    FAT_FINGER = 0x06
    HALTED = 0x07
    ISO_NOT_ALLOWED = 0x08
    INVALID_SIDE = 0x09
    PROCESSING_ERROR = 0x0A
    CANCEL_PENDING = 0x0B
    FIRM_NOT_AUTHORISED = 0x0C
    INVALID_MINIMUM_QUANTITY = 0x0D
    NO_CLOSING_REFERENCE_PRICE = 0x0E
    OTHER = 0x0F
    CANCEL_NOT_ALLOWED = 0x10
    PEGGING_NOT_ALLOWED = 0x11
    CROSSED_MARKET = 0x12
    INVALID_QUANTITY = 0x13
    INVALID_CROSS_ORDER = 0x14
    REPLACE_NOT_ALLOWED = 0x15
    ROUTING_NOT_ALLOWED = 0x16
    INVALID_SYMBOL = 0x17
    TEST = 0x18
    LATE_CROSS_PRICE = 0x19
    RETAIL_NOT_ALLOWED = 0x1A
    MIDPOINT_POST_ONLY_PRICE = 0x1B
    INVALID_DESTINATION = 0x1C
    INVALID_PRICE = 0x1D
    SHARES_ABOVE_THRESHOLD = 0x1E
    NOTIONAL_LIMIT = 0x1F
