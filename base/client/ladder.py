"""One instrument as lines of text: its day, its ladder with the sellers above the buyers, its tape.

In: market-data messages. Out: lines of at most 80 columns for a screen, longer ones for a pipe. Never knows: sockets,
terminals, colours.
Follows sections 3.11 to 3.14 of the protocol: a level without price or volume is none.
"""

from collections import deque
from decimal import Decimal
from typing import Any, NamedTuple

from base.wire.bo.market_data import MarketDataExecReport
from base.wire.layout import Message

COLUMNS = 80
TAPE_LINES = 6
BID = frozenset((ord("B"), 1))
SIDES = {1: "buy", 2: "sell"}


class Rung(NamedTuple):
    """A price and what is there; ``orders`` is None where the message does not say how many."""

    price: float
    quantity: float
    orders: int | None = None


def number_text(value: float) -> str:
    """Write a number as people do.

    >>> number_text(1e-05), number_text(50000.0), number_text(0.5), number_text(float("nan"))
    ('0.00001', '50000', '0.5', 'NaN')
    """
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sides_of(book: Message) -> tuple[list[Rung], list[Rung]]:
    """Give the bids and asks of a book message of any kind, best first."""
    entry: Any
    bids: list[Rung] = []
    asks: list[Rung] = []
    if hasattr(book, "Prices"):
        for entry in book.Prices:
            (bids if entry.Side in BID else asks).append(Rung(entry.Price, entry.Volume))
    elif hasattr(book, "Levels"):
        for entry in book.Levels:
            bids.append(Rung(entry.BuyPrice, entry.BuyVolume, entry.NumBuyOrders))
            asks.append(Rung(entry.SellPrice, entry.SellVolume, entry.NumSellOrders))
    else:
        bids, asks = [Rung(book.BuyPrice, book.BuyVolume)], [Rung(book.SellPrice, book.SellVolume)]
    return _there(bids), _there(asks)


def _there(rungs: list[Rung]) -> list[Rung]:
    return [rung for rung in rungs if rung.price and rung.quantity]


class Ladder:
    """What is known of one instrument, message by message."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bids: list[Rung] = []
        self.asks: list[Rung] = []
        self._depth = 0
        self._day: dict[str, float] = {}
        self._tape: deque[str] = deque(maxlen=TAPE_LINES)

    def take(self, message: Message) -> str:
        """Follow a book or trade; gives it as one line. The deepest kind of book is the one that is shown."""
        if isinstance(message, MarketDataExecReport):
            side = SIDES.get(message.Side, "?")
            line = f"{number_text(message.Price):>16} {number_text(message.Volume):>16}  {side}"
            self._tape.append(line)
            return f"{self.name}  trade  {side} {number_text(message.Volume)} at {number_text(message.Price)}"
        bids, asks = sides_of(message)
        depth = message.SIZE
        if depth >= self._depth:
            self._depth, self.bids, self.asks = depth, bids, asks
        if "Last24Vol" in message.fields():
            self._day = {
                "last": message.LastTradePrice, "volume": message.Last24Vol, "high": message.High, "low": message.Low
            }  # fmt: skip
        return f"{self.name}  book   {_best(bids, 'bid')}  {_best(asks, 'ask')}{''.join(self._day_words())}"

    def lines(self) -> list[str]:
        """Give all of it, to be shown at once."""
        head = self.name
        for word in self._day_words():
            head += word if len(head + word) <= COLUMNS else ""
        return [
            head,
            f"{'buy':>16} {'price':>16} {'sell':>16} {'orders':>8}",
            *(_rung_line(rung, buys=False) for rung in reversed(self.asks)),
            f"{'':>16} {'-' * 16}",
            *(_rung_line(rung, buys=True) for rung in self.bids),
            "",
            f"{'traded at':>16} {'quantity':>16}",
            *reversed(self._tape),
        ]

    def _day_words(self) -> list[str]:
        return [f"  {word} {number_text(value)}" for word, value in self._day.items() if value]


def _best(rungs: list[Rung], word: str) -> str:
    return f"{word} {number_text(rungs[0].quantity)} at {number_text(rungs[0].price)}" if rungs else f"no {word}"


def _rung_line(rung: Rung, *, buys: bool) -> str:
    quantity, orders = number_text(rung.quantity), "" if rung.orders is None else rung.orders
    buy, sell = (quantity, "") if buys else ("", quantity)
    return f"{buy:>16} {number_text(rung.price):>16} {sell:>16} {orders:>8}".rstrip()
