"""Written definitions read again declare the same messages, ours and those that came from a definition."""

import random
from pathlib import Path

import pytest

from base.wire.dialect import Dialect, DialectMessage
from base.wire.ouch.appendage import LENGTH_FIELD
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50
from base.wire.xml.reader import read_definition
from base.wire.xml.writer import write_definition
from tests.kit.counts import count
from tests.wire.samples import SEED

GOLDEN = Path(__file__).parents[2] / "golden" / "definitions"
OURS = pytest.mark.parametrize("dialect", [JAPANNEXT, NASDAQ42, NASDAQ50], ids=lambda dialect: dialect.name)
EVERYTHING = """<root><enums-root><enum id="Letter" type="char_iso-8859-1"><value name="Less">&lt;</value>
<value name="Blank"> </value><value name="Accent">é</value></enum></enums-root>
<records-root><record id="Inner"><fields><field name="text" type="str_ascii"/><field name="flag" type="boolean"/>
</fields></record><record id="Outer"><fields>
<field name="inners" type="record:Inner" array="true" length_type="uint_2"/></fields></record></records-root>
<messages-root><message id="All" message-id="9" direction="outgoing"><fields>
<field name="letter" type="enum:Letter" default="&lt;"/><field name="number" type="int_8" default="-5"/>
<field name="outer" type="record:Outer"/>
<field name="words" type="str_iso-8859-1_n" length="3" array="true" length_type="byte"/>
<field name="flag" type="boolean" default="true"/><field name="big" type="uint_2_be"/></fields></message>
<message id="Empty" message-id="10" direction="incoming"><fields/></message></messages-root></root>"""


def seeded(cls: type[DialectMessage], rng: random.Random) -> bytes:
    """A fixed part with random content, its texts printable."""
    data = bytearray(rng.randbytes(cls.SIZE))
    for spec in cls.FIELDS:
        if spec.code.endswith("s"):
            for place in range(spec.offset, spec.offset + spec.size):
                data[place] = rng.randrange(32, 127)
        if spec.name == LENGTH_FIELD:
            data[spec.offset :] = b"\0\0"
    return cls.LETTER.encode() + data[1:]


@OURS
def test_our_dialects_written_and_read_again_have_equal_codecs(dialect: Dialect) -> None:
    rng = random.Random(SEED)
    again = read_definition(write_definition(dialect), "written.xml").dialect
    for mine, theirs in zip(dialect.messages, again.messages, strict=True):
        assert (mine.__name__, mine.LETTER, mine.DIRECTION) == (theirs.__name__, theirs.LETTER, theirs.DIRECTION)
        for _ in range(count(ordinary=20, long=1000)):
            data = seeded(mine, rng)
            read, reread = mine.parse(data), theirs.parse(data)
            assert read.fields() == reread.fields()
            assert theirs(**read.fields()).encode() == data == mine(**reread.fields()).encode()
        assert theirs().encode() == mine().encode()


@OURS
def test_enumerations_come_with_it(dialect: Dialect) -> None:
    enums = read_definition(write_definition(dialect), "written.xml").enums
    assert {"Side", "OrderState", "CancelReason"} <= set(enums)
    assert [member.value for member in enums["Side"]] == list("BSTE")
    assert enums["Display"]["POST_ONLY"].value == "P"


@pytest.mark.parametrize("file", ["jnx.xml", "ouch42.xml", "ouch50.xml", "minimal.xml", ""])
def test_a_definition_that_was_read_is_written_and_read_again(file: str) -> None:
    text = (GOLDEN / file).read_text("utf-8") if file else EVERYTHING
    first = read_definition(text, "first.xml")
    written = write_definition(first.dialect)
    second = read_definition(written, "second.xml")
    assert write_definition(second.dialect) == written
    assert first.enums.keys() == second.enums.keys()
    assert {name: list(enum) for name, enum in first.enums.items()} == {
        name: list(enum) for name, enum in second.enums.items()
    }
    for mine, theirs in zip(first.dialect.messages, second.dialect.messages, strict=True):
        assert [spec[:4] for spec in mine.FIELDS] == [spec[:4] for spec in theirs.FIELDS]
        assert mine().encode() == theirs().encode()


def test_everything_that_the_format_can_say_survives() -> None:
    first = read_definition(EVERYTHING, "first.xml").dialect
    second = read_definition(write_definition(first), "second.xml").dialect
    inner = {"text": "a<b", "flag": True}
    values = {
        "letter": "é",
        "number": -1,
        "outer": {"inners": [inner, inner]},
        "words": ["é", ""],
        "flag": False,
        "big": 1,
    }
    mine, theirs = first.named("All")(**values), second.named("All")(**values)
    assert mine.encode() == theirs.encode()
    assert theirs.fields() == {"messageType": "\t", **values}
    assert second.named("All")().letter == "<"
    assert second.named("Empty")().encode() == b"\n"


def test_two_enumerations_with_one_name_are_found() -> None:
    with pytest.raises(AssertionError, match="two enumerations are named"):
        write_definition(Dialect("mixed", (JAPANNEXT.named("EnterOrder"), NASDAQ42.named("Accepted"))))
