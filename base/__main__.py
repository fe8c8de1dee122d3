"""The ``handoff`` command line.

In: arguments. Out: an exit code: 0 for what went well, 1 for what failed, 2 for wrong usage or settings,
141 when nobody reads the output any more.
Never knows: how anything is done. Each command imports what it needs when it is called, so that
``handoff decode`` answers at once.
"""

import argparse
import errno
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from base import __version__
from base.errors import HandoffError, SettingsError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OK, FAILED, WRONG_USAGE = 0, 1, 2
NOBODY_READS = 128 + 13
"""What a shell shows of a program that SIGPIPE ended, which is how others end then."""

SERVERS = {
    "aes": "authenticates clients and hands them over",
    "oes": "takes orders and trades",
    "mds": "shows the market",
}

Command = Callable[[argparse.Namespace], int]


def demo(options: argparse.Namespace) -> int:
    """Run the demo."""
    from base.client.transcript import Transcript
    from base.servers.demonstration import run_demo

    return run_demo(Transcript.on_terminal(), lambda text: print(text, flush=True))


def serve(options: argparse.Namespace) -> int:
    """Run AES, OES and MDS until they are stopped."""
    from base.servers.serve import Addresses
    from base.servers.serve import serve as serve_both

    common = ["--state", str(options.state)]
    common += ["--lenient"] if options.lenient else []
    addresses = Addresses(_address(options.aes), _address(options.oes), _address(options.mds))
    journal = ["--durability", options.durability]
    return serve_both(
        addresses, options.settings, options.demo_accounts, common, journal=journal, with_spare=options.spare
    )


def server(options: argparse.Namespace) -> int:
    """Run one server."""
    gc.disable()  # what is loaded at the start stays; from then on the server itself looks for cycles
    try:
        from base.servers.program import options_from, run_server

        return run_server(options_from(options.command, options, _address(options.listen)))
    finally:
        gc.enable()


def ouch_server(options: argparse.Namespace) -> int:
    """Run an OES that speaks OUCH and shows its book."""
    from base.client.ouch.config_file import configured_address
    from base.servers.ouch_server import ViewOptions, run_ouch_server

    bare = _address(options.listen) or configured_address(options.config)
    return run_ouch_server(ViewOptions(options.mode, bare, options.settings, options.state))


def decode(options: argparse.Namespace) -> int:
    """Print messages, given as hexadecimal digits, as tables."""
    from base.wire.dissector import dissect

    text = "".join("".join(options.hex or sys.stdin.read()).split()).removeprefix("0x")
    try:
        data = bytes.fromhex(text)
    except ValueError:
        wrong = next((digit for digit in text if digit not in "0123456789abcdefABCDEF"), "")
        reason = f"{wrong!a} is no hexadecimal digit" if wrong else f"{len(text)} digits are an odd number"
        print(f"handoff decode: {reason}", file=sys.stderr)
        return WRONG_USAGE
    lines, fault = dissect(data)
    if lines:
        print("\n".join(lines))
    if fault:
        print(f"handoff decode: {fault}", file=sys.stderr)
    return FAILED if fault else OK


def dissector(options: argparse.Namespace) -> int:
    """Print the Wireshark dissector."""
    from base.wire.dissector_lua import dissector_lua

    print(dissector_lua(), end="")
    return OK


def key(options: argparse.Namespace) -> int:
    """Print a new key for an account with one-time codes."""
    from base.servers.settings import new_key

    print(new_key())
    return OK


def client(arguments: Sequence[str]) -> int:
    """Run the menu client, which has options of its own."""
    from base.client.menu import main as client_main

    return client_main(list(arguments))


def watch(arguments: Sequence[str]) -> int:
    """Show an instrument live; it has options of its own."""
    from base.client.watch import main as watch_main

    return watch_main(list(arguments))


def capture(arguments: Sequence[str]) -> int:
    """Write what a subscription receives to a file; it has options of its own."""
    from base.client.capture import main as capture_main

    return capture_main(list(arguments))


def operator(arguments: Sequence[str]) -> int:
    """Command a running venue; its commands have options of their own."""
    from base.servers.operator_console import run

    return run(arguments)


def journal(arguments: Sequence[str]) -> int:
    """Read what a venue recorded; its commands have options of their own."""
    from base.servers.journal_console import run

    return run(arguments)


OUCH_COMMANDS = {
    "ouch-client": ("command", "send OUCH messages from a script, or field by field"),
    "soup-tail": ("tail", "print the numbered messages of a SoupBinTCP session"),
    "codegen": ("codegen", "make a typed module of a message definition in XML"),
    "new-project": ("new_project", "make a package for messages of your own"),
}
"""The commands around OUCH: the module of `base.client.ouch` that runs each with its own options, and what it does."""


