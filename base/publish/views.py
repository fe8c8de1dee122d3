"""A book to look at: levels as lines of text, prices and quantities as exact decimals.

In: an instrument and its levels. Out: lines. Never knows: events, accounts, terminals.
The sellers stand above the buyers and the best prices meet in the middle, as on a trader's screen.
"""

from fractions import Fraction

from base.publish.depth import Depth, Level
from base.vocabulary.instruments import Instrument


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


def book_lines(depth: Depth, instrument: Instrument, count: int) -> list[str]:
    """The best ``count`` levels of both sides: quantity to buy, price, quantity to sell, orders."""
    bids, asks = depth.levels(instrument.number, count)
    lines = [f"{instrument.name:^48}", f"{'buy':>14} {'price':>14} {'sell':>14}  orders"]
    lines += [_line(instrument, level, buys=False) for level in reversed(asks)]
    lines += [_line(instrument, level, buys=True) for level in bids]
    if not bids and not asks:
        lines.append(f"{'(empty)':^48}")
    return [line.rstrip() for line in lines]


def _line(instrument: Instrument, level: Level, *, buys: bool) -> str:
    price = decimal_text(level.price_ticks * instrument.tick)
    quantity = decimal_text(level.lots * instrument.lot)
    buy, sell = (quantity, "") if buys else ("", quantity)
    return f"{buy:>14} {price:>14} {sell:>14}  {level.orders:>6}"
