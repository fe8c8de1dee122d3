"""The benchmark runs: a short round of both servers, no order refused, both rates printed.

What the figures are is not judged here; a busy machine would fail for no reason.
"""

import re
import subprocess
import sys

import pytest

from base.messages import MessageType, Transaction
from benchmarks.orders import SIZE, SLOTS, Replies, Ring
from benchmarks.throughput import Figures, report
from tests.kit.patience import PATIENCE_S
from tests.kit.source import ROOT


def messages(ring: Ring, number: int) -> list[Transaction]:
    taken = bytearray()
    while len(taken) < number * SIZE:
        taken += ring.take(number - len(taken) // SIZE)
    return [Transaction.parse(taken[start : start + SIZE]) for start in range(0, len(taken), SIZE)]


def test_a_short_run_prints_both_rates_and_their_ratio() -> None:
    command = [sys.executable, "-m", "benchmarks.throughput", "--rounds", "1", "--seconds", "0.2", "--sessions", "2"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert run.returncode == 0, run.stderr
    printed = dict(line.split(None, 1) for line in run.stdout.splitlines())
    assert list(printed) == ["machine", "load", "mix", "rounds", "venue", "echo", "ratio", "cpu"]
    for rate in (printed["venue"], printed["echo"]):
        assert int(rate.split()[0].replace(",", "")) > 0
    assert re.match(r"\d\.\d{3} \(single rounds .* goal 0\.15: (met|not met, \d+% of it)$", printed["ratio"])


def test_order_ids_never_repeat_and_cancels_name_the_order_before_the_last() -> None:
    sent = messages(Ring(Account=7, Key=9), 3 * SLOTS)
    assert len({message.OrderID for message in sent}) == len(sent)
    for position, message in enumerate(sent):
        is_cancel = message.MessageType == MessageType.ORDER_CANCEL
        assert is_cancel == (position % 4 == 3)
        assert message.OrigOrderID == (sent[position - 2].OrderID if is_cancel else 0)
        assert (message.Account, message.Key) == (7, 9)


def test_as_many_orders_at_the_middle_are_bought_as_sold() -> None:
    middle = [message for message in messages(Ring(), SLOTS) if message.BOPrice == 50_000.0]
    assert len(middle) == SLOTS // 2
    assert sum(message.BOSide == 1 for message in middle) == SLOTS // 4


@pytest.mark.parametrize("cut", [1, 249, 250, 251, 1000])
def test_replies_are_counted_however_they_are_cut(cut: int) -> None:
    kinds = (MessageType.ORDER_ACK, MessageType.EXECUTION, MessageType.QUOTE_FILL, MessageType.REJECT)
    data = b"".join(Transaction(MessageType=kind).encode() for kind in kinds)
    replies = Replies()
    assert sum(replies.count(data[start : start + cut]) for start in range(0, len(data), cut)) == 3
    assert replies.rejected == 1


@pytest.mark.parametrize("venue, verdict", [(20.0, "goal 0.15: met"), (7.5, "goal 0.15: not met, 50% of it")])
def test_the_report_says_how_far_the_goal_is(venue: float, verdict: str) -> None:
    printed = report(10, Figures([venue, venue, 1.0], 8.0), Figures([100.0, 100.0, 100.0], 0.8))
    assert f"{verdict}\n" in printed
    assert "0.100 (echo 0.80 us, venue 8.00 us" in printed
