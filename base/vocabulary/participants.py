"""Who trades: participants and the accounts that they trade for, and what an account has at stake.

In: values from the settings. Out: frozen value objects. Never knows: keys, codes, sessions.
A participant is one user of one account; equity belongs to the account.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from base import limits


class SelfTrade(IntEnum):
    """What happens when an incoming order is about to be matched with a resting order of the same account."""

    NONE = 0
    CANCEL_NEWEST = 1
    CANCEL_OLDEST = 2
    CANCEL_BOTH = 3


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """What one order of an account may be in one instrument; 0 stands for no limit.

    ``most_lots`` bounds its quantity, ``most_atoms`` its value in atoms of the quote currency, ``band_ppm``
    how far its price may be from the mark price, in millionths of that.
    """

    most_lots: int = 0
    most_atoms: int = 0
    band_ppm: int = 0


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """An account at the start of the venue: its opening balances in atoms per currency name.

    ``self_trade`` says what keeps it from trading with itself, ``cancel_on_disconnect`` that a user's orders
    leave when its session ends without a logout, ``most_open_orders`` how many orders each of its users may have
    open. Fees are millionths of a match's value; ``leverage`` 0 means that it cannot sell what it does not have.
    ``limits`` holds the bounds of a single order by instrument number. Messages per second count per session;
    0 stands for no bound. ``drop_copy_of`` names the accounts whose reports it sees. Follows docs/risk.md.
    """

    account: int
    balances: dict[str, int] = field(default_factory=dict)
    self_trade: SelfTrade = SelfTrade.NONE
    cancel_on_disconnect: bool = False
    most_open_orders: int = limits.OPEN_ORDERS_PER_PARTICIPANT
    make_fee_ppm: int = 0
    take_fee_ppm: int = 0
    leverage: int = 0
    limits: dict[int, OrderLimits] = field(default_factory=dict)
    orders_per_second: int = 0
    cancels_per_second: int = 0
    drop_copy_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Participant:
    """One user of one account; ``number`` counts from 0 in the order of the settings."""

    number: int
    account: int
    user: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """What an account has at stake in one instrument: quantities in lots, cash in atoms of the quote currency.

    ``open_*`` counts the resting orders at their own prices (long: to buy, short: to sell),
    ``executed_*`` all trades since the venue started, all of it without fees. Beside that open buys hold back
    ``held_fee_atoms`` and open short orders ``margin_atoms``; ``collateral_atoms`` secure the ``owed_lots`` that
    were sold short and not bought back.
    """

    open_long_lots: int
    open_long_atoms: int
    open_short_lots: int
    open_short_atoms: int
    executed_long_lots: int
    executed_long_atoms: int
    executed_short_lots: int
    executed_short_atoms: int
    held_fee_atoms: int = 0
    margin_atoms: int = 0
    owed_lots: int = 0
    collateral_atoms: int = 0
