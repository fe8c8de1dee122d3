"""The base class for small servers: logins, numbered answers, and what happens when a method of the user fails."""

import asyncio

import pytest

from base.client.ouch import connect, connect_bare, japannext
from base.errors import ConnectionLost
from tests.client.ouch.peers import Accepting, accepting, hand_driven
from tests.kit.patience import PATIENCE_S


def test_each_account_has_its_own_numbers() -> None:
    with accepting().in_thread() as server:
        for user in ("one", "two"):
            with japannext.connect(server.address, user, "secret", sequence=1) as client:
                client.send_message(japannext.EnterOrder(orderToken=7, quantity=1))
                client.receive_message(PATIENCE_S)
                assert client.sequence == 1
        with japannext.connect(server.address, "ONE", "SECRET", sequence=1) as client:
            assert client.receive_message(PATIENCE_S).orderToken == 7, "case does not matter"


def test_a_second_login_takes_the_place_of_the_first() -> None:
    with accepting().in_thread() as server:
        first = connect(server.address, "user", "secret")
        with connect(server.address, "user", "secret") as second:
            with pytest.raises(ConnectionLost):
                first.receive_message(PATIENCE_S)
            assert not second.closed
        first.close()


def test_the_end_of_a_session_is_told() -> None:
    with accepting().in_thread() as server:
        client = japannext.connect(server.address, "user", "secret")
        client.send_message(japannext.CancelOrder())
        with pytest.raises(ConnectionLost, match="the server ended the session"):
            client.receive_message(PATIENCE_S)
        client.close()


def test_a_method_that_raises_stops_the_server_and_is_raised() -> None:
    server = accepting()
    with pytest.raises(ZeroDivisionError, match="told to fail"), server.in_thread():
        client = japannext.connect(server.address, "user", "secret")
        client.send_message(japannext.EnterOrder(quantity=13))
        with pytest.raises(ConnectionLost):
            client.receive_message(PATIENCE_S)
        client.close()


def test_serve_forever_ends_with_what_a_method_raised() -> None:
    async def program() -> None:
        async with accepting() as server:
            session = await japannext.connect_async(server.address, "user", "secret")
            session.send_message(japannext.EnterOrder(quantity=13))
            try:
                await server.serve_forever()
            finally:
                await session.wait_closed()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(asyncio.wait_for(program(), PATIENCE_S))


def test_run_serves_in_a_plain_program() -> None:
    class Once(Accepting):
        async def serve_forever(self) -> None:
            session = await japannext.connect_async(self.address, "user", "secret")
            await session.close()
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        Once(japannext.dialect).run()


def test_a_bare_client_is_greeted_and_dropped_when_told() -> None:
    class Greeting(Accepting):
        def on_connect(self, client: object) -> None:
            client.send(japannext.SystemEvent(systemEvent="S"))  # type: ignore[attr-defined]
            client.end_session()  # type: ignore[attr-defined]

    with Greeting(japannext.dialect, bare=True).in_thread() as server:
        client = connect_bare(server.address, dialect=japannext.dialect)
        assert client.receive_message(PATIENCE_S).systemEvent == "S"
        with pytest.raises(ConnectionLost):
            client.receive_message(PATIENCE_S)
        client.close()


def test_garbage_ends_one_connection_and_no_other() -> None:
    with accepting().in_thread() as server, connect(server.address, "user", "secret") as other:
        with pytest.raises(ConnectionLost), connect_bare(server.address, dialect=japannext.dialect) as client:
            client.send_message(b"\0\0")
            client.receive_message(PATIENCE_S)
        assert not other.closed


def test_hand_driven_peers_see_the_login() -> None:
    with hand_driven(lambda address: connect(address, "user", "secret", "NOW", 5)) as (peer, coming):
        login = peer.let_in(5)
        assert login == b"Luser  secret           NOW                   5"
        client = coming.result(PATIENCE_S)
        peer.sock.close()
        client.close()


@pytest.mark.parametrize("method", ["on_connect", "on_end"])
def test_the_other_methods_may_fail_as_well(method: str) -> None:
    def fail(*given: object) -> None:
        raise ZeroDivisionError(method)

    server = accepting(bare=True)
    setattr(server, method, fail)
    with pytest.raises(ZeroDivisionError, match=method), server.in_thread():
        client = connect_bare(server.address, dialect=japannext.dialect)
        client.send_message(japannext.EnterOrder(orderToken=1))
        if method == "on_end":
            assert client.receive_message(PATIENCE_S).orderToken == 1
        else:
            with pytest.raises(ConnectionLost):
                client.receive_message(PATIENCE_S)
        client.close()
