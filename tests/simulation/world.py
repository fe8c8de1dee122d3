"""One simulation: a venue, its clients, and whatever goes wrong, in one thread and without real time.

In: a seed and a profile. Out: nothing when all checks hold; else SimulationFailed with the command that repeats it and
the last events. Never knows: how the checks work. Every choice is drawn from one Random of the seed, so a seed is a
history; each seed has its own few kinds of trouble, so that rare ones meet undisturbed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from base import limits
from base.servers.settings import Settings, parse_settings
from tests.kit.platter import Plan, PowerCut, ProcessKilled
from tests.simulation.checks import Checks, check_end, check_journal
from tests.simulation.devices import Device, Diary
from tests.simulation.machine import Machine, in_place_of_the_world
from tests.simulation.network import SECOND, Link
from tests.simulation.servers import Aes, Oes, Process

MILLISECOND = SECOND // 1_000
QUIET_NS = limits.RETURN_NS + 2 * SECOND
"""So long after the last trouble nobody is awaited any more, so nothing happens by itself."""

HEALING_NS = 120 * SECOND
"""Once nothing goes wrong any more, all is well again within that time."""

SETTINGS = """
[logon]
second_logon = "{policy}"
[[instruments]]
number = 1
name = "BTCUSD"
base = "BTC"
quote = "USD"
tick = "0.5"
lot = "0.00001"
min = "0.00001"
max = "10000"
"""
ACCOUNT = """
[[accounts]]
number = {number}
user = "{user}"
key = "{key}"
mode = "{mode}"
{rest}
"""
BALANCES = 'balances = { USD = "1000", BTC = "10" }'
TOTP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX2"
ACCOUNTS = (
    (1, "anna", "1", "constant", BALANCES + '\nself_trade = "cancel-oldest"'),
    (2, "bert", "2", "constant", BALANCES + '\ncancel_on_disconnect = true\nmake_fee = "0.0001"\ntake_fee = "0.0002"'),
    (2, "cleo", "3", "constant", ""),
    (3, "dora", TOTP_KEY, "totp", BALANCES + "\nleverage = 2"),
)

T = TypeVar("T")


class SimulationFailed(AssertionError):
    """A seed broke a promise."""


@dataclass(frozen=True)
class Profile:
    """What a kind of simulation is made of; ``trouble`` is how often something may go wrong, 1 in so many turns.

    ``kinds`` names the troubles if not any may come; ``restless`` devices come and go more than they trade; without
    ``audits`` a seed ends in the middle of everything.
    """

    test: str
    turns: int = 500
    devices: tuple[int, int] = (3, 6)
    users: int = 4
    trouble: tuple[int, ...] = (20, 60, 150)
    kinds: tuple[str, ...] = ()
    audits: bool = True
    restless: bool = False


class World:
    """The scheduler: who acts next, and what goes wrong."""

    def __init__(self, seed: int, profile: Profile) -> None:
        self.machine = Machine(seed)
        self.chance = self.machine.chance
        self.profile = profile
        self.settings = _settings("takeover" if self.chance.random() < 0.5 else "refuse")
        self.checks = Checks(self.machine)
        self.diaries = [Diary(credential) for credential in self.settings.credentials]
        users = self.diaries[: profile.users]
        number = self.chance.randint(*profile.devices)
        self.devices = [self._device(users[place % len(users)]) for place in range(number)]
        self.processes: list[Process] = []
        self._starts: list[tuple[int, Callable[[], Process]]] = []
        self._calm = self.chance.choice(profile.trouble)
        kinds = sorted(TROUBLES)
        self._kinds = list(profile.kinds) or self.chance.sample(kinds, self.chance.randint(2, len(kinds)))
        self._is_quiet = False
        self._stays_behind = self.chance.random() < 0.5
        """Whether the end of a process that gives no sign of life takes its lock only, not its life."""

    # -- a seed

    def run(self) -> None:
        """Run all of it; checks raise."""
        self._start(self._new_aes)
        self._start(self._new_oes)
        self._start(self._new_oes)
        for _ in range(self.profile.turns):
            if self.chance.randrange(self._calm) == 0:
                self._make_trouble()
            self._turn()
        if self.profile.audits:
            self._heal()
            self._audit()
        else:
            check_journal(self.machine, self.settings)

    def _turn(self) -> None:
        """Let some time pass and somebody act."""
        self.machine.turns += 1
        self._pass_time()
        now_ns = self.machine.time.system
        for link in [*self.machine.links.values()]:
            link.tick(now_ns)
            if link.to_client.was_told and link.to_server.was_told:
                del self.machine.links[link.number]
        for start in [start for start in self._starts if start[0] <= now_ns]:
            self._starts.remove(start)
            self.processes.append(start[1]())
        actors: list[Process | Device] = [process for process in self.processes if not process.is_paused]
        if not actors and not self.devices:
            return
        actor = self.chance.choice([*actors, *self.devices])
        try:
            actor.turn()
        except ProcessKilled:
            assert isinstance(actor, Oes)
            self.machine.say(f"{actor.name} was killed in an operation of the disk")
            actor.die()
        except PowerCut:
            self.cut_power()
        if isinstance(actor, Oes) and actor.wants_to_end is not None:
            self._end_of_the_silent(actor)
        self._bury()

    def _pass_time(self) -> None:
        drawn = self.chance.random()
        if self._is_quiet:
            passed = self.chance.randrange(200 * MILLISECOND)
        elif drawn < 0.6:
            passed = self.chance.randrange(MILLISECOND)
        elif drawn < 0.95:
            passed = self.chance.randrange(50 * MILLISECOND)
        else:
            passed = self.chance.randrange(400 * MILLISECOND)
        self.machine.time.advance(passed)

    def _bury(self) -> None:
        """Forget dead processes; each is started again after a while."""
        for process in [process for process in self.processes if process.is_dead]:
            self.processes.remove(process)
            self._start(self._new_aes if isinstance(process, Aes) else self._new_oes, self.chance.randrange(2 * SECOND))

    def _start(self, start: Callable[[], Process], delay_ns: int = 0) -> None:
        self._starts.append((self.machine.time.system + delay_ns, start))

    def _new_aes(self) -> Process:
        return Aes(self.machine, self.settings)

    def _new_oes(self) -> Process:
        return Oes(self.machine, self.settings, self.checks)

    def _device(self, diary: Diary, *, audits: bool = False) -> Device:
        return Device(self.machine, diary, self._connect, audits=audits, restless=self.profile.restless)

    def _connect(self, address: str, device: Device) -> Link | None:
        for process in self.processes:
            if process.address == address and process.application is not None:
                link = Link(self.machine.next_number(), device.peer, ("10.0.0.1", 1))
                self.machine.links[link.number] = link
                process.accept(link)
                return link
        self.machine.note("call that nobody takes")
        return None

    # -- the end of a seed

    def _heal(self) -> None:
        """From now on nothing goes wrong."""
        self.machine.platter.plan = None
        self.machine.platter.room = None
        for process in self.processes:
            process.paused_until_ns = 0
        for link in self.machine.links.values():
            link.to_server.stalled_until_ns = 0
            link.reset()
        for device in self.devices:
            device.hang_up()
        self.devices.clear()
        self._is_quiet = True
        end_ns = self.machine.time.system + QUIET_NS
        while self.machine.time.system < end_ns or self.machine.lock_holder is None:
            assert self.machine.time.system < end_ns + HEALING_NS, "nobody trades although nothing goes wrong any more"
            self._turn()
        self._is_quiet = False
        self.machine.time.wall += 60 * SECOND  # so that nobody waits for a fresh one-time code
        self.devices = [self._device(diary, audits=True) for diary in self.diaries]

    def _audit(self) -> None:
        """Every user asks for everything; then the journal is held against all answers."""
        end_ns = self.machine.time.system + HEALING_NS
        while not all(device.has_audited for device in self.devices):
            assert self.machine.time.system < end_ns, "clients cannot trade although nothing goes wrong any more"
            self._turn()
        (holder,) = [process for process in self.processes if process.pid == self.machine.lock_holder]
        assert isinstance(holder, Oes)
        while holder._has_undelivered:
            holder.turn()
        check_end(self.machine, self.settings, self.diaries, holder.exchange, holder.sequence, self.checks)

    # -- what goes wrong

    def _make_trouble(self) -> None:
        kind = self.chance.choice(self._kinds)
        if TROUBLES[kind](self):
            self.machine.note(kind)

    def _end_of_the_silent(self, spare: Oes) -> None:
        for process in self.processes:
            if process.pid == spare.wants_to_end:
                self.machine.say(f"{spare.name} ends {process.name}, which gives no sign of life")
                self.machine.note("takeover from one that stays behind" if self._stays_behind else "takeover")
                assert isinstance(process, Oes)
                if any(line.client for line in process.venue._lines.values()):
                    self.machine.note("takeover under live sessions")
                if self._stays_behind:
                    self.machine.lock_holder = None
                else:
                    process.die()
        spare.wants_to_end = None

    def cut_power(self) -> bool:
        """Everything but the clients is gone."""
        for process in self.processes:
            process.die(silently=True)
        self.machine.power_cut()
        for link in self.machine.links.values():
            link.clock_restarted(self.machine.time.system)
        for device in self.devices:
            device.machine_restarted()
        self._starts = [(self.machine.time.system, start) for _, start in self._starts]
        self.machine.say("the power was cut and is back")
        self._bury()
        return True

    def kill(self) -> bool:
        """SIGKILL."""
        process = self._one_of(self.processes)
        if process is not None:
            self.machine.say(f"{process.name} is killed")
            process.die()
            self._bury()
        return process is not None

    def pause(self) -> bool:
        """SIGSTOP, and SIGCONT later."""
        running = [process for process in self.processes if not process.is_paused]
        trading = [process for process in running if process.pid == self.machine.lock_holder]
        process = self._one_of(trading if trading and self.chance.random() < 0.6 else running)
        if process is not None:
            self.machine.say(f"{process.name} is stopped")
            process.paused_until_ns = self.machine.time.system + self.chance.randrange(10 * SECOND)
        return process is not None

    def strike_in_an_operation(self, what: str) -> bool:
        """Let something happen inside an operation of the disk, soon."""
        then = Plan("power cut", self.chance.randint(1, 3)) if self.chance.random() < 0.5 else None
        self.machine.platter.plan = Plan(what, self.chance.randint(1, 12), then)
        return True

    def fill_disk(self) -> bool:
        """No room for new files for a while, or room again."""
        platter = self.machine.platter
        platter.room = 0 if platter.room is None and self.checks.last_committed else None
        return True

    def damage_picture(self) -> bool:
        """A bit of a picture flips."""
        platter = self.machine.platter
        name = self._one_of([name for name in platter.names() if name.endswith(".snapshot")])
        if name is not None:
            place = self.chance.randrange(len(platter.files[name]))
            for content in (platter.files[name], platter.stable[name]):
                content[place] ^= 1 << self.chance.randrange(8)
        return name is not None

    def remove_pictures(self) -> bool:
        """Somebody tidies up, so that the next start has the whole journal to repeat."""
        platter = self.machine.platter
        names = [name for name in platter.names() if name.endswith(".snapshot")]
        for name in names:
            del platter.files[name], platter.stable[name]
            platter.dirty = {place for place in platter.dirty if place[0] != name}
        return bool(names)

    def drop_link(self) -> bool:
        """A connection is reset, with what is under way."""
        link = self._one_of(list(self.machine.links.values()))
        if link is not None:
            link.reset()
        return link is not None

    def lose_link(self) -> bool:
        """A connection is dead, and nobody notices."""
        link = self._one_of(list(self.machine.links.values()))
        if link is not None:
            link.die_silently(self.machine.time.system)
        return link is not None

    def stall_link(self) -> bool:
        """One direction of a connection stands still for a while."""
        link = self._one_of(list(self.machine.links.values()))
        if link is not None and link.dead_since_ns is None:
            stream = self.chance.choice((link.to_server, link.to_client))
            stream.stalled_until_ns = self.machine.time.system + self.chance.randrange(4 * SECOND)
        return link is not None

    def _one_of(self, things: list[T]) -> T | None:
        return self.chance.choice(things) if things else None


TROUBLES: dict[str, Callable[[World], bool]] = {
    "cut": World.cut_power,
    "cut inside an operation": lambda world: world.strike_in_an_operation("power cut"),
    "damaged picture": World.damage_picture,
    "dead link": World.lose_link,
    "dropped link": World.drop_link,
    "failing sync": lambda world: world.strike_in_an_operation("failing sync"),
    "full disk": World.fill_disk,
    "kill": World.kill,
    "kill inside an operation": lambda world: world.strike_in_an_operation("kill"),
    "pause": World.pause,
    "removed pictures": World.remove_pictures,
    "stalled link": World.stall_link,
}


def simulate(seed: int, profile: Profile) -> World:
    """Run one seed; SimulationFailed names the command that repeats it."""
    world = World(seed, profile)
    with in_place_of_the_world(world.machine):
        try:
            world.run()
        except Exception as error:
            lines = "\n".join(world.machine.trace)
            command = f"HANDOFF_SEED={seed} python -m pytest -q {profile.test}"
            raise SimulationFailed(
                f"seed {seed}: {type(error).__name__}: {error}\n{lines}\nRepeat with: {command}"
            ) from error
    return world


def _settings(policy: str) -> Settings:
    accounts = "".join(
        ACCOUNT.format(number=number, user=user, key=key, mode=mode, rest=rest)
        for number, user, key, mode, rest in ACCOUNTS
    )
    return parse_settings("a simulation", SETTINGS.format(policy=policy) + accounts)
