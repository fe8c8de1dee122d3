"""The loop: a pass in its order, faults that cost one connection, deadlines, shutdown."""

import logging
import os
import select
import socket
import struct
import threading
from collections.abc import Callable

import pytest

from base import limits
from base.network.event_loop import EventLoop
from tests.kit.clock import SECOND
from tests.kit.patience import PATIENCE_S, wait_until
from tests.network.conftest import Hall


def received(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := client.recv(size - len(data))):
        data += part
    return data


def test_bytes_come_back_to_the_one_who_sent_them(hall: Hall) -> None:
    clients = hall.entered(5)
    for number, client in enumerate(clients):
        client.sendall(b"%d" % number)
    hall.until(lambda: len(hall.told("received")) == 5)
    assert [client.recv(10) for client in clients] == [b"0", b"1", b"2", b"3", b"4"]


def test_the_application_learns_both_ends_of_a_connection(hall: Hall) -> None:
    client = hall.entered()[0]
    assert hall.told("connected") == [("connected", 1, client.getsockname(), hall.loop.address)]


def test_numbers_are_never_given_twice(hall: Hall) -> None:
    hall.entered()[0].close()
    hall.until(lambda: not hall.echo.open)
    hall.entered()
    assert hall.echo.open == [2]


@pytest.mark.parametrize("frame_by_frame, sends", [(False, [b"onetwothree"]), (True, [b"one", b"two", b"three"])])
def test_frames_of_a_pass_leave_in_one_send_or_each_in_its_own(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, frame_by_frame: bool, sends: list[bytes]
) -> None:
    hall.echo.frame_by_frame = frame_by_frame
    client = hall.entered()[0]
    sent: list[bytes] = []
    connection = hall.loop._connections[1]
    really_send = connection.send
    monkeypatch.setattr(connection, "send", lambda data: (sent.append(bytes(data)), really_send(data)))
    client.sendall(b"many")
    hall.until(lambda: sent)
    assert sent == sends
    assert received(client, 11) == b"onetwothree"


def test_the_last_frames_arrive_before_the_close(hall: Hall) -> None:
    client = hall.entered()[0]
    client.sendall(b"bye")
    hall.until(lambda: hall.told("disconnected"))
    assert (client.recv(10), client.recv(10)) == (b"bye", b"")


def test_a_client_that_closed_its_side_still_gets_its_answer(hall: Hall) -> None:
    client = hall.entered()[0]
    client.sendall(b"hello")
    client.shutdown(socket.SHUT_WR)
    hall.until(lambda: hall.told("disconnected"))
    assert (client.recv(10), client.recv(10)) == (b"hello", b"")


def test_the_end_of_one_is_told_to_the_others_in_the_same_pass(hall: Hall) -> None:
    leaver, stayer = hall.entered(2)
    leaver.close()
    hall.until(lambda: hall.told("disconnected"))
    assert stayer.recv(20) == b"<1 left>"


def test_a_reset_is_told_like_any_other_end(hall: Hall) -> None:
    client = hall.entered()[0]
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    hall.until(lambda: hall.told("disconnected"))


def test_a_loud_client_keeps_nobody_waiting(hall: Hall) -> None:
    loud, quiet = hall.entered(2)
    loud.setblocking(False)
    while True:
        try:
            loud.send(bytes(1 << 20))
        except BlockingIOError:
            break
    quiet.sendall(b"me too")
    assert select.select([hall.loop._connections[2].sock], [], [], PATIENCE_S)[0], "it arrives"
    hall.until(lambda: ("received", 2, b"me too") in hall.echo.told)
    assert all(len(event[2]) <= limits.PASS_BYTES for event in hall.told("received"))
    assert sum(len(event[2]) for event in hall.told("received")) <= 4 * limits.PASS_BYTES


def test_a_port_may_have_a_bound_of_its_own_for_a_pass(hall: Hall) -> None:
    address = hall.loop.listen(("127.0.0.1", 0), receive_bytes=100)
    with socket.create_connection(address, 5) as client:
        client.sendall(bytes(250))
        hall.until(lambda: sum(len(event[2]) for event in hall.told("received")) == 250)
    assert max(len(event[2]) for event in hall.told("received")) <= 100


def test_whoever_is_held_back_is_read_again_when_let_go(hall: Hall) -> None:
    held, other = hall.entered(2)
    hall.loop.hold_back(1, True)
    hall.loop.hold_back(99, True)
    held.sendall(b"later")
    held.shutdown(socket.SHUT_WR)
    other.sendall(b"now")
    hall.until(lambda: hall.told("received"))
    assert hall.told("received") == [("received", 2, b"now")]
    hall.loop.hold_back(1, False)
    hall.until(lambda: hall.told("disconnected"))
    assert hall.told("received")[1:] == [("received", 1, b"later")]


