"""AES, OES and MDS together, for somebody who wants a venue now.

In: options. Out: running servers, the commands that connect to them, an exit code. Never knows:
messages. When one that nobody replaces ends by itself all are stopped and the exit code says so.
"""

import selectors
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from base import limits
from base.clock import Clock
from base.errors import ServerFailed, SettingsError
from base.gateway.ouch_orders import OuchPort
from base.network.wakeup import EndOfInput, Wakeup, stop_on_signals
from base.servers.children import Child
from base.servers.demo_settings import demo_settings
from base.servers.exposure import judge_constant_codes
from base.servers.settings import load_settings
from base.socket_controller import format_address

DEMO = """\
Watch BTCUSD with:  handoff watch BTCUSD {host} {port}
Two of the demo accounts: 1 (user 1, key 1) and 100700 (user BOU7, key BOU7).
"""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers listen; None for what the settings say."""

    aes: tuple[str, int] | None = None
    oes: tuple[str, int] | None = None
    mds: tuple[str, int] | None = None


def serve(
    addresses: Addresses,
    settings_file: Path | None,
    demo_accounts: bool,
    common: Sequence[str],
    *,
    journal: Sequence[str] = (),
    with_spare: bool = False,
) -> int:
    """Run the servers until SIGINT or SIGTERM; ``common`` are further options that all get, ``journal`` the OES's.

    Raises SettingsError before anything is started, ServerFailed when a server cannot go on.
    """
    settings = load_settings(settings_file) if settings_file else demo_settings()
    if with_spare and settings.advertised:
        raise SettingsError(
            f"{settings.source}: oes.advertised names one OES, so a spare cannot be known by it: start the spare"
            " with `handoff oes --spare` and settings of its own"
        )
    arguments = [*common, *(["--settings", str(settings_file)] if settings_file else [])]
    arguments += ["--demo-accounts"] if demo_accounts else []
    listen = {kind: getattr(addresses, kind) or getattr(settings, kind) for kind in ("aes", "oes", "mds")}
    for address in listen.values():
        judge_constant_codes(settings, address[0], demo_accounts)
    with ExitStack() as stack:
        house = _House(stack)
        oes = house.start("oes", ["--listen", format_address(listen["oes"]), *journal, *arguments])
        mds = house.start("mds", ["--listen", format_address(listen["mds"]), *arguments])
        aes = house.start("aes", ["--listen", format_address(listen["aes"]), *arguments])
        at = {child.kind: child.address() for child in (aes, oes, mds)}
        print(directions(at["aes"], at["oes"], at["mds"], with_demo_accounts=settings_file is None), flush=True)
        for port, address in settings.ouch.addresses:
            print(ouch_line(port, address), flush=True)
        successors = {"mds": ["--listen", format_address(at["mds"]), *arguments]}
        if with_spare:
            successors["oes"] = ["--spare", "--listen", format_address((listen["oes"][0], 0)), *journal, *arguments]
            house.start("oes", successors["oes"])
        house.look_after(successors)
    return 0


class _House:
    """The servers that run, and what to do when one ends by itself."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._selector = stack.enter_context(selectors.DefaultSelector())
        wakeup = Wakeup(self._selector)
        stack.callback(wakeup.close)
        self._over: deque[Child | None] = deque()
        stack.enter_context(stop_on_signals(lambda: self._over.append(None), wakeup))

    def start(self, kind: str, arguments: Sequence[str]) -> Child:
        """Start a server, which is stopped when all this ends."""
        child = self._stack.enter_context(Child(kind, arguments))
        EndOfInput(self._selector, child.output.fileno(), partial(self._over.append, child))
        return child

    def look_after(self, successors: Mapping[str, Sequence[str]]) -> None:
        """Wait until we are to stop; a server that ends by itself is followed by one with the arguments of its kind.

        ServerFailed when one of another kind ends. The successor of an OES is a spare for the spare that takes over.
        """
        clock, times_ns = Clock(), deque[int](maxlen=limits.REPLACEMENTS)
        while True:
            while not self._over:
                for key, mask in self._selector.select():
                    key.data.process_events(mask)
            ended = self._over.popleft()
            if ended is None:
                print("stopping", flush=True)
                return
            code = ended.stop()
            what = f"the {ended.kind.upper()} ended by itself with exit code {code}"
            if ended.kind not in successors:
                raise ServerFailed(what)
            if len(times_ns) == limits.REPLACEMENTS and clock.now_ns() - times_ns[0] < limits.REPLACEMENTS_NS:
                raise ServerFailed(f"{what}, after {limits.REPLACEMENTS} others within a minute")
            times_ns.append(clock.now_ns())
            print(f"{what}; another one is started", flush=True)
            self.start(ended.kind, successors[ended.kind])


def directions(
    aes: tuple[str, int], oes: tuple[str, int], mds: tuple[str, int], *, with_demo_accounts: bool = True
) -> str:
    """Say how to connect."""
    host = "127.0.0.1" if aes[0] == "0.0.0.0" else aes[0]
    return f"""\
AES at {format_address(aes)}, OES at {format_address(oes)}, MDS at {format_address(mds)}
Connect with:       handoff client {host} {aes[1]}
or from a checkout: python3 example_client.py {host} {aes[1]}
{DEMO.format(host=host, port=aes[1]) if with_demo_accounts else ""}Stop with Ctrl-C."""


def ouch_line(port: OuchPort, address: tuple[str, int]) -> str:
    """Say where a dialect of OUCH is spoken."""
    where = format_address(address) if address[1] else f"a free port of {address[0]}, which the log of the OES names"
    return f"OUCH, {port.name.lower().replace('_', ' ')}, at {where}"
