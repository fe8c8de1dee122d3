"""The market-data desk behind its venue: who gets which picture, and which refusal.

In: subscriptions, orders of a floor, passing time. Out: verdicts on messages. Never knows: sockets.
"""

import pytest

from base import limits
from base.messages import (
    FiveLevelData,
    Message,
    ThreeLevelData,
    TopOfBook,
    Transaction,
)
from base.wire.bo.logon import ClientLogon
from tests.kit.gallery import FIVE, TEN, THIRTY, THREE, TOB, TWENTY, Scene

BTCUSD, BTCUSDT = {"SymbolEnum": 1}, {"SymbolEnum": 4}


def levels(message: Message) -> list[tuple[object, ...]]:
    return [tuple(entry.fields().values()) for entry in message.Levels]


def test_a_subscription_is_answered_at_once_with_the_book_as_it_is() -> None:
    scene = Scene()
    scene.trade(1, BOPrice=99.5, BOOrderQty=2.0)
    scene.trade(1, BOPrice=99.5)
    scene.trade(2, BOSide=2, BOPrice=101.0)
    (top,) = scene.watch(TOB, BTCUSD)
    assert top == TopOfBook(
        MessageType=24, SymbolEnum=1, SymbolType=1, SymbolName="BTCUSD", BuyPrice=99.5, BuyVolume=3.0,
        SellPrice=101.0, SellVolume=1.0, SendingTime=scene.gallery.now_ns, MsgSeqNum=1,
    )  # fmt: skip
    (three,) = scene.watch(THREE, BTCUSD)
    assert isinstance(three, ThreeLevelData) and three.MessageType == 25
    assert levels(three) == [(99.5, 3.0, 2, 101.0, 1.0, 1), (0.0, 0.0, 0, 0.0, 0.0, 0), (0.0, 0.0, 0, 0.0, 0.0, 0)]
    (five,) = scene.watch(FIVE, BTCUSD)
    assert isinstance(five, FiveLevelData) and (five.MessageType, len(five.Levels)) == (26, 5)


@pytest.mark.parametrize(
    "kind, letter, report_type, depth", [(TEN, "O", 27, 10), (TWENTY, "S", 28, 20), (THIRTY, "U", 29, 30)]
)
def test_deep_books_carry_bids_then_asks_from_their_start_layer(
    kind: int, letter: str, report_type: int, depth: int
) -> None:
    scene = Scene()
    for step in range(35):
        scene.trade(1, BOPrice=90.0 - step / 2)
        scene.trade(2, BOSide=2, BOPrice=100.0 + step / 2)
    for layer in (1, 2, 3):
        (book,) = scene.watch(kind, BTCUSD | {"Layers": layer})
        assert (book.LETTER, book.MessageType, book.StartLayer, book.Symbol) == (letter, report_type, layer, "BTCUSD")
        skipped = 10 * (layer - 1)
        bids = [(90.0 - step / 2, 1.0, ord("B")) for step in range(skipped, min(35, skipped + depth))]
        asks = [(100.0 + step / 2, 1.0, ord("A")) for step in range(skipped, min(35, skipped + depth))]
        bids += [(0.0, 0.0, ord("B"))] * (depth - len(bids))
        asks += [(0.0, 0.0, ord("A"))] * (depth - len(asks))
        assert [tuple(entry.fields().values()) for entry in book.Prices] == bids + asks


def test_every_change_is_told_and_nothing_else() -> None:
    scene = Scene()
    assert len(scene.watch(TOB, BTCUSD)) == 1
    order = scene.trade(1, BOPrice=99.0)
    scene.trade(1, BOPrice=98.0)  # below the top
    scene.trade(1, SymbolEnum=4)  # another instrument
    scene.trade(1, BOPrice=99.0, Attributes="NY")  # hidden
    scene.trade(1, MessageType=5, OrderID=order.OrderID)  # a question
    scene.trade(1, MessageType=6, OrigOrderID=order.OrderID)
    assert [(one.BuyPrice, one.BuyVolume) for one in scene.gallery.read(3)] == [(99.0, 1.0), (98.0, 1.0)]


def test_the_day_of_a_book_message_ends_by_itself() -> None:
    scene = Scene()
    scene.trade(1, BOSide=2)
    scene.trade(2, BOOrderQty=2.0)
    (top,) = scene.watch(TOB, BTCUSD)
    assert (top.LastTradePrice, top.Last24Vol, top.High) == (100.0, 1.0, 100.0)
    scene.gallery.wait(limits.DAY_NS - 1)
    assert scene.gallery.read(3) == []
    scene.gallery.wait(limits.DAY_BUCKET_NS)
    (top,) = scene.gallery.read(3)
    assert (top.LastTradePrice, top.Last24Vol, top.High, top.Low, top.BuyVolume) == (100.0, 0.0, 0.0, 0.0, 1.0)


def test_an_unsubscribed_picture_no_longer_comes_and_the_others_do() -> None:
    scene = Scene()
    scene.watch(TOB, BTCUSD, BTCUSDT)
    scene.watch(TEN, BTCUSD)
    scene.watch(TOB, BTCUSD | {"Subscribe": "U"}, BTCUSD | {"Subscribe": "U"})
    scene.trade(1)
    scene.trade(1, SymbolEnum=4)
    assert [(one.LETTER, one.SymbolEnum) for one in scene.gallery.read(3)] == [("O", 1), ("t", 4)]
    scene.watch(TEN, BTCUSD | {"Subscribe": "U"})
    scene.trade(2, BOSide=2)
    assert scene.gallery.read(3) == [], "no trades of an instrument that nobody subscribed to"


