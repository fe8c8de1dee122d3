"""The OES: redeems the grants of an AES and trades.

In: settings, an address, the state directory. Out: a listening server that AES processes can find.
Never knows: sockets, messages. Only wiring; the market is in ``base.exchange``.
"""

import logging
from contextlib import ExitStack
from pathlib import Path

from base import limits
from base.access.accounts import Accounts
from base.access.grants import Grants
from base.access.leases import Leases
from base.access.state_file import StateFile
from base.clock import Clock
from base.errors import AccessUnavailable
from base.exchange import Exchange
from base.gateway.authorization import OesDesk
from base.network.application import Observer
from base.network.event_loop import EventLoop
from base.servers.operator_door import open_operator_door
from base.servers.server import Server
from base.servers.settings import Settings
from base.socket_controller import format_address
from base.venue import open_oes
from base.vocabulary.logons import ORDER_ENTRY

log = logging.getLogger("handoff")


def build_oes(
    settings: Settings,
    address: tuple[str, int],
    state: Path,
    *,
    lenient: bool = False,
    observer: Observer | None = None,
) -> Server:
    """Build an OES that listens on ``address`` and has its lease in the state directory.

    Raises SettingsError for a state directory or an address that no logon reply can carry, OSError for
    one that cannot be listened on.
    """
    with ExitStack() as stack:
        clock = Clock()
        tables = StateFile(state, clock)
        stack.callback(tables.close)
        venue = open_oes(
            OesDesk(Accounts(settings.credentials), Grants(tables)),
            Exchange(settings.instruments, settings.accounts, settings.participants),
            settings.instruments,
            settings.accounts,
            lenient=lenient,
            takeover=settings.takeover,
            instrument_layout=settings.instrument_layout,
        )
        loop = EventLoop(venue, address, clock, observer)
        stack.callback(loop.close)
        open_operator_door(loop, venue, state)
        leases = Leases(tables)
        leases.announce(ORDER_ENTRY, settings.advertised or [format_address(loop.address)])
        loop.timers.every(limits.LEASE_RENEW_NS, lambda now_ns: _renew(leases), loop.now_ns + limits.LEASE_RENEW_NS)
        loop.before_shut_down.append(lambda now_ns: leases.withdraw())
        return Server("OES", loop, stack.pop_all())


def _renew(leases: Leases) -> None:
    """Renew the lease; when that cannot be, trading goes on and an AES stops naming this OES in a few seconds."""
    try:
        leases.renew()
    except AccessUnavailable as error:
        log.warning("the lease could not be renewed: %s", error)
