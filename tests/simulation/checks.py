"""What must hold in every seed: watched while it runs, and held against the journal when it is over.

In: what processes commit and say, what devices noted, the disk. Out: nothing, or an AssertionError that says what
broke. Never knows: which faults happened.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from base.exchange import Exchange
from base.gateway.authorization import OesDesk
from base.gateway.records import Records
from base.gateway.translate_bo import without_key
from base.journal import snapshots
from base.journal.replay import Commit, read
from base.servers.past import Past, picture_version
from base.servers.settings import Settings
from base.venue import Venue, open_oes
from base.vocabulary.recorded import Departure, RecordedKind
from base.wire.bo.codes import RejectReason
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction
from tests.kit.disk import MemoryDisk
from tests.simulation.devices import FILLS, REJECT, REPLACED, Diary
from tests.simulation.machine import Machine, ProcessClock

DISPLACED = "the user logged on elsewhere"
CURRENCIES = ("BTC", "USD")


class Told(NamedTuple):
    """A report that the journal leads to: after which record, to which participant."""

    record: int
    participant: int
    frame: bytes


class Checks:
    """What all processes did so far."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._redeemed: set[int] = set()
        self.figures: dict[int, str] = {}
        self.last_committed = 0
        self.compared = 0

    def redeemed(self, trading_session: int) -> None:
        """C3: a grant is good once, over all OES."""
        assert trading_session not in self._redeemed, f"the grant of session {trading_session} was redeemed twice"
        self._redeemed.add(trading_session)

    def committed(self, name: str, holds_the_lock: bool, sequence: int, exchange: Exchange) -> None:
        """One writer at a time, and the journal only grows."""
        assert holds_the_lock, f"{name} committed record {sequence} after another process had taken over"
        lost = f"record {self.last_committed} is lost: {name} goes on with {sequence}"
        assert sequence > self.last_committed, lost
        self.last_committed = sequence
        self.figures[sequence] = exchange.figures_hash()

    def followed(self, name: str, sequence: int, exchange: Exchange) -> None:
        """Whoever carried out the same records has the same figures."""
        if sequence in self.figures:
            assert exchange.figures_hash() == self.figures[sequence], f"{name} differs at record {sequence}"
            self.compared += 1

    def said(self, frames: list[bytes], close_reason: str | None) -> None:
        """Who is displaced hears why."""
        if close_reason == DISPLACED:
            farewell = ClientLogon.parse(bytes(frames[-1]))
            told = farewell.LogonType, farewell.RejectReason
            assert told == (2, RejectReason.USER_ALREADY_LOGGED_IN), f"a displaced client was told {told}"

    def one_session_each(self, name: str, venue: Venue) -> None:
        """C11: no two connections are logged on for one user."""
        live = Counter(line.client.participant for line in venue._lines.values() if line.client is not None)
        assert max(live.values(), default=0) <= 1, f"{name} has two live sessions of one user"


class Replayed:
    """The journal carried out from nothing, and everything that it has to say to anybody."""

    def __init__(self, machine: Machine, settings: Settings, disk: MemoryDisk) -> None:
        self.told: list[Told] = []
        self.commits = list(read(disk))
        self.exchange, records, past = _blank(machine, settings)
        for number, shadow in enumerate(records._shadows):
            shadow.report = lambda frame, number=number: self._hear(number, bytes(frame))
            records._order_entry.reports.join(shadow)
        self._past = past
        self._repeat(self.commits)
        self.records = records

    def _repeat(self, commits: Iterable[Commit]) -> None:
        for commit in commits:
            self._at = commit.first_sequence
            self._past.repeat(commit)

    def _hear(self, participant: int, frame: bytes) -> None:
        self.told.append(Told(self._at, participant, without_key(frame)))


def _blank(machine: Machine, settings: Settings) -> tuple[Exchange, Records, Past]:
    exchange = Exchange(settings.instruments, settings.accounts, settings.participants)
    desk: OesDesk = None  # type: ignore[assignment]  # nobody logs on
    venue = open_oes(desk, exchange, settings.instruments, settings.accounts, settings.participants)
    assert venue.records is not None
    past = Past(venue.records, settings, ProcessClock(machine.time), lambda line: None)
    return exchange, venue.records, past


def check_end(
    machine: Machine, settings: Settings, diaries: list[Diary], live: Exchange, sequence: int, checks: Checks
) -> Replayed:
    """Hold what everybody was told against what the journal says, and the live venue against its replay."""
    replayed = check_journal(machine, settings)
    assert replayed._past.sequence == sequence >= checks.last_committed
    assert replayed.exchange.state_hash() == live.state_hash(), "the replay from nothing leads to another state"
    _check_pictures(machine, settings, live)
    for participant, diary in enumerate(diaries):
        _check_diary(diary, [told for told in replayed.told if told.participant == participant])
        _check_audit(diary, replayed, participant)
    _check_real_time(diaries, replayed.told)
    return replayed


def check_journal(machine: Machine, settings: Settings) -> Replayed:
    """Hold the journal against itself, as somebody may find it at any moment."""
    disk = MemoryDisk(machine.platter.image())
    replayed = Replayed(machine, settings, disk)
    _check_sessions(replayed.commits)
    _check_executions(replayed.told)
    _check_money(settings, replayed.exchange)
    return replayed


