"""AES and OES together, for somebody who wants a venue now.

In: options. Out: two running servers, the commands that connect to them, an exit code. Never knows:
messages. When one of the two ends by itself the other one is stopped and the exit code says so.
"""

import selectors
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from base.errors import ServerFailed
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


def serve(addresses: Addresses, settings_file: Path | None, demo_accounts: bool, common: Sequence[str]) -> int:
    """Run both servers until SIGINT or SIGTERM; ``common`` are further options that both get.

    Raises SettingsError before anything is started, ServerFailed when a server cannot go on.
    """
    settings = load_settings(settings_file) if settings_file else demo_settings()
    arguments = [*common, *(["--settings", str(settings_file)] if settings_file else [])]
    arguments += ["--demo-accounts"] if demo_accounts else []
    asked = []
    for kind, address in (("oes", addresses.oes or settings.oes), ("aes", addresses.aes or settings.aes)):
        judge_constant_codes(settings, address[0], demo_accounts)
        asked.append((kind, ["--listen", format_address(address), *arguments]))
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        wakeup = Wakeup(selector)
        stack.callback(wakeup.close)
        over: list[Child | None] = []
        stack.enter_context(stop_on_signals(lambda: over.append(None), wakeup))
        children = [stack.enter_context(Child(kind, arguments)) for kind, arguments in asked]
        oes, aes = (child.address() for child in children)
        for child in children:
            EndOfInput(selector, child.output.fileno(), partial(over.append, child))
        print(directions(aes, oes), flush=True)
        while not over:
            for key, mask in selector.select():
                key.data.process_events(mask)
        if over[0] is not None:
            raise ServerFailed(f"the {over[0].kind.upper()} ended by itself with exit code {over[0].stop()}")
        print("stopping", flush=True)
    return 0


def directions(aes: tuple[str, int], oes: tuple[str, int]) -> str:
    """Say how to connect."""
    host = "127.0.0.1" if aes[0] == "0.0.0.0" else aes[0]
    return f"""\
AES at {format_address(aes)}, OES at {format_address(oes)}
Connect with:       handoff client {host} {aes[1]}
or from a checkout: python3 example_client.py {host} {aes[1]}
Without a settings file the accounts are 1 (user 1, key 1) and 100700 (user BOU7, key BOU7).
Stop with Ctrl-C."""
