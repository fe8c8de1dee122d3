"""One attempt to go on at another order-entry or market-data server, as long as it may take.

In: addresses that an AES names, what went wrong, the time. Out: the address to try next, and in the end why
nothing came of it. Never knows: sockets, messages, orders.
Follows the fall back to a spare: the AES names the servers that live, which takes seconds after a loss.
"""

from base.client.logon import Address
from base.errors import ConnectionLost
from base.wire.bo.codes import RejectReason

WAITED_OUT = frozenset(
    {
        RejectReason.MES_NOT_AVAILABLE_TRADING_DISABLED,
        RejectReason.OES_NOT_AVAILABLE_TRADING_DISABLED,
        RejectReason.OUTSTANDING_OPEN_REQUESTS_EXCEEDED,
        # the server has not noticed yet that the session before is over
        RejectReason.USER_ALREADY_LGGGED_IN,
    }
)
"""Refusals of a logon that may be over in a moment; any other one is final."""


class Resumption:
    """Lasts from the loss of a server until another one has settled what was open, at most ``length_ns``.

    A server that is lost while it settles is followed by the next one in the same resumption.
    """

    def __init__(self, lost: str, now_ns: int, length_ns: int, purpose: str = "trading") -> None:
        self.until_ns = now_ns + length_ns
        self._lost = lost
        self._purpose = purpose
        self._length_ns = length_ns
        self._why = ""
        self._tried: list[Address] = []

    def choose(self, addresses: list[Address]) -> Address | None:
        """Give the first address that was not tried in this round; None ends the round, and is to be paused after."""
        for address in addresses:
            if address not in self._tried:
                self._tried.append(address)
                return address
        self._tried.clear()
        return None

    def went_wrong(self, why: str) -> None:
        """Keep what stood in the way last."""
        self._why = why

    def failure(self) -> ConnectionLost:
        """Give what a user is told when the time is over, or is known not to suffice."""
        why = f" ({self._why})" if self._why else ""
        within = f"within {self._length_ns / 1e9:g} s"
        return ConnectionLost(f"{self._lost}; {self._purpose} did not go on elsewhere {within}{why}")
