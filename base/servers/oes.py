"""The OES: redeems the grants of an AES and trades.

In: settings, an address, the state directory. Out: a listening server that AES processes can find.
Never knows: sockets, messages. Only wiring; the market is in ``base.exchange``.
"""

from contextlib import ExitStack
from pathlib import Path

from base.access.accounts import Accounts
from base.access.grants import Grants
from base.access.leases import Leases
from base.access.state_file import StateFile
from base.clock import Clock
from base.exchange import Exchange
from base.gateway.authorization import OesDesk
from base.journal.holder import Holder
from base.network.application import Observer
from base.network.event_loop import EventLoop
from base.servers.announcing import announce
from base.servers.following import Following
from base.servers.journal_reading import JOURNAL
from base.servers.keeping import Keeping
from base.servers.operator_door import open_operator_door
from base.servers.ouch import OuchHouse
from base.servers.server import Server
from base.servers.settings import Settings
from base.servers.spare import Spare
from base.venue import open_oes
from base.vocabulary.logons import ORDER_ENTRY


class Oes:
    """An OES on its way: a venue with its past; then the lock of the journal; then a listening server.

    Raises SettingsError for a state directory that cannot be used, and whatever the journal has to say.
    """

    def __init__(self, settings: Settings, state: Path, *, lenient: bool = False) -> None:
        self._settings = settings
        self._state = state
        self._clock = Clock()
        with ExitStack() as stack:
            tables = StateFile(state, self._clock)
            stack.callback(tables.close)
            self._leases = Leases(tables)
            self.exchange = Exchange(settings.instruments, settings.accounts, settings.participants)
            self._venue = open_oes(
                OesDesk(Accounts(settings.credentials), Grants(tables)),
                self.exchange,
                settings.instruments,
                settings.accounts,
                settings.participants,
                lenient=lenient,
                takeover=settings.takeover,
                instrument_layout=settings.instrument_layout,
            )
            self.ouch = OuchHouse(self._venue, settings)
            self._held = ExitStack()
            stack.push(self._held)
            self._following = Following(self._venue, settings, state / JOURNAL, self._clock, self._held)
            self._all = stack.pop_all()

    def close(self) -> None:
        """Give everything back."""
        self._all.close()

    def take(self) -> None:
        """Take the lock of the journal; JournalHeld says which process has it."""
        self._held.callback(Holder.take(self._state / JOURNAL).release)

    def stand_by(self, *, signals: bool, stop_with_input: int | None = None) -> bool:
        """Follow the process that has the lock until it is gone; False when asked to stop before."""
        with Spare(self._state / JOURNAL, self._leases, self._clock, self._following) as spare:
            if stop_with_input is not None:
                spare.stop_with_input(stop_with_input)
            holder = spare.wait(signals)
            if holder is None:
                return False
            self._held.callback(holder.release)
            return True

    def open(
        self, address: tuple[str, int], *, observer: Observer | None = None, durable: bool = True, forks: bool = False
    ) -> Server:
        """Carry out the rest of the past and listen; OSError or HandoffError for an address that cannot be listened on.

        ``durable`` says that nothing is answered before it is on the disk, ``forks`` that the process is our own.
        """
        keeping = Keeping(
            self.ouch.routing, self._settings, self._following, self._clock, self._held, durable=durable, forks=forks
        )
        loop = EventLoop(keeping.recorder, address, self._clock, observer)
        self._held.callback(loop.close)
        if durable:  # else there is nothing to wait for
            loop.when_more_is_waiting = keeping.recorder.more_is_waiting
        self._venue.unsent_bytes = loop.unsent_bytes
        self._venue.hold_back = loop.hold_back
        self.ouch.listen(loop)
        keeping.watch(loop.timers, loop.now_ns)
        open_operator_door(loop, keeping.recorder, self._state)
        keeping.begin()
        announce(loop, self._leases, ORDER_ENTRY, self._settings.advertised)
        return Server("OES", loop, self._all)


def build_oes(
    settings: Settings,
    address: tuple[str, int],
    state: Path,
    *,
    lenient: bool = False,
    observer: Observer | None = None,
    durable: bool = True,
    forks: bool = False,
) -> Server:
    """Build an OES that listens on ``address`` and has its journal and its lease in the state directory.

    Raises SettingsError for a state directory or an address that no logon reply can carry, JournalHeld when another
    process writes there, OSError for an address that cannot be listened on.
    """
    oes = Oes(settings, state, lenient=lenient)
    try:
        oes.take()
        return oes.open(address, observer=observer, durable=durable, forks=forks)
    except BaseException:
        oes.close()
        raise
