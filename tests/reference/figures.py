"""The public figures of an exchange against what its events add up to.

In: a witness with all that it has seen. Out: AssertionErrors that name I1, I3 or I10. Never knows: how the
exchange is built. Split from the witness because these are looked at once per command, not per event.
"""

from collections import Counter
from typing import TYPE_CHECKING

from base.publish.depth import Level
from base.vocabulary.operator_commands import MarketState
from base.vocabulary.orders import OpenOrder
from tests.reference.entries import AT_ONCE
from tests.reference.followed import Followed, Spot
from tests.reference.market import INSTRUMENTS, PARTICIPANTS

if TYPE_CHECKING:
    from tests.reference.witness import Witness


def check_figures(witness: "Witness") -> None:
    """All of it, after each command."""
    for instrument in INSTRUMENTS:
        check_book(witness, instrument.number)
    held = check_open_orders(witness)
    check_money(witness, held)


def check_book(witness: "Witness", instrument: int) -> None:
    sides = [witness.queues.side(instrument, buys) for buys in (True, False)]
    bids, asks = sides
    if witness.states[instrument] == MarketState.OPEN and bids and asks:
        assert max(s.price for s in bids) < min(s.price for s in asks), "I1"
    levels = witness.depth.levels(instrument, 1_000)
    assert levels == (levels_of(bids, -1), levels_of(asks, 1)), "I10: the depth"


def levels_of(spots: list[Spot], way: int) -> list[Level]:
    shown: dict[int, list[int]] = {}
    for spot in spots:
        if not spot.order.is_hidden:
            shown.setdefault(spot.price, []).append(spot.lots)
    return [Level(price, sum(lots), len(lots)) for price, lots in sorted(shown.items(), key=lambda one: way * one[0])]


def check_open_orders(witness: "Witness") -> Counter[tuple[int, str]]:
    """What is listed is what is live; the sum of what it holds back, by account and currency."""
    held: Counter[tuple[int, str]] = Counter()
    listed = 0
    for place, participant in enumerate(PARTICIPANTS):
        for instrument in INSTRUMENTS:
            numbers = []
            for one in witness.exchange.open_orders(place, instrument.number):
                assert one.number in witness.live, "I7: an order that ended is open"
                order = witness.live[one.number]
                assert (order.participant, order.instrument) == (place, instrument.number), "I10"
                check_listed(witness, order, one)
                currency, atoms = witness.purse.held(order, one)
                held[participant.account, currency] += atoms
                numbers.append(one.number)
            assert numbers == sorted(set(numbers)), "I10: open orders are listed by number, each once"
            listed += len(numbers)
    assert listed == len(witness.live), "I10: an order is open and not listed"
    return held


def check_listed(witness: "Witness", order: Followed, one: OpenOrder) -> None:
    said = (one.order_id, one.replaced, one.leaves_lots, one.executed_lots, one.side)
    known = (order.order_id, order.is_replaced, order.leaves, order.filled, order.side)
    assert said == known, f"I10: {one} is not {known}"
    assert order.may_have_price(one.price_ticks), f"I10: the price of {one}"
    spots = witness.queues.of(order)
    assert bool(spots) <= (not one.is_waiting), "I10: an order lies in the book and waits"
    assert one.is_waiting or spots or order.is_hidden, "I10: an order is in the book and nowhere seen"
    assert one.is_waiting or order.time_in_force not in AT_ONCE, "I11: an immediate order rests"
    assert sum(spot.lots for spot in spots) <= order.leaves, "I10: more is shown than is left"


def check_money(witness: "Witness", held: Counter[tuple[int, str]]) -> None:
    exchange, purse = witness.exchange, witness.purse
    for account, terms in witness.accounts.items():
        equity, reserved = exchange.equity(account), exchange.reserved(account)
        owed = {currency: atoms for currency, atoms in exchange.owed(account).items() if atoms}
        assert owed == purse.owed(account), "I3: what is owed"
        for currency, free in equity.items():
            assert free + reserved[currency] == purse.total[account, currency], f"I3: the {currency} of {account}"
            collateral = reserved[currency] - held[account, currency]
            shown = [exchange.exposure(account, one.number) for one in INSTRUMENTS if one.quote.name == currency]
            assert collateral == sum(one.collateral_atoms for one in shown), (
                f"I10: {account} holds back {collateral} {currency} beside its orders"
            )
            if any(one.owed_lots for one in shown):
                assert collateral > 0 and free + collateral >= 0, "I3: an account uses more than its collateral"
            else:
                assert free >= 0 == collateral, "I3: an account has less than nothing"
        assert terms.leverage or not owed, "I3: an account owes what it may not"
        for instrument in INSTRUMENTS:
            shown = exchange.exposure(account, instrument.number)
            both = [purse.executed[account, instrument.number, buys] for buys in (True, False)]
            assert [shown.executed_long_lots, shown.executed_short_lots] == both, "I10: executed lots"
            assert shown.owed_lots == purse.owed_lots[account, instrument.number], "I10: owed lots"
            key = (account, instrument.number)
            if key in purse.unsure:
                purse.collateral[key] = shown.collateral_atoms
                purse.unsure.remove(key)
            assert shown.collateral_atoms == purse.collateral[key], f"I3: the collateral of {key}"
    fees = {currency: atoms for currency, atoms in exchange.fees().items() if atoms}
    assert fees == {currency: atoms for currency, atoms in purse.fees.items() if atoms}, "I3: fees"
