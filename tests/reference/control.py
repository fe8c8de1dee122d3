"""What is done to the market as a whole: prices set, orders withdrawn, accounts stopped.

In: the operator's commands and the ends of sessions. Out: events. Never knows: base.exchange, base.matching,
base.risk. Written from docs/market-control.md alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from base.vocabulary.commands import Command, LoseParticipant, SetReferencePrice, WithdrawDayOrders
from base.vocabulary.events import Event, OrderRejected, TradeBroken
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import (
    BreakTrade,
    EndSession,
    KillAccount,
    MarketState,
    MassCancel,
    ReleaseAccount,
    SetMarketState,
    Uncross,
)
from base.vocabulary.orders import OrderType, TimeInForce
from base.vocabulary.participants import AccountTerms, Participant
from base.vocabulary.rejects import Reject
from tests.reference.entries import Entry, Piece, trigger_of
from tests.reference.floor import Floor


class Control(Floor, ABC):
    """``killed`` holds the accounts that may not trade, ``states`` the market state of each instrument."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Sequence[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        super().__init__(instruments, accounts, participants)
        self.cancelling = {one.account for one in accounts if one.cancel_on_disconnect}
        self.killed: set[int] = set()
        self.broken: set[int] = set()
        self.states: dict[int, int] = dict.fromkeys(self.instruments, MarketState.OPEN)

    @abstractmethod
    def settle(self, instrument: int) -> list[Event]:
        """Let everything act that is set free in an instrument, and move what must move."""

    def control(self, command: Command) -> list[Event]:
        self.seen[type(command).__name__] += 1
        if isinstance(command, SetReferencePrice):
            return self.set_reference_price(command)
        if isinstance(command, MassCancel):
            return self.cancel_all(command.account, command.instrument)
        if isinstance(command, KillAccount):
            self.killed.add(command.account)
            return self.cancel_all(command.account, 0)
        if isinstance(command, ReleaseAccount):
            self.killed.discard(command.account)
            return []
        if isinstance(command, SetMarketState):
            self.states[command.instrument] = command.state
            opens = command.state == MarketState.OPEN
            return [*self.uncross(command.instrument), *self.settle(command.instrument)] if opens else []
        if isinstance(command, Uncross):
            if self.states[command.instrument] != MarketState.PRE_OPEN:
                return [OrderRejected(0, Reject.MARKET_STATE)]
            return self.uncross(command.instrument)
        if isinstance(command, EndSession):
            return self.end_session()
        if isinstance(command, BreakTrade):
            return self.break_trade(command)
        if isinstance(command, LoseParticipant):
            wanted = self.account_of[command.participant] in self.cancelling
            return self.withdraw([e for e in self.open_orders() if wanted and e.participant == command.participant])
        assert isinstance(command, WithdrawDayOrders)
        return self.withdraw([e for e in self.day_orders() if e.participant == command.participant])

    def is_open(self, instrument: int) -> bool:
        return self.states[instrument] == MarketState.OPEN

    def admits(self, instrument: int, order_type: int, time_in_force: int) -> bool:
        """Section 2: whether such an order may be entered or replaced now."""
        if self.states[instrument] == MarketState.PRE_OPEN:
            lasts = time_in_force in (TimeInForce.GOOD_TILL_CANCEL, TimeInForce.DAY)
            return order_type == OrderType.LIMIT and lasts
        return self.is_open(instrument)

    def uncross(self, instrument: int) -> list[Event]:
        """Section 3: all that can be matched at one price is matched at it."""
        pieces = [piece for entry in self.books[instrument] for piece in entry.pieces if piece.rests]
        if not pieces:
            return []
        last = self.last_prices.get(instrument)

        def both(price: int) -> tuple[int, int]:
            demand = sum(piece.left for piece in pieces if piece.entry.buys and piece.price >= price)
            supply = sum(piece.left for piece in pieces if not piece.entry.buys and piece.price <= price)
            return demand, supply

        def rank(price: int) -> tuple[int, int, int, int]:
            demand, supply = both(price)
            return -min(demand, supply), abs(demand - supply), 0 if last is None else abs(price - last), price

        at = min({piece.price for piece in pieces}, key=rank)
        self.seen["uncrossed"] += min(both(at)) > 0
        buys = [piece for piece in pieces if piece.entry.buys and piece.price >= at]
        sells = [piece for piece in pieces if not piece.entry.buys and piece.price <= at]
        events: list[Event] = []
        while buys and sells:
            first_buy, first_sell = min(buys, key=Piece.rank), min(sells, key=Piece.rank)
            lots = min(first_buy.shown, first_sell.shown)
            self.use(first_buy, lots, buys)
            self.use(first_sell, lots, sells)
            older, younger = sorted((first_buy, first_sell), key=lambda piece: piece.entry.number)
            events.append(self.trade(older, younger.entry, lots, at))
        return events

    def set_reference_price(self, command: SetReferencePrice) -> list[Event]:
        self.set_prices[command.instrument, command.trigger] = command.price_ticks
        for entry in self.books[command.instrument]:
            if trigger_of(entry.terms) == command.trigger:
                self.show(entry, command.price_ticks)
        return self.settle(command.instrument)

    def day_orders(self) -> list[Entry]:
        return [entry for entry in self.open_orders() if entry.time_in_force == TimeInForce.DAY]

    def cancel_all(self, account: int, instrument: int) -> list[Event]:
        going = list(self.open_orders())
        if account:
            going = [entry for entry in going if entry.account == account]
        if instrument:
            going = [entry for entry in going if entry.instrument.number == instrument]
        return self.withdraw(going)

    def end_session(self) -> list[Event]:
        events = self.withdraw(self.day_orders())
        still_open = list(self.open_orders())
        self.by_id = {name: entry for name, entry in self.by_id.items() if entry in still_open}
        self.matches_of_the_session = {}
        return events

    def break_trade(self, command: BreakTrade) -> list[Event]:
        """Section 5: a match of this session that was not broken yet is undone, if both sides can."""
        done = self.matches_of_the_session.get(command.exec_id)
        if done is None:
            return [OrderRejected(0, Reject.TRADE_UNKNOWN)]
        if command.exec_id in self.broken:
            return [OrderRejected(0, Reject.TRADE_BROKEN)]
        if not self.undo(done):
            return [OrderRejected(0, Reject.TRADE_NOT_COVERED)]
        self.broken.add(command.exec_id)
        terms = (done.instrument.number, done.price, done.lots)
        return [TradeBroken(command.exec_id, *terms, *done.numbers, command.reason)]

    def withdraw(self, going: list[Entry]) -> list[Event]:
        """All of them leave in one step; then their books are settled."""
        going = sorted(going, key=lambda entry: entry.number)
        events: list[Event] = [self.end(entry, 0) for entry in going]
        for number in sorted({entry.instrument.number for entry in going}):
            events += self.settle(number)
        return events