def ouch_command(name: str, arguments: Sequence[str]) -> int:
    """Run a command around OUCH."""
    from importlib import import_module

    code: int = import_module(f"base.client.ouch.{OUCH_COMMANDS[name][0]}").run(arguments)
    return code


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    parser = argparse.ArgumentParser(
        "handoff", description="An exchange that fits on a desk: two-stage logon, binary order entry, a real market."
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add(commands, "demo", demo, "start a venue, trade between two accounts, show everything, stop")
    _add_server_options(_add(commands, "serve", serve, "keep AES, OES and MDS running and say how to connect"), "both")
    for kind, what in SERVERS.items():
        _add_server_options(_add(commands, kind, server, f"run one {kind.upper()}, which {what}"), kind)
    commands.add_parser("client", help="log on and trade by a menu", add_help=False)
    commands.add_parser("watch", help="show an instrument live: ladder and tape", add_help=False)
    commands.add_parser("capture", help="write market data to a file for Wireshark", add_help=False)
    commands.add_parser("operator", help="command a running venue: halt, cancel, status ...", add_help=False)
    commands.add_parser("journal", help="read what a venue recorded: show, verify, replay, export", add_help=False)
    parser_of_ouch = _add(commands, "ouch-server", ouch_server, "run a venue for OUCH and show its book once a second")
    parser_of_ouch.add_argument(
        "mode", nargs="?", choices=("table", "debug", "none"), default="table",
        help="table: the book (default); debug: what comes, byte by byte; none: nothing",
    )  # fmt: skip
    parser_of_ouch.add_argument("--listen", metavar="HOST:PORT", help="where bare clients connect (localhost:31421)")
    parser_of_ouch.add_argument(
        "--config", type=Path, default=Path("config.ini"), metavar="FILE", help="without --listen: [DEFAULT] host, port"
    )
    parser_of_ouch.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file with [ouch]")
    parser_of_ouch.add_argument("--state", type=Path, default=Path("state"), metavar="DIR", help="where it keeps all")
    for name, (_, what) in OUCH_COMMANDS.items():
        commands.add_parser(name, help=what, add_help=False)
    parser_of_decode = _add(commands, "decode", decode, "print messages as tables of fields")
    parser_of_decode.add_argument("hex", nargs="*", help="hexadecimal digits; without any, standard input is read")
    _add(commands, "dissector", dissector, "print a dissector for Wireshark, in Lua")
    _add(commands, "key", key, "print a new key for an account with one-time codes")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["client"]:
        return client(given[1:])
    if given[:1] == ["watch"]:
        return watch(given[1:])
    if given[:1] == ["capture"]:
        return capture(given[1:])
    if given[:1] == ["operator"]:
        return _reported(lambda: operator(given[1:]))
    if given and given[0] in OUCH_COMMANDS:
        return _reported(lambda: ouch_command(given[0], given[1:]))
    if given[:1] == ["journal"]:
        return _reported(lambda: journal(given[1:]))
    parser = make_parser()
    options = parser.parse_args(given)
    if options.version:
        print(f"handoff {__version__}")
        return OK
    if options.command is None:
        parser.print_help(sys.stderr)
        return WRONG_USAGE
    command: Command = options.run
    return _reported(lambda: command(options))


def _reported(run: Callable[[], int]) -> int:
    """Run a command; what goes wrong on purpose becomes a line and an exit code."""
    try:
        code = run()
        sys.stdout.flush()
        return code
    except SettingsError as error:
        print(f"handoff: {error}", file=sys.stderr)
        return WRONG_USAGE
    except HandoffError as error:
        print(f"handoff: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("handoff: interrupted", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        _give_up_output()  # nobody reads it any more
        return NOBODY_READS
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _give_up_output()
        print(f"handoff: the output cannot be written: {error.strerror}", file=sys.stderr)
        return FAILED


def _give_up_output() -> None:
    """Let what is left of the output go nowhere, so that the interpreter does not trip over it while it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, what: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.set_defaults(run=run)
    return parser


def _add_server_options(parser: argparse.ArgumentParser, kind: str) -> None:
    where = "HOST:PORT"
    if kind == "both":
        parser.add_argument("--aes", metavar=where, help="where the AES listens (default: what the settings say)")
        parser.add_argument("--oes", metavar=where, help="where the OES listens (default: what the settings say)")
        parser.add_argument("--mds", metavar=where, help="where the MDS listens (default: what the settings say)")
    else:
        parser.add_argument("--listen", metavar=where, help="where to listen; port 0 takes a free one")
        parser.add_argument("--stop-with-input", action="store_true", help="stop when standard input ends")
    if kind in ("oes", "both"):
        parser.add_argument(
            "--durability", choices=("commit", "none"), default="commit",
            help="commit: nothing is answered before it is on the disk (default); none: written, but not waited for",
        )  # fmt: skip
        spare = "stand by behind the OES on the same state" if kind == "oes" else "run a spare OES as well"
        parser.add_argument("--spare", action="store_true", help=f"{spare}, and take over when it is gone")
    if kind == "aes":
        parser.add_argument(
            "--oes", metavar=where, action="append", default=[], help="name this OES, not the live ones; repeatable"
        )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file; without it the demo's settings")
    parser.add_argument("--state", type=Path, default=Path("state"), metavar="DIR", help="shared by AES and OES")
    parser.add_argument("--lenient", action="store_true", help="let the original, unmodified Python client in")
    parser.add_argument("--demo-accounts", action="store_true", help="let other machines use the demo accounts")


def _address(text: str | None) -> tuple[str, int] | None:
    from base.servers.settings import parse_address

    try:
        return None if text is None else parse_address(text)
    except ValueError as error:
        raise SettingsError(f"address {text!r}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
