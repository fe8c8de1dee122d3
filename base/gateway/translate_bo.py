"""Between the binary protocol's doubles and codes and the market's whole numbers.

In: fields of wire messages, or the market's integers. Out: the other. Never knows: sessions,
sockets, clocks, where an order goes.
Follows decision 3: NaN, infinities, negative, off-tick and oversized values are refused here, so
no float passes. A double is on tick when it equals ``float(n * tick)`` for the nearest n.
"""

from collections.abc import Callable
from fractions import Fraction

from base import limits
from base.vocabulary.instruments import LARGEST_EXACT_INTEGER, Instrument
from base.vocabulary.orders import OrderType
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import NO_REJECT, RejectReason, TriggerType
from base.wire.bo.transaction import Transaction, Transaction238
from base.wire.layout import projection, runs, writer

REJECT_CODES: dict[Reject, RejectReason] = {
    Reject.MESSAGE_TYPE_INVALID: RejectReason.MSG_TYPE_INVALID,
    Reject.ORDER_TYPE_INVALID: RejectReason.ORD_TYPE_INVALID,
    Reject.KEY_INVALID: RejectReason.KEY_INVALID,
    Reject.TRADING_SESSION_INVALID: RejectReason.TRADING_SESSION_INVALID,
    Reject.INSTRUMENT_UNKNOWN: RejectReason.SYMBOL_ENUM_INVALID,
    Reject.ACCOUNT_INVALID: RejectReason.ACCOUNT_INVALID,
    Reject.ORDER_ID_INVALID: RejectReason.ORDERID_INVALID,
    Reject.SIDE_INVALID: RejectReason.ORDER_SIDE_INVALID,
    Reject.SENDING_TIME_INVALID: RejectReason.SENDING_TIME_INVALID,
    Reject.QUANTITY_INVALID: RejectReason.SIZE_INVALID,
    Reject.PRICE_INVALID: RejectReason.PRICE_INVALID,
    Reject.STOP_PRICE_INVALID: RejectReason.STOP_PRICE_INVALID,
    Reject.DISPLAY_SIZE_INVALID: RejectReason.DISPLAY_SIZE_INVALID,
    Reject.REFRESH_SIZE_INVALID: RejectReason.REFRESH_SIZE_INVALID,
    Reject.LAYERS_INVALID: RejectReason.EXCEEDED_MAX_LAYERS,
    Reject.SIZE_INCREMENT_INVALID: RejectReason.SIZE_INCREMENT_INVALID,
    Reject.PRICE_OFFSET_INVALID: RejectReason.PRICE_OFFSET_INVALID,
    Reject.PRICE_INCREMENT_INVALID: RejectReason.PRICE_INCREMENT_INVALID,
    Reject.LAYERS_DO_NOT_ADD_UP: RejectReason.ICE_SIZEINCREMENT_TIMES_LAYERS_NOT_EQUAL_ORDQTY,
    Reject.TOO_MANY_REQUESTS: RejectReason.OUTSTANDING_OPEN_REQUESTS_EXCEEDED,
    Reject.NO_ROOM: RejectReason.MES_NOT_AVAILABLE_TRADING_DISABLED,
    Reject.ORIGINAL_ORDER_ID_INVALID: RejectReason.ORIG_ORDER_ID_INVALID,
    Reject.FIELD_INVALID: RejectReason.INVALID_FIELD_VALUE,
    Reject.NOT_ENOUGH_EQUITY: RejectReason.NOT_ENOUGH_EQUITY_TO_COMPLETE,
    Reject.ACCOUNT_DISABLED: RejectReason.ACCOUNT_DISABLED,
    Reject.MARGIN_EXCEEDED: RejectReason.INSTRUMET_WOULD_CAUSE_MARGIN_TO_BE_EXCEEDED,
    Reject.ORDER_TOO_LARGE: RejectReason.SIZE_INVALID,
    Reject.ORDER_VALUE_TOO_LARGE: RejectReason.SIZE_INVALID,
    Reject.PRICE_OUT_OF_BAND: RejectReason.PERCENTAGE_MOVE_EXCEEDED_COOLING_OFF_PERIOD_IN_FORCE,
    Reject.ORDER_UNKNOWN: RejectReason.ORDER_NOT_FOUND,
    Reject.ORIGINAL_ORDER_UNKNOWN: RejectReason.ORIG_ORDER_NOT_FOUND,
    Reject.ORIGINAL_PRICE_DIFFERS: RejectReason.ORIG_PRICE_INVALID,
    Reject.ORDER_ID_REPEATED: RejectReason.DUPLICATE_ORDER_ID,
    Reject.WOULD_TAKE: RejectReason.MATCHING_ENGINE_REJECTED,
    Reject.WOULD_NOT_REDUCE: RejectReason.MATCHING_ENGINE_REJECTED,
    Reject.SELF_TRADE: RejectReason.MATCHING_ENGINE_REJECTED,
    Reject.MARKET_STATE: RejectReason.MATCHING_ENGINE_REJECTED,
    Reject.TRADE_UNKNOWN: RejectReason.ORDER_NOT_FOUND,
    Reject.TRADE_BROKEN: RejectReason.MATCHING_ENGINE_REJECTED,
    Reject.TRADE_NOT_COVERED: RejectReason.NOT_ENOUGH_EQUITY_TO_COMPLETE,
    Reject.REPLACE_CHANGES_FIXED_FIELD: RejectReason.INVALID_FIELD_VALUE,
    Reject.REPLACE_BELOW_EXECUTED: RejectReason.SIZE_INVALID,
    Reject.TOO_MANY_OPEN_ORDERS: RejectReason.EXCEEDS_OPEN_ORDER_REQUESTS,
}
"""What the binary protocol calls each refusal (section 4.7)."""

