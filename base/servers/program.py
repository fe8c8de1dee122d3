"""A server as a program: from its options to its exit code.

In: command-line options. Out: a running server, the line that announces it, an exit code (0 ended in an
orderly way, 1 failed, 2 wrong options or settings). Never knows: messages, how a venue works.
Settings are read and checked before anything is opened; no wrong setting ends in a traceback (I6).
"""

import argparse
import gc
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from base.errors import HandoffError, ServerMustStop, SettingsError
from base.network.admission import allow_many_files
from base.network.application import Observer
from base.servers.demo_settings import NAME as DEMO
from base.servers.demo_settings import demo_settings
from base.servers.exposure import judge_constant_codes
from base.servers.log import start_logging
from base.servers.server import Server
from base.servers.settings import Settings, load_settings

log = logging.getLogger("handoff")

OK, FAILED, WRONG_SETTINGS = 0, 1, 2
STANDARD_INPUT = 0


@dataclass(frozen=True, slots=True)
class Options:
    """How one server is asked for; ``kind`` is "aes", "oes" or "mds", ``address`` None for that of the settings."""

    kind: str
    address: tuple[str, int] | None = None
    settings: Path | None = None
    state: Path = Path("state")
    oes: tuple[str, ...] = ()
    lenient: bool = False
    demo_accounts: bool = False
    stop_with_input: bool = False
    durable: bool = True
    spare: bool = False


def add_options(parser: argparse.ArgumentParser, kind: str) -> None:
    """Add what both servers take, as a program of its own and as a command."""
    parser.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file; without it the demo's settings")
    parser.add_argument(
        "--state", type=Path, default=Path("state"), metavar="DIR", help="what AES and OES share (default: ./state)"
    )
    parser.add_argument("--lenient", action="store_true", help="let the original, unmodified Python client in")
    parser.add_argument("--stop-with-input", action="store_true", help="stop when standard input ends")
    if kind == "aes":
        parser.add_argument(
            "--oes", action="append", default=[], metavar="HOST:PORT",
            help="name this order-entry server instead of the live ones; may be repeated",
        )  # fmt: skip


def options_from(kind: str, parsed: argparse.Namespace, address: tuple[str, int] | None) -> Options:
    """Give the options that a parser read."""
    return Options(
        kind=kind,
        address=address,
        settings=parsed.settings,
        state=parsed.state,
        oes=tuple(getattr(parsed, "oes", ())),
        lenient=parsed.lenient,
        demo_accounts=getattr(parsed, "demo_accounts", False),
        stop_with_input=parsed.stop_with_input,
        durable=getattr(parsed, "durability", "commit") == "commit",
        spare=getattr(parsed, "spare", False),
    )


def run_server(options: Options, observer: Observer | None = None) -> int:
    """Serve until stopped; gives the exit code. ``observer`` sees what comes."""
    start_logging(options.kind.upper())
    if too_few := allow_many_files():
        log.warning("%s", too_few)
    try:
        settings = load_settings(options.settings) if options.settings else demo_settings()
        address = options.address or getattr(settings, options.kind)
        judge_constant_codes(settings, address[0], options.demo_accounts)
        if options.kind == "mds":
            _stand_back(settings.mds_nice)
        server = _build(settings, address, options, observer)
    except SettingsError as error:
        print(f"handoff: {error}", file=sys.stderr)
        return WRONG_SETTINGS
    except HandoffError as error:
        print(f"handoff: {error}", file=sys.stderr)
        return FAILED
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        print(f"handoff: cannot listen on {address[0]}:{address[1]}: {reason}", file=sys.stderr)
        return FAILED
    if server is None:
        return OK  # stopped while it stood by
    with server:
        if options.stop_with_input:
            server.loop.stop_with_input(STANDARD_INPUT)
        log.info("%s", _start_line(settings, server, options))
        print("listening on", server.address, flush=True)
        try:
            server.run()
        except ServerMustStop as error:
            log.critical("%s ends at once, what it answered is kept: %s", server.name, error)
            return FAILED
        log.info("%s ended", server.name)
    return OK


def _build(
    settings: Settings, address: tuple[str, int], options: Options, observer: Observer | None
) -> Server | None:
    # each kind loads what it needs when it is asked for, or a start takes half as long again
    if options.kind == "aes":
        from base.servers.aes import build_aes

        return build_aes(
            settings, address, options.state, oes=options.oes, lenient=options.lenient, observer=observer
        )
    if options.kind == "mds":
        from base.servers.mds import build_mds

        return build_mds(settings, address, options.state, lenient=options.lenient, observer=observer)
    from base.servers.oes import Oes

    oes = Oes(settings, options.state, lenient=options.lenient)
    try:
        if not options.spare:
            oes.take()
        else:
            gc.enable()  # that may take days, in which nobody else looks for cycles
            if not oes.stand_by(signals=True, stop_with_input=STANDARD_INPUT if options.stop_with_input else None):
                oes.close()
                return None
            gc.disable()  # clients wait for the takeover
        return oes.open(address, observer=observer, durable=options.durable, forks=True)
    except BaseException:
        oes.close()
        raise


def _start_line(settings: Settings, server: Server, options: Options) -> str:
    accounts = ", ".join(f"{one.account} (user {one.user}, key {one.user})" for one in settings.participants)
    who = f"demo accounts {accounts}" if settings.source == DEMO else f"{len(settings.participants)} users"
    manner = "lenient" if options.lenient else "strict"
    kept = f"; durability {'commit' if options.durable else 'none'}" if options.kind == "oes" else ""
    return f"{server.name} at {server.address[0]}:{server.address[1]}, {manner}, {settings.source}: {who}{kept}"


def _stand_back(nice: int) -> None:
    """Let others go first; a process that was started with a lower priority keeps it."""
    os.nice(max(0, nice - os.getpriority(os.PRIO_PROCESS, 0)))
