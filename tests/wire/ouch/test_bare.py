"""Bare TCP framing: the same messages however the bytes are cut, and a clear end when they are none.

In: encoded messages. Out: the messages again, or one error.
Never knows: sockets.
"""

import random
from itertools import pairwise

import pytest

from base.errors import ParseError
from base.wire.dialect import Direction
from base.wire.ouch.bare import BareFramer
from base.wire.ouch.japannext import JAPANNEXT, CancelOrder, ReplaceOrder
from tests.kit.counts import count
from tests.wire.ouch.checks import VECTORS
from tests.wire.samples import SEED


def stream(direction: Direction) -> list[bytes]:
    """All golden messages of one direction."""
    mine = [v for v in VECTORS if (v["protocol"], v["direction"]) == (JAPANNEXT.name, direction.value)]
    return [bytes.fromhex(vector["hex"]) for vector in mine]


@pytest.mark.parametrize("direction", Direction)
def test_every_cut_and_random_cuts(direction: Direction) -> None:
    messages = stream(direction)
    data = b"".join(messages)
    rng = random.Random(SEED)
    cuts = [[cut] for cut in range(len(data) + 1)] + [list(range(len(data)))]
    cuts += [sorted(rng.choices(range(len(data)), k=20)) for _ in range(count(ordinary=50, long=5000))]
    for places in cuts:
        framer = BareFramer(JAPANNEXT, direction)
        parts = [data[a:b] for a, b in pairwise([0, *places, len(data)])]
        assert [message for part in parts for message in framer.receive(part)] == messages, places
        assert (framer.pending, framer.error) == (0, None)


def test_the_direction_decides_how_long_a_replace_is() -> None:
    """A replace and a cancel in one segment, read with the length of the reply, ends the reference's server."""
    both = [ReplaceOrder().encode(), CancelOrder().encode()]
    assert BareFramer(JAPANNEXT, Direction.TO_HOST).receive(b"".join(both)) == both
    assert BareFramer(JAPANNEXT, Direction.TO_CLIENT).receive(b"".join(both)) == []


@pytest.mark.parametrize("letter", [b"A", b"S", b"?", b"\xff", b"\n"])
def test_what_is_no_message_of_this_direction_ends_the_stream(letter: bytes) -> None:
    framer = BareFramer(JAPANNEXT, Direction.TO_HOST)
    good = CancelOrder().encode()
    assert framer.receive(good + letter + good) == [good]
    assert isinstance(framer.error, ParseError)
    assert str(framer.error) == f"messageType: {letter.decode('latin-1')!a} is none of O U X"
    assert framer.receive(good) == []
    assert framer.pending == 0
