"""A match is settled: lots, money and fees change hands, and what is sold short is owed.

In: the two positions of a match, its price, and the prices at which the orders held equity back. Out: the fees.
Never knows: orders, books, events, which of the two orders came in. Follows sections 1 and 2 of docs/risk.md;
no atom is made or lost.
"""

from base.risk.accounts import Position, fee_of


def settle(buyer: Position, seller: Position, lots: int, price_ticks: int, bid_ticks: int) -> None:
    """Settle a match of two accounts without fees and leverage out of both reservations.

    The buyer's was made at ``bid_ticks``; it gets back what it had reserved above the price of the trade.
    """
    factor = buyer.tick_lot_atoms * lots
    atoms = factor * price_ticks
    if bid_ticks == price_ticks:
        held_atoms = buyer.held_atoms - atoms
    else:
        reserved = factor * bid_ticks
        held_atoms = buyer.held_atoms - reserved
        buyer.quote.available += reserved - atoms
    held_lots = seller.held_lots - lots
    assert held_atoms >= 0 <= held_lots, "a trade took more than was reserved"
    buyer.held_atoms = held_atoms
    buyer.base.available += buyer.lot_atoms * lots
    buyer.bought_lots += lots
    buyer.bought_atoms += atoms
    seller.held_lots = held_lots
    seller.quote.available += atoms
    seller.sold_lots += lots
    seller.sold_atoms += atoms


def settle_with_terms(
    buyer: Position, seller: Position, lots: int, price_ticks: int, bid_ticks: int, ask_ticks: int, *,
    is_short: bool, buyer_rests: bool,
) -> tuple[int, int]:  # fmt: skip
    """Settle any match; returns the fees of the resting and of the incoming order.

    ``bid_ticks`` and ``ask_ticks`` are the prices at which the two orders hold equity back, 0 where one holds none.
    The seller comes first, so that an account which meets itself pays back what it has just sold short.
    """
    if buyer_rests:
        incoming_fee = _settle_sale(seller, lots, price_ticks, ask_ticks, seller.take_fee_ppm, is_short=is_short)
        return _settle_purchase(buyer, lots, price_ticks, bid_ticks, buyer.make_fee_ppm), incoming_fee
    resting_fee = _settle_sale(seller, lots, price_ticks, ask_ticks, seller.make_fee_ppm, is_short=is_short)
    return resting_fee, _settle_purchase(buyer, lots, price_ticks, bid_ticks, buyer.take_fee_ppm)


def _settle_purchase(buyer: Position, lots: int, price_ticks: int, held_ticks: int, fee_ppm: int) -> int:
    """Settle the buyer's side of any match, after the seller's; returns its fee.

    ``held_ticks`` is the price at which its order holds money back, 0 when it holds none. Lots that are owed are
    paid back first and give their share of the collateral free.
    """
    quote = buyer.quote
    atoms = lots * price_ticks * buyer.tick_lot_atoms
    fee_atoms = fee_of(atoms, fee_ppm)
    if held_ticks:
        buyer.release_buy(lots, held_ticks)
    else:
        assert atoms + fee_atoms <= quote.available + buyer.collateral_atoms, "a market order met more than was checked"
    quote.available -= atoms + fee_atoms
    buyer.till.available += fee_atoms
    returned_lots = min(lots, buyer.short_lots)
    if returned_lots:
        freed_atoms = buyer.collateral_atoms * returned_lots // buyer.short_lots
        buyer.collateral_atoms -= freed_atoms
        quote.available += freed_atoms
        buyer.short_lots -= returned_lots
    buyer.base.available += (lots - returned_lots) * buyer.lot_atoms
    buyer.bought_lots += lots
    buyer.bought_atoms += atoms
    return fee_atoms


def _settle_sale(
    seller: Position, lots: int, price_ticks: int, held_ticks: int, fee_ppm: int, *, is_short: bool
) -> int:
    """Settle the seller's side of any match; returns its fee.

    ``held_ticks`` is the price at which its order holds lots or margin back, 0 when it holds none. Of a short sale
    the margin and the money stay with the venue as collateral.
    """
    atoms = lots * price_ticks * seller.tick_lot_atoms
    fee_atoms = fee_of(atoms, fee_ppm)
    if is_short:
        if held_ticks:
            seller.release_short(lots, held_ticks)
        margin_atoms = seller.margin(lots, held_ticks or price_ticks)
        assert held_ticks or margin_atoms <= seller.quote.available, "a market order met more than was checked"
        seller.quote.available -= margin_atoms
        seller.collateral_atoms += margin_atoms + atoms - fee_atoms
        seller.short_lots += lots
    else:
        if held_ticks:
            seller.release_sell(lots)
        lots_atoms = lots * seller.lot_atoms
        assert held_ticks or lots_atoms <= seller.base.available, "a market order met more than was checked"
        seller.base.available -= lots_atoms
        seller.quote.available += atoms - fee_atoms
    seller.till.available += fee_atoms
    seller.sold_lots += lots
    seller.sold_atoms += atoms
    return fee_atoms
