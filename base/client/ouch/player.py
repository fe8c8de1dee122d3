"""Plays a script: sends its messages, shows the replies as they come, and checks what was expected.

In: steps, a session. Out: lines for people, a verdict for each step. Never knows: files, sockets.
Follows: The OUCH Project, "Usage". System events count only where they are expected: they come when they come.
"""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from base.client.ouch.plain import shown
from base.client.ouch.script import Expected, Step
from base.clock import Clock
from base.errors import ConnectionLost
from base.wire.dialect import DialectMessage

Say = Callable[[str], object]
_SYSTEM_EVENT = "S"


class Sender(Protocol):
    """What the player wants of a session."""

    def send_message(self, message: DialectMessage) -> None:
        """Send a message."""


class Verdict(NamedTuple):
    """How one step went; ``wrong`` is empty when it went well."""

    step: str
    wrong: str
    seconds: float


class Player:
    """``reply`` and ``over`` are the callbacks of the session; they may come from any thread."""

    def __init__(self, say: Say, timeout_s: float, quiet_s: float) -> None:
        self._say = say
        self._timeout_s, self._quiet_s = timeout_s, quiet_s
        self._replies: SimpleQueue[DialectMessage | None] = SimpleQueue()
        self._clock = Clock()
        self._lost = False
        self.verdicts: list[Verdict] = []

    def reply(self, message: DialectMessage) -> None:
        """A reply came."""
        self._say(f"<- {shown(message)}")
        self._replies.put(message)

    def over(self) -> None:
        """The session is over; no more replies come."""
        self._replies.put(None)

    def play(self, steps: list[Step], session: Sender, wait_for_enter: Callable[[str], object] | None) -> None:
        """Play all steps; with ``wait_for_enter`` each waits for a line first."""
        for step in steps:
            if wait_for_enter is not None and step.message is not None:
                wait_for_enter(f"Enter sends {step.number} of {len(steps)}, {type(step.message).__name__}: ")
            began_ns = self._clock.now_ns()
            if step.message is not None:
                self._say(f"-> {shown(step.message)}")
                session.send_message(step.message)
            is_last = step is steps[-1]
            if step.expected is not None:
                wrong = self._check(step.expected)
            else:
                wrong = ""
                self._settle(waits=is_last or wait_for_enter is None)
                if self._lost and not is_last:
                    raise ConnectionLost("the server closed the connection before the script ended")
            if is_last and step.expected and not wrong:
                wrong = self._nothing_more()
            if wrong:
                self._say(f"!! action {step.name}: {wrong}")
            self.verdicts.append(Verdict(step.name, wrong, (self._clock.now_ns() - began_ns) / 1e9))

    def give_up(self, steps: list[Step], why: str) -> None:
        """Note that the steps not played yet failed."""
        self.verdicts += [Verdict(step.name, why, 0.0) for step in steps[len(self.verdicts) :]]

    def settle(self) -> None:
        """Wait until no more replies come."""
        self._settle(waits=True)

    def _check(self, expected: list[Expected]) -> str:
        if not expected:
            return self._nothing_more()
        for place, wanted in enumerate(expected, 1):
            reply = self._next(self._timeout_s, skip_system_events=wanted.message.LETTER != _SYSTEM_EVENT)
            if reply is None:
                return f"reply {place} of {len(expected)}: expected {wanted.message.__name__}, {self._why_none()}"
            if wrong := wanted.why_not(reply):
                return f"reply {place} of {len(expected)}: {wrong}"
        return ""

    def _nothing_more(self) -> str:
        reply = self._next(self._quiet_s)
        return "" if reply is None else f"expected no more, got {type(reply).__name__}"

    def _settle(self, waits: bool) -> None:
        """Let replies that nobody checks go by; in a hurry wait only as long as some come."""
        while self._next(self._quiet_s if waits else 0) is not None:
            continue

    def _next(self, timeout_s: float, skip_system_events: bool = True) -> DialectMessage | None:
        deadline_ns = self._clock.now_ns() + int(timeout_s * 1e9)
        while not self._lost:
            try:
                reply = self._replies.get(timeout=max(0.0, (deadline_ns - self._clock.now_ns()) / 1e9))
            except Empty:
                return None
            self._lost = reply is None
            if reply is not None and not (skip_system_events and reply.LETTER == _SYSTEM_EVENT):
                return reply
        return None

    def _why_none(self) -> str:
        return "the connection is lost" if self._lost else f"got nothing within {self._timeout_s:g} s"
