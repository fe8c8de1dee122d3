"""Pictures of the market and trades as frames of the binary protocol.

In: an instrument, pictures in ticks and lots, prints. Out: frames; what differs between sessions is stamped on them.
Never knows: sessions, who subscribed, clocks, where a picture comes from.
Follows sections 3.11 to 3.14 of the protocol: books of ten levels and more carry the bids in their first half and
the asks in the second, best first; slots without a level have price and volume 0.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from base.gateway.translate_bo import InstrumentScales
from base.publish.depth import Level, Print
from base.publish.views import Picture
from base.vocabulary.instruments import Instrument
from base.wire.bo.codes import ReportType, SubscribeType
from base.wire.bo.market_data import (
    FiveLevelData,
    MarketDataExecReport,
    TenLevelData,
    ThirtyLevelData,
    ThreeLevelData,
    TopOfBook,
    TwentyLevelData,
)
from base.wire.layout import Message, column_writer, writer

BID, ASK = ord("B"), ord("A")
MOST_ORDERS = 2**16 - 1
"""What NumBuyOrders and NumSellOrders can carry; more orders at a price are shown as so many."""

Stamp: TypeAlias = Callable[[bytearray, int, int], None]
"""Writes SendingTime and MsgSeqNum into a frame."""


class Shape(NamedTuple):
    """One kind of book message: its class, its own MessageType, levels per side, whether it names a StartLayer.

    ``stamp`` is None for a message without SendingTime and MsgSeqNum.
    """

    cls: type[Message]
    report_type: ReportType
    levels: int
    has_layers: bool
    stamp: Stamp | None


def _shape(cls: type[Message], report_type: ReportType, levels: int) -> Shape:
    names = {spec.name for spec in cls.FIELDS}
    stamp = writer(cls, "SendingTime", "MsgSeqNum") if "MsgSeqNum" in names else None
    return Shape(cls, report_type, levels, "StartLayer" in names, stamp)


SHAPES: dict[int, Shape] = {
    SubscribeType.TOB: _shape(TopOfBook, ReportType.TOB, 1),
    SubscribeType.THREELAYERS: _shape(ThreeLevelData, ReportType.THREE_LAYERS, 3),
    SubscribeType.FIVELAYERS: _shape(FiveLevelData, ReportType.FIVE_LAYERS, 5),
    SubscribeType.TENLAYERS: _shape(TenLevelData, ReportType.TEN_LAYERS, 10),
    SubscribeType.TWENTYLAYERS: _shape(TwentyLevelData, ReportType.TWENTY_LAYERS, 20),
    SubscribeType.THIRTYLAYERS: _shape(ThirtyLevelData, ReportType.THIRTY_LAYERS, 30),
}
"""The book message of each subscribe type that can be had."""

number_trades = column_writer(MarketDataExecReport, "MsgSeqNum")
"""Writes a MsgSeqNum into each of many `V` behind each other."""
_write_trade = writer(MarketDataExecReport, "Price", "Volume", "Side", "SendingTime")
_NO_LEVEL = Level(0, 0, 0)


class Publisher:
    """Writes what is to be seen of one instrument."""

    def __init__(self, instrument: Instrument) -> None:
        self._scales = InstrumentScales(instrument)
        named: dict[str, Any] = {"SymbolEnum": instrument.number, "SymbolType": instrument.symbol_type}
        self._trade = MarketDataExecReport(
            MessageType=ReportType.EXEC_REPORT, SymbolName=instrument.name, **named
        ).encode()
        self._heads = {
            wanted: shape.cls(
                MessageType=shape.report_type,
                **named,
                **{"Symbol" if shape.has_layers else "SymbolName": instrument.name},
            ).flat()
            for wanted, shape in SHAPES.items()
        }

    def trade(self, one: Print, now_ns: int) -> bytes:
        """A `V` of a trade that was made now, without a number yet."""
        frame = bytearray(self._trade)
        _write_trade(frame, self._scales.price[one.price_ticks], self._scales.quantity[one.lots], one.side, now_ns)
        return bytes(frame)

    def book(self, subscribe_type: int, start_layer: int, picture: Picture) -> bytes:
        """A book message, not stamped yet."""
        shape, head = SHAPES[subscribe_type], self._heads[subscribe_type]
        if shape.has_layers:
            return self._deep(shape, head, start_layer, picture)
        scales, day = self._scales, picture.day
        figures = (
            scales.price[day.last_ticks], scales.quantity[day.volume_lots],
            scales.price[day.high_ticks], scales.price[day.low_ticks],
        )  # fmt: skip
        at = _behind(shape.cls, "SymbolName")
        bids, asks = _filled(picture.bids, shape.levels), _filled(picture.asks, shape.levels)
        if subscribe_type == SubscribeType.TOB:
            values = (*head[:at], *figures, *self._amounts(bids[0]), *self._amounts(asks[0]), 0, 0)
        else:
            sides = ((*self._counted(bid), *self._counted(ask)) for bid, ask in zip(bids, asks, strict=True))
            values = (*head[:at], *figures, *chain.from_iterable(sides))
        return shape.cls.from_flat(values).encode()

    def _deep(self, shape: Shape, head: tuple[Any, ...], start_layer: int, picture: Picture) -> bytes:
        at = _behind(shape.cls, "MsgSeqNum")
        slots = [(*self._amounts(level), BID) for level in _filled(picture.bids, shape.levels)]
        slots += [(*self._amounts(level), ASK) for level in _filled(picture.asks, shape.levels)]
        values = (*head[:at], start_layer, head[at + 1], *chain.from_iterable(slots))
        return shape.cls.from_flat(values).encode()

    def _amounts(self, level: Level) -> tuple[float, float]:
        return self._scales.price[level.price_ticks], self._scales.quantity[level.lots]

    def _counted(self, level: Level) -> tuple[float, float, int]:
        return *self._amounts(level), min(level.orders, MOST_ORDERS)


def _filled(levels: list[Level], count: int) -> list[Level]:
    return levels + [_NO_LEVEL] * (count - len(levels))


def _behind(cls: type[Message], name: str) -> int:
    """The place among the flat values behind a field; none of those before it is a group."""
    return next(place for place, spec in enumerate(cls.FIELDS, 1) if spec.name == name)
