"""A client's session over SoupBinTCP, or over bare TCP, for programs that use asyncio.

In: an address and a login, messages to send, callbacks. Out: messages in order, each once; why the session ended.
Never knows: what a message means.
Follows: the guide of nasdaq-protocols; SoupBinTCP facts, "Session and sequence recovery".

Heartbeats need the event loop for moments only. A callback that awaits never delays them; one that blocks the
loop does, and after fifteen seconds of that a server counts the client as gone. The blocking session calls
its callbacks in a thread of their own, where they may take any time.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol, TypeAlias

from base import limits
from base.client.ouch.bare import BareConversation
from base.client.ouch.link import Link
from base.clock import Clock
from base.errors import ConnectionLost, LocalProtocolError, LogonRefused, RemoteProtocolError
from base.session.soup_events import (
    DebugReceived,
    LinkLost,
    LoginAnswered,
    LoginRefused,
    MessagesReceived,
    ProtocolBroken,
    SessionEnded,
    UnsequencedReceived,
)
from base.session.soupbintcp import SoupClientSession
from base.socket_controller import format_address
from base.wire.dialect import Dialect, Direction
from base.wire.soupbintcp.packets import LoginRejectReason, LoginRequest

Remote: TypeAlias = tuple[str, int]
Callback: TypeAlias = Callable[[Any], Awaitable[None] | None]
CloseCallback: TypeAlias = Callable[[], Awaitable[None] | None]

SESSION_ENDED = "the server ended the session"

_REFUSED: dict[str, str] = {
    LoginRejectReason.NOT_AUTHORISED: "user or password is wrong",
    LoginRejectReason.SESSION_NOT_AVAILABLE: "the session or the sequence number is not available",
}


class Encodable(Protocol):
    """What can be sent."""

    def encode(self) -> bytes:
        """The bytes of the message."""


class Session:
    """One session of a client; made by ``connect_async``.

    With ``on_msg`` each message is given to it, one after the other; without, ``receive_message`` gives them.
    An exception of a callback ends the session, and ``close`` and ``wait_closed`` raise it.
    """

    def __init__(
        self,
        decode: Callable[[bytes], Any] | None,
        on_msg: Callback | None,
        on_close: CloseCallback | None,
        on_debug: Callable[[str], object] | None = None,
    ) -> None:
        self._decode = decode or bytes
        self._on_msg, self._on_close, self._on_debug = on_msg, on_close, on_debug
        self._queue: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue()
        self._over = asyncio.Event()
        self._began: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._attendant: asyncio.Task[None] | None = None
        self._link: Link | None = None
        self._asked = self._read = 0
        self.session = ""
        """The name of the session joined."""
        self.close_reason = ""
        """Why the session is over."""

    @property
    def closed(self) -> bool:
        """Whether the session is over; messages that came before may still be read."""
        return self._over.is_set()

    @property
    def sequence(self) -> int:
        """The number of the sequenced message last read; the login after a lost connection asks for the next one."""
        return self._read

    def send_message(self, message: Encodable | bytes) -> None:
        """Send a message; it may be lost with the connection, so repeat it when no answer came."""
        if self._link is None or self._link.conversation.is_over:
            raise ConnectionLost(f"the session is over: {self.close_reason or 'it was closed'}")
        if self._link.is_full:
            raise LocalProtocolError(f"the server leaves {limits.SEND_BUFFER_BYTES} bytes unread; wait")
        raw = message if isinstance(message, bytes) else message.encode()
        self._link.conversation.send_unsequenced(raw)  # type: ignore[attr-defined]  # every client's can
        self._link.write()

    async def receive_message(self) -> Any:
        """The next message; ConnectionLost when there will be none any more."""
        if self._on_msg is not None:
            raise LocalProtocolError("messages go to on_msg; connect without it to receive them here")
        return await self._next()

    async def close(self) -> None:
        """Log out and wait until all is over; raises what a callback raised."""
        if self._link is not None and not self._link.conversation.is_over:
            self._link.because("closed by us")
            self._link.conversation.logout()  # type: ignore[attr-defined]  # every client's can
            self._link.write()
        await self.wait_closed()

    async def wait_closed(self) -> None:
        """Wait until the session is over and the callbacks have returned; raises what one of them raised."""
        await self._over.wait()
        if self._attendant is not None and self._attendant is not asyncio.current_task():
            await asyncio.shield(self._attendant)

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()

    # -- what the link calls

    def linked(self, link: Link) -> None:
        """The connection stands."""
        self._link = link
        if isinstance(link.conversation, BareConversation):
            self._began.set_result(None)

    def happened(self, link: Link, event: Any) -> None:
        """Keep messages, remember what ended the session."""
        match event:
            case LoginAnswered(session, number, requested):
                self.session, self._asked, self._read = session, requested, number - 1
                if number > requested > 0:
                    self._refuse(RemoteProtocolError(f"asked for message {requested}, the server goes on at {number}"))
                elif not self._began.done():
                    self._began.set_result(None)
            case LoginRefused(reason):
                self._refuse(LogonRefused(f"login refused: {_REFUSED.get(reason, reason)}", ord(reason[:1] or "?")))
            case MessagesReceived(first, messages):
                self._keep(enumerate(messages, first))
            case UnsequencedReceived(messages):
                self._keep((0, message) for message in messages)
            case DebugReceived(text) if self._on_debug is not None:
                self._on_debug(text)
            case SessionEnded():
                link.because(SESSION_ENDED)
            case LinkLost(why) | ProtocolBroken(why):
                link.because(why)

    def link_over(self, link: Link, why: str) -> None:
        """The connection is gone."""
        self.close_reason = why
        self._queue.put_nowait(None)
        self._over.set()
        if not self._began.done():
            self._began.set_exception(ConnectionLost(f"no login: {why}"))

    # -- inside

    async def _connect(self, link: Link, remote: Remote, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        where = format_address(remote)
        try:
            async with asyncio.timeout(timeout_s):
                await loop.create_connection(lambda: link, *remote)
                await self._began
        except TimeoutError:
            raise ConnectionLost(f"{where} does not answer within {timeout_s} s") from None
        except OSError as error:
            raise ConnectionLost(f"{where} cannot be reached: {error}") from None
        finally:
            if self._link is None or not self._began.done() or self._began.cancelled() or self._began.exception():
                link.cut("the login failed")
        if self._on_msg or self._on_close:
            self._attendant = asyncio.create_task(self._attend())

    def _refuse(self, error: Exception) -> None:
        if not self._began.done():
            self._began.set_exception(error)

    def _keep(self, messages: Iterable[tuple[int, bytes]]) -> None:
        for message in messages:
            self._queue.put_nowait(message)
        assert self._link is not None
        if self._queue.qsize() > limits.CLIENT_UNREAD_MESSAGES:
            self._link.read_on(False)

    async def _next(self) -> Any:
        found = await self._queue.get()
        if found is None:
            self._queue.put_nowait(None)
            raise ConnectionLost(f"the session is over: {self.close_reason}")
        if self._link is not None and self._queue.empty():
            self._link.read_on(True)
        number, raw = found
        self._read = number or self._read
        return self._decode(raw)

    async def _attend(self) -> None:
        try:
            if self._on_msg is not None:
                await self._dispatch(self._on_msg)
            await self._over.wait()
        except BaseException as error:
            assert self._link is not None
            self._link.cut(f"a callback failed: {error!r}")
            raise
        finally:
            if self._on_close is not None:
                await self._over.wait()
                await _finished(self._on_close())

    async def _dispatch(self, on_msg: Callback) -> None:
        while True:
            try:
                message = await self._next()
            except ConnectionLost:
                return
            await _finished(on_msg(message))


async def _finished(result: Awaitable[None] | None) -> None:
    if inspect.isawaitable(result):
        await result


def _decoder(dialect: Dialect | None) -> Callable[[bytes], Any] | None:
    return None if dialect is None else lambda raw: dialect.decode(raw, Direction.TO_CLIENT)


async def connect_async(
    remote: Remote,
    user: str,
    password: str,
    session: str = "",
    sequence: int = 0,
    *,
    dialect: Dialect | None = None,
    on_msg: Callback | None = None,
    on_close: CloseCallback | None = None,
    on_debug: Callable[[str], object] | None = None,
    timeout_s: float = 10.0,
) -> Session:
    """Connect and log in over SoupBinTCP.

    ``session`` blank joins the one that runs; ``sequence`` 1 begins with the first message, 0 with new ones only.
    Without a ``dialect`` messages are bytes; ``on_debug`` gets the server's remarks for people.
    Raises ConnectionLost, or LogonRefused when the server says no.
    """
    login = LoginRequest(username=user, password=password, requestedSession=session, requestedSequenceNumber=sequence)
    made, clock = Session(_decoder(dialect), on_msg, on_close, on_debug), Clock()
    await made._connect(Link(SoupClientSession(login, clock.now_ns()), made, clock), remote, timeout_s)
    return made


async def connect_bare_async(
    remote: Remote,
    *,
    dialect: Dialect,
    on_msg: Callback | None = None,
    on_close: CloseCallback | None = None,
    timeout_s: float = 10.0,
) -> Session:
    """Connect without SoupBinTCP, as The OUCH Project does: no login, no replay; every length must be fixed."""
    made = Session(_decoder(dialect), on_msg, on_close)
    await made._connect(Link(BareConversation(dialect, Direction.TO_CLIENT), made, Clock()), remote, timeout_s)
    return made
