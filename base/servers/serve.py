"""AES and OES together, for somebody who wants a venue now.

In: options. Out: two running servers, the commands that connect to them, an exit code. Never knows:
messages. When one of the two ends by itself the other one is stopped and the exit code says so.
"""

import selectors
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from base import limits
from base.errors import ServerFailed, SettingsError
from base.network.wakeup import EndOfInput, Wakeup, stop_on_signals
from base.servers.children import Child
from base.servers.demo_settings import demo_settings
from base.servers.program import judge_constant_codes
from base.servers.settings import load_settings
from base.socket_controller import format_address


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two servers listen; None for what the settings say."""

    aes: tuple[str, int] | None = None
    oes: tuple[str, int] | None = None


def serve(
    addresses: Addresses,
    settings_file: Path | None,
    demo_accounts: bool,
    common: Sequence[str],
    *,
    journal: Sequence[str] = (),
    with_spare: bool = False,
) -> int:
    """Run both servers until SIGINT or SIGTERM; ``common`` are further options that both get, ``journal`` the OES's.

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
    listen = {"oes": addresses.oes or settings.oes, "aes": addresses.aes or settings.aes}
    for address in listen.values():
        judge_constant_codes(settings, address[0], demo_accounts)
    with ExitStack() as stack:
        house = _House(stack)
        oes = house.start("oes", ["--listen", format_address(listen["oes"]), *journal, *arguments])
        aes = house.start("aes", ["--listen", format_address(listen["aes"]), *arguments])
        print(directions(aes.address(), oes.address()), flush=True)
        if with_spare:
            spare = ["--spare", "--listen", format_address((listen["oes"][0], 0)), *journal, *arguments]
            house.stand_by(lambda: house.start("oes", spare))
        house.look_after(aes)
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
        self._start_spare: Callable[[], Child] | None = None
        self._takeovers_left = limits.TAKEOVERS

    def start(self, kind: str, arguments: Sequence[str]) -> Child:
        """Start a server, which is stopped when all this ends."""
        child = self._stack.enter_context(Child(kind, arguments))
        EndOfInput(self._selector, child.output.fileno(), partial(self._over.append, child))
        return child

    def stand_by(self, start_spare: Callable[[], Child]) -> None:
        """Have a spare OES from now on; another one each time that the last one had to take over."""
        self._start_spare = start_spare
        start_spare()

    def look_after(self, aes: Child) -> None:
        """Wait until we are to stop; ServerFailed when a server ends that nobody replaces."""
        while True:
            while not self._over:
                for key, mask in self._selector.select():
                    key.data.process_events(mask)
            ended = self._over.popleft()
            if ended is None:
                print("stopping", flush=True)
                return
            code = ended.stop()
            if ended is aes or self._start_spare is None or not self._takeovers_left:
                raise ServerFailed(f"the {ended.kind.upper()} ended by itself with exit code {code}")
            self._takeovers_left -= 1
            print(f"an OES ended by itself with exit code {code}; the spare goes on, and gets a spare", flush=True)
            self._start_spare()


def directions(aes: tuple[str, int], oes: tuple[str, int]) -> str:
    """Say how to connect."""
    host = "127.0.0.1" if aes[0] == "0.0.0.0" else aes[0]
    return f"""\
AES at {format_address(aes)}, OES at {format_address(oes)}
Connect with:       handoff client {host} {aes[1]}
or from a checkout: python3 example_client.py {host} {aes[1]}
Without a settings file the accounts are 1 (user 1, key 1) and 100700 (user BOU7, key BOU7).
Stop with Ctrl-C."""
