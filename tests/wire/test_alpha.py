"""Text of the OUCH family: what is written, and what is read although others write it differently.

In: values and raw bytes. Out: the other one, or an error that names field, value and rule.
Never knows: which messages exist.
"""

from typing import Any

import pytest
from construct import Int16ub, Struct
from hypothesis import given
from hypothesis import strategies as st

from base.errors import FieldError, ParseError
from base.wire.alpha import Alpha, Char, Digits, RightAlpha
from base.wire.fields import TextAdapter
from base.wire.record import Record

ASCII = st.text(st.characters(max_codepoint=127), max_size=6)


class Badge(Record):
    """One field of each kind."""

    __slots__ = ()
    BYTE_ORDER = ">"
    LAYOUT = Struct(
        "side" / Char() * "one character",
        "name" / Alpha(4) * "left",
        "session" / RightAlpha(4) * "right",
        "number" / Digits(4) * "digits",
        "size" / Int16ub * "big-endian",
        "latin" / Alpha(2, "latin-1") * "another alphabet",
    )


def test_what_is_written() -> None:
    badge = Badge(side="B", name="ab", session="ab", number=42, size=258, latin="é")
    assert badge.encode() == b"Bab    ab  42\x01\x02\xe9 "
    assert Badge.LAYOUT.build(badge.fields()) == badge.encode()
    assert Badge().encode() == b" " * 12 + b"0" + bytes(2) + b"  "


@pytest.mark.parametrize(
    "raw, values",
    [
        (b"Bab    ab  42\x01\x02\xe9 ", {"name": "ab", "session": "ab", "number": 42, "latin": "é"}),
        (b" ab\0\0ab  42  \0\0\0\0", {"side": " ", "name": "ab", "session": "ab", "number": 42, "latin": ""}),
        (b"\0 ab     0007\0\0\0\0", {"side": "\0", "name": " ab", "session": "", "number": 7}),
        (b"\0    ab\0\0" + b"\0" + b"42\0" + bytes(4), {"session": "ab", "number": 42}),
    ],
)
def test_what_is_read(raw: bytes, values: dict[str, Any]) -> None:
    badge = Badge.parse(raw)
    assert {name: badge.fields()[name] for name in values} == values
    assert badge.encode() == raw, "as long as nobody changes it, the bytes stay"
    assert {name: Badge.LAYOUT.parse(raw)[name] for name in values} == values


@pytest.mark.parametrize(
    "adapter, value, words",
    [
        (Char(), "", "'' is not one character"),
        (Char(), "BS", "'BS' is not one character"),
        (Char(), 66, "66 is no text"),
        (Char(), "é", "'é' is not ascii text"),
        (Alpha(2), "abc", "'abc' takes 3 bytes, the field holds 2; shorten it"),
        (Alpha(2), None, "None is no text"),
        (Alpha(2, "latin-1"), "€", "'€' is not latin-1 text"),
        (RightAlpha(2), "abc", "takes 3 bytes"),
        (Digits(2), 100, "'100' takes 3 bytes"),
        (Digits(2), -1, "-1 is no whole number from 0"),
        (Digits(2), "1", "'1' is no whole number"),
        (Digits(2), True, "True is no whole number"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(adapter: TextAdapter, value: Any, words: str) -> None:
    with pytest.raises(FieldError, match=words) as caught:
        adapter.write(value, "field")
    assert str(caught.value).startswith("field: ")
    with pytest.raises(FieldError, match=words):
        adapter.build(value)


@pytest.mark.parametrize(
    "field, raw",
    [("side", b"\xff"), ("name", b"a\xffc "), ("session", b" a\x80 "), ("number", b"    "), ("number", b" 4x2")]
    + [("number", text) for text in (b"+042", b"-042", b"4 2 ", b" 1.0", b"1_00", "٤٢".encode())],
)
def test_what_cannot_be_read_is_refused_by_name(field: str, raw: bytes) -> None:
    data = bytearray(Badge().encode())
    (spec,) = [spec for spec in Badge.FIELDS if spec.name == field]
    data[spec.offset : spec.offset + spec.size] = raw
    for read in (Badge.parse, Badge.LAYOUT.parse):
        with pytest.raises(ParseError, match=field):
            read(bytes(data))


@given(ASCII)
def test_every_ascii_text_that_fits_is_written_and_read_again(text: str) -> None:
    padding = " \0"
    assert Alpha(6).read(Alpha(6).write(text, ""), "") == text.rstrip(padding)
    assert RightAlpha(6).read(RightAlpha(6).write(text, ""), "") == text.strip(padding)


@given(st.integers(0, 10**20 - 1))
def test_every_number_of_twenty_digits_is_written_and_read_again(number: int) -> None:
    assert Digits(20).read(Digits(20).write(number, ""), "") == number


def test_a_field_of_the_other_byte_order_is_left_to_construct() -> None:
    from construct import Int32ul

    class Mixed(Record):
        __slots__ = ()
        BYTE_ORDER = ">"
        LAYOUT = Struct("big" / Int16ub * "", "little" / Int32ul * "")

    assert [spec.code for spec in Mixed.FIELDS] == ["H", "4s"]
    mixed = Mixed(big=1, little=2)
    assert mixed.encode() == b"\x00\x01\x02\x00\x00\x00" == Mixed.LAYOUT.build(mixed.fields())
    assert Mixed.parse(mixed.encode()).little == 2
