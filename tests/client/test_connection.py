"""One connection: what the owner is told, and what the transcript shows."""

import io
import selectors
from collections.abc import Iterator

import pytest

from base.client.connection import ServerConnection, check_reachable
from base.client.transcript import Transcript
from base.errors import ConnectionLost
from base.messages import ClientLogon, Message
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import ScriptedServer, closed_port, hanging_up, silent


class Owner:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def connected(self, connection: ServerConnection) -> None:
        self.told.append("connected")
        connection.send_message(ClientLogon(LogonType=1))

    def message_arrived(self, connection: ServerConnection, message: Message) -> None:
        self.told.append(message)

    def connection_over(self, connection: ServerConnection, reason: str) -> None:
        self.told.append(reason)


@pytest.fixture
def sel() -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as selector:
        yield selector


def connect(sel: selectors.BaseSelector, address: tuple[str, int], until: int) -> tuple[Owner, str]:
    """Connect and serve until the owner was told ``until`` things."""
    owner, output = Owner(), io.StringIO()
    connection = ServerConnection(sel, "AES", address, owner, Transcript(output))
    while len(owner.told) < until:
        ready = sel.select(PATIENCE_S)
        assert ready, f"nothing happened after {owner.told}"
        for key, mask in ready:
            key.data.process_events(mask)
    connection.close()
    return owner, output.getvalue()


def test_two_replies_in_one_read_are_two_messages(sel: selectors.BaseSelector) -> None:
    replies = [ClientLogon(LogonType=1, Key=number) for number in (1, 2)]
    with ScriptedServer(lambda message: [replies[0].encode() + replies[1].encode()]) as server:
        owner, shown = connect(sel, server.address, 3)
    assert owner.told[:3] == ["connected", *replies]
    assert "Read 286 bytes" in shown
    assert "Buffer size is 286 required len is 143" in shown
    assert "Buffer size is 143 required len is 143" in shown


def test_a_closed_port_is_told_and_not_raised(sel: selectors.BaseSelector) -> None:
    owner, shown = connect(sel, closed_port(), 1)
    assert owner.told == ["cannot connect: Connection refused"]
    assert "Successfully connected" not in shown


def test_a_server_that_hangs_up(sel: selectors.BaseSelector) -> None:
    with ScriptedServer(hanging_up) as server:
        owner, _ = connect(sel, server.address, 2)
    assert owner.told == ["connected", "closed by the server"]


def test_noise_ends_the_connection_with_a_reason(sel: selectors.BaseSelector) -> None:
    with ScriptedServer(lambda message: [b"\xff" * 10]) as server:
        owner, _ = connect(sel, server.address, 2)
    assert "no message" in str(owner.told[1])


def test_reachable_or_not() -> None:
    with ScriptedServer(silent) as server:
        check_reachable(server.address)
    with pytest.raises(ConnectionLost, match=r"cannot be reached: .*refused"):
        check_reachable(closed_port())
