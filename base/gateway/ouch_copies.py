"""Fills of orders that came by OUCH, as those who supervise an account read them: in the reports of BO.

In: an order of OUCH and one match of it. Out: the report that BO would have sent, to the drop copies.
Never knows: dialects, streams, who supervises. Follows section 6 of the protocol and docs/market-data.md:
OrderID is the number that the venue gave the order, which OUCH shows as well; there is no session and no Key.
"""

from collections.abc import Iterable

from base.gateway.drop_copy import DropCopies
from base.gateway.ouch_orders import OuchOrder
from base.gateway.translate_bo import InstrumentScales, write_fill
from base.gateway.translate_ouch import Kind
from base.vocabulary.events import Trade
from base.vocabulary.instruments import Instrument
from base.vocabulary.participants import Participant
from base.wire.bo.codes import TIF, MessageType, OrderType
from base.wire.bo.transaction import Transaction

TIMES = {Kind.DAY: TIF.DAY, Kind.POST_ONLY: TIF.POO, Kind.IMMEDIATE: TIF.IOC}
MAKER = (MessageType.EXECUTION, MessageType.EXECUTION_PARTIAL)
TAKER = (MessageType.QUOTE_FILL, MessageType.QUOTE_FILL_PARTIAL)


class OuchCopies:
    """Writes what supervisors hear of the members of OUCH."""

    def __init__(
        self, instruments: Iterable[Instrument], participants: Iterable[Participant], copies: DropCopies
    ) -> None:
        self._copies = copies
        self._instruments = {one.number: (one, InstrumentScales(one)) for one in instruments}
        self._seen = {who.number: who for who in participants if copies.sees(who.number)}

    def matched(self, order: OuchOrder, trade: Trade, *, rests: bool) -> None:
        """So much of an order was matched, and ``order.open_lots`` are left."""
        who = self._seen.get(order.owner)
        if who is None:
            return
        instrument, scales = self._instruments[trade.instrument]
        wish, leaves = order.wish, scales.quantity[order.open_lots]
        kind = OrderType.HIDDEN if wish.hidden else OrderType.LMT if wish.ticks else OrderType.MKT
        report = bytearray(
            Transaction(
                Account=who.account, OrderID=order.number, SymbolEnum=instrument.number, OrderType=int(kind),
                SymbolType=instrument.symbol_type, BOPrice=scales.price[wish.ticks], BOSide=wish.side,
                TIF=int(TIMES[wish.kind]), BOSymbol=instrument.name, TraderID=who.user, SendingTime=order.entered_ns,
                Attributes="N" * 12,
            ).encode()
        )  # fmt: skip
        fee_atoms = trade.resting_fee_atoms if rests else trade.incoming_fee_atoms
        message_type = (MAKER if rests else TAKER)[order.open_lots > 0]
        write_fill(
            report, int(message_type), leaves, trade.exec_id, scales.quantity[trade.quantity_lots], leaves,
            scales.cash[fee_atoms], scales.price[trade.price_ticks], 0,
        )  # fmt: skip
        self._copies.copy(order.owner, report)
