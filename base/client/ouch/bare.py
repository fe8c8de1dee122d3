"""A conversation without SoupBinTCP: bare messages both ways, no login, no heartbeats, no end but the connection's.

In: bytes as they arrive, messages to send. Out: the events of a SoupBinTCP conversation, and bytes to send.
Never knows: sockets, clocks, what a message means.
Follows: Japannext OUCH facts, "Basics": what The OUCH Project puts on TCP.
"""

from collections.abc import Iterator

from base.errors import LocalProtocolError
from base.session.soup_events import ProtocolBroken, UnsequencedReceived
from base.wire.dialect import Dialect, Direction
from base.wire.ouch.bare import BareFramer


class BareConversation:
    """Either side of it; ``hears`` is the direction of what it receives."""

    def __init__(self, dialect: Dialect, hears: Direction) -> None:
        self._framer = BareFramer(dialect, hears)
        self._messages: list[bytes] = []
        self._outgoing: list[bytes] = []
        self.is_over = False
        self.session = ""
        self.next_number = 0

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take bytes as they arrived."""
        self._messages += self._framer.receive(data)

    def events(self) -> Iterator[UnsequencedReceived | ProtocolBroken]:
        """Give the events of what was received."""
        if self._messages:
            messages, self._messages = self._messages, []
            yield UnsequencedReceived(messages)
        if self._framer.error is not None and not self.is_over:
            self.is_over = True
            yield ProtocolBroken(str(self._framer.error))

    def bytes_to_send(self, now_ns: int) -> list[bytes]:
        """Take what is to be sent now."""
        taken, self._outgoing = self._outgoing, []
        return taken

    def next_deadline_ns(self) -> None:
        """Nothing is ever due."""

    def deadline_passed(self, now_ns: int) -> None:
        """Nothing is ever due."""

    def send_unsequenced(self, message: bytes) -> None:
        """Send a message."""
        if self.is_over:
            raise LocalProtocolError("a message cannot be sent any more")
        self._outgoing.append(message)

    def logout(self) -> None:
        """Say nothing: bare OUCH has no word for it."""
        self.is_over = True

    def end(self) -> None:
        """End without a word."""
        self.is_over = True
