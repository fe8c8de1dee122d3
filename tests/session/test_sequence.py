"""Numbered streams: every number is read once, in order, from wherever one begins, a bounded piece at a time."""

from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import FieldError
from base.limits import SOUP_PAYLOAD_BYTES
from base.session.sequence import MemoryStream, Reader, Stream, first_number
from base.wire.soupbintcp.packets import sequenced
from tests.kit.counts import count

MESSAGES = st.lists(st.binary(max_size=40), max_size=30)


def filled(messages: list[bytes]) -> MemoryStream:
    stream = MemoryStream()
    for message in messages:
        stream.append(message)
    return stream


def test_numbers_begin_with_one_and_have_no_gaps() -> None:
    stream = MemoryStream()
    assert stream.next_number == 1
    assert [stream.append(b"x") for _ in range(5)] == [1, 2, 3, 4, 5]
    assert stream.next_number == 6
    assert list(stream.read(6)) == []
    with pytest.raises(AssertionError):
        stream.read(0)


def test_a_message_that_no_packet_can_carry_is_refused_at_once() -> None:
    stream = MemoryStream()
    assert stream.append(bytes(SOUP_PAYLOAD_BYTES)) == 1
    with pytest.raises(FieldError, match="message: 65535 bytes"):
        stream.append(bytes(SOUP_PAYLOAD_BYTES + 1))
    assert stream.next_number == 2
    assert len(Reader(stream, 1).take(1)[0]) == SOUP_PAYLOAD_BYTES + 3


@pytest.mark.parametrize(
    "requested, next_number, first",
    [
        (0, 1, 1),
        (1, 1, 1),
        (2, 1, None),
        (0, 8, 8),
        (1, 8, 1),
        (7, 8, 7),
        (8, 8, 8),
        (9, 8, None),
        (10**20 - 1, 8, None),
    ],
)
def test_where_a_login_begins(requested: int, next_number: int, first: int | None) -> None:
    assert first_number(requested, next_number) == first


@given(MESSAGES, st.integers(1, 31), st.integers(1, 200), st.integers(0, 30))
@settings(max_examples=count(ordinary=200, long=20_000))
def test_every_message_from_a_number_on_comes_once_and_in_order(
    messages: list[bytes], first: int, most_bytes: int, at_first: int
) -> None:
    stream = filled(messages[:at_first])
    first = min(first, stream.next_number)
    reader, taken = Reader(stream, first), list[bytes]()
    rest = iter(messages[at_first:])
    while True:
        piece = reader.take(most_bytes)
        assert len(piece) == 1 or sum(map(len, piece)) <= most_bytes
        taken += piece
        assert reader.next_number == first + len(taken)
        if not piece:
            message = next(rest, None)
            if message is None:
                break
            assert not reader.is_behind
            stream.append(message)
            assert reader.is_behind
    assert taken == [sequenced(message) for message in messages[first - 1 :]]


class Committing:
    """A stream that gives out only what was committed."""

    def __init__(self) -> None:
        self._kept = MemoryStream()
        self.committed = 0

    @property
    def next_number(self) -> int:
        return self._kept.next_number

    def append(self, message: bytes) -> int:
        return self._kept.append(message)

    def read(self, first: int) -> Iterator[bytes]:
        return islice(self._kept.read(first), max(0, self.committed + 1 - first))


def test_nothing_newer_than_the_last_commit_is_taken() -> None:
    stream = Committing()
    kept: Stream = stream
    for text in (b"a", b"b", b"c"):
        kept.append(text)
    reader = Reader(kept, 1)
    assert (reader.take(1000), reader.is_behind) == ([], True)
    stream.committed = 2
    assert reader.take(1000) == [sequenced(b"a"), sequenced(b"b")]
    assert reader.take(1000) == []
    stream.committed = 3
    assert (reader.take(1000), reader.is_behind) == ([sequenced(b"c")], False)
