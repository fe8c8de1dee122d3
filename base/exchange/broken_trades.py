"""The trades of the session that may still be broken, and which of them were.

In: every match as it happens. Out: what a match was, by its number. Never knows: orders, money, why one is broken.
Follows section 5 of docs/market-control.md. Numbers of matches have no gaps, so the place of one follows from it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from base.limits import BREAKABLE_TRADES
from base.matching.columns import packed, unpacked

Row: TypeAlias = tuple[int, int, int, int, int, int, int, int, bool, int, int]


class BreakableTrade(NamedTuple):
    """One match. The holdings are places of positions; ``incoming_buys`` says who bought. Fees in atoms."""

    exec_id: int
    instrument: int
    price_ticks: int
    lots: int
    resting_number: int
    incoming_number: int
    resting_holding: int
    incoming_holding: int
    incoming_buys: bool
    resting_fee_atoms: int
    incoming_fee_atoms: int

    @property
    def buyer(self) -> int:
        """Whose position bought."""
        return self.incoming_holding if self.incoming_buys else self.resting_holding

    @property
    def seller(self) -> int:
        """Whose position sold."""
        return self.resting_holding if self.incoming_buys else self.incoming_holding

    @property
    def buyer_fee_atoms(self) -> int:
        """What the buyer paid the venue."""
        return self.incoming_fee_atoms if self.incoming_buys else self.resting_fee_atoms

    @property
    def seller_fee_atoms(self) -> int:
        """What the seller paid the venue."""
        return self.resting_fee_atoms if self.incoming_buys else self.incoming_fee_atoms


class BreakableTrades:
    """The newest trades of the session. On the order path a row is only appended, as a plain tuple."""

    __slots__ = ("_broken", "rows")

    def __init__(self) -> None:
        self.rows: deque[Row] = deque(maxlen=BREAKABLE_TRADES)
        self._broken: set[int] = set()

    def find(self, exec_id: int) -> BreakableTrade | None:
        """The trade of this number, as long as it is known."""
        first, last = self.range()
        return BreakableTrade(*self.rows[exec_id - first]) if first <= exec_id <= last and first else None

    def range(self) -> tuple[int, int]:
        """The first and the last number that are known; (0, 0) when there is none."""
        return (self.rows[0][0], self.rows[-1][0]) if self.rows else (0, 0)

    def is_broken(self, exec_id: int) -> bool:
        """Whether this trade was broken."""
        return exec_id in self._broken

    def note_broken(self, exec_id: int) -> None:
        """From now on it is broken; trades that are not known any more are forgotten here too."""
        first = self.range()[0]
        self._broken = {one for one in self._broken if one >= first} | {exec_id}

    def forget_all(self) -> None:
        """The session is over."""
        self.rows.clear()
        self._broken.clear()

    def describe(self, owner: Callable[[int], int]) -> Iterator[str]:
        """Everything that later answers depend on, as canonical text; ``owner`` is the account of a holding."""
        if self.rows:
            *what, resting, incoming, buys, fee, other_fee = zip(*self.rows, strict=True)
            owners = [list(map(owner, holdings)) for holdings in (resting, incoming)]
            yield "trades " + " ".join(packed(column).hex() for column in (*what, *owners, buys, fee, other_fee))
        yield from self.describe_broken()

    def __getstate__(self) -> tuple[list[bytes], set[int]]:
        """All as columns, which cost a tenth of so many tuples."""
        return list(map(packed, zip(*self.rows, strict=True))), self._broken

    def __setstate__(self, kept: tuple[list[bytes], set[int]]) -> None:
        columns, self._broken = kept
        self.rows = deque(zip(*map(unpacked, columns), strict=True), maxlen=BREAKABLE_TRADES)

    def describe_broken(self) -> Iterator[str]:
        """The same without what the trades were, which costs little."""
        first = self.range()[0]
        for exec_id in sorted(self._broken):
            if exec_id >= first:
                yield f"broken {exec_id}"
