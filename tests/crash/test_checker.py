"""The checker accepts what may happen in a crash, and finds each thing that may not."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from tests.crash.checker import faults
from tests.crash.history import Fact
from tests.crash.settings import ATOMS_PER_LOT, ATOMS_PER_TICK_AND_LOT, ATOMS_PER_UNIT, OPENING

BUYER, SELLER = 1, 2
LOTS, TICKS = 100, 200
MAKER, TAKER, ACK, CANCELLED, REJECT = 8, 17, 14, 15, 12
DUPLICATE = 45


class Story:
    """Two clients: a purchase that rests, the sale that meets it, an order without a match, and a crash between."""

    def __init__(self) -> None:
        self._time = count(1)
        self.facts: dict[int, list[Fact]] = {BUYER: [], SELLER: []}

    def say(self, client: int, kind: str, **more: Any) -> None:
        self.facts[client].append({"at": next(self._time), "client": client, "kind": kind, **more})

    def new(self, client: int, number: int, side: int, ticks: int = TICKS) -> None:
        self.say(client, "new", id=number, symbol=1, side=side, ticks=ticks, lots=LOTS, rests=True)

    def report(self, client: int, kind: int, number: int, exec_id: int = 0, lots: int = 0, leaves: int = 0) -> None:
        self.say(
            client, "report", type=kind, id=number, of=0, exec=exec_id, lots=lots, leaves=leaves,
            reject=0, ticks=TICKS, fee=0,
        )  # fmt: skip

    def money(self, bought: int) -> None:
        quote = bought * TICKS * ATOMS_PER_TICK_AND_LOT[1]
        for client, sign in ((BUYER, 1), (SELLER, -1)):
            equity = {name: amount * ATOMS_PER_UNIT for name, amount in OPENING.items()}
            equity["BTC"] += sign * bought * ATOMS_PER_LOT
            equity["USD"] -= sign * quote
            self.say(client, "money", equity=equity)

    def find(self, client: int, kind: str, **fields: Any) -> Fact:
        return next(
            fact for fact in self.facts[client] if fact["kind"] == kind and fields.items() <= fact.items()
        )


def story() -> Story:
    """The report of the third match is lost in the crash, on both sides; the second one's on the buyer's side."""
    tell = Story()
    for client in (BUYER, SELLER):
        tell.say(client, "on")
    for number in (11, 12, 13):
        tell.new(BUYER, number, 1)
        tell.report(BUYER, ACK, number)
    for number, exec_id in ((21, 1), (22, 2)):
        tell.new(SELLER, number, 2)
        tell.report(SELLER, TAKER, number, exec_id, LOTS)
    tell.report(BUYER, MAKER, 11, 1, LOTS)
    tell.new(SELLER, 23, 2)
    tell.new(BUYER, 14, 1)
    tell.report(BUYER, ACK, 14)
    for client, ids in ((BUYER, []), (SELLER, [23])):
        tell.say(client, "info", ids=ids)
        tell.say(client, "on")
    tell.say(BUYER, "open", orders=[[14, 0, LOTS]])
    tell.say(SELLER, "open", orders=[])
    for number in (12, 13):
        tell.say(BUYER, "status", id=number, found=True, type=MAKER, executed=LOTS, leaves=0)
    tell.say(SELLER, "status", id=23, found=True, type=TAKER, executed=LOTS, leaves=0)
    tell.say(BUYER, "repeat", id=14, reject=DUPLICATE)
    tell.new(SELLER, 24, 2, TICKS - 1)
    tell.report(SELLER, TAKER, 24, 4, 40, 60)
    tell.report(BUYER, MAKER, 14, 4, 40, 60)
    for _ in range(2):
        tell.say(BUYER, "open", orders=[])
        tell.say(SELLER, "open", orders=[])
        tell.money(3 * LOTS + 40)
    for number, kind, executed in ((14, CANCELLED, 40), (11, MAKER, LOTS)):
        tell.say(BUYER, "status", id=number, found=True, type=kind, executed=executed, leaves=0)
    tell.say(SELLER, "status", id=24, found=True, type=CANCELLED, executed=40, leaves=0)
    return tell


def judged(tell: Story) -> str:
    return "\n".join(faults(list(tell.facts.values())))


def test_a_crash_may_cut_reports_off() -> None:
    assert judged(story()) == ""


def alter(client: int, kind: str, /, change: dict[str, Any], **fields: Any) -> Callable[[Story], None]:
    return lambda tell: tell.find(client, kind, **fields).update(change)


def drop(client: int, kind: str, /, **fields: Any) -> Callable[[Story], None]:
    return lambda tell: tell.facts[client].remove(tell.find(client, kind, **fields))


def twice(client: int, kind: str, /, **fields: Any) -> Callable[[Story], None]:
    def change(tell: Story) -> None:
        fact = tell.find(client, kind, **fields)
        tell.facts[client].insert(tell.facts[client].index(fact) + 1, dict(fact))

    return change


def skip_numbers(tell: Story) -> None:
    for client in (BUYER, SELLER):
        tell.find(client, "report", exec=4).update(exec=900)


PLANTED: list[tuple[str, Callable[[Story], None], str]] = [
    ("an acknowledged order is lost", alter(BUYER, "status", {"found": False}, id=12), "is not known any more"),
    ("nobody says what became of one", drop(BUYER, "status", id=12), "nobody said what became of it"),
    ("a reported fill is undone", alter(BUYER, "status", {"executed": 0, "type": 15}, id=11), "and moved on to 0"),
    ("a finished order is open again", alter(BUYER, "open", {"orders": [[11, 0, 100], [14, 0, 100]]}), "is open again"),
    ("an open order is not listed", alter(BUYER, "status", {"executed": 0, "leaves": 100}, id=12), "was not listed"),
    ("an order nobody sent is open", alter(BUYER, "open", {"orders": [[14, 0, 100], [99, 0, 1]]}), "it never sent"),
    ("a repeated order is accepted", alter(BUYER, "repeat", {"reject": 0}), "not refused"),
    ("a match is reported twice", twice(BUYER, "report", exec=4), "then a fill"),
    ("an acknowledgement comes twice", twice(BUYER, "report", id=11, type=ACK), "acknowledged twice"),
    ("a third party has a match", alter(SELLER, "report", {"exec": 1}, exec=2), "reported 3 times"),
    ("the parties differ in price", alter(BUYER, "report", {"ticks": 199}, exec=1), "differs between its parties"),
    ("a trade breaks a limit", alter(BUYER, "new", {"ticks": 198}, id=14), "its limit is 198"),
    ("an ExecID goes back in time", alter(SELLER, "report", {"exec": 0}, exec=4), "was sent after ExecID 2"),
    ("a report is missing on a live line", drop(SELLER, "report", exec=1), "nobody said what became of it"),
    ("an ExecID is left out", skip_numbers, "only 100 lots are unaccounted for"),
    ("what is missing has no other side", alter(SELLER, "status", {"executed": 0, "type": 15}, id=23), "in no report"),
    ("a one-sided match has no other side", alter(BUYER, "status", {"executed": 0, "type": 15}, id=12), "in no report"),
    ("money is made", lambda tell: tell.facts[BUYER][-3]["equity"].update(USD=0), "USD at the end"),
]


@pytest.mark.parametrize(("change", "found"), [one[1:] for one in PLANTED], ids=[one[0] for one in PLANTED])
def test_what_may_not_happen_is_found(change: Callable[[Story], None], found: str) -> None:
    tell = story()
    change(tell)
    said = judged(tell)
    assert found in said
