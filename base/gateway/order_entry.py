"""The order-entry desk: transactions of logged-on clients in, commands to the market out.

In: frames of type ``T`` and who sent them. Out: calls of the market; ``reports`` writes the replies.
Never knows: sockets, clocks, matching, how a client logged on.
Follows section 7.5 (order of checks) of the protocol. On this path the rooms hand each other
integers by position.
"""

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

from base.errors import ParseError
from base.gateway.clients import Client
from base.gateway.drop_copy import Copying, DropCopies
from base.gateway.order_terms import read_terms
from base.gateway.rates import EXPELLED, REFUSED, TAKEN, MessageRates
from base.gateway.reports import NEW, Entry, LeggedEntry, Reports
from base.gateway.translate_bo import (
    BEHIND_KEY,
    KEY,
    InstrumentScales,
    asks_for_attributes,
    has_results,
    is_sane,
    lengthen,
    quiet_fields_are_sane,
    read_message_type,
    read_order,
    read_pieces,
    read_quiet_bytes,
    shortening,
    without_results,
)
from base.vocabulary.events import Event
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import TIMES_IN_FORCE, OpenOrder, OrderTerms, OrderType
from base.vocabulary.recorded import RecordedKind, RecordedRun, Row
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import MessageType
from base.wire.bo.transaction import Transaction

REPLACE, STATUS, CANCEL = (
    int(t) for t in (MessageType.CANCEL_REPLACE, MessageType.ORDER_STATUS, MessageType.ORDER_CANCEL)
)
REQUESTS = frozenset((NEW, REPLACE, STATUS, CANCEL))
"""The MessageTypes that a client may send."""
MARKET = int(OrderType.MARKET)
REQUEST = int(RecordedKind.REQUEST)
PLAIN = (int(OrderType.LIMIT), MARKET)
NO_TERMS = OrderTerms()
TWO_LEGGED = frozenset(
    map(int, (OrderType.BRACKET, OrderType.TAKE_PROFIT_STOP_MARKET, OrderType.TAKE_PROFIT_STOP_LIMIT))
)

Pending: TypeAlias = list[Row]
"""What was taken since the last commit; on the order path runs, because a row of its own costs more than an order."""

Order: TypeAlias = tuple[Any, ...]
"""What ``translate_bo.read_order`` reads: integers and doubles by position."""


class Market(Protocol):
    """What the desk wants of the exchange: commands by position, events back."""

    def new_order(
        self, participant: int, order_id: int, instrument: int, side: int, order_type: int, time_in_force: int,
        price_ticks: int, quantity_lots: int, repeat_allowed: bool, now_ns: int, terms: OrderTerms | None = None, /,
    ) -> list[Event]: ...  # fmt: skip

    def replace_order(
        self, participant: int, order_id: int, original_order_id: int, instrument: int, side: int, order_type: int,
        time_in_force: int, price_ticks: int, quantity_lots: int, original_price_ticks: int, repeat_allowed: bool,
        now_ns: int, terms: OrderTerms | None = None, /,
    ) -> list[Event]: ...  # fmt: skip

    def cancel_order(
        self, participant: int, order_id: int, original_order_id: int, instrument: int, side: int,
        original_price_ticks: int, now_ns: int, /,
    ) -> list[Event]: ...  # fmt: skip

    def query_order(self, participant: int, order_id: int, now_ns: int, /) -> list[Event]: ...

    def withdraw_day_orders(self, participant: int, now_ns: int, /) -> list[Event]: ...

    def lose_participant(self, participant: int, now_ns: int, /) -> list[Event]: ...

    def open_orders(self, participant: int, instrument: int, /) -> list[OpenOrder]: ...


