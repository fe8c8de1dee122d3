"""Orders as columns of whole numbers: a tenth of the time and half the room of one object after the other.

In: columns, orders that are over. Out: bytes, the same on every machine; columns and orders again.
Never knows: ids, books, what the bytes are for. Follows "Pictures" of docs/decisions/recovery.md.

A column is the letter of its width, then each number little-endian in so many bytes; the narrowest width that
fits all of them is taken, so that equal columns are equal bytes. Numbers that no width fits stand there as text.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence

from base.matching.price_level import Order

_WIDTHS = "bhiqQ"
"""Letters of ``array``, narrowest first. Ids of orders are the client's and may take all 64 bits."""
_TEXT = b"t"
"""The letter of a column of text: ids that came by OUCH lie above 64 bits."""

_bare = object.__new__


def packed(column: Sequence[int]) -> bytes:
    """Give a column as bytes."""
    for letter in _WIDTHS:
        try:
            numbers = array(letter, column)
        except OverflowError:
            continue
        return letter.encode() + _little_endian(numbers).tobytes()
    return _TEXT + " ".join(map(str, column)).encode()


def unpacked(data: bytes) -> Sequence[int]:
    """Give the column again; ValueError when the bytes are none."""
    letter, numbers = data[:1], data[1:]
    if letter == _TEXT:
        return [int(number) for number in numbers.split()]
    if not letter or letter not in _WIDTHS.encode():
        raise ValueError(f"{letter!r} is no width of a column")
    return _little_endian(array(letter.decode(), numbers))


def columns_of(orders: Sequence[Order]) -> list[bytes]:
    """Give what orders are apart from what is special in them, a column for each of their figures.

    The last one, ``holding``, follows from participant and instrument and from the order of the settings.
    """
    return [
        packed(column)
        for column in (
            [order.cancelled_lots for order in orders],
            [order.instrument for order in orders],
            [order.leaves_lots for order in orders],
            [order.number for order in orders],
            [order.order_id for order in orders],
            [order.order_type for order in orders],
            [order.participant for order in orders],
            [order.price_ticks for order in orders],
            [order.quantity_lots for order in orders],
            [order.replaced_at_lots for order in orders],
            [order.side for order in orders],
            [order.time_in_force for order in orders],
            [order.holding for order in orders],
        )
    ]


def orders_in(columns: Iterable[Sequence[int]]) -> Iterator[Order]:
    """Give plain orders again that rest nowhere, in the order in which they were given."""
    for (
        cancelled_lots, instrument, leaves_lots, number, order_id, order_type, participant, price_ticks,
        quantity_lots, replaced_at_lots, side, time_in_force, holding,
    ) in zip(*columns, strict=True):  # fmt: skip
        order = _bare(Order)
        order.cancelled_lots = cancelled_lots
        order.holding = holding
        order.instrument = instrument
        order.leaves_lots = leaves_lots
        order.number = number
        order.order_id = order_id
        order.order_type = order_type
        order.participant = participant
        order.price_ticks = price_ticks
        order.quantity_lots = quantity_lots
        order.replaced_at_lots = replaced_at_lots
        order.side = side
        order.time_in_force = time_in_force
        order.special = None
        yield order


def _little_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
