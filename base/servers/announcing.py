"""A server's lease: announced when it accepts, renewed as long as it lives, withdrawn before it goes.

In: a loop that listens, the access tables, a kind of service. Out: nothing. Never knows: what is served.
"""

import logging
from collections.abc import Sequence

from base import limits
from base.access.leases import Leases
from base.errors import AccessUnavailable
from base.network.event_loop import EventLoop
from base.socket_controller import format_address

log = logging.getLogger("handoff")


def announce(loop: EventLoop, leases: Leases, kind: str, advertised: Sequence[str]) -> None:
    """Let every AES name this server as the only one of its kind, under ``advertised`` or where it listens."""
    leases.supersede(kind)
    leases.announce(kind, advertised or [format_address(loop.address)])
    loop.timers.every(limits.LEASE_RENEW_NS, lambda now_ns: _renew(leases), loop.now_ns + limits.LEASE_RENEW_NS)
    loop.before_shut_down.append(lambda now_ns: leases.withdraw())


def _renew(leases: Leases) -> None:
    """Renew the lease; when that cannot be, the server goes on and an AES stops naming it in a few seconds."""
    try:
        leases.renew()
    except AccessUnavailable as error:
        log.warning("the lease could not be renewed: %s", error)
