"""Records: immutable, equal by their bytes, readable, and left to construct where `struct` has no word.

In: record classes. Out: their behaviour as objects.
Never knows: framing.
"""

import copy
import math
import pickle

import pytest
from construct import BitsInteger, BitStruct, Enum, Float64l, Int8ul, Int16ul, Int24ul, Struct

from base.errors import FieldError, ParseError
from base.wire.bo.market_data import Level, MarketDataSubscribe, Subscription, ThreeLevelData
from base.wire.bo.transaction import Transaction
from base.wire.fields import Entries, Text
from base.wire.record import Record

ORDER = Transaction(OrderID=5, BOPrice=50100.5, BOSymbol="BTCUSD")


def test_fields_are_attributes_and_cannot_be_set() -> None:
    assert (ORDER.OrderID, ORDER.BOPrice, ORDER.BOSymbol, ORDER.TIF) == (5, 50100.5, "BTCUSD", 0)
    with pytest.raises(AttributeError):
        ORDER.OrderID = 6
    with pytest.raises(AttributeError):
        ORDER.OderID = 6
    with pytest.raises(AttributeError):
        ORDER.OderID  # noqa: B018


def test_replace_changes_a_copy() -> None:
    changed = ORDER.replace(OrderID=6, BOSymbol="")
    assert (changed.OrderID, changed.BOSymbol, changed.BOPrice) == (6, "", 50100.5)
    assert ORDER.OrderID == 5
    with pytest.raises(FieldError, match="OderID: Transaction has no such field; it has Data1, Data2"):
        ORDER.replace(OderID=6)
    with pytest.raises(FieldError, match="OrderID: -1 is outside"):
        ORDER.replace(OrderID=-1)


def test_equality_and_hash_go_by_the_bytes() -> None:
    again = Transaction.parse(ORDER.encode())
    assert (again == ORDER, hash(again) == hash(ORDER)) == (True, True)
    assert ORDER != ORDER.replace(OrderID=6)
    assert ORDER != ORDER.encode()
    assert ORDER.replace(BOPrice=0.0) != ORDER.replace(BOPrice=-0.0)
    assert ORDER.replace(BOPrice=math.nan) == ORDER.replace(BOPrice=math.nan)
    assert Level() != Subscription()


def test_the_representation_builds_the_record_again() -> None:
    assert repr(ORDER) == "Transaction(OrderID=5, BOPrice=50100.5, BOSymbol='BTCUSD')"
    book = ThreeLevelData(Levels=[Level(BuyPrice=-0.0), {"NumSellOrders": 3}])
    assert repr(book) == "ThreeLevelData(Levels=[Level(BuyPrice=-0.0), Level(NumSellOrders=3), Level()])"
    assert eval(repr(book)) == book


def test_fields_are_plain_values() -> None:
    subscribe = MarketDataSubscribe(Subscribes=[{"SymbolEnum": 1, "Subscribe": "S"}])
    entries = subscribe.fields()["Subscribes"]
    assert entries[0] == {"SymbolEnum": 1, "Symbol": "", "SymbolType": 0, "Layers": 0, "Subscribe": "S"}
    assert len(entries) == 5
    assert MarketDataSubscribe(**subscribe.fields()) == subscribe
    assert subscribe.Subscribes[0].Subscribe == "S"
    assert list(ORDER.fields()) == [spec.name for spec in Transaction.FIELDS]


def test_records_can_be_copied_and_pickled() -> None:
    for same in (copy.copy(ORDER), copy.deepcopy(ORDER), pickle.loads(pickle.dumps(ORDER))):
        assert same == ORDER


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_parsed_and_none_is_kept(kind: type) -> None:
    buffer = bytearray(ORDER.encode())
    parsed = Transaction.parse(kind(buffer))
    buffer[:] = bytes(len(buffer))
    assert parsed == ORDER


class Strange(Record):
    """Fields for which `struct` has no code."""

    __slots__ = ()
    LAYOUT = Struct(
        "Three" / Int24ul * "three bytes",
        "Colour" / Enum(Int8ul, red=1, blue=2) * "a named number",
        "Bits" / BitStruct("high" / BitsInteger(3), "low" / BitsInteger(5)) * "bits",
        "Price" / Float64l * "a plain one",
        "Name" / Text(3) * "text",
    )


class Strangers(Record):
    """A group of them."""

    __slots__ = ()
    LAYOUT = Struct("Number" / Int16ul * "number", "All" / Entries(2, Strange) * "group")


def test_what_struct_cannot_say_construct_does() -> None:
    bits = {"high": 5, "low": 17}
    strange = Strange(Three=70000, Colour="blue", Bits=bits, Price=1.5, Name="ab")
    assert strange.encode() == Strange.LAYOUT.build(
        {"Three": 70000, "Colour": "blue", "Bits": bits, "Price": 1.5, "Name": "ab"}
    )
    again = Strange.parse(strange.encode())
    assert (again.Three, str(again.Colour), again.Bits.low, again.Price, again.Name) == (70000, "blue", 17, 1.5, "ab")
    assert again == strange.replace(Three=70000)
    assert Strangers.parse(Strangers(Number=1, All=[strange]).encode()).All == [strange, Strange()]
    with pytest.raises(FieldError, match="Colour: 'green' cannot be built"):
        Strange(Colour="green")
    with pytest.raises(FieldError, match=r"Bits: \{\} cannot be built"):
        Strange(Bits={})


def test_bytes_that_construct_refuses_are_a_parse_error_even_in_ascii() -> None:
    from construct import Const

    class Marked(Record):
        __slots__ = ()
        LAYOUT = Struct("Mark" / Const(b"ab") * "mark", "Number" / Int8ul * "number")

    assert Marked.parse(b"ab\x05").Number == 5
    with pytest.raises(ParseError, match="Mark: b'ax' cannot be read"):
        Marked.parse(b"ax\x05")


def test_a_field_must_not_hide_a_method() -> None:
    with pytest.raises(AssertionError, match="encode is a name of Record"):

        class Hiding(Record):
            LAYOUT = Struct("encode" / Int8ul * "oops")
