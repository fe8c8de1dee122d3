"""What is to be seen of a market: pictures of it as whole numbers, and numbers as text.

In: happenings in their order, an instrument. Out: pictures, texts. Never knows: accounts, messages, terminals.
Follows sections 3.10 to 3.14 of the protocol: levels best first, StartLayer 2 and 3 leave the best ten and twenty out.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from base.publish.depth import Depth, Level, Print
from base.publish.trades import Day, Trades
from base.vocabulary.feed import Happening

LAYER_LEVELS = 10
"""Levels between two start layers."""


class Picture(NamedTuple):
    """An instrument at one moment: its day, and the wanted levels of both sides, best first."""

    day: Day
    bids: list[Level]
    asks: list[Level]


class Pictures:
    """The public state of the given instruments, made of happenings alone."""

    def __init__(self, instruments: Iterable[int]) -> None:
        numbers = list(instruments)
        self._depth = Depth(numbers)
        self.trades = Trades(numbers)

    def follow(self, happenings: Iterable[Happening], now_ns: int) -> list[Print]:
        """Follow what happened now; gives the trades in their order."""
        prints: list[Print] = []
        for instrument, side, price_ticks, quantity_lots, is_plain, events in happenings:
            if instrument:
                prints += self._depth.entered(instrument, side, price_ticks, quantity_lots, events, plain=is_plain)
            else:
                prints += self._depth.left(events)
        self.trades.follow(prints, now_ns)
        return prints

    def take_changed(self) -> set[int]:
        """Give the instruments of which something to be seen may have changed since the last call."""
        changed = self._depth.changed | self.trades.changed
        self._depth.changed.clear()
        self.trades.changed.clear()
        return changed

    def picture(self, instrument: int, levels: int, start_layer: int = 1) -> Picture:
        """Give the picture of an instrument with so many levels from a start layer on."""
        bids, asks = self._depth.levels(instrument, levels, (start_layer - 1) * LAYER_LEVELS)
        return Picture(self.trades.day(instrument), bids, asks)


def decimal_text(value: Fraction) -> str:
    """A number as people write it, exactly; as a fraction when it has no end.

    >>> decimal_text(Fraction(100001, 2)), decimal_text(Fraction(3)), decimal_text(Fraction(-1, 8))
    ('50000.5', '3', '-0.125')
    >>> decimal_text(Fraction(1, 3))
    '1/3'
    """
    numerator, places = abs(value.numerator), 0
    scale = 1
    while scale % value.denominator and places < value.denominator.bit_length():
        scale *= 10
        places += 1
    if scale % value.denominator:
        return str(value)
    digits = str(numerator * scale // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
