"""What an order carries beyond price and quantity: checked field by field, and put into the market's words.

In: a transaction whose head, quantity and time in force are in order. Out: its terms, or the reason to refuse it.
Never knows: who sent it, books, equity.
Follows sections 4.6, 7.4 and 7.5 of the protocol and docs/order-types.md. Orders without such fields do not come here.
"""

from base.gateway.translate_bo import InstrumentScales, is_sane
from base.limits import ICE_LAYERS
from base.vocabulary.orders import OrderTerms, OrderType, Side
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import ATTRIBUTE_DISPLAY, ATTRIBUTE_HIDDEN, NO_REJECT, MessageType
from base.wire.bo.transaction import Transaction

NO_PRICE_NEEDED = frozenset((OrderType.MARKET, OrderType.STOP_MARKET, OrderType.TRAILING_STOP_MARKET))
STOPS = frozenset(
    (
        OrderType.STOP_MARKET,
        OrderType.STOP_LIMIT,
        OrderType.ONE_CANCELS_OTHER,
        OrderType.ONE_CANCELS_OTHER_ICE,
        OrderType.TRAILING_STOP_MARKET,
        OrderType.TRAILING_STOP_LIMIT,
        OrderType.TAKE_PROFIT_STOP_MARKET,
        OrderType.TAKE_PROFIT_STOP_LIMIT,
    )
)
ICES = frozenset((OrderType.ICE, OrderType.ONE_CANCELS_OTHER_ICE))
TRAILING = frozenset((OrderType.TRAILING_STOP_MARKET, OrderType.TRAILING_STOP_LIMIT))
TAKE_PROFITS = frozenset((OrderType.TAKE_PROFIT_STOP_MARKET, OrderType.TAKE_PROFIT_STOP_LIMIT))
ALWAYS_HIDDEN = frozenset((OrderType.HIDDEN, OrderType.PEG_HIDDEN))
MAY_HIDE = ALWAYS_HIDDEN | ICES | {OrderType.LIMIT, OrderType.PEG, OrderType.ONE_CANCELS_OTHER}
MAY_DISPLAY = frozenset((OrderType.LIMIT, OrderType.PEG, OrderType.ONE_CANCELS_OTHER))


def read_terms(order: Transaction, ticks: int, lots: int, scales: InstrumentScales) -> OrderTerms | Reject:
    """Check the fields of an order in the order of section 7.5 and give its terms, or the Reject of the first fault.

    ``ticks`` is its price, 0 or less when it has none that is on tick; ``lots`` its quantity.
    """
    for check in (_check_prices, _check_display, _check_layers, _check_trail, _check_rest):
        reject = check(order, ticks, lots, scales)
        if reject is not None:
            return reject
    order_type = order.OrderType
    has_layers = order_type in ICES
    displays = _asks_for(order, ATTRIBUTE_DISPLAY)
    return OrderTerms(
        stop_ticks=scales.ticks[order.StopLimitPrice] if order_type in STOPS else 0,
        take_profit_ticks=scales.ticks[order.TakeProfitPrice] if order_type in TAKE_PROFITS else 0,
        second_leg_ticks=scales.ticks[order.SecondLegPrice] if order_type == OrderType.BRACKET else 0,
        display_lots=scales.lots[order.DisplaySize] if displays else 0,
        refresh_lots=scales.lots[order.RefreshSize] if displays else 0,
        hidden=order_type in ALWAYS_HIDDEN or _asks_for(order, ATTRIBUTE_HIDDEN),
        trigger=order.TriggerType if order_type in STOPS else 0,
        layers=order.Layers if has_layers else 0,
        size_increment_lots=scales.lots[order.SizeIncrement] if has_layers else 0,
        price_increment_ticks=int(order.PriceIncrement) if has_layers else 0,
        price_offset_ticks=int(order.PriceOffset) if has_layers else 0,
        distance_ticks=_distance_ticks(order, ticks, scales) if order_type in TRAILING else 0,
    )