read_order = projection(
    Transaction,
    "MessageType", "Account", "OrderID", "SymbolEnum", "OrderType", "BOPrice", "BOSide", "BOOrderQty", "TIF",
    "OrigOrderID", "SendingTime", "TradingSessionID", "Key", "BOOrigPrice",
).unpack  # fmt: skip
"""The fields of a transaction that every order needs, in this order."""

PIECES = (
    ("Padding", "Account"),
    ("StopLimitPrice", "BOSymbol"),
    ("BOCancelShares", "ExecID", "ExecShares", "RemainingQuantity", "ExecFee", "ExpirationDate", "TraderID",
     "RejectReason"),
    ("TradingSessionID", "Key", "DisplaySize", "RefreshSize", "Layers", "SizeIncrement", "PriceIncrement",
     "PriceOffset"),
    ("ExecPrice",),
    ("TakeProfitPrice", "TriggerType", "SecondLegPrice", "RouteEnum", "ModifyType", "Attributes"),
)  # fmt: skip
"""The quiet fields, who sends, and what lies between them, so that they are few pieces."""

read_order_and_pieces = projection(
    Transaction,
    "MessageType", PIECES[0], "OrderID", "SymbolEnum", "OrderType", "BOPrice", "BOSide", "BOOrderQty", "TIF",
    PIECES[1], "OrigOrderID", PIECES[2], "SendingTime", PIECES[3], "BOOrigPrice", PIECES[4], PIECES[5],
).unpack  # fmt: skip
"""These fields but those of the pieces, and the pieces among them, in one go."""

read_pieces = projection(Transaction, *PIECES).unpack

QUIET_FIELDS = (
    "StopLimitPrice", "BOSymbol", "BOCancelShares", "ExecID", "ExecShares", "RemainingQuantity", "ExecFee",
    "ExpirationDate", "TraderID", "RejectReason", "DisplaySize", "RefreshSize", "SizeIncrement", "PriceIncrement",
    "PriceOffset", "ExecPrice", "TakeProfitPrice", "TriggerType", "SecondLegPrice", "Attributes",
)  # fmt: skip
"""The fields off the order path: a client rarely changes them between two orders."""

SANE_CODES = {"RejectReason": NO_REJECT, "TriggerType": frozenset(map(int, TriggerType))}
"""A request rejects nothing; limit and market orders have no use for a trigger, and no quarrel with it."""

