"""What is done to the market as a whole: prices set, orders withdrawn, accounts stopped.

In: the operator's commands and the ends of sessions. Out: events. Never knows: base.exchange, base.matching,
base.risk. Written from docs/market-control.md alone.
"""

from collections.abc import Iterable, Sequence

from base.vocabulary.commands import Command, SetReferencePrice, WithdrawDayOrders
from base.vocabulary.events import Event
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import EndSession, KillAccount, MassCancel, ReleaseAccount
from base.vocabulary.orders import TimeInForce
from base.vocabulary.participants import AccountTerms, Participant
from tests.reference.entries import Entry, trigger_of
from tests.reference.floor import Floor


class Control(Floor):
    """``killed`` holds the accounts that may not trade."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Sequence[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        super().__init__(instruments, accounts, participants)
        self.killed: set[int] = set()

    def settle(self, instrument: int) -> list[Event]:
        raise NotImplementedError

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
        if isinstance(command, EndSession):
            return self.end_session()
        assert isinstance(command, WithdrawDayOrders)
        return self.withdraw([e for e in self.day_orders() if e.participant == command.participant])

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
        return events

    def withdraw(self, going: list[Entry]) -> list[Event]:
        """All of them leave in one step; then their books are settled."""
        going = sorted(going, key=lambda entry: entry.number)
        events: list[Event] = [self.end(entry, 0) for entry in going]
        for number in sorted({entry.instrument.number for entry in going}):
            events += self.settle(number)
        return events
