"""The selectors loop of a server: sockets on one side, an application on the other.

In: readiness, signals, the clock. Out: bytes to an ``Application``, its answers to the sockets, log
lines. Never knows: what the bytes mean.
A pass is: read all that is ready, act on deadlines, send once per connection, close those with a
reason, log. The clock is read once per pass; nothing waits anywhere but in ``select``.
"""

import logging
import selectors
import socket
import traceback
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from base import limits
from base.clock import Clock
from base.deadlines import earliest
from base.errors import ServerMustStop
from base.network.admission import Admission
from base.network.application import Application, Observer
from base.network.connection import Connection
from base.network.listener import Listener
from base.network.local_door import LocalDoor
from base.network.slow_readers import SlowReaders
from base.network.timers import Action, Timers
from base.network.wakeup import EndOfInput, Wakeup, stop_on_signals
from base.socket_controller import CLOSED_BY_PEER, CONNECTION_LOST, State, format_address

log = logging.getLogger("handoff")


class EventLoop:
    """Serves ``application`` on ``address``; ``run`` returns after an orderly shutdown.

    ``timers`` take work that is due at a time; ``failures`` counts exceptions that an application's
    method let out. Raises OSError when the address cannot be used.
    """

    def __init__(
        self,
        application: Application,
        address: tuple[str, int],
        clock: Clock,
        observer: Observer | None = None,
        sessions: int = limits.SESSIONS,
        sessions_per_address: int = limits.SESSIONS_PER_ADDRESS,
    ) -> None:
        self._application = application
        self._clock = clock
        self._observer = observer
        self._admission = Admission(sessions, sessions_per_address)
        self._slow_readers = SlowReaders()
        self.now_ns = clock.now_ns()
        self.timers = Timers()
        self.failures = 0
        self.passes = 0
        """Passes so far; how fast they come says how busy the loop is."""
        self.when_more_is_waiting: Callable[[], object] | None = None
        """Called before the answers of a pass are asked for when more than one connection has something to say and
        the next pass will have something to read at once."""
        self.before_shut_down: list[Action] = []
        """Called when a shutdown begins, before anybody is told."""
        self._numbers = count(1)
        self._connections: dict[int, Connection] = {}
        self._finished: list[Connection] = []
        self._lost: list[Connection] = []
        self._deadline_ns: int | None = None
        self._deadline_pause_ns = self.now_ns
        self._stops_asked = 0
        self._goes_on_at_once = False
        self._closed = False
        self._shut_down_deadline_ns: int | None = None
        self._selector = selectors.DefaultSelector()
        try:
            accept = partial(self._accept, limits.PASS_BYTES)
            self._listener = Listener(self._selector, address, accept, partial(self._out_of_files, 0))
        except BaseException:
            self._selector.close()
            raise
        self._listeners: list[Listener] = [self._listener]
        self._wakeup = Wakeup(self._selector)
        self.timers.every(limits.NOTICE_NS, self._slow_readers.check, self.now_ns + limits.NOTICE_NS)

    @property
    def address(self) -> tuple[str, int]:
        """The real address, host and port."""
        return self._listener.address

    def listen(self, address: tuple[str, int], receive_bytes: int = limits.PASS_BYTES) -> tuple[str, int]:
        """Accept connections at a further address; gives the real one. Raises OSError when it cannot be used.

        ``receive_bytes`` are read from each of them in a pass at most.
        """
        place = len(self._listeners)
        accept = partial(self._accept, receive_bytes)
        listener = Listener(self._selector, address, accept, partial(self._out_of_files, place))
        self._listeners.append(listener)
        return listener.address

    def unsent_bytes(self, number: int) -> int:
        """How many bytes wait for the peer of a connection; 0 when that is gone."""
        connection = self._connections.get(number)
        return connection.unsent_bytes if connection is not None else 0

    def hold_back(self, number: int, held: bool) -> None:
        """Read nothing more from a connection, or go on; meanwhile the application has a deadline that is due."""
        connection = self._connections.get(number)
        if connection is not None:
            connection.is_held_back = held

    def stop(self) -> None:
        """End ``run`` in an orderly way, the second time at once; safe in signal handlers and from any thread."""
        self._stops_asked += 1
        self._wakeup.wake()

    def stop_with_input(self, descriptor: int, *, enter: bool = False) -> None:
        """Stop in an orderly way when this file ends: a program that started us keeps its other end open.

        With ``enter`` it is a terminal, and Enter stops us too.
        """
        EndOfInput(self._selector, descriptor, self._stop_unless_stopping, enter=enter)

    def open_local_door(self, path: Path, answer: Callable[[bytes, int], bytes]) -> None:
        """Serve programs of this machine at ``path`` too, until shutdown: one line each, answered with one line.

        ``answer`` gets the line and the time of the pass. Raises OSError when the path cannot be used.
        """
        place = len(self._listeners)
        door = LocalDoor(
            self._selector, path, lambda line: answer(line, self.now_ns), partial(self._out_of_files, place)
        )
        self._listeners.append(door)

    def run(self, signals: bool = True) -> None:
        """Serve until ``stop``, or until SIGTERM or SIGINT when ``signals`` (main thread only)."""
        try:
            if signals:
                with stop_on_signals(self.stop, self._wakeup):
                    self._run()
            else:
                self._run()
        finally:
            self.close()

    def close(self) -> None:
        """Give every socket back; harmless when that was done already."""
        if self._closed:
            return
        self._closed = True
        for connection in list(self._connections.values()):
            connection.close("the server ends")
        self._close_listeners()
        self._wakeup.close()
        self._selector.close()

    # -- a pass

    def _run(self) -> None:
        while not self._over():
            self.run_pass()
            if self._stops_asked and self._shut_down_deadline_ns is None:
                self._shut_down()
        self._cut("did not take the last messages of the shutdown in time")
        self._settle()
        self._log_application()

    def run_pass(self, wait: bool = True) -> None:
        """Wait until something is ready or due, then run one pass; ``run`` does this until it is stopped."""
        ready = self._selector.select(self._timeout_s() if wait and not self._goes_on_at_once else 0)
        self._goes_on_at_once = False
        now_ns = self.now_ns = self._clock.now_ns()
        self.passes += 1
        for key, mask in ready:
            try:
                key.data.process_events(mask)
            except Exception as error:
                self._failed(error, key.data if isinstance(key.data, Connection) else None)
        for timer in self.timers.due(now_ns):
            try:
                timer.action(now_ns)
            except Exception as error:
                self._failed(error)
        if self._deadline_ns is not None and self._deadline_ns <= now_ns:
            self._pass_deadline()
        if self.when_more_is_waiting is not None and len(ready) > 1 and self._more_is_waiting():
            self._goes_on_at_once = True
            self.when_more_is_waiting()
        self._deliver()
        self._settle()
        self._deadline_ns = self._application.next_deadline_ns()
        self._log_application()

    def _more_is_waiting(self) -> bool:
        """Whether there is something to read already, and nobody has to have the answers of this pass before."""
        return not (self._finished or self._lost or self._stops_asked) and bool(self._selector.select(0))

    def _timeout_s(self) -> float | None:
        if self._stops_asked and self._shut_down_deadline_ns is None:
            return 0.0
        deadline_ns = self._deadline_ns
        if deadline_ns is not None and deadline_ns < self._deadline_pause_ns:
            deadline_ns = self._deadline_pause_ns
        next_ns = earliest(self.timers.next_deadline_ns(), self._shut_down_deadline_ns, deadline_ns)
        return None if next_ns is None else max(0, next_ns - self.now_ns) / 1e9

    def _pass_deadline(self) -> None:
        if self._deadline_pause_ns > self.now_ns:
            return
        try:
            self._application.deadline_passed(self.now_ns)
        except Exception as error:
            self._deadline_pause_ns = self.now_ns + limits.DEADLINE_PAUSE_NS
            self._failed(error)

    def _deliver(self) -> None:
        for outbound in self._application.outbound():
            connection = self._connections.get(outbound.connection)
            if connection is None:
                continue
            frames = outbound.frames
            if not self._application.frame_by_frame and len(frames) > 1:
                frames = (b"".join(frames),)
            for frame in frames:
                if connection.state is not State.OPEN:
                    break
                connection.send(frame)
            if outbound.close_reason is not None:
                connection.was_asked_to_end = True
                connection.finish(outbound.close_reason)
            self._slow_readers.watch(connection)

    def _settle(self) -> None:
        # Whoever finished gets the answers of this pass first. The end of a connection may be news
        # for others, so what that brings is delivered before the pass is over.
        while self._finished or self._lost:
            finished, lost = self._finished[:], self._lost[:]
            self._finished.clear()
            self._lost.clear()
            for connection in finished:
                connection.finish(CLOSED_BY_PEER)
                self._slow_readers.watch(connection)
            for connection in lost:
                self._forget(connection)
            self._deliver()

    # -- connections come and go

    def _accept(self, receive_bytes: int, sock: socket.socket, peer: tuple[str, int]) -> None:
        reason = self._admission.why_refused(peer[0])
        if reason is not None:
            self._turn_away(sock, reason)
            return
        number = next(self._numbers)
        try:
            local = sock.getsockname()
            connection = Connection(
                self._selector, sock, peer, number, self._received, self._finished, self._lost, receive_bytes
            )
        except OSError as error:
            self._turn_away(sock, str(error.strerror))
            return
        self._connections[number] = connection
        self._admission.enter(peer[0])
        try:
            self._application.connected(number, peer, (local[0], local[1]), self.now_ns)
        except Exception as error:
            self._failed(error, connection)

    def _turn_away(self, sock: socket.socket, reason: str) -> None:
        sock.close()
        self._notice_turned_away(reason, 1)

    def _out_of_files(self, place: int, reason: str, turned_away: int) -> None:
        self._notice_turned_away(reason, turned_away)
        self.timers.at(self.now_ns + limits.ACCEPT_PAUSE_NS, lambda now_ns: self._listeners[place].resume())

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _notice_turned_away(self, reason: str, turned_away: int) -> None:
        if line := self._admission.notice(turned_away, reason, self.now_ns):
            log.warning("%s", line)

    def _received(self, connection: Connection, data: bytes) -> None:
        if self._observer is not None:
            self._observer.received(connection.number, data)
        self._application.receive(connection.number, data, self.now_ns)

    def _forget(self, connection: Connection) -> None:
        # The application has a line for every end that it decided or heard of; ours are those it cannot know.
        expected = connection.was_asked_to_end or connection.close_reason.startswith((CLOSED_BY_PEER, CONNECTION_LOST))
        level = logging.DEBUG if expected else logging.WARNING
        peer = format_address(connection.addr)
        log.log(level, "connection %d from %s ended: %s", connection.number, peer, connection.close_reason)
        self._slow_readers.forget(connection)
        self._admission.leave(connection.addr[0])
        del self._connections[connection.number]
        try:
            if self._observer is not None:
                self._observer.ended(connection.number)
            self._application.disconnected(connection.number, self.now_ns)
        except Exception as error:
            self._failed(error)

    # -- when something goes wrong, and the end

    def _failed(self, error: Exception, connection: Connection | None = None) -> None:
        """The last resort: a fault of ours costs one connection, is counted, and has its line in the log.

        Only where going on would be wrong it ends the loop, and nothing more is sent.
        """
        if isinstance(error, ServerMustStop):
            raise error
        self.failures += 1
        frame = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error} ({frame.filename}:{frame.lineno})"
        where = f" on connection {connection.number}" if connection else ""
        log.error("internal error %d%s: %s", self.failures, where, what)
        log.debug("internal error %d", self.failures, exc_info=error)
        if connection is not None:
            connection.close("internal error")

    def _log_application(self) -> None:
        for line in self._application.log_lines():
            log.info("%s", line)

    def _over(self) -> bool:
        if self._shut_down_deadline_ns is None:
            return False
        return not self._connections or self._stops_asked > 1 or self.now_ns >= self._shut_down_deadline_ns

    def _stop_unless_stopping(self) -> None:
        if not self._stops_asked:
            self.stop()

    def _shut_down(self) -> None:
        log.info("shutting down, %d connections are open", len(self._connections))
        self._close_listeners()
        self._shut_down_deadline_ns = self.now_ns + limits.SHUT_DOWN_NS
        for action in (*self.before_shut_down, self._application.shut_down):
            try:
                action(self.now_ns)
            except Exception as error:
                self._failed(error)
        self._deliver()
        for connection in list(self._connections.values()):
            connection.was_asked_to_end = True
            connection.finish("the server shuts down")
        self._settle()

    def _cut(self, reason: str) -> None:
        for connection in list(self._connections.values()):
            connection.close(reason)
