"""The command line of the menu client.

In: arguments. Out: options, or a usage line and exit code 2. Never knows: sessions, sockets.
Follows the owner's README (``example_client.py HOST PORT``).
"""

import argparse

from base.client.answers import amount, argument, understand_instrument, whole_number


def read_options(argv: list[str], program: str) -> argparse.Namespace:
    """Read the command line of the menu client; exits with 2 and a usage line when it is wrong."""
    parser = argparse.ArgumentParser(
        program, description="Log on through an AES to an OES and trade, by a menu or by itself."
    )
    parser.add_argument("host", metavar="HOST", help="address of the AES")
    parser.add_argument("port", metavar="PORT", type=argument(whole_number("port", 1, 65535)), help="port of the AES")
    parser.add_argument("--auto", action="store_true", help="send a transaction each interval instead of the menu")
    parser.add_argument(
        "--interval", metavar="SECONDS", type=argument(amount("interval")), default=1.0, help="with --auto (default 1)"
    )
    parser.add_argument(
        "--count",
        metavar="NUMBER",
        type=argument(whole_number("count", 0, 2**31)),
        help="with --auto: stop after so many transactions (default: 3 for each of the 17 order types)",
    )
    parser.add_argument(
        "--receive-seconds",
        metavar="SECONDS",
        type=argument(amount("number of seconds")),
        help="length of the receive mode (default: until Enter)",
    )
    parser.add_argument(
        "--instrument",
        metavar="NUMBER",
        type=argument(understand_instrument),
        default=1,
        help="instrument to trade, by number or name (default 1)",
    )
    parser.add_argument("--totp", action="store_true", help="time-based one-time codes (default: the constant code)")
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=argument(amount("timeout")),
        default=10.0,
        help="time that each step of the logon may take (default 10)",
    )
    return parser.parse_args(argv)
