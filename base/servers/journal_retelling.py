"""A journal carried out again in a market of its own, record by record, with what each of them caused.

In: settings, commits. Out: records with their events, all orders that ever were, the market that they led to.
Never knows: files, sockets, clients, how anything is shown. Follows docs/journal.md, "Tools".
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from base.clock import Clock
from base.errors import RecoveryFailed
from base.exchange import Exchange
from base.gateway.absences import Absences
from base.gateway.operator import OperatorDesk
from base.gateway.order_entry import REPLACE, OrderEntry, Pending
from base.gateway.ouch_entry import OuchEntry
from base.gateway.records import Records
from base.gateway.reports import NEW
from base.gateway.translate_bo import InstrumentScales, read_order
from base.journal.replay import Commit
from base.servers.past import TELLS_MORE, Past
from base.servers.settings import Settings
from base.vocabulary.events import Event, LegEntered, OrderAccepted, OrderCancelled, OrderReplaced, Trade
from base.vocabulary.operator_commands import InstrumentStatus
from base.vocabulary.orders import OpenOrder, OrderStatus
from base.vocabulary.recorded import Recorded, RecordedKind

ADVICE = "; restore the state directory from a copy, or keep it and begin anew: docs/operations.md"
REQUEST = int(RecordedKind.REQUEST)


class KnownOrder:
    """An order from its first report to its last, told by the events alone.

    ``order_id`` is its latest, ``first_id`` the one that it came in with; quantities in lots, prices in ticks.
    """

    __slots__ = (
        "cancelled_lots", "ended_at", "entered_at", "executed_lots", "first_id", "instrument", "leaves_lots", "number",
        "order_id", "order_type", "participant", "price_ticks", "quantity_lots", "reason", "side", "time_in_force",
        "was_replaced",
    )  # fmt: skip

    def __init__(self, number: int, participant: int, request: "Request", sequence: int) -> None:
        self.number = number
        self.participant = participant
        self.order_id = self.first_id = request.order_id
        self.instrument = request.instrument
        self.side = request.side
        self.order_type = request.order_type
        self.time_in_force = request.time_in_force
        self.price_ticks = request.price_ticks
        self.quantity_lots = self.leaves_lots = request.quantity_lots
        self.executed_lots = self.cancelled_lots = self.reason = self.ended_at = 0
        self.entered_at = sequence
        self.was_replaced = False

    def status(self) -> OrderStatus:
        """What became of it so far."""
        if self.cancelled_lots:
            return OrderStatus.CANCELLED
        if not self.leaves_lots:
            return OrderStatus.FILLED
        if self.executed_lots:
            return OrderStatus.PARTLY_FILLED
        return OrderStatus.REPLACED if self.was_replaced else OrderStatus.RESTING


class Request(NamedTuple):
    """What an order-entry request asked for, in ticks and lots."""

    message_type: int
    order_id: int
    original_id: int
    instrument: int
    order_type: int
    side: int
    time_in_force: int
    price_ticks: int
    quantity_lots: int


class Told(NamedTuple):
    """One record, and what it caused."""

    sequence: int
    now_ns: int
    recorded: Recorded
    events: list[Event]


class Witness:
    """An exchange that remembers what it answered since it was last asked."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._events: list[Event] = []
        self._asked: list[tuple[Request, list[Event]]] = []

    def take(self) -> list[Event]:
        """Give the events since the last call."""
        events, self._events = self._events, []
        return events

    def take_asked(self) -> list[tuple[Request, list[Event]]]:
        """Give the orders and replaces since the last call, each with what it caused, as the market was asked."""
        asked, self._asked = self._asked, []
        return asked

    def new_order(self, *order: Any) -> list[Event]:
        events = self._noted(self._exchange.new_order(*order))
        _, order_id, instrument, side, order_type, time_in_force, ticks, lots, *_ = order
        request = Request(NEW, order_id, 0, instrument, order_type, side, time_in_force, ticks, lots)
        self._asked.append((request, events))
        return events

    def replace_order(self, *order: Any) -> list[Event]:
        events = self._noted(self._exchange.replace_order(*order))
        _, order_id, original, instrument, side, order_type, time_in_force, ticks, lots, *_ = order
        request = Request(REPLACE, order_id, original, instrument, order_type, side, time_in_force, ticks, lots)
        self._asked.append((request, events))
        return events

    def instrument_status(self, instrument: int) -> InstrumentStatus:
        return self._exchange.instrument_status(instrument)

    def cancel_order(self, *order: Any) -> list[Event]:
        return self._noted(self._exchange.cancel_order(*order))

    def query_order(self, *order: Any) -> list[Event]:
        return self._noted(self._exchange.query_order(*order))

    def withdraw_day_orders(self, *who: Any) -> list[Event]:
        return self._noted(self._exchange.withdraw_day_orders(*who))

    def lose_participant(self, *who: Any) -> list[Event]:
        return self._noted(self._exchange.lose_participant(*who))

    def open_orders(self, participant: int, instrument: int) -> list[OpenOrder]:
        return self._exchange.open_orders(participant, instrument)

    def submit(self, command: Any, now_ns: int) -> list[Event]:
        return self._noted(self._exchange.submit(command, now_ns))

    def _noted(self, events: list[Event]) -> list[Event]:
        self._events += events
        return events


