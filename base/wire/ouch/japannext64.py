"""Japannext OUCH with quantities of eight bytes, a family of its own beside the usual one.

In: keywords or bytes. Out: typed messages. Never knows: what an order does; which venue speaks it: ours does not.
Follows: Japannext OUCH facts, "Older or other variants": the same fields in the same order, each quantity twice as
long, no cash or margin. Prices are those of shares; of the signed prices of bonds the facts give no layout.
"""

from construct import Int32ub, Int64ub

from base.wire.alpha import Alpha, Char
from base.wire.dialect import Dialect, DialectMessage, layout
from base.wire.ouch import japannext
from base.wire.ouch.japannext import IN, OUT, OrderRejected, SystemEvent

_OF = {sub.name: sub for cls in (*japannext.JAPANNEXT.messages, *japannext.JAPANNEXT.also_read)
       for sub in cls.LAYOUT.subcons}  # fmt: skip
_QUANTITY = "quantity" / Int64ub * "units"
_MINIMUM = "minimumQuantity" / Int64ub * "least quantity of a match, with immediate orders"
_DECREMENT = "decrementQuantity" / Int64ub * "quantity taken off the order"
_EXECUTED = "executedQuantity" / Int64ub * "quantity of this match"
_TIMESTAMP, _TOKEN, _SIDE = _OF["timestamp"], _OF["orderToken"], _OF["buySellIndicator"]
_HEAD = (_TOKEN, _OF["clientReference"], _SIDE, _QUANTITY, _OF["orderbookId"], _OF["group"], _OF["price"],
         _OF["timeInForce"], _OF["firmId"], _OF["display"], _OF["capacity"])  # fmt: skip
_CLASSIFICATION, _NUMBER, _STATE = _OF["orderClassification"], _OF["orderNumber"], _OF["orderState"]
_CANCEL_REASON = japannext.OrderCanceled.LAYOUT.subcons[-1]
_MATCH = (_TIMESTAMP, _TOKEN, _EXECUTED, _OF["executionPrice"], _OF["liquidityIndicator"], _OF["matchNumber"])


class EnterOrder(DialectMessage, letter="O", direction=IN, size=55):
    """`O`, client to host: a new order."""

    __slots__ = ()
    LAYOUT = layout(*_HEAD, _MINIMUM, _CLASSIFICATION)


class EnterOrder54(DialectMessage, letter="O", direction=IN, size=54):
    """`O` before there were kinds of trading."""

    __slots__ = ()
    LAYOUT = layout(*_HEAD, _MINIMUM)


class ReplaceOrder(DialectMessage, letter="U", direction=IN, size=34):
    """`U`, client to host: other terms for a live order."""

    __slots__ = ()
    LAYOUT = layout(
        "existingOrderToken" / Int32ub * "token of the live order", _OF["replacementOrderToken"], _QUANTITY,
        _OF["price"], _OF["timeInForce"], _OF["display"], _MINIMUM,
    )  # fmt: skip


class CancelOrder(DialectMessage, letter="X", direction=IN, size=13):
    """`X`, client to host: cut an order down, or withdraw it."""

    __slots__ = ()
    LAYOUT = layout(_TOKEN, "quantity" / Int64ub * "new size of the order, 0 cancels all")


class OrderAccepted(DialectMessage, letter="A", direction=OUT, size=72):
    """`A`, host to client: the order is in."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, *_HEAD, _NUMBER, _MINIMUM, _STATE, _CLASSIFICATION)


class OrderAccepted71(DialectMessage, letter="A", direction=OUT, size=71):
    """`A` that answers the order of 54 bytes."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, *_HEAD, _NUMBER, _MINIMUM, _STATE)


class OrderReplaced(DialectMessage, letter="U", direction=OUT, size=60):
    """`U`, host to client: the order has other terms and another token."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _OF["replacementOrderToken"], _SIDE, _QUANTITY, _OF["orderbookId"], _OF["group"], _OF["price"],
        _OF["timeInForce"], _OF["display"], _NUMBER, _MINIMUM, _STATE, _OF["previousOrderToken"],
    )  # fmt: skip


class OrderCanceled(DialectMessage, letter="C", direction=OUT, size=22):
    """`C`, host to client: an order, or a part of it, is gone."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _DECREMENT, _CANCEL_REASON)


class OrderAIQCanceled(DialectMessage, letter="D", direction=OUT, size=35):
    """`D`, host to client: a part of an order is gone that would have matched the firm's own."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _TOKEN, _DECREMENT, "reason" / Char() * "why; the sources do not list it, O is known",
        "quantityPreventedFromTrading" / Int64ub * "quantity that would have traded", _OF["executionPrice"],
        _OF["liquidityIndicator"],
    )  # fmt: skip


class OrderExecuted(DialectMessage, letter="E", direction=OUT, size=34):
    """`E`, host to client: a match."""

    __slots__ = ()
    LAYOUT = layout(*_MATCH)


class OrderExecutedWithParty(DialectMessage, letter="e", direction=OUT, size=46):
    """`e` of some venues: a match, and with whom."""

    __slots__ = ()
    LAYOUT = layout(*_MATCH, "counterParty" / Alpha(12) * "the other side")


JAPANNEXT64 = Dialect(
    "japannext-ouch-64",
    (
        EnterOrder, ReplaceOrder, CancelOrder, SystemEvent, OrderAccepted, OrderReplaced, OrderCanceled,
        OrderAIQCanceled, OrderExecuted, OrderRejected,
    ),
    also_read=(EnterOrder54, OrderAccepted71, OrderExecutedWithParty),
)  # fmt: skip
