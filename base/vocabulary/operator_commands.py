"""What the operator may ask of the exchange beside what clients ask, as values.

In: nothing. Out: one frozen class per command, and what an instrument shows of itself. Never knows: who
the operator is, over which door the command came.
Follows "Operator" of the behaviour page: commands like any other, carried out by ``Exchange.submit`` once
they stand in ``commands.Command``. Prices in ticks; number 0 means all.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias


class MarketState(IntEnum):
    """What an instrument lets its orders do."""

    PRE_OPEN = 1
    OPEN = 2
    HALTED = 3
    CLOSED = 4


class BreakReason(IntEnum):
    """Why a trade does not count."""

    ERRONEOUS = 1
    CONSENT = 2
    SUPERVISORY = 3
    EXTERNAL = 4


@dataclass(frozen=True, slots=True)
class SetMarketState:
    """Put an instrument into a ``MarketState``."""

    instrument: int
    state: int


@dataclass(frozen=True, slots=True)
class Uncross:
    """Match what crosses in an instrument, at the price of the largest volume."""

    instrument: int


@dataclass(frozen=True, slots=True)
class KillAccount:
    """Take all orders of an account out and accept no new ones until it is released."""

    account: int


@dataclass(frozen=True, slots=True)
class ReleaseAccount:
    """Let an account that was killed trade again."""

    account: int


@dataclass(frozen=True, slots=True)
class MassCancel:
    """Take out all orders of an account (0: of all) in an instrument (0: in all)."""

    account: int = 0
    instrument: int = 0


@dataclass(frozen=True, slots=True)
class EndSession:
    """The trading session is over: DAY orders leave the books."""


@dataclass(frozen=True, slots=True)
class BreakTrade:
    """Undo a trade of this session, as if its two sides had never met; ``reason`` is a ``BreakReason``."""

    exec_id: int
    reason: int


OperatorCommand: TypeAlias = (
    SetMarketState | Uncross | KillAccount | ReleaseAccount | MassCancel | EndSession | BreakTrade
)


@dataclass(frozen=True, slots=True)
class TradeStatus:
    """A trade that may be broken: what it was, between which accounts, whether that happened already.

    ``lacking`` is the account that has not free what it would give back, 0 when both have.
    """

    instrument: int
    price_ticks: int
    quantity_lots: int
    buyer: int
    seller: int
    is_broken: bool
    lacking: int


@dataclass(frozen=True, slots=True)
class InstrumentStatus:
    """What the operator sees of an instrument: its ``MarketState`` and its prices in ticks, 0 for none yet."""

    state: int
    last_ticks: int
    index_ticks: int
    mark_ticks: int