RESULTS = (
    "BOCancelShares", "ExecID", "ExecShares", "RemainingQuantity", "ExecFee", "RejectReason", "ExecPrice",
)  # fmt: skip
"""What only a report has something to say about."""

read_message_type = projection(Transaction, "MessageType").unpack
read_quiet_bytes = runs(Transaction, *QUIET_FIELDS).unpack
_read_attributes = projection(Transaction, "Attributes").unpack
_read_quiet_fields = projection(Transaction, *QUIET_FIELDS).unpack
_read_results = projection(Transaction, *RESULTS).unpack
_write_results = writer(Transaction, *RESULTS)
write_reject = writer(Transaction, "MessageType", "RejectReason")
write_reject_238 = writer(Transaction238, "MessageType", "RejectReason")
write_withdrawn = writer(
    Transaction, "MessageType", "OrigOrderID", "BOCancelShares", "RemainingQuantity", "RejectReason"
)
write_leg = writer(Transaction, "BOPrice", "BOSide")
_read_side = projection(Transaction, "BOSide").unpack
_read_leg_prices = projection(Transaction, "OrderType", "TakeProfitPrice", "SecondLegPrice").unpack
write_cancelled = writer(Transaction, "MessageType", "BOCancelShares")
write_replaced = writer(Transaction, "MessageType", "RemainingQuantity", "BOOrigPrice")
write_state = writer(Transaction, "MessageType", "ExecShares", "RemainingQuantity")
write_number = writer(Transaction, "MsgSeqNum")
write_asker = writer(Transaction, "TradingSessionID", "Key", "MsgSeqNum")
read_asker = projection(Transaction, "TradingSessionID", "Key", "MsgSeqNum").unpack
write_fill = writer(
    Transaction,
    "MessageType", "BOOrderQty", "ExecID", "ExecShares", "RemainingQuantity", "ExecFee", "ExecPrice", "TriggerType",
)  # fmt: skip


MESSAGE_TYPE_AT = next(one.offset for one in Transaction.FIELDS if one.name == "MessageType")
"""Where a MessageType below 256 can be changed as a single byte."""

_HEADER = 4
KEY, BEHIND_KEY = next((one.offset, one.offset + one.size) for one in Transaction.FIELDS if one.name == "Key")
"""Where the session's Key begins, and what is behind it."""
_LONG_HEADER, _SHORT_HEADER = Transaction().encode()[:_HEADER], Transaction238().encode()[:_HEADER]
_SHARED = next(field.offset for field in Transaction.FIELDS if field.name == "SecondLegPrice")
_EXTRA = Transaction.SIZE - Transaction238.SIZE
"""The newer layout has so many bytes more, in one place, behind the shared ones."""
assert _SHARED == next(field.offset for field in Transaction238.FIELDS if field.name == "Attributes")
assert _SHARED + _EXTRA == next(field.offset for field in Transaction.FIELDS if field.name == "Attributes")


class Steps(dict[float, int]):
    """The whole number of steps (ticks or lots) that a double is; -1 for a double that is none.

    Zero is 0 steps. NaN, infinities, negative values, values off the step and values of 2^53 steps
    and more are -1. A dictionary that fills itself, because prices and sizes repeat and a look-up
    costs a quarter of a conversion.

    >>> cents = Steps(Fraction(1, 100))
    >>> cents[50100.25], cents[0.015]
    (5010025, -1)
    """

    __slots__ = ("_denominator", "_largest", "_numerator")

    def __init__(self, step: Fraction) -> None:
        super().__init__()
        self._numerator = step.numerator
        self._denominator = step.denominator
        self._largest = float(LARGEST_EXACT_INTEGER * step)

    def __missing__(self, value: float) -> int:
        if not 0.0 <= value < self._largest:
            return -1
        steps = round(value * self._denominator / self._numerator)
        if steps * self._numerator / self._denominator != value or steps >= LARGEST_EXACT_INTEGER:
            return -1
        if len(self) >= limits.REMEMBERED_CONVERSIONS:
            self.clear()
        self[value] = steps
        return steps


