"""Market data: repeated groups as entries, and where they lie.

In: messages with groups. Out: entries by position, name and offset.
Never knows: the book that is shown.
"""

import pytest

from base.wire.bo.market_data import (
    FiveLevelData,
    Level,
    MarketDataSubscribe,
    PriceLevel,
    Subscription,
    TenLevelData,
    ThirtyLevelData,
    ThreeLevelData,
    TopOfBook,
    TwentyLevelData,
)
from base.wire.layout import Message, Record


@pytest.mark.parametrize(
    "cls, name, entry, offset, step, entries",
    [
        (MarketDataSubscribe, "Subscribes", Subscription, 32, 23, 5),
        (ThreeLevelData, "Levels", Level, 56, 36, 3),
        (FiveLevelData, "Levels", Level, 56, 36, 5),
        (TenLevelData, "Prices", PriceLevel, 38, 17, 20),
        (TwentyLevelData, "Prices", PriceLevel, 38, 17, 40),
        (ThirtyLevelData, "Prices", PriceLevel, 38, 17, 60),
    ],
)
def test_groups(cls: type[Message], name: str, entry: type[Record], offset: int, step: int, entries: int) -> None:
    last = entry.FIELDS[-1]
    value = "S" if last.code == "1s" else 66
    filled = [entry(**{last.name: value}) for _ in range(entries)]
    for position in range(entries):
        chosen = [*(entry() for _ in range(position)), filled[position]]
        message = cls(**{name: chosen})
        at = offset + position * step + last.offset
        assert message.encode()[at] == (ord("S") if value == "S" else 66)
        read = getattr(cls.parse(message.encode()), name)
        assert read[position] == filled[position]
        assert sum(other == entry() for other in read) == entries - 1
    assert entry.SIZE == step
    assert cls.SIZE == offset + step * entries


def test_a_book_is_filled_from_entries_and_dictionaries_alike() -> None:
    by_entry = TenLevelData(Prices=[PriceLevel(Price=1.5, Volume=2.0, Side=66)])
    by_dict = TenLevelData(Prices=[{"Price": 1.5, "Volume": 2.0, "Side": ord("B")}])
    assert by_entry == by_dict
    assert by_entry.Prices[0].Price == 1.5
    assert by_entry.replace(Prices=by_entry.Prices[:1]) == by_entry


def test_top_of_book_ends_with_time_and_number() -> None:
    assert [spec[:2] for spec in TopOfBook.FIELDS[-2:]] == [("SendingTime", 88), ("MsgSeqNum", 96)]
