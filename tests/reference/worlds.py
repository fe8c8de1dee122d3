"""The accounts of each seed: what they own, what keeps them apart, what they pay and may owe.

In: a seed, self-trade modes. Out: the terms of three accounts. Never knows: commands, the exchange.
"""

from collections.abc import Sequence
from dataclasses import replace as copy_of

from base.vocabulary.participants import AccountTerms, OrderLimits, SelfTrade
from tests.reference.market import BTCUSD, BTCUSDT

ACCOUNT_WORLDS = (
    ({"BTC": 250_000, "USD": 12_000_000, "USDT": 250_000}, {"BTC": 100_000, "USD": 4_000_000}),
    ({"BTC": 30_000, "USD": 2_000_000, "USDT": 3_000}, {"BTC": 20_000, "USD": 1_500_000, "USDT": 1_500}),
    ({"BTC": 10**9, "USD": 10**12, "USDT": 10**9}, {"BTC": 10**9, "USD": 10**12, "USDT": 10**9}),
)
"""What the two single accounts and the shared one own: some, little, plenty."""


def accounts(seed: int, modes: Sequence[SelfTrade] = ()) -> tuple[AccountTerms, ...]:
    """The accounts of the world of this seed; ``modes``, when given, in turn keep them from trading with themselves."""
    single, shared = ACCOUNT_WORLDS[seed % len(ACCOUNT_WORLDS)]
    first, second, third = (*modes, *(SelfTrade.NONE,) * 3)[:3]
    return (
        AccountTerms(1, dict(single), first),
        AccountTerms(2, dict(single), second, cancel_on_disconnect=bool(modes)),
        AccountTerms(100700, dict(shared), third, cancel_on_disconnect=bool(modes)),
    )


FEES = ((0, 0), (250, 1_000), (100_000, 333), (0, 7), (1, 0), (20_000, 100_000))
"""Make and take fees in millionths: none, ordinary, the highest, and such that round up nearly always."""
LEVERAGES = (0, 1, 3, 10, 100)
LIMITS: tuple[dict[int, OrderLimits], ...] = (
    {},
    {BTCUSD.number: OrderLimits(most_lots=10), BTCUSDT.number: OrderLimits(band_ppm=400_000)},
    {BTCUSD.number: OrderLimits(most_atoms=9 * 102 * BTCUSD.tick_lot_atoms, band_ppm=30_000)},
    {
        BTCUSD.number: OrderLimits(11, 0, 45_000),
        BTCUSDT.number: OrderLimits(9, 9 * 8 * BTCUSDT.tick_lot_atoms, 300_000),
    },
)


def charged_accounts(seed: int, modes: Sequence[SelfTrade] = ()) -> tuple[AccountTerms, ...]:
    """The same accounts with fees, leverage and limits; for one of the three nothing, or little, is set."""

    def charged(place: int, terms: AccountTerms) -> AccountTerms:
        if (seed + place) % 4 == 0:
            return terms
        chosen = seed * 3 + place
        make, take = FEES[chosen % len(FEES)]
        return copy_of(
            terms,
            make_fee_ppm=make,
            take_fee_ppm=take,
            leverage=LEVERAGES[chosen % len(LEVERAGES)],
            limits=LIMITS[chosen // 2 % len(LIMITS)],
        )

    return tuple(charged(place, terms) for place, terms in enumerate(accounts(seed, modes)))
