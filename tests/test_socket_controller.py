"""The public door to one socket: connecting, framing, partial writes, every way to end."""

import selectors
import socket
import struct
from collections.abc import Iterator
from itertools import product
from typing import Any, TypeAlias

import pytest

from base import limits
from base.create_example_message import create_example_message
from base.errors import FieldError, LocalProtocolError
from base.process_message import RECV_ERROR_INVALID_MSG_TYPE, RECV_ERROR_PARSE, ReceiveResult
from base.session.transitions import Conversation
from base.socket_controller import TRANSITIONS, SocketController, State, Trigger
from tests.kit.patience import PATIENCE_S

Pair: TypeAlias = tuple[socket.socket, socket.socket]
Selector: TypeAlias = selectors.BaseSelector

LOGON = create_example_message("H")
ORDER = create_example_message("T")


@pytest.fixture
def sel() -> Iterator[Selector]:
    with selectors.DefaultSelector() as selector:
        yield selector
        for key in list(selector.get_map().values()):
            key.data.close()


@pytest.fixture
def pair(sel: Selector) -> Iterator[Pair]:
    ours, peer = socket.socketpair()
    with ours, peer:
        peer.settimeout(PATIENCE_S)
        yield ours, peer


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_S)
        yield server


class Recorder(SocketController):
    """Notes what the hooks are told."""

    def __init__(self, *arguments: Any) -> None:
        self.results: list[ReceiveResult] = []
        self.messages: list[Any] = []
        self.hooks: list[str] = []
        super().__init__(*arguments, recv_callback=self.results.append)

    def process_state(self, message: Any) -> None:
        self.messages.append(message)

    def connection_made(self) -> None:
        self.hooks.append("made")

    def connection_lost(self, reason: str) -> None:
        self.hooks.append(reason)


def run_pass(sel: Selector) -> None:
    events = sel.select(PATIENCE_S)
    assert events, "nothing was ready in time"
    for key, mask in events:
        key.data.process_events(mask)


def run_until_closed(sel: Selector, controller: SocketController) -> str:
    while not controller.closed:
        run_pass(sel)
    return controller.close_reason


# -- the table

@pytest.mark.parametrize("state, trigger", list(product(State, Trigger)))
def test_the_table_moves_as_listed_and_nothing_else_moves(state: State, trigger: Trigger) -> None:
    listed = {
        (State.CONNECTING, Trigger.CONNECTED): State.OPEN,
        (State.CONNECTING, Trigger.ENDED): State.CLOSED,
        (State.OPEN, Trigger.FINISHED): State.DRAINING,
        (State.OPEN, Trigger.ENDED): State.CLOSED,
        (State.DRAINING, Trigger.ENDED): State.CLOSED,
    }
    conversation = Conversation(TRANSITIONS, state)
    if (state, trigger) in listed:
        assert conversation.handle(trigger) is listed[state, trigger]
    else:
        with pytest.raises(LocalProtocolError):
            conversation.handle(trigger)
        assert conversation.state is state


# -- connecting

def test_a_fresh_socket_is_connected_and_msgobj_is_sent(sel: Selector, listener: socket.socket) -> None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    controller = Recorder(sel, sock, listener.getsockname(), LOGON)
    server, _ = listener.accept()
    with server:
        while controller.state is State.CONNECTING:
            run_pass(sel)
        assert server.recv(1000) == LOGON.encode()
        assert controller.hooks == ["made"]
        assert sel.get_key(sock).data is controller
        controller.close()


def test_a_socket_that_is_connecting_already_is_taken_over(sel: Selector, listener: socket.socket) -> None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.connect_ex(listener.getsockname())
    controller = Recorder(sel, sock, listener.getsockname(), b"early")
    controller.send(b" and late")
    server, _ = listener.accept()
    with server:
        while controller.state is State.CONNECTING or controller.unsent_bytes:
            run_pass(sel)
        assert server.recv(1000) == b"early and late"
        controller.close()


