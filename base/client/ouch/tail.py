"""``handoff soup-tail``: prints the numbered messages of a SoupBinTCP session as they come.

In: arguments, a stream of messages. Out: lines ``number : message``, raw or decoded; an exit code: 0 when the session
ended or enough messages came, 1 when the login or the connection failed. Never knows: who answers.
Follows: nasdaq-protocols, ``nasdaq-soup-tail``.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from base.client.answers import argument, whole_number
from base.client.ouch import DIALECTS, connect, japannext64
from base.client.ouch.definitions import read_file
from base.client.ouch.plain import shown
from base.client.ouch.session import SESSION_ENDED
from base.errors import ConnectionLost, ParseError
from base.wire.dialect import Dialect, Direction

OK = 0
READABLE = DIALECTS | {"japannext64": japannext64}


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; exits with 2 and a usage line when it is wrong."""
    parser = argparse.ArgumentParser(
        "handoff soup-tail", description="Print the numbered messages of a SoupBinTCP session as they come."
    )
    numbers = argument(whole_number("number", 0, 10**19))
    parser.add_argument("host", metavar="HOST")
    parser.add_argument("port", metavar="PORT", type=argument(whole_number("port", 1, 65535)))
    parser.add_argument("-U", "--user", required=True)
    parser.add_argument("-P", "--password", default=os.environ.get("HANDOFF_PASSWORD", ""), help="or HANDOFF_PASSWORD")
    parser.add_argument("-S", "--session", default="", help="the session to join (default: the one that runs)")
    parser.add_argument("-s", "--sequence", type=numbers, default=1, help="1 (default) is the first, 0 new ones only")
    parser.add_argument("-n", "--count", type=numbers, help="end after so many messages")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dialect", choices=list(READABLE), help="decode messages of this dialect")
    how.add_argument("--definition", type=Path, metavar="FILE.xml", help="decode what this file, or itch50, defines")
    return parser.parse_args(list(arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command; gives the exit code."""
    options = options_of(arguments)
    write = _writer(options)
    left = options.count
    tail = connect(
        (options.host, options.port), options.user, options.password, options.session, options.sequence,
        on_debug=lambda text: print(f"debug : {text}", flush=True),
    )  # fmt: skip
    with tail:
        while left is None or left > 0:
            try:
                raw = tail.receive_message()
            except ConnectionLost:
                if tail.close_reason != SESSION_ENDED:
                    raise
                print(SESSION_ENDED, flush=True)
                return OK
            print(f"{tail.sequence} : {write(raw)}", flush=True)
            left = None if left is None else left - 1
    return OK


def _writer(options: argparse.Namespace) -> Callable[[bytes], str]:
    dialect: Dialect
    if options.dialect is not None:
        dialect = READABLE[options.dialect].dialect
    elif options.definition is not None:
        dialect = read_file(options.definition).dialect
    else:
        return repr

    def decoded(raw: bytes) -> str:
        try:
            return shown(dialect.decode(raw, Direction.TO_CLIENT))
        except ParseError as error:
            return f"{raw!r} ({error})"

    return decoded
