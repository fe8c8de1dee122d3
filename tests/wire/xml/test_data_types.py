"""Data types of definitions: the bytes of each, its limits, and the way back to its name."""

from typing import Any

import pytest

from base.errors import DefinitionError, FieldError
from base.wire.xml.data_types import INTEGERS, LONGEST_TEXT, TEXTS, Boolean, enumeration, subcon_of, type_of, value_of

BYTES: list[tuple[str, str | None, Any, str]] = [
    ("boolean", None, True, "01"),
    ("byte", None, 255, "ff"),
    ("int_2", None, -2, "feff"),
    ("uint_2", None, 258, "0201"),
    ("int_4", None, -2, "feffffff"),
    ("uint_4", None, 258, "02010000"),
    ("int_8", None, -2, "feffffffffffffff"),
    ("uint_8", None, 258, "0201000000000000"),
    ("int_2_be", None, -2, "fffe"),
    ("uint_2_be", None, 258, "0102"),
    ("int_4_be", None, -2, "fffffffe"),
    ("uint_4_be", None, 258, "00000102"),
    ("int_8_be", None, -2, "fffffffffffffffe"),
    ("uint_8_be", None, 258, "0000000000000102"),
    ("char_ascii", None, "B", "42"),
    ("char_iso-8859-1", None, "é", "e9"),
    ("str_ascii_n", "4", "ab", "61622020"),
    ("str_iso-8859-1_n", "2", "é", "e920"),
    ("str_ascii", None, "ab", "02006162"),
    ("str_iso-8859-1", None, "é", "0100e9"),
]


@pytest.mark.parametrize("kind, length, value, raw", BYTES, ids=lambda value: str(value))
def test_the_bytes_of_a_type_and_its_name(kind: str, length: str | None, value: Any, raw: str) -> None:
    subcon = subcon_of(kind, length)
    assert subcon.build(value).hex() == raw
    assert subcon.parse(bytes.fromhex(raw)) == value
    assert type_of(subcon) == {"type": kind} | ({} if length is None else {"length": length})


def test_every_type_is_tried() -> None:
    assert {kind for kind, *_ in BYTES} == {"boolean", *INTEGERS, *TEXTS}


@pytest.mark.parametrize(
    "kind, length, words",
    [
        ("uint_3", None, "no such type; the types are boolean, byte, int_2"),
        ("fix_int", None, "no such type"),
        ("", None, "no such type"),
        ("str_ascii_n", None, f"needs a length from 1 to {LONGEST_TEXT}"),
        ("str_ascii_n", "0", "needs a length"),
        ("str_ascii_n", "-4", "needs a length"),
        ("str_ascii_n", str(LONGEST_TEXT + 1), "needs a length"),
        ("str_ascii_n", "²", "needs a length"),
    ],
)
def test_a_type_that_does_not_exist_or_lacks_its_length(kind: str, length: str | None, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        subcon_of(kind, length)


def test_any_byte_but_zero_is_true_and_only_truth_values_are_written() -> None:
    assert [Boolean().parse(raw) for raw in (b"\0", b"\1", b"\2")] == [False, True, True]
    for wrong in (1, "N", None):
        with pytest.raises(FieldError, match="is neither True nor False"):
            Boolean().build(wrong)


@pytest.mark.parametrize(
    "kind, text, value",
    [
        ("uint_2", "7", 7),
        ("int_2", "-7", -7),
        ("boolean", "True", True),
        ("boolean", "0", False),
        ("char_ascii", "B", "B"),
    ],
)
def test_the_value_of_a_literal(kind: str, text: str, value: Any) -> None:
    assert value_of(kind, text) == value


@pytest.mark.parametrize("kind, text", [("uint_2", "seven"), ("uint_2", ""), ("uint_2", "1.5"), ("boolean", "yes")])
def test_a_literal_of_another_type_is_refused(kind: str, text: str) -> None:
    with pytest.raises(DefinitionError, match=repr(text)):
        value_of(kind, text)


def test_enumerations() -> None:
    side = enumeration("Side", "char_ascii", {"Buy": "\n B ", "Blank": " "})
    assert [(member.name, member.value) for member in side] == [("Buy", "B"), ("Blank", " ")]
    assert [member.value for member in enumeration("Code", "uint_2_be", {"One": " 1 "})] == [1]
    with pytest.raises(DefinitionError, match="an enum is of"):
        enumeration("Truth", "boolean", {"Yes": "true"})