# -- faults


def test_a_fault_of_the_application_costs_one_connection_and_has_one_line(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    unlucky, other = hall.entered(2)
    with caplog.at_level(logging.INFO, "handoff"):
        unlucky.sendall(b"fail")
        hall.until(lambda: hall.told("disconnected"))
        other.sendall(b"still here")
        hall.until(lambda: ("received", 2, b"still here") in hall.echo.told)
    assert hall.loop.failures == 1
    assert unlucky.recv(10) == b""
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(lines) == 1
    assert lines[0].startswith("internal error 1 on connection 1: ZeroDivisionError: told to fail (")
    assert "echo.py:" in lines[0]


def test_a_fault_while_connecting_costs_that_connection(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.echo, "connected", lambda *what: 1 // 0)
    monkeypatch.setattr(hall.echo, "disconnected", lambda *what: 1 // 0)
    client = hall.client()
    hall.until(lambda: hall.loop.failures == 2)
    assert client.recv(10) == b""


def test_a_deadline_that_fails_is_tried_again_later_and_does_not_spin(hall: Hall) -> None:
    hall.echo.deadlines_ns.append(hall.clock.now_ns())
    hall.echo.broken_deadlines = 1
    for _ in range(5):
        hall.loop.run_pass(wait=False)
    assert (hall.loop.failures, hall.told("deadline")) == (1, [])
    hall.clock.advance(limits.DEADLINE_PAUSE_NS)
    hall.loop.run_pass(wait=False)
    hall.loop.run_pass(wait=False)
    assert len(hall.told("deadline")) == 1


def test_a_timer_that_fails_is_counted_and_the_loop_goes_on(hall: Hall) -> None:
    hall.loop.timers.at(hall.clock.now_ns(), lambda now_ns: 1 // 0)
    hall.loop.run_pass(wait=False)
    assert hall.loop.failures == 1


# -- time


def test_deadlines_are_told_when_they_come_and_not_before(hall: Hall) -> None:
    start_ns = hall.clock.now_ns()
    hall.echo.deadlines_ns.extend([start_ns + SECOND, start_ns + 3 * SECOND])
    hall.loop.run_pass(wait=False)
    assert hall.told("deadline") == []
    hall.clock.advance(SECOND)
    hall.loop.run_pass(wait=False)
    assert hall.told("deadline") == [("deadline", start_ns + SECOND)]


def test_the_wait_ends_at_the_next_deadline(hall: Hall) -> None:
    hall.loop.run_pass(wait=False)
    assert hall.loop._timeout_s() == 1.0
    hall.echo.deadlines_ns.append(hall.clock.now_ns() + SECOND // 4)
    hall.loop.run_pass(wait=False)
    assert hall.loop._timeout_s() == 0.25


def test_lines_of_the_application_go_to_the_log(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    hall.echo.lines = ["one % line", "another"]
    with caplog.at_level(logging.INFO, "handoff"):
        hall.loop.run_pass(wait=False)
    assert [record.getMessage() for record in caplog.records] == ["one % line", "another"]


# -- bounds


@pytest.mark.parametrize("options", [{"sessions": 3}, {"sessions_per_address": 3}])
def test_one_client_too_many_is_turned_away_with_a_line(
    make_hall: Callable[..., Hall], caplog: pytest.LogCaptureFixture, options: dict[str, int]
) -> None:
    hall = make_hall(**options)
    clients = hall.entered(3)
    fourth = hall.client()
    hall.until(lambda: "1 connections turned away" in caplog.text)
    assert fourth.recv(10) == b""
    clients[0].close()
    hall.until(lambda: len(hall.echo.open) == 2)
    hall.entered()


def test_a_reader_that_is_too_slow_is_closed_and_the_others_go_on(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    _, reader = hall.entered(2)
    while len(hall.echo.open) == 2:
        hall.echo.say(1, bytes(1 << 20))
        hall.loop.run_pass(wait=False)
    assert "connection 1 from 127.0.0.1:" in caplog.text
    assert "the peer reads too slowly" in caplog.text
    hall.until(lambda: hall.told("disconnected"))
    assert reader.recv(20) == b"<1 left>"


def test_what_waits_for_a_peer_is_counted(hall: Hall) -> None:
    hall.entered(1)
    assert hall.loop.unsent_bytes(1) == 0
    hall.echo.say(1, bytes(3 << 20))
    hall.loop.run_pass(wait=False)
    assert 0 < hall.loop.unsent_bytes(1) < 3 << 20
    assert hall.loop.unsent_bytes(99) == 0


# -- the end


def run_in_thread(hall: Hall) -> threading.Thread:
    thread = threading.Thread(target=hall.loop.run, kwargs={"signals": False})
    thread.start()
    return thread


def test_a_shutdown_says_good_bye_and_then_closes(hall: Hall) -> None:
    clients = hall.entered(3)
    order: list[str] = []
    hall.loop.before_shut_down.append(lambda now_ns: order.append("before"))
    thread = run_in_thread(hall)
    hall.loop.stop()
    assert [received(client, 100) for client in clients] == [b"good-bye"] * 3
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert order == ["before"]
    assert len(hall.told("shut down")) == 1
    assert {event[1] for event in hall.told("disconnected")} == {1, 2, 3}


def test_what_waits_for_a_reader_is_sent_before_the_end(hall: Hall) -> None:
    client = hall.slow_reader(3_000_000)
    thread = run_in_thread(hall)
    hall.loop.stop()
    assert received(client, 4_000_000) == bytes(3_000_000) + b"good-bye"
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_a_peer_that_takes_nothing_is_cut_when_the_time_is_up(hall: Hall) -> None:
    hall.slow_reader(3_000_000)
    thread = run_in_thread(hall)
    hall.loop.stop()
    wait_until(lambda: hall.told("shut down"), "the good-bye is said")
    assert thread.is_alive()
    hall.clock.advance(limits.SHUT_DOWN_NS)
    hall.loop._wakeup.wake()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_the_second_stop_does_not_wait(hall: Hall) -> None:
    hall.slow_reader(3_000_000)
    thread = run_in_thread(hall)
    hall.loop.stop()
    wait_until(lambda: hall.told("shut down"), "the good-bye is said")
    hall.loop.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_nobody_is_accepted_after_the_end(hall: Hall) -> None:
    address = hall.loop.address
    thread = run_in_thread(hall)
    hall.loop.stop()
    thread.join(PATIENCE_S)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, PATIENCE_S)
    hall.loop.close()


def test_an_address_in_use_is_an_error_that_leaves_nothing_open(hall: Hall) -> None:
    with pytest.raises(OSError, match="Address already in use"):
        EventLoop(hall.echo, hall.loop.address, hall.clock)


def asked_during_a_pass(hall: Hall, clients: list[socket.socket]) -> list[int]:
    """Let the last client say something while the first two are heard; gives the passes that learn of it."""
    learnt: list[int] = []
    receive = hall.echo.receive

    def answer_and_ask(connection: int, data: bytes, now_ns: int) -> None:
        receive(connection, data, now_ns)
        if data == b"first":
            clients[-1].sendall(b"second")

    hall.echo.receive = answer_and_ask  # type: ignore[method-assign]
    hall.loop.when_more_is_waiting = lambda: learnt.append(hall.loop.passes)
    return learnt


def is_ready(hall: Hall, number: int) -> None:
    """Wait until so many have something for the loop."""
    wait_until(lambda: len(hall.loop._selector.select(0)) == number, f"{number} who are ready")


def test_somebody_may_learn_that_the_next_pass_begins_at_once(hall: Hall) -> None:
    clients = hall.entered(3)
    learnt = asked_during_a_pass(hall, clients)
    clients[0].sendall(b"first")
    is_ready(hall, 1)
    hall.loop.run_pass()
    assert not learnt, "one alone is answered at once"
    is_ready(hall, 1)
    hall.loop.run_pass()
    for client in clients[:2]:
        client.sendall(b"first")
    is_ready(hall, 2)
    hall.loop.run_pass()
    assert learnt == [hall.loop.passes]
    hall.loop.run_pass()
    assert len(hall.told("received")) == 5 and len(learnt) == 1


def test_a_pass_that_was_promised_does_not_wait(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = hall.entered(3)
    learnt = asked_during_a_pass(hall, clients)
    for client in clients[:2]:
        client.sendall(b"first")
    is_ready(hall, 2)
    hall.loop.run_pass()
    assert learnt
    os.read(hall.loop._connections[3].sock.fileno(), 100)  # as if it had been a mistake
    waits: list[float | None] = []
    monkeypatch.setattr(hall.loop._selector, "select", lambda wait_s=None: waits.append(wait_s) or [])
    hall.loop.run_pass()
    hall.loop.run_pass()
    assert waits[0] == 0 != waits[1]


@pytest.mark.parametrize("what", ["one leaves", "the loop stops"])
def test_nobody_learns_it_when_the_answers_have_to_leave(hall: Hall, what: str) -> None:
    clients = hall.entered(3)
    learnt = asked_during_a_pass(hall, clients)
    clients[0].sendall(b"first")
    if what == "one leaves":
        clients[1].shutdown(socket.SHUT_WR)
        is_ready(hall, 2)
    else:
        clients[1].sendall(b"first")
        hall.loop.stop()
        is_ready(hall, 3)
    hall.loop.run_pass()
    assert hall.told("received") and not learnt
