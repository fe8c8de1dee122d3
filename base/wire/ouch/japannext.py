"""Japannext OUCH 1.11 to 2.01, the dialect of The OUCH Project as well.

In: keywords or bytes. Out: typed messages. Never knows: what an order does; the transport, SoupBinTCP or bare TCP.
Follows: Japannext OUCH facts, "Messages". From 1.12 on the four bytes of ``orderbookId`` are a quick code, before
that a number; a message keeps the number, and ``quick_code`` and ``quick_code_id`` turn one into the other.
"""

from typing import Any

from construct import Int32ub, Int64ub

from base.wire.alpha import Alpha, Char
from base.wire.dialect import Dialect, DialectMessage, Direction, Price, layout
from base.wire.ouch.japannext_codes import CancelReason as CancelReasonCode
from base.wire.ouch.japannext_codes import (
    Capacity,
    CashMarginType,
    Display,
    Liquidity,
    OrderClassification,
    OrderState,
    RejectReason,
    Side,
    SystemEventCode,
)

PRICE = Price(4, 10)
IN, OUT = Direction.TO_HOST, Direction.TO_CLIENT

_TIMESTAMP = "timestamp" / Int64ub * "nanoseconds since midnight"
_TOKEN = "orderToken" / Int32ub * "chosen by the client, rising within account and day"
_CLIENT_REFERENCE = "clientReference" / Alpha(10) * "free text, passed on"
_SIDE = "buySellIndicator" / Char(Side) * "buy, sell or short sell"
_QUANTITY = "quantity" / Int32ub * "units, at most 0x7FFFFFFF"
_ORDERBOOK = "orderbookId" / Int32ub * "instrument"
_GROUP = "group" / Alpha(4) * "market of the order book: DAY, NGHT, DAYX, DAYU"
_PRICE = "price" / PRICE * "price x 10, at most 0x7FFFFFFE"
_TIME_IN_FORCE = "timeInForce" / Int32ub * "0 immediate, 99999 day"
_FIRM = "firmId" / Int32ub * "firm"
_DISPLAY = "display" / Char(Display) * "post only or blank"
_CAPACITY = "capacity" / Char(Capacity) * "agency or principal"
_MINIMUM = "minimumQuantity" / Int32ub * "least quantity of a match, with immediate orders"
_CLASSIFICATION = "orderClassification" / Char(OrderClassification) * "kind of trading"
_CASH_MARGIN = "cashMarginType" / Char(CashMarginType) * "cash or margin"
_ORDER_NUMBER = "orderNumber" / Int64ub * "given by the host, kept over replaces"
_ORDER_STATE = "orderState" / Char(OrderState) * "live, or dead at once"
_DECREMENT = "decrementQuantity" / Int32ub * "quantity taken off the order"
_EXECUTION_PRICE = "executionPrice" / PRICE * "price x 10 of the match"
_LIQUIDITY = "liquidityIndicator" / Char(Liquidity) * "added or removed"


def _new_token(name: str) -> Any:
    return name / Int32ub * "token that the order has from now on"


_HEAD = (
    _TOKEN, _CLIENT_REFERENCE, _SIDE, _QUANTITY, _ORDERBOOK, _GROUP, _PRICE, _TIME_IN_FORCE, _FIRM, _DISPLAY, _CAPACITY,
)  # fmt: skip
_ENTER_46 = (*_HEAD, _MINIMUM)
_ACCEPTED_63 = (_TIMESTAMP, *_HEAD, _ORDER_NUMBER, _MINIMUM, _ORDER_STATE)
_MATCH = (
    _TIMESTAMP, _TOKEN, "executedQuantity" / Int32ub * "quantity of this match", _EXECUTION_PRICE, _LIQUIDITY,
    "matchNumber" / Int64ub * "the same on both sides",
)  # fmt: skip


class EnterOrder(DialectMessage, letter="O", direction=IN, size=48):
    """`O`, client to host: a new order."""

    __slots__ = ()
    LAYOUT = layout(*_ENTER_46, _CLASSIFICATION, _CASH_MARGIN)


class ReplaceOrder(DialectMessage, letter="U", direction=IN, size=26):
    """`U`, client to host: other terms for a live order."""

    __slots__ = ()
    LAYOUT = layout(
        "existingOrderToken" / Int32ub * "token of the live order", _new_token("replacementOrderToken"),
        _QUANTITY, _PRICE, _TIME_IN_FORCE, _DISPLAY, _MINIMUM,
    )  # fmt: skip


