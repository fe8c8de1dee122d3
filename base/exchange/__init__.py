"""The exchange: a command goes in, the list of what happened comes out.

In: commands, as values or by position, with the time. Out: events.
Never knows: bytes, sessions, the clock, chance; the same commands give the same events and the
same ``state_hash`` everywhere. It numbers, asks risk, asks matching, and settles.

Six floors, each standing on the one below: ``requests`` (what clients ask), ``fast_path`` (what most of them ask, in
a shorter way), ``control`` (what the operator and the ends of sessions do), ``replaces``,
``order_types`` (what each type does, and the settling of a book), ``special_orders`` (the moves
that orders are made of which are not plain) and ``desk`` (money, and plain orders).
"""

from base.exchange.requests import Exchange

__all__ = ["Exchange"]
