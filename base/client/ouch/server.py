"""A base class for small servers in a script: a peer for one's own client, with answers as one needs them.

In: an address, logins and messages of clients. Out: numbered messages, replayed to whoever asks.
Never knows: a market; the venue of `base.venue` is another thing, and keeps what it answered.
Follows: SoupBinTCP facts, "Flow" and "Session and sequence recovery". An account has one connection: a second
login takes the first one's place. The stream of an account lives as long as the server.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from base import limits
from base.client.ouch.bare import BareConversation
from base.client.ouch.link import Conversation, Link
from base.client.ouch.loop_thread import LoopThread
from base.client.ouch.session import Encodable, Remote
from base.clock import Clock
from base.session.sequence import MemoryStream
from base.session.soup_events import LinkLost, LoginReceived, ProtocolBroken, UnsequencedReceived
from base.session.soupbintcp import SoupServerSession
from base.wire.dialect import Dialect, Direction
from base.wire.soupbintcp.packets import LoginRejectReason


class Client:
    """A client as the server sees it."""

    def __init__(self, link: Link, user: str, stream: MemoryStream) -> None:
        self.link = link
        self.user = user
        self._stream = stream

    def send(self, message: Encodable | bytes) -> None:
        """Send a message: a numbered one over SoupBinTCP, which is kept and replayed."""
        raw = message if isinstance(message, bytes) else message.encode()
        if isinstance(self.link.conversation, BareConversation):
            self.link.conversation.send_unsequenced(raw)
        else:
            self._stream.append(raw)
        self.link.write()

    def end_session(self) -> None:
        """Tell the client that no more messages come, and hang up."""
        if isinstance(self.link.conversation, SoupServerSession):
            self.link.conversation.end_session()
            self.link.write()
        else:
            self.link.hang_up("the server ends the session")


class OuchServer:
    """Override ``on_message``, and ``on_login`` when not everybody may come in.

    An exception of theirs stops the server: ``run`` and the ``with`` blocks raise it. What is private here begins
    with two underscores, so that no name of a subclass meets it.
    """

    def __init__(
        self, dialect: Dialect, address: Remote = ("127.0.0.1", 0), session: str = "SESSION1", *, bare: bool = False
    ) -> None:
        self.dialect = dialect
        self.session = session
        self.address = address
        """Where it listens; the real port once it does."""
        self.__bare = bare
        self.__clock = Clock()
        self.__streams: dict[str, MemoryStream] = {}
        self.__clients: dict[Link, Client] = {}
        self.__links: set[Link] = set()
        self.__gone = asyncio.Event()
        self.__server: asyncio.Server | None = None
        self.__failed: asyncio.Future[None] | None = None

    # -- to be overridden

    def on_login(self, user: str, password: str) -> LoginRejectReason | None:
        """Say why this client may not come in, or None."""
        return None

    def on_connect(self, client: Client) -> None:
        """A client came in."""

    def on_message(self, client: Client, message: Any) -> None:
        """A client sent a message."""

    def on_end(self, client: Client, why: str) -> None:
        """A client is gone."""

    def stream_of(self, user: str) -> MemoryStream:
        """What an account was sent so far; a client of it is sent what is appended here with the next message."""
        return self.__streams.setdefault(user.upper(), MemoryStream())

    # -- running

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.__failed = loop.create_future()
        self.__server = await loop.create_server(lambda: Link(self.__conversation(), self, self.__clock), *self.address)
        self.address = self.__server.sockets[0].getsockname()[:2]
        return self

    async def __aexit__(self, *raised: object) -> None:
        assert self.__server is not None and self.__failed is not None
        self.__server.close()
        for link in list(self.__links):
            link.hang_up("the server stops")
        await self.__all_gone()
        await self.__server.wait_closed()
        if self.__failed.done():
            self.__failed.result()
        self.__failed.cancel()

    async def serve_forever(self) -> None:
        """Serve until cancelled, or until a method raises."""
        assert self.__failed is not None, "first `async with`"
        await asyncio.shield(self.__failed)

    def run(self) -> None:
        """Serve, in a program without asyncio, until interrupted or until a method raises."""

        async def serve() -> None:
            async with self:
                await self.serve_forever()

        asyncio.run(serve())

    @contextmanager
    def in_thread(self) -> Iterator[Self]:
        """Serve in a thread for as long as a ``with`` block lasts."""
        thread = LoopThread()
        try:
            thread.call(self.__aenter__())
            try:
                yield self
            finally:
                thread.call(self.__aexit__())
        finally:
            thread.stop()

    # -- what links call

    def linked(self, link: Link) -> None:
        """Somebody connected."""
        self.__links.add(link)
        if self.__bare:
            with self.__failing(link):
                self.__welcome(link, "", MemoryStream())

    def happened(self, link: Link, event: Any) -> None:
        """A client said something."""
        with self.__failing(link):
            self.__act(link, event)

    def link_over(self, link: Link, why: str) -> None:
        """Somebody is gone."""
        self.__links.discard(link)
        self.__gone.set()
        client = self.__clients.pop(link, None)
        if client is not None:
            with self.__failing(link):
                self.on_end(client, why)

    # -- inside

    @contextmanager
    def __failing(self, link: Link) -> Iterator[None]:
        """Let an exception of the user's methods stop the server."""
        try:
            yield
        except Exception as error:
            link.cut("the server failed")
            if self.__failed is not None and not self.__failed.done():
                self.__failed.set_exception(error)

    async def __all_gone(self) -> None:
        """Let the last words go out, and do not wait for ever for those who do not take them."""
        try:
            async with asyncio.timeout(limits.SHUT_DOWN_NS / 1e9):
                while self.__links:
                    self.__gone.clear()
                    await self.__gone.wait()
        except TimeoutError:
            for link in list(self.__links):
                link.cut("did not take the last messages in time")

    def __conversation(self) -> Conversation:
        if self.__bare:
            return BareConversation(self.dialect, Direction.TO_HOST)
        return SoupServerSession(self.__clock.now_ns())

    def __act(self, link: Link, event: Any) -> None:
        match event:
            case LoginReceived(login):
                self.__log_in(link, login.username.upper(), login.password)
            case UnsequencedReceived(messages):
                for raw in messages:
                    self.on_message(self.__clients[link], self.dialect.decode(raw, Direction.TO_HOST))
            case LinkLost(why) | ProtocolBroken(why):
                link.because(why)

    def __log_in(self, link: Link, user: str, password: str) -> None:
        conversation = link.conversation
        assert isinstance(conversation, SoupServerSession)
        reason = self.on_login(user, password)
        if reason is not None:
            conversation.reject_login(reason)
            return
        stream = self.stream_of(user)
        if conversation.accept_login(self.session, stream) is None:
            return
        for other in [other for other, client in self.__clients.items() if client.user == user]:
            other.hang_up("the account logged in again")
        self.__welcome(link, user, stream)

    def __welcome(self, link: Link, user: str, stream: MemoryStream) -> None:
        self.__clients[link] = Client(link, user, stream)
        self.on_connect(self.__clients[link])
