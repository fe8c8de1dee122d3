"""The market as it follows from what the owners of all orders were told: levels and trades.

In: reports of all accounts, in the order in which each got them. Out: levels of both sides, executions, as whole
numbers. Never knows: base.publish, base.matching, journals; what a market-data message looks like. An order shows what
it has left, or its slice, and nothing when it is hidden.
"""

from collections import defaultdict
from dataclasses import dataclass

from base.messages import MessageType, Transaction
from tests.crash.settings import LOTS_PER_UNIT, TICKS_PER_UNIT

TAKER = (MessageType.QUOTE_FILL, MessageType.QUOTE_FILL_PARTIAL)
MAKER = (MessageType.EXECUTION, MessageType.EXECUTION_PARTIAL)
HIDDEN_TYPE = 6
Level = tuple[int, int, int]
"""Price in ticks, lots, orders."""


def lots(quantity: float) -> int:
    """A quantity in whole lots."""
    return round(quantity * LOTS_PER_UNIT)


def ticks(symbol: int, price: float) -> int:
    """A price in whole ticks."""
    return round(price * TICKS_PER_UNIT[symbol])


@dataclass
class Open:
    """An order that may be in the book; ``shown`` is its slice, or all it has left."""

    symbol: int
    buys: bool
    ticks: int
    leaves: int
    display: int
    refresh: int
    hidden: bool
    shown: int = 0


class Rebuilt:
    """Takes one report after the other."""

    def __init__(self) -> None:
        self.executions: dict[int, tuple[int, int, int, int]] = {}
        """By ExecID: instrument, ticks, lots, side of the order that came in."""
        self._parties: dict[int, int] = defaultdict(int)
        self._orders: dict[tuple[int, int], Open] = {}

    @property
    def half_told(self) -> bool:
        """Whether one of the two parties of an execution has not been told yet."""
        return bool(self._parties)

    def take(self, account: int, report: Transaction) -> None:
        """Follow one report."""
        kind, key = report.MessageType, (account, report.OrderID)
        if kind == MessageType.ORDER_ACK:
            self._orders[key] = self._fresh(report, lots(report.BOOrderQty))
        elif kind == MessageType.REPLACED:
            del self._orders[account, report.OrigOrderID]
            self._orders[key] = self._fresh(report, lots(report.RemainingQuantity))
        elif kind == MessageType.CANCELLED:
            self._orders.pop((account, report.OrigOrderID), None)
        elif kind in TAKER:
            self._told(report.ExecID)
            self.executions[report.ExecID] = (
                report.SymbolEnum, ticks(report.SymbolEnum, report.ExecPrice), lots(report.ExecShares),
                min(report.BOSide, 2),
            )  # fmt: skip
            self._orders[key] = self._fresh(report, lots(report.RemainingQuantity))
        elif kind in MAKER:
            self._told(report.ExecID)
            self._hit(self._orders[key], lots(report.ExecShares), lots(report.RemainingQuantity))

    def levels(self, symbol: int, buys: bool) -> list[Level]:
        """One side of a book, best first."""
        found: dict[int, list[int]] = defaultdict(list)
        for order in self._orders.values():
            if (order.symbol, order.buys) == (symbol, buys) and order.shown and not order.hidden:
                found[order.ticks].append(order.shown)
        return [(price, sum(found[price]), len(found[price])) for price in sorted(found, reverse=buys)]

    def _fresh(self, report: Transaction, leaves: int) -> Open:
        attributes = report.Attributes.ljust(3)
        order = Open(
            report.SymbolEnum, report.BOSide == 1, ticks(report.SymbolEnum, report.BOPrice), leaves,
            lots(report.DisplaySize) if attributes[2] == "Y" else 0, lots(report.RefreshSize),
            attributes[1] == "Y" or report.OrderType == HIDDEN_TYPE,
        )  # fmt: skip
        order.shown = min(order.display or leaves, leaves)
        return order

    def _hit(self, order: Open, quantity: int, leaves: int) -> None:
        order.leaves = leaves
        order.shown -= quantity
        if order.display and not order.shown:
            order.shown = min(order.refresh, leaves)
        elif order.hidden or not order.display:
            order.shown = leaves

    def _told(self, exec_id: int) -> None:
        self._parties[exec_id] += 1
        if self._parties[exec_id] == 2:
            del self._parties[exec_id]
