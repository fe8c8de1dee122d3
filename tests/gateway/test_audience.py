"""What the sessions that look at the market are sent, and when: trades, numbers, intervals, slow readers.

In: subscriptions, orders of a floor, passing time. Out: verdicts on messages. Never knows: sockets.
"""

from itertools import pairwise

import pytest

from base import limits
from base.gateway.audience import NUMBERS
from base.messages import MarketDataExecReport
from tests.kit.counts import count
from tests.kit.gallery import FIVE, TEN, THIRTY, THREE, TOB, TWENTY, Scene, numbered

BTCUSD, BTCUSDT = {"SymbolEnum": 1}, {"SymbolEnum": 4}
MS = 1_000_000


def test_trades_are_told_once_in_order_before_the_book_they_left() -> None:
    scene = Scene()
    scene.watch(TOB, BTCUSD)
    scene.watch(FIVE, BTCUSD)
    scene.trade(1, BOSide=2, BOPrice=100.0)
    scene.trade(1, BOSide=2, BOPrice=100.5, BOOrderQty=2.0)
    scene.gallery.read(3)
    scene.trade(2, BOPrice=100.5, BOOrderQty=1.5)
    first, second, *books = scene.gallery.read(3)
    assert first == MarketDataExecReport(
        MessageType=30, SymbolEnum=1, SymbolType=1, Price=100.0, Volume=1.0, SendingTime=scene.gallery.now_ns,
        MsgSeqNum=first.MsgSeqNum, Side=1, SymbolName="BTCUSD",
    )  # fmt: skip
    assert (second.Price, second.Volume, second.Side) == (100.5, 0.5, 1)
    assert [book.LETTER for book in books] == ["t", "m"]
    for book in books:
        assert (book.LastTradePrice, book.Last24Vol, book.High, book.Low) == (100.5, 1.5, 100.5, 100.0)
    assert books[0].SellVolume == 1.5


def test_numbers_have_no_gap_over_the_messages_that_carry_one() -> None:
    scene = Scene()
    for kind in (TOB, THREE, FIVE, TEN, TWENTY, THIRTY):
        scene.watch(kind, BTCUSD, BTCUSDT, account=3)
    scene.watch(TOB, BTCUSD, account=2)
    for step in range(40):
        scene.trade(1, BOPrice=99.0 + step % 3, BOSide=1 + step % 2)
    seen = scene.gallery.read(3)
    assert {one.LETTER for one in seen} == set("tMmOSUV")
    assert numbered(seen) == list(range(9, 9 + len(numbered(seen))))
    assert numbered(scene.gallery.read(2))[0] == 2, "each session counts its own"


def test_trades_of_several_commits_are_told_together_each_with_its_time() -> None:
    scene = Scene()
    scene.watch(TOB, BTCUSD)
    scene.watch(TOB, BTCUSD, BTCUSDT, account=2)
    happened = []
    for instrument in (1, 4, 1):
        scene.floor.send(1, scene.floor.order(1, BOSide=2, SymbolEnum=instrument))
        scene.floor.send(2, scene.floor.order(2, SymbolEnum=instrument))
        scene.gallery.now_ns += MS
        happened.append((scene.gallery.now_ns, scene.floor.feed_of_events.take_happened()))
    scene.gallery.now_ns += MS
    scene.gallery.venue.tell(happened, scene.gallery.now_ns)
    scene.gallery.collect()
    for account, instruments in ((3, [1, 1]), (2, [1, 4, 1])):
        seen = scene.gallery.read(account)
        trades = [one for one in seen if isinstance(one, MarketDataExecReport)]
        assert seen[: len(trades)] == trades, "all trades, then the books"
        assert [one.SymbolEnum for one in trades] == instruments
        times = [then_ns for then_ns, _ in happened]
        assert [one.SendingTime for one in trades] == ([times[0], times[2]] if account == 3 else times)
        assert {one.SendingTime for one in seen[len(trades) :]} == {scene.gallery.now_ns}
        first = 2 if account == 3 else 3  # behind the pictures that were asked for
        assert numbered(seen) == list(range(first, first + len(seen)))


