"""What the processes of one simulated machine share: time, disk, tables, connections, one source of chance.

In: a seed. Out: all of that, and a trace of what happened. Never knows: servers, clients, what is checked.
"""

import secrets
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace

import pytest

from base import limits
from base.access import leases
from base.clock import Clock
from tests.kit.clock import SECOND, ManualClock
from tests.kit.platter import Platter
from tests.simulation.network import Link
from tests.simulation.tables import SharedTables

SEGMENT_BYTES = 8_192
TRACED = 60
BOUNDS = {"JOURNAL_SEGMENT_BYTES": SEGMENT_BYTES, "MARK_EVERY": 20, "PICTURE_EVERY": 45, "HELD_RECORDS": 1}
"""As small as it takes for all of it to happen within one seed."""


class ProcessClock(Clock):
    """The time of one process, which began when the process did."""

    def __init__(self, time: ManualClock) -> None:
        self._time = time
        self._anchor_ns = time.wall - time.system

    def now_ns(self) -> int:
        return self._anchor_ns + self._time.system

    def wall_ns(self) -> int:
        return self._time.wall

    def system_ns(self) -> int:
        return self._time.system


class Machine:
    """Everything that outlives a process."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.time = ManualClock(wall_ns=1_635_000_000 * SECOND + self.chance.randrange(60 * SECOND))
        self.platter = Platter()
        self.tables = SharedTables()
        self.links: dict[int, Link] = {}
        self.lock_holder: int | None = None
        """The pid of the process that may write the journal."""
        self.running_pid = 0
        self.happened: Counter[str] = Counter()
        self.trace: deque[str] = deque(maxlen=TRACED)
        self.turns = 0
        self._numbers = 0

    def next_number(self) -> int:
        """Count connections, processes, orders: whatever wants a number of its own."""
        self._numbers += 1
        return self._numbers

    def note(self, what: str) -> None:
        """Count something that a simulation should have seen now and then."""
        self.happened[what] += 1
        self.say(f"-- {what}")

    def say(self, text: str) -> None:
        """Leave a line in the trace."""
        self.trace.append(f"{self.time.system / SECOND:9.4f}  {text}")

    def power_cut(self) -> None:
        """What the machine itself loses; its monotonic clock begins again, the wall clock goes on."""
        self.platter.power_cut(self.chance)
        self.tables.power_cut(self.chance)
        self.lock_holder = None
        self.time.wall += 5 * SECOND
        self.time.system = SECOND


@contextmanager
def in_place_of_the_world(machine: Machine) -> Iterator[None]:
    """Draw secrets from the seed, tell leases the simulated pid, and make the venue's bounds small."""
    drawn = Random(machine.chance.random())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "randbelow", drawn.randrange)
        patch.setattr(secrets, "randbits", drawn.getrandbits)
        patch.setattr(secrets, "token_hex", lambda size: drawn.randbytes(size).hex())
        patch.setattr(leases, "os", SimpleNamespace(getpid=lambda: machine.running_pid))
        for name, bound in BOUNDS.items():
            patch.setattr(limits, name, bound)
        yield
    machine.tables.close()