class OrderEntry:
    """Checks transactions, asks the market, and has the outcome reported."""

    def __init__(
        self, market: Market, instruments: Iterable[Instrument], pending: Pending, copies: DropCopies | None = None
    ) -> None:
        self._market = market
        self._pending = pending
        self.takes_new = True
        """False while there is no room to keep more orders: then only what ends orders, and questions, are taken."""
        self._run = RecordedRun(REQUEST, 0, 0, False, [], KEY, BEHIND_KEY)
        self._runner: Client | None = None
        """Whose requests the last run has that was begun here."""
        self._scales = {instrument.number: InstrumentScales(instrument) for instrument in instruments}
        self.reports = Reports(self._scales, copies or DropCopies((), (), pending))

    def log_out(self, participant: int, now_ns: int) -> None:
        """Withdraw the DAY orders of a participant that says goodbye, while it can still be told."""
        self.reports.report_unasked(self._market.withdraw_day_orders(participant, now_ns))

    def lose(self, participant: int, now_ns: int) -> None:
        """Withdraw the orders of a participant that is gone without a goodbye, if its account wants that."""
        self.reports.report_unasked(self._market.lose_participant(participant, now_ns))

    def take(self, client: Client, frame: bytes, now_ns: int) -> None:
        """Answer one transaction of a logged-on client."""
        if len(frame) != Transaction.SIZE:
            frame = self._from_238(client, frame)
        if client.rates is not None and not self._is_in_budget(client, client.rates, frame, now_ns):
            return
        if not self.takes_new and read_message_type(frame)[0] in (NEW, REPLACE):
            self.reports.refuse(client, frame, Reject.NO_ROOM)
            return
        reject = self._judge(client, frame, now_ns)
        if reject:
            self.reports.refuse(client, frame, reject)

    def _is_in_budget(self, client: Client, rates: MessageRates, frame: bytes, now_ns: int) -> bool:
        """Count a message of a client that has a budget; one beyond it is refused before anything is looked at."""
        verdict = rates.spend(read_message_type(frame)[0], now_ns)
        if verdict == REFUSED:
            self.reports.refuse(client, frame, Reject.TOO_MANY_REQUESTS)
        elif verdict == EXPELLED:
            client.expelled, client.expelled_reason = rates.excess, Reject.TOO_MANY_REQUESTS
        return verdict == TAKEN

    def repeat(self, shadow: Client, frame: bytes, now_ns: int) -> None:
        """Carry out once more what was recorded; ``shadow`` stands for the client, who is not told."""
        reject = self._judge(shadow, frame, now_ns)
        assert not reject, "a recorded request did not reach the market again"

    def _from_238(self, client: Client, frame: bytes) -> bytes:
        """Take a transaction of the older layout; from then on the client is answered in it."""
        if not client.speaks_238:
            client.speaks_238 = True
            client.send = shortening(client.send)
            if isinstance(client.report, Copying):
                client.report.send = client.send
            else:
                client.report = client.send
        return lengthen(frame)

    def _judge(self, client: Client, frame: bytes, now_ns: int) -> int:
        """Check a transaction in the order of section 7.5 and carry it out; give a Reject, or 0 when it was taken.

        One function for the whole way of a new order: each call on it costs a fiftieth of an order.
        """
        order = read_order(frame)
        (
            message_type, account, order_id, instrument, order_type, price, side, quantity, time_in_force, _,
            sending_time, trading_session, key, original_price,
        ) = order  # fmt: skip
        if message_type not in REQUESTS:
            return Reject.MESSAGE_TYPE_INVALID
        times_in_force = TIMES_IN_FORCE.get(order_type)
        if times_in_force is None and message_type != STATUS:
            return Reject.ORDER_TYPE_INVALID
        if not client.lenient:
            if key != client.key:
                client.strike()
                return Reject.KEY_INVALID
            if trading_session != client.trading_session:
                return Reject.TRADING_SESSION_INVALID
        scales = self._scales.get(instrument)
        if scales is None and message_type != STATUS:
            return Reject.INSTRUMENT_UNKNOWN
        if account != client.account:
            client.strike()
            return Reject.ACCOUNT_INVALID
        if scales is None or times_in_force is None or message_type == STATUS:
            return self._query(client, frame, order, now_ns)
        if not order_id:
            return Reject.ORDER_ID_INVALID
        if not 1 <= side <= 3:
            return Reject.SIDE_INVALID
        if not sending_time:
            return Reject.SENDING_TIME_INVALID
        if message_type == CANCEL:
            return self._cancel(client, frame, order, scales, now_ns)
        lots = scales.lots[quantity]
        if not scales.min_lots <= lots <= scales.max_lots:
            return Reject.QUANTITY_INVALID
        ticks = scales.ticks[price]
        if order_type > MARKET or (read_quiet_bytes(frame) != client.quiet_bytes and not self._is_plain(client, frame)):
            return self._enter_with_terms(client, frame, order, ticks, lots, now_ns)
        if ticks <= 0 and (order_type != MARKET or not is_sane(price)):
            return Reject.PRICE_INVALID
        if order_type == MARKET:
            ticks = 0
        if time_in_force not in times_in_force:
            return Reject.FIELD_INVALID
        if message_type == REPLACE:
            return self._replace(client, frame, order, ticks, lots, None, now_ns)
        if original_price and not is_sane(original_price):
            return Reject.FIELD_INVALID
        participant = client.participant
        self._record(client, frame)
        events = self._market.new_order(
            participant, order_id, instrument, side, order_type, time_in_force, ticks, lots, client.repeats_ids, now_ns
        )
        self.reports.report(client, Entry(participant, instrument, frame), events)
        return 0

    def _enter_with_terms(self, client: Client, frame: bytes, order: Order, ticks: int, lots: int, now_ns: int) -> int:
        """Carry out a new order or a replace that carries more than a price and a quantity."""
        message_type, _, order_id, instrument, order_type, _, side, _, time_in_force, *_ = order
        try:
            outcome = read_terms(Transaction.parse(frame), ticks, lots, self._scales[instrument])
        except ParseError:
            return Reject.FIELD_INVALID
        if isinstance(outcome, Reject):
            return outcome
        if time_in_force not in TIMES_IN_FORCE[order_type]:
            return Reject.FIELD_INVALID
        terms = None if order_type in PLAIN and outcome == NO_TERMS else outcome
        if message_type == REPLACE:
            return self._replace(client, without_results(frame), order, ticks, lots, terms, now_ns)
        self._record(client, frame)
        events = self._market.new_order(
            client.participant, order_id, instrument, side, order_type, time_in_force,
            max(ticks, 0) if order_type != MARKET else 0, lots, client.repeats_ids, now_ns, terms,
        )  # fmt: skip
        kept = LeggedEntry if order_type in TWO_LEGGED else Entry
        self.reports.report(client, kept(client.participant, instrument, without_results(frame)), events)
        return 0

    def _replace(
        self, client: Client, frame: bytes, order: Order, ticks: int, lots: int, terms: OrderTerms | None, now_ns: int
    ) -> int:
        """Carry out a replace whose fields are in order."""
        _, _, order_id, instrument, order_type, _, side, _, time_in_force, original_id, _, _, _, original_price = order
        if not original_id:
            return Reject.ORIGINAL_ORDER_ID_INVALID
        original_ticks = self._scales[instrument].ticks[original_price]
        self._record(client, frame)
        events = self._market.replace_order(
            client.participant, order_id, original_id, instrument, side, order_type, time_in_force, max(ticks, 0), lots,
            original_ticks, client.repeats_ids, now_ns, terms,
        )  # fmt: skip
        self.reports.report(client, Entry(client.participant, instrument, frame), events)
        return 0

    def _cancel(self, client: Client, frame: bytes, order: Order, scales: InstrumentScales, now_ns: int) -> int:
        """Carry out a cancel; its price and quantity are only echoed, but they must be numbers."""
        _, _, order_id, instrument, _, price, side, quantity, _, original_id, _, _, _, original_price = order
        if not is_sane(quantity):
            return Reject.QUANTITY_INVALID
        if not is_sane(price):
            return Reject.PRICE_INVALID
        if read_quiet_bytes(frame) != client.quiet_bytes:
            if not quiet_fields_are_sane(frame):
                return Reject.FIELD_INVALID
            frame = without_results(frame)
        if not original_id:
            return Reject.ORIGINAL_ORDER_ID_INVALID
        original_ticks = scales.ticks[original_price]
        self._record(client, frame)
        events = self._market.cancel_order(
            client.participant, order_id, original_id, instrument, side, original_ticks, now_ns
        )
        self.reports.report(client, Entry(client.participant, instrument, frame), events)
        return 0

    def _query(self, client: Client, frame: bytes, order: Order, now_ns: int) -> int:
        """Answer ORDER_STATUS, which names the order by OrigOrderID, else by OrderID."""
        wanted_id = order[9] or order[2]
        if not wanted_id:
            return Reject.ORDER_ID_INVALID
        events = self._market.query_order(client.participant, wanted_id, now_ns)
        self.reports.report(client, Entry(client.participant, 0, frame), events)
        return 0

    def _record(self, client: Client, frame: bytes) -> None:
        """Note a request that is about to reach the market, in one run with those of the same client before it."""
        pending = self._pending
        if not pending or pending[-1] is not self._run or client is not self._runner:
            self._begin_run(client)
        self._run.bodies.append(frame)

    def _begin_run(self, client: Client) -> RecordedRun:
        """Write the next requests of this client down in a new run, as long as nothing else comes in between."""
        who = client.participant, client.trading_session, client.repeats_ids
        run = self._run = RecordedRun(REQUEST, *who, [], KEY, BEHIND_KEY)
        self._runner = client
        self._pending.append(run)
        return run

    def _is_plain(self, client: Client, frame: bytes) -> bool:
        """Say whether the quiet fields ask for nothing; they are remembered, so that the same ones are asked once."""
        if asks_for_attributes(frame) or has_results(frame) or not quiet_fields_are_sane(frame):
            return False
        client.quiet_bytes, client.quiet_pieces = read_quiet_bytes(frame), read_pieces(frame)
        return True
