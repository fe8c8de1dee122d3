"""The session of `base.client.ouch.session` for programs without asyncio.

In: the same. Out: the same, by calls that wait. Never knows: what a message means.
Follows: the guide of nasdaq-protocols. The connection lives in a thread of its own, so heartbeats are sent
however long the program is busy; callbacks run in another one, in order, one at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from base.client.ouch.loop_thread import LoopThread
from base.client.ouch.session import (
    Callback,
    CloseCallback,
    Encodable,
    Remote,
    Session,
    connect_async,
    connect_bare_async,
)
from base.errors import NoReply
from base.wire.dialect import Dialect


class BlockingSession:
    """One session of a client; made by ``connect``. A ``with`` block closes it."""

    def __init__(self, thread: LoopThread, session: Session) -> None:
        self._thread = thread
        self._session = session

    @property
    def session(self) -> str:
        """The name of the session joined."""
        return self._session.session

    @property
    def sequence(self) -> int:
        """The number of the sequenced message last read."""
        return self._session.sequence

    @property
    def closed(self) -> bool:
        """Whether the session is over."""
        return self._session.closed

    @property
    def close_reason(self) -> str:
        """Why the session is over."""
        return self._session.close_reason

    def send_message(self, message: Encodable | bytes) -> None:
        """Send a message."""
        raw = message if isinstance(message, bytes) else message.encode()
        self._thread.call(self._send(raw))

    def receive_message(self, timeout_s: float | None = None) -> Any:
        """The next message; ConnectionLost when there will be none, NoReply when none comes in time."""
        try:
            return self._thread.call(asyncio.wait_for(self._session.receive_message(), timeout_s))
        except TimeoutError:
            raise NoReply(f"no message within {timeout_s} s") from None

    def wait_closed(self) -> None:
        """Wait until the session is over; raises what a callback raised."""
        try:
            self._thread.call(self._session.wait_closed())
        finally:
            self._thread.stop()

    def close(self) -> None:
        """Log out and wait until all is over; raises what a callback raised. Not to be called by a callback."""
        if self._thread.stopped:
            return
        try:
            self._thread.call(self._session.close())
        finally:
            self._thread.stop()

    def __enter__(self) -> "BlockingSession":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    async def _send(self, raw: bytes) -> None:
        self._session.send_message(raw)


def in_thread(callback: Callable[..., Any] | None) -> Callable[..., Awaitable[None]] | None:
    """The same callback, called where it may block."""
    return None if callback is None else lambda *given: asyncio.to_thread(callback, *given)


def connect(
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
) -> BlockingSession:
    """Connect and log in over SoupBinTCP; as `connect_async`, with plain functions as callbacks."""
    made = connect_async(
        remote, user, password, session, sequence,
        dialect=dialect, on_msg=in_thread(on_msg), on_close=in_thread(on_close), on_debug=on_debug,
        timeout_s=timeout_s,
    )  # fmt: skip
    return _started(made)


def connect_bare(
    remote: Remote,
    *,
    dialect: Dialect,
    on_msg: Callback | None = None,
    on_close: CloseCallback | None = None,
    timeout_s: float = 10.0,
) -> BlockingSession:
    """Connect without SoupBinTCP; as `connect_bare_async`, with plain functions as callbacks."""
    made = connect_bare_async(
        remote, dialect=dialect, on_msg=in_thread(on_msg), on_close=in_thread(on_close), timeout_s=timeout_s
    )
    return _started(made)


def _started(connecting: Any) -> BlockingSession:
    thread = LoopThread()
    try:
        return BlockingSession(thread, thread.call(connecting))
    except BaseException:
        thread.stop()
        raise
