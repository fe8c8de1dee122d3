"""What a market tells those who only look on: each entry of an order with what came of it, as values.

In: nothing. Out: a named tuple. Never knows: who looks on, and over which wire.
With these in their order, and the time of each, the public book can be followed from outside.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from base.vocabulary.events import Event


class Happening(NamedTuple):
    """One command and its events. ``instrument`` is 0 when the command entered no order: then only events count.

    Side, price and quantity are those that an order was entered or replaced with; ``is_plain`` says that it is
    a limit or market order and nothing more.
    """

    instrument: int
    side: int
    price_ticks: int
    quantity_lots: int
    is_plain: bool
    events: Sequence[Event]


Happened: TypeAlias = tuple[int, Sequence[Happening]]
"""What happened at one time, in its order; the time is that of its commit."""
