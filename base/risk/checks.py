"""Would this be covered? Answered from what the account has, before anything moves.

In: a position and what an order would take, or hold back instead of what it held. Out: yes or no.
Never knows: books, orders, events; changes nothing. A buy needs money, a sell needs the goods.
"""

from base.risk.accounts import Position


def covers_sell(position: Position, lots: int) -> bool:
    """Whether lots to sell are available."""
    return lots * position.lot_atoms <= position.base.available


def covers_purchase(position: Position, lots_times_ticks: int) -> bool:
    """Whether a market order can pay for all it would meet, lots x price summed up in ticks."""
    return lots_times_ticks * position.tick_lot_atoms <= position.quote.available


def covers_replaced_buy(position: Position, old_lots: int, old_ticks: int, lots: int, price_ticks: int) -> bool:
    """Whether an open buy can go over to a new quantity and price, its old reservation given back first."""
    more = lots * price_ticks - old_lots * old_ticks
    return more * position.tick_lot_atoms <= position.quote.available


def covers_replaced_sell(position: Position, old_lots: int, lots: int) -> bool:
    """Whether an open sell can go over to a new quantity."""
    return (lots - old_lots) * position.lot_atoms <= position.base.available


def reduces(position: Position, lots: int, *, buys: bool) -> bool:
    """Whether a reduce-only order for so many lots brings the position nearer to nothing, the others counted."""
    net_lots = position.bought_lots - position.sold_lots
    if buys:
        return lots <= -net_lots - position.reducing_buy_lots
    return lots <= net_lots - position.reducing_sell_lots
