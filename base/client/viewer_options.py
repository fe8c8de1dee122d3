"""The command lines of the programs that look at the market: `handoff watch` and `handoff capture`.

In: arguments. Out: options, and the MarketData that they describe. Never knows: what is done with it.
The user is by default the first demo account; a key that is worth something comes from HANDOFF_KEY, because others
on the machine can read command lines.
"""

import argparse
import os
from functools import partial

from base.client.answers import amount, argument, whole_number
from base.client.market_data import MarketData
from base.client.requests import CONSTANT, TOTP
from base.wire.bo.codes import SubscribeType

KINDS = {
    1: SubscribeType.TOB, 3: SubscribeType.THREELAYERS, 5: SubscribeType.FIVELAYERS,
    10: SubscribeType.TENLAYERS, 20: SubscribeType.TWENTYLAYERS, 30: SubscribeType.THIRTYLAYERS,
}  # fmt: skip
"""Subscribe types by the levels they show."""

DEMO_NAME = "1"


def make_parser(program: str, what: str, subject: str, help_of_subject: str) -> argparse.ArgumentParser:
    """Make a parser of what both programs take; ``subject`` is the first argument."""
    parser = argparse.ArgumentParser(program, description=what)
    parser.add_argument("subject", metavar=subject, help=help_of_subject)
    parser.add_argument(
        "host", metavar="HOST", nargs="?", type=argument(partial(_host, subject)), default="127.0.0.1",
        help="the AES (default 127.0.0.1)",
    )  # fmt: skip
    parser.add_argument(
        "port", metavar="PORT", nargs="?", type=argument(whole_number("port", 1, 65535)), default=4444,
        help="its port (default 4444)",
    )  # fmt: skip
    parser.add_argument(
        "--account", metavar="NUMBER", type=argument(whole_number("account", 0, 2**32 - 1)), default=1,
        help="who looks (default 1)",
    )  # fmt: skip
    parser.add_argument("--user", metavar="NAME", default=DEMO_NAME, help=f"user name (default {DEMO_NAME})")
    parser.add_argument("--key", metavar="KEY", help="its key (default: what HANDOFF_KEY says, then the user name)")
    parser.add_argument("--totp", action="store_true", help="time-based one-time codes (default: the constant code)")
    parser.add_argument(
        "--levels", metavar="NUMBER", type=int, choices=KINDS, default=5,
        help=f"levels of the book: {', '.join(map(str, KINDS))} (default 5)",
    )  # fmt: skip
    parser.add_argument(
        "--seconds", metavar="SECONDS", type=argument(amount("number of seconds")),
        help="end after so long (default: with Ctrl-C)",
    )  # fmt: skip
    return parser


def _host(subject: str, text: str) -> str:
    if text.isdigit():
        raise ValueError(f"{text} is no host: {subject} stands first, then HOST and PORT")
    return text


def market_data_for(options: argparse.Namespace) -> MarketData:
    """Give a MarketData that is not logged on yet."""
    key = options.key or os.environ.get("HANDOFF_KEY") or options.user
    mode = TOTP if options.totp else CONSTANT
    return MarketData(options.host, options.port, key, options.user, options.account, mode=mode)
