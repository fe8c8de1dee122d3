"""Seeded streams of commands of every kind, made by someone who watches the market.

In: a seed, the order types that are traded, and the reference, whose open orders and last prices are looked at.
Out: one command after the other, all values plain integers. Never knows: base.exchange, base.matching, base.risk.
Few prices, small quantities and phases with a taste of their own, so that rare situations happen often.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace as copy_of
from random import Random

from base.vocabulary.commands import (
    CancelOrder,
    Command,
    LoseParticipant,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetReferencePrice,
    WithdrawDayOrders,
)
from base.vocabulary.operator_commands import (
    BreakReason,
    BreakTrade,
    EndSession,
    KillAccount,
    MarketState,
    MassCancel,
    ReleaseAccount,
    SetMarketState,
    Uncross,
)
from base.vocabulary.orders import OrderTerms, OrderType, Side, TimeInForce, Trigger
from tests.reference.entries import PAIRS, SETS, STOPS, TAKE_PROFITS, TRAILING, TWO_LEGGED, Entry, part
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher

FOK, GTC, IOC, POO, RED, DAY = (int(tif) for tif in TimeInForce)
TIMES: dict[int, tuple[int, ...]] = {
    OrderType.LIMIT: (GTC, GTC, GTC, GTC, DAY, IOC, FOK, POO, RED),
    OrderType.HIDDEN: (GTC, GTC, GTC, GTC, DAY, IOC, FOK, POO, RED),
    OrderType.MARKET: (0, FOK, GTC, IOC, RED, DAY),
    OrderType.STOP_MARKET: (0, GTC, DAY),
    OrderType.STOP_LIMIT: (0, GTC, GTC, DAY, IOC, FOK),
    OrderType.PEG: (GTC, POO, DAY),
    OrderType.PEG_HIDDEN: (GTC, POO, DAY),
    OrderType.SNIPER_MARKET: (GTC,),
    OrderType.SNIPER_LIMIT: (GTC,),
    OrderType.TRAILING_STOP_MARKET: (0, GTC),
    OrderType.TRAILING_STOP_LIMIT: (0, GTC),
}
DISPLAYED = (OrderType.LIMIT, OrderType.PEG, OrderType.ONE_CANCELS_OTHER)
CENTRES = {1: 100, 4: 7}
FULL_BOOK = 14
MOST_HOARDED = 20_000
PHASE = 40


class Stream:
    """One seeded trader of many faces."""

    def __init__(self, seed: int, types: Collection[int], reference: Matcher, *, operated: bool = False) -> None:
        self.operated = operated
        self.random = Random(seed)
        self.types = sorted(types)
        self.reference = reference
        self.last_id = 0
        self.taste: list[int] = []
        self.crossing = 0.3

    def commands(self, count: int) -> Iterator[Command]:
        """That many commands; the reference must have done each before the next is asked for."""
        for place in range(count):
            if place % PHASE == 0:
                self.taste = self.random.sample(self.types, min(4, len(self.types)))
                self.crossing = self.random.choice((0.1, 0.3, 0.6))
            yield self.command()

    def command(self) -> Command:
        random = self.random
        if self.operated and random.random() < 0.04:
            return self.operate()
        instrument = random.choice(INSTRUMENTS).number
        book = self.reference.books[instrument]
        kind = random.random()
        if kind < 0.03:
            trigger = random.choice((Trigger.INDEX, Trigger.MARK))
            return SetReferencePrice(instrument, int(trigger), self.near(instrument, 4))
        if kind < 0.04:
            return WithdrawDayOrders(random.randrange(len(PARTICIPANTS)))
        if kind < 0.08:
            asked = random.randint(max(1, self.last_id - 60), self.last_id + 1)
            return QueryOrder(random.randrange(len(PARTICIPANTS)), asked)
        if not book or kind > 0.32 + 0.25 * (len(book) > FULL_BOOK):
            return self.order(instrument)
        entry = self.pick(book)
        if kind < 0.22:
            return self.replace(entry)
        original = entry.order_id if random.random() < 0.95 else max(1, self.last_id - random.randrange(60))
        believed = random.choice((0, 0, 0, entry.price, 99))
        at = instrument if random.random() < 0.98 else random.choice(INSTRUMENTS).number
        return CancelOrder(self.owner(entry), self.next_id(), original, at, entry.side, believed)

    def operate(self) -> Command:
        """What an operator would do in a bad week; whom he stops he soon lets go on."""
        random = self.random
        account = random.choice(PARTICIPANTS).account
        instrument = random.choice(INSTRUMENTS).number
        if random.random() < 0.3:
            exec_id = max(0, self.reference.executions - random.choice((-1, 0, 0, 1, 2, 5, 20, 80)))
            return BreakTrade(exec_id, int(random.choice(tuple(BreakReason))))
        closed = [number for number, state in self.reference.states.items() if state != MarketState.OPEN]
        if closed and random.random() < 0.3:
            return SetMarketState(random.choice(closed), MarketState.OPEN)
        if closed and random.random() < 0.3:
            return Uncross(random.choice(closed))
        if self.reference.killed and random.random() < 0.5:
            return ReleaseAccount(random.choice(sorted(self.reference.killed)))
        return random.choice(
            (
                KillAccount(account),
                ReleaseAccount(account),
                MassCancel(account, random.choice((0, instrument))),
                MassCancel(0, random.choice((0, instrument))),
                EndSession(),
                LoseParticipant(random.randrange(len(PARTICIPANTS))),
                SetMarketState(instrument, random.choice((*MarketState, *[MarketState.PRE_OPEN] * 8))),
                SetMarketState(instrument, MarketState.PRE_OPEN),
                Uncross(instrument),
            )
        )

    # Parts of requests.

    def pick(self, book: list[Entry]) -> Entry:
        """Any order, and rather one to which something happened already."""
        eventful = [entry for entry in book if entry.executed or entry.was_freed or entry.is_second_leg]
        return self.random.choice(eventful if eventful and self.random.random() < 0.4 else book)

    def hoard(self, instrument: int) -> NewOrder | None:
        """A far order for nearly all that an account has left, so that what is set free later is not covered."""
        number = self.random.randrange(len(PARTICIPANTS))
        terms = self.reference.instruments[instrument]
        buys = self.random.random() < 0.5
        victims = [e for e in self.reference.books[instrument] if e.order_type in PAIRS or e.order_type in TWO_LEGGED]
        if victims:
            victim = self.random.choice(victims)
            number, buys = victim.participant, victim.buys if victim.order_type in PAIRS else not victim.buys
            buys |= victim.is_short
        price = max(1, self.near(instrument, 0) // 2) if buys else self.near(instrument, 0) * 2
        currency = terms.quote if buys else terms.base
        worth = price * terms.tick_lot_atoms if buys else terms.lot_atoms
        holder = self.reference.holders[PARTICIPANTS[number].account]
        worth += part(worth, max(holder.make_fee_ppm, holder.take_fee_ppm)) if buys else 0
        left = self.reference.available(holder.account, currency.name)
        lots = left // worth - self.random.randint(0, 3)
        if not 0 < lots <= MOST_HOARDED:
            return None
        side = int(Side.BUY if buys else Side.SELL)
        return NewOrder(number, self.next_id(), instrument, side, int(OrderType.LIMIT), GTC, price, lots)

    def owner(self, entry: Entry) -> int:
        return entry.participant if self.random.random() < 0.93 else self.random.randrange(len(PARTICIPANTS))

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id if self.random.random() < 0.96 else max(1, self.last_id - self.random.randrange(60))

    def near(self, instrument: int, most: int) -> int:
        """A price not far from the last one, or from where the market began."""
        centre = self.reference.last_prices.get(instrument, CENTRES[instrument])
        if self.random.random() < 0.2 or not 1 <= centre <= 3 * CENTRES[instrument]:
            centre = CENTRES[instrument]
        return max(1, centre + self.random.randint(-most, most))

    def passive(self, instrument: int, buys: bool) -> int:
        """A price that mostly rests, and now and then takes."""
        away = self.random.randint(-3, 1) if self.random.random() < self.crossing else self.random.randint(0, 5)
        return max(1, self.near(instrument, 0) + (-away if buys else away))

    def beyond(self, instrument: int, buys: bool) -> int:
        """A price for a stop: mostly on the side where it waits."""
        away = self.random.randint(1, 4) if self.random.random() < 0.85 else self.random.randint(-2, 0)
        return max(1, self.near(instrument, 0) + (away if buys else -away))

    def order(self, instrument: int) -> NewOrder:
        random = self.random
        if random.random() < 0.06 and (hoarded := self.hoard(instrument)):
            return hoarded
        kind = random.random()
        if kind < 0.3:
            order_type = int(OrderType.LIMIT)
        elif kind < 0.4:
            order_type = int(OrderType.MARKET)
        else:
            order_type = random.choice(self.taste if kind < 0.85 else self.types)
        side = 1 if order_type == OrderType.BRACKET else random.choice((1, 1, 1, 2, 2, 3))
        terms = self.terms(order_type, instrument, side == Side.BUY)
        lots = random.randint(1, 12)
        price = self.price(order_type, instrument, side == Side.BUY, terms)
        if terms is not None and order_type in SETS:
            lots = terms.layers * terms.size_increment_lots
        tif = random.choice(TIMES.get(order_type, (GTC, GTC, DAY)))
        if self.reference.states[instrument] == MarketState.PRE_OPEN and random.random() < 0.7:
            order_type, tif, lots = int(OrderType.LIMIT), random.choice((GTC, GTC, DAY)), min(lots, 20)
            terms = self.terms(order_type, instrument, side == Side.BUY)
            price = self.near(instrument, 4)
        participant = random.randrange(len(PARTICIPANTS))
        repeat = random.random() < 0.05
        return NewOrder(participant, self.next_id(), instrument, side, order_type, tif, price, lots, repeat, terms)

    def price(self, order_type: int, instrument: int, buys: bool, terms: OrderTerms | None) -> int:
        if order_type in (OrderType.MARKET, OrderType.STOP_MARKET):
            return self.random.choice((0, self.near(instrument, 3)))
        if order_type == OrderType.STOP_LIMIT and terms is not None:
            return max(1, terms.stop_ticks + self.random.randint(-2, 2))
        if order_type in (OrderType.PEG, OrderType.PEG_HIDDEN) or order_type in SETS:
            return max(1, self.near(instrument, 0) + (1 if buys else -1) * self.random.randint(-2, 4))
        return self.passive(instrument, buys)

    def terms(self, order_type: int, instrument: int, buys: bool) -> OrderTerms | None:
        """What the order type needs, and now and then what it may have."""
        random = self.random
        wanted: dict[str, int] = {}
        if order_type in STOPS or order_type in PAIRS:
            wanted["stop_ticks"] = self.beyond(instrument, buys)
            wanted["trigger"] = random.choice((0, 0, 1, 1, 2, 3))
        if order_type in TRAILING:
            wanted["distance_ticks"] = random.randint(1, 4)
        if order_type in SETS:
            layers = random.choice((1, 2, 2, 3, 4, 10))
            wanted |= {"layers": layers, "size_increment_lots": random.randint(1, 3 if layers < 10 else 1)}
            wanted["price_increment_ticks"] = random.randint(min(1, layers - 1), 3)
            wanted["price_offset_ticks"] = random.choice((0, 0, 1, 2))
        if order_type == OrderType.BRACKET:
            wanted["second_leg_ticks"] = max(1, self.near(instrument, 0) + random.randint(-2, 4))
        if order_type in TAKE_PROFITS:
            wanted["take_profit_ticks"] = self.passive(instrument, not buys) * random.choice((1, 1, 1, 1, 1, 1, 3))
            wanted["stop_ticks"] = self.beyond(instrument, not buys)
            wanted["trigger"] = random.choice((0, 0, 1, 2, 3))
        may_display = order_type in DISPLAYED
        if may_display and random.random() < 0.25:
            wanted |= {"display_lots": random.randint(1, 4), "refresh_lots": random.randint(1, 4)}
        elif may_display or order_type in SETS:
            wanted["hidden"] = random.random() < 0.12
        hides = order_type in (OrderType.HIDDEN, OrderType.PEG_HIDDEN) or bool(wanted.pop("hidden", False))
        if not wanted and not hides and order_type in (OrderType.LIMIT, OrderType.MARKET):
            return None
        return OrderTerms(**wanted, hidden=hides)

    def replace(self, entry: Entry) -> ReplaceOrder:
        random = self.random
        price = entry.price if random.random() < 0.5 else self.passive(entry.instrument.number, entry.buys)
        terms, lots = self.new_terms(entry), self.new_total(entry)
        if entry.order_type in SETS:
            assert terms is not None
            lots = terms.layers * terms.size_increment_lots
        fields = [entry.instrument.number, entry.side, entry.order_type, entry.time_in_force]
        if random.random() < 0.05:
            changed = random.randrange(4)
            fields[changed] = random.choice(((1, 4), (1, 2, 3), self.types, (GTC, DAY))[changed])
        original = entry.order_id if random.random() < 0.95 else max(1, self.last_id - random.randrange(60))
        return ReplaceOrder(
            self.owner(entry), self.next_id(), original, *fields, price, lots,
            random.choice((0, 0, 0, 0, entry.price, 99)), random.random() < 0.05, terms,
        )  # fmt: skip

    def new_total(self, entry: Entry) -> int:
        kind = self.random.random()
        if kind < 0.4 or (entry.is_second_leg and kind < 0.9):
            return entry.total
        if kind < 0.7:
            return max(1, entry.total - self.random.randint(1, 3))
        return self.random.randint(1, 14)

    def new_terms(self, entry: Entry) -> OrderTerms | None:
        """Mostly the same, else others of the type; the attributes and the trigger seldom change."""
        old = None if entry.terms == OrderTerms() else entry.terms
        kind = self.random.random()
        if kind < 0.5 or (old is None and kind < 0.95):
            return old
        new = self.terms(entry.order_type, entry.instrument.number, entry.buys)
        if entry.is_second_leg:
            new = self.terms(entry.order_type, entry.instrument.number, not entry.buys)
        if kind < 0.95 and new is not None and old is not None:
            displays = old.display_lots > 0
            display, refresh = (self.random.randint(1, 4), self.random.randint(1, 4)) if displays else (0, 0)
            return copy_of(new, hidden=old.hidden, trigger=old.trigger, display_lots=display, refresh_lots=refresh)
        return new
