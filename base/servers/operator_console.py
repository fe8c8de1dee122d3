"""The operator's commands as typed: arguments in, a request to the running venue, its answer printed.

In: the arguments of ``handoff operator``. Out: lines, an exit code. Never knows: what a command does; which
instruments and accounts there are and what is carried out, the venue says.
Follows "Operator" of the behaviour page: over the socket in the state directory, whose owner may use it.
"""

import argparse
import errno
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from base import limits
from base.errors import ConnectionLost, OperatorRefused
from base.network.local_door import ask
from base.servers.operator_door import SOCKET_NAME

COLUMNS = ("symbol", "state", "last", "index", "mark")
ROW = "{:<12} {:<8} {:>18} {:>18} {:>18}"
"""80 columns at most: a name, a state, and three prices of the largest number of ticks."""
FIGURE_WIDTH = 12
"""Columns of a figure, unless it needs more: tables of one answer stand below each other."""
NOBODY = (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR)

EPILOG = """\
examples:
  handoff operator status
  handoff operator account 100700
  handoff operator index BTCUSD 50000.5
  handoff operator --state /srv/venue halt --all
A venue refuses what it does not carry out yet, and says so. More: docs/operator.md"""


def run(arguments: Sequence[str], say: Callable[[str], object] = print) -> int:
    """Carry out one command of the operator; gives the exit code.

    Raises OperatorRefused when the venue does not do it, ConnectionLost when there is none.
    """
    parser = make_parser()
    options = vars(parser.parse_args(arguments))
    if "all" in options and options["all"] == bool(options["symbols"] or options.get("account")):
        parser.error(f"{options['command']}: say what it concerns, or --all, and not both")
    state = options.pop("state")
    reply = _ask_venue(state, {name: value for name, value in options.items() if value})
    if reply["instruments"]:
        say(ROW.format(*COLUMNS))
        for row in reply["instruments"]:
            say(ROW.format(*(row[column] for column in COLUMNS)))
    for line in (*_table_lines(reply["tables"]), *reply["lines"]):
        say(line)
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the operator's commands; what it reads has the names of a request's fields."""
    parser = argparse.ArgumentParser(
        "handoff operator",
        description="Command the venue that runs in a state directory.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--state", type=Path, default=Path("state"), metavar="DIR", help="that of the venue (default: ./state)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for word, what in (
        ("open", "let instruments trade"),
        ("halt", "stop trading in instruments; orders stay"),
        ("close", "end the day of instruments"),
        ("pre-open", "take orders without matching them, until the instruments open"),
    ):
        _add_instruments(_add(commands, word, what))
    _add_symbol(_add(commands, "uncross", "match what crosses, at the price of the largest volume"))
    for word in ("index", "mark"):
        parser_of_price = _add(commands, word, f"set the {word} price of an instrument")
        _add_symbol(parser_of_price)
        parser_of_price.add_argument("price", metavar="PRICE", help="a decimal number on the instrument's tick")
    for word, what in (("kill", "take an account out of the market"), ("release", "let a killed account trade again")):
        _add(commands, word, what).add_argument("account", type=int, metavar="ACCOUNT", help="its number")
    parser_of_cancel = _add(commands, "cancel", "cancel the orders of an account, in an instrument, or all")
    parser_of_cancel.add_argument("--account", type=int, metavar="N", help="only those of this account")
    parser_of_cancel.add_argument(
        "--symbol", dest="symbols", action="append", metavar="S", help="only those in this instrument"
    )
    parser_of_cancel.add_argument("--all", action="store_true", help="really all orders of all accounts")
    parser_of_break = _add(commands, "break-trade", "undo a trade of this session; both sides get back what they gave")
    parser_of_break.add_argument(
        "trade", type=int, metavar="EXEC_ID", help="the ExecID of its reports, which is OUCH's match number"
    )
    parser_of_break.add_argument(
        "--reason", choices=("erroneous", "consent", "supervisory", "external"), help="why (default: supervisory)"
    )
    _add(commands, "end-session", "end the trading session; DAY orders leave")
    _add(commands, "status", "show each instrument's state and prices")
    _add(commands, "account", "show what an account has, holds back, owes and may do").add_argument(
        "account", type=int, metavar="ACCOUNT", help="its number"
    )
    _add(commands, "fees", "show what the venue took in fees")
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", word: str, what: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(word, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.add_argument(
        "--state", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="the same as before the command"
    )
    return parser


def _add_instruments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("symbols", nargs="*", metavar="SYMBOL", help="an instrument by its name")
    parser.add_argument("--all", action="store_true", help="all instruments")


def _add_symbol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("symbols", nargs=1, metavar="SYMBOL", help="an instrument by its name")


def _table_lines(tables: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Give tables as lines: names on the left, figures on the right, each column as wide as it has to be."""
    for place, table in enumerate(tables):
        if place:
            yield ""
        yield f"{table['title']}:"
        rows = [table["columns"], *table["rows"]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            cells = [first.ljust(widths[0])]
            cells += [cell.rjust(max(width, FIGURE_WIDTH)) for cell, width in zip(others, widths[1:], strict=True)]
            yield " ".join(cells)


def _ask_venue(state: Path, request: dict[str, object]) -> dict[str, Any]:
    line = json.dumps(request).encode()
    if len(line) > limits.LOCAL_LINE_BYTES:
        raise OperatorRefused(f"the command has {len(line)} bytes, {limits.LOCAL_LINE_BYTES} may be")
    try:
        answer = ask(state / SOCKET_NAME, line)
    except OSError as error:
        if error.errno in NOBODY:
            raise ConnectionLost(
                f"no venue is running in the state directory {state}: start one there, or name its directory by --state"
            ) from None
        raise ConnectionLost(f"{state / SOCKET_NAME}: {error.strerror or error}") from error
    if not answer:
        raise ConnectionLost("the venue ended without an answer; its log says why")
    reply: dict[str, Any] = json.loads(answer)
    if not reply["ok"]:
        raise OperatorRefused(reply["error"])
    return reply
