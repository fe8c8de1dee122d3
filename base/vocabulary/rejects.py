"""Why an order request is refused, ranged by the room that refuses.

In: nothing. Out: one integer enumeration. Never knows: the codes of any wire; the gateway
translates them. 1xx says the gateway, 2xx the risk desk, 3xx the exchange and its books.
"""

from enum import IntEnum


class Reject(IntEnum):
    """The reason of an OrderRejected event."""

    MESSAGE_TYPE_INVALID = 101
    ORDER_TYPE_INVALID = 102
    KEY_INVALID = 103
    TRADING_SESSION_INVALID = 104
    INSTRUMENT_UNKNOWN = 105
    ACCOUNT_INVALID = 106
    ORDER_ID_INVALID = 107
    SIDE_INVALID = 108
    SENDING_TIME_INVALID = 109
    QUANTITY_INVALID = 110
    PRICE_INVALID = 111
    ORIGINAL_ORDER_ID_INVALID = 112
    FIELD_INVALID = 113
    STOP_PRICE_INVALID = 114
    DISPLAY_SIZE_INVALID = 115
    REFRESH_SIZE_INVALID = 116
    LAYERS_INVALID = 117
    SIZE_INCREMENT_INVALID = 118
    PRICE_OFFSET_INVALID = 119
    PRICE_INCREMENT_INVALID = 120
    LAYERS_DO_NOT_ADD_UP = 121
    TOO_MANY_REQUESTS = 122

    NOT_ENOUGH_EQUITY = 201
    ACCOUNT_DISABLED = 202

    ORDER_UNKNOWN = 301
    ORIGINAL_ORDER_UNKNOWN = 302
    ORIGINAL_PRICE_DIFFERS = 303
    ORDER_ID_REPEATED = 304
    WOULD_TAKE = 305
    REPLACE_CHANGES_FIXED_FIELD = 306
    REPLACE_BELOW_EXECUTED = 307
    TOO_MANY_OPEN_ORDERS = 308
    WOULD_NOT_REDUCE = 309
    SELF_TRADE = 310
    MARKET_STATE = 311
