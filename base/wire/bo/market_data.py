"""Market data: the subscription, trades, top of book, and books of three to thirty levels.

In: keywords or bytes. Out: typed messages, repeated groups as lists of entries.
Never knows: the book it shows.
Follows: binary protocol, sections 3.10 to 3.14.
"""

from construct import Float64l, Int8ul, Int16ul, Int32ul, Int64sl, Struct

from base.wire.bo.header import (
    ACCOUNT_DOC,
    KEY_DOC,
    SEQUENCE_DOC,
    SESSION_DOC,
    SYMBOL_DOC,
    SYMBOL_NAME_DOC,
    SYMBOL_TYPE_DOC,
    TIME_DOC,
    header,
    padding,
)
from base.wire.layout import Entries, Message, Record, Text


class Subscription(Record):
    """One entry of a subscription; unused when its number is 0 and its name empty."""

    __slots__ = ()
    LAYOUT = Struct(
        "SymbolEnum" / Int16ul * "instrument number; 0 with an empty name: slot unused",
        "Symbol" / Text(16) * SYMBOL_NAME_DOC,
        "SymbolType" / Int16ul * SYMBOL_TYPE_DOC,
        "Layers" / Int16ul * "first layer wanted: 1, 2 or 3",
        "Subscribe" / Text(1) * "S subscribe, U unsubscribe",
    )


class MarketDataSubscribe(Message, letter="s", name="md_subscribe", size=147):
    """`s`, 147 bytes, client to MDS; five entries."""

    __slots__ = ()
    LAYOUT = Struct(
        *header(),
        "MessageType" / Int16ul * "subscribe type: 1 top of book, 2 to 6 three to thirty levels",
        padding(),
        "Account" / Int32ul * ACCOUNT_DOC,
        "Key" / Int32ul * KEY_DOC,
        "TradingSessionID" / Int32ul * SESSION_DOC,
        "SendingTime" / Int64sl * TIME_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
        "Subscribes" / Entries(5, Subscription) * "instruments wanted or no longer wanted",
    )


class MarketDataExecReport(Message, letter="V", name="md_exec_report", size=54):
    """`V`, 54 bytes, MDS to client; one trade."""

    __slots__ = ()
    LAYOUT = Struct(
        *header(),
        "MessageType" / Int16ul * "30 when sent, ignored",
        padding(),
        "SymbolEnum" / Int16ul * SYMBOL_DOC,
        "SymbolType" / Int16ul * SYMBOL_TYPE_DOC,
        "Price" / Float64l * "price of the trade",
        "Volume" / Float64l * "quantity of the trade",
        "SendingTime" / Int64sl * TIME_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
        "Side" / Int16ul * "1 buy, 2 sell",
        "SymbolName" / Text(12) * SYMBOL_NAME_DOC,
    )


_HEAD = (
    padding(),
    "SymbolEnum" / Int16ul * SYMBOL_DOC,
    "SymbolType" / Int16ul * SYMBOL_TYPE_DOC,
)

_DAY = (
    "SymbolName" / Text(12) * SYMBOL_NAME_DOC,
    "LastTradePrice" / Float64l * "price of the last trade",
    "Last24Vol" / Float64l * "quantity traded in 24 hours",
    "High" / Float64l * "highest price in 24 hours",
    "Low" / Float64l * "lowest price in 24 hours",
)


class TopOfBook(Message, letter="t", name="tob_msg", size=100):
    """`t`, 100 bytes, MDS to client."""

    __slots__ = ()
    LAYOUT = Struct(
        *header(),
        "MessageType" / Int16ul * "24 when sent, ignored",
        *_HEAD,
        *_DAY,
        "BuyPrice" / Float64l * "best bid",
        "BuyVolume" / Float64l * "quantity at the best bid",
        "SellPrice" / Float64l * "best ask",
        "SellVolume" / Float64l * "quantity at the best ask",
        "SendingTime" / Int64sl * TIME_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
    )


class Level(Record):
    """One level of a book of three or five: the bid and the ask at the same depth."""

    __slots__ = ()
    LAYOUT = Struct(
        "BuyPrice" / Float64l * "bid",
        "BuyVolume" / Float64l * "quantity of the bid level",
        "NumBuyOrders" / Int16ul * "orders in the bid level",
        "SellPrice" / Float64l * "ask",
        "SellVolume" / Float64l * "quantity of the ask level",
        "NumSellOrders" / Int16ul * "orders in the ask level",
    )


def _levels(count: int, message_type: int) -> Struct:
    return Struct(
        *header(),
        "MessageType" / Int16ul * f"{message_type} when sent, ignored",
        *_HEAD,
        *_DAY,
        "Levels" / Entries(count, Level) * "best level first",
    )


class ThreeLevelData(Message, letter="M", name="three_level_data", size=164):
    """`M`, 164 bytes, MDS to client."""

    __slots__ = ()
    LAYOUT = _levels(3, 25)


class FiveLevelData(Message, letter="m", name="five_level_data", size=236):
    """`m`, 236 bytes, MDS to client."""

    __slots__ = ()
    LAYOUT = _levels(5, 26)


class PriceLevel(Record):
    """One level of a book of ten to thirty: one side only."""

    __slots__ = ()
    LAYOUT = Struct(
        "Price" / Float64l * "price of the level; 0: slot unused",
        "Volume" / Float64l * "quantity of the level",
        "Side" / Int8ul * "66 'B' bid, 65 'A' ask",
    )


def _prices(levels: int, message_type: int) -> Struct:
    return Struct(
        *header(),
        "MessageType" / Int16ul * f"{message_type} when sent, ignored",
        *_HEAD,
        "SendingTime" / Int64sl * TIME_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
        "StartLayer" / Int16ul * "1 from the top, 2 from layer 10, 3 from layer 20",
        "Symbol" / Text(12) * SYMBOL_NAME_DOC,
        "Prices" / Entries(2 * levels, PriceLevel) * "bids best first, then asks best first",
    )


class TenLevelData(Message, letter="O", name="ten_level_data", size=378):
    """`O`, 378 bytes, MDS to client; twenty entries."""

    __slots__ = ()
    LAYOUT = _prices(10, 27)


class TwentyLevelData(Message, letter="S", name="twenty_level_data", size=718):
    """`S`, 718 bytes, MDS to client; forty entries."""

    __slots__ = ()
    LAYOUT = _prices(20, 28)


class ThirtyLevelData(Message, letter="U", name="thirty_level_data", size=1058):
    """`U`, 1058 bytes, MDS to client; sixty entries."""

    __slots__ = ()
    LAYOUT = _prices(30, 29)
