"""An OES comes back with everything that it had answered, and says what it found on its disk."""

import dataclasses
import logging
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from base import limits
from base.clock import Clock
from base.errors import JournalHeld, RecoveryFailed, SettingsError
from base.exchange import Exchange
from base.journal.disk import FileDisk
from base.journal.replay import read
from base.network.timers import Timers
from base.servers.demo_settings import demo_settings
from base.servers.following import Following
from base.servers.keeping import Keeping
from base.servers.oes import build_oes
from base.servers.recorder import Recorder
from base.servers.settings import Settings
from base.venue import Venue, open_oes
from base.vocabulary.recorded import RecordedKind
from base.wire.bo.logon import ClientLogon
from tests.kit.floor import KEY, SESSION, Floor, OpenDoor

SETTINGS = demo_settings()
ACCOUNTS = tuple(terms.account for terms in SETTINGS.accounts)
Say = Callable[[str], None]


class Oes:
    """An OES without sockets: a venue, its keeping, and who is logged on."""

    def __init__(self, directory: Path, stack: ExitStack, settings: Settings = SETTINGS) -> None:
        self.exchange = Exchange(settings.instruments, settings.accounts, settings.participants)
        self.venue: Venue = open_oes(
            OpenDoor(ACCOUNTS),  # type: ignore[arg-type]
            self.exchange,
            settings.instruments,
            settings.accounts,
            settings.participants,
        )
        clock = Clock()
        following = Following(self.venue, settings, directory, clock, stack)
        self.keeping = Keeping(self.venue, settings, following, clock, stack, durable=True, forks=False)
        self.keeping.begin()
        self.recorder: Recorder = self.keeping.recorder
        self.recorder.connected(1, ("127.0.0.1", 1), ("127.0.0.1", 2), 0)
        self.send(ClientLogon(LogonType=1, Account=ACCOUNTS[0], UserName=SETTINGS.participants[0].user).encode())

    def send(self, frame: bytes) -> list[bytes]:
        self.recorder.receive(1, frame, 0)
        return self.deliver()

    def deliver(self) -> list[bytes]:
        return [bytes(frame) for outbound in self.recorder.outbound() for frame in outbound.frames]

    def order(self, number: int, **fields: object) -> list[bytes]:
        return self.send(self.frame(number, **fields))

    def frame(self, number: int, **fields: object) -> bytes:
        order = Floor().order(1, OrderID=number, Key=KEY + ACCOUNTS[0] % 1_000, TradingSessionID=SESSION)
        return order.replace(Account=ACCOUNTS[0], BOOrderQty=0.01, **fields).encode()


def test_what_was_answered_is_there_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        for number in range(1, 30):
            assert len(oes.order(number)) == 1
        before = oes.exchange.state_hash()
    with ExitStack() as stack:
        again = Oes(tmp_path, stack)
        assert again.exchange.state_hash() == before
        (reply,) = again.order(29)
        assert reply[4] == 12, "an order id that was accepted before is refused"


def test_a_picture_shortens_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 10)
    monkeypatch.setattr(limits, "MARK_EVERY", 7)
    caplog.set_level(logging.INFO, "handoff")
    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        for number in range(1, 30):
            oes.order(number)
        before = oes.exchange.state_hash()
    pictures = sorted(tmp_path.glob("*.snapshot"))
    assert len(pictures) == limits.SNAPSHOTS_KEPT
    assert RecordedKind.MARK in {one.kind for commit in read(FileDisk(tmp_path)) for one in commit.entries}
    with ExitStack() as stack:
        again = Oes(tmp_path, stack)
        assert again.exchange.state_hash() == before
    damaged = bytearray(pictures[-1].read_bytes())
    damaged[200] ^= 1
    pictures[-1].write_bytes(damaged)
    with ExitStack() as stack:
        again = Oes(tmp_path, stack)
        assert again.exchange.state_hash() == before
    assert f"the picture {pictures[-1].name} is passed over: its checksum is wrong" in caplog.text


def test_a_picture_waits_for_a_quiet_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 300)

    def pictures() -> list[int]:
        return sorted(int(path.stem) for path in tmp_path.glob("*.snapshot"))

    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        for number in range(1, 41):
            oes.order(number)
        oes.keeping._look()
        assert pictures() == [], "too much was new since the last look"
        oes.keeping._look()
        before = oes.keeping._journal.sequence
        assert pictures() == [before]
        for number in range(41, 80):
            oes.order(number)
        oes.keeping._look()
        oes.recorder.receive(1, oes.frame(80), 0)
        oes.keeping._look()
        assert pictures() == [before], "a picture shows nothing that is not committed"
        oes.deliver()
        oes.keeping._look()
        assert pictures() == [before], "something was new since the last look"
        oes.keeping._look()
        assert pictures() == [before, before + 40]
        state_hash = oes.exchange.state_hash()
    with ExitStack() as stack:
        assert Oes(tmp_path, stack).exchange.state_hash() == state_hash


