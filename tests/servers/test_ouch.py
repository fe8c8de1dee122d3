"""OUCH over real sockets, beside BO in the same process, and after a restart of it."""

import socket
from pathlib import Path

import pytest

from base.errors import HandoffError
from base.servers.oes import Oes
from base.servers.settings import parse_settings
from base.wire.ouch.nasdaq42 import NASDAQ42
from tests.kit.ouch_floor import BARE, JP, N42, N50, jp, jp_cancel, n42, told
from tests.kit.ouch_sockets import OUCH, Peer, running, settings_text


def test_dialects_meet_over_sockets_and_streams_survive_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as ports:
        assert set(ports) == {0, JP, BARE, N42, N50}
        seller, buyer = Peer(ports[JP], "A"), Peer(ports[N42], "B")
        assert told(seller.hear(1)) == "SS" and told(buyer.hear(1, NASDAQ42)) == "SS"
        seller.say(jp(1, "S", 500), jp(2, "S", 100, 1_100))
        assert told(seller.hear(2)) == "AL AL"
        buyer.say(n42("a", "B", 200))
        _, executed = buyer.hear(2, NASDAQ42)
        (made,) = seller.hear(1)
        assert (executed.executedShares, executed.matchNumber) == (made.executedQuantity, made.matchNumber)
        bare = Peer(ports[BARE])
        assert bare.bare(10)[9:] == b"S"
        bare.sock.sendall(jp(1, "S", 100, 1_200).encode())
        assert bare.bare(65)[:1] == b"A"
        bare.sock.sendall(b"?")
        assert bare.bare(18)[17:] == b"L" and bare.is_closed()
        for garbage, port in ((b"\0\0", JP), (b"\0\1?", N50)):
            wrong = Peer(ports[port])
            wrong.sock.sendall(garbage)
            assert wrong.is_closed()
            wrong.close()
    for peer in (seller, buyer, bare):  # not before: their orders would leave with them
        peer.close()
    with running(tmp_path) as ports:
        buyer = Peer(ports[N42], "B")
        assert told(buyer.hear(3, NASDAQ42)) == "SS AL ER"
        seller = Peer(ports[JP], "A", 3)
        answers = seller.hear(2)
        assert told(answers) == "AL EA"
        seller.say(jp_cancel(1), jp_cancel(2))
        assert [one.decrementQuantity for one in seller.hear(2)] == [300, 100]
        seller.say(jp(1, "S", 500), jp(3, "S", 100))
        answers = seller.hear(1)
        assert told(answers) == "AL" and answers[0].orderToken == 3, "an old token makes no second order"
        seller.say(jp_cancel(3))
        assert told(seller.hear(1)) == "CU"
        for peer in (seller, buyer):
            peer.close()


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        there = OUCH.replace('nasdaq42 = "127.0.0.1:0"', f'nasdaq42 = "{taken}"')
        oes = Oes(parse_settings("ouch.toml", settings_text().replace(OUCH, there)), tmp_path)
        oes.take()
        try:
            with pytest.raises(HandoffError, match=f"^cannot listen for OUCH, nasdaq 42, on {taken}: Address already"):
                oes.open(("127.0.0.1", 0), durable=False)
        finally:
            oes.close()
