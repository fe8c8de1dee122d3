"""An order as the reference sees it, and the pieces of it that lie in the book.

In: the fields of a request. Out: entries and pieces that answer simple questions about themselves.
Never knows: other orders, base.exchange, base.matching, base.risk. Written from docs/order-types.md alone.
"""

from dataclasses import dataclass, field
from dataclasses import replace as copy_of

from base.vocabulary.commands import NewOrder, ReplaceOrder
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OrderStatus, OrderTerms, OrderType, Side, TimeInForce, Trigger
from base.vocabulary.participants import AccountTerms

PLAIN = {OrderType.LIMIT, OrderType.MARKET, OrderType.HIDDEN}
PEGS = {OrderType.PEG, OrderType.PEG_HIDDEN}
TRAILING = {OrderType.TRAILING_STOP_MARKET, OrderType.TRAILING_STOP_LIMIT}
STOPS = {OrderType.STOP_MARKET, OrderType.STOP_LIMIT} | TRAILING
SNIPERS = {OrderType.SNIPER_MARKET, OrderType.SNIPER_LIMIT}
SETS = {OrderType.ICE, OrderType.ONE_CANCELS_OTHER_ICE}
PAIRS = {OrderType.ONE_CANCELS_OTHER, OrderType.ONE_CANCELS_OTHER_ICE}
TAKE_PROFITS = {OrderType.TAKE_PROFIT_STOP_MARKET, OrderType.TAKE_PROFIT_STOP_LIMIT}
TWO_LEGGED = {OrderType.BRACKET} | TAKE_PROFITS
AT_ONCE = {TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL}
NO_TERMS = OrderTerms()


@dataclass(eq=False)
class Piece:
    """What is in one queue of the book: an order, or a layer of a set. It waits when its price is below one tick.

    ``left`` is all that can be matched here, ``shown`` the slice of it that is in the queue;
    ``arrival`` is the place in time, renewed when it goes to the end of the queue.
    """

    entry: "Entry"
    price: int
    left: int
    shown: int
    arrival: int
    place: int = 0

    @property
    def rests(self) -> bool:
        return self.price >= 1 and self.left > 0

    def rank(self) -> tuple[int, bool, int]:
        """The less, the sooner it is matched among the pieces of its side."""
        return (-self.price if self.entry.buys else self.price, self.entry.is_hidden, self.arrival)


@dataclass(eq=False)
class Entry:
    """An order. ``price`` is that of the leg at work, ``executed`` what was matched of that leg."""

    number: int
    holder: AccountTerms
    participant: int
    instrument: Instrument
    side: int
    order_type: int
    time_in_force: int
    order_id: int
    price: int
    total: int
    terms: OrderTerms
    executed: int = 0
    is_second_leg: bool = False
    stop: int | None = None
    """Where the stop stands that waits; None when there is none, no more, or not yet."""
    is_free: bool = False
    """It is set free, or its second leg is due: its turn will come."""
    was_freed: bool = False
    """Its stop has done its work; it is now a market or limit order."""
    strikes: int = 0
    pieces: list[Piece] = field(default_factory=list)
    first_layer: int = 0
    status: OrderStatus = OrderStatus.RESTING
    is_replaced: bool = False

    @property
    def account(self) -> int:
        return self.holder.account

    @property
    def is_short(self) -> bool:
        """It sells what the account does not have, against margin."""
        return self.leg_side == Side.SELL_SHORT and self.holder.leverage > 0

    @property
    def leg_side(self) -> int:
        """The side of the leg at work; the second leg is on the other side."""
        if not self.is_second_leg:
            return self.side
        return Side.SELL if self.side == Side.BUY else Side.BUY

    @property
    def buys(self) -> bool:
        return self.leg_side == Side.BUY

    @property
    def leaves(self) -> int:
        return self.total - self.executed

    @property
    def is_hidden(self) -> bool:
        return self.terms.hidden or self.order_type in (OrderType.HIDDEN, OrderType.PEG_HIDDEN)

    @property
    def waits_alone(self) -> bool:
        """A stop, trailing stop or sniper that waits: nothing of it can be in the book."""
        return self.order_type in SNIPERS or (self.order_type in STOPS and not self.was_freed)

    @property
    def counts_for_pegs(self) -> bool:
        """Whether pegs and sets follow it: it is seen, and no peg or set itself."""
        return not self.is_hidden and self.order_type not in PEGS and self.order_type not in SETS

    def reserves(self) -> int:
        """Atoms held back of ``currency()``."""
        if self.order_type in STOPS and not self.was_freed:
            return 0
        if self.is_short:
            return self.leaves * self.margin_per_lot(self.price)
        if not self.buys:
            return need(self.instrument, False, self.leaves, self.price)
        per_lot = need(self.instrument, True, 1, self.price)
        return self.leaves * (per_lot + part(per_lot, max(self.holder.make_fee_ppm, self.holder.take_fee_ppm)))

    def margin_per_lot(self, price: int) -> int:
        return part(need(self.instrument, True, 1, price), 1, self.holder.leverage)

    def currency(self) -> str:
        return self.instrument.quote.name if self.buys or self.is_short else self.instrument.base.name

    def accepts(self, price: int) -> bool:
        """Whether a limit order at this entry's price would match at that price."""
        return price <= self.price if self.buys else price >= self.price

    def leg_price(self, request: NewOrder | ReplaceOrder) -> int:
        """The price that a request names for the leg at work."""
        terms = request.terms or NO_TERMS
        if not self.is_second_leg:
            return request.price_ticks
        if self.order_type == OrderType.BRACKET:
            return terms.second_leg_ticks
        return terms.stop_ticks if self.was_freed else terms.take_profit_ticks

    def state(self) -> str:
        """In one word, for counting."""
        if self.is_second_leg:
            return "in its second leg" + (" set free" if self.was_freed else " with a stop" if self.stop else "")
        if self.waits_alone:
            return "waiting" if not self.executed else "waiting again"
        return ("set free" if self.was_freed else "resting") + (" and partly filled" if self.executed else "")

    def see(self, price: int) -> None:
        """A reference price is shown to the stop that waits (4.3, 4.14)."""
        if self.stop is None or self.is_free:
            return
        if price >= self.stop if self.buys else price <= self.stop:
            self.is_free = True
        elif self.order_type in TRAILING:
            distance = self.terms.distance_ticks
            self.stop = min(self.stop, price + distance) if self.buys else max(self.stop, price - distance)

    def fill(self, lots: int) -> None:
        """Of the leg at work so many lots are matched; with that the stop leg of a pair is gone."""
        self.executed += lots
        self.status = OrderStatus.PARTLY_FILLED if self.leaves else OrderStatus.FILLED
        self.stop = None
        self.is_free = False


def need(instrument: Instrument, buys: bool, lots: int, price: int) -> int:
    """Atoms that so many lots at that price hold back."""
    return lots * (price * instrument.tick_lot_atoms if buys else instrument.lot_atoms)


def part(atoms: int, rate: int, of: int = 1_000_000) -> int:
    """``atoms`` times ``rate / of``, rounded up."""
    return -(-atoms * rate // of)


def fixed_terms(terms: OrderTerms) -> tuple[bool, bool, int]:
    """What a replace cannot change: the attributes HIDDEN and DISPLAYSIZE, and the TriggerType."""
    return terms.hidden, terms.display_lots > 0, trigger_of(terms)


def trigger_of(terms: OrderTerms) -> int:
    """Which reference price the order looks at; the last price when it does not say."""
    return terms.trigger or Trigger.LAST


def without_trigger(terms: OrderTerms) -> OrderTerms:
    return copy_of(terms, trigger=0)
