"""What a client says in each dialect to see every answer once, and the names under which it finds them.

In: the name of a dialect. Out: messages as names and fields. Never knows: who sends them, to whom.
The last order trades only if somebody offers 60 at 2,300.
"""

from typing import Any, TypeAlias

from base.gateway.ouch_orders import OuchPort
from base.wire.dialect import DialectMessage
from tests.kit.ouch_floor import jp, jp_replace, n42, n42_replace, n50, n50_replace

Step: TypeAlias = tuple[str, dict[str, Any], int]
"""A message by name ("" for none), its fields, and how many answers come."""

PORTS = {"japannext": OuchPort.JAPANNEXT, "nasdaq42": OuchPort.NASDAQ_42, "nasdaq50": OuchPort.NASDAQ_50}
NUMBERS = {"japannext": (1, 2, 3), "nasdaq42": ("A1", "A2", "A3"), "nasdaq50": (1, 2, 3)}
NEW = {"japannext": "orderToken", "nasdaq42": "orderToken", "nasdaq50": "userRefNum"}
NEXT = {"japannext": "replacementOrderToken", "nasdaq42": "replacementOrderToken", "nasdaq50": "userRefNum"}
AMOUNT = {"japannext": "quantity", "nasdaq42": "shares", "nasdaq50": "quantity"}
EXECUTED = {"japannext": "executedQuantity", "nasdaq42": "executedShares", "nasdaq50": "quantity"}
AT = {"japannext": "executionPrice", "nasdaq42": "executionPrice", "nasdaq50": "price"}
ENTER: dict[str, Any] = {"japannext": jp, "nasdaq42": n42, "nasdaq50": n50}
REPLACE: dict[str, Any] = {"japannext": jp_replace, "nasdaq42": n42_replace, "nasdaq50": n50_replace}
ANSWERS = {
    "japannext": ["OrderAccepted", "OrderReplaced", "OrderCanceled", "OrderAccepted", "OrderExecuted"],
    "nasdaq42": ["Accepted", "Replaced", "Canceled", "Accepted", "Executed"],
    "nasdaq50": ["OrderAccepted", "OrderReplaced", "OrderCanceled", "OrderAccepted", "OrderExecuted"],
}


def price(name: str, dollars: int) -> int:
    """A price as the dialect writes it."""
    return dollars * (10 if name == "japannext" else 10_000)


def whole_life(name: str) -> list[Step]:
    """The greeting; enter, replace, cancel; an order that is executed."""
    first, second, third = NUMBERS[name]
    return [
        ("", {}, 1),
        ("EnterOrder", _fields(ENTER[name](first, "B", 100, price(name, 2_200))), 1),
        ("ReplaceOrder", _fields(REPLACE[name](first, second, 80, price(name, 2_201))), 1),
        ("CancelOrder", {NEW[name]: second, AMOUNT[name]: 0}, 1),
        ("EnterOrder", _fields(ENTER[name](third, "B", 60, price(name, 2_300))), 2),
    ]


def _fields(message: DialectMessage) -> dict[str, Any]:
    return {name: value for name, value in message.fields().items() if name != "messageType"}
