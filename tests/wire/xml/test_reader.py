"""Definitions become message classes: the golden ones equal our own, and every mistake is named with its place."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import DefinitionError, FieldError, ParseError
from base.wire.dialect import Dialect, DialectMessage, Direction
from base.wire.ouch.appendage import AppendableMessage
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50
from base.wire.record import Record
from base.wire.xml.reader import Definition, read_definition
from tests.kit.counts import count
from tests.wire.ouch.checks import VECTORS

GOLDEN = Path(__file__).parents[2] / "golden" / "definitions"
OURS = {"jnx.xml": JAPANNEXT, "ouch42.xml": NASDAQ42, "ouch50.xml": NASDAQ50}


def golden(file: str) -> Definition:
    return read_definition((GOLDEN / file).read_bytes(), file)


def one(fields: str, head: str = "", **attributes: str) -> Definition:
    """A definition of one message with these fields."""
    given = {"id": "M", "message-id": "77", "direction": "incoming"} | {
        name.replace("_", "-"): value for name, value in attributes.items()
    }
    shown = " ".join(f'{name}="{value}"' for name, value in given.items())
    message = f"<message {shown}><fields>{fields}</fields></message>"
    return read_definition(f"<root>{head}<messages-root>{message}</messages-root></root>", "f.xml")


def enum(kind: str, *literals: str) -> str:
    """An enumeration whose members are all named A."""
    values = "".join(f'<value name="A">{literal}</value>' for literal in literals)
    return f'<enums-root><enum id="E" type="{kind}">{values}</enum></enums-root>'


def message(definition: Definition) -> type[DialectMessage]:
    return definition.dialect.messages[0]


def shape(cls: type[Record]) -> list[tuple[Any, ...]]:
    return [(spec.name, spec.offset, spec.size, spec.code) for spec in cls.FIELDS]


@pytest.mark.parametrize("file", OURS)
def test_the_golden_definitions_declare_what_we_declare(file: str) -> None:
    read, ours = golden(file).dialect, OURS[file]
    for mine, theirs in zip(ours.messages, read.messages, strict=True):
        assert (theirs.__name__, theirs.LETTER, theirs.DIRECTION) == (mine.__name__, mine.LETTER, mine.DIRECTION)
        assert shape(theirs) == shape(mine)
        assert theirs().encode() == mine().encode()


@pytest.mark.parametrize("file", OURS)
def test_golden_vectors_through_a_definition(file: str) -> None:
    dialect: Dialect = golden(file).dialect
    mine = [vector for vector in VECTORS if vector["protocol"] == OURS[file].name]
    for vector in mine:
        data, fields = bytes.fromhex(vector["hex"]), vector["fields"]
        if "appendage" in fields:  # the format has no word for it
            with pytest.raises(ParseError, match="takes"):
                dialect.decode(data, Direction(vector["direction"]))
            continue
        read = dialect.decode(data, Direction(vector["direction"]))
        assert read.fields() == {"messageType": vector["type"], **fields}
        assert type(read)(**fields).encode() == data
    assert len(mine) > 20
    assert any(issubclass(cls, AppendableMessage) for cls in NASDAQ50.messages)


def test_the_example_of_the_format() -> None:
    definition = golden("minimal.xml")
    order = definition.dialect.named("EnterOrder")
    sent = order(token=7, limit=23000, account="ACC1", legs=[{"price": 5, "size": 2}] * 2)
    assert sent.encode().hex() == "4f0000000742000059d8414343312020202020200002000000050002000000050002"
    assert order.parse(sent.encode()) == sent
    assert sent.side == "B" == definition.enums["Side"]["Buy"].value
    assert sent.legs == [definition.records["Leg"](price=5, size=2)] * 2
    accepted = definition.dialect.decode(
        b"A" + (34_200_000_000_000).to_bytes(8, "big") + bytes(3) + b"\7", Direction.TO_CLIENT
    )
    assert accepted.fields() == {"messageType": "A", "timestamp": 34_200_000_000_000, "token": 7}


def test_the_shape_of_the_guide_with_endian_and_records() -> None:
    head = """<fielddef-root><field name="price" type="uint_8"/></fielddef-root>
    <records-root><record id="Quote"><fields><field name="bid" def="price"/><field name="ask" def="price"/></fields>
    </record></records-root>"""
    big = message(one('<field name="quotes" type="record:Quote" array="true" endian="big"/>', head))
    little = message(one('<field name="quotes" type="record:Quote" array="true" endian="little"/>', head))
    quotes = [{"bid": 1, "ask": 2}]
    body = (1).to_bytes(8, "little") + (2).to_bytes(8, "little")
    assert big(quotes=quotes).encode() == b"M\0\1" + body
    assert little(quotes=quotes).encode() == b"M\1\0" + body
    assert big.parse(b"M\0\1" + body).fields()["quotes"] == quotes


@pytest.mark.parametrize(
    "field, value, raw",
    [
        ('type="uint_4" endian="big"', 258, "00000102"),
        ('type="uint_4" endian="little"', 258, "02010000"),
        ('type="uint_4_be" endian="big"', 258, "00000102"),
        ('type="char_ascii" endian="big"', "B", "42"),
        ('type="str_ascii"', "ab", "02006162"),
        ('type="boolean" default="true"', True, "01"),
        ('type="int_2" default="-2"', -2, "feff"),
        ('type="str_ascii_n" length="3" default="ab"', "ab", "616220"),
        ('type="enum:Side" default="S"', "S", "53"),
        ('ref="Side"', "B", "42"),
        ('type="enum:Code"', 258, "0102"),
        ('ref="Pair"', {"a": 1, "b": 2}, "0102"),
        ('type="record:Pair"', {"a": 1, "b": 2}, "0102"),
        ('type="uint_2_be" array="x" length_type="byte"', [1, 2], "0200010002"),
        ('type="str_ascii_n" length="2" array="x" length_type="byte"', ["a", "bc"], "0261206263"),
        ('type="enum:Side" array="x" length_type="uint_2_be"', ["B", "S"], "00024253"),
        ('type="boolean" array="x" length_type="byte"', [True, False], "020100"),
        ('def="known"', 7, "07"),
        ('def="known" type="uint_8" array="true"', 7, "07"),
    ],
)
def test_each_kind_of_field(field: str, value: Any, raw: str) -> None:
    head = """<enums-root><enum id="Side" type="char_ascii"><value name="Buy">B</value><value name="Sell">S</value>
    </enum><enum id="Code" type="uint_2_be"><value name="One">258</value></enum></enums-root>
    <fielddef-root><field name="known" type="byte"/></fielddef-root>
    <records-root><record id="Pair"><fields><field name="a" type="byte"/><field name="b" type="byte"/></fields></record>
    </records-root><remarks/>"""
    cls = message(one(f'<field name="f" {field}/><field name="end" type="byte"/>', head))
    sent = cls(f=value, end=9)
    assert sent.encode().hex() == "4d" + raw + "09"
    assert cls.parse(sent.encode()).fields() == {"messageType": "M", "f": value, "end": 9}
    if "default" in field:
        assert cls().encode().hex() == "4d" + raw + "00"


def test_enum_members_are_values() -> None:
    definition = golden("minimal.xml")
    sell: Any = definition.enums["Side"]["Sell"]
    assert definition.dialect.named("EnterOrder")(side=sell).side == "S"


def test_a_record_may_use_one_that_comes_later_and_blank_texts_are_spaces() -> None:
    head = """<records-root><record id="Outer"><fields><field name="inner" type="record:Inner"/></fields></record>
    <record id="Inner"><fields><field name="text" type="str_ascii_n" length="2"/></fields></record></records-root>"""
    cls = message(one('<field name="outer" type="record:Outer"/>', head))
    assert cls().encode() == b"M  "
    assert cls(outer={"inner": {"text": "a"}}).outer.inner.text == "a"


@pytest.mark.parametrize(
    "given, letter", [("77", "M"), ("Q", "Q"), ("5", "\x05"), ("0", "\0"), ("255", "\xff"), ("é", "\xe9"), ("081", "Q")]
)
def test_a_message_id_is_a_number_or_a_character(given: str, letter: str) -> None:
    cls = message(one('<field name="a" type="byte"/>', message_id=given))
    assert cls(a=1).encode() == letter.encode("latin-1") + b"\1"
    assert cls.parse(cls(a=1).encode()).messageType == letter


def test_of_two_messages_with_the_same_id_the_later_wins_or_it_is_refused() -> None:
    twice = """<root><messages-root>
    <message id="A" message-id="77" direction="incoming"><fields><field name="a" type="byte"/></fields></message>
    <message id="B" message-id="M" direction="incoming"><fields><field name="b" type="byte"/></fields></message>
    <message id="C" message-id="M" direction="outgoing"><fields/></message></messages-root></root>"""
    dialect = read_definition(twice, "f.xml").dialect
    assert [cls.__name__ for cls in dialect.messages] == ["B", "C"]
    with pytest.raises(DefinitionError, match=r'f.xml:3: <message message-id="M">: another message has'):
        read_definition(twice, "f.xml", override_messages=False)


A = '<field name="a" type="byte"/>'
WRONG = [
    ('<field name="a"/>', "<field type>: is missing or empty"),
    ('<field type="byte"/>', "<field name>: is missing or empty"),
    ('<field name="a" type="uint_3"/>', '<field type="uint_3">: no such type'),
    ('<field name="a" type="str_ascii_n"/>', '<field type="str_ascii_n">: needs a length'),
    ('<field name="a" type="enum:No"/>', '<field type="enum:No">: no enum of this name'),
    ('<field name="a" type="record:No"/>', '<field type="record:No">: no record or enum of this name'),
    ('<field name="a" ref="No"/>', '<field ref="No">: no record or enum of this name'),
    ('<field name="a" def="no"/>', '<field def="no">: no <field> of this name stands in <fielddef-root>'),
    ('<field name="a" type="byte" array="double" length_type="byte"/>', '<field array="double">: lists of lists'),
    ('<field name="a" type="byte" array="true"/>', "<field length_type>: an array needs a whole-number type"),
    ('<field name="a" type="byte" array="true" length_type="str_ascii"/>', "an array needs a whole-number type"),
    ('<field name="a" type="byte" array="true" length_type="byte" default="1"/>', "neither an array nor a record"),
    ('<field name="a" type="uint_2_be" endian="little"/>', '<field endian="little">: contradicts the type uint_2_be'),
    ('<field name="a" type="uint_2" endian="middle"/>', '<field endian="middle">: is big or little'),
    ('<field name="a" type="byte" default="256"/>', '<field default="256">: a: 256 is outside 0 to 255'),
    ('<field name="a" type="byte" default="x"/>', "<field default=\"x\">: 'x' is no whole number"),
    ('<field name="a" type="char_ascii" default="xy"/>', "'xy' is not one character"),
    (A + A, '<field name="a">: the name a is taken'),
    ('<field name="encode" type="byte"/>', '<field name="encode">: the name encode is taken'),
    ('<field name="messageType" type="byte"/>', "the name messageType is taken"),
    ('<field name="LETTER" type="byte"/>', "the name LETTER is taken"),
    ('<field name="_a" type="byte"/>', "must be a name"),
    ('<field name="a-b" type="byte"/>', "must be a name"),
    ('<field name="class" type="byte"/>', "must be a name"),
    ("<filed/>", "<filed>: only <field> stands in <fields>"),
]


@pytest.mark.parametrize("fields, words", WRONG)
def test_a_wrong_field_is_named_with_its_place(fields: str, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        one(fields)
    assert str(caught.value).startswith("f.xml:1: <")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "attributes, words",
    [
        ({"id": ""}, "<message id"),
        ({"id": "1st"}, 'id="1st">: must be a name'),
        ({"message-id": ""}, "<message message-id"),
        ({"message-id": "256"}, 'message-id="256">: is a number from 0 to 255 or one character'),
        ({"message-id": "AB"}, "is a number from 0 to 255 or one character"),
        ({"message-id": "€"}, "is a number from 0 to 255 or one character"),
        ({"message-id": "²"}, "is a number from 0 to 255 or one character"),
        ({"direction": ""}, "<message direction"),
        ({"direction": "up"}, 'direction="up">: is incoming (to the server) or outgoing'),
    ],
)
def test_a_wrong_message_is_named_with_its_place(attributes: dict[str, str], words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        one(A, **attributes)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "body, words",
    [
        (enum("byte", "x"), "'x' is no whole number"),
        (enum("byte", "256"), "256 is outside"),
        (enum("char_ascii", "AB"), "one character"),
        (enum("byte", "1", "1"), '<value name="A">: an enum has <value> elements, each name once'),
        ("<messages-root><massage/></messages-root>", "<massage>: only <message> stands in <messages-root>"),
        ('<messages-root><message id="M" message-id="1" direction="incoming"/></messages-root>', "must be <fields>"),
        ('<records-root><record id="R"><fields/></record></records-root>', "at least one field"),
        (
            '<records-root><record id="R"><fields><field name="r" type="record:R"/></fields></record></records-root>',
            '<record id="R">: a record cannot contain itself',
        ),
        ('<enums-root><enum id="E" type="boolean"/></enums-root>', "an enum is of a whole number"),
        ('<messages-root><message id="M" message-id="1" direction="incoming"><fields/></message>'
         '<message id="M" message-id="2" direction="incoming"><fields/></message></messages-root>',
         '<message id="M">: another message has this name'),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_named_with_its_place(body: str, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_definition(f"<root>\n{body}</root>", "f.xml")
    assert str(caught.value).startswith("f.xml:2: <")
    assert words in str(caught.value)


def test_values_are_checked_like_those_of_declared_messages() -> None:
    cls = message(one('<field name="a" type="byte"/><field name="b" type="str_ascii" />'))
    for wrong, words in (({"a": 256}, "a: 256 is outside"), ({"c": 1}, "no such field"), ({"b": "é"}, "b")):
        with pytest.raises(FieldError, match=words):
            cls(**wrong)


ATTRIBUTES = ("name", "type", "def", "ref", "length", "default", "array", "length_type", "endian")
VALUES = (
    "a",
    "byte",
    "uint_2",
    "str_ascii",
    "str_ascii_n",
    "enum:E",
    "record:R",
    "R",
    "E",
    "known",
    "1",
    "big",
    "x y",
    "",
)


@given(st.lists(st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES)), max_size=3))
@settings(max_examples=count(ordinary=200, long=20_000))
def test_any_fields_give_a_class_or_its_error(fields: list[dict[str, str]]) -> None:
    head = """<enums-root><enum id="E" type="char_ascii"><value name="A">a</value></enum></enums-root>
    <fielddef-root><field name="known" type="byte"/></fielddef-root>
    <records-root><record id="R"><fields><field name="x" type="byte"/></fields></record></records-root>"""
    text = "".join("<field " + " ".join(f'{n}="{v}"' for n, v in field.items()) + "/>" for field in fields)
    try:
        cls = message(one(text, head))
    except DefinitionError as error:
        assert str(error).startswith("f.xml:")
    else:
        assert cls.parse(cls().encode()) == cls()
