"""Peers that do not take what is sent to them.

In: connections with unsent bytes, the time. Out: those that stay behind for too long are closed.
Never knows: what they were sent. Follows decision 7: a slow reader never slows the others; a hard
bound on bytes is the controller's own, this is the soft one with a time to it (H3).
"""

from base import limits
from base.network.connection import Connection
from base.socket_controller import State


class SlowReaders:
    """Those for whom something waits, and since when it has been too much."""

    def __init__(self) -> None:
        self._since_ns: dict[Connection, int | None] = {}

    def watch(self, connection: Connection) -> None:
        """Something waits for this peer; look after it until nothing does."""
        if connection.unsent_bytes:
            self._since_ns.setdefault(connection, None)

    def forget(self, connection: Connection) -> None:
        """The connection is over."""
        self._since_ns.pop(connection, None)

    def check(self, now_ns: int) -> None:
        """Close whoever has been behind for ``limits.SLOW_READER_NS``: with much unsent, or on its way out."""
        for connection, since_ns in list(self._since_ns.items()):
            waiting = connection.unsent_bytes
            if not waiting:
                del self._since_ns[connection]
            elif waiting <= limits.SLOW_READER_BYTES and connection.state is not State.DRAINING:
                self._since_ns[connection] = None
            elif since_ns is None:
                self._since_ns[connection] = now_ns
            elif now_ns - since_ns >= limits.SLOW_READER_NS:
                connection.close(f"the peer reads too slowly: {waiting} bytes wait for too long")
