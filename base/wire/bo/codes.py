"""The enumerations of the binary protocol, with the names of its specification.

In: nothing. Out: integer enumerations; a message keeps plain integers, and these compare equal to them.
Never knows: which of the values a venue accepts.
Follows: binary protocol, section 4; the specification's typing mistakes are kept in the names.
"""

from enum import IntEnum


class LogonType(IntEnum):
    """What an `H` asks for."""

    LOGIN = 1
    LOGOUT = 2


class LoginStatus(IntEnum):
    """What the reply to a logon says; 0 in requests."""

    NONE = 0
    SUCCESS = 1
    FAILURE = 2


class MessageType(IntEnum):
    """What a `T` asks for or reports."""

    ORDER_NEW = 1
    CANCEL_REPLACE = 2
    MARGIN_CANCEL_REPLACE = 3
    MARGIN_EXECUTE = 4
    ORDER_STATUS = 5
    ORDER_CANCEL = 6
    MARGIN_CANCEL = 7
    EXECUTION = 8
    EXECUTION_PARTIAL = 9
    MARGIN_EXECUTION = 10
    MARGIN_PARTIAL_EXECUTION = 11
    REJECT = 12
    ORDER_REJECT = 13
    ORDER_ACK = 14
    CANCELLED = 15
    REPLACED = 16
    QUOTE_FILL = 17
    QUOTE_FILL_PARTIAL = 18
    MARGIN_REPLACED = 19
    CANCEL_REPLACE_REJECT = 20
    INSTRUMENT_DATA = 21
    INSTRUMENT_RESPONSE = 22
    RISK_REJECT = 23


class ReportType(IntEnum):
    """MessageType of the messages that are no transaction; written by servers, ignored by readers."""

    INSTRUMENT = 21
    TOB = 24
    THREE_LAYERS = 25
    FIVE_LAYERS = 26
    TEN_LAYERS = 27
    TWENTY_LAYERS = 28
    THIRTY_LAYERS = 29
    EXEC_REPORT = 30
    COLLATERAL_DATA = 31
    COLLATERAL_UPDATE_REQUEST = 32
    RISK_USER_SYMBOL = 33
    RISK_UPDATE_REQUEST = 34
    OPEN_ORDER_REQUEST = 35
    CLIENT_LOGON = 36
    MD_SNAPSHOT = 37
    MD_SUBSCRIBE = 38


class OrderType(IntEnum):
    """The seventeen order types."""

    LMT = 1
    MKT = 2
    STOP_MKT = 3
    STOP_LMT = 4
    PEG = 5
    HIDDEN = 6
    PEG_HIDDEN = 7
    OCO = 8
    ICE = 9
    OCO_ICE = 10
    BRACKET = 11
    SNIPER_MKT = 12
    SNIPER_LIMIT = 13
    TSM = 14
    TSL = 15
    TPSL_MARKET = 16
    TPSL_LIMIT = 17


class TIF(IntEnum):
    """Time in force."""

    FOK = 1
    GTC = 2
    IOC = 3
    POO = 4
    RED = 5
    DAY = 6


class Side(IntEnum):
    """Side of an order or trade."""

    BUY = 1
    SELL = 2
    SELLSHORT = 3


class SymbolType(IntEnum):
    """Kind of instrument."""

    SPOT = 1
    FUTURES = 2
    DERIVATIVE = 3


class RequestType(IntEnum):
    """What an instrument request asks for."""

    ALL = 1
    SYMBOL_ENUM = 2


class ResponseType(IntEnum):
    """Place of a reply in a series of replies."""

    SNAPSHOT = 1
    SNAPSHOT_START = 2
    SNAPSHOT_CONTINUATION = 3
    SNAPSHOT_FINISH = 4
    UPDATE = 5
    UNSOLICITED = 6
    POSS_DUP = 7


class UpdateType(IntEnum):
    """Why an update is sent."""

    NORMAL_UPDATE = 1
    USER_REQUEST = 2
    UNSOLICITED = 3
    EXCHANGE_REQUEST = 4
    SNAPSHOT = 5
    SNAPSHOT_START = 6
    SNAPSHOT_CONTINUATION = 7
    SNAPSHOT_FINISH = 8
    UPDATE = 9
    POSS_DUP = 10


class SubscribeType(IntEnum):
    """MessageType of a subscription: which picture of the book is wanted."""

    TOB = 1
    THREELAYERS = 2
    FIVELAYERS = 3
    TENLAYERS = 4
    TWENTYLAYERS = 5
    THIRTYLAYERS = 6
    FOB_DATA = 7
    FLB_DATA = 8


