"""Would this be covered? Answered from what the account has, before anything moves.

In: a position and what an order would take, or hold back instead of what it held. Out: yes or no.
Never knows: books, orders, events; changes nothing. A buy needs money, a sell needs the goods, a short sale
its margin. Follows sections 1 and 2 of docs/risk.md.
"""

from base.risk.accounts import Position, fee_of


def covers_sell(position: Position, lots: int) -> bool:
    """Whether lots to sell are available."""
    return lots * position.lot_atoms <= position.base.available


def covers_purchase(position: Position, lots: int, lots_times_ticks: int) -> bool:
    """Whether a market order can pay for all the lots that it would meet, lots x price summed up in ticks."""
    atoms = lots_times_ticks * position.tick_lot_atoms
    if position.take_fee_ppm:  # the fee of each match is rounded up, by less than one atom
        atoms += fee_of(atoms, position.take_fee_ppm) + lots
    return atoms <= max(0, position.quote.available + position.collateral_atoms)


def covers_short(position: Position, lots: int, lots_times_ticks: int) -> bool:
    """Whether the margin of all that a short market order would meet is available; nothing always is."""
    margin_atoms = -(-lots_times_ticks * position.tick_lot_atoms // position.leverage)
    return margin_atoms + lots <= max(0, position.quote.available)


def covers_replaced_buy(position: Position, old_lots: int, old_ticks: int, lots: int, price_ticks: int) -> bool:
    """Whether an open buy can go over to a new quantity and price; needing no more than it held, it always can."""
    more = (lots * price_ticks - old_lots * old_ticks) * position.tick_lot_atoms
    if position.hold_fee_ppm:
        more += position.buy_fee(lots, price_ticks) - position.buy_fee(old_lots, old_ticks)
    return more <= max(0, position.quote.available + position.collateral_atoms)


def covers_replaced_sell(position: Position, old_lots: int, lots: int) -> bool:
    """Whether an open sell can go over to a new quantity."""
    return (lots - old_lots) * position.lot_atoms <= max(0, position.base.available)


def covers_replaced_short(position: Position, old_lots: int, old_ticks: int, lots: int, price_ticks: int) -> bool:
    """Whether an open short order can go over to a new quantity and price."""
    more = position.margin(lots, price_ticks) - position.margin(old_lots, old_ticks)
    return more <= max(0, position.quote.available)


def reduces(position: Position, lots: int, *, buys: bool) -> bool:
    """Whether a reduce-only order for so many lots brings the position nearer to nothing, the others counted."""
    net_lots = position.bought_lots - position.sold_lots
    if buys:
        return lots <= -net_lots - position.reducing_buy_lots
    return lots <= net_lots - position.reducing_sell_lots
