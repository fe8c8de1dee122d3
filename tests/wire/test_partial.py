"""Projections and writers: a few fields of an encoded transaction, compared with construct over all of it.

In: drawn transactions and drawn selections of fields. Out: the same values, and no other byte touched.
Never knows: the order path that uses them.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import FieldError
from base.wire.bo.market_data import MarketDataSubscribe
from base.wire.bo.transaction import Transaction, Transaction238
from base.wire.layout import Message, column_writer, projection, writer
from base.wire.partial import runs
from tests.kit.counts import count
from tests.wire.samples import encoded, exactly

BOTH = pytest.mark.parametrize("cls", [Transaction, Transaction238], ids=lambda cls: cls.__name__)
EXAMPLES = count(ordinary=60, long=5000)


def selection(cls: type[Message]) -> st.SearchStrategy[list[str]]:
    """Some fields of a message, in order of the layout."""
    names = [spec.name for spec in cls.FIELDS]
    return st.sets(st.sampled_from(names), min_size=1).map(lambda chosen: sorted(chosen, key=names.index))


def as_raw(cls: type[Message], name: str, value: object) -> object:
    """A value of construct as a projection returns it: text as raw bytes."""
    sizes = {spec.name: spec.size for spec in cls.FIELDS}
    return value.encode().ljust(sizes[name], b"\0") if isinstance(value, str) else value


@BOTH
def test_a_projection_reads_what_construct_reads(cls: type[Message]) -> None:
    @settings(max_examples=EXAMPLES)
    @given(encoded(cls), selection(cls))
    def check(data: bytes, names: list[str]) -> None:
        part, container = projection(cls, *names), cls.LAYOUT.parse(data)
        assert part.size == cls.SIZE
        expected = [as_raw(cls, name, container[name]) for name in names]
        assert exactly(list(part.unpack(data))) == exactly(expected)

    check()


@BOTH
def test_a_writer_writes_what_construct_writes_and_nothing_else(cls: type[Message]) -> None:
    @settings(max_examples=EXAMPLES)
    @given(encoded(cls), encoded(cls), selection(cls), st.randoms(use_true_random=False))
    def check(data: bytes, other: bytes, names: list[str], rng: random.Random) -> None:
        target, source = cls.LAYOUT.parse(data), cls.LAYOUT.parse(other)
        rng.shuffle(names)
        buffer = bytearray(data)
        writer(cls, *names)(buffer, *(as_raw(cls, name, source[name]) for name in names))
        target.update({name: source[name] for name in names})
        assert bytes(buffer) == cls.LAYOUT.build(target)

    check()


@BOTH
def test_a_column_is_what_the_writer_writes_into_each_record(cls: type[Message]) -> None:
    single = [spec.name for spec in cls.FIELDS if spec.code in "BbHhIiQqd"]

    @settings(max_examples=EXAMPLES)
    @given(st.lists(encoded(cls), min_size=1, max_size=5), st.lists(encoded(cls), min_size=5, max_size=5),
           st.sampled_from(single))  # fmt: skip
    def check(records: list[bytes], others: list[bytes], name: str) -> None:
        values = [projection(cls, name).unpack(other)[0] for other in others[: len(records)]]
        buffer, expected = bytearray(b"".join(records)), b""
        column_writer(cls, name)(buffer, values)
        for record, value in zip(records, values, strict=True):
            one = bytearray(record)
            writer(cls, name)(one, value)
            expected += one
        assert buffer == expected

    check()


@BOTH
def test_runs_are_the_bytes_of_neighbours(cls: type[Message]) -> None:
    @settings(max_examples=EXAMPLES)
    @given(encoded(cls), selection(cls))
    def check(data: bytes, names: list[str]) -> None:
        chosen = [spec for spec in cls.FIELDS if spec.name in names]
        pieces = runs(cls, *names).unpack(data)
        assert b"".join(pieces) == b"".join(data[spec.offset : spec.offset + spec.size] for spec in chosen)
        starts = {spec.offset for spec in chosen}
        assert len(pieces) == len(starts - {spec.offset + spec.size for spec in chosen})

    check()


def test_neighbours_are_written_together() -> None:
    write = writer(Transaction, "ExecShares", "ExecID", "RejectReason")
    assert write.__code__.co_names == ("pack_into_0", "pack_into_1")
    buffer = bytearray(b"\xff" * 250)
    write(buffer, 1.0, 7, 54)
    changed = [position for position in range(250) if buffer[position] != 0xFF]
    assert changed == [*range(82, 98), *range(132, 134)]


@pytest.mark.parametrize("make", [projection, writer])
@pytest.mark.parametrize("names", [("Price",), ("OrderID", "OrderID"), ()])
def test_unknown_and_repeated_names_are_refused(make: object, names: tuple[str, ...]) -> None:
    with pytest.raises(FieldError):
        make(Transaction, *names)  # type: ignore[operator]
    with pytest.raises(FieldError, match="Subscribes: MarketDataSubscribe has no such single field"):
        make(MarketDataSubscribe, "Subscribes")  # type: ignore[operator]


def test_a_projection_wants_the_order_of_the_layout() -> None:
    with pytest.raises(AssertionError, match="in order of the layout"):
        projection(Transaction, "Key", "OrderID")


@BOTH
def test_neighbours_come_in_one_piece_of_raw_bytes(cls: type[Message]) -> None:
    part = projection(cls, "Data1", ("OrderID", "SymbolEnum"), "BOSide")
    data = bytes(range(250))[: cls.SIZE]
    assert part.unpack(data) == (b"\0", data[12:22], int.from_bytes(data[34:36], "little"))
    with pytest.raises(AssertionError, match="these are no neighbours"):
        projection(cls, ("OrderID", "OrderType"))