class Doubles(dict[int, float]):
    """The double that carries a number of steps, exactly ``float(steps * step)``; fills itself like ``Steps``.

    >>> Doubles(Fraction(1, 100))[5010025]
    50100.25
    """

    __slots__ = ("_denominator", "_numerator")

    def __init__(self, step: Fraction) -> None:
        super().__init__()
        self._numerator = step.numerator
        self._denominator = step.denominator

    def __missing__(self, steps: int) -> float:
        if len(self) >= limits.REMEMBERED_CONVERSIONS:
            self.clear()
        value = self[steps] = steps * self._numerator / self._denominator
        return value


class InstrumentScales:
    """Ticks and lots of one instrument and the doubles that carry them, with the bounds of its quantities in lots.

    ``cash`` gives the double that carries atoms of the quote currency.
    """

    __slots__ = ("cash", "lots", "max_lots", "min_lots", "price", "quantity", "ticks")

    def __init__(self, instrument: Instrument) -> None:
        self.ticks = Steps(instrument.tick)
        self.lots = Steps(instrument.lot)
        self.price = Doubles(instrument.tick)
        self.quantity = Doubles(instrument.lot)
        self.cash = Doubles(instrument.quote.atom)
        self.min_lots = instrument.min_lots
        self.max_lots = instrument.max_lots


def is_sane(value: float) -> bool:
    """Say whether a double that nobody computes with is at least a number the wire may carry."""
    return 0.0 <= value <= LARGEST_EXACT_INTEGER


def quiet_fields_are_sane(frame: bytes) -> bool:
    """Say whether the quiet fields of a transaction are such as may be echoed.

    Numbers must be finite, not negative and at most 2^53; texts must be text. A RejectReason must be
    one that says "none", because a reply is a copy of the request.
    """
    for name, value in zip(QUIET_FIELDS, _read_quiet_fields(frame), strict=True):
        if isinstance(value, float):
            sane = is_sane(value)
        elif isinstance(value, bytes):
            sane = _is_text(value)
        else:
            sane = value in SANE_CODES.get(name, (value,))
        if not sane:
            return False
    return True


def has_results(frame: bytes) -> bool:
    """Say whether a request carries what only a report can know."""
    return any(_read_results(frame))


def without_key(frame: bytes) -> bytes:
    """Give a transaction without the session's Key, which is nobody's business once the session is over."""
    return frame[:KEY] + bytes(BEHIND_KEY - KEY) + frame[BEHIND_KEY:]


def without_results(frame: bytes) -> bytes:
    """Give a request without what only a report can know, because reports are copies of it."""
    clean = bytearray(frame)
    _write_results(clean, *(0 for _ in RESULTS))
    return bytes(clean)


def in_second_leg(request: bytes, shown: bytes) -> bytes:
    """Give a replace of an order's second leg as its reports show it: the side shown so far, the leg's new price.

    The request itself carries the side that the order was entered with.
    """
    order_type, take_profit, second_leg = _read_leg_prices(request)
    frame = bytearray(request)
    write_leg(frame, second_leg if order_type == OrderType.BRACKET else take_profit, *_read_side(shown))
    return bytes(frame)


def asks_for_attributes(frame: bytes) -> bool:
    """Say whether any attribute of a transaction is set."""
    return b"Y" in _read_attributes(frame)[0]


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def lengthen(frame: bytes) -> bytes:
    """Rewrite a 238-byte transaction of the older layout as the 250-byte one, its text as it is."""
    return _LONG_HEADER + frame[_HEADER:_SHARED] + bytes(_EXTRA) + frame[_SHARED:]


def shorten(frame: bytes | bytearray) -> bytes:
    """Rewrite a 250-byte transaction as the older 238-byte one, for a client that speaks it.

    Bytes are moved, not read, so that nothing a client once sent can fail here, in somebody else's turn.
    """
    return _SHORT_HEADER + bytes(frame[_HEADER:_SHARED]) + bytes(frame[_SHARED + _EXTRA :])


def shortening(send: Callable[[bytes | bytearray], object]) -> Callable[[bytes | bytearray], object]:
    """Wrap a client's ``send`` so that every transaction leaves in the older layout."""

    def send_short(frame: bytes | bytearray) -> None:
        send(shorten(frame) if len(frame) == Transaction.SIZE else frame)

    return send_short
