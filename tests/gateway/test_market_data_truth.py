"""What an MDS shows is true: every book message equals the reference's book, every `V` is one of its trades.

In: seeded commands of all order types and of the operator, given to the exchange and to the slow reference, which
shares no code with it or with what follows its events. Out: verdicts. Never knows: how either makes its book.
"""

from collections import Counter
from fractions import Fraction

import pytest

from base.exchange.overheard import OverheardExchange
from base.publish.depth import Level
from base.vocabulary.events import Trade
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OrderType
from base.wire.layout import Message
from tests.kit.counts import count
from tests.kit.gallery import FIVE, TEN, THIRTY, THREE, TOB, TWENTY, Gallery, numbered
from tests.reference.comparison import expected_levels
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.streams import Stream
from tests.reference.worlds import accounts
from tests.shown.rebuilt import Witness

ALL_TYPES = [int(order_type) for order_type in OrderType]
KINDS = {"t": 1, "M": 3, "m": 5, "O": 10, "S": 20, "U": 30}
SHOWN = [(TOB, 1), (THREE, 1), (FIVE, 1), *((kind, layer) for kind in (TEN, TWENTY, THIRTY) for layer in (1, 2, 3))]
BY_NUMBER = {instrument.number: instrument for instrument in INSTRUMENTS}

Side = list[tuple[float, float, int | None]]


class Truth:
    """The reference, and what it says of a message."""

    def __init__(self, seed: int) -> None:
        terms = accounts(seed)
        self.reference = Witness(INSTRUMENTS, terms, PARTICIPANTS)
        self.exchange = OverheardExchange(INSTRUMENTS, terms, PARTICIPANTS)
        self.trades: list[Trade] = []

    def expected(self, message: Message) -> tuple[Side, Side]:
        levels, skipped = KINDS[message.LETTER], 10 * (message.fields().get("StartLayer", 1) - 1)
        has_counts = message.LETTER in "Mm"
        instrument = BY_NUMBER[message.SymbolEnum]

        def told(side: list[Level]) -> Side:
            rows = [amounts(instrument, level, has_counts) for level in side[skipped : skipped + levels]]
            return rows + [(0.0, 0.0, 0 if has_counts else None)] * (levels - len(rows))

        bids, asks = expected_levels(self.reference)[instrument.number]
        return told(bids), told(asks)


def amounts(instrument: Instrument, level: Level, has_counts: bool) -> tuple[float, float, int | None]:
    price, quantity = level.price_ticks * instrument.tick, level.lots * instrument.lot
    return float(price), float(quantity), level.orders if has_counts else None


def shown(message: Message) -> tuple[Side, Side]:
    """The two sides of a book message of any kind."""
    if message.LETTER == "t":
        return [(message.BuyPrice, message.BuyVolume, None)], [(message.SellPrice, message.SellVolume, None)]
    if message.LETTER in "Mm":
        return (
            [(one.BuyPrice, one.BuyVolume, one.NumBuyOrders) for one in message.Levels],
            [(one.SellPrice, one.SellVolume, one.NumSellOrders) for one in message.Levels],
        )
    half = len(message.Prices) // 2
    sides = [[(one.Price, one.Volume, None) for one in part] for part in (message.Prices[:half], message.Prices[half:])]
    assert {one.Side for one in message.Prices[:half]} == {ord("B")}
    assert {one.Side for one in message.Prices[half:]} == {ord("A")}
    return sides[0], sides[1]


@pytest.mark.parametrize("seed", range(2))
def test_every_message_is_true(seed: int) -> None:
    truth = Truth(seed)
    gallery = Gallery(truth.exchange)
    gallery.log_on(1)
    for kind, layer in SHOWN:
        gallery.subscribe(1, kind, *({"SymbolEnum": number, "Layers": layer} for number in BY_NUMBER))
    seen: Counter[str] = Counter()
    begun = gallery.read(1)
    newest = {(one.LETTER, one.SymbolEnum, one.fields().get("StartLayer", 1)): one for one in begun}
    numbers = numbered(begun)
    executions: list[tuple[int, float, float, int]] = []
    stream = Stream(seed, ALL_TYPES, truth.reference, operated=True)
    for place, command in enumerate(stream.commands(count(ordinary=800, long=50_000))):
        truth.trades += [one for one in truth.reference.submit(command) if isinstance(one, Trade)]
        truth.exchange.submit(command, gallery.now_ns)
        gallery.now_ns += 1_000_000
        gallery.tell()
        messages = gallery.read(1)
        numbers += numbered(messages)
        for message in messages:
            seen[message.LETTER] += 1
            if message.LETTER == "V":
                executions.append((message.SymbolEnum, message.Price, message.Volume, message.Side))
            else:
                key = message.LETTER, message.SymbolEnum, message.fields().get("StartLayer", 1)
                assert shown(message) == truth.expected(message), f"seed {seed}, command {place}: {message}"
                newest[key] = message
        if place % 50 == 0:
            for message in newest.values():
                assert shown(message) == truth.expected(message), f"seed {seed}, command {place}: nothing told it"
    assert executions == [
        (one.instrument, float(one.price_ticks * scale.tick), float(one.quantity_lots * scale.lot), side)
        for one, side in zip(truth.trades, truth.reference.sides, strict=True)
        for scale in [BY_NUMBER[one.instrument]]
    ]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(seen) == {*KINDS, "V"} and len(newest) == len(SHOWN) * len(BY_NUMBER)
    check_days(truth, newest)


def check_days(truth: Truth, newest: dict[tuple[str, int, int], Message]) -> None:
    """All trades of the story are younger than a day."""
    for (letter, number, _), message in newest.items():
        traded = [one for one in truth.trades if one.instrument == number]
        if letter in "tMm" and traded:
            scale, prices = BY_NUMBER[number], [one.price_ticks for one in traded]
            volume: Fraction = sum(one.quantity_lots for one in traded) * scale.lot
            figures = [prices[-1] * scale.tick, volume, max(prices) * scale.tick, min(prices) * scale.tick]
            assert [message.LastTradePrice, message.Last24Vol, message.High, message.Low] == list(map(float, figures))
