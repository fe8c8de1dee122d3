"""The C limit gateway answers what the venue answers, and its journal holds what it was asked; the load client counts.

A machine without a compiler has no limit gateway; then there is nothing to hold the venue against, which is said.
"""

import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.journal import records
from base.journal.chain import SEGMENT
from base.messages import TIF, MessageType, OrderType, Transaction
from base.vocabulary.recorded import RecordedKind
from benchmarks import c_programs
from benchmarks.c_programs import header, program
from benchmarks.conversation import Round
from benchmarks.limit import CLoad, start_limit
from benchmarks.load import Session
from benchmarks.processes import NOW_NS, USER, Target, start_venue
from tests.kit.counts import count

SESSIONS = 3
MAKER_KINDS = (MessageType.EXECUTION, MessageType.EXECUTION_PARTIAL)
NEW, CANCEL = MessageType.ORDER_NEW, MessageType.ORDER_CANCEL
LAST: dict[str, object] = {"MessageType": CANCEL, "OrderID": 2**41, "OrigOrderID": 2**40, "BOSide": 1}


class Talker:
    """One session: what it sends is answered before the next one sends; what it hears is kept without its keys."""

    def __init__(self, session: Session, account: int) -> None:
        self.sock = session.sock
        first = Transaction.parse(session.ring.buffer[: Transaction.SIZE])
        self.own = Transaction(
            Account=account, TraderID=USER, TradingSessionID=first.TradingSessionID, Key=first.Key,
            SendingTime=NOW_NS, SymbolEnum=1, SymbolType=1, BOSymbol="BTCUSD", OrderType=OrderType.LMT, TIF=TIF.GTC,
        )  # fmt: skip
        self.heard: list[Transaction] = []

    def ask(self, requests: list[dict[str, object]]) -> None:
        """Send all at once, and a cancel of nothing; its refusal comes when all is answered."""
        self.sock.sendall(b"".join(self.own.replace(**request).encode() for request in (*requests, LAST)))
        while not self.heard or self.heard[-1].OrderID != LAST["OrderID"]:
            reply = Transaction.parse(self.sock.recv(Transaction.SIZE, socket.MSG_WAITALL))
            self.heard.append(reply.replace(Key=0, TradingSessionID=0))
        del self.heard[-1]


def requests(seed: int, number: int) -> Iterator[tuple[int, list[dict[str, object]]]]:
    """Who asks what, in batches: orders that cross in part, in full or far off, cancels, and a tenth of nonsense."""
    chance = random.Random(seed)
    last_id = [0] * SESSIONS
    for _ in range(number):
        who = chance.randrange(SESSIONS)
        batch = []
        for _ in range(chance.randrange(1, 30)):
            last_id[who] += 1
            one: dict[str, object] = {
                "MessageType": NEW, "OrderID": last_id[who], "BOSide": chance.choice((1, 1, 2, 2, 3)),
                "BOPrice": 50_000 + chance.randrange(-12, 13) / 2, "BOOrderQty": chance.randrange(1, 9) / 1000,
            }  # fmt: skip
            if chance.random() < 0.1:
                one.update(BOPrice=chance.randrange(1, 262_000) / 2)
            if chance.random() < 0.25:
                one.update(MessageType=CANCEL, OrigOrderID=max(1, last_id[who] - chance.randrange(1, 40)))
                one.update(BOOrigPrice=chance.choice((0.0, 0.0, 0.0, 50_000.0)))
            if chance.random() < 0.1:
                one.update(chance.choice(NONSENSE))
            batch.append(one)
        yield who, batch


NONSENSE: list[dict[str, object]] = [
    {"OrderID": 1}, {"OrderID": 0}, {"BOPrice": 50_000.3}, {"BOPrice": 0.0}, {"BOPrice": -1.0},
    {"BOPrice": float("nan")}, {"BOOrderQty": 0.0}, {"BOOrderQty": 0.0005}, {"BOOrderQty": 1000.001},
    {"BOOrderQty": 1000.0, "BOPrice": 100_000.0}, {"BOSide": 4}, {"SymbolEnum": 2}, {"SendingTime": 0},
    {"TradingSessionID": 77}, {"OrigOrderID": 0}, {"MessageType": 9}, {"StopLimitPrice": -1.0}, {"TIF": 99},
    {"TIF": TIF.DAY}, {"ExpirationDate": "never"}, {"MsgSeqNum": 5}, {"TriggerType": 3},
]  # fmt: skip
"""What is wrong with a request, or unusual and right; both gateways must say the same."""


