"""The sending door: a working example of every message, each field of which may be set by keyword.

In: a letter or a long name, and fields. Out: a typed message that encodes and parses back.
Never knows: sockets, sessions, the market.
Follows: the owner's README, "Create a new message" (the `H` is its second sample), and the binary protocol.
"""

from typing import Any

from base.errors import LocalProtocolError
from base.wire.layout import Message
from base.wire.registry import CLASSES

MSG_CLIENT_LOGON = "client_logon"
MSG_INSTRUMENT_REQUEST = "instrument_request"
MSG_INSTRUMENT_RESPONSE = "instrument_response"
MSG_RISK_UPDATE_REQUEST = "risk_update_request"
MSG_RISK_USER_SYMBOL = "risk_user_symbol"
MSG_OPEN_ORDER_REQUEST = "open_order_request"
MSG_COLLATERAL_REQUEST = "collateral_request"
MSG_COLLATERAL_RESPONSE = "collateral_response"
MSG_TRANSACTION = "transaction"
MSG_NEW_LIMIT_ORDER = "new_limit_order"  # what the menu of the owner's README calls a transaction
MSG_MD_SUBSCRIBE = "md_subscribe"
MSG_MD_EXEC_REPORT = "md_exec_report"
MSG_TOB_MSG = "tob_msg"
MSG_THREE_LEVEL_DATA = "three_level_data"
MSG_FIVE_LEVEL_DATA = "five_level_data"
MSG_TEN_LEVEL_DATA = "ten_level_data"
MSG_TWENTY_LEVEL_DATA = "twenty_level_data"
MSG_THIRTY_LEVEL_DATA = "thirty_level_data"

_FIRST_CLASS: dict[str, type[Message]] = {cls.LETTER: cls for cls in reversed(CLASSES)}

MESSAGE_TYPES: dict[str, str] = {cls.LETTER: cls.NAME for cls in CLASSES}
"""Letter -> long name of all seventeen types."""

_LETTERS: dict[str, str] = {name: letter for letter, name in MESSAGE_TYPES.items()}
_LETTERS |= {letter: letter for letter in MESSAGE_TYPES} | {MSG_NEW_LIMIT_ORDER: "T"}
_LETTERS |= {alias: cls.LETTER for cls in CLASSES for alias in cls.LETTERS}

_ACCOUNT = {"Account": 100700, "TradingSessionID": 506}
_REQUEST = _ACCOUNT | {"Key": 432451, "MsgSeqNum": 1500201}
_BTCUSD = {"SymbolEnum": 1, "SymbolType": 1}
_TRADED = {"LastTradePrice": 50100.5, "Last24Vol": 1250.25, "High": 51000.0, "Low": 49500.5}
_RISK = _ACCOUNT | {
    "UserName": "BOU7",
    "SymbolEnum": 1,
    "Leverage": 1.0,
    "BTCEquity": 100.0,
    "USDTEquity": 1_000_000.0,
    "USDEquity": 1_000_000.0,
    "FLYEquity": 1_000_000.0,
    "OpenOrderRequestLimit": 1000,
    "MsgSeqNum": 1500201,
}


def _levels(count: int) -> list[dict[str, Any]]:
    return [
        {
            "BuyPrice": 50100.0 - 0.5 * depth,
            "BuyVolume": 2.0,
            "NumBuyOrders": 1,
            "SellPrice": 50100.5 + 0.5 * depth,
            "SellVolume": 2.0,
            "NumSellOrders": 1,
        }
        for depth in range(count)
    ]


def _book(message_type: int, levels: int) -> dict[str, Any]:
    bids = [{"Price": 50100.0 - 0.5 * depth, "Volume": 2.0, "Side": ord("B")} for depth in range(levels)]
    asks = [{"Price": 50100.5 + 0.5 * depth, "Volume": 2.0, "Side": ord("A")} for depth in range(levels)]
    head = {"MessageType": message_type, "Symbol": "BTCUSD", "StartLayer": 1, "MsgSeqNum": 1}
    return _BTCUSD | head | {"Prices": bids + asks}


