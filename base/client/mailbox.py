"""Keeps the messages that arrived until somebody reads them, and waits for more.

In: a handover and its sockets. Out: messages in order, within a time. Never knows: orders, requests,
what a message means. Every wait ends: by what was awaited, by its time, or by the session's end.
"""

import selectors
from collections import deque
from collections.abc import Callable, Iterator

from base import limits
from base.client.handover import Handover
from base.clock import Clock
from base.errors import ConnectionLost, NoReply
from base.socket_controller import SocketController
from base.wire.layout import Message

SECOND_NS = 1_000_000_000


class Mailbox:
    """The unread messages of one session.

    ``own_selector`` is the selector that nobody else uses; None when the session's sockets are on
    somebody else's, whose other sockets are then left alone.
    """

    def __init__(self, handover: Handover, clock: Clock, own_selector: selectors.BaseSelector | None) -> None:
        self._handover = handover
        self._clock = clock
        self._own_selector = own_selector
        self._unread: deque[Message] = deque(maxlen=limits.CLIENT_UNREAD_MESSAGES)
        self._offered = 0
        """Messages at the front that the ``collect`` at work did not want."""

    def put(self, message: Message) -> None:
        """Keep a message; the oldest makes room when there are too many."""
        if len(self._unread) == self._unread.maxlen:
            self._offered = max(0, self._offered - 1)
        self._unread.append(message)

    def messages(self, timeout_s: float) -> Iterator[Message]:
        """Give messages as they arrive, for ``timeout_s`` seconds; then raise why the session ended, if it did."""
        until_ns = self._until_ns(timeout_s)
        if self._handover.is_alive:
            self.turn(0)
        while True:
            while self._unread:
                yield self._unread.popleft()
            self.raise_failure()
            if not self._handover.is_alive or not self._turn_until(until_ns):
                return

    def collect(
        self,
        take: Callable[[Message], object],
        done: Callable[[], bool],
        timeout_s: float,
        check: Callable[[], object] | None = None,
    ) -> Message:
        """Offer every message to ``take``, which says whether it wants it, until ``done`` after one it took.

        Gives that last one. Messages that nobody wants stay unread, in their order. ``check`` raises once
        what is awaited cannot come any more although the session goes on.
        """
        until_ns = self._until_ns(timeout_s)
        self._offered = 0
        while True:
            while self._offered < len(self._unread):
                message = self._unread[self._offered]
                if not take(message):
                    self._offered += 1
                    continue
                del self._unread[self._offered]
                if done():
                    return message
            self.raise_failure()
            if not self._handover.is_alive:
                raise ConnectionLost("the session is over, so no further message can come")
            if check is not None:
                check()
            if not self._turn_until(until_ns):
                raise NoReply(f"the awaited message did not come within {timeout_s:g} s")

    def turn(self, until_ns: int | None) -> None:
        """Serve our own sockets once, at the latest until a moment; None waits for the next deadline."""
        moments = [moment for moment in (until_ns, self._handover.next_deadline_ns()) if moment is not None]
        assert moments, "waiting without an end"
        wait_s = max(0.0, (min(moments) - self._clock.now_ns()) / SECOND_NS)
        for controller, mask in self._ready(wait_s):
            controller.process_events(mask)
        self._handover.deadline_passed(self._clock.now_ns())

    def raise_failure(self) -> None:
        """Raise why the session ended, if it did not end by a logout of our own."""
        if self._handover.failure is not None:
            raise self._handover.failure

    def _until_ns(self, timeout_s: float) -> int:
        return self._clock.now_ns() + int(timeout_s * SECOND_NS)

    def _turn_until(self, until_ns: int) -> bool:
        """Wait for one round of readiness; False once the time has come."""
        if self._clock.now_ns() >= until_ns:
            return False
        self.turn(until_ns)
        return True

    def _ready(self, wait_s: float) -> list[tuple[SocketController, int]]:
        """Wait until one of our sockets is ready."""
        if self._own_selector is not None:
            return [(key.data, mask) for key, mask in self._own_selector.select(wait_s)]
        with selectors.DefaultSelector() as ours:
            for connection in self._handover.connections:
                ours.register(connection.sock, connection.selector.get_key(connection.sock).events, connection)
            return [(key.data, mask) for key, mask in ours.select(wait_s)]
