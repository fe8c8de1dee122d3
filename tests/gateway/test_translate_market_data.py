"""Pictures become frames: every value in its place, and a bound where a field is too small.

In: pictures and prints. Out: verdicts on messages. Never knows: sessions.
"""

import pytest

from base.gateway.translate_market_data import SHAPES, Publisher, number_trades
from base.messages import MarketDataExecReport, ThreeLevelData, message_class
from base.publish.depth import Level, Print
from base.publish.trades import Day
from base.publish.views import Picture
from tests.kit.floor import INSTRUMENTS

BTCUSD = INSTRUMENTS[0]
NOTHING = Picture(Day(), [], [])


def test_trades_behind_each_other_are_numbered_per_session() -> None:
    trade = Publisher(BTCUSD).trade(Print(9, 1, 201, 150_000, 2), 17)
    frames = bytearray(trade * 3)
    numbers = (3, 0x01020304, 2**32 - 1)
    number_trades(frames, numbers)
    for place, number in enumerate(numbers):
        frame = bytes(frames[place * len(trade) : (place + 1) * len(trade)])
        assert MarketDataExecReport.parse(frame) == MarketDataExecReport(
            MessageType=30, SymbolEnum=1, SymbolType=1, Price=100.5, Volume=1.5, SendingTime=17, MsgSeqNum=number,
            Side=2, SymbolName="BTCUSD",
        )  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_an_empty_book_is_all_zeros_under_its_own_head(kind: int) -> None:
    frame = Publisher(BTCUSD).book(kind, 1, NOTHING)
    shape = SHAPES[kind]
    named = {"Symbol": "BTCUSD", "StartLayer": 1} if shape.has_layers else {"SymbolName": "BTCUSD"}
    empty = shape.cls(MessageType=shape.report_type, SymbolEnum=1, SymbolType=1, **named)
    if shape.has_layers:
        sides = [{"Side": 66}] * shape.levels + [{"Side": 65}] * shape.levels
        empty = empty.replace(Prices=sides)
    assert shape.cls.parse(frame) == empty
    assert message_class(chr(frame[0]), len(frame)) is shape.cls


def test_more_orders_than_the_field_can_count() -> None:
    picture = Picture(Day(), [Level(200, 5, 70_000)], [Level(202, 5, 65_535)])
    best = ThreeLevelData.parse(Publisher(BTCUSD).book(2, 1, picture)).Levels[0]
    assert (best.NumBuyOrders, best.NumSellOrders) == (65_535, 65_535)