_EXAMPLES: dict[str, dict[str, Any]] = {
    "H": _ACCOUNT
    | {
        "LogonType": 1,
        "TwoFA": "1F6A",
        "UserName": "BOU7",
        "PrimaryOrderEntryIP": "1",
        "SecondaryOrderEntryIP": "1",
        "PrimaryMarketDataIP": "1",
        "SecondaryMarketDataIP": "1",
        "LastSeqNum": 1500201,
        "Key": 432451,
    },
    "Y": _REQUEST | _BTCUSD | {"RequestType": 1, "SymbolName": "BTCUSD"},
    "Q": _BTCUSD
    | {
        "MessageType": 21,
        "ResponseType": 1,
        "SymbolName": "BTCUSD",
        "PriceIncrement": 0.5,
        "MinSize": 0.0001,
        "MaxSize": 1000.0,
        "MsgSeqNum": 1,
    },
    "w": _REQUEST | {"ResponseType": 2, "SymbolEnum": 1},
    "N": _RISK | {"MessageType": 33},
    "E": _ACCOUNT | {"SymbolEnum": 1, "SymbolName": "BTCUSD", "MsgSeqNum": 1500201},
    "f": _REQUEST | {"UpdateType": 2, "SymbolEnum": 1},
    "h": _RISK | {"MessageType": 31},
    "T": _ACCOUNT
    | _BTCUSD
    | {
        "MessageType": 1,
        "OrderID": 46832151,
        "OrderType": 1,
        "BOPrice": 50100.5,
        "BOSide": 1,
        "BOOrderQty": 2.0,
        "TIF": 2,
        "BOSymbol": "BTCUSD",
        "TraderID": "BOU7",
        "SendingTime": 1000,
        "Key": 432451,
        "MsgSeqNum": 79488880,
        "RouteEnum": 1,
        "ModifyType": 1,
        "Attributes": "NNNNNNNNNNNN",
    },
    "s": _REQUEST
    | {
        "MessageType": 1,
        "Subscribes": [_BTCUSD | {"Symbol": "BTCUSD", "Layers": 1, "Subscribe": "S"}],
    },
    "V": _BTCUSD
    | {"MessageType": 30, "Price": 50100.5, "Volume": 2.0, "MsgSeqNum": 1, "Side": 1, "SymbolName": "BTCUSD"},
    "t": _BTCUSD
    | _TRADED
    | {
        "MessageType": 24,
        "SymbolName": "BTCUSD",
        "BuyPrice": 50100.0,
        "BuyVolume": 2.0,
        "SellPrice": 50100.5,
        "SellVolume": 2.0,
        "MsgSeqNum": 1,
    },
    "M": _BTCUSD | _TRADED | {"MessageType": 25, "SymbolName": "BTCUSD", "Levels": _levels(3)},
    "m": _BTCUSD | _TRADED | {"MessageType": 26, "SymbolName": "BTCUSD", "Levels": _levels(5)},
    "O": _book(27, 10),
    "S": _book(28, 20),
    "U": _book(29, 30),
}


def create_example_message(message_type: str = "H", **fields: Any) -> Message:
    """An example of ``message_type`` (its letter, its long name, a ``MSG_*`` constant) with ``fields`` changed.

    >>> create_example_message(MSG_CLIENT_LOGON).encode().hex()[:28]
    '48008f0001005c89010031463641'
    >>> create_example_message("T", BOSide=2).BOSide
    2
    """
    letter = _LETTERS.get(message_type) if isinstance(message_type, str) else None
    if letter is None:
        known = ", ".join(f"{letter} ({name})" for letter, name in MESSAGE_TYPES.items())
        raise LocalProtocolError(f"message_type: {message_type!r} is unknown; known are {known}")
    first = {"Data1": message_type} if len(message_type) == 1 else {}
    return _FIRST_CLASS[letter](**(_EXAMPLES[letter] | first | fields))
