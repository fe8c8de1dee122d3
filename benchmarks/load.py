"""A windowed load client: so many sessions, each with so many messages in flight.

In: connected sockets with their rings of messages. Out: answered messages per second.
Never knows: how a session was logged on, and what answers it.
"""

import selectors
import socket
import time
from dataclasses import dataclass
from itertools import cycle

from benchmarks.conversation import Answers, Messages

WINDOW = 64
PACE = 4
"""Messages that a session gets at once when they are sent at a rate."""
WARM_UP_S = 0.2
READ_BYTES = 1 << 18
PATIENCE_S = 60.0


@dataclass
class Session:
    """One connection of the load client, and what it still owes the kernel."""

    sock: socket.socket
    ring: Messages
    replies: Answers
    in_flight: int = 0
    unsent: bytes = b""


class Load:
    """All sessions; ``run`` may be called again and again, ``answered`` counts the messages of all runs."""

    def __init__(self, sessions: list[Session]) -> None:
        self._sessions = sessions
        self.answered = 0
        self._selector = selectors.DefaultSelector()
        for session in sessions:
            session.sock.setblocking(False)
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(session.sock, selectors.EVENT_READ, session)

    @property
    def rejected(self) -> int:
        """Messages that the server refused."""
        return sum(session.replies.rejected for session in self._sessions)

    def run(self, seconds: float) -> float:
        """Messages answered per second, after a warm-up; everything in flight is waited for at the end."""
        for session in self._sessions:
            self._send(session, WINDOW)
        self._keep_full_until(time.perf_counter() + min(WARM_UP_S, seconds))
        start, before = time.perf_counter(), self.answered
        self._keep_full_until(start + seconds)
        rate = (self.answered - before) / (time.perf_counter() - start)
        self._drain()
        return rate

    def run_at(self, rate: float, seconds: float) -> None:
        """Send so many messages per second, a few to each session in turn; whatever is in flight is waited for."""
        turns = cycle(self._sessions)
        sent, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < seconds:
            wanted = int(passed * rate) - sent
            while wanted >= PACE:
                self._send(next(turns), PACE)
                sent, wanted = sent + PACE, wanted - PACE
            for key, _ in self._selector.select(PACE / rate):
                self._receive(key.data)
                self._send(key.data, 0)
        self._drain()

    def close(self) -> None:
        """End all sessions."""
        self._selector.close()
        for session in self._sessions:
            session.sock.close()

    def _keep_full_until(self, end: float) -> None:
        before = self.answered
        while time.perf_counter() < end or self.answered == before:  # a rate of nothing would be none
            for session in self._ready():
                self._send(session, self._receive(session))

    def _drain(self) -> None:
        while any(session.in_flight for session in self._sessions):
            for session in self._ready():
                self._receive(session)
                self._send(session, 0)

    def _ready(self) -> list[Session]:
        ready = self._selector.select(PATIENCE_S)
        if not ready:
            raise TimeoutError(f"no answer within {PATIENCE_S:g} s")
        return [key.data for key, _ in ready]

    def _receive(self, session: Session) -> int:
        try:
            data = session.sock.recv(READ_BYTES)
        except BlockingIOError:  # ready to write only
            return 0
        if not data:
            raise ConnectionError("the server closed a session of the load client")
        answered = session.replies.count(data)
        session.in_flight -= answered
        self.answered += answered
        return answered

    def _send(self, session: Session, number: int) -> None:
        messages = session.unsent
        while number:
            taken = session.ring.take(number)
            messages += taken
            number -= len(taken) // session.ring.size
            session.in_flight += len(taken) // session.ring.size
        if not messages:
            return
        try:
            sent = session.sock.send(messages)
        except BlockingIOError:
            sent = 0
        was_full, session.unsent = bool(session.unsent), messages[sent:]
        if was_full != bool(session.unsent):
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if session.unsent else 0)
            self._selector.modify(session.sock, events, session)