def told_by(target: Target, seed: int, number: int) -> list[list[Transaction]]:
    talkers = [Talker(session, place + 1) for place, session in enumerate(target.sessions)]
    for who, batch in requests(seed, number):
        talkers[who].ask(batch)
    for talker in talkers:  # what came about resting orders lies before this last answer
        talker.ask([])
        talker.sock.close()
    return [talker.heard for talker in talkers]


needs_compiler = pytest.mark.usefixtures("compiled")


@pytest.fixture
def compiled() -> None:
    if c_programs.compiler() is None:
        pytest.fail("no C compiler here: install one (cc, gcc or clang), or name it in CC")


@needs_compiler
def test_the_limit_answers_what_the_venue_answers() -> None:
    number = count(ordinary=150, long=5_000)
    with start_venue(SESSIONS, durability="none") as venue, start_limit(SESSIONS, durability="none") as limit:
        by_venue, by_limit = told_by(venue, 7, number), told_by(limit, 7, number)
    assert by_limit == by_venue
    kinds = {reply.MessageType for heard in by_venue for reply in heard}
    assert kinds == {
        MessageType.ORDER_ACK, MessageType.CANCELLED, MessageType.REJECT, *MAKER_KINDS,
        MessageType.QUOTE_FILL, MessageType.QUOTE_FILL_PARTIAL,
    }  # fmt: skip
    assert len({reply.RejectReason for heard in by_venue for reply in heard}) >= 12


@needs_compiler
@pytest.mark.parametrize("durability", ["commit", "none"])
def test_the_journal_of_the_limit_holds_what_reached_its_market(tmp_path: Path, durability: str) -> None:
    with start_limit(1, tmp_path, durability=durability) as limit:
        talker = Talker(limit.sessions[0], 1)
        good = [{"MessageType": NEW, "OrderID": n, "BOSide": 1, "BOPrice": 9.0, "BOOrderQty": 1.0} for n in (1, 2, 3)]
        talker.ask(good[:2])
        talker.ask([{"MessageType": 9}])
        talker.ask(good[2:])
        talker.sock.close()
    data = (tmp_path / "00000001.journal").read_bytes()
    at, frames, crc = SEGMENT.size, [], 0
    while (head := records.look(data, at, 0)) is not None:
        assert (head.first_sequence, head.previous_crc) == (len(frames) + 1, crc)
        entries = records.decode(data, at, head, "", at)
        assert {entry.kind for entry in entries} == {RecordedKind.REQUEST}
        frames += [Transaction.parse(entry.body).OrderID for entry in entries]
        at, crc = at + head.length, head.crc
    assert frames == [1, 2, LAST["OrderID"], LAST["OrderID"], 3, LAST["OrderID"]]


@needs_compiler
@pytest.mark.parametrize("window, spins", [(1, True), (64, False)])
def test_the_load_client_counts_what_is_answered(window: int, spins: bool) -> None:
    with start_limit(2, durability="none", spins=spins) as limit:
        load = CLoad(limit, window, spins=spins)
        played = load.run(0.1)
        load.close()
    assert 0 < played.answered == sum(played.latencies.values()) <= load.answered
    assert played.answered == round(played.rate * played.seconds) and played.seconds >= 0.1
    assert load.reports and not load.refused
    assert 0 < played.latency_ns(0.0) <= played.latency_ns(0.5) <= played.latency_ns(0.99) <= played.latency_ns(1.0)


def test_latencies_are_those_of_the_histogram() -> None:
    played = Round(4, 2.0, {100: 2, 200: 1, 900: 1})
    assert [played.latency_ns(part) for part in (0.1, 0.5, 0.51, 0.75, 1.0)] == [100, 100, 200, 200, 900]
    assert played.rate == 2.0


def test_the_header_tells_offsets_as_declared() -> None:
    defined = dict(line.split(None, 2)[1:] for line in header().splitlines() if line.startswith("#define"))
    for spec in Transaction.FIELDS:
        assert defined[f"T_{spec.name}"] == str(spec.offset)
    assert (defined["RECORD_crc"], defined["ENTRY_body_length"]) == ("36", "10")


def test_without_a_compiler_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert c_programs.compiler() is None
    with pytest.raises(RuntimeError, match="no C compiler"):
        program.__wrapped__("limit")


@needs_compiler
def test_what_does_not_compile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as directory:
        monkeypatch.setattr(c_programs, "SOURCES", Path(directory))
        (Path(directory) / "broken.c").write_text("int main(void) { return nothing; }")
        with pytest.raises(RuntimeError, match=r"broken\.c does not compile:\n(.|\n)*nothing"):
            program("broken")
