"""The `handoff` command with asyncio streams in place of its event loop: how it would mostly be written.

In: the arguments of `handoff`. Out: its exit code. Never knows: what the engine does. A task per connection reads a
header, then the rest of the message, hands it to the engine, and writes what the engine has for anybody; each message
has a commit of its own, as it would have wherever nobody sees a batch. Engine, journal and settings are the same.

    python -m benchmarks.streams oes ...
"""

import asyncio
import signal
import sys
from contextlib import suppress
from itertools import count
from typing import Any

from base.__main__ import main
from base.limits import HEADER_BYTES
from base.network.event_loop import EventLoop
from base.servers import oes

TICK_S = 0.2
"""Seconds between two looks at the timers: the lease of a server is renewed by one."""

LENGTH = slice(2, HEADER_BYTES)


class Streams(EventLoop):
    """An event loop whose work asyncio does."""

    def run(self, signals: bool = True) -> None:
        """Serve until SIGTERM."""
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._count = count(1)
        asyncio.run(self._serve())
        self.close()

    async def _serve(self) -> None:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        listening = self._listener.sock.dup()
        self._close_listeners()
        async with await asyncio.start_server(self._converse, sock=listening):
            while not stopped.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), TICK_S)
                self.now_ns = self._clock.now_ns()
                for timer in self.timers.due(self.now_ns):
                    timer.action(self.now_ns)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(self._count)
        application, writers = self._application, self._writers
        writers[number] = writer
        peer, local = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
        application.connected(number, peer, local, self._clock.now_ns())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                header = await reader.readexactly(HEADER_BYTES)
                rest = await reader.readexactly(int.from_bytes(header[LENGTH], "little") - HEADER_BYTES)
                application.receive(number, header + rest, self._clock.now_ns())
                await self._deliver_all()
        del writers[number]
        application.disconnected(number, self._clock.now_ns())
        writer.close()

    async def _deliver_all(self) -> None:
        waiting: list[Any] = []
        for outbound in self._application.outbound():
            writer = self._writers.get(outbound.connection)
            if writer is None:
                continue
            writer.writelines(outbound.frames)
            waiting.append(writer)
            if outbound.close_reason is not None:
                writer.close()
        for writer in waiting:
            await writer.drain()


if __name__ == "__main__":
    vars(oes)["EventLoop"] = Streams
    sys.exit(main())
