"""A second exchange, written to be obviously right and nothing else.

In: commands. Out: the events that the rules demand. Never knows: base.exchange, base.matching,
base.risk (a test asserts it); of the venue it shares only the market's words. Every question is
answered by looking at all open orders: no levels, no heaps, no reservations that are kept up.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from base.vocabulary.commands import CancelOrder, Command, NewOrder, QueryOrder, ReplaceOrder, WithdrawDayOrders
from base.vocabulary.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OrderReplaced,
    OrderReported,
    Trade,
)
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OrderStatus, OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms, Participant
from base.vocabulary.rejects import Reject

STAYS = {TimeInForce.GOOD_TILL_CANCEL, TimeInForce.DAY, TimeInForce.POST_ONLY}
AT_ONCE = {TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL}


@dataclass(eq=False)
class Entry:
    """An order; ``arrival`` is its place in time, renewed when it loses priority."""

    number: int
    arrival: int
    command: NewOrder
    account: int
    instrument: Instrument
    order_id: int
    price: int
    total: int
    executed: int = 0
    status: OrderStatus = OrderStatus.RESTING

    @property
    def buys(self) -> bool:
        return self.command.side == Side.BUY

    @property
    def leaves(self) -> int:
        return self.total - self.executed

    def takes(self, resting: "Entry") -> bool:
        """Whether this order would trade with that resting one."""
        if resting.instrument is not self.instrument or resting.buys == self.buys:
            return False
        if self.command.order_type == OrderType.MARKET:
            return True
        return resting.price <= self.price if self.buys else resting.price >= self.price

    def needs(self) -> tuple[str, int]:
        """The currency and the atoms that this order holds back."""
        return need(self.instrument, self.buys, self.leaves, self.price)


def need(instrument: Instrument, buys: bool, lots: int, price: int) -> tuple[str, int]:
    if buys:
        return instrument.quote.name, lots * price * instrument.tick_lot_atoms
    return instrument.base.name, lots * instrument.lot_atoms


class Matcher:
    """The reference. ``open`` are the resting orders, in no order that anything relies on."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        self.instruments = {one.number: one for one in instruments}
        names = {c.name for one in self.instruments.values() for c in (one.base, one.quote)}
        self.owned = {one.account: {**dict.fromkeys(names, 0), **one.balances} for one in accounts}
        self.account_of = {one.number: one.account for one in participants}
        self.open: list[Entry] = []
        self.by_id: dict[tuple[int, int], Entry] = {}
        self.numbers = self.arrivals = self.executions = 0

    def available(self, account: int, currency: str) -> int:
        held = [entry.needs() for entry in self.open if entry.account == account]
        return self.owned[account][currency] - sum(atoms for name, atoms in held if name == currency)

    def submit(self, command: Command) -> list[Event]:
        account = self.account_of[command.participant]
        if isinstance(command, NewOrder):
            return self.new(command, account)
        if isinstance(command, ReplaceOrder):
            return self.replace(command, account)
        if isinstance(command, CancelOrder):
            return self.cancel(command, account)
        if isinstance(command, QueryOrder):
            known = self.by_id.get((account, command.order_id))
            if known is None:
                return [OrderRejected(command.order_id, Reject.ORDER_UNKNOWN)]
            leaves = 0 if known.status == OrderStatus.CANCELLED else known.leaves
            return [OrderReported(known.number, known.status, known.executed, leaves)]
        assert isinstance(command, WithdrawDayOrders)
        day = [e for e in self.open if e.command.participant == command.participant]
        day = sorted((e for e in day if e.command.time_in_force == TimeInForce.DAY), key=lambda e: e.number)
        return [self.end(entry, 0) for entry in day]

    def new(self, command: NewOrder, account: int) -> list[Event]:
        is_market = command.order_type == OrderType.MARKET
        if command.order_type not in (OrderType.LIMIT, OrderType.MARKET):
            return [OrderRejected(command.order_id, Reject.ORDER_TYPE_INVALID)]
        refused = {TimeInForce.REDUCE_ONLY, TimeInForce.POST_ONLY} if is_market else {TimeInForce.REDUCE_ONLY}
        if command.time_in_force in refused or (not is_market and command.time_in_force not in STAYS | AT_ONCE):
            return [OrderRejected(command.order_id, Reject.FIELD_INVALID)]
        if (account, command.order_id) in self.by_id and not command.repeat_allowed:
            return [OrderRejected(command.order_id, Reject.ORDER_ID_REPEATED)]
        instrument = self.instruments[command.instrument]
        entry = Entry(
            self.numbers + 1, self.arrivals + 1, command, account, instrument,
            command.order_id, command.price_ticks, command.quantity_lots,
        )  # fmt: skip
        meets = self.meets(entry)
        all_of_it = sum(lots for _, lots in meets) == entry.total
        fill_or_kill = command.time_in_force == TimeInForce.FILL_OR_KILL
        if command.time_in_force == TimeInForce.POST_ONLY and meets:
            return [OrderRejected(command.order_id, Reject.WOULD_TAKE)]
        if is_market:
            wanted = [need(instrument, entry.buys, lots, resting.price) for resting, lots in meets]
            if fill_or_kill and not all_of_it:
                wanted = []
        else:
            wanted = [entry.needs()]
        if wanted and sum(atoms for _, atoms in wanted) > self.available(account, wanted[0][0]):
            return [OrderRejected(command.order_id, Reject.NOT_ENOUGH_EQUITY)]
        self.numbers += 1
        self.arrivals += 1
        self.by_id[account, command.order_id] = entry
        if fill_or_kill and not all_of_it:
            meets = []
        events = self.trade(entry, meets)
        if entry.leaves and not is_market and command.time_in_force in STAYS:
            self.open.append(entry)
            return events or [OrderAccepted(entry.number)]
        return [*events, self.end(entry, 0)] if entry.leaves else events

    def replace(self, command: ReplaceOrder, account: int) -> list[Event]:
        entry = self.find(account, command.original_order_id)
        if entry is None:
            return [OrderRejected(command.order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        reason = self.why_not_replace(command, account, entry)
        if reason:
            return [OrderRejected(command.order_id, reason)]
        events: list[Event] = [OrderReplaced(entry.number, entry.price, command.quantity_lots - entry.executed)]
        if command.price_ticks != entry.price or command.quantity_lots >= entry.total:
            self.arrivals += 1
            entry.arrival = self.arrivals
        entry.price, entry.total, entry.order_id = command.price_ticks, command.quantity_lots, command.order_id
        entry.status = OrderStatus.REPLACED
        self.by_id[account, command.order_id] = entry
        events += self.trade(entry, self.meets(entry))
        if not entry.leaves:
            self.open.remove(entry)
        return events

    def why_not_replace(self, command: ReplaceOrder, account: int, entry: Entry) -> int:
        original = entry.command
        for name in ("instrument", "side", "order_type", "time_in_force"):
            if getattr(command, name) != getattr(original, name):
                return Reject.REPLACE_CHANGES_FIXED_FIELD
        if command.original_price_ticks not in (0, entry.price):
            return Reject.ORIGINAL_PRICE_DIFFERS
        if (account, command.order_id) in self.by_id and not command.repeat_allowed:
            return Reject.ORDER_ID_REPEATED
        if command.quantity_lots <= entry.executed:
            return Reject.REPLACE_BELOW_EXECUTED
        lots = command.quantity_lots - entry.executed
        changed = Entry(0, 0, original, account, entry.instrument, 0, command.price_ticks, lots)
        if original.time_in_force == TimeInForce.POST_ONLY and self.meets(changed):
            return Reject.WOULD_TAKE
        currency, atoms = changed.needs()
        if atoms > self.available(account, currency) + entry.needs()[1]:
            return Reject.NOT_ENOUGH_EQUITY
        return 0

    def cancel(self, command: CancelOrder, account: int) -> list[Event]:
        entry = self.find(account, command.original_order_id)
        if entry is None or entry.command.instrument != command.instrument:
            return [OrderRejected(command.order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        if command.original_price_ticks not in (0, entry.price):
            return [OrderRejected(command.order_id, Reject.ORIGINAL_PRICE_DIFFERS)]
        return [self.end(entry, command.order_id)]

    def find(self, account: int, order_id: int) -> Entry | None:
        entry = self.by_id.get((account, order_id))
        return entry if entry in self.open and entry is not None and entry.order_id == order_id else None

    def meets(self, entry: Entry) -> list[tuple[Entry, int]]:
        """Whom the order would trade with, and for how much, in order."""
        others = [resting for resting in self.open if entry.takes(resting)]
        others.sort(key=lambda resting: (resting.price if entry.buys else -resting.price, resting.arrival))
        missing = entry.leaves
        found = []
        for resting in others:
            lots = min(missing, resting.leaves)
            missing -= lots
            if lots:
                found.append((resting, lots))
        return found

    def trade(self, entry: Entry, meets: list[tuple[Entry, int]]) -> list[Event]:
        events: list[Event] = []
        for resting, lots in meets:
            self.executions += 1
            for side in (entry, resting):
                side.executed += lots
                side.status = OrderStatus.PARTLY_FILLED if side.leaves else OrderStatus.FILLED
            if not resting.leaves:
                self.open.remove(resting)
            buyer, seller = (entry, resting) if entry.buys else (resting, entry)
            instrument = entry.instrument
            for who, sign in ((buyer, 1), (seller, -1)):
                owned = self.owned[who.account]
                owned[instrument.base.name] += sign * lots * instrument.lot_atoms
                owned[instrument.quote.name] -= sign * lots * resting.price * instrument.tick_lot_atoms
            numbers = (resting.number, resting.leaves, entry.number, entry.leaves)
            events.append(Trade(self.executions, instrument.number, resting.price, lots, *numbers))
        return events

    def end(self, entry: Entry, request_id: int) -> OrderCancelled:
        if entry in self.open:
            self.open.remove(entry)
        entry.status = OrderStatus.CANCELLED
        return OrderCancelled(entry.number, request_id, entry.leaves)
