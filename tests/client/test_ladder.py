"""A ladder as text: what every kind of message makes of it, within 80 columns."""

import pytest

from base.client.ladder import COLUMNS, TAPE_LINES, Ladder, Rung, number_text, sides_of
from base.messages import FiveLevelData, MarketDataExecReport, Message, TenLevelData, ThreeLevelData, TopOfBook
from base.wire.bo.market_data import Level, PriceLevel

LEVELS = [
    Level(BuyPrice=99.5, BuyVolume=2.0, NumBuyOrders=3, SellPrice=100.5, SellVolume=1.0, NumSellOrders=1),
    Level(BuyPrice=99.0, BuyVolume=1.0, NumBuyOrders=1),
]
BID, ASK = ord("B"), ord("A")
BOOK = [(Rung(99.5, 2.0, 3), Rung(99.0, 1.0, 1)), (Rung(100.5, 1.0, 1),)]


def five(**fields: float) -> FiveLevelData:
    return FiveLevelData(SymbolEnum=1, Levels=LEVELS, **fields)


def test_the_sides_of_every_kind() -> None:
    def sides(message: Message) -> list[tuple[Rung, ...]]:
        return [tuple(side) for side in sides_of(message)]

    assert sides(five()) == sides(ThreeLevelData(Levels=LEVELS)) == BOOK
    assert sides(TopOfBook(BuyPrice=99.5, BuyVolume=2.0)) == [(Rung(99.5, 2.0),), ()]
    bids = [PriceLevel(Price=99.5, Volume=2.0, Side=BID), PriceLevel(Side=BID)]
    prices = [*bids, PriceLevel(Price=100.5, Volume=1.0, Side=ASK)]
    assert sides(TenLevelData(Prices=prices)) == [(Rung(99.5, 2.0),), (Rung(100.5, 1.0),)]


def test_sellers_stand_above_buyers_and_the_newest_trade_first() -> None:
    ladder = Ladder("BTCUSD")
    ladder.take(five(LastTradePrice=100.0, Last24Vol=2.5, High=101.0, Low=99.0))
    ladder.take(MarketDataExecReport(Price=100.0, Volume=0.5, Side=1))
    assert ladder.take(MarketDataExecReport(Price=99.5, Volume=2.0, Side=2)) == "BTCUSD  trade  sell 2 at 99.5"
    assert ladder.lines() == [
        "BTCUSD  last 100  volume 2.5  high 101  low 99",
        "             buy            price             sell   orders",
        "                            100.5                1        1",
        "                 ----------------",
        "               2             99.5                         3",
        "               1               99                         1",
        "",
        "       traded at         quantity",
        "            99.5                2  sell",
        "             100              0.5  buy",
    ]


def test_one_line_for_each_message() -> None:
    ladder = Ladder("BTCUSD")
    assert ladder.take(five()) == "BTCUSD  book   bid 2 at 99.5  ask 1 at 100.5"
    assert ladder.take(FiveLevelData()) == "BTCUSD  book   no bid  no ask"


def test_a_top_of_book_beside_a_deep_one_brings_the_day_and_leaves_the_levels() -> None:
    ladder = Ladder("BTCUSD")
    ladder.take(TenLevelData(Prices=[PriceLevel(Price=99.0 - step, Volume=1.0, Side=BID) for step in range(10)]))
    ladder.take(TopOfBook(BuyPrice=99.0, BuyVolume=1.0, LastTradePrice=98.0))
    assert len(ladder.bids) == 10
    assert ladder.lines()[0] == "BTCUSD  last 98"


def test_the_tape_is_short_and_no_line_is_longer_than_a_terminal() -> None:
    ladder = Ladder("B" * 12)
    wide = 123_456_789.123456
    for _ in range(TAPE_LINES + 3):
        ladder.take(MarketDataExecReport(Price=wide, Volume=wide, Side=1))
    ladder.take(TopOfBook(LastTradePrice=wide, Last24Vol=wide, High=wide, Low=wide, BuyPrice=wide, BuyVolume=wide))
    lines = ladder.lines()
    assert len(lines) == 7 + TAPE_LINES - 1 and max(map(len, lines)) <= COLUMNS


@pytest.mark.parametrize("value, text", [(50000.0, "50000"), (1e-05, "0.00001"), (0.1, "0.1"), (1e22, "1" + "0" * 22)])
def test_numbers_are_written_out(value: float, text: str) -> None:
    assert number_text(value) == text
