"""What the market does beside matching: reference prices, and stopping accounts, books and sessions.

In: commands of the operator and of the session room. Out: events. Never knows: clients' requests, wires, the clock.
Follows docs/market-control.md, section by section.
"""

from collections.abc import Iterable, Iterator

from base.exchange.desk import DAY
from base.exchange.replaces import Replaces
from base.matching.price_level import Order
from base.vocabulary.events import Event
from base.vocabulary.instruments import Instrument
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

    def set_reference_price(self, instrument: int, trigger: int, price_ticks: int, now_ns: int) -> list[Event]:
        """The operator sets the index or mark price, which is shown to all who wait for it."""
        book = self._books[instrument]
        events: list[Event] = []
        book.waiting.set_price(trigger, price_ticks)
        if book.watched:
            self._settle_book(book, events)
        return events

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

    def end_session(self, now_ns: int) -> list[Event]:
        """All DAY orders leave, and the ids of finished orders may be used again."""
        events = self._withdraw_all(order for order in self._open_orders() if order.time_in_force == DAY)
        open_numbers = {order.number for order in self._open_orders()}
        for ids in self._ids.values():
            ids.keep_only(open_numbers)
        return events

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
        self._is_restrained = bool(self._killed)

    def _restraint(self, account: int) -> Reject | None:
        """Why an account may not enter or replace an order now, if it may not."""
        return Reject.ACCOUNT_DISABLED if account in self._killed else None

    def _describe_control(self) -> Iterator[str]:
        """What this room adds to the state, as canonical text."""
        for account, terms in sorted(self._terms.items()):
            if terms.self_trade:
                yield f"apart {account} {terms.self_trade:d}"
        for account in sorted(self._killed):
            yield f"killed {account}"