class CancelOrder(DialectMessage, letter="X", direction=IN, size=9):
    """`X`, client to host: cut an order down, or withdraw it."""

    __slots__ = ()
    LAYOUT = layout(_TOKEN, "quantity" / Int32ub * "new size of the order, 0 cancels all")


class SystemEvent(DialectMessage, letter="S", direction=OUT, size=10):
    """`S`, host to client: the day begins or ends."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, "systemEvent" / Char(SystemEventCode) * "start or end of day")


class OrderAccepted(DialectMessage, letter="A", direction=OUT, size=65):
    """`A`, host to client: the order is in."""

    __slots__ = ()
    LAYOUT = layout(*_ACCEPTED_63, _CLASSIFICATION, _CASH_MARGIN)


class OrderReplaced(DialectMessage, letter="U", direction=OUT, size=52):
    """`U`, host to client: the order has other terms and another token."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _new_token("replacementOrderToken"), _SIDE, _QUANTITY, _ORDERBOOK, _GROUP, _PRICE, _TIME_IN_FORCE,
        _DISPLAY, _ORDER_NUMBER, _MINIMUM, _ORDER_STATE, "previousOrderToken" / Int32ub * "token that it had before",
    )  # fmt: skip


class OrderCanceled(DialectMessage, letter="C", direction=OUT, size=18):
    """`C`, host to client: an order, or a part of it, is gone."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _DECREMENT, "reason" / Char(CancelReasonCode) * "why")


class OrderAIQCanceled(DialectMessage, letter="D", direction=OUT, size=27):
    """`D`, host to client: a part of an order is gone that would have matched the firm's own."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _TOKEN, _DECREMENT, "reason" / Char() * "why; the sources do not list it, O is known",
        "quantityPreventedFromTrading" / Int32ub * "quantity that would have traded", _EXECUTION_PRICE, _LIQUIDITY,
    )  # fmt: skip


class OrderExecuted(DialectMessage, letter="E", direction=OUT, size=30):
    """`E`, host to client: a match."""

    __slots__ = ()
    LAYOUT = layout(*_MATCH)


class OrderRejected(DialectMessage, letter="J", direction=OUT, size=14):
    """`J`, host to client: the order is not accepted."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, "reason" / Char(RejectReason) * "why")


class EnterOrder46(DialectMessage, letter="O", direction=IN, size=46):
    """`O` before there were kinds of trading."""

    __slots__ = ()
    LAYOUT = layout(*_ENTER_46)


class EnterOrder47(DialectMessage, letter="O", direction=IN, size=47):
    """`O` before there was cash or margin."""

    __slots__ = ()
    LAYOUT = layout(*_ENTER_46, _CLASSIFICATION)


class OrderAccepted63(DialectMessage, letter="A", direction=OUT, size=63):
    """`A` that answers the order of 46 bytes."""

    __slots__ = ()
    LAYOUT = layout(*_ACCEPTED_63)


class OrderAccepted64(DialectMessage, letter="A", direction=OUT, size=64):
    """`A` that answers the order of 47 bytes."""

    __slots__ = ()
    LAYOUT = layout(*_ACCEPTED_63, _CLASSIFICATION)


class OrderExecutedWithParty(DialectMessage, letter="e", direction=OUT, size=42):
    """`e` of some venues: a match, and with whom."""

    __slots__ = ()
    LAYOUT = layout(*_MATCH, "counterParty" / Alpha(12) * "the other side")


JAPANNEXT = Dialect(
    "japannext-ouch",
    (
        EnterOrder, ReplaceOrder, CancelOrder, SystemEvent, OrderAccepted, OrderReplaced, OrderCanceled,
        OrderAIQCanceled, OrderExecuted, OrderRejected,
    ),
    also_read=(EnterOrder46, EnterOrder47, OrderAccepted63, OrderAccepted64, OrderExecutedWithParty),
)  # fmt: skip


def quick_code(orderbook_id: int) -> str:
    """The code of four characters that lies in the same bytes as a number.

    >>> quick_code(0x31333031), quick_code(3)
    ('1301', '')
    """
    raw = orderbook_id.to_bytes(4, "big").rstrip()
    return raw.decode() if raw.isalnum() else ""


def quick_code_id(code: str) -> int:
    """The number that lies in the same bytes as a code.

    >>> hex(quick_code_id("1301"))
    '0x31333031'
    """
    return int.from_bytes(Alpha(4).write(code, "quick code"), "big")
