"""OUCH in the process of an OES: its door, its listeners, and the venue behind them.

In: the venue of an OES, settings. Out: one application for both, listening at the ports of OUCH as well.
Never knows: messages, sessions. Only wiring.
"""

import logging

from base import limits
from base.access.accounts import Accounts
from base.errors import HandoffError
from base.gateway.ouch_front import OuchFront
from base.network.event_loop import EventLoop
from base.ouch_venue import OuchVenue
from base.servers.ouch_routing import Routing
from base.servers.settings import Settings
from base.socket_controller import format_address
from base.venue import Venue

log = logging.getLogger("handoff")


class OuchHouse:
    """Both venues of a process. ``addresses`` has the real address of each port of OUCH, once it listens."""

    def __init__(self, venue: Venue, settings: Settings) -> None:
        assert venue.ouch is not None, "only an OES has a market"
        self._settings = settings
        self.front = OuchFront(
            venue.ouch,
            venue.ouch.reports,
            settings.ouch.logins,
            Accounts(settings.credentials),
            settings.accounts,
            bare_logins=settings.ouch.bare_logins,
            takeover=settings.takeover,
        )
        self.venue = OuchVenue(self.front)
        self.routing = Routing(venue, self.venue)
        self.addresses: dict[int, tuple[str, int]] = {}

    def listen(self, loop: EventLoop) -> None:
        """Listen at every address of the settings; HandoffError names one that cannot be listened on."""
        for port, address in self._settings.ouch.addresses:
            name = port.name.lower().replace("_", " ")
            try:
                self.addresses[port] = loop.listen(address, limits.OUCH_PASS_BYTES)
            except OSError as error:
                reason = error.strerror or error
                where = format_address(address)
                raise HandoffError(f"cannot listen for OUCH, {name}, on {where}: {reason}") from error
            log.info("OUCH, %s, at %s", name, format_address(self.addresses[port]))
        self.routing.lead({address[1]: port for port, address in self.addresses.items()})
        self.venue.unsent_bytes = loop.unsent_bytes
