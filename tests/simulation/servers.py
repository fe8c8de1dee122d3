"""The processes of a simulated venue: one AES, and two OES of which one trades and the other follows.

In: connections and time of the machine, the scheduler's turns. Out: what real processes would send, and their ends.
Never knows: who the clients are, what is checked. Venue, Recorder, Keeping, Leases and Timers are the real ones; the
selectors loop, the lock and the signals are replaced, by the same order of steps.
"""

from contextlib import ExitStack
from pathlib import Path

from base import limits
from base.access.accounts import Accounts
from base.access.grants import Grants
from base.access.leases import Leases
from base.access.spent_codes import SpentCodes
from base.errors import ServerMustStop
from base.exchange import Exchange
from base.gateway.authorization import AesDesk, OesDesk
from base.network.application import Application
from base.network.timers import Timers
from base.servers.following import Following
from base.servers.keeping import Keeping
from base.servers.recorder import Recorder
from base.servers.settings import Settings
from base.servers.spare import SignsOfLife
from base.venue import open_aes, open_oes
from base.vocabulary.logons import ORDER_ENTRY, Outcome, Redemption
from tests.kit.platter import ProcessDisk
from tests.simulation.checks import DISPLACED, Checks
from tests.simulation.machine import Machine, ProcessClock
from tests.simulation.network import Link
from tests.simulation.tables import SimulatedState

STILL_LIVE = "a session of this user is live"


class Process:
    """One process: its connections and its loop. ``paused_until_ns`` is a SIGSTOP with a SIGCONT to come."""

    def __init__(self, machine: Machine, settings: Settings, name: str, address: str) -> None:
        self.machine = machine
        self.settings = settings
        self.pid = machine.next_number()
        self.name = f"{name} {self.pid}"
        self.address = address
        self.clock = ProcessClock(machine.time)
        self.timers = Timers()
        self.application: Application | None = None
        """Listens as soon as there is one."""
        self.paused_until_ns = 0
        self.is_dead = False
        self._links: dict[int, Link] = {}
        self._has_undelivered = False

    @property
    def is_paused(self) -> bool:
        return self.machine.time.system < self.paused_until_ns

    def accept(self, link: Link) -> None:
        """The system takes a connection; the process hears of it in a pass."""
        self._links[link.number] = link
        link.is_new = True

    def turn(self) -> None:
        """Let the process do what it does between two waits."""
        self.machine.running_pid = self.pid
        try:
            if self.application is not None:
                self._run_pass(self.application)
            else:
                self._get_ready()
        except ServerMustStop as error:
            self.machine.say(f"{self.name} ends: {error}")
            self.machine.note(type(error).__name__)
            self.die()

    def die(self, *, silently: bool = False) -> None:
        """End: the system closes the connections, unless it is gone as well."""
        self.is_dead = True
        for link in self._links.values():
            if silently:
                link.die_silently(self.machine.time.system)
            elif self.machine.chance.random() < 0.5:
                link.reset()
            else:
                link.to_client.end()
                link.to_server.break_off()
        self._links.clear()
        if self.machine.lock_holder == self.pid:
            self.machine.lock_holder = None

    def _get_ready(self) -> None:
        """Do what comes before listening."""

    def _run_pass(self, application: Application) -> None:
        """Read, act on what is due, deliver; sometimes the scheduler comes back between reading and delivering."""
        if not self._has_undelivered:
            now_ns = self.clock.now_ns()
            for link in list(self._links.values()):
                self._read(application, link, now_ns)
            for timer in self.timers.due(now_ns):
                timer.action(now_ns)
            deadline_ns = application.next_deadline_ns()
            if deadline_ns is not None and deadline_ns <= now_ns:
                application.deadline_passed(now_ns)
            self._has_undelivered = True
            if self.machine.chance.random() < 0.1:
                return
        self._has_undelivered = False
        if isinstance(application, Recorder) and self.machine.chance.random() < 0.4:
            application.more_is_waiting()
        self._deliver(application)

    def _read(self, application: Application, link: Link, now_ns: int) -> None:
        if link.is_new:
            link.is_new = False
            application.connected(link.number, link.peer, link.local, now_ns)
        if not link.to_server.is_ready(self.machine.time.system) or self.machine.chance.random() < 0.2:
            return
        fragment = link.to_server.take(self.machine.chance)
        if fragment:
            application.receive(link.number, fragment, now_ns)
        else:
            link.to_client.end()
            del self._links[link.number]
            application.disconnected(link.number, now_ns)

    def _deliver(self, application: Application) -> None:
        for number, frames, close_reason in application.outbound():
            self._look_at(frames, close_reason)
            link = self._links.get(number)
            if link is None:
                continue
            link.to_client.write(b"".join(frames))
            if close_reason is not None:
                self._look_at_end(link, close_reason)
                self.machine.say(f"{self.name} closes {number}: {close_reason}")
                link.to_client.end()
                link.to_server.break_off()
                del self._links[number]

    def _look_at(self, frames: list[bytes], close_reason: str | None) -> None:
        """Somebody may want to know what leaves."""

    def _look_at_end(self, link: Link, close_reason: str) -> None:
        """Somebody may want to know why a connection is ended."""