def test_numbers_begin_again_behind_the_largest() -> None:
    scene = Scene()
    scene.watch(TOB, BTCUSD)
    desk = scene.gallery.venue._front._market_data  # type: ignore[attr-defined]
    (subscriber,) = desk._subscribers.values()
    subscriber.last_number = NUMBERS - 3
    scene.trade(1, BOSide=2, BOPrice=100.0)
    scene.trade(1, BOSide=2, BOPrice=100.5)
    scene.gallery.read(3)
    scene.trade(2, BOPrice=100.5, BOOrderQty=2.0)
    assert numbered(scene.gallery.read(3)) == [NUMBERS - 1, 0, 1]


def test_at_most_one_book_per_interval_and_that_the_newest() -> None:
    scene = Scene(interval_ns=100 * MS)
    scene.watch(TOB, BTCUSD)
    times: list[int] = []
    last = None
    for step in range(count(ordinary=200, long=9_000)):  # one account may have 10,000 open orders
        scene.trade(1, BOPrice=50.0 + step / 2, MsgSeqNum=0)
        scene.gallery.wait(7 * MS)
        for book in scene.gallery.read(3):
            times.append(book.SendingTime)
            last = book
    scene.gallery.wait(100 * MS)
    last = (scene.gallery.read(3) or [last])[-1]
    assert last is not None and last.BuyPrice == 50.0 + step / 2
    assert len(times) > 5
    assert min(later - sooner for sooner, later in pairwise(times)) >= 100 * MS
    assert max(later - sooner for sooner, later in pairwise(times)) <= 100 * MS, "the timer, not the next change, sends"


def test_a_change_that_was_taken_back_within_the_interval_is_not_told() -> None:
    scene = Scene(interval_ns=100 * MS)
    scene.watch(FIVE, BTCUSD)
    order = scene.trade(1)
    scene.trade(1, MessageType=6, OrigOrderID=order.OrderID)
    scene.gallery.wait(500 * MS)
    assert scene.gallery.read(3) == []


def test_trades_do_not_wait_for_the_interval() -> None:
    scene = Scene(interval_ns=100 * MS)
    scene.watch(FIVE, BTCUSD)
    scene.trade(1)
    scene.trade(2, BOSide=2)
    assert [one.LETTER for one in scene.gallery.read(3)] == ["V"]


def test_a_slow_reader_gets_all_trades_and_only_the_newest_book() -> None:
    scene = Scene()
    scene.watch(TEN, BTCUSD)
    scene.gallery.stuck[3] = b""
    for _ in range(300):
        scene.trade(1, BOSide=2)
        scene.trade(2)
    assert len(scene.gallery.stuck[3]) <= limits.BOOK_WAITING_BYTES + 1058 + 300 * 54
    scene.trade(1, BOPrice=77.0)
    scene.gallery.wait(limits.BOOK_RETRY_NS * 3)
    held_back = len(scene.gallery.stuck[3])
    scene.gallery.release(3)
    late = scene.gallery.read(3)
    assert sum(one.LETTER == "V" for one in late) == 300
    assert len(late) < 600 and held_back
    assert numbered(late) == list(range(2, 2 + len(late)))
    scene.gallery.wait(limits.BOOK_RETRY_NS)
    (book,) = scene.gallery.read(3)
    assert book.Prices[0].Price == 77.0 and book.MsgSeqNum == late[-1].MsgSeqNum + 1


def test_a_reader_that_is_too_slow_is_closed_with_a_reason_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "TRADES_WAITING_BYTES", 54 * 100)
    scene = Scene()
    scene.watch(FIVE, BTCUSD)
    scene.watch(FIVE, BTCUSD, account=2)
    scene.gallery.stuck[3] = b"?" * 54 * 90
    scene.trade(1, BOSide=2)
    scene.trade(2)
    assert scene.gallery.closed == {}
    scene.trade(1, BOSide=2)
    scene.trade(2)
    assert "reads too slowly" in scene.gallery.closed[3]
    scene.trade(1, BOSide=2)
    scene.trade(2)
    assert sum(one.LETTER == "V" for one in scene.gallery.read(2)) == 3


def test_books_of_one_pass_are_held_back_beyond_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BOOK_WAITING_FRAMES", 2)
    scene = Scene()
    scene.watch(FIVE, BTCUSD)
    scene.watch(TOB, BTCUSD)
    scene.watch(TEN, BTCUSD)
    scene.trade(1)
    assert [one.LETTER for one in scene.gallery.read(3)] == ["m", "t"]
    scene.gallery.wait(limits.BOOK_RETRY_NS)
    assert [one.LETTER for one in scene.gallery.read(3)] == ["O"]