def test_what_was_carried_out_again_counts_for_the_next_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 1_000)
    for run in range(3):
        with ExitStack() as stack:
            oes = Oes(tmp_path, stack)
            for number in range(1, 41):
                oes.order(run * 100 + number)
            for _ in range(2):
                oes.keeping._look()
            taken = len(list(tmp_path.glob("*.snapshot")))
            assert taken == (run == 2), "a picture once a hundred records are new, however many runs they took"


def test_a_picture_that_shows_something_else_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 10)
    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        monkeypatch.setattr(Exchange, "state_hash", lambda exchange: "0" * 64)
        for number in range(1, 15):
            oes.order(number)
    monkeypatch.undo()
    with ExitStack() as stack, pytest.raises(RecoveryFailed, match=r"\.snapshot: .*; remove it, the journal has every"):
        Oes(tmp_path, stack)


def test_a_torn_end_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        oes.order(1)
        before = oes.exchange.state_hash()
        oes.order(2)
    path = tmp_path / "00000001.journal"
    last = list(read(FileDisk(tmp_path)))[-1]
    content = bytearray(path.read_bytes())
    content[last.offset + 100] ^= 1
    path.write_bytes(content)
    with ExitStack() as stack:
        assert Oes(tmp_path, stack).exchange.state_hash() == before
    cut_off = f"nothing of it was answered: 00000001.journal, offset {last.offset}, "
    assert cut_off in caplog.text and "TornTail" not in caplog.text


def test_other_settings_are_refused(tmp_path: Path) -> None:
    with ExitStack() as stack:
        Oes(tmp_path, stack)
    other = dataclasses.replace(SETTINGS, instruments=SETTINGS.instruments[:2])
    with ExitStack() as stack, pytest.raises(SettingsError, match="other instruments than today's"):
        Oes(tmp_path, stack, other)


def test_a_full_disk_refuses_what_is_new_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        oes.order(1)
        has_room = False
        monkeypatch.setattr(oes.keeping._journal, "make_room", lambda: has_room)
        oes.keeping._look()
        oes.keeping._look()
        (refused,) = oes.order(2)
        assert refused[4] == 12
        (cancelled,) = oes.order(3, MessageType=6, OrigOrderID=1)
        assert cancelled[4] == 15
        has_room = True
        oes.keeping._look()
        (accepted,) = oes.order(2)
        assert accepted[4] == 14
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_a_start_on_a_full_disk_refuses_from_the_first_order_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        monkeypatch.setattr(oes.keeping._journal, "make_room", lambda: False)
        oes.keeping.watch(Timers(), 0)
        (refused,) = oes.order(1)
        assert refused[4] == 12


def test_one_process_has_the_journal(tmp_path: Path) -> None:
    with build_oes(SETTINGS, ("127.0.0.1", 0), tmp_path), pytest.raises(JournalHeld, match="process"):
        build_oes(SETTINGS, ("127.0.0.1", 0), tmp_path)
    with build_oes(SETTINGS, ("127.0.0.1", 0), tmp_path):
        pass


def test_a_journal_is_kept_on_the_disk_that_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 1)
    opened: list[FileDisk] = []

    def open_elsewhere(directory: Path) -> FileDisk:
        opened.append(FileDisk(directory / "elsewhere"))
        return opened[-1]

    with ExitStack() as stack:
        exchange = Exchange(SETTINGS.instruments, SETTINGS.accounts, SETTINGS.participants)
        venue = open_oes(
            OpenDoor(ACCOUNTS),  # type: ignore[arg-type]
            exchange, SETTINGS.instruments, SETTINGS.accounts, SETTINGS.participants,
        )  # fmt: skip
        following = Following(venue, SETTINGS, tmp_path, Clock(), stack, open_elsewhere)
        keeping = Keeping(venue, SETTINGS, following, Clock(), stack, durable=True, forks=False)
        keeping.begin()
        keeping.recorder.begin(b"{}", 0)
        assert len(opened) == 2, "one for the journal, one for the picture"
    names = {path.name for path in (tmp_path / "elsewhere").iterdir()}
    assert "00000001.journal" in names and any(name.endswith(".snapshot") for name in names)
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]
