"""The AES: authenticates clients and hands them over to an OES.

In: settings, an address, the state directory. Out: a listening server. Never knows: sockets, messages.
Only wiring; the rules of the logon are in ``base.gateway.authorization``.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from base.access.accounts import Accounts
from base.access.grants import Grants
from base.access.leases import FixedAddresses, Leases
from base.access.spent_codes import SpentCodes
from base.access.state_file import StateFile
from base.clock import Clock
from base.gateway.authorization import AesDesk
from base.network.application import Observer
from base.network.event_loop import EventLoop
from base.servers.server import Server
from base.servers.settings import Settings
from base.venue import open_aes


def build_aes(
    settings: Settings,
    address: tuple[str, int],
    state: Path,
    *,
    oes: Sequence[str] = (),
    lenient: bool = False,
    observer: Observer | None = None,
) -> Server:
    """Build an AES that listens on ``address``; ``oes`` names order-entry servers by hand.

    Raises SettingsError for a state directory or a name that cannot be used, OSError for the address.
    """
    with ExitStack() as stack:
        clock = Clock()
        tables = StateFile(state, clock)
        stack.callback(tables.close)
        names = oes or settings.aes_names
        addresses = FixedAddresses(names) if names else Leases(tables)
        desk = AesDesk(Accounts(settings.credentials), SpentCodes(tables), Grants(tables), addresses, clock)
        loop = EventLoop(open_aes(desk, lenient=lenient), address, clock, observer)
        stack.callback(loop.close)
        return Server("AES", loop, stack.pop_all())
