"""The MDS: shows the market of an OES to whoever subscribes.

In: settings, an address, the state directory. Out: a listening server that AES processes can find.
Never knows: sockets, messages. It repeats the journal of the OES, so what it shows is what was committed, and either
of the two may end and come back. All of the journal is repeated at the start: the figures of the last 24 hours need it.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from base import limits
from base.access.accounts import Accounts
from base.access.grants import Grants
from base.access.leases import Leases
from base.access.state_file import StateFile
from base.clock import Clock
from base.errors import HandoffError, ServerMustStop
from base.exchange.overheard import OverheardExchange
from base.gateway.authorization import OesDesk
from base.network.application import Observer
from base.network.event_loop import EventLoop
from base.servers.announcing import announce
from base.servers.following import Following
from base.servers.journal_reading import JOURNAL
from base.servers.server import Server
from base.servers.settings import Settings
from base.venue import Venue, open_mds, open_oes
from base.vocabulary.feed import Happened
from base.vocabulary.logons import MARKET_DATA


def build_mds(
    settings: Settings,
    address: tuple[str, int],
    state: Path,
    *,
    lenient: bool = False,
    observer: Observer | None = None,
) -> Server:
    """Build an MDS that listens on ``address`` and follows the journal in the state directory.

    Raises SettingsError for a state directory or an address that no logon reply can carry, or settings that the
    journal was not written with, OSError for an address that cannot be listened on.
    """
    with ExitStack() as stack:
        clock = Clock()
        tables = StateFile(state, clock)
        stack.callback(tables.close)
        credentials, grants = Accounts(settings.credentials), Grants(tables)
        exchange = OverheardExchange(settings.instruments, settings.accounts, settings.participants)
        venue = open_mds(
            OesDesk(credentials, grants, MARKET_DATA),
            settings.instruments,
            interval_ns=settings.book_interval_ns,
            lenient=lenient,
            takeover=settings.takeover,
        )
        copy = open_oes(
            OesDesk(credentials, grants), exchange, settings.instruments, settings.accounts, settings.participants
        )
        following = Following(copy, settings, state / JOURNAL, clock, stack, begin_with_a_picture=False)
        relay = _Relay(venue, exchange, clock, at_once=True)  # nobody looks on yet, and nothing is to add up
        following.after_commit.append(relay.overhear)
        following.catch_up()
        relay.at_once = not settings.book_interval_ns
        loop = EventLoop(venue, address, clock, observer)
        stack.callback(loop.close)
        venue.unsent_bytes = loop.unsent_bytes
        venue.hold_back = loop.hold_back
        look_ns = min(max(limits.MDS_LOOK_NS, settings.book_interval_ns // 4), limits.MDS_TURN_NS)
        loop.timers.every(look_ns, _looking(following, relay), loop.now_ns + look_ns)
        announce(loop, Leases(tables), MARKET_DATA, settings.mds_advertised)
        return Server("MDS", loop, stack.pop_all())


class _Relay:
    """Takes what was overheard to the venue that shows it: ``at_once`` after each commit, else when it is told to."""

    def __init__(self, venue: Venue, exchange: OverheardExchange, clock: Clock, *, at_once: bool) -> None:
        self._venue = venue
        self._exchange = exchange
        self._clock = clock
        self.at_once = at_once
        self._happened: list[Happened] = []

    def overhear(self, now_ns: int) -> None:
        """A commit was carried out."""
        self._happened.append((now_ns, self._exchange.take_happened()))
        if self.at_once:
            self.tell()

    def tell(self) -> None:
        """Tell all that was overheard since the last time."""
        if self._happened:
            happened, self._happened = self._happened, []
            self._venue.tell(happened, self._clock.now_ns())


def _looking(following: Following, relay: _Relay) -> Callable[[int], None]:
    def look(now_ns: int) -> None:
        try:
            # whoever is behind must let the sockets have their turn, or what waits for a reader grows without his fault
            following.catch_up(limits.MDS_TURN_NS)
        except HandoffError as error:
            raise ServerMustStop(f"the journal cannot be followed: {error}") from error
        relay.tell()

    return look
