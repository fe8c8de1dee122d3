"""Fields: what each kind may carry, and what it says when it may not.

In: values and raw bytes. Out: flat values, or an error that names field, value and rule.
Never knows: which messages exist.
"""

import math
from typing import Any

import pytest
from construct import Bytes, Float16l, Float64l, GreedyBytes, Int8ul, Int16sl, Int16ul, Int24ul, Int64ul, Struct

from base.errors import FieldError, ParseError
from base.wire.fields import Entries, Text, decode_text, encode_text, fields_of, struct_code
from base.wire.record import Record


class Pair(Record):
    """Two fields, for repeated groups."""

    __slots__ = ()
    LAYOUT = Struct("Name" / Text(2) * "name", "Size" / Int8ul * "size")


FIELDS = {
    field.spec.name: field
    for field in fields_of(
        Struct(
            "Byte" / Int8ul,
            "Signed" / Int16sl,
            "Long" / Int64ul,
            "Half" / Float16l,
            "Double" / Float64l,
            "Text" / Text(4),
            "Pairs" / Entries(2, Pair) * "pairs",
            "Three" / Int24ul * "construct only",
        )
    )
}


def test_fields_lie_back_to_back() -> None:
    assert [(name, f.spec.offset, f.spec.size, f.first, f.width) for name, f in FIELDS.items()] == [
        ("Byte", 0, 1, 0, 1),
        ("Signed", 1, 2, 1, 1),
        ("Long", 3, 8, 2, 1),
        ("Half", 11, 2, 3, 1),
        ("Double", 13, 8, 4, 1),
        ("Text", 21, 4, 5, 1),
        ("Pairs", 25, 6, 6, 4),
        ("Three", 31, 3, 10, 1),
    ]
    assert struct_code(FIELDS.values()) == "BhQed4s2sB2sB3s"
    assert FIELDS["Pairs"].spec.code == "2*(2sB)"


@pytest.mark.parametrize(
    "name, value, stored",
    [
        ("Byte", 255, (255,)),
        ("Byte", True, (1,)),
        ("Signed", -32768, (-32768,)),
        ("Signed", 32767, (32767,)),
        ("Long", 2**64 - 1, (2**64 - 1,)),
        ("Half", 65504, (65504.0,)),
        ("Half", 0.01, (0.01000213623046875,)),
        ("Half", -math.inf, (-math.inf,)),
        ("Double", 2**53 + 1, (float(2**53),)),
        ("Double", -math.inf, (-math.inf,)),
        ("Text", "", (b"",)),
        ("Text", "äö", (b"\xc3\xa4\xc3\xb6",)),
        ("Text", "a  ", (b"a  ",)),
        ("Pairs", [], (b"", 0, b"", 0)),
        ("Pairs", ({"Size": 1},), (b"", 1, b"", 0)),
        ("Pairs", iter([Pair(Name="x"), Pair(Size=2)]), (b"x", 0, b"", 2)),
        ("Three", 0x010203, (b"\x03\x02\x01",)),
    ],
)
def test_what_a_field_carries(name: str, value: Any, stored: tuple[Any, ...]) -> None:
    assert FIELDS[name].store(value) == stored


@pytest.mark.parametrize(
    "name, value, rule",
    [
        ("Byte", 256, "Byte: 256 is outside 0 to 255"),
        ("Byte", -1, "Byte: -1 is outside 0 to 255"),
        ("Byte", 1.0, r"Byte: 1\.0 is no whole number; give an int"),
        ("Byte", "1", "Byte: '1' is no whole number"),
        ("Byte", None, "Byte: None is no whole number"),
        ("Signed", 32768, "Signed: 32768 is outside -32768 to 32767"),
        ("Signed", -32769, "outside"),
        ("Long", 2**64, "Long: 18446744073709551616 is outside 0 to 18446744073709551615"),
        ("Half", 65520.0, r"Half: 65520\.0 is too large for 2 bytes"),
        ("Double", 10**400, "Double: 1000+ is too large for 8 bytes"),
        ("Double", "1", "Double: '1' is no number; give a float"),
        ("Double", True, "Double: True is no number"),
        ("Double", 1j, "Double: 1j is no number"),
        ("Text", "abcde", "Text: 'abcde' takes 5 bytes, the field holds 4; shorten it"),
        ("Text", "äöü", "takes 6 bytes"),
        ("Text", b"ab", "Text: b'ab' is no text; give a str"),
        ("Text", 5, "Text: 5 is no text"),
        ("Text", "\ud800", "no UTF-8 form"),
        ("Pairs", [{}, {}, {}], "Pairs: more than 2 entries"),
        ("Pairs", "ab", "Pairs: 'ab' is no list of entries; give Pair objects or dicts"),
        ("Pairs", {"Name": "x"}, "is no list of entries"),
        ("Pairs", 7, "Pairs: 7 is no list of entries"),
        ("Pairs", [{}, 7], r"Pairs\[1\]: 7 is neither Pair nor dict"),
        ("Pairs", [{"Size": 256}], r"Pairs\[0\]\.Size: 256 is outside 0 to 255"),
        ("Pairs", [{"Sise": 1}], r"Pairs\[0\]\.Sise: Pair has no such field"),
        ("Three", -1, "Three: -1 cannot be built"),
        ("Three", "x", "Three: 'x' cannot be built"),
    ],
)
def test_what_it_does_not_carry(name: str, value: Any, rule: str) -> None:
    with pytest.raises(FieldError, match=rule):
        FIELDS[name].store(value)


@pytest.mark.parametrize(
    "raw, text", [(b"ab\0\0", "ab"), (b"a\0b\0", "a\0b"), (b" a \0", " a "), (b"\0\0", ""), (b"", "")]
)
def test_only_nuls_at_the_end_are_stripped(raw: bytes, text: str) -> None:
    assert decode_text(raw, "Text") == text
    assert encode_text(text, len(raw), "Text").ljust(len(raw), b"\0") == raw


@pytest.mark.parametrize("raw", [b"\xff", b"ab\xc3", b"\xc3\0", b"\xed\xa0\x80", b"\x80abc", b"\xf8\x88\x80\x80"])
def test_text_is_strict_utf_8(raw: bytes) -> None:
    with pytest.raises(ParseError, match=r"Text: .* is not UTF-8 text"):
        decode_text(raw, "Text")
    with pytest.raises(ParseError, match="not UTF-8"):
        Text(len(raw)).parse(raw)


def test_a_layout_without_fixed_size_is_refused_when_declared() -> None:
    with pytest.raises(TypeError, match="Rest: a message is declared with fixed sizes"):
        fields_of(Struct("Rest" / GreedyBytes))


def test_a_number_in_another_byte_order_is_left_to_construct() -> None:
    from construct import Int16ub

    little, big, raw = fields_of(Struct("Little" / Int16ul, "Big" / Int16ub, "Raw" / Bytes(2)))
    assert (little.spec.code, big.spec.code, raw.spec.code) == ("H", "2s", "2s")
    assert big.store(1) == (b"\0\x01",)
    assert big.reader()((0, b"\x01\0", b"ab")) == 256
