"""Declared messages: golden vectors in both directions, and the codec derived from them equal to construct.

In: tests/golden/bo.json and drawn messages. Out: every byte and every field as expected.
Never knows: how the codec works.
"""

import struct
from typing import Any

import pytest
from construct import Int8ul, Int16ul, Struct
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import FieldError, ParseError
from base.wire.layout import Entries, Message, Record, Text
from base.wire.registry import CLASSES
from tests.kit.counts import count
from tests.wire.samples import BY_NAME, VECTORS, encoded, exactly, flat_specs, legal, text_specs

EVERY_CLASS = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
RIGHT = [vector for vector in VECTORS if "wrong" not in vector]
WRONG = [vector for vector in VECTORS if "wrong" in vector]

SPECIAL_DOUBLES = [
    0x0000000000000000, 0x8000000000000000, 0x3FF0000000000000, 0xBFF0000000000000, 0x0000000000000001,
    0x8000000000000001, 0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF,
    0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8DEADBEEF0001,
    0x7FF0000000000001, 0x4340000000000000, 0x4340000000000001, 0x3EE4F8B588E368F1, 0x3FB999999999999A,
]  # fmt: skip


@pytest.mark.parametrize("vector", RIGHT, ids=lambda vector: vector["id"])
def test_golden_bytes_become_fields_and_fields_become_bytes(vector: dict[str, Any]) -> None:
    cls, data = BY_NAME[vector["class"]], bytes.fromhex(vector["hex"])
    message = cls.parse(data)
    assert message.fields() == vector["fields"]
    assert message.encode() == data
    assert cls(**vector["fields"]).encode() == data
    assert cls(**vector["fields"]) == message
    for name, value in vector["fields"].items():
        assert getattr(message, name) == value or isinstance(value, list)


def test_golden_vectors_cover_every_class() -> None:
    assert {vector["class"] for vector in RIGHT} >= {cls.__name__ for cls in CLASSES} - {"OpenOrderRequest44"}
    assert len(WRONG) == 3


@pytest.mark.parametrize("vector", WRONG, ids=lambda vector: vector["id"])
def test_a_wrong_header_does_not_harm_the_rest(vector: dict[str, Any]) -> None:
    cls, data = BY_NAME[vector["class"]], bytes.fromhex(vector["hex"])
    if data[0] == ord(cls.LETTER):
        assert cls.parse(data).fields() == vector["fields"]
        assert cls.parse(data).encode() == data
    else:
        with pytest.raises(ParseError, match="Data1"):
            cls.parse(data)


@EVERY_CLASS
def test_the_codec_equals_construct_in_both_directions(cls: type[Message]) -> None:
    @settings(max_examples=count(ordinary=6, long=500))
    @given(encoded(cls))
    def check(data: bytes) -> None:
        message, container = cls.parse(data), cls.LAYOUT.parse(data)
        fields = message.fields()
        assert exactly(fields) == exactly(container)
        assert message.encode() == cls.LAYOUT.build(container) == cls.LAYOUT.build(fields) == cls(**fields).encode()
        if "e" not in cls.CODE:
            assert message.encode() == data, "only a half-float NaN may lose bits"

    check()


@EVERY_CLASS
def test_what_construct_refuses_the_codec_refuses(cls: type[Message]) -> None:
    empty = cls().encode()
    for spec in text_specs(cls):
        data = bytearray(empty)
        data[spec.offset] = 0xFF
        for read in (cls.parse, cls.LAYOUT.parse):
            with pytest.raises(ParseError, match=spec.name):
                read(bytes(data))
    for wrong in (empty[:-1], empty + b"\0", b""):
        with pytest.raises(ParseError, match=f"takes {cls.SIZE} bytes, got {len(wrong)}"):
            cls.parse(wrong)


