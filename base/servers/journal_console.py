"""The journal as people read it: ``handoff journal show``, ``verify``, ``replay`` and ``export``.

In: the arguments of ``handoff journal``. Out: lines, an exit code; how far it is, on the standard error. Never knows:
how a journal is kept. Follows docs/journal.md, "Tools". Nothing of the journal is changed, and no lock is taken: it may
be that of a running venue.
"""

import argparse
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from base.clock import utc_text
from base.errors import HandoffError, SettingsError

if TYPE_CHECKING:
    from base.servers.journal_reading import Reading
    from base.servers.journal_retelling import Retelling
    from base.servers.settings import Settings
    from base.vocabulary.recorded import Recorded

COLUMNS = 80
CAUSED_INDENT = " " * 12
OTHER_SETTINGS = "; name those that the venue was started with by --settings FILE"

EPILOG = """\
examples:
  handoff journal show --from 1200 --account 100700
  handoff journal --state /srv/venue verify
  handoff journal replay --until 1200
  handoff journal export --sqlite day.db
More: docs/journal.md"""


def run(arguments: Sequence[str], say: Callable[[str], object] = print) -> int:
    """Carry out one command; gives the exit code. Raises what it finds wrong as a HandoffError."""
    options = make_parser().parse_args(arguments)
    from base.servers.journal_reading import Reading

    with closing(Reading(options.state)) as reading:
        try:
            code: int = options.run(options, reading, say)
        except SettingsError as error:
            if "the journal was written with" not in str(error):
                raise
            raise SettingsError(f"{error}{OTHER_SETTINGS}") from error
    sys.stdout.flush()
    return code


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all four commands."""
    parser = argparse.ArgumentParser(
        "handoff journal",
        description="Read the journal of a venue, also while it runs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--state", type=Path, default=Path("state"), metavar="DIR", help="that of the venue (default: ./state)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    parser_of_show = _add(commands, "show", show, "print each record and what it caused")
    for option, name, metavar, what in (
        ("--from", "first", "SEQ", "begin with this record"),
        ("--to", "last", "SEQ", "end with this record"),
        ("--session", "session", "NUMBER", "only records of this TradingSessionID"),
        ("--account", "account", "NUMBER", "only records of this account"),
    ):
        parser_of_show.add_argument(option, dest=name, type=int, metavar=metavar, help=what)
    raw = "without settings: records only, not what they caused"
    parser_of_show.add_argument("--raw", action="store_true", help=raw)
    parser_of_verify = _add(commands, "verify", verify, "check every checksum and every state hash")
    parser_of_verify.add_argument("--raw", action="store_true", help="without settings: checksums only")
    parser_of_replay = _add(commands, "replay", replay, "carry the journal out and print where it leads")
    parser_of_export = _add(commands, "export", export, "write orders, executions, positions, balances and fees")
    for one in (parser_of_replay, parser_of_export):
        one.add_argument("--until", type=int, metavar="SEQ", help="stop after this record (default: the last one)")
    place = parser_of_export.add_mutually_exclusive_group(required=True)
    place.add_argument("--sqlite", type=Path, metavar="FILE", help="into a new SQLite file")
    place.add_argument("--csv", type=Path, metavar="DIR", help="into new CSV files in this directory")
    return parser


def show(options: argparse.Namespace, reading: "Reading", say: Callable[[str], object]) -> int:
    """Print records."""
    from base.servers.journal_retelling import Retelling, Told
    from base.servers.journal_words import event_texts, record_text

    market = None if options.raw else Retelling(_settings(options), _progress)
    lister = _Lister(market, options.account)
    last = options.last
    commits = reading.commits(last)
    if market is None:
        told: Iterator[Told] = (
            Told(number, commit.now_ns, recorded, [])
            for commit in commits
            for number, recorded in enumerate(commit.entries, commit.first_sequence)
        )
    else:
        told = market.tell(commits)
    day = ""
    for one in told:
        if one.sequence < (options.first or 0) or not lister.wants(one.recorded, options.session):
            continue
        date, _, clock = utc_text(one.now_ns).partition(" ")
        if date != day:
            day = date
            say(f"-- {day} (UTC)")
        who = lister.who(one.recorded)
        text = record_text(one.recorded, lister.symbol)
        for line in _wrapped(f"{one.sequence:>8} {clock[:-3]} {who} {text}", CAUSED_INDENT):
            say(line)
        if market is not None:
            settings = market.settings
            for caused in event_texts(one.events, market.orders, lister.instruments, settings.participants):
                for line in _wrapped(f"{CAUSED_INDENT}{caused}", CAUSED_INDENT + "  "):
                    say(line)
    if not day:
        say(f"-- no such record among {reading.sequence:,}")
    if reading.torn is not None:
        say(f"-- {reading.torn.file}, offset {reading.torn.offset}: a write was cut off here; it was never answered")
    return 0


def verify(options: argparse.Namespace, reading: "Reading", say: Callable[[str], object]) -> int:
    """Check everything; what is wrong ends in an error behind the table of what was checked before it."""
    from base.servers.journal_checking import Checking

    checking = Checking(reading, None if options.raw else _settings(options), _progress)
    failure: HandoffError | None = None
    try:
        checking.run()
    except SettingsError:
        raise
    except HandoffError as error:
        failure = error
    say(f"{'checked':<13} {'number':>12}  how")
    for check in checking.checks:
        say(f"{check.what:<13} {check.number:>12,}  {check.how}")
    for note in checking.notes:
        for line in _wrapped(note, ""):
            say(line)
    if failure is not None:
        sys.stdout.flush()
        raise failure
    say(f"nothing is damaged up to record {reading.sequence:,}")
    return 0


def replay(options: argparse.Namespace, reading: "Reading", say: Callable[[str], object]) -> int:
    """Print the figures after a record."""
    from base.servers.journal_retelling import Retelling
    from base.servers.journal_tables import figures, lines

    market = Retelling(_settings(options), _progress)
    now_ns = 0
    for told in market.tell(reading.commits(options.until)):
        now_ns = told.now_ns
    if options.until is not None and options.until > market.sequence:
        say(f"the journal ends with record {market.sequence}")
    say(f"after record {market.sequence}" + (f", {utc_text(now_ns)} UTC" if now_ns else ""))
    say("")
    for line in lines(figures(market)):
        say(line)
    say(f"state hash {market.exchange.state_hash()}")
    return 0


def export(options: argparse.Namespace, reading: "Reading", say: Callable[[str], object]) -> int:
    """Write tables for other programs."""
    from base.servers.journal_export import CsvTarget, SqliteTarget, Target
    from base.servers.journal_export import export as export_to
    from base.servers.journal_retelling import Retelling

    market = Retelling(_settings(options), _progress)
    place = options.sqlite or options.csv
    try:
        target: Target = SqliteTarget(place) if options.sqlite else CsvTarget(place)
    except OSError as error:
        raise SettingsError(f"{place}: {error.strerror or error}") from error
    try:
        counts = export_to(market, market.tell(reading.commits(options.until)), target)
    except BaseException:
        target.discard()
        raise
    target.close()
    for table, count in counts.items():
        say(f"{table:<12} {count:>12,}")
    say(f"written to {place}: all up to record {market.sequence:,}")
    return 0


class _Lister:
    """Who and what a record names; from the settings, or in numbers when there are none."""

    def __init__(self, market: "Retelling | None", account: int | None) -> None:
        settings = market.settings if market is not None else None
        self.instruments = {one.number: one for one in settings.instruments} if settings is not None else {}
        self._participants = settings.participants if settings is not None else ()
        self._account = account
        if account is not None and settings is None:
            raise SettingsError("--account needs settings: leave --raw out")
        if account is not None and account not in {who.account for who in self._participants}:
            raise SettingsError(f"account {account}: unknown to these settings")

    def wants(self, recorded: "Recorded", session: int | None) -> bool:
        """Whether a record is one of those asked for; records of nobody belong to no session and no account."""
        if session is None and self._account is None:
            return True
        if not self._has_owner(recorded):
            return False
        if session is not None and recorded.trading_session != session:
            return False
        return self._account is None or self._participants[recorded.participant].account == self._account

    def who(self, recorded: "Recorded") -> str:
        """Session, account and user, as far as the record has them."""
        if not self._has_owner(recorded):
            return "-"
        if not self._participants:
            return f"s{recorded.trading_session} user {recorded.participant}"
        who = self._participants[recorded.participant]
        return f"s{recorded.trading_session} {who.account}/{who.user}"

    def symbol(self, number: int, written: str) -> str:
        """The name of an instrument."""
        return self.instruments[number].name if number in self.instruments else f"instrument {number}"

    @staticmethod
    def _has_owner(recorded: "Recorded") -> bool:
        from base.vocabulary.recorded import RecordedKind

        return recorded.kind not in (RecordedKind.OPERATED, RecordedKind.STARTED, RecordedKind.MARK)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    word: str,
    carry_out: "Callable[[argparse.Namespace, Reading, Callable[[str], object]], int]",
    what: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(word, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.set_defaults(run=carry_out)
    parser.add_argument(
        "--state", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="the same as before the command"
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="those that the venue was started with (default: the demo's)"
    )
    return parser


def _settings(options: argparse.Namespace) -> "Settings":
    from base.servers.demo_settings import demo_settings
    from base.servers.settings import load_settings

    return load_settings(options.settings) if options.settings else demo_settings()


def _progress(text: str) -> None:
    print(text.removeprefix("recovering: "), file=sys.stderr, flush=True)


def _wrapped(line: str, indent: str) -> list[str]:
    """A line as several of at most 80 columns; what it begins with stays."""
    if len(line) <= COLUMNS:
        return [line]
    return textwrap.wrap(
        line, COLUMNS, subsequent_indent=indent, drop_whitespace=True, break_long_words=False, break_on_hyphens=False
    )