class TriggerType(IntEnum):
    """Which price sets off a stop."""

    NONE = 0
    LAST_PRICE = 1
    INDEX = 2
    MARK = 3


class RejectReason(IntEnum):
    """Why something was refused; 49 and 50 are no refusals."""

    ORDER_NOT_FOUND = 1
    USER_NOT_FOUND = 2
    ACCOUNT_NOT_FOUND = 3
    INVALID_KEY = 4
    ACCOUNT_DISABLED = 5
    TRADING_SESSION_INVALID = 6
    RISK_ACCOUNT_NOT_FOUND = 7
    RISK_SYMBOL_NOT_FOUND = 8
    MES_NOT_AVAILABLE_TRADING_DISABLED = 9
    OES_NOT_AVAILABLE_TRADING_DISABLED = 10
    MDS_NOT_AVAILABLE_TRADING_DISABLED = 11
    MSG_TYPE_INVALID = 12
    ORD_TYPE_INVALID = 13
    PRICE_INVALID = 14
    SIZE_INVALID = 15
    STOP_PRICE_INVALID = 16
    STOP_SIZE_INVALID = 17
    ORDER_SIDE_INVALID = 18
    ACCOUNT_INVALID = 19
    ORDERID_INVALID = 20
    SENDING_TIME_INVALID = 21
    ORIG_PRICE_INVALID = 22
    ORIG_SIZE_INVALID = 23
    ICE_SIZEINCREMENT_TIMES_LAYERS_NOT_EQUAL_ORDQTY = 24
    ORIG_ORDER_ID_INVALID = 25
    SYMBOL_ENUM_INVALID = 26
    SIZE_INCREMENT_INVALID = 27
    PRICE_OFFSET_INVALID = 28
    PRICE_INCREMENT_INVALID = 29
    EXCEEDED_MAX_LAYERS = 30
    DISPLAY_SIZE_INVALID = 31
    REFRESH_SIZE_INVALID = 32
    INVALID_SECURITY_KEY = 33
    USER_ALREADY_LOGGED_IN = 34
    INVALID_FIELD_VALUE = 35
    PERCENTAGE_MOVE_EXCEEDED_COOLING_OFF_PERIOD_IN_FORCE = 36
    INSTRUMET_WOULD_CAUSE_MARGIN_TO_BE_EXCEEDED = 37
    INSTRUMENT_MARGIN_EXCEEDED = 38
    MARGIN_BUY_ORDER_CANCELLATION_IN_PROGRESS = 39
    MARGIN_SELL_ORDER_CANCELLATION_IN_PROGRESS = 40
    MARGIN_LONG_POSITION_LIQUIDATION_IN_PROGRESS = 41
    MARGIN_SHORT_POSITION_LIQUIDATION_IN_PROGRESS = 42
    OUTSTANDING_OPEN_REQUESTS_EXCEEDED = 43
    NO_RISK_DATA = 44
    DUPLICATE_ORDER_ID = 45
    EXCEEDS_OPEN_ORDER_REQUESTS = 46
    NOT_ENOUGH_EQUITY_TO_COMPLETE = 47
    MATCHING_ENGINE_REJECTED = 48
    NONE = 49
    ACCEPTED = 50
    KEY_INVALID = 51
    MSG_SEQ_NUM_INVALID = 52
    USER_ALREADY_LGGGED_IN = 53
    ORIG_ORDER_NOT_FOUND = 54
    INVALID_LOGON_TYPE = 55
    CANT_EXECUTE_AGAINST_EXCHANGE_ORDER = 56
    NO_MARKET_MAKER_VOLUME = 57


# Positions in Attributes (section 4.6); only the first two below were ever in use.
ATTRIBUTE_HIDDEN = 1
ATTRIBUTE_DISPLAY = 2
ATTRIBUTE_SIZEINCREMENT = 3
ATTRIBUTE_POST = 4
ATTRIBUTE_PRICEINCREMENT = 5
ATTRIBUTE_OFFSET = 6
ATTRIBUTE_STOP_MKT = 7
ATTRIBUTE_STOP_LMT = 8
ATTRIBUTE_PEG = 9
ATTRIBUTE_TSL = 10
ATTRIBUTE_TSM = 11

NO_REJECT = frozenset({0, RejectReason.NONE, RejectReason.ACCEPTED})
"""The reject codes that a reader takes as: not refused."""
