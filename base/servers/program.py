"""A server as a program: from its options to its exit code.

In: command-line options. Out: a running server, the line that announces it, an exit code (0 ended in an
orderly way, 1 failed, 2 wrong options or settings). Never knows: messages, how a venue works.
Settings are read and checked before anything is opened; no wrong setting ends in a traceback (I6).
"""

import argparse
import ipaddress
import logging
import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from base import limits
from base.client.answers import argument, whole_number
from base.errors import HandoffError, ServerMustStop, SettingsError
from base.network.application import Observer
from base.servers.aes import build_aes
from base.servers.demo_settings import NAME as DEMO
from base.servers.demo_settings import demo_settings
from base.servers.log import start_logging
from base.servers.mds import build_mds
from base.servers.oes import Oes
from base.servers.server import Server
from base.servers.settings import Settings, load_settings, parse_host
from base.servers.wire_trace import WireTrace
from base.socket_controller import LARGEST_PORT

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
    is_example: bool = False


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


def example_main(kind: str, arguments: Sequence[str] | None = None) -> int:
    """Run one of the two example servers: ``HOST PORT`` and options; prints what it receives."""
    parser = argparse.ArgumentParser(description=f"The example {kind.upper()} server.")
    parser.add_argument("host", metavar="HOST", type=argument(parse_host), help="address to listen on")
    parser.add_argument(
        "port", metavar="PORT", type=argument(whole_number("port", 0, LARGEST_PORT)),
        help="port to listen on; 0 takes a free one",
    )  # fmt: skip
    add_options(parser, kind)
    parsed = parser.parse_args(arguments)
    return run_server(replace(options_from(kind, parsed, (parsed.host, parsed.port)), is_example=True))


def run_server(options: Options) -> int:
    """Serve until stopped; gives the exit code."""
    start_logging()
    _allow_many_files()
    try:
        settings = load_settings(options.settings) if options.settings else demo_settings()
        address = options.address or getattr(settings, options.kind)
        judge_constant_codes(settings, address[0], options.demo_accounts or options.is_example)
        if options.kind == "mds":
            _stand_back(settings.mds_nice)
        server = _build(settings, address, options)
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


def _build(settings: Settings, address: tuple[str, int], options: Options) -> Server | None:
    observer: Observer | None = WireTrace(sys.stdout) if options.is_example else None
    if options.kind == "aes":
        return build_aes(
            settings, address, options.state, oes=options.oes, lenient=options.lenient, observer=observer
        )
    if options.kind == "mds":
        return build_mds(settings, address, options.state, lenient=options.lenient, observer=observer)
    oes = Oes(settings, options.state, lenient=options.lenient)
    try:
        if not options.spare:
            oes.take()
        elif not oes.stand_by(signals=True, stop_with_input=STANDARD_INPUT if options.stop_with_input else None):
            oes.close()
            return None
        return oes.open(address, observer=observer, durable=options.durable, forks=True)
    except BaseException:
        oes.close()
        raise


def judge_constant_codes(settings: Settings, host: str, demo_accounts: bool) -> None:
    """Keep accounts whose code is a constant from other machines, unless somebody asked for it.

    Raises SettingsError; ``demo_accounts`` lets those of the demo pass with a warning.
    """
    if is_loopback(host) or not settings.has_constant_codes:
        return
    is_demo = settings.source == DEMO
    if is_demo and demo_accounts:
        log.warning("other machines reach %s, and everybody knows the keys of the demo accounts", host)
    elif settings.constant_codes_everywhere:
        log.warning("other machines reach %s, and there are accounts whose one-time code never changes", host)
    elif is_demo:
        raise SettingsError(
            f"other machines reach {host}, and everybody knows the keys of the demo accounts:"
            " give --settings FILE, listen on 127.0.0.1, or allow it with --demo-accounts"
        )
    else:
        raise SettingsError(
            f"{settings.source}: other machines reach {host}, and there are accounts with mode = \"constant\","
            ' whose code never changes: use mode = "totp", or allow it with logon.constant_codes = "everywhere"'
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _start_line(settings: Settings, server: Server, options: Options) -> str:
    accounts = ", ".join(f"{one.account} (user {one.user}, key {one.user})" for one in settings.participants)
    who = f"demo accounts {accounts}" if settings.source == DEMO else f"{len(settings.participants)} users"
    manner = "lenient" if options.lenient else "strict"
    kept = f"; durability {'commit' if options.durable else 'none'}" if options.kind == "oes" else ""
    return f"{server.name} at {server.address[0]}:{server.address[1]}, {manner}, {settings.source}: {who}{kept}"


def _stand_back(nice: int) -> None:
    """Let others go first; a process that was started with a lower priority keeps it."""
    os.nice(max(0, nice - os.getpriority(os.PRIO_PROCESS, 0)))


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.SESSIONS + limits.SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):  # some systems allow less than they say; fewer sessions fit then
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
