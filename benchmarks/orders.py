"""The orders that the load client sends: a ring of encoded frames per session, renumbered on each turn.

In: who sends. Out: a buffer of `SLOTS` transactions. Never knows: sockets, servers, time.
Encoding costs more than the server's whole work, so frames are encoded once. An OrderID is
``turn * 256 + slot``: the slot is its lowest byte and never changes; the other bytes are written for all
slots at once by a strided copy, a few microseconds for 256 orders.

A session repeats eight messages. All orders are one lot, so a trade takes exactly one resting order:

    buy at the middle, buy 1 to 8 ticks below, sell at the middle, cancel the deep one,
    sell at the middle, sell 1 to 8 ticks above, buy at the middle, cancel the deep one

Half of the messages are orders that trade (as many resting ones as incoming ones), a quarter are orders
that rest, a quarter are cancels.
"""

from base.messages import TIF, MessageType, OrderType, Side, Transaction

SLOTS = 256
SIZE = Transaction.SIZE
MIX = "of 8 messages: 4 one-lot orders at the middle that trade with each other, 2 orders up to 8 ticks away, 2 cancels"

_OFFSETS = {spec.name: spec.offset for spec in Transaction.FIELDS}
_KIND = _OFFSETS["MessageType"]
_TO_OWNERS_OF_RESTING_ORDERS = (MessageType.EXECUTION, MessageType.EXECUTION_PARTIAL)
_MIDDLE, _TICK, _LOT = 50_000.0, 0.5, 0.001


class Ring:
    """The endless sequence of messages of one session.

    ``fields`` are those of every message: Account, TradingSessionID, Key, TraderID.
    """

    size = SIZE

    def __init__(self, **fields: int | str) -> None:
        self.buffer = bytearray().join(self._message(slot, fields).encode() for slot in range(SLOTS))
        self._turn = 0
        self._slot = 0
        self._renumber()

    def take(self, number: int) -> memoryview:
        """The next messages, as many as wanted or until the ring is through; valid until the next call."""
        if self._slot == SLOTS:
            self._slot = 0
            self._renumber()
        first, self._slot = self._slot, min(self._slot + number, SLOTS)
        return memoryview(self.buffer)[first * SIZE : self._slot * SIZE]

    def _message(self, slot: int, fields: dict[str, int | str]) -> Transaction:
        step, depth = slot % 8, (slot // 8 % 8 + 1) * _TICK
        side = Side.BUY if step in (0, 1, 3, 6) else Side.SELL
        price = _MIDDLE + {1: -depth, 3: -depth, 5: depth, 7: depth}.get(step, 0.0)
        cancels = step in (3, 7)
        return Transaction(
            MessageType=MessageType.ORDER_CANCEL if cancels else MessageType.ORDER_NEW,
            OrderID=slot, OrigOrderID=slot - 2 if cancels else 0, OrderType=OrderType.LMT, TIF=TIF.GTC,
            SymbolEnum=1, SymbolType=1, BOSymbol="BTCUSD", BOSide=side, BOPrice=price, BOOrderQty=_LOT,
            **fields,
        )  # fmt: skip

    def _renumber(self) -> None:
        self._turn += 1
        for place, value in enumerate(self._turn.to_bytes(4, "little"), 1):
            self.buffer[_OFFSETS["OrderID"] + place :: SIZE] = bytes([value]) * SLOTS
            first_cancel = 3 * SIZE + _OFFSETS["OrigOrderID"] + place
            self.buffer[first_cancel :: 4 * SIZE] = bytes([value]) * (SLOTS // 4)


class Replies:
    """Counts the answers in what one session receives; reports to the owner of a resting order are no answers."""

    def __init__(self) -> None:
        self.rejected = 0
        self._rest = b""

    def count(self, data: bytes) -> int:
        """How many of our messages this data answers."""
        if self._rest:
            data = self._rest + data
        complete = len(data) // SIZE
        self._rest = data[complete * SIZE :]
        kinds = data[_KIND : complete * SIZE : SIZE]
        self.rejected += kinds.count(MessageType.REJECT)
        return complete - sum(kinds.count(kind) for kind in _TO_OWNERS_OF_RESTING_ORDERS)
