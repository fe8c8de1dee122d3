"""Which situations a stream of commands has to reach, by order type.

In: the order types that are traded. Out: the names under which the reference counts.
Never knows: how they come about.
"""

from collections.abc import Collection

from base.vocabulary.orders import OrderType
from tests.reference.entries import PAIRS, PEGS, SETS, SNIPERS, STOPS, TAKE_PROFITS, TRAILING, TWO_LEGGED

RESTS = ("resting", "resting and partly filled")
FREE = ("waiting", "set free", "set free and partly filled")
STATES: dict[int, tuple[str, ...]] = {
    OrderType.MARKET: (),
    OrderType.STOP_MARKET: ("waiting",),
    OrderType.STOP_LIMIT: FREE,
    OrderType.BRACKET: (*RESTS, "in its second leg"),
    OrderType.SNIPER_MARKET: ("waiting",),
    OrderType.SNIPER_LIMIT: ("waiting", "waiting again"),
    OrderType.TRAILING_STOP_MARKET: ("waiting",),
    OrderType.TRAILING_STOP_LIMIT: FREE,
    OrderType.TAKE_PROFIT_STOP_MARKET: (*RESTS, "in its second leg with a stop", "in its second leg"),
    OrderType.TAKE_PROFIT_STOP_LIMIT: (
        *RESTS, "in its second leg with a stop", "in its second leg", "in its second leg set free",
    ),
}  # fmt: skip
"""The states in which an order of each type is replaced and cancelled; the others only rest."""


def situations(types: Collection[int]) -> set[str]:
    """Everything that must have been seen when these types are traded."""
    wanted = set()
    for order_type in map(OrderType, types):
        states = STATES.get(order_type, RESTS)
        happens = [f"{what}: {{}} {state}" for what in ("replace", "cancel") for state in states]
        if order_type in STOPS or order_type in SNIPERS or order_type in PAIRS or order_type in TWO_LEGGED:
            happens.append("acted: {}")
        if order_type in STOPS or order_type in PAIRS or order_type in TWO_LEGGED:
            happens.append("not covered: {}")
        if order_type in TRAILING:
            happens.append("trailed: {}")
        if order_type in PEGS or order_type in SETS:
            happens.append("moved: {}")
        if order_type in PAIRS or order_type in TAKE_PROFITS:
            happens += ["limit leg gone: {}", "stop leg gone: {}"]
        if order_type in TWO_LEGGED:
            happens.append("second leg completed: {}")
        wanted |= {one.format(order_type.name) for one in happens}
    if OrderType.SNIPER_LIMIT in types:
        wanted.add("struck twice")
    if OrderType.STOP_MARKET in types:
        wanted.add("cascade of three")
    if OrderType.HIDDEN in types:
        wanted |= {"slice refreshed", "reduce-only refused"}
    return wanted
