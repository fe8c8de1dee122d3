"""Records of a journal and what they caused, in the words of the trade.

In: records, events, the orders that they concern. Out: texts of one line each. Never knows: files, terminals, how
an event came about. Follows docs/journal.md, "Tools"; codes have the names of the protocol (section 4).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from base.errors import ParseError
from base.gateway.operator_requests import read_request
from base.gateway.ouch_orders import OuchPort
from base.gateway.translate_bo import REJECT_CODES
from base.publish.views import decimal_text
from base.servers.journal_retelling import KnownOrder
from base.vocabulary.events import (
    Event,
    LegEntered,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OrderReplaced,
    Trade,
    TradeBroken,
)
from base.vocabulary.instruments import Instrument
from base.vocabulary.participants import Participant
from base.vocabulary.recorded import Departure, Recorded, RecordedKind
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import ATTRIBUTE_HIDDEN, TIF, MessageType, OrderType, Side, TriggerType
from base.wire.bo.transaction import Transaction
from base.wire.dialect import Direction
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50

TERMS = {
    "StopLimitPrice": "stop", "TakeProfitPrice": "take profit", "SecondLegPrice": "second leg",
    "DisplaySize": "display", "RefreshSize": "refresh", "Layers": "layers", "SizeIncrement": "size increment",
    "PriceIncrement": "price increment", "PriceOffset": "price offset",
}  # fmt: skip
OUCH_DIALECTS = {
    OuchPort.JAPANNEXT: JAPANNEXT, OuchPort.JAPANNEXT_BARE: JAPANNEXT,
    OuchPort.NASDAQ_42: NASDAQ42, OuchPort.NASDAQ_50: NASDAQ50,
}  # fmt: skip
DEPARTURES = {
    Departure.LOGGED_OUT: "left (logged out)",
    Departure.LOST: "left (lost)",
    Departure.HELD: "left (its orders are held)",
}


def number_text(value: float) -> str:
    """A double of the wire as people write it.

    >>> number_text(50100.5), number_text(2.0), number_text(0.00001)
    ('50100.5', '2', '0.00001')
    """
    return decimal_text(Fraction(Decimal(repr(value))))


def record_text(recorded: Recorded, name_of: Callable[[int, str], str]) -> str:
    """What a record says; ``name_of`` gives the name of an instrument from its number and what the client wrote."""
    kind = recorded.kind
    if kind == RecordedKind.REQUEST:
        return request_text(Transaction.parse(recorded.body), name_of)
    if kind == RecordedKind.LEFT:
        return DEPARTURES[Departure(recorded.flags)]
    if kind == RecordedKind.OPERATED:
        return _operator_text(recorded.body)
    if kind == RecordedKind.STARTED:
        return _started_text(recorded.body)
    if kind == RecordedKind.MARK:
        return f"state hash {recorded.body.decode()[:16]}..."
    if kind == RecordedKind.COPIED:
        report = Transaction.parse(recorded.body)
        return f"copied: {MessageType(report.MessageType).name} #{report.OrderID}"
    if kind in (RecordedKind.OUCH_JOINED, RecordedKind.OUCH_LEFT, RecordedKind.OUCH_REQUEST):
        return _ouch_text(recorded)
    if kind == RecordedKind.OUCH_TIME_OVER:
        return f"the time of order {recorded.body.decode()} is over"
    return "joined" if kind == RecordedKind.JOINED else "did not come back in time"


def _ouch_text(recorded: Recorded) -> str:
    dialect = OUCH_DIALECTS[OuchPort(recorded.trading_session)]
    if recorded.kind == RecordedKind.OUCH_JOINED:
        return f"joined by {dialect.name}"
    if recorded.kind == RecordedKind.OUCH_LEFT:
        return DEPARTURES[Departure(recorded.flags)]
    try:
        message = dialect.decode(recorded.body, Direction.TO_HOST)
    except ParseError:
        return f"{dialect.name} malformed"
    names = [str(value) for value in list(message.fields().values())[1:3]]
    return f"{dialect.name} {type(message).__name__} {' '.join(names)}"


def request_text(order: Transaction, name_of: Callable[[int, str], str]) -> str:
    """What a client asked for."""
    symbol = name_of(order.SymbolEnum, order.BOSymbol)
    if order.MessageType == MessageType.ORDER_CANCEL:
        return f"cancel #{order.OrderID} of #{order.OrigOrderID} {symbol}"
    told = [
        OrderType(order.OrderType).name,
        Side(order.BOSide).name.lower(),
        number_text(order.BOOrderQty),
        symbol,
        f"@ {number_text(order.BOPrice)}" if order.OrderType != OrderType.MKT else "",
        f"#{order.OrderID}",
        TIF(order.TIF).name if order.TIF not in (0, TIF.GTC) else "",
        *_terms(order),
    ]
    what = " ".join(word for word in told if word)
    if order.MessageType == MessageType.CANCEL_REPLACE:
        return f"replace #{order.OrigOrderID} by {what}"
    return f"new {what}"


def event_texts(
    events: Iterable[Event],
    orders: Mapping[int, KnownOrder],
    instruments: Mapping[int, Instrument],
    participants: Iterable[Participant],
) -> Iterator[str]:
    """What a record caused, a line for each event; what the public book shows of it is not told."""
    accounts = {who.number: who.account for who in participants}
    for event in events:
        if isinstance(event, OrderAccepted):
            yield f"accepted as number {event.number}"
        elif isinstance(event, OrderRejected):
            code = REJECT_CODES[Reject(event.reason)]
            yield f"rejected {code.value} {code.name}"
        elif isinstance(event, Trade):
            yield _trade_text(event, orders, instruments[event.instrument], accounts)
        elif isinstance(event, OrderReplaced | OrderCancelled | LegEntered):
            order = orders[event.number]
            yield _order_text(event, order, instruments[order.instrument])
        elif isinstance(event, TradeBroken):
            instrument = instruments[event.instrument]
            what = f"{_lots(event.quantity_lots, instrument)} @ {_price(event.price_ticks, instrument)}"
            yield f"trade {event.exec_id} broken: {what}"


def _order_text(event: OrderReplaced | OrderCancelled | LegEntered, order: KnownOrder, instrument: Instrument) -> str:
    if isinstance(event, OrderReplaced):
        leaves, price = _lots(event.leaves_lots, instrument), _price(event.old_price_ticks, instrument)
        return f"replaced number {event.number}, {leaves} open, the price was {price}"
    if isinstance(event, OrderCancelled):
        code = REJECT_CODES[Reject(event.reason)] if event.reason else None
        why = f", {code.value} {code.name}" if code else ""
        return f"cancelled {_lots(event.leaves_lots, instrument)} of number {event.number} #{order.order_id}{why}"
    side = Side(event.side).name.lower()
    return f"second leg of number {event.number}: {side} @ {_price(event.price_ticks, instrument)}"


def _trade_text(
    trade: Trade, orders: Mapping[int, KnownOrder], instrument: Instrument, accounts: Mapping[int, int]
) -> str:
    quantity, price = _lots(trade.quantity_lots, instrument), _price(trade.price_ticks, instrument)
    resting = orders[trade.resting_number]
    text = (
        f"trade {quantity} @ {price} exec {trade.exec_id}: number {trade.incoming_number} with number"
        f" {trade.resting_number} #{resting.order_id} of account {accounts[resting.participant]}"
    )
    fees = (trade.incoming_fee_atoms, trade.resting_fee_atoms)
    if any(fees):
        mine, theirs = (decimal_text(atoms * instrument.quote.atom) for atoms in fees)
        text += f", fees {mine} and {theirs} {instrument.quote.name}"
    return text


def _terms(order: Transaction) -> Iterator[str]:
    for name, word in TERMS.items():
        if value := getattr(order, name):
            yield f"{word} {number_text(value)}"
    if order.TriggerType:
        yield f"trigger {TriggerType(order.TriggerType).name}"
    if order.Attributes[ATTRIBUTE_HIDDEN : ATTRIBUTE_HIDDEN + 1] == "Y":
        yield "hidden"


def _operator_text(body: bytes) -> str:
    request = read_request(json.loads(body))
    whose = f"account {request.account}" if request.account else ""
    where = "--all" if request.everywhere else ""
    trade = f"{request.trade} {request.reason}".rstrip() if request.trade else ""
    return " ".join(filter(None, ("operator", request.word, *request.symbols, where, whose, request.price, trade)))


def _started_text(body: bytes) -> str:
    started = json.loads(body)
    counts = ", ".join(f"{len(started[kind])} {kind}" for kind in ("instruments", "accounts", "participants"))
    return f"started ({started['software']}): {counts}"


def _price(ticks: int, instrument: Instrument) -> str:
    return decimal_text(ticks * instrument.tick)


def _lots(lots: int, instrument: Instrument) -> str:
    return decimal_text(lots * instrument.lot)
