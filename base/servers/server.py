"""A server: a venue on a loop with what it holds open.

In: the parts, from ``aes`` and ``oes``. Out: a running server that gives everything back at its end.
Never knows: messages, options, how it was asked for.
"""

import gc
from contextlib import ExitStack
from types import TracebackType

from base import limits
from base.network.event_loop import EventLoop


class Server:
    """Listens from the moment it exists; ``run`` serves until it is stopped."""

    def __init__(self, name: str, loop: EventLoop, held: ExitStack) -> None:
        self.name = name
        self.loop = loop
        self._held = held

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def address(self) -> tuple[str, int]:
        """The real address, host and port."""
        return self.loop.address

    def run(self, signals: bool = True) -> None:
        """Serve until ``stop``, or SIGTERM and SIGINT when ``signals``: then the process is the server's own."""
        if signals:
            gc.disable()
            collector = QuietCollector(self.loop)
            self.loop.timers.every(limits.COLLECT_NS, collector.look, self.loop.now_ns + limits.COLLECT_NS)
        self.loop.run(signals)

    def stop(self) -> None:
        """End ``run`` in an orderly way; safe from any thread."""
        self.loop.stop()


class QuietCollector:
    """Looks for cycles in quiet moments among what is new, and never again at what has survived.

    Orders, reports and closed connections form no cycles (a test holds that), so reference counts free them. The
    interpreter's own collector would look at every resting order again and again, a fifth of a busy server's time.
    What is there at the start is set aside unseen: a long past has millions of objects, and somebody waits to log on.
    """

    def __init__(self, loop: EventLoop) -> None:
        self._loop = loop
        self._passes = loop.passes
        gc.freeze()

    def look(self, now_ns: int) -> None:
        """Collect if the loop had little to do since the last call."""
        passes, self._passes = self._loop.passes - self._passes, self._loop.passes
        if passes <= limits.QUIET_PASSES:
            _set_survivors_aside()


def _set_survivors_aside() -> None:
    gc.collect()
    gc.freeze()
