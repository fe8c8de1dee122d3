"""Columns: orders as bytes and back, each figure in its place, the same bytes for the same numbers."""

import random
import sys
from array import array

import pytest

from base.matching.columns import columns_of, orders_in, packed, unpacked
from base.matching.price_level import NEVER_REPLACED, Order
from tests.matching.orders import order

FIGURES = [name for name in Order.__slots__ if name not in ("level", "next", "previous", "special")]
EDGES = [0, 1, -1, 127, 128, -128, -129, 2**15 - 1, 2**15, -(2**15), 2**31 - 1, 2**31, 2**63 - 1, -(2**63), 2**63]
EDGES += [2**64 - 1, 2**64, -(2**63) - 1, 2**100]


def figures_of(one: Order) -> dict[str, int]:
    return {name: getattr(one, name) for name in FIGURES}


def distinct(number: int) -> Order:
    """An order of which no two figures are the same."""
    made = order(number, 1)
    for place, name in enumerate(FIGURES):
        setattr(made, name, 1_000 * number + place)
    return made


def test_every_figure_of_an_order_comes_back_as_it_was() -> None:
    orders = [distinct(number) for number in range(1, 6)]
    again = list(orders_in(map(unpacked, columns_of(orders))))
    assert [figures_of(one) for one in again] == [figures_of(one) for one in orders]
    assert all(one.special is None for one in again)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_an_order_is_in_the_bytes(name: str) -> None:
    one, other = distinct(1), distinct(1)
    setattr(other, name, NEVER_REPLACED)
    assert columns_of([one]) != columns_of([other])


def test_a_column_takes_the_narrowest_width_that_fits_all() -> None:
    for bits, letter in ((7, b"b"), (15, b"h"), (31, b"i"), (63, b"q")):
        assert packed([0, 2**bits - 1])[:1] == packed([-(2**bits), 0])[:1] == letter
        assert packed([0, 2**bits])[:1] != letter != packed([-(2**bits) - 1, 0] if bits < 63 else [2**63])[:1]
    assert packed([2**64 - 1]) == b"Q" + b"\xff" * 8
    assert packed([1, 256]) == b"h\x01\x00\x00\x01"
    assert packed([]) == b"b"


def test_any_numbers_come_back() -> None:
    chance = random.Random(1)
    for _ in range(200):
        column = chance.choices(EDGES, k=chance.randrange(9))
        assert list(unpacked(packed(column))) == column


def test_numbers_that_no_width_holds_stand_there_as_text() -> None:
    assert packed([2**64, 1]) == b"t18446744073709551616 1"
    assert packed([-1, 2**63])[:1] == packed([-(2**63) - 1])[:1] == b"t"


@pytest.mark.parametrize("data", [b"", b"x\0", b"f\0\0\0\0", b"\xff\0", b"h\0", b"q1234567", b"t1 x"])
def test_bytes_that_are_no_column_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpacked(data)


def test_columns_of_different_lengths_are_no_orders() -> None:
    columns = list(map(unpacked, columns_of([distinct(1), distinct(2)])))
    columns[3] = columns[3][:1]
    with pytest.raises(ValueError):
        list(orders_in(columns))


def test_a_machine_that_turns_numbers_round_writes_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    here = packed([1, 256])
    monkeypatch.setattr(sys, "byteorder", {"little": "big", "big": "little"}[sys.byteorder])
    turned = array("h", [1, 256])
    turned.byteswap()
    assert packed([1, 256])[1:] == turned.tobytes() != here[1:]
    assert list(unpacked(packed([1, 256]))) == [1, 256]
