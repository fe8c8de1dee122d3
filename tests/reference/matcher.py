"""A second exchange, written to be obviously right and nothing else.

In: commands. Out: the events that docs/order-types.md demands. Never knows: base.exchange, base.matching,
base.risk (a test asserts it); of the venue it shares only the market's words. Every question is
answered by looking at all open orders: no levels, no heaps, no reservations that are kept up.
"""

from dataclasses import replace as copy_of

from base.vocabulary.commands import (
    CancelOrder,
    Command,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
)
from base.vocabulary.events import (
    Event,
    LegEntered,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OrderReplaced,
    OrderReported,
    Trade,
)
from base.vocabulary.orders import OrderStatus, OrderType, TimeInForce, Trigger
from base.vocabulary.rejects import Reject
from tests.reference.bounds import out_of_bounds
from tests.reference.control import Control
from tests.reference.entries import (
    AT_ONCE,
    NO_TERMS,
    PAIRS,
    PEGS,
    SETS,
    SNIPERS,
    STOPS,
    TAKE_PROFITS,
    TWO_LEGGED,
    Entry,
    Piece,
    fixed_terms,
    need,
    without_trigger,
)
from tests.reference.wishes import layer_price, must_move, tops_of, wish

MOST_STEPS = 10_000


def not_covered(entry: Entry) -> Reject:
    """Why an order that its account cannot cover is refused."""
    return Reject.MARGIN_EXCEEDED if entry.is_short else Reject.NOT_ENOUGH_EQUITY


