"""The ground floor of the exchange: seats, books and accounts, and the way of a plain order through them.

In: an order that is numbered and covered. Out: events; money and goods change hands.
Never knows: requests, order types beyond limit and market, the clock.
Follows "Requests and replies" of the behaviour page: price-time priority, one Trade per match.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from base.exchange.broken_trades import BreakableTrades
from base.matching.book import ANY_PRICE_KEY, Book
from base.matching.engine import match, match_apart, reachable, reachable_apart
from base.matching.order_ids import OrderIds
from base.matching.price_level import Order
from base.risk.accounts import Accounts
from base.risk.checks import (
    covers_purchase,
    covers_replaced_buy,
    covers_replaced_sell,
    covers_replaced_short,
    covers_sell,
    covers_short,
)
from base.risk.settling import settle, settle_with_terms
from base.vocabulary.events import Event, OrderAccepted, OrderCancelled, Trade
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms, Participant, SelfTrade
from base.vocabulary.rejects import Reject

# Plain integers, because comparing members of an enumeration costs as much as a dictionary look-up.
BUY, SELL_SHORT = int(Side.BUY), int(Side.SELL_SHORT)
LIMIT = int(OrderType.LIMIT)
MARKET = int(OrderType.MARKET)
FILL_OR_KILL, GOOD_TILL_CANCEL, IMMEDIATE_OR_CANCEL, POST_ONLY, REDUCE_ONLY, DAY = map(int, TimeInForce)
CANCEL_NEWEST, CANCEL_OLDEST = int(SelfTrade.CANCEL_NEWEST), int(SelfTrade.CANCEL_OLDEST)
RESTING_TIMES = frozenset({GOOD_TILL_CANCEL, DAY, POST_ONLY})


class Seat:
    """A participant as the exchange keeps it: its account's terms, order ids and positions, its open orders by number.

    ``self_trade`` is 0 for accounts whose orders may be matched with each other, which costs them nothing;
    ``limits`` is empty for those whose single orders have none.
    """

    __slots__ = ("account", "holdings", "ids", "limits", "most_open_orders", "open", "self_trade")

    def __init__(self, terms: AccountTerms, ids: OrderIds, holdings: dict[int, int]) -> None:
        self.account = terms.account
        self.self_trade = int(terms.self_trade)
        self.limits = terms.limits
        self.most_open_orders = terms.most_open_orders
        self.ids = ids
        self.holdings = holdings
        self.open: dict[int, Order] = {}


class Desk(ABC):
    """Books, accounts and order ids of one venue, and what plain orders do."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        listed = list(instruments)
        terms = list(accounts)
        self._books = {instrument.number: Book(instrument.number) for instrument in listed}
        self._accounts = Accounts(listed, terms)
        self._positions = self._accounts.positions
        self._terms = {one.account: one for one in terms}
        ids = {one.account: OrderIds() for one in terms}
        self._ids = ids
        self._seats: list[Seat] = []
        for place, who in enumerate(participants):
            if who.number != place:
                raise ValueError(f"participant {who.number} stands at place {place}; number participants from 0 upward")
            if who.account not in ids:
                raise ValueError(f"account {who.account} of participant {place} is not listed; add the account")
            holdings = self._accounts.holdings(who.account)
            self._seats.append(Seat(self._terms[who.account], ids[who.account], holdings))
        self._last_number = 0
        self._last_exec_id = 0
        self._breakable = BreakableTrades()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Nothing changes within, so a hash of the state and a picture of it share their work."""
        for ids in self._ids.values():
            ids.stand_still(still=True)
        try:
            yield
        finally:
            for ids in self._ids.values():
                ids.stand_still(still=False)

    @abstractmethod
    def _follow_special(self, resting: Order, lots: int, leaves_lots: int) -> tuple[Order, int]:
        """A special order was matched; returns the order that it belongs to and what that one leaves."""

    @abstractmethod
    def _show(self, order: Order, events: list[Event]) -> None:
        """Tell what the public book shows of a special order, if that changed."""

    @abstractmethod
    def _withdraw(self, order: Order, reason: int, events: list[Event]) -> None:
        """Take out an open order of any type, or that to which a layer belongs; nobody asked for it."""

    def _reachable(self, seat: Seat, book: Book, side: int, lots: int, limit_key: int) -> tuple[int, int]:
        """What an order of this seat would meet: (lots, sum of lots x price in ticks)."""
        if not seat.self_trade:
            return reachable(book.opposite[side], lots, limit_key)
        passes = seat.self_trade == CANCEL_OLDEST
        return reachable_apart(book.opposite[side], lots, limit_key, seat.holdings[book.instrument], passes=passes)

    def _covers_market(self, seat: Seat, book: Book, side: int, time_in_force: int, lots: int) -> bool:
        """Whether what a market order would meet is covered; it holds nothing back."""
        met_lots, lots_times_ticks = self._reachable(seat, book, side, lots, ANY_PRICE_KEY)
        if time_in_force == FILL_OR_KILL and met_lots < lots:
            return True
        position = self._positions[seat.holdings[book.instrument]]
        if side == BUY:
            return covers_purchase(position, met_lots, lots_times_ticks)
        if side == SELL_SHORT and position.leverage:
            return covers_short(position, met_lots, lots_times_ticks)
        return covers_sell(position, met_lots)

    def _reserve(self, holding: int, side: int, lots: int, price_ticks: int) -> bool:
        position = self._positions[holding]
        if side == BUY:
            return position.reserve_buy(lots, price_ticks)
        if side == SELL_SHORT and position.leverage:
            return position.reserve_short(lots, price_ticks)
        return position.reserve_sell(lots)

    def _release(self, holding: int, side: int, lots: int, price_ticks: int) -> None:
        position = self._positions[holding]
        if side == BUY:
            position.release_buy(lots, price_ticks)
        elif side == SELL_SHORT and position.leverage:
            position.release_short(lots, price_ticks)
        else:
            position.release_sell(lots)

    def _move_reservation(self, order: Order, held_ticks: int, lots: int, price_ticks: int) -> bool:
        """Hold back what so many lots of an order need at a price in place of what it held, if that is there."""
        position = self._positions[order.holding]
        old_lots, side = order.leaves_lots, order.side
        if side == BUY:
            covered = covers_replaced_buy(position, old_lots, held_ticks, lots, price_ticks)
        elif side == SELL_SHORT and position.leverage:
            covered = covers_replaced_short(position, old_lots, held_ticks, lots, price_ticks)
        else:
            covered = covers_replaced_sell(position, old_lots, lots)
        if covered:
            self._release(order.holding, side, old_lots, held_ticks)
            self._release(order.holding, side, -lots, price_ticks)  # holds back without asking again
        return covered

    def _uncovered(self, holding: int, side: int) -> Reject:
        """Why an order that is not covered is refused."""
        if side == SELL_SHORT and self._positions[holding].leverage:
            return Reject.MARGIN_EXCEEDED
        return Reject.NOT_ENOUGH_EQUITY

    def _enter(self, seat: Seat, book: Book, order: Order, events: list[Event]) -> list[Event]:
        """Match a plain order; what is left of it rests or, if it may not, is cancelled."""
        side = order.side
        opposite = book.opposite[side]
        is_limit = order.order_type == LIMIT
        time_in_force = order.time_in_force
        limit_key = order.price_ticks * opposite.sign if is_limit else ANY_PRICE_KEY
        lots = order.leaves_lots
        if opposite.keys and opposite.keys[0] <= limit_key and book.is_open:
            if seat.self_trade:
                return self._enter_apart(seat, book, order, limit_key, events)
            if time_in_force != FILL_OR_KILL or reachable(opposite, lots, limit_key)[0] == lots:
                fills = match(opposite, order, limit_key)
                if fills:
                    self._settle(book, order, lots, fills, not is_limit, order.price_ticks, events)
                    if not order.leaves_lots:
                        seat.ids.retired.append(order)
                        return events
        if is_limit and time_in_force in RESTING_TIMES:
            book.own[side].rest(order)
            seat.open[order.number] = order
            if not events:
                events.append(OrderAccepted(order.number))
        else:
            events.append(self._cancel(order, 0))
        return events

    def _enter_apart(
        self, seat: Seat, book: Book, order: Order, limit_key: int, events: list[Event]
    ) -> list[Event]:
        """Match a plain order of an account that does not trade with itself."""
        is_new = not events
        is_market = order.order_type != LIMIT
        time_in_force = order.time_in_force
        lots = order.leaves_lots
        reason = 0
        if time_in_force != FILL_OR_KILL or self._reachable(seat, book, order.side, lots, limit_key)[0] == lots:
            reason = self._match_apart(seat, book, order, limit_key, is_market, events)
        if not order.leaves_lots:
            seat.ids.retired.append(order)
        elif reason or is_market or time_in_force not in RESTING_TIMES:
            events.append(self._cancel(order, 0, reason))
        else:
            book.own[order.side].rest(order)
            seat.open[order.number] = order
            if is_new and order.leaves_lots == lots:
                events.append(OrderAccepted(order.number))
        return events

    def _match_apart(
        self, seat: Seat, book: Book, incoming: Order, limit_key: int, is_market: bool, events: list[Event]
    ) -> int:
        """Match an order of an account that does not trade with itself; returns why the rest must go, or 0."""
        opposite = book.opposite[incoming.side]
        while True:
            lots = incoming.leaves_lots
            fills, own = match_apart(opposite, incoming, limit_key)
            if fills:
                self._settle(book, incoming, lots, fills, is_market, incoming.price_ticks, events)
            if own is None:
                return 0
            if seat.self_trade != CANCEL_NEWEST:
                self._withdraw(own, Reject.SELF_TRADE, events)
            if seat.self_trade != CANCEL_OLDEST:
                return Reject.SELF_TRADE

    def _settle(
        self, book: Book, incoming: Order, leaves: int, fills: list[tuple[Order, int, int]], is_market: bool,
        held_ticks: int, events: list[Event],
    ) -> None:  # fmt: skip
        """Number the fills of an order that came in with so many lots, and let money and goods change hands.

        ``held_ticks`` is the price at which the incoming order holds equity back; a market order holds none.
        """
        exec_id = self._last_exec_id
        positions = self._positions
        mine = positions[incoming.holding]
        is_simple = mine.is_simple
        buys = incoming.side == BUY
        instrument = incoming.instrument
        remember, number, holding = self._breakable.rows.append, incoming.number, incoming.holding
        touched: dict[Order, None] | None = None
        for resting, lots, resting_leaves in fills:
            exec_id += 1
            leaves -= lots
            price_ticks = resting.price_ticks
            theirs = positions[resting.holding]
            if resting.special is not None:
                touched = touched or {}
                touched[resting] = None
                price_ticks = resting.level.price_ticks
                resting, resting_leaves = self._follow_special(resting, lots, resting_leaves)
            elif not resting_leaves:
                owner = self._seats[resting.participant]
                del owner.open[resting.number]
                owner.ids.retired.append(resting)
            trade = Trade(
                exec_id, instrument, price_ticks, lots, resting.number, resting_leaves, incoming.number, leaves
            )
            if not (is_simple and theirs.is_simple):
                self._settle_with_terms(trade, incoming, 0 if is_market else held_ticks, resting, resting.price_ticks)
            else:
                if is_market:
                    held_ticks = price_ticks
                    covered = self._reserve(incoming.holding, incoming.side, lots, price_ticks)
                    assert covered, "a market order met more than was checked"
                if buys:
                    settle(mine, theirs, lots, price_ticks, held_ticks)
                else:
                    settle(theirs, mine, lots, price_ticks, resting.price_ticks)
            remember((
                exec_id, instrument, price_ticks, lots, resting.number, number, resting.holding, holding, buys,
                trade.resting_fee_atoms, trade.incoming_fee_atoms,
            ))  # fmt: skip
            events.append(trade)
        self._last_exec_id = exec_id
        book.last_ticks = price_ticks
        if touched:
            for resting in touched:
                self._show(resting, events)

    def _settle_with_terms(
        self, trade: Trade, incoming: Order, incoming_ticks: int, resting: Order, resting_ticks: int
    ) -> None:
        """Let a match change hands that fees or short sales may concern; the prices are those of the reservations."""
        buyer_rests = resting.side == BUY
        buy, sell = (resting, incoming) if buyer_rests else (incoming, resting)
        bid_ticks, ask_ticks = (resting_ticks, incoming_ticks) if buyer_rests else (incoming_ticks, resting_ticks)
        buyer, seller = self._positions[buy.holding], self._positions[sell.holding]
        trade.resting_fee_atoms, trade.incoming_fee_atoms = settle_with_terms(
            buyer, seller, trade.quantity_lots, trade.price_ticks, bid_ticks, ask_ticks,
            is_short=sell.side == SELL_SHORT and seller.leverage > 0, buyer_rests=buyer_rests,
        )  # fmt: skip

    def _cancel(self, order: Order, request_id: int, reason: int = 0) -> OrderCancelled:
        """End a plain order that has left the book or never was in it, and give back what it held."""
        leaves = order.leaves_lots
        if order.order_type == LIMIT:
            self._release(order.holding, order.side, leaves, order.price_ticks)
        order.leaves_lots = 0
        order.cancelled_lots = leaves
        seat = self._seats[order.participant]
        seat.open.pop(order.number, None)
        seat.ids.retired.append(order)
        return OrderCancelled(order.number, request_id, leaves, reason)
