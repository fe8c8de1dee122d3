"""The market as it follows from what was asked, held against every report that anybody gets.

In: commands as they leave; reports of all users, in the order in which each got them. Out: levels of both sides,
executions, as whole numbers; an AssertionError for a report that does not follow, or does not come. Never knows:
base.publish, base.matching, journals. Where a peg or a layer rests no report tells: docs/order-types.md does, by way of
the slow reference that is written from it.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from base.gateway.translate_bo import REJECT_CODES
from base.messages import MessageType, Transaction
from base.vocabulary.commands import CancelOrder, Command, NewOrder, QueryOrder, ReplaceOrder
from base.vocabulary.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OrderReplaced,
    Trade,
)
from base.vocabulary.rejects import Reject
from tests.crash.settings import LOTS_PER_UNIT, TICKS_PER_UNIT
from tests.reference.comparison import expected_levels
from tests.reference.entries import Entry, Piece
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.worlds import accounts

MAKER = (MessageType.EXECUTION, MessageType.EXECUTION_PARTIAL)
TAKER = (MessageType.QUOTE_FILL, MessageType.QUOTE_FILL_PARTIAL)
ACCOUNTS = accounts(0)
Level = tuple[int, int, int]
"""Price in ticks, lots, orders."""
Told = tuple[int, ...]
"""A report in short: its MessageType, its OrderID, and what else it says."""


def lots(quantity: float) -> int:
    """A quantity in whole lots."""
    return round(quantity * LOTS_PER_UNIT)


def ticks(symbol: int, price: float) -> int:
    """A price in whole ticks."""
    return round(price * TICKS_PER_UNIT[symbol])


class Witness(Matcher):
    """The reference, which remembers whether the order that came in bought."""

    def __init__(self, *terms: Any) -> None:
        super().__init__(*terms)
        self.sides: list[int] = []

    def trade(self, piece: Piece, entry: Entry, lots: int, price: int, *, at_market: bool = False) -> Trade:
        self.sides.append(1 if entry.buys else 2)
        return super().trade(piece, entry, lots, price, at_market=at_market)


class Rebuilt:
    """Takes one command after the other, and each report; ``reference`` is the market as it is."""

    def __init__(self) -> None:
        self.reference = Witness(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
        self.executions: list[tuple[int, int, int, int]] = []
        """Instrument, ticks, lots, side of the order that came in."""
        self._orders: dict[int, Entry] = {}
        self._due: dict[int, deque[Told]] = defaultdict(deque)

    def submit(self, command: Command) -> None:
        """A command leaves; what it brings is due from now on."""
        for event in self.reference.submit(command):
            self._expect(command, event)

    @property
    def awaited(self) -> list[int]:
        """Those who are still to be told something."""
        return [participant for participant, due in self._due.items() if due]

    def take(self, participant: int, report: Transaction) -> None:
        """Somebody is told something: nothing but what is due."""
        due = self._due[participant]
        assert due, f"{participant} is told what did not happen: {report}"
        expected = due.popleft()
        assert said(report) == expected, f"{participant} is told {report}, but {expected} happened"

    def lose_reports(self) -> None:
        """The sessions are over, and nobody is told any more what was due."""
        self._due.clear()

    def levels(self) -> Mapping[int, tuple[Sequence[Level], Sequence[Level]]]:
        """Both sides of all books, best first."""
        return expected_levels(self.reference)

    def _expect(self, command: Command, event: Event) -> None:
        if isinstance(event, OrderRejected):
            assert isinstance(command, NewOrder | ReplaceOrder | CancelOrder | QueryOrder), command
            self._due[command.participant].append((MessageType.REJECT, event.order_id))
        elif isinstance(event, Trade):
            self._expect_fills(command, event)
        elif isinstance(event, OrderAccepted):
            order = self._order(command, event.number)
            self._due[order.participant].append((MessageType.ORDER_ACK, order.order_id))
        elif isinstance(event, OrderReplaced):
            assert isinstance(command, ReplaceOrder), command
            told = (MessageType.REPLACED, command.order_id, command.original_order_id, event.leaves_lots)
            self._due[command.participant].append(told)
        elif isinstance(event, OrderCancelled):
            order = self._order(command, event.number)
            if not event.request_id or order.participant != getattr(command, "participant", None):
                reason = code_of(event.reason)
                told = (MessageType.CANCELLED, order.order_id, order.order_id, event.leaves_lots, reason)
                self._due[order.participant].append(told)
            if event.request_id:
                assert isinstance(command, CancelOrder), command
                told = (MessageType.CANCELLED, event.request_id, command.original_order_id, event.leaves_lots, 0)
                self._due[command.participant].append(told)

    def _expect_fills(self, command: Command, trade: Trade) -> None:
        side = self.reference.sides[len(self.executions)]
        self.executions.append((trade.instrument, trade.price_ticks, trade.quantity_lots, side))
        for number, left, (all_of_it, part_of_it) in (
            (trade.resting_number, trade.resting_leaves_lots, MAKER),
            (trade.incoming_number, trade.incoming_leaves_lots, TAKER),
        ):
            order = self._order(command, number)
            self._due[order.participant].append(
                (
                    part_of_it if left else all_of_it, order.order_id, trade.exec_id, trade.quantity_lots,
                    trade.price_ticks, left,
                )
            )  # fmt: skip

    def _order(self, command: Command, number: int) -> Entry:
        """The order of this number; one that is not known has just come in."""
        if number not in self._orders:
            assert isinstance(command, NewOrder) and number == self.reference.numbers, command
            account = self.reference.account_of[command.participant]
            self._orders[number] = self.reference.by_id[account, command.order_id]
        return self._orders[number]


def code_of(reason: int) -> int:
    """What a client is told of a reason."""
    return int(REJECT_CODES[Reject(reason)]) if reason else 0


def said(report: Transaction) -> Told:
    """A report in short."""
    kind, order_id = MessageType(report.MessageType), report.OrderID
    if kind in MAKER + TAKER:
        return (
            kind, order_id, report.ExecID, lots(report.ExecShares), ticks(report.SymbolEnum, report.ExecPrice),
            lots(report.RemainingQuantity),
        )  # fmt: skip
    if kind == MessageType.CANCELLED:
        return kind, order_id, report.OrigOrderID, lots(report.BOCancelShares), report.RejectReason
    if kind == MessageType.REPLACED:
        return kind, order_id, report.OrigOrderID, lots(report.RemainingQuantity)
    return kind, order_id