class Matcher(Control):
    """The reference: what each request does, and what follows it."""

    # Requests.

    def submit(self, command: Command) -> list[Event]:
        if not isinstance(command, NewOrder | ReplaceOrder | CancelOrder | QueryOrder):
            return self.control(command)
        account = self.account_of[command.participant]
        if isinstance(command, NewOrder):
            return self.new(command, account)
        if isinstance(command, ReplaceOrder):
            return self.replace(command, account)
        if isinstance(command, CancelOrder):
            return self.cancel(command, account)
        return self.query(command, account)

    def query(self, command: QueryOrder, account: int) -> list[Event]:
        known = self.by_id.get((account, command.order_id))
        if known is None:
            return [OrderRejected(command.order_id, Reject.ORDER_UNKNOWN)]
        leaves = 0 if known.status == OrderStatus.CANCELLED else known.leaves
        return [OrderReported(known.number, known.status, known.executed, leaves)]

    def cancel(self, command: CancelOrder, account: int) -> list[Event]:
        entry = self.find(account, command.original_order_id)
        if entry is None or entry.instrument.number != command.instrument:
            return [OrderRejected(command.order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        if command.original_price_ticks not in (0, entry.price):
            return [OrderRejected(command.order_id, Reject.ORIGINAL_PRICE_DIFFERS)]
        self.saw("cancel", entry)
        return [self.end(entry, command.order_id), *self.settle(command.instrument)]

    def new(self, command: NewOrder, account: int) -> list[Event]:
        if account in self.killed:
            return [OrderRejected(command.order_id, Reject.ACCOUNT_DISABLED)]
        if not self.admits(command.instrument, command.order_type, command.time_in_force):
            return [OrderRejected(command.order_id, Reject.MARKET_STATE)]
        if (account, command.order_id) in self.by_id and not command.repeat_allowed:
            return [OrderRejected(command.order_id, Reject.ORDER_ID_REPEATED)]
        entry = Entry(
            self.numbers + 1, self.holders[account], command.participant, self.instruments[command.instrument],
            command.side, command.order_type, command.time_in_force, command.order_id,
            command.price_ticks, command.quantity_lots, command.terms or NO_TERMS,
        )  # fmt: skip
        reason = self.why_not(entry, command.price_ticks, becomes_larger=True)
        if reason:
            return [OrderRejected(command.order_id, reason)]
        self.numbers += 1
        self.by_id[account, command.order_id] = entry
        events = self.begin(entry)
        if not any(isinstance(event, Trade) for event in events) and entry.status != OrderStatus.CANCELLED:
            events.append(OrderAccepted(entry.number))
        return events + self.settle(command.instrument)

    def why_not(self, entry: Entry, bo_price: int, *, becomes_larger: bool, held: int = 0) -> int:
        """Why the order, which is in no book at present, cannot be entered as it is."""
        number = entry.instrument.number
        meets = self.meets(entry) if entry.order_type == OrderType.MARKET else []
        value = sum(need(entry.instrument, True, lots, price) for lots, price in meets)
        if reason := out_of_bounds(entry, bo_price, self.present_price(number, Trigger.MARK), value):
            return reason
        is_pegged = entry.order_type in PEGS
        if entry.time_in_force == TimeInForce.POST_ONLY and not is_pegged and self.plan(entry, entry.price):
            return Reject.WOULD_TAKE
        if entry.time_in_force == TimeInForce.REDUCE_ONLY and becomes_larger and not self.reduces(entry):
            self.seen["reduce-only refused"] += 1
            return Reject.WOULD_NOT_REDUCE
        cost = self.market_cost(entry) if entry.order_type == OrderType.MARKET else entry.reserves()
        return 0 if self.is_covered(entry, cost, held) else not_covered(entry)

    def reduces(self, entry: Entry) -> bool:
        position = self.position(entry.account, entry.instrument.number)
        others = [
            other.leaves
            for other in self.books[entry.instrument.number]
            if other.account == entry.account
            and other.buys == entry.buys
            and other.time_in_force == TimeInForce.REDUCE_ONLY
        ]
        return entry.leaves <= (-position if entry.buys else position) - sum(others)

    # Entering.

    def begin(self, entry: Entry) -> list[Event]:
        """What the order does on its entry; no events when it only rests or waits."""
        if entry.order_type == OrderType.MARKET:
            return self.take_and_end(entry)
        if entry.order_type in STOPS or entry.order_type in PAIRS:
            entry.stop = entry.terms.stop_ticks
            self.show_present(entry)
        if entry.waits_alone or entry.is_free:
            self.books[entry.instrument.number].append(entry)
            return []
        if entry.order_type in PEGS or entry.order_type in SETS:
            self.place(entry)
            self.books[entry.instrument.number].append(entry)
            return []
        return self.enter(entry)

    def enter(self, entry: Entry) -> list[Event]:
        """A limit order comes in at its price, matches, and its rest does what its time in force says."""
        if entry.time_in_force == TimeInForce.FILL_OR_KILL and not self.fills(entry, entry.price):
            return [self.end(entry, 0)]
        events = self.take(entry, entry.price) if self.is_open(entry.instrument.number) else []
        if not entry.leaves or entry.status == OrderStatus.CANCELLED:
            return events
        if entry.time_in_force in AT_ONCE:
            return [*events, self.end(entry, 0)]
        shown = min(entry.leaves, entry.terms.display_lots or entry.leaves)
        entry.pieces = [Piece(entry, entry.price, entry.leaves, shown, self.next_arrival())]
        self.books[entry.instrument.number].append(entry)
        return events

    def take_and_end(self, entry: Entry) -> list[Event]:
        """A market order."""
        if entry.time_in_force == TimeInForce.FILL_OR_KILL and not self.fills(entry, None):
            return [self.end(entry, 0)]
        events = self.take(entry, None)
        is_over = not entry.leaves or entry.status == OrderStatus.CANCELLED
        return events if is_over else [*events, self.end(entry, 0)]

    def place(self, entry: Entry) -> None:
        """A pegged order, or a set whose layers are new, goes to its wish, at the end of the queue."""
        first = wish(entry, tops_of(self.books[entry.instrument.number]))
        if entry.order_type in PEGS:
            shown = min(entry.leaves, entry.terms.display_lots or entry.leaves)
            entry.pieces = [Piece(entry, first, entry.leaves, shown, self.next_arrival())]
            return
        entry.first_layer = first
        entry.pieces = []
        missing = entry.leaves
        for place in range(entry.terms.layers):
            lots = min(missing, entry.terms.size_increment_lots)
            missing -= lots
            price = layer_price(entry, first, place)
            entry.pieces.append(Piece(entry, price, lots, lots, self.next_arrival(), place))

    # Settling.

    def settle(self, instrument: int) -> list[Event]:
        """Section 2: whoever is set free acts, lowest number first; then whoever must move; until nobody does."""
        events: list[Event] = []
        book = self.books[instrument]
        if not self.is_open(instrument):
            return events
        freed = 0
        for _ in range(MOST_STEPS):
            tops = tops_of(book)
            free = [entry for entry in book if entry.is_free or self.strikes(entry, tops.other(entry))]
            if free:
                freed += 1
                self.seen["cascade of three"] += freed == 3
                events += self.act(min(free, key=lambda entry: entry.number))
                continue
            movers = [entry for entry in book if must_move(entry, tops)]
            if not movers:
                return events
            self.move(min(movers, key=lambda entry: entry.number))
        raise AssertionError("the book does not settle")

    def strikes(self, entry: Entry, best: int | None) -> bool:
        return entry.order_type in SNIPERS and best is not None and entry.accepts(best)

    def move(self, entry: Entry) -> None:
        self.saw("moved", entry)
        if entry.order_type in PEGS:
            self.place(entry)
            return
        entry.first_layer = wish(entry, tops_of(self.books[entry.instrument.number]))
        for piece in entry.pieces:
            piece.price = layer_price(entry, entry.first_layer, piece.place)
            piece.arrival = self.next_arrival()

    def act(self, entry: Entry) -> list[Event]:
        """The step of an order that was set free."""
        self.saw("acted", entry)
        self.books[entry.instrument.number].remove(entry)
        if entry.order_type in TWO_LEGGED and not entry.is_second_leg:
            return self.begin_second_leg(entry)
        if entry.order_type == OrderType.SNIPER_LIMIT:
            return self.strike(entry)
        if entry.pieces:
            self.saw("limit leg gone", entry)
        entry.pieces = []
        stop, entry.stop, entry.is_free, entry.was_freed = entry.stop, None, False, True
        if entry.order_type == OrderType.TRAILING_STOP_LIMIT:
            assert stop is not None
            entry.price = stop
        elif entry.order_type == OrderType.TAKE_PROFIT_STOP_LIMIT:
            entry.price = entry.terms.stop_ticks
        elif entry.order_type != OrderType.STOP_LIMIT:
            return self.take_and_end(entry) if self.can_pay(entry, self.market_cost(entry)) else [self.refuse(entry)]
        return self.enter(entry) if self.can_pay(entry, entry.reserves()) else [self.refuse(entry)]

    def can_pay(self, entry: Entry, atoms: int) -> bool:
        if self.is_covered(entry, atoms):
            return True
        self.saw("not covered", entry)
        self.seen["not covered short"] += entry.is_short
        return False

    def refuse(self, entry: Entry) -> OrderCancelled:
        return self.end(entry, 0, not_covered(entry))

    def begin_second_leg(self, entry: Entry) -> list[Event]:
        entry.is_second_leg, entry.is_free, entry.executed = True, False, 0
        is_bracket = entry.order_type == OrderType.BRACKET
        entry.price = entry.terms.second_leg_ticks if is_bracket else entry.terms.take_profit_ticks
        if not self.can_pay(entry, entry.reserves()):
            return [self.refuse(entry)]
        entry.status = OrderStatus.RESTING
        events: list[Event] = [LegEntered(entry.number, entry.leg_side, entry.price)]
        if entry.order_type in TAKE_PROFITS:
            entry.stop = entry.terms.stop_ticks
            self.show_present(entry)
        if entry.is_free:
            self.books[entry.instrument.number].append(entry)
            return events
        return events + self.enter(entry)

    def strike(self, entry: Entry) -> list[Event]:
        """A limit sniper matches what it accepts; its rest waits again."""
        events = self.take(entry, entry.price)
        entry.strikes += 1
        self.seen["struck twice"] += entry.strikes == 2
        if entry.leaves and entry.status != OrderStatus.CANCELLED:
            self.books[entry.instrument.number].append(entry)
        return events

    # Replacing.

    def replace(self, command: ReplaceOrder, account: int) -> list[Event]:
        if account in self.killed:
            return [OrderRejected(command.order_id, Reject.ACCOUNT_DISABLED)]
        entry = self.find(account, command.original_order_id)
        if entry is None or entry.participant != command.participant:
            return [OrderRejected(command.order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        if not self.admits(entry.instrument.number, entry.order_type, entry.time_in_force):
            return [OrderRejected(command.order_id, Reject.MARKET_STATE)]
        reason = self.why_not_replace(command, account, entry)
        if reason:
            return [OrderRejected(command.order_id, reason)]
        self.saw("replace", entry)
        events: list[Event] = [OrderReplaced(entry.number, entry.price, command.quantity_lots - entry.executed)]
        keeps_place = self.only_shrinks(command, entry)
        entry.price, entry.total, entry.order_id = entry.leg_price(command), command.quantity_lots, command.order_id
        entry.terms = command.terms or NO_TERMS
        entry.status, entry.is_replaced = OrderStatus.REPLACED, True
        self.by_id[account, command.order_id] = entry
        if keeps_place:
            (piece,) = entry.pieces
            piece.left = entry.leaves
            piece.shown = min(piece.shown, piece.left)
        else:
            events += self.begin_again(entry)
        return events + self.settle(command.instrument)

    def only_shrinks(self, command: ReplaceOrder, entry: Entry) -> bool:
        """A plain resting order of which only the total goes down keeps its place."""
        if entry.waits_alone or entry.order_type in PEGS or entry.order_type in SETS:
            return False
        same_terms = without_trigger(command.terms or NO_TERMS) == without_trigger(entry.terms)
        same = same_terms and entry.leg_price(command) == entry.price
        return same and command.quantity_lots < entry.total

    def begin_again(self, entry: Entry) -> list[Event]:
        """The replaced order takes its place anew."""
        book = self.books[entry.instrument.number]
        entry.pieces = []
        if entry.stop is not None:
            entry.stop = entry.terms.stop_ticks
            self.show_present(entry)
        if entry.waits_alone or entry.is_free:
            return []
        if entry.order_type in PEGS or entry.order_type in SETS:
            self.place(entry)
            return []
        book.remove(entry)
        return self.enter(entry)

    def why_not_replace(self, command: ReplaceOrder, account: int, entry: Entry) -> int:
        terms = command.terms or NO_TERMS
        for name in ("side", "order_type", "time_in_force"):
            if getattr(command, name) != getattr(entry, name):
                return Reject.REPLACE_CHANGES_FIXED_FIELD
        if command.instrument != entry.instrument.number or fixed_terms(terms) != fixed_terms(entry.terms):
            return Reject.REPLACE_CHANGES_FIXED_FIELD
        if entry.is_second_leg and command.quantity_lots != entry.total:
            return Reject.REPLACE_CHANGES_FIXED_FIELD
        if command.original_price_ticks not in (0, entry.price):
            return Reject.ORIGINAL_PRICE_DIFFERS
        if (account, command.order_id) in self.by_id and not command.repeat_allowed:
            return Reject.ORDER_ID_REPEATED
        if command.quantity_lots <= entry.executed:
            return Reject.REPLACE_BELOW_EXECUTED
        held, larger = entry.reserves(), command.quantity_lots > entry.total
        changed = copy_of(entry, price=entry.leg_price(command), total=command.quantity_lots, terms=terms, pieces=[])
        book = self.books[entry.instrument.number]
        book.remove(entry)
        reason = self.why_not(changed, command.price_ticks, becomes_larger=larger, held=held)
        book.append(entry)
        return reason
