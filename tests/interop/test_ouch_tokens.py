"""Repeated tokens and streams that are read again, over real sockets, across reconnects and restarts of the OES.

D5: a token that was used makes no second order and gets no answer. D2: after a restart a client that asks for the
number it misses hears exactly what it would have heard.
"""

import random
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from base.gateway.ouch_orders import OuchPort
from base.wire.dialect import Dialect
from base.wire.ouch import nasdaq42
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50
from tests.kit.counts import count
from tests.kit.ouch_floor import JP, N42, N50, jp, n42, n50
from tests.kit.ouch_sockets import Peer, running

REPEATED = count(ordinary=1_002, long=10_002) // 3
"""Repeated tokens per dialect."""
LIVES = 3
RECONNECTS = 4
TOKENS = 20
SEED = 20_261_121
MESSAGES = 300


class Speech(NamedTuple):
    """How one dialect enters an order. ``number`` is the field of its tokens, ``spell`` makes one of a number."""

    port: OuchPort
    dialect: Dialect
    enter: Any
    number: str
    spell: Any


SPEECHES = {
    "japannext": Speech(JP, JAPANNEXT, jp, "orderToken", int),
    "nasdaq42": Speech(N42, NASDAQ42, n42, "orderToken", "T{}".format),
    "nasdaq50": Speech(N50, NASDAQ50, n50, "userRefNum", int),
}


@pytest.mark.parametrize("name", SPEECHES)
def test_a_repeated_token_makes_no_second_order_and_gets_no_answer(name: str, tmp_path: Path) -> None:
    speech, chance = SPEECHES[name], random.Random(SEED)
    each = -(-REPEATED // (LIVES * RECONNECTS * TOKENS - 1))
    first, missed, used, repeated = 1, "S", 0, 0
    for _ in range(LIVES):
        with running(tmp_path) as ports:
            for _ in range(RECONNECTS):
                peer = Peer(ports[speech.port], "A", first)
                assert "".join(one.LETTER for one in peer.hear(len(missed), speech.dialect)) == missed, SEED
                first += len(missed)
                for new in range(used + 1, used + TOKENS + 1):
                    # an old token would trade with the orders that are there, or rest beside them
                    old = [(chance.randint(1, used), chance.choice("BS")) for _ in range(each) if used]
                    peer.say(*(speech.enter(speech.spell(one), side, 1) for one, side in [*old, (new, "B")]))
                    (answer,) = peer.hear(1, speech.dialect)
                    assert (answer.LETTER, getattr(answer, speech.number)) == ("A", speech.spell(new)), SEED
                    used, first, repeated = new, first + 1, repeated + len(old)
                peer.log_out()
                missed = "C" * TOKENS if name == "japannext" else ""  # those orders leave with their connection
    assert repeated >= REPEATED


def test_a_client_may_go_on_after_every_message_also_after_a_restart(tmp_path: Path) -> None:
    heard: list[bytes] = []
    for length in (100, 200, MESSAGES, MESSAGES):
        with running(tmp_path) as ports:
            for first in range(1, len(heard) + 1):
                peer = Peer(ports[N42], "A", first)
                assert [peer.body() for _ in heard[first - 1 :]] == heard[first - 1 :]
                peer.log_out()
            peer = Peer(ports[N42], "A", len(heard) + 1)
            heard += [] if heard else [peer.body()]
            while len(heard) < length:
                if len(heard) % 3:
                    peer.say(n42(f"{len(heard)}", "B", len(heard) + 1))
                else:
                    peer.say(nasdaq42.CancelOrder(orderToken=f"{len(heard) - 1}", shares=0))
                heard.append(peer.body())
            peer.log_out()
    assert len(heard) == MESSAGES