@pytest.mark.parametrize(
    "address, reason",
    [
        (("127.0.0.1", None), "Connection refused"),  # None: a port where nobody listens
        (("a..b", 1), "cannot connect"),
        (("127.0.0.1", 70_000), "port must be 0-65535"),
        (("127.0.0.1", "http"), "cannot connect"),
    ],
)
def test_a_failed_attempt_to_connect_ends_with_a_reason(sel: Selector, address: tuple[str, Any], reason: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = nobody.getsockname() if address[1] is None else address
        controller = Recorder(sel, socket.socket(socket.AF_INET, socket.SOCK_STREAM), address, LOGON)
        assert reason in run_until_closed(sel, controller)
    assert controller.hooks == [controller.close_reason]
    assert not sel.get_map()


def test_finish_while_connecting_just_closes(sel: Selector, listener: socket.socket) -> None:
    controller = Recorder(sel, socket.socket(), listener.getsockname(), LOGON)
    controller.finish("changed our mind")
    assert (controller.closed, controller.close_reason) == (True, "changed our mind")


def test_a_message_that_cannot_be_encoded_is_the_callers_error(sel: Selector) -> None:
    class Broken:
        def encode(self) -> bytes:
            raise FieldError("Account: -1 is below 0")

    with socket.socket() as sock, pytest.raises(FieldError):
        SocketController(sel, sock, ("127.0.0.1", 1), Broken())
    assert not sel.get_map()


# -- reading

@pytest.mark.parametrize("size", [1, 3, 142, 143, 144, 393, 1000])
def test_messages_arrive_whole_however_they_were_cut(sel: Selector, pair: Pair, size: int) -> None:
    ours, peer = pair
    controller = Recorder(sel, ours, "peer")
    stream = LOGON.encode() + ORDER.encode() + LOGON.encode()
    for start in range(0, len(stream), size):
        peer.sendall(stream[start : start + size])
        run_pass(sel)
    assert [message.encode() for message in controller.messages] == [LOGON.encode(), ORDER.encode(), LOGON.encode()]
    assert [result.ok for result in controller.results] == [True] * 3


def test_a_longer_stream_than_one_read_arrives_in_order(sel: Selector, pair: Pair) -> None:
    ours, peer = pair
    controller = Recorder(sel, ours, "peer")
    orders = [create_example_message("T", OrderID=number) for number in range(1, 601)]
    stream = b"".join(order.encode() for order in orders)
    assert len(stream) > 2 * limits.RECEIVE_BYTES
    peer.setblocking(False)
    while len(controller.messages) < len(orders):
        stream = stream[peer.send(stream) :] if stream else stream
        run_pass(sel)
    assert [message.OrderID for message in controller.messages] == list(range(1, 601))


@pytest.mark.parametrize(
    "noise, code, shown",
    [
        (b"X\0\x10\0", RECV_ERROR_INVALID_MSG_TYPE, "58 00 10 00"),
        (b"H\0\x90\0", RECV_ERROR_PARSE, "48 00 90 00"),
        (b"\xff" * 5000, RECV_ERROR_INVALID_MSG_TYPE, "ff ff ff ff"),
    ],
)
def test_bytes_that_are_no_message_reach_the_callback_and_end_all(
    sel: Selector, pair: Pair, noise: bytes, code: int, shown: str
) -> None:
    ours, peer = pair
    controller = Recorder(sel, ours, "peer")
    peer.sendall(LOGON.encode() + noise + LOGON.encode())
    reason = run_until_closed(sel, controller)
    assert [result.code for result in controller.results] == [-1, code]
    assert len(controller.messages) == 1
    assert reason == f"the peer sent bytes that are no message: {shown} ..."


def test_process_state_can_be_overridden_as_the_readme_says(sel: Selector, pair: Pair) -> None:
    class ResponserSocketController(SocketController):
        def process_state(self, message: Any) -> None:
            self.send(create_example_message("T"))

    ours, peer = pair
    ResponserSocketController(sel, ours, "peer")
    peer.sendall(LOGON.encode())
    run_pass(sel)
    assert peer.recv(1000) == ORDER.encode()


def test_a_callback_may_close_in_the_middle_of_a_batch(sel: Selector, pair: Pair) -> None:
    ours, peer = pair
    seen: list[ReceiveResult] = []

    def close_at_once(result: ReceiveResult) -> None:
        seen.append(result)
        controller.close("enough")

    controller = SocketController(sel, ours, "peer", None, close_at_once)
    peer.sendall(LOGON.encode() * 3)
    assert run_until_closed(sel, controller) == "enough"
    assert len(seen) == 1


def test_a_callback_that_fails_consumes_its_message_only(sel: Selector, pair: Pair) -> None:
    ours, peer = pair
    seen: list[int] = []

    def fail_once(result: ReceiveResult) -> None:
        seen.append(result.code)
        if len(seen) == 1:
            raise ZeroDivisionError

    SocketController(sel, ours, "peer", None, fail_once)
    peer.sendall(LOGON.encode() * 2)
    with pytest.raises(ZeroDivisionError):
        run_pass(sel)
    peer.sendall(LOGON.encode())
    run_pass(sel)
    assert seen == [-1, -1, -1]


def test_received_can_be_overridden_to_take_bytes_as_they_come(sel: Selector, pair: Pair) -> None:
    batches = []

    class Raw(SocketController):
        def received(self, data: bytes) -> None:
            batches.append(data)

    ours, peer = pair
    Raw(sel, ours, "peer")
    peer.sendall(b"anything")
    run_pass(sel)
    assert batches == [b"anything"]


# -- writing

def test_a_stream_is_whole_when_the_peer_takes_it_in_small_parts(sel: Selector, pair: Pair) -> None:
    ours, peer = pair
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    peer.setblocking(False)
    controller = SocketController(sel, ours, "peer")
    orders = b"".join(create_example_message("T", OrderID=number).encode() for number in range(1, 1001))
    for start in range(0, len(orders), 777):
        controller.send(orders[start : start + 777])
    assert controller.unsent_bytes > 0
    controller.finish("done")
    assert controller.state is State.DRAINING
    got = bytearray(peer.recv(1 << 20))
    while not controller.closed:
        run_pass(sel)
        got += peer.recv(1 << 20)
    assert bytes(got) == orders
    assert controller.close_reason == "done"


def test_send_takes_messages_and_every_kind_of_bytes(sel: Selector, pair: Pair) -> None:
    ours, peer = pair
    controller = SocketController(sel, ours, "peer")
    for sendable in (LOGON, b"a", bytearray(b"b"), memoryview(b"c")):
        controller.send(sendable)
    assert peer.recv(1000) == LOGON.encode() + b"abc"


@pytest.mark.parametrize("excess, open_", [(0, True), (1, False)])
def test_a_peer_that_never_reads_is_closed_past_the_bound(sel: Selector, pair: Pair, excess: int, open_: bool) -> None:
    controller = SocketController(sel, pair[0], "peer")
    while not controller.unsent_bytes:
        controller.send(bytes(65536))
    controller.send(bytes(limits.SEND_BUFFER_BYTES - controller.unsent_bytes))
    if excess:
        controller.send(bytes(excess))
    assert controller.closed is not open_
    assert open_ or "the peer reads too slowly" in controller.close_reason


@pytest.mark.parametrize("end", ["close", "finish"])
def test_send_on_a_closed_connection_says_why_it_is_closed(sel: Selector, pair: Pair, end: str) -> None:
    controller = SocketController(sel, pair[0], ("10.0.0.1", 5))
    getattr(controller, end)("lunch")
    with pytest.raises(LocalProtocolError, match=r"10\.0\.0\.1:5: the connection is closed \(lunch\)"):
        controller.send(b"x")


# -- ends

def test_what_was_sent_before_the_peer_closed_is_still_handed_on(sel: Selector, pair: Pair) -> None:
    ours, peer = pair
    controller = Recorder(sel, ours, "peer")
    peer.sendall(LOGON.encode() + b"H\0")
    peer.close()
    assert run_until_closed(sel, controller) == "closed by the peer in the middle of a message (2 bytes came)"
    assert len(controller.messages) == 1
    assert controller.hooks == ["made", controller.close_reason]


def test_a_peer_that_closed_only_its_side_gets_what_waits_for_it(sel: Selector, pair: Pair) -> None:
    ours, peer = pair
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    controller = SocketController(sel, ours, "peer", bytes(100_000))
    peer.shutdown(socket.SHUT_WR)
    peer.setblocking(False)
    got = 0
    while not controller.closed:
        run_pass(sel)
        got += len(peer.recv(1 << 20))
    assert (got, controller.close_reason) == (100_000, "closed by the peer")


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@pytest.mark.parametrize("writing", [False, True])
def test_a_reset_ends_with_a_reason_and_no_exception(sel: Selector, listener: socket.socket, writing: bool) -> None:
    controller = Recorder(sel, socket.create_connection(listener.getsockname()), listener.getsockname())
    server, _ = listener.accept()
    if writing:
        while not controller.unsent_bytes:
            controller.send(bytes(65536))
    reset(server)
    assert run_until_closed(sel, controller).startswith("connection lost: ")
    assert controller.hooks == ["made", controller.close_reason]


def test_the_last_message_survives_a_close_with_unread_input(sel: Selector, listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as client:
        server, peer = listener.accept()
        controller = SocketController(sel, server, peer)
        client.sendall(bytes(30_000))
        controller.send(LOGON)
        controller.finish("refused")
        client.settimeout(PATIENCE_S)
        assert client.recv(1000) == LOGON.encode()
        assert client.recv(1000) == b""


def test_close_twice_is_once(sel: Selector, pair: Pair) -> None:
    controller = Recorder(sel, pair[0], "peer")
    controller.close("first")
    controller.close("second")
    controller.finish("third")
    controller.process_events(selectors.EVENT_READ | selectors.EVENT_WRITE)
    assert controller.hooks == ["made", "first"]
    assert not sel.get_map()


def test_close_after_the_selector_was_closed(pair: Pair) -> None:
    selector = selectors.DefaultSelector()
    controller = SocketController(selector, pair[0], "peer")
    selector.close()
    controller.close("late")
    assert controller.closed


def test_a_controller_may_close_as_soon_as_it_is_connected(sel: Selector, pair: Pair) -> None:
    class Turned(SocketController):
        def connection_made(self) -> None:
            self.close("not this one")

    controller = Turned(sel, pair[0], "", LOGON)
    assert (controller.closed, controller.close_reason) == (True, "not this one")
    assert pair[1].recv(1) == b""
