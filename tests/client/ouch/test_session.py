"""The session API with asyncio: log in, send, receive, replay, callbacks, and every way in which it ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from base import limits
from base.client.ouch import Session, connect_async, japannext
from base.errors import ConnectionLost, LocalProtocolError, LogonRefused, ParseError, RemoteProtocolError
from base.wire.soupbintcp.packets import LoginAccepted
from tests.client.ouch.peers import Accepting, accepting, filled
from tests.kit.patience import PATIENCE_S


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or fail when it hangs."""
    asyncio.run(asyncio.wait_for(work, PATIENCE_S))


async def connected(server: Accepting, sequence: int = 0, **words: Any) -> Session:
    return await japannext.connect_async(server.address, "user", "secret", "", sequence=sequence, **words)


def test_the_program_of_the_guide() -> None:
    async def program() -> None:
        async with accepting() as server:
            session = await japannext.connect_async(server.address, "user", "secret", "", sequence=0)
            order = japannext.EnterOrder()
            order.orderToken, order.buySellIndicator, order.quantity, order.price = 1, "B", 100, 20
            session.send_message(order)
            output = await session.receive_message()
            assert isinstance(output, japannext.OrderAccepted) and output.quantity == 100
            assert (session.session, session.sequence, session.closed) == ("SESSION1", 1, False)
            await session.close()
            assert session.closed and session.close_reason == "closed by us"
            with pytest.raises(ConnectionLost, match="closed by us"):
                session.send_message(order)
            with pytest.raises(ConnectionLost, match="closed by us"):
                await session.receive_message()

    run(program())


@pytest.mark.parametrize("sequence, expected", [(1, [1, 2, 3]), (2, [2, 3]), (3, [3]), (4, []), (0, [])])
def test_a_login_begins_where_it_asks(sequence: int, expected: list[int]) -> None:
    async def program() -> None:
        async with accepting() as server:
            filled(server, "user", [japannext.OrderAccepted(orderToken=token).encode() for token in (1, 2, 3)])
            session = await connected(server, sequence)
            session.send_message(japannext.EnterOrder(orderToken=4, quantity=1))
            found = [await session.receive_message() for _ in [*expected, 4]]
            assert [message.orderToken for message in found] == [*expected, 4]
            assert session.sequence == 4
            await session.close()

    run(program())


@pytest.mark.parametrize("password, session, sequence", [("wrong", "", 0), ("secret", "OTHER", 0), ("secret", "", 2)])
def test_a_refusal_says_why(password: str, session: str, sequence: int) -> None:
    async def program() -> None:
        async with accepting() as server:
            with pytest.raises(LogonRefused, match="wrong" if password == "wrong" else "not available"):
                await connect_async(server.address, "user", password, session, sequence)

    run(program())


def test_nobody_listens() -> None:
    async def program() -> None:
        async with accepting() as server:
            address = server.address
        with pytest.raises(ConnectionLost, match="cannot be reached"):
            await connect_async(address, "user", "secret")

    run(program())


def test_no_answer_to_the_login() -> None:
    async def program() -> None:
        gone = asyncio.Event()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()
            gone.set()

        async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
            with pytest.raises(ConnectionLost, match="does not answer"):
                await connect_async(server.sockets[0].getsockname(), "user", "secret", timeout_s=0.1)
            await gone.wait()

    run(program())


def test_a_server_that_skips_messages_is_refused() -> None:
    async def program() -> None:
        async def skipping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(LoginAccepted(session="S", sequenceNumber=9).packet())
            await reader.read()
            writer.close()

        async with await asyncio.start_server(skipping, "127.0.0.1", 0) as server:
            with pytest.raises(RemoteProtocolError, match="asked for message 5, the server goes on at 9"):
                await connect_async(server.sockets[0].getsockname(), "user", "secret", sequence=5)

    run(program())


@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_callbacks_get_the_messages_in_order_and_then_the_end(kind: str) -> None:
    async def program() -> None:
        told: list[object] = []

        async def on_msg(message: Any) -> None:
            await asyncio.to_thread(int)
            told.append(message.orderToken)

        def on_msg_plain(message: Any) -> None:
            told.append(message.orderToken)

        async with accepting() as server:
            filled(server, "user", [japannext.OrderAccepted(orderToken=token).encode() for token in range(20)])
            callback = on_msg if kind == "coroutine" else on_msg_plain
            session = await connected(server, 1, on_msg=callback, on_close=lambda: told.append("end"))
            with pytest.raises(LocalProtocolError, match="on_msg"):
                await session.receive_message()
            session.send_message(japannext.CancelOrder())
            await session.wait_closed()
        assert told == [*range(20), "end"]
        assert session.close_reason == "the server ended the session"

    run(program())


def test_an_exception_of_a_callback_reaches_the_user_and_ends_the_session() -> None:
    async def program() -> None:
        told: list[str] = []

        def on_msg(message: Any) -> None:
            raise KeyError("mine")

        async with accepting() as server:
            session = await connected(server, 1, on_msg=on_msg, on_close=lambda: told.append("end"))
            session.send_message(japannext.EnterOrder(orderToken=1, quantity=1))
            with pytest.raises(KeyError, match="mine"):
                await session.wait_closed()
            with pytest.raises(KeyError, match="mine"):
                await session.close()
            assert "KeyError" in session.close_reason and told == ["end"]

    run(program())


def test_an_exception_of_on_close_reaches_the_user() -> None:
    async def program() -> None:
        def on_close() -> None:
            raise KeyError("mine")

        async with accepting() as server:
            session = await connected(server, on_close=on_close)
            with pytest.raises(KeyError, match="mine"):
                await session.close()

    run(program())


def test_a_callback_may_close_the_session() -> None:
    async def program() -> None:
        async with accepting() as server:

            async def on_msg(message: Any) -> None:
                await session.close()

            session = await connected(server, on_msg=on_msg)
            session.send_message(japannext.EnterOrder(orderToken=1, quantity=1))
            await session.wait_closed()
            assert session.close_reason == "closed by us"

    run(program())


def test_a_message_that_makes_no_sense_is_an_error_of_its_own() -> None:
    async def program() -> None:
        async with accepting() as server:
            filled(server, "user", [b"?", japannext.OrderAccepted(orderToken=2).encode()])
            session = await connected(server, 1)
            with pytest.raises(ParseError, match="messageType"):
                await session.receive_message()
            assert (await session.receive_message()).orderToken == 2
            await session.close()

    run(program())


def test_more_messages_than_are_read_wait_at_the_server() -> None:
    async def program() -> None:
        everything = [japannext.OrderAccepted(orderToken=token).encode() for token in range(60_000)]
        async with accepting() as server:
            filled(server, "user", everything)
            session = await connected(server, 1)
            while not session._link or session._link._reads:
                await asyncio.to_thread(int)
            kept = session._queue.qsize()
            assert limits.CLIENT_UNREAD_MESSAGES < kept < len(everything), "what is not read waits elsewhere"
            found = [(await session.receive_message()).encode() for _ in everything]
            assert found == everything
            await session.close()

    run(program())


def test_sequence_is_that_of_the_message_last_read() -> None:
    async def program() -> None:
        async with accepting() as server:
            filled(server, "user", [japannext.OrderAccepted(orderToken=token).encode() for token in (1, 2, 3)])
            session = await connected(server, 1)
            assert session.sequence == 0
            await session.receive_message()
            assert session.sequence == 1
            await session.close()
            again = await connected(server, session.sequence + 1)
            assert (await again.receive_message()).orderToken == 2
            await again.close()

    run(program())