@EVERY_CLASS
def test_every_special_double_passes_bit_by_bit(cls: type[Message]) -> None:
    """A6: each special value in each double field, all fields of a message at a time."""
    doubles = [spec for spec in flat_specs(cls) if spec.code == "d"]
    for turn in range(len(SPECIAL_DOUBLES)):
        data = bytearray(legal(cls, bytes(cls.SIZE)))
        for place, spec in enumerate(doubles):
            bits = SPECIAL_DOUBLES[(place + turn) % len(SPECIAL_DOUBLES)]
            data[spec.offset : spec.offset + 8] = struct.pack("<Q", bits)
        message = cls.parse(data)
        assert message.encode() == data
        assert cls(**message.fields()).encode() == data
        assert exactly(message.fields()) == exactly(cls.LAYOUT.parse(data))


@EVERY_CLASS
def test_a_new_message_carries_its_letter_and_its_length(cls: type[Message]) -> None:
    message = cls()
    assert len(message.encode()) == cls.SIZE == message.MessageLen
    assert (message.Data1, message.Data2) == (cls.LETTER, "")
    assert message.encode()[4:].count(0) == cls.SIZE - 4
    assert repr(message) == f"{cls.__name__}()"
    assert message.replace(MessageLen=7).encode()[2:4] == b"\x07\0"
    assert not hasattr(message, "__dict__")


@EVERY_CLASS
def test_every_field_is_documented(cls: type[Message]) -> None:
    for spec in cls.FIELDS:
        assert spec.doc, spec.name
        assert getattr(cls, spec.name).__doc__ == spec.doc
    assert sum(spec.size for spec in cls.FIELDS) == cls.SIZE == cls.LAYOUT.sizeof()


@EVERY_CLASS
def test_another_letter_is_refused(cls: type[Message]) -> None:
    with pytest.raises(FieldError, match="Data1: 'x' is not the letter of"):
        cls(Data1="x")
    with pytest.raises(ParseError, match="Data1"):
        cls.parse(b"x" + cls().encode()[1:])
    for letter in cls.LETTERS:
        assert cls.parse(cls().replace(Data1=letter).encode()).Data1 == letter


HEADER = ("Data1" / Text(1) * "letter", "Data2" / Text(1) * "reserved", "MessageLen" / Int16ul * "length")


def test_a_wrong_size_is_found_when_the_class_is_declared() -> None:
    with pytest.raises(AssertionError, match="declared 5 bytes, the layout has 4"):

        class Wrong(Message, letter="?", name="wrong", size=5):
            LAYOUT = Struct(*HEADER)


def test_a_message_must_begin_with_the_header() -> None:
    with pytest.raises(AssertionError, match="Wrong"):

        class Wrong(Message, letter="?", name="wrong", size=1):
            LAYOUT = Struct("Data1" / Text(1) * "letter")


def test_a_repeated_group_may_stand_before_other_fields() -> None:
    class Pair(Record):
        __slots__ = ()
        LAYOUT = Struct("Name" / Text(2) * "name", "Size" / Int8ul * "size")

    class Odd(Message, letter="?", name="odd", size=13):
        __slots__ = ()
        LAYOUT = Struct(*HEADER, "Pairs" / Entries(2, Pair) * "pairs", "Last" / Text(3) * "last")

    message = Odd(Pairs=[Pair(Name="a", Size=1), {"Name": "bc", "Size": 2}], Last="xyz")
    assert message.encode() == b"?\0\x0d\0a\0\x01bc\x02xyz" == Odd.LAYOUT.build(message.fields())
    assert Odd.parse(message.encode()).Pairs == [Pair(Name="a", Size=1), Pair(Name="bc", Size=2)]
    assert exactly(Odd.LAYOUT.parse(message.encode())) == message.fields()


@given(st.binary(max_size=300))
@settings(max_examples=count(ordinary=100, long=5000))
def test_parse_raises_nothing_but_a_parse_error(data: bytes) -> None:
    for cls in CLASSES:
        try:
            assert cls.parse(data).encode() == data or "e" in cls.CODE
        except ParseError as error:
            assert str(error).startswith(("Data1", cls.__name__, *(spec.name for spec in flat_specs(cls))))
