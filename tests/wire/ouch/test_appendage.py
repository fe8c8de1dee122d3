"""Appendages: every tag both ways and against construct, and every way to be wrong, by name.

In: drawn tags and broken bytes. Out: the same tags, or one error.
Never knows: what a tag does to an order.
"""

from typing import Any

import pytest
from construct import GreedyRange, Int8ub, Prefixed, Struct, Switch, this
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import FieldError, ParseError
from base.wire.dialect import Direction
from base.wire.ouch.appendage import TAGS, AppendableMessage, AppendageError, read_tags, write_tags
from base.wire.ouch.nasdaq50 import (
    NASDAQ50,
    AccountQuery,
    CancelOrder,
    EnterOrder,
    OrderCanceled,
    OrderRestated,
    ReplaceOrder,
)
from tests.kit.counts import count

ALL = frozenset(TAGS)
NUMBERS = {declared.name: number for number, declared in TAGS.items()}
SIZES = {
    1: 8, 2: 4, 3: 4, 4: 1, 5: 4, 6: 1, 7: 4, 9: 8, 10: 1, 11: 4, 12: 1, 13: 4, 14: 4, 15: 4, 16: 1, 17: 1, 18: 1,
    19: 8, 20: 1, 22: 4, 23: 8, 24: 2, 25: 1, 26: 4, 27: 1, 28: 1, 29: 1, 30: 2,
}  # fmt: skip
TEXTS = {2: 4, 14: 4, 26: 4}
CHARS = {4, 6, 10, 12, 16, 17, 18, 20, 25, 27, 29}
SIGNED = {7, 11}

# The declaration as construct reads it by itself, for comparison.
ELEMENTS = GreedyRange(
    Prefixed(Int8ub, Struct("tag" / Int8ub, "value" / Switch(this.tag, {n: sub.subcon for n, sub in TAGS.items()})))
)


def value_of(number: int) -> st.SearchStrategy[Any]:
    """Any value of a tag."""
    printable = st.characters(min_codepoint=33, max_codepoint=126)
    if number in TEXTS:
        return st.text(printable, max_size=TEXTS[number])
    if number in CHARS:
        return printable
    bits = 8 * SIZES[number]
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1) if number in SIGNED else st.integers(0, (1 << bits) - 1)


