"""A server in a thread of this process, for as long as a ``with`` block lasts.

In: a function that builds a server. Out: the running server. Never knows: what it serves.
It is built in the thread that runs it, because its tables belong to one thread.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from base.servers.server import Server
from tests.kit.patience import PATIENCE_S


@contextmanager
def serving(build: Callable[[], Server]) -> Iterator[Server]:
    """Build and run a server; what building raises is raised here."""
    built: SimpleQueue[Server | Exception] = SimpleQueue()

    def run() -> None:
        try:
            server = build()
        except Exception as error:
            built.put(error)
            return
        with server:
            built.put(server)
            server.loop.run(signals=False)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    server = built.get(timeout=PATIENCE_S)
    if isinstance(server, Exception):
        thread.join()
        raise server
    try:
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the server does not stop"
