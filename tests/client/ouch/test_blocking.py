"""The session API without asyncio; heartbeats are on time whatever the program and its callbacks do."""

import itertools
import threading
from typing import Any

import pytest

from base.client.ouch import connect, japannext
from base.clock import Clock
from base.errors import ConnectionLost, LogonRefused, NoReply
from base.wire.soupbintcp.packets import CLIENT_HEARTBEAT, PacketFramer, debug, sequenced, unsequenced
from tests.client.ouch.peers import accepting, hand_driven
from tests.kit.patience import PATIENCE_S

HEARTBEAT = PacketFramer().receive(CLIENT_HEARTBEAT)[0]


def test_send_receive_and_close() -> None:
    with accepting().in_thread() as server:
        with japannext.connect(server.address, "user", "secret", sequence=1) as client:
            client.send_message(japannext.EnterOrder(orderToken=1, quantity=100))
            assert client.receive_message(PATIENCE_S).orderToken == 1
            assert (client.session, client.sequence, client.closed) == ("SESSION1", 1, False)
            with pytest.raises(NoReply, match=r"0\.01 s"):
                client.receive_message(0.01)
            client.send_message(japannext.EnterOrder(orderToken=2, quantity=100))
            assert client.receive_message(PATIENCE_S).orderToken == 2, "a wait that ended loses nothing"
        client.close()
        assert client.closed and client.close_reason == "closed by us"


def test_a_refused_login_leaves_no_thread() -> None:
    with accepting().in_thread() as server:
        before = set(threading.enumerate())
        with pytest.raises(LogonRefused):
            connect(server.address, "user", "wrong")
        assert set(threading.enumerate()) <= before


def test_an_exception_of_a_callback_reaches_the_user() -> None:
    def on_msg(message: Any) -> None:
        raise KeyError("mine")

    with accepting().in_thread() as server:
        client = japannext.connect(server.address, "user", "secret", on_msg=on_msg)
        client.send_message(japannext.EnterOrder(orderToken=1, quantity=1))
        with pytest.raises(KeyError, match="mine"):
            client.wait_closed()
        client.close()


def test_the_end_of_the_server_is_told() -> None:
    ended = threading.Event()
    with accepting().in_thread() as server:
        client = japannext.connect(server.address, "user", "secret", on_close=ended.set)
        waiting = japannext.connect(server.address, "other", "secret")
    assert ended.wait(PATIENCE_S)
    client.wait_closed()
    with pytest.raises(ConnectionLost):
        waiting.receive_message(PATIENCE_S)
    waiting.close()


def test_heartbeats_come_each_second_while_a_callback_blocks() -> None:
    release, entered = threading.Event(), threading.Event()

    def on_msg(message: bytes) -> None:
        entered.set()
        assert release.wait(PATIENCE_S)

    with hand_driven(lambda address: connect(address, "user", "secret", on_msg=on_msg)) as (peer, coming):
        clock = Clock()
        times = [clock.now_ns()]
        peer.let_in()
        client = coming.result(PATIENCE_S)
        peer.send(sequenced(b"hello"))
        assert entered.wait(PATIENCE_S)
        for _ in range(3):
            assert peer.next_body() == HEARTBEAT
            times.append(clock.now_ns())
        release.set()
        pauses_ns = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert sum(pauses_ns) > 1.9e9 and min(pauses_ns) < 1.5e9, f"whoever reads late sees one late: {pauses_ns}"
        closing = threading.Thread(target=client.close)
        closing.start()
        while (body := peer.next_body()) == HEARTBEAT:
            continue
        assert body == b"O"
        peer.sock.close()
        closing.join(PATIENCE_S)
        assert client.closed


def test_messages_without_a_number_and_remarks_do_not_count() -> None:
    told: list[str] = []
    with hand_driven(lambda address: connect(address, "user", "secret", on_debug=told.append)) as (peer, coming):
        peer.let_in(7)
        client = coming.result(PATIENCE_S)
        peer.send(sequenced(b"one") + debug("hello") + unsequenced(b"aside"))
        assert [(client.receive_message(PATIENCE_S), client.sequence) for _ in range(2)] == [(b"one", 7), (b"aside", 7)]
        assert told == ["hello"]
        peer.sock.close()
        for _ in range(2):
            with pytest.raises(ConnectionLost):
                client.receive_message(PATIENCE_S)
        client.close()