def _check_pictures(machine: Machine, settings: Settings, live: Exchange) -> None:
    """The way from a picture leads to the same state."""
    disk = MemoryDisk(machine.platter.image())
    picture, _ = snapshots.newest(disk, picture_version(settings))
    if picture is not None:
        exchange, _, past = _blank(machine, settings)
        past.restore(picture.sequence, picture.state_hash, picture.body)
        for commit in read(disk, picture.sequence):
            past.repeat(commit)
        assert exchange.state_hash() == live.state_hash(), "the way from a picture leads to another state"


def _check_sessions(commits: list[Commit]) -> None:
    """No trading session begins twice, no user has two at a time except that one displaces the other."""
    entries = [entry for commit in commits for entry in commit.entries]
    joined = Counter(entry.trading_session for entry in entries if entry.kind == RecordedKind.JOINED)
    assert max(joined.values(), default=0) <= 1, "a trading session began twice"
    present: dict[int, int] = {}
    for entry in entries:
        if entry.kind == RecordedKind.STARTED:
            present.clear()
        elif entry.kind == RecordedKind.JOINED:
            present[entry.participant] = entry.trading_session
        elif entry.kind == RecordedKind.LEFT:
            ended = present.pop(entry.participant, None)
            assert ended == entry.trading_session, "a session ended that was not the live one"
            assert entry.flags in tuple(Departure)
        elif entry.kind == RecordedKind.REQUEST:
            assert present.get(entry.participant) == entry.trading_session, "a request of a session that was over"


def _check_executions(told: list[Told]) -> None:
    """ExecIDs count from 1 without a gap, each with its two sides; no order is filled beyond its quantity."""
    sides: dict[int, list[Transaction]] = {}
    for one in told:
        report = Transaction.parse(one.frame)
        if report.MessageType in FILLS:
            sides.setdefault(report.ExecID, []).append(report)
    assert list(sides) == list(range(1, len(sides) + 1)), "the ExecIDs have a gap"
    for number, pair in sides.items():
        same = {(report.ExecShares, report.ExecPrice) for report in pair}
        assert len(pair) == 2 and len(same) == 1, f"the two sides of execution {number} differ"


def _check_money(settings: Settings, exchange: Exchange) -> None:
    """Nothing is made and nothing is lost."""
    for currency in CURRENCIES:
        start = sum(terms.balances.get(currency, 0) for terms in settings.accounts)
        end = exchange.fees().get(currency, 0)
        for terms in settings.accounts:
            end += exchange.equity(terms.account)[currency] + exchange.reserved(terms.account)[currency]
            end -= exchange.owed(terms.account).get(currency, 0)
        assert start == end, f"{currency}: {end - start} atoms too many"


def _check_diary(diary: Diary, told: list[Told]) -> None:
    """What was acknowledged is in the journal, in the same order, and nobody was told a thing twice."""
    places: dict[bytes, list[int]] = {}
    for place, one in enumerate(told):
        places.setdefault(one.frame, []).append(place)
    heard = Counter(report.frame for session in diary.sessions.values() for report in session)
    for frame, times in heard.items():
        assert frame in places, f"an acknowledged report is lost: {_text(frame)}"
        assert times <= len(places[frame]), f"told twice: {_text(frame)}"
    for number, session in diary.sessions.items():
        last = -1
        for report in session:
            later = [place for place in places[report.frame] if place > last]
            assert later, f"session {number} was told in another order: {_text(report.frame)}"
            last = later[0]


def _check_audit(diary: Diary, replayed: Replayed, participant: int) -> None:
    """What a client is told at last of its orders is what the journal makes of them."""
    opened = [order.order_id for order in replayed.exchange.open_orders(participant, 1)]
    assert [report.OrderID for report in diary.open] == opened, "the open orders that E lists are not those"
    reports = [Transaction.parse(report.frame) for session in diary.sessions.values() for report in session]
    replaced = {report.OrigOrderID for report in reports if report.MessageType == REPLACED}
    filled: Counter[int] = Counter()
    for report in reports:
        if report.MessageType in FILLS:
            filled[report.OrderID] += round(report.ExecShares * 100_000)
    for report in reports:
        state = diary.states.get(report.OrderID)
        if state is None or report.OrderID in replaced or report.OrderType > 2:
            continue
        assert state.MessageType != REJECT, f"order {report.OrderID} was acknowledged and is unknown now"
        executed = round(state.ExecShares * 100_000)
        assert executed >= filled[report.OrderID], f"order {report.OrderID}: fills are gone"


def _check_real_time(diaries: list[Diary], told: list[Told]) -> None:
    """What was acknowledged before something else was sent comes before it."""
    heard: dict[bytes, int] = {}
    sent: dict[int, int] = {}
    for diary in diaries:
        sent |= {number: turn for number, (turn, _) in diary.sent.items()}
        for report in (report for session in diary.sessions.values() for report in session):
            heard.setdefault(report.frame, report.turn)
    latest_sent = -1
    for one in told:
        latest_sent = max(latest_sent, sent.get(Transaction.parse(one.frame).OrderID, -1))
        assert heard.get(one.frame, latest_sent + 1) >= latest_sent, "an effect came before its cause"


def _text(frame: bytes) -> str:
    report = Transaction.parse(frame)
    return f"type {report.MessageType}, order {report.OrderID}, ExecID {report.ExecID}"
