"""The player checks replies in order, says what is missing, and lets system events and unchecked replies go by."""

from typing import Any

import pytest

from base.client.ouch.player import Player
from base.client.ouch.script import Expected, Step
from base.errors import ConnectionLost
from base.wire.dialect import DialectMessage
from base.wire.ouch.japannext import CancelOrder, OrderAccepted, OrderCanceled, SystemEvent

CANCEL = CancelOrder(orderToken=1)
ACCEPTED, CANCELED, EVENT = OrderAccepted(orderToken=1), OrderCanceled(orderToken=1), SystemEvent(systemEvent="S")


class Answering:
    """A session that answers each message at once with the next list of replies; None is its end."""

    def __init__(self, *answers: list[DialectMessage | None]) -> None:
        self.answers = list(answers)
        self.lines: list[str] = []
        self.sent: list[DialectMessage] = []
        self.player = Player(self.lines.append, timeout_s=0.2, quiet_s=0.05)

    def send_message(self, message: DialectMessage) -> None:
        self.sent.append(message)
        for reply in self.answers.pop(0):
            self.player.over() if reply is None else self.player.reply(reply)


def step(number: int, *expected: DialectMessage, checked: bool = True, sends: bool = True) -> Step:
    wanted = [Expected(type(reply), {"orderToken": 1} if hasattr(reply, "orderToken") else {}) for reply in expected]
    return Step(number, CANCEL if sends else None, wanted if checked else None)


@pytest.mark.parametrize(
    "answers, steps, wrong",
    [
        ([[ACCEPTED]], [step(1, ACCEPTED)], ""),
        ([[EVENT, ACCEPTED]], [step(1, ACCEPTED)], ""),
        ([[EVENT]], [step(1, EVENT)], ""),
        ([[EVENT]], [step(1)], ""),
        ([[ACCEPTED, CANCELED]], [step(1, ACCEPTED, CANCELED)], ""),
        ([[ACCEPTED]], [step(1, CANCELED)], "expected OrderCanceled, got OrderAccepted"),
        ([[ACCEPTED]], [step(1)], "expected no more, got OrderAccepted"),
        ([[]], [step(1, ACCEPTED)], "got nothing within 0.2 s"),
        ([[None]], [step(1, ACCEPTED)], "the connection is lost"),
        ([[ACCEPTED, ACCEPTED]], [step(1, ACCEPTED)], "expected no more, got OrderAccepted"),
        ([[ACCEPTED, CANCELED]], [step(1, ACCEPTED), step(2, CANCELED, sends=False)], ""),
        ([[ACCEPTED, CANCELED], []], [step(1, ACCEPTED), step(2)], "expected no more, got OrderCanceled"),
        ([[ACCEPTED, CANCELED], [ACCEPTED]], [step(1, checked=False), step(2, ACCEPTED)], ""),
        ([[OrderAccepted(orderToken=2)]], [step(1, ACCEPTED)], "orderToken: expected 1, got 2"),
    ],
)  # fmt: skip
def test_a_verdict_for_each_step(answers: list[Any], steps: list[Step], wrong: str) -> None:
    session = Answering(*answers)
    session.player.play(steps, session, None)
    verdicts = session.player.verdicts
    assert [verdict.step for verdict in verdicts] == [one.name for one in steps]
    assert wrong in verdicts[-1].wrong if wrong else not any(verdict.wrong for verdict in verdicts)
    assert bool(wrong) == any(line.startswith("!! ") for line in session.lines)


def test_each_message_waits_for_enter() -> None:
    session = Answering([ACCEPTED], [CANCELED])
    asked: list[str] = []

    def enter(prompt: str) -> None:
        asked.append(f"{len(session.sent)} sent; {prompt}")

    session.player.play([step(1, ACCEPTED), step(2, CANCELED), step(3, sends=False)], session, enter)
    assert asked == ["0 sent; Enter sends 1 of 3, CancelOrder: ", "1 sent; Enter sends 2 of 3, CancelOrder: "]
    assert [line[:2] for line in session.lines] == ["->", "<-", "->", "<-"]


def test_a_lost_connection_ends_the_play() -> None:
    session = Answering([None], [])
    with pytest.raises(ConnectionLost, match="before the script ended"):
        session.player.play([step(1, checked=False), step(2)], session, None)
    session.player.give_up([step(1, checked=False), step(2)], "lost")
    assert [(verdict.step, verdict.wrong) for verdict in session.player.verdicts] == [
        ("1 CancelOrder", "lost"), ("2 CancelOrder", "lost"),
    ]  # fmt: skip
