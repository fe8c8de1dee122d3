"""Japannext OUCH with 64-bit quantities and the older layouts: lengths and golden bytes, packed by hand from the facts.

In: struct formats. Out: every byte and every field as expected. Never knows: how the codec works.
"""

import struct

import pytest

from base.wire.dialect import Dialect, DialectMessage, Direction
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.japannext64 import JAPANNEXT64
from tests.wire.ouch.checks import check_codec, check_declaration, check_noise, every_class

IN, OUT = Direction.TO_HOST, Direction.TO_CLIENT
ENTER = (7, b"ref       ", b"B", 2**40, 1301, b"DAY ", 23_005, 99_999, 5, b" ", b"P")
ENTER32 = (*ENTER[:3], 100, *ENTER[4:])
ACCEPTED = (34_200, *ENTER, 8, 3, b"L")
ACCEPTED32 = (34_200, *ENTER32, 8, 3, b"L")
GOLDEN = [
    (JAPANNEXT64, IN, "EnterOrder", 55, "!cI10scQI4sIIIccQc", (b"O", *ENTER, 2**33, b"1")),
    (JAPANNEXT64, IN, "EnterOrder54", 54, "!cI10scQI4sIIIccQ", (b"O", *ENTER, 2**33)),
    (JAPANNEXT64, IN, "ReplaceOrder", 34, "!cIIQIIcQ", (b"U", 7, 8, 2**40, 23_005, 0, b"P", 2**33)),
    (JAPANNEXT64, IN, "CancelOrder", 13, "!cIQ", (b"X", 7, 2**40)),
    (JAPANNEXT64, OUT, "OrderAccepted", 72, "!cQI10scQI4sIIIccQQcc", (b"A", *ACCEPTED, b"6")),
    (JAPANNEXT64, OUT, "OrderAccepted71", 71, "!cQI10scQI4sIIIccQQc", (b"A", *ACCEPTED)),
    (JAPANNEXT64, OUT, "OrderReplaced", 60, "!cQIcQI4sIIcQQcI",
     (b"U", 34_200, 8, b"S", 2**40, 1301, b"DAY ", 23_005, 0, b" ", 9, 2**33, b"D", 7)),
    (JAPANNEXT64, OUT, "OrderCanceled", 22, "!cQIQc", (b"C", 34_200, 7, 2**40, b"L")),
    (JAPANNEXT64, OUT, "OrderAIQCanceled", 35, "!cQIQcQIc", (b"D", 34_200, 7, 2**40, b"O", 2**33, 23_005, b"A")),
    (JAPANNEXT64, OUT, "OrderExecuted", 34, "!cQIQIcQ", (b"E", 34_200, 7, 2**40, 23_005, b"R", 11)),
    (JAPANNEXT64, OUT, "OrderExecutedWithParty", 46, "!cQIQIcQ12s",
     (b"e", 34_200, 7, 2**40, 23_005, b"R", 11, b"OTHER       ")),
    (JAPANNEXT64, OUT, "SystemEvent", 10, "!cQc", (b"S", 34_200, b"S")),
    (JAPANNEXT64, OUT, "OrderRejected", 14, "!cQIc", (b"J", 34_200, 7, b"S")),
    (JAPANNEXT, IN, "EnterOrder46", 46, "!cI10scII4sIIIccI", (b"O", *ENTER32, 3)),
    (JAPANNEXT, IN, "EnterOrder47", 47, "!cI10scII4sIIIccIc", (b"O", *ENTER32, 3, b"1")),
    (JAPANNEXT, OUT, "OrderAccepted63", 63, "!cQI10scII4sIIIccQIc", (b"A", *ACCEPTED32)),
    (JAPANNEXT, OUT, "OrderAccepted64", 64, "!cQI10scII4sIIIccQIcc", (b"A", *ACCEPTED32, b"6")),
    (JAPANNEXT, OUT, "OrderExecutedWithParty", 42, "!cQIIIcQ12s",
     (b"e", 34_200, 7, 100, 23_005, b"R", 11, b"OTHER       ")),
]  # fmt: skip


@pytest.mark.parametrize(
    "dialect, direction, name, length, packed_as, values", GOLDEN,
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_golden_bytes(
    dialect: Dialect, direction: Direction, name: str, length: int, packed_as: str, values: tuple[object, ...]
) -> None:
    data = struct.pack(packed_as, *values)
    message = dialect.decode(data, direction)
    assert (type(message).__name__, len(data), message.encode()) == (name, length, data)
    said = [value.decode().rstrip(" ") or " " if isinstance(value, bytes) else value for value in values]
    assert [str(value) or " " for value in message.fields().values()] == list(map(str, said))


def test_every_layout_has_golden_bytes() -> None:
    seen = {(dialect, name) for dialect, _, name, *_ in GOLDEN}
    assert seen == {
        *((JAPANNEXT64, cls.__name__) for cls in (*JAPANNEXT64.messages, *JAPANNEXT64.also_read)),
        *((JAPANNEXT, cls.__name__) for cls in JAPANNEXT.also_read),
    }


@every_class(JAPANNEXT64)
def test_the_codec_equals_construct_in_both_directions(cls: type[DialectMessage]) -> None:
    check_codec(cls)


@every_class(JAPANNEXT64)
def test_the_declaration(cls: type[DialectMessage]) -> None:
    check_declaration(cls)


def test_noise_raises_nothing_but_a_parse_error() -> None:
    check_noise(JAPANNEXT64)
