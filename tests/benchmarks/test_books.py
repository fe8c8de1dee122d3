"""The operations of the book benchmark make sense, and a slow and obvious book makes the same trades of them."""

import pytest

from benchmarks import books
from benchmarks.books import BUY, Operation, Peer, Trades, operations, ours
from benchmarks.figures import Goal, Plan, Row
from tests.kit.counts import count

QUIET = Plan(1, 0.1, lambda text: None)


def obvious(wanted: list[Operation]) -> tuple[Trades, float]:
    """One list of resting orders, searched from the start each time."""
    resting: list[Operation] = []
    trades = Trades()
    for one in wanted:
        if not one.lots:
            (gone,) = [other for other in resting if other.number == one.number]
            resting.remove(gone)
            continue
        sign = 1 if one.side == BUY else -1
        lots = one.lots
        crossing = [other for other in resting if other.side != one.side and sign * (one.ticks - other.ticks) >= 0]
        for other in sorted(crossing, key=lambda other: (sign * other.ticks, other.number)):
            matched = min(lots, other.lots)
            if not matched:
                break
            trades.append((other.number, other.ticks, matched))
            lots -= matched
            place = resting.index(other)
            resting[place : place + 1] = [other._replace(lots=other.lots - matched)] if other.lots > matched else []
        if lots:
            resting.append(one._replace(lots=lots))
    return trades, 1.0


def test_a_slow_and_obvious_book_makes_the_same_trades() -> None:
    wanted = operations(count(ordinary=1_500, long=10_000), seed=3)
    trades, _ = ours(wanted)
    assert trades == obvious(wanted)[0]
    assert len(trades) > len(wanted) / 3
    assert sum(not one.lots for one in wanted) > len(wanted) / 20


def test_a_peer_that_trades_otherwise_is_no_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("book obvious", "books", "obvious", Goal(1, "x"))
    monkeypatch.setattr(books, "PEERS", [Peer(obvious, "json", 200, 50, row)])
    (measured,) = books.books(QUIET)
    assert measured.figure > 1 and measured.note.startswith("after 200 operations: ") and "; after 50 " in measured.note
    monkeypatch.setattr(books, "PEERS", [Peer(lambda wanted: ([], 1.0), "json", 200, 50, row)])
    with pytest.raises(AssertionError, match="traded otherwise"):
        list(books.books(QUIET))


def test_a_peer_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("book none", "books", "none", Goal(1, "x"))
    monkeypatch.setattr(books, "PEERS", [Peer(obvious, "no_such_module", 200, 50, row)])
    (measured,) = books.books(QUIET)
    assert not measured.rounds
    assert measured.note == "No module named 'no_such_module'; pip install '.[bench]'"
