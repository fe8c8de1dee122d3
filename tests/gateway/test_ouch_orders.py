"""Tokens, streams and accounts of OUCH."""

import pickle

import pytest

from base import limits
from base.gateway.ouch_orders import Member, OuchPort, OuchStream, key_of


def test_every_participant_and_port_has_a_number_of_its_own() -> None:
    keys = {key_of(participant, port) for participant in range(50) for port in OuchPort}
    assert len(keys) == 50 * len(OuchPort)


def test_rising_tokens_are_fresh_above_the_last_one_of_their_channel() -> None:
    member = Member(0, OuchPort.NASDAQ_50)
    member.use((0, 5), rises=True)
    assert [number for number in range(8) if member.is_fresh((0, number), rises=True)] == [6, 7]
    assert member.is_fresh((1, 1), rises=True)
    assert (member.next_number(0), member.next_number(1)) == (6, 1)


def test_other_tokens_are_fresh_once() -> None:
    member = Member(0, OuchPort.NASDAQ_42)
    member.use("b", rises=False)
    assert member.is_fresh("a", rises=False) and not member.is_fresh("b", rises=False)
    assert member.is_fresh("B", rises=False), "case counts"


def test_the_checksum_tells_messages_and_their_order_apart() -> None:
    digests = set()
    for messages in ((b"a", b"b"), (b"b", b"a"), (b"ab",), (b"a",), ()):
        stream = OuchStream()
        for message in messages:
            stream.append(message)
        digests.add(stream.digest)
    assert len(digests) == 5


def test_a_stream_gives_everything_from_any_number_also_from_its_picture() -> None:
    stream = OuchStream()
    messages = [b"x" * (place % 5) for place in range(40)]
    for message in messages:
        stream.append(message)
    again: OuchStream = pickle.loads(pickle.dumps(stream, protocol=5))
    for one in (stream, again):
        assert all(list(one.read(first)) == messages[first - 1 :] for first in range(1, 43))
    assert (again.next_number, again.append(b"y"), list(again.read(41))) == (41, 41, [b"y"])
    assert stream.append(b"y") == 41 and again.digest == stream.digest


def test_a_day_has_so_many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OUCH_DAY_MESSAGES", 2)
    member = Member(0, OuchPort.JAPANNEXT)
    said = [member.is_full]
    for _ in range(2):
        member.stream.append(b"")
        said.append(member.is_full)
    assert said == [False, False, True]
