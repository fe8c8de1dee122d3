"""A match is undone: lots, money and fees go back to where they came from.

In: the two positions of a match, what it was. Out: whether it could be undone. Never knows: orders, books, events.
Follows section 5 of docs/market-control.md: as if the two sides had made the opposite trade at the same price, with
their fees given back and nothing counted twice; no atom is made or lost, and nobody ends up with less than nothing.
"""

from typing import Protocol

from base.risk.accounts import Position


class Match(Protocol):
    """What is wanted of a match."""

    @property
    def lots(self) -> int: ...

    @property
    def price_ticks(self) -> int: ...

    @property
    def buyer_fee_atoms(self) -> int: ...

    @property
    def seller_fee_atoms(self) -> int: ...

    @property
    def buyer(self) -> int: ...

    @property
    def seller(self) -> int: ...


def who_lacks(buyer: Position, seller: Position, match: Match) -> int | None:
    """The place of the side that has not free what it would have to give back; None when both have."""
    if buyer is seller:
        return None
    worth = match.price_ticks * buyer.tick_lot_atoms
    given_lots = _lots_at_hand(buyer, match.lots)
    short_lots = match.lots - given_lots
    if short_lots:
        gets = given_lots * worth + match.buyer_fee_atoms
        if not buyer.leverage or buyer.margin(short_lots, match.price_ticks) > buyer.quote.available + gets:
            return match.buyer
    if match.lots * worth - match.seller_fee_atoms > seller.quote.available + seller.collateral_atoms:
        return match.seller
    return None


def reverse(buyer: Position, seller: Position, match: Match) -> bool:
    """Undo a match; False, and nothing moved, when a side lacks what it would give back."""
    if who_lacks(buyer, seller, match) is not None:
        return False
    lots = match.lots
    atoms = lots * match.price_ticks * buyer.tick_lot_atoms
    if buyer is not seller:
        _give_lots(buyer, lots, match.price_ticks)
        _give_money(seller, lots, atoms)
    buyer.quote.available += match.buyer_fee_atoms
    seller.quote.available += match.seller_fee_atoms
    buyer.till.available -= match.buyer_fee_atoms + match.seller_fee_atoms
    buyer.bought_lots -= lots
    buyer.bought_atoms -= atoms
    seller.sold_lots -= lots
    seller.sold_atoms -= atoms
    return True


def _lots_at_hand(buyer: Position, lots: int) -> int:
    return min(lots, max(buyer.base.available, 0) // buyer.lot_atoms)


def _give_lots(buyer: Position, lots: int, price_ticks: int) -> None:
    """The buyer gives back what it has free; the rest it owes, as after a short sale at this price."""
    given_lots = _lots_at_hand(buyer, lots)
    short_lots = lots - given_lots
    worth = price_ticks * buyer.tick_lot_atoms
    buyer.base.available -= given_lots * buyer.lot_atoms
    buyer.quote.available += given_lots * worth
    if short_lots:
        margin_atoms = buyer.margin(short_lots, price_ticks)
        buyer.quote.available -= margin_atoms
        buyer.collateral_atoms += margin_atoms + short_lots * worth
        buyer.short_lots += short_lots


def _give_money(seller: Position, lots: int, atoms: int) -> None:
    """The seller gives the money back; of the lots that it gets those that it owes are paid back first."""
    returned_lots = min(lots, seller.short_lots)
    seller.quote.available -= atoms
    if returned_lots:
        freed_atoms = seller.collateral_atoms * returned_lots // seller.short_lots
        seller.collateral_atoms -= freed_atoms
        seller.quote.available += freed_atoms
        seller.short_lots -= returned_lots
    seller.base.available += (lots - returned_lots) * seller.lot_atoms
