"""Journals to be read by the tools: a floor that keeps one, without sockets and with times of its own.

In: settings, a state directory. Out: what a real OES would have written there. Never knows: who reads it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from base.exchange import Exchange
from base.servers.demo_settings import INSTRUMENTS, demo_settings
from base.servers.following import Following
from base.servers.journal_reading import JOURNAL
from base.servers.keeping import Keeping
from base.servers.settings import Settings, parse_settings
from base.venue import open_oes
from tests.kit.clock import ManualClock
from tests.kit.floor import Floor, OpenDoor
from tests.kit.traffic import Traffic

ACCOUNT = """
[[accounts]]
number = {number}
user = "u{number}"
key = "u{number}"
mode = "constant"
balances = {{ USD = "1000000000", USDT = "1000000", BTC = "1000000000", FLY = "1" }}
{fees}
"""
FEES = 'make_fee = "0.0001"\ntake_fee = "0.00025"\nleverage = 5'
CROWD = INSTRUMENTS + "".join(ACCOUNT.format(number=one, fees=FEES if one == 2 else "") for one in (1, 2, 3))
"""Settings for the three accounts of a crowd, as a file has them."""


class KeptFloor(Floor):
    """A floor with these settings whose venue writes a journal into a state directory."""

    def __init__(self, state: Path, stack: ExitStack, settings: Settings) -> None:
        accounts = tuple(who.account for who in settings.participants)
        super().__init__(accounts=accounts)
        self.exchange = Exchange(settings.instruments, settings.accounts, settings.participants)
        venue = open_oes(
            OpenDoor(accounts),  # type: ignore[arg-type]
            self.exchange,
            settings.instruments,
            settings.accounts,
            settings.participants,
        )
        clock = ManualClock(self.now_ns)
        following = Following(venue, settings, state / JOURNAL, clock, stack)
        keeping = Keeping(venue, settings, following, clock, stack, durable=False, forks=False)
        keeping.begin()
        self.venue = keeping.recorder  # type: ignore[assignment]  # what a floor asks of it


@contextmanager
def kept(state: Path, settings: Settings | None = None) -> Iterator[KeptFloor]:
    """A floor that writes until the block ends; the demo's settings unless others are given."""
    with ExitStack() as stack:
        yield KeptFloor(state, stack, settings or demo_settings())


def crowd_settings() -> Settings:
    """The settings of ``CROWD``."""
    return parse_settings("crowd", CROWD)


def write_crowd(state: Path, steps: int, seed: int = 4) -> KeptFloor:
    """Let a crowd trade; gives the floor as it was in the end."""
    with kept(state, crowd_settings()) as floor:
        traffic = Traffic(seed)
        for _ in range(steps):
            traffic.step(floor)
    return floor