@pytest.mark.parametrize("entry", [{"Symbol": "BTCUSDT"}, {"Symbol": "BTCUSDT   "}, BTCUSDT | {"Symbol": "BTCUSDT"}])
def test_an_instrument_may_be_named_by_name(entry: dict[str, object]) -> None:
    assert [one.SymbolEnum for one in Scene().watch(TOB, *([entry] * 5))] == [4], "one picture, though named five times"


def test_a_repeated_subscription_repeats_the_picture() -> None:
    scene = Scene()
    (first,) = scene.watch(FIVE, BTCUSD)
    assert scene.watch(FIVE, BTCUSD) == [first]


REFUSED = [
    ("an unknown type", 7, BTCUSD, {}, 12, 0),
    ("no type", 0, BTCUSD, {}, 12, 0),
    ("another account", TOB, BTCUSD, {"Account": 2}, 19, 0),
    ("a wrong key", TOB, BTCUSD, {"Key": 5}, 51, 0),
    ("another session", TOB, BTCUSD, {"TradingSessionID": 7}, 6, 0),
    ("an unknown instrument", TOB, {"SymbolEnum": 9}, {}, 26, 9),
    ("an unknown name", TOB, {"Symbol": "FLYUSDT"}, {}, 26, 0),
    ("two instruments", TOB, BTCUSD | {"Symbol": "BTCUSDT"}, {}, 26, 1),
    ("no start layer", TEN, BTCUSD | {"Layers": 0}, {}, 30, 1),
    ("a start layer too deep", TEN, BTCUSD | {"Layers": 4}, {}, 30, 1),
    ("a start layer that cannot be told", FIVE, BTCUSD | {"Layers": 2}, {}, 30, 1),
    ("neither S nor U", TOB, BTCUSD | {"Subscribe": "X"}, {}, 35, 1),
]


@pytest.mark.parametrize("kind, entry, fields, reason, number", [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_refused_has_a_reason_and_the_rest_is_done(
    kind: int, entry: dict[str, object], fields: dict[str, object], reason: int, number: int
) -> None:
    scene = Scene()
    scene.gallery.log_on(3)
    scene.gallery.subscribe(3, kind, entry, BTCUSDT, **fields)
    refusal, *books = scene.gallery.read(3)
    assert isinstance(refusal, Transaction)
    assert (refusal.MessageType, refusal.RejectReason) == (12, reason)
    assert (refusal.SymbolEnum, refusal.MsgSeqNum) == (number, 77)
    assert len(books) == (not fields and kind in (TOB, FIVE, TEN)), "only what is wrong is refused"


def test_text_that_is_none_is_refused_and_strangers_are_shown_out() -> None:
    scene = Scene()
    scene.gallery.log_on(3)
    frame = bytearray(b"s\0" + (147).to_bytes(2, "little") + bytes(143))
    frame[34] = 0xFF
    scene.gallery.feed(3, bytes(frame))
    (refusal,) = scene.gallery.read(3)
    assert refusal.RejectReason == 35
    for _ in range(limits.FOREIGN_REQUESTS):
        scene.gallery.subscribe(3, TOB, BTCUSD, Key=1)
    assert "foreign" in scene.gallery.closed[3]


def test_subscriptions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SUBSCRIPTIONS", 2)
    scene = Scene()
    assert [one.LETTER for one in scene.watch(TOB, BTCUSD, BTCUSDT, BTCUSD)] == ["t", "t"]
    (refusal,) = scene.watch(FIVE, BTCUSD)
    assert refusal.RejectReason == 43
    assert len(scene.watch(TOB, BTCUSD)) == 1, "one that is there already is no further one"


def test_logons_of_market_data_are_those_of_the_venue() -> None:
    scene = Scene()
    scene.watch(TOB, BTCUSD)
    scene.gallery.connect(7)
    logon = ClientLogon(LogonType=1, Account=3, UserName="u3")
    (refusal,) = scene.gallery.send(7, logon)
    assert (refusal.LoginStatus, refusal.RejectReason) == (2, 53)
    (again,) = scene.gallery.send(3, logon)
    assert again.LoginStatus == 1
    scene.gallery.connect(8)
    (unknown,) = scene.gallery.send(8, logon.replace(Account=99))
    assert (unknown.LoginStatus, unknown.RejectReason) == (2, 4)
    scene.gallery.feed(3, scene.floor.order(3).encode())
    assert "not for a client to send here" in scene.gallery.closed[3]


def test_a_takeover_begins_without_subscriptions() -> None:
    scene = Scene(takeover=True)
    scene.watch(TOB, BTCUSD)
    scene.gallery.connect(7)
    (welcome,) = scene.gallery.send(7, ClientLogon(LogonType=1, Account=3, UserName="u3"))
    assert welcome.LoginStatus == 1 and 3 in scene.gallery.closed
    scene.trade(1)
    assert scene.gallery.read(7) == []
    assert scene.gallery.venue.next_deadline_ns() is None