def tags_of(numbers: frozenset[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Any tags among these, in any order."""
    pairs = st.sampled_from(sorted(numbers)).flatmap(lambda n: st.tuples(st.just(TAGS[n].name), value_of(n)))
    return st.lists(pairs, max_size=6, unique_by=lambda pair: pair[0]).map(dict)


@pytest.mark.parametrize("number", TAGS)
def test_the_size_of_each_tag(number: int) -> None:
    assert TAGS[number].sizeof() == SIZES[number]
    assert TAGS[number].docs


@given(tags_of(ALL))
@settings(max_examples=count(ordinary=200, long=20_000))
def test_the_codec_equals_construct_in_both_directions(tags: dict[str, Any]) -> None:
    raw = write_tags(tags, ALL, "test")
    assert ELEMENTS.build([{"tag": NUMBERS[name], "value": value} for name, value in tags.items()]) == raw
    assert {TAGS[element.tag].name: element.value for element in ELEMENTS.parse(raw)} == tags
    assert read_tags(raw, ALL) == tags
    assert list(read_tags(raw, ALL)) == list(tags)


@pytest.mark.parametrize(
    "cls", [cls for cls in NASDAQ50.messages if issubclass(cls, AppendableMessage)], ids=lambda cls: cls.__name__
)
def test_every_message_with_any_of_its_tags(cls: type[AppendableMessage]) -> None:
    @given(tags_of(cls.ALLOWED))
    @settings(max_examples=count(ordinary=20, long=1000))
    def check(tags: dict[str, Any]) -> None:
        message = cls(appendage=tags)
        data = message.encode()
        again = NASDAQ50.decode(data, cls.DIRECTION)
        assert isinstance(again, cls)
        assert (again, again.appendage, again.encode()) == (message, tags, data)
        assert cls(**again.fields()) == message
        assert again.fields().get("appendage", {}) == tags
        length = write_tags(tags, cls.ALLOWED, "")
        assert len(data) == cls.SIZE + len(length) + (2 if tags and not cls.ALWAYS else 0)

    check()


BAD = [
    ("03", "the element at byte 0 claims 3 of 0 bytes"),
    ("00", "the element at byte 0 claims 0 of 0 bytes"),
    ("021c0500", "the element at byte 3 claims 0 of 0 bytes"),
    ("051c00000001", "UserRefIdx takes 1 bytes, got 4"),
    ("011c", "UserRefIdx takes 1 bytes, got 0"),
    ("021c05021c06", "UserRefIdx stands there twice"),
    ("020805", "tag 8 is unknown"),
    ("02ff05", "tag 255 is unknown"),
    ("021b42", "tag 27 is not allowed here"),
    ("02 04 ff", "CustomerType"),
    ("06 03 000000c8 05", "UserRefIdx|claims|MinQty"),
]


@pytest.mark.parametrize("element, words", BAD)
def test_a_wrong_element_makes_the_message_invalid_and_leaves_its_head_readable(element: str, words: str) -> None:
    raw = bytes.fromhex(element)
    data = EnterOrder(userRefNum=77).encode()[:-2] + len(raw).to_bytes(2, "big") + raw
    with pytest.raises(AppendageError, match=words) as caught:
        NASDAQ50.decode(data, Direction.TO_HOST)
    assert isinstance(caught.value.head, EnterOrder)
    assert caught.value.head.userRefNum == 77
    assert isinstance(caught.value, ParseError)


@pytest.mark.parametrize("said, there", [(0, 3), (2, 3), (4, 3), (3, 0), (65535, 3)])
def test_a_length_that_lies_is_refused(said: int, there: int) -> None:
    tail = bytes.fromhex("021c05")[:there]
    head = EnterOrder(userRefNum=7).encode()[:-2] + said.to_bytes(2, "big")
    with pytest.raises(AppendageError, match=f"appendageLength: says {said}, behind it are {there} bytes"):
        EnterOrder.parse(head + tail)
    with pytest.raises(AppendageError, match=f"says {said}"):
        CancelOrder.parse(CancelOrder().encode() + said.to_bytes(2, "big") + tail)
    with pytest.raises(AppendageError, match="behind it are 0 bytes"):
        CancelOrder.parse(CancelOrder().encode() + b"\x07")


def test_where_the_length_is_optional_it_may_be_zero_and_stays() -> None:
    data = AccountQuery().encode() + b"\0\0"
    assert AccountQuery.parse(data).encode() == data
    assert AccountQuery.parse(data).appendage == {}


@pytest.mark.parametrize(
    "tags, words",
    [
        ({"Sidee": "S"}, "carries no tag Sidee; it carries Firm, MinQty"),
        ({"Side": "S"}, "EnterOrder carries no tag Side;"),
        ({"MinQty": -1}, "MinQty: -1 is outside 0 to 4294967295"),
        ({"PegOffset": 1 << 31}, "PegOffset: 2147483648 is outside"),
        ({"Firm": "TOOLONG"}, "Firm: 'TOOLONG' takes 7 bytes"),
        ({"PostOnly": ""}, "PostOnly: '' is not one character"),
    ],
)
def test_a_tag_that_cannot_be_written_is_refused_by_name(tags: dict[str, Any], words: str) -> None:
    with pytest.raises(FieldError, match=words):
        EnterOrder(appendage=tags)
    with pytest.raises(FieldError, match=words):
        EnterOrder().replace(appendage=tags)


def test_the_length_follows_the_tags_and_cannot_be_set() -> None:
    order = EnterOrder(userRefNum=1, appendage={"UserRefIdx": 5, "MinQty": 2})
    assert order.appendageLength == 9
    assert EnterOrder(userRefNum=1, appendage={"UserRefIdx": 5, "MinQty": 2}, appendageLength=9) == order
    with pytest.raises(FieldError, match="appendageLength: 3, the appendage says it itself"):
        EnterOrder(appendageLength=3)
    changed = order.replace(userRefNum=2)
    assert (changed.appendage, changed.appendageLength, changed.userRefNum) == (order.appendage, 9, 2)
    bare = order.replace(appendage={})
    assert (bare.appendage, bare.appendageLength, bare.encode()[-2:]) == ({}, 0, b"\0\0")
    assert order != bare
    assert bare.replace(appendage=order.appendage) == order


def test_a_message_shows_and_keeps_its_tags() -> None:
    restated = OrderRestated(appendage={"DisplayQuantity": 100, "UserRefIdx": 1})
    assert repr(restated) == ("OrderRestated(appendageLength=9, appendage={'DisplayQuantity': 100, 'UserRefIdx': 1})")
    assert eval(repr(restated)) == restated
    canceled = OrderCanceled(appendage={"UserRefIdx": 1})
    assert repr(canceled) == "OrderCanceled(appendage={'UserRefIdx': 1})"
    canceled.appendage["UserRefIdx"] = 2
    assert canceled.appendage == {"UserRefIdx": 1}
    assert canceled.replace(quantity=5).encode()[-5:] == bytes.fromhex("0003021c01")


@given(st.binary(max_size=60))
@settings(max_examples=count(ordinary=200, long=20_000))
def test_noise_behind_a_head_raises_nothing_but_a_parse_error(raw: bytes) -> None:
    for cls in (ReplaceOrder, CancelOrder):
        head = cls().encode()[:-2] if cls.ALWAYS else cls().encode()
        data = head + len(raw).to_bytes(2, "big") + raw
        try:
            assert cls.parse(data).encode() == data
        except AppendageError as error:
            assert str(error)
