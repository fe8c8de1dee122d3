"""``handoff ouch-client``: the scripted and the asking client of The OUCH Project.

In: arguments, a script or typed lines, ``config.ini``. Out: messages and replies as JSON, an exit code: 0 for what
went as expected, 1 for what did not, 2 for a wrong option or script. Never knows: what a venue does.
Follows: The OUCH Project, "Usage": one message for each Enter, replies as they come, the end after the last.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from base.client.answers import amount, argument, whole_number
from base.client.console import Console, InputEnded
from base.client.ouch import DIALECTS, BlockingSession, connect, connect_bare
from base.client.ouch.config_file import DEFAULT_HOST, DEFAULT_PORT, configured_address
from base.client.ouch.junit import junit
from base.client.ouch.plain import shown
from base.client.ouch.player import Player
from base.client.ouch.prompts import Prompts
from base.client.ouch.script import Step, read_script
from base.errors import ConnectionLost, SettingsError
from base.wire.dialect import Dialect

OK, FAILED = 0, 1


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; exits with 2 and a usage line when it is wrong."""
    parser = argparse.ArgumentParser(
        "handoff ouch-client", description="Send OUCH messages from a script, or ask for each field and send them."
    )
    seconds = argument(amount("number of seconds"))
    parser.add_argument("script", nargs="?", type=Path, metavar="SCRIPT.json", help="without it, every field is asked")
    parser.add_argument("--play", action="store_true", help="send without waiting for Enter")
    parser.add_argument("--config", type=Path, default=Path("config.ini"), metavar="FILE", help="[DEFAULT] host, port")
    parser.add_argument("--host", help=f"address of the venue (default: that of the file, or {DEFAULT_HOST})")
    parser.add_argument("--port", type=argument(whole_number("port", 1, 65535)), help=f"its port (or {DEFAULT_PORT})")
    parser.add_argument("--dialect", choices=list(DIALECTS), default="japannext", help="default japannext")
    parser.add_argument("--user", help="log in over SoupBinTCP; without it messages go bare on TCP")
    parser.add_argument("--password", default="", help="with --user")
    parser.add_argument("--session", default="", help="with --user: the session to join (default: the one that runs)")
    parser.add_argument(
        "--sequence", type=argument(whole_number("sequence number", 0, 10**19)), default=0,
        help="with --user: the first message wanted; 1 is the first of all, 0 (default) new ones only",
    )  # fmt: skip
    parser.add_argument("--timeout", type=seconds, default=5.0, help="seconds to wait for an expected reply (5)")
    parser.add_argument("--quiet", type=seconds, default=0.5, help="seconds without a reply that end a wait (0.5)")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write what was checked as a JUnit file")
    return parser.parse_args(list(arguments))


def address_of(options: argparse.Namespace) -> tuple[str, int]:
    """Where the venue is: options first, then the file, then what The OUCH Project uses."""
    return configured_address(options.config, options.host, options.port)


def run(arguments: Sequence[str]) -> int:
    """Run the command; gives the exit code."""
    options = options_of(arguments)
    dialect: Dialect = DIALECTS[options.dialect].dialect
    if options.dialect == "nasdaq50" and options.user is None:
        raise SettingsError("--dialect nasdaq50: its messages have no fixed lengths, so it needs --user")
    steps = None if options.script is None else read_script(options.script, dialect)
    console = Console()
    player = Player(console.say, options.timeout, options.quiet)
    address = address_of(options)
    with _connected(options, address, dialect, player) as session:
        console.say(f"connected to {address[0]}:{address[1]}")
        if steps is None:
            return _ask(console, dialect, session, player)
        return _play(options, steps, console, session, player)


def _connected(
    options: argparse.Namespace, address: tuple[str, int], dialect: Dialect, player: Player
) -> BlockingSession:
    if options.user is None:
        return connect_bare(address, dialect=dialect, on_msg=player.reply, on_close=player.over)
    return connect(
        address, options.user, options.password, options.session, options.sequence,
        dialect=dialect, on_msg=player.reply, on_close=player.over,
    )  # fmt: skip


def _play(
    options: argparse.Namespace, steps: list[Step], console: Console, session: BlockingSession, player: Player
) -> int:
    failed = ""
    try:
        player.play(steps, session, None if options.play else console.ask)
    except InputEnded:
        failed = f"the input ended after {len(player.verdicts)} of {len(steps)} actions"
    except ConnectionLost as error:
        failed = str(error)
    if failed:
        player.give_up(steps, failed)
        print(f"handoff ouch-client: {failed}", file=sys.stderr)
    if options.junit is not None:
        try:
            options.junit.write_bytes(junit(options.script.stem, player.verdicts))
        except OSError as error:
            raise SettingsError(f"{options.junit}: {error.strerror}") from None
    wrong = [verdict for verdict in player.verdicts if verdict.wrong]
    checked = sum(step.expected is not None for step in steps)
    console.say(f"{len(steps)} actions, {checked} checked, {len(wrong)} failed")
    return FAILED if wrong or failed else OK


def _ask(console: Console, dialect: Dialect, session: BlockingSession, player: Player) -> int:
    prompts = Prompts(console, dialect)
    while True:
        try:
            message = prompts.next_message()
        except InputEnded:
            message = None
        if message is None:
            player.settle()
            return OK
        console.say(f"-> {shown(message)}")
        session.send_message(message)
        player.settle()
