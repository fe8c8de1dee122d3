"""The access tables of a simulated machine: the real statements on one SQLite database in memory.

In: what base.access asks of its StateFile. Out: rows. Never knows: what the tables mean. A power cut takes back what
was committed after the last durable commit, or does not; the machine's monotonic clock begins again afterwards.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from base.access.state_file import TABLES, StateFile
from base.clock import Clock


class SharedTables:
    """The database that all processes have open."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.executescript(TABLES)
        self.connection.execute("INSERT INTO venue VALUES (0, ?, 0)", (b"pepper of a simulation",))
        self._durable = self.connection.serialize()

    def made_durable(self) -> None:
        """A durable commit brings all before it to the disk as well."""
        self._durable = self.connection.serialize()

    def power_cut(self, chance: Random) -> None:
        """Lose what was not durable, or be lucky."""
        if chance.random() < 0.5:
            self.connection.deserialize(self._durable)

    def close(self) -> None:
        self.connection.close()


class SimulatedState(StateFile):
    """The tables as one process has them open: reading and transactions are the real ones."""

    def __init__(self, shared: SharedTables, clock: Clock) -> None:
        self.path = Path("grants.db")
        self.clock = clock
        self._shared = shared
        self._connection = shared.connection
        with self.transaction(durable=True) as tables:
            self._forget_earlier_boots(tables)
        self.pepper: bytes = self.read("SELECT pepper FROM venue")[0][0]

    @contextmanager
    def transaction(self, *, durable: bool, wait_ms: int | None = None) -> Iterator[sqlite3.Connection]:
        with super().transaction(durable=durable, wait_ms=wait_ms) as tables:
            yield tables
        if durable:
            self._shared.made_durable()

    def _begin(self, wait_ms: int) -> None:
        """One process moves at a time, so nobody waits."""
        self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """The database outlives the process."""