class Retelling:
    """A market that becomes what a journal says; ``orders`` has every order by its number."""

    def __init__(self, settings: Settings, say: Callable[[str], object]) -> None:
        self.settings = settings
        self.exchange = Exchange(settings.instruments, settings.accounts, settings.participants)
        self.orders: dict[int, KnownOrder] = {}
        self._scales = {one.number: InstrumentScales(one) for one in settings.instruments}
        self._witness = Witness(self.exchange)
        pending: Pending = []
        order_entry = OrderEntry(self._witness, settings.instruments, pending)
        operator = OperatorDesk(
            self._witness, order_entry.reports, settings.instruments, settings.accounts, pending
        )
        ouch = OuchEntry(
            self._witness, settings.instruments, settings.accounts, settings.participants, order_entry.reports, pending
        )
        self.records = Records(self.exchange, order_entry, operator, ouch, Absences(), settings.participants, pending)
        self._past = Past(self.records, settings, Clock(), say)

    @property
    def sequence(self) -> int:
        """The number of the last record carried out."""
        return self._past.sequence

    def tell(self, commits: Iterable[Commit]) -> Iterator[Told]:
        """Carry out commits, and give each record when it is done; RecoveryFailed names one that leads elsewhere."""
        for commit in commits:
            for number, recorded in enumerate(commit.entries, commit.first_sequence):
                try:
                    self._past.repeat(commit._replace(first_sequence=number, entries=[recorded]))
                except RecoveryFailed as error:
                    raise RecoveryFailed(str(error).removesuffix(TELLS_MORE) + ADVICE) from None
                events, asked = self._witness.take(), self._witness.take_asked()
                if recorded.kind == RecordedKind.OUCH_REQUEST:
                    for request, caused in asked:
                        self._follow(number, recorded, request, caused)
                    told = {id(event) for _, caused in asked for event in caused}
                    self._follow(number, recorded, None, [event for event in events if id(event) not in told])
                else:
                    own = self.read_request(recorded) if recorded.kind == REQUEST else None
                    self._follow(number, recorded, own, events)
                yield Told(number, commit.now_ns, recorded, events)

    def carry_out(self, commits: Iterable[Commit]) -> None:
        """Carry out commits, and tell nothing."""
        for _ in self.tell(commits):
            pass

    def read_request(self, recorded: Recorded) -> Request:
        """Read what a REQUEST asked for."""
        (
            message_type, _, order_id, instrument, order_type, price, side, quantity, time_in_force, original_id, *_,
        ) = read_order(recorded.body)  # fmt: skip
        scales = self._scales[instrument]
        ticks, lots = max(scales.ticks[price], 0), max(scales.lots[quantity], 0)
        return Request(
            message_type, order_id, original_id, instrument, order_type, side, time_in_force, ticks, lots
        )

    def _follow(self, sequence: int, recorded: Recorded, request: Request | None, events: list[Event]) -> None:
        """Note what became of which order; a number never seen before is that of the order that came in."""
        for event in events:
            if isinstance(event, Trade):
                for number, leaves_lots in (
                    (event.resting_number, event.resting_leaves_lots),
                    (event.incoming_number, event.incoming_leaves_lots),
                ):
                    order = self._known(number, recorded, request, sequence)
                    order.executed_lots += event.quantity_lots
                    order.leaves_lots = leaves_lots
                    order.ended_at = 0 if leaves_lots else sequence
            elif isinstance(event, OrderAccepted):
                self._known(event.number, recorded, request, sequence)
            elif isinstance(event, OrderCancelled):
                order = self._known(event.number, recorded, request, sequence)
                order.cancelled_lots += event.leaves_lots
                order.leaves_lots, order.reason, order.ended_at = 0, event.reason, sequence
            elif isinstance(event, LegEntered):
                order = self.orders[event.number]
                order.side, order.price_ticks = event.side, event.price_ticks
                order.leaves_lots, order.ended_at = order.quantity_lots, 0
            elif isinstance(event, OrderReplaced) and request is not None:
                order = self.orders[event.number]
                order.order_id, order.was_replaced = request.order_id, True
                order.price_ticks, order.quantity_lots = request.price_ticks, request.quantity_lots
                order.leaves_lots = event.leaves_lots

    def _known(self, number: int, recorded: Recorded, request: Request | None, sequence: int) -> KnownOrder:
        order = self.orders.get(number)
        if order is None:
            assert request is not None and request.message_type != REPLACE, "an order came from nowhere"
            order = self.orders[number] = KnownOrder(number, recorded.participant, request, sequence)
        return order
