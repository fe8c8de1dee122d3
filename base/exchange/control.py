"""What the market does beside matching: reference prices, and stopping accounts, books and sessions.

In: commands of the operator and of the session room. Out: events. Never knows: clients' requests, wires, the clock.
Follows docs/market-control.md.
"""

from collections.abc import Iterable, Iterator

from base.exchange.desk import BUY, DAY, GOOD_TILL_CANCEL, LIMIT
from base.exchange.replaces import Replaces
from base.matching.book import Book
from base.matching.price_level import Order
from base.matching.uncross import match_pairs, uncross_price
from base.risk.reversing import reverse, who_lacks
from base.vocabulary.events import Event, OrderRejected, Trade, TradeBroken
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import InstrumentStatus, MarketState, TradeStatus
from base.vocabulary.orders import Trigger
from base.vocabulary.participants import AccountTerms, Participant
from base.vocabulary.rejects import Reject


class Control(Replaces):
    """The brakes of a venue. ``_is_restrained`` is False while no order has to ask whether it may come in."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        super().__init__(instruments, accounts, participants)
        self._killed: set[int] = set()
        self._is_restrained = False

    def withdraw_day_orders(self, participant: int, now_ns: int) -> list[Event]:
        """The participant logged out: its DAY orders leave, oldest first; then the books are settled."""
        return self._withdraw_all(
            order for order in self._seats[participant].open.values() if order.time_in_force == DAY
        )

    def lose_participant(self, participant: int, now_ns: int) -> list[Event]:
        """The participant is gone without a logout: its orders leave if its account wants that."""
        seat = self._seats[participant]
        if not self._terms[seat.account].cancel_on_disconnect:
            return []
        return self._withdraw_all(seat.open.values())

    def set_reference_price(self, instrument: int, trigger: int, price_ticks: int, now_ns: int) -> list[Event]:
        """The operator sets the index or mark price, which is shown to all who wait for it."""
        book = self._books[instrument]
        events: list[Event] = []
        book.waiting.set_price(trigger, price_ticks)
        if book.watched:
            self._settle_book(book, events)
        return events

    def set_market_state(self, instrument: int, state: int, now_ns: int) -> list[Event]:
        """Put an instrument into a state; a book that opens is uncrossed first, then settled."""
        book = self._books[instrument]
        book.put_into(state)
        self._note_restraints()
        return self._uncross(book) if book.is_open else []

    def uncross(self, instrument: int, now_ns: int) -> list[Event]:
        """Match what crosses before the opening, or refuse."""
        book = self._books[instrument]
        if book.state != MarketState.PRE_OPEN:
            return [OrderRejected(0, Reject.MARKET_STATE)]
        return self._uncross(book)

    def instrument_status(self, instrument: int) -> InstrumentStatus:
        """What the operator sees of an instrument."""
        book = self._books[instrument]
        index_ticks, mark_ticks = (
            book.waiting.reference_ticks(trigger, book.last_ticks) for trigger in (Trigger.INDEX, Trigger.MARK)
        )
        return InstrumentStatus(book.state, book.last_ticks, index_ticks, mark_ticks)

    def mass_cancel(self, account: int, instrument: int, now_ns: int) -> list[Event]:
        """Take out all orders of an account (0: of all) in an instrument (0: in all)."""
        return self._withdraw_all(
            order
            for seat in self._seats
            if account in (0, seat.account)
            for order in seat.open.values()
            if instrument in (0, order.instrument)
        )

    def kill_account(self, account: int, now_ns: int) -> list[Event]:
        """Take all orders of an account out; it enters and replaces nothing until it is released."""
        self._killed.add(account)
        self._note_restraints()
        return self.mass_cancel(account, 0, now_ns)

    def release_account(self, account: int, now_ns: int) -> list[Event]:
        """Let an account trade again; nothing happens to one that was not killed."""
        self._killed.discard(account)
        self._note_restraints()
        return []

    def is_killed(self, account: int) -> bool:
        """Whether an account was taken out and not released since."""
        return account in self._killed

    def end_session(self, now_ns: int) -> list[Event]:
        """All DAY orders leave, and the ids of finished orders may be used again."""
        events = self._withdraw_all(order for order in self._open_orders() if order.time_in_force == DAY)
        open_numbers = {order.number for order in self._open_orders()}
        for ids in self._ids.values():
            ids.keep_only(open_numbers)
        self._breakable.forget_all()
        return events

    def break_trade(self, exec_id: int, reason: int, now_ns: int) -> list[Event]:
        """Undo a trade of this session, whole; or refuse, and leave everything as it was."""
        one = self._breakable.find(exec_id)
        if one is None:
            return [OrderRejected(0, Reject.TRADE_UNKNOWN)]
        if self._breakable.is_broken(exec_id):
            return [OrderRejected(0, Reject.TRADE_BROKEN)]
        if not reverse(self._positions[one.buyer], self._positions[one.seller], one):
            return [OrderRejected(0, Reject.TRADE_NOT_COVERED)]
        self._breakable.note_broken(exec_id)
        return [
            TradeBroken(
                exec_id, one.instrument, one.price_ticks, one.lots, one.resting_number, one.incoming_number, reason
            )
        ]

    def trade_status(self, exec_id: int) -> TradeStatus | None:
        """What the operator sees of a trade, as long as it may be broken."""
        one = self._breakable.find(exec_id)
        if one is None:
            return None
        lacking = who_lacks(self._positions[one.buyer], self._positions[one.seller], one)
        return TradeStatus(
            one.instrument, one.price_ticks, one.lots, self._accounts.owner(one.buyer),
            self._accounts.owner(one.seller), self._breakable.is_broken(exec_id),
            0 if lacking is None else self._accounts.owner(lacking),
        )  # fmt: skip

    def breakable_trades(self) -> tuple[int, int]:
        """The numbers of the first and the last trade that may be broken; (0, 0) when there is none."""
        return self._breakable.range()

    def _open_orders(self) -> Iterator[Order]:
        for seat in self._seats:
            yield from seat.open.values()

    def _withdraw_all(self, orders: Iterable[Order]) -> list[Event]:
        """Take orders out, the lowest number first, and settle their books after that, the lowest instrument first."""
        going = sorted(orders, key=lambda order: order.number)
        events: list[Event] = []
        for order in going:
            self._withdraw(order, 0, events)
        for instrument in sorted({order.instrument for order in going}):
            book = self._books[instrument]
            if book.watched:
                self._settle_book(book, events, len(events))
        return events

    def _note_restraints(self) -> None:
        self._is_restrained = bool(self._killed) or not all(book.is_open for book in self._books.values())

    def _restraint(self, account: int, instrument: int, order_type: int, time_in_force: int) -> Reject | None:
        """Why an account may not enter or replace such an order now, if it may not."""
        if account in self._killed:
            return Reject.ACCOUNT_DISABLED
        state = self._books[instrument].state
        gathers = state == MarketState.PRE_OPEN and order_type == LIMIT and time_in_force in (GOOD_TILL_CANCEL, DAY)
        return None if gathers or state == MarketState.OPEN else Reject.MARKET_STATE

    def _uncross(self, book: Book) -> list[Event]:
        """Match what crosses at one price; the older order of a pair counts as resting. Then settle the book."""
        events: list[Event] = []
        price_ticks = uncross_price(book)
        touched: dict[Order, None] = {}
        for pair in match_pairs(book, price_ticks) if price_ticks else ():
            self._last_exec_id += 1
            buy, buy_leaves = self._matched(pair.buy, pair.lots, pair.buy_leaves_lots, touched)
            sell, sell_leaves = self._matched(pair.sell, pair.lots, pair.sell_leaves_lots, touched)
            (older, older_leaves), (younger, younger_leaves) = sorted(
                ((buy, buy_leaves), (sell, sell_leaves)), key=lambda one: one[0].number
            )
            trade = Trade(
                self._last_exec_id, book.instrument, price_ticks, pair.lots,
                older.number, older_leaves, younger.number, younger_leaves,
            )  # fmt: skip
            self._settle_with_terms(trade, younger, younger.price_ticks, older, older.price_ticks)
            self._breakable.rows.append((
                trade.exec_id, book.instrument, price_ticks, pair.lots, older.number, younger.number, older.holding,
                younger.holding, younger.side == BUY, trade.resting_fee_atoms, trade.incoming_fee_atoms,
            ))  # fmt: skip
            events.append(trade)
            book.last_ticks = price_ticks
        for order in touched:
            self._show(order, events)
        if book.watched:
            self._settle_book(book, events)
        return events

    def _matched(self, order: Order, lots: int, leaves_lots: int, touched: dict[Order, None]) -> tuple[Order, int]:
        """A resting order was matched; returns the order that it belongs to and what that one leaves."""
        if order.special is not None:
            touched[order] = None
            return self._follow_special(order, lots, leaves_lots)
        if not leaves_lots:
            owner = self._seats[order.participant]
            del owner.open[order.number]
            owner.ids.retired.append(order)
        return order, leaves_lots

    def _describe_control(self) -> Iterator[str]:
        """What this room adds to the state, as canonical text."""
        for account, terms in sorted(self._terms.items()):
            if terms.self_trade:
                yield f"apart {account} {terms.self_trade:d}"
            if terms.cancel_on_disconnect:
                yield f"cancels when lost {account}"
            if terms.make_fee_ppm or terms.take_fee_ppm or terms.leverage:
                yield f"fees and leverage {account} {terms.make_fee_ppm} {terms.take_fee_ppm} {terms.leverage}"
            for number, one in sorted(terms.limits.items()):
                yield f"limits {account} {number} {one.most_lots} {one.most_atoms} {one.band_ppm}"
        for account in sorted(self._killed):
            yield f"killed {account}"
        yield from self._breakable.describe(self._accounts.owner)
