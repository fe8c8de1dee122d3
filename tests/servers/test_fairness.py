"""One session that pipelines thousands of messages on a real OES: for how many of them the others wait, by count.

The test drives the passes of the loop itself, so nothing here depends on how fast a machine is.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from base import limits
from base.wire.bo.requests import RiskUpdateRequest
from base.wire.bo.transaction import Transaction
from tests.kit.counts import count
from tests.kit.driven_oes import DrivenOes

PIPELINED = 10_000
TURNS = count(ordinary=40, long=140)
PASSES = 2
"""An order is worked in the pass in which it came, and answered in the next one while the disk is waited for."""
ORDERS_PER_PASS = limits.PASS_BYTES // Transaction.SIZE + 1


class Hall(DrivenOes):
    """One loud session and two others."""

    def __init__(self, state: Path) -> None:
        super().__init__(state, users=3)
        self.loud, *self.others = self.enter(3)

    def waited_for(self) -> int:
        """Have each of the others send one order; gives how many messages of the loud one are answered until theirs."""
        for other in self.others:
            other.send(other.order().encode())
        self.loud.push()
        self.let_arrive()
        before = [self.answers_to(trader) for trader in self.traders]
        told = [0] * len(self.traders)
        for _ in range(PASSES):
            if all(told[1:]):
                break
            self.run_pass()
            told = [self.answers_to(trader) - was for trader, was in zip(self.traders, before, strict=True)]
        assert told[1:] == [1] * len(self.others)
        for trader in self.traders:
            trader.received()
        return told[0]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.close()


def test_an_order_waits_for_one_share_of_those_who_pipeline_thousands(hall: Hall) -> None:
    hall.loud.send(b"".join(hall.loud.order().encode() for _ in range(PIPELINED)))
    waited = [hall.waited_for() for _ in range(TURNS)]
    assert 0 < min(waited), "the loud session must have had enough to do"
    assert max(waited) <= PASSES * ORDERS_PER_PASS


def test_an_order_waits_for_few_of_those_who_ask_much(hall: Hall) -> None:
    welcome = hall.loud.welcome
    inquiry = RiskUpdateRequest(
        Account=hall.loud.account, TradingSessionID=welcome.TradingSessionID, Key=welcome.Key, SymbolEnum=1
    )
    hall.loud.send(inquiry.encode() * PIPELINED)
    waited = [hall.waited_for() for _ in range(TURNS)]
    assert 0 < min(waited)
    # the rest of the batch before and the beginning of the next one
    assert max(waited) <= PASSES * limits.ANSWERS_PER_PASS
    taken = PIPELINED * inquiry.SIZE - hall.unread_bytes(hall.loud)
    assert taken <= sum(waited) * inquiry.SIZE + limits.PASS_BYTES, "it must not read what it cannot answer yet"


def test_the_loud_one_is_served_to_the_last_message(hall: Hall) -> None:
    hall.loud.send(b"".join(hall.loud.order().encode() for _ in range(PIPELINED)))
    answers = 0
    while answers < PIPELINED:
        hall.server.loop.run_pass()
        hall.loud.push()
        answers += len(hall.loud.received())
    assert answers == PIPELINED
