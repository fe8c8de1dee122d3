"""Short conversations with an exchange, and what it tells in few words, what the public book shows included.

In: commands. Out: lines of words. Never knows: how the exchange works.
Accounts 1, 2 and 100700 (participants 2 and 3) are rich unless said otherwise.
"""

from base.exchange import Exchange
from base.vocabulary.commands import Command
from base.vocabulary.events import (
    Event,
    LegEntered,
    OrderAccepted,
    OrderCancelled,
    OrderMoved,
    OrderRejected,
    OrderReplaced,
    OrderReported,
    Trade,
    TradeBroken,
)
from base.vocabulary.orders import Side
from base.vocabulary.participants import AccountTerms, SelfTrade
from base.vocabulary.rejects import Reject
from tests.reference.market import BTCUSD, INSTRUMENTS, PARTICIPANTS

LOT, TICK_LOT = BTCUSD.lot_atoms, BTCUSD.tick_lot_atoms
RICH = {"BTC": 10**12, "USD": 10**15, "USDT": 10**15}


def market(
    base: int | None = None, quote: int | None = None, self_trade: SelfTrade = SelfTrade.NONE
) -> Exchange:
    """An exchange; participant 0 owns so many lots and the price of so many lots at one tick, when given.

    ``self_trade`` is what keeps accounts 1 and 100700 from trading with themselves; 100700 wants its orders
    cancelled on a disconnect.
    """
    own = RICH if base is None or quote is None else {"BTC": base * LOT, "USD": quote * TICK_LOT}
    accounts = (AccountTerms(1, own, self_trade), AccountTerms(2, RICH), AccountTerms(100700, RICH, self_trade, True))
    return Exchange(INSTRUMENTS, accounts, PARTICIPANTS)


def told(*commands: Command, on: Exchange | None = None) -> list[str]:
    """What the last command led to."""
    exchange = on or market()
    events: list[Event] = []
    for command in commands:
        events = exchange.submit(command, 0)
    return [in_words(event) for event in events]


def in_words(event: Event) -> str:
    """An event without what every reader knows."""
    match event:
        case Trade():
            leaves = f"{event.resting_leaves_lots}/{event.incoming_leaves_lots}"
            return f"{event.incoming_number}x{event.resting_number} {event.quantity_lots}@{event.price_ticks} {leaves}"
        case OrderAccepted():
            return f"{event.number} accepted"
        case OrderRejected():
            return f"refused {Reject(event.reason).name}"
        case OrderCancelled():
            why = {
                0: "", Reject.NOT_ENOUGH_EQUITY: " not covered", Reject.MARGIN_EXCEEDED: " without margin",
                Reject.SELF_TRADE: " self-trade",
            }[event.reason]  # fmt: skip
            return f"{event.number} cancelled {event.leaves_lots}{why}"
        case OrderReplaced():
            return f"{event.number} replaced {event.leaves_lots}"
        case OrderMoved():
            place = f".{event.place}" if event.place else ""
            return f"{event.number}{place} shows {event.lots}@{event.price_ticks}"
        case TradeBroken():
            return f"trade {event.exec_id} broken"
        case LegEntered():
            return f"{event.number} enters {Side(event.side).name}@{event.price_ticks}"
        case OrderReported():
            return f"{event.number} {event.status} executed {event.executed_lots} leaves {event.leaves_lots}"
