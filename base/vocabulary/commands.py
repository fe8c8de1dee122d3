"""What can be asked of the exchange, as values.

In: nothing. Out: one frozen class per command. Never knows: who sends it over which wire.
``Exchange.submit`` takes any of them; on the order path the gateway calls the exchange's
methods of the same names with the same fields by position, then the time, then the terms if there are any.
"""

from dataclasses import dataclass
from typing import TypeAlias

from base.vocabulary.operator_commands import (
    BreakTrade,
    EndSession,
    KillAccount,
    MassCancel,
    ReleaseAccount,
    SetMarketState,
    Uncross,
)
from base.vocabulary.orders import OrderTerms


@dataclass(frozen=True, slots=True)
class NewOrder:
    """Enter an order. Prices in ticks (0 for a market order), quantities in lots.

    ``repeat_allowed`` lets an order id be used again (lenient sessions only). ``terms`` has what
    only some types need.
    """

    participant: int
    order_id: int
    instrument: int
    side: int
    order_type: int
    time_in_force: int
    price_ticks: int
    quantity_lots: int
    repeat_allowed: bool = False
    terms: OrderTerms | None = None


@dataclass(frozen=True, slots=True)
class ReplaceOrder:
    """Change price, total quantity and terms of an open order; it continues under ``order_id``.

    ``quantity_lots`` is the new total, what was executed before included.
    ``original_price_ticks`` is the price the sender believes the order has, or 0.
    """

    participant: int
    order_id: int
    original_order_id: int
    instrument: int
    side: int
    order_type: int
    time_in_force: int
    price_ticks: int
    quantity_lots: int
    original_price_ticks: int = 0
    repeat_allowed: bool = False
    terms: OrderTerms | None = None


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Take away whatever is left of an open order."""

    participant: int
    order_id: int
    original_order_id: int
    instrument: int
    side: int
    original_price_ticks: int = 0


@dataclass(frozen=True, slots=True)
class QueryOrder:
    """Ask for the state of an order, finished ones included, by its id."""

    participant: int
    order_id: int


@dataclass(frozen=True, slots=True)
class WithdrawDayOrders:
    """The participant logged out: its DAY orders leave the books."""

    participant: int


@dataclass(frozen=True, slots=True)
class LoseParticipant:
    """The participant's session ended without a logout: its orders leave the books if its account wants that."""

    participant: int


@dataclass(frozen=True, slots=True)
class SetReferencePrice:
    """The operator sets the index or mark price of an instrument; ``trigger`` is INDEX or MARK of ``Trigger``."""

    instrument: int
    trigger: int
    price_ticks: int


Command: TypeAlias = (
    NewOrder
    | ReplaceOrder
    | CancelOrder
    | QueryOrder
    | WithdrawDayOrders
    | LoseParticipant
    | SetReferencePrice
    | SetMarketState
    | Uncross
    | MassCancel
    | KillAccount
    | ReleaseAccount
    | EndSession
    | BreakTrade
)