class Aes(Process):
    """The AES, which listens from its first moment."""

    def __init__(self, machine: Machine, settings: Settings) -> None:
        super().__init__(machine, settings, "AES", "10.0.0.1:4444")
        state = SimulatedState(machine.tables, self.clock)
        desk = AesDesk(Accounts(settings.credentials), SpentCodes(state), Grants(state), Leases(state), self.clock)
        self.application = open_aes(desk)


class WatchedGrants(Grants):
    """Tells the checks of every redemption."""

    def __init__(self, state: SimulatedState, checks: Checks) -> None:
        super().__init__(state)
        self._checks = checks

    def redeem(self, account: int, user: str, two_fa: str, key: int, service: str) -> Redemption:
        redemption = super().redeem(account, user, two_fa, key, service)
        if redemption.outcome is Outcome.REDEEMED:
            self._checks.redeemed(redemption.trading_session)
        return redemption


class Oes(Process):
    """An OES: follows the journal, takes the lock when it is free, trades."""

    def __init__(self, machine: Machine, settings: Settings, checks: Checks) -> None:
        number = machine.next_number()
        super().__init__(machine, settings, "OES", f"10.0.0.2:{5_000 + number}")
        self.checks = checks
        state = SimulatedState(machine.tables, self.clock)
        self._leases = Leases(state)
        self._signs = SignsOfLife(self._leases, self.clock)
        self._watched: int | None = None
        self.held = ExitStack()
        self.exchange = Exchange(settings.instruments, settings.accounts, settings.participants)
        self.venue = open_oes(
            OesDesk(Accounts(settings.credentials), WatchedGrants(state, checks)),
            self.exchange, settings.instruments, settings.accounts, settings.participants,
            takeover=settings.takeover,
        )  # fmt: skip
        self.disk = ProcessDisk(machine.platter, machine.chance)
        self.wants_to_end: int | None = None
        """The pid of a process without signs of life."""
        self.following: Following | None = None
        self.keeping: Keeping | None = None

    @property
    def sequence(self) -> int:
        """The number of the last record that was committed."""
        assert self.keeping is not None
        return self.keeping._journal.sequence

    def _get_ready(self) -> None:
        if self.following is None:
            self.following = Following(
                self.venue, self.settings, Path("journal"), self.clock, self.held, lambda directory: self.disk
            )
            if self.following.past.sequence:
                self.machine.note("recovery from a picture")
        self.following.catch_up()
        self.checks.followed(self.name, self.following.past.sequence, self.exchange)
        holder = self.machine.lock_holder
        if holder is None:
            self.machine.lock_holder = self.pid
            self._begin(self.following)
        elif holder != self._watched:
            self._watched = holder
            self._signs.forget()
        if holder is not None and self._signs.are_missing(holder):
            self._signs.forget()
            self.wants_to_end = holder

    def _begin(self, following: Following) -> None:
        keeping = self.keeping = Keeping(
            self.venue, self.settings, following, self.clock, self.held, durable=True, forks=False
        )
        now_ns = self.clock.now_ns()
        keeping.watch(self.timers, now_ns)
        keeping.begin()
        keeping.recorder.after_commit.insert(0, lambda now_ns: self._committed())
        self._leases.supersede(ORDER_ENTRY)
        self._leases.announce(ORDER_ENTRY, [self.address])
        self.timers.every(limits.LEASE_RENEW_NS, lambda now_ns: self._leases.renew(), now_ns + limits.LEASE_RENEW_NS)
        self.application = keeping.recorder
        self.machine.say(f"{self.name} trades at {self.address} from record {self.sequence} on")
        self._committed()

    def _committed(self) -> None:
        self.checks.committed(self.name, self.machine.lock_holder in (self.pid, None), self.sequence, self.exchange)

    def _look_at_end(self, link: Link, close_reason: str) -> None:
        if close_reason == DISPLACED:
            self.machine.note("displaced, half open" if link.dead_since_ns is not None else "displaced, live")
        elif close_reason == f"logon refused: {STILL_LIVE}":
            self.machine.note("refused as a second session")

    def _look_at(self, frames: list[bytes], close_reason: str | None) -> None:
        self.checks.said(frames, close_reason)

    def turn(self) -> None:
        super().turn()
        self.checks.one_session_each(self.name, self.venue)