def _asks_for(order: Transaction, attribute: int) -> bool:
    return bool(order.Attributes[attribute : attribute + 1] == "Y")


def _check_prices(order: Transaction, ticks: int, lots: int, scales: InstrumentScales) -> Reject | None:
    if order.OrderType == OrderType.BRACKET and order.BOSide != Side.BUY:
        return Reject.SIDE_INVALID
    if ticks <= 0 and (order.OrderType not in NO_PRICE_NEEDED or not is_sane(order.BOPrice)):
        return Reject.PRICE_INVALID
    if order.OrderType in TAKE_PROFITS and scales.ticks[order.TakeProfitPrice] <= 0:
        return Reject.PRICE_INVALID
    if order.OrderType == OrderType.BRACKET and scales.ticks[order.SecondLegPrice] <= 0:
        return Reject.PRICE_INVALID
    if order.OrderType in STOPS and scales.ticks[order.StopLimitPrice] <= 0:
        return Reject.STOP_PRICE_INVALID
    return None


def _check_display(order: Transaction, ticks: int, lots: int, scales: InstrumentScales) -> Reject | None:
    if _asks_for(order, ATTRIBUTE_DISPLAY):
        if scales.lots[order.DisplaySize] <= 0:
            return Reject.DISPLAY_SIZE_INVALID
        if scales.lots[order.RefreshSize] <= 0:
            return Reject.REFRESH_SIZE_INVALID
    return None


def _check_layers(order: Transaction, ticks: int, lots: int, scales: InstrumentScales) -> Reject | None:
    if order.OrderType not in ICES:
        return None
    if not 1 <= order.Layers <= ICE_LAYERS:
        return Reject.LAYERS_INVALID
    size = scales.lots[order.SizeIncrement]
    if size <= 0:
        return Reject.SIZE_INCREMENT_INVALID
    if not _is_count(order.PriceOffset):
        return Reject.PRICE_OFFSET_INVALID
    if not _is_count(order.PriceIncrement) or (order.Layers > 1 and order.PriceIncrement < 1):
        return Reject.PRICE_INCREMENT_INVALID
    if order.Layers * size != lots:
        return Reject.LAYERS_DO_NOT_ADD_UP
    return None


def _check_trail(order: Transaction, ticks: int, lots: int, scales: InstrumentScales) -> Reject | None:
    if order.OrderType in TRAILING and _distance_ticks(order, ticks, scales) < 1:
        return Reject.PRICE_OFFSET_INVALID
    return None


def _check_rest(order: Transaction, ticks: int, lots: int, scales: InstrumentScales) -> Reject | None:
    order_type, attributes = order.OrderType, order.Attributes
    hides, displays = _asks_for(order, ATTRIBUTE_HIDDEN), _asks_for(order, ATTRIBUTE_DISPLAY)
    allowed = (
        attributes.count("Y") == hides + displays
        and (not hides or order_type in MAY_HIDE)
        and (not displays or (order_type in MAY_DISPLAY and not hides))
    )
    # BOOrigPrice of a replace is compared with the order's price, which says 22 to a strange one
    skipped = "BOOrigPrice" if order.MessageType == MessageType.CANCEL_REPLACE else ""
    numbers = all(is_sane(v) for name, v in order.fields().items() if isinstance(v, float) and name != skipped)
    if not (allowed and numbers and 0 <= order.TriggerType <= 3 and order.RejectReason in NO_REJECT):
        return Reject.FIELD_INVALID
    return None


def _is_count(value: float) -> bool:
    return is_sane(value) and value == int(value)


def _distance_ticks(order: Transaction, ticks: int, scales: InstrumentScales) -> int:
    """Give the distance of a trailing stop in ticks; 0 or less when it has none."""
    if order.PriceOffset:
        return scales.ticks[order.PriceOffset]
    return abs(ticks - scales.ticks[order.StopLimitPrice]) if ticks > 0 else 0
