"""The shared file: private, made once, refused when it is another program's or of the future."""

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from base import limits
from base.access.state_file import FORMAT_VERSION, StateFile
from base.errors import AccessBusy, AccessUnavailable, SettingsError
from tests.kit.clock import SECOND, ManualClock
from tests.kit.counts import count


def opened(directory: Path, clock: ManualClock | None = None) -> StateFile:
    return StateFile(directory, clock or ManualClock())


def test_the_file_and_its_log_are_readable_by_the_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "state"
    state = opened(directory)
    with state.transaction(durable=True) as tables:
        tables.execute("UPDATE venue SET trading_session = 5")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert modes == dict.fromkeys(("grants.db", "grants.db-wal", "grants.db-shm", "grants.db-turns"), 0o600)
    assert stat.S_IMODE(directory.stat().st_mode) & 0o077 == 0
    state.close()


def test_a_file_left_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    opened(tmp_path).close()
    (tmp_path / "grants.db").chmod(0o644)
    opened(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "grants.db").stat().st_mode) == 0o600


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    first = opened(tmp_path)
    with first.transaction(durable=True) as tables:
        tables.execute("UPDATE venue SET trading_session = 5")
    second = opened(tmp_path)
    assert second.read("SELECT trading_session FROM venue") == [(5,)]
    assert second.pepper == first.pepper
    first.close()
    second.close()


def test_another_directory_has_another_pepper(tmp_path: Path) -> None:
    states = [opened(tmp_path / name) for name in "ab"]
    assert len({state.pepper for state in states}) == 2
    for state in states:
        state.close()


def test_processes_that_start_together_all_open_it(tmp_path: Path) -> None:
    openers = 6
    for round_ in range(count(ordinary=5, long=200)):
        barrier, failures = threading.Barrier(openers), []

        def open_at_once(directory: Path, barrier: threading.Barrier, failures: list[str]) -> None:
            barrier.wait()
            try:
                opened(directory).close()
            except SettingsError as error:
                failures.append(str(error))

        arguments = (tmp_path / str(round_), barrier, failures)
        threads = [threading.Thread(target=open_at_once, args=arguments) for _ in range(openers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert sorted(path.name for path in (tmp_path / str(round_)).iterdir()) == ["grants.db", "grants.db-turns"]


def test_the_file_gets_its_name_when_it_has_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that start together must not both switch the log on: SQLite does not wait there."""
    named: list[bytes] = []
    link = os.link

    def look_and_link(aside: Path, path: Path) -> None:
        named.append(aside.read_bytes()[18:20])
        link(aside, path)

    monkeypatch.setattr(os, "link", look_and_link)
    opened(tmp_path).close()
    assert named == [b"\x02\x02"], "bytes 18 and 19 of a file with a write-ahead log are 2"


def test_a_newer_format_is_refused_by_name_and_left_alone(tmp_path: Path) -> None:
    opened(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "grants.db")
    connection.execute(f"PRAGMA user_version = {FORMAT_VERSION + 1}")
    connection.close()
    before = (tmp_path / "grants.db").read_bytes()
    with pytest.raises(SettingsError, match=r"grants\.db: access tables of format 2, this program knows format 1"):
        opened(tmp_path)
    assert (tmp_path / "grants.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "grants.db").write_bytes(b"not a database, " * 100)
    says = r"grants\.db: cannot open the access tables: file is not a database; the file is damaged: stop all servers"
    with pytest.raises(SettingsError, match=says):
        opened(tmp_path)


def test_a_directory_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(SettingsError, match=r"state/grants\.db: cannot open the access tables"):
        opened(tmp_path / "state")


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    state = opened(tmp_path)
    with pytest.raises(ZeroDivisionError), state.transaction(durable=True) as tables:
        tables.execute("UPDATE venue SET trading_session = 5")
        raise ZeroDivisionError
    assert state.read("SELECT trading_session FROM venue") == [(0,)]
    state.close()


def test_a_writer_that_never_ends_makes_the_tables_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STATE_BUSY_MS", 5)
    holder, waiter = opened(tmp_path), opened(tmp_path)
    with holder.transaction(durable=False):
        with pytest.raises(AccessBusy, match="database is locked"), waiter.transaction(durable=False):
            raise AssertionError("two writers at once")
        assert waiter.read("SELECT trading_session FROM venue") == [(0,)], "readers do not wait"
    holder.close()
    waiter.close()


def test_a_broken_query_makes_the_tables_unavailable(tmp_path: Path) -> None:
    state = opened(tmp_path)
    state.close()
    with pytest.raises(AccessUnavailable, match="closed"):
        state.read("SELECT 1")


@pytest.mark.parametrize("table, values", [
    ("grants", (1, "1", 1, b"", b"", 900 * SECOND, 0, 0, 0)),
    ("leases", ("a", "order-entry", 0, "127.0.0.1:1", 1, 900 * SECOND, 900 * SECOND)),
])  # fmt: skip
def test_what_was_written_before_the_machine_started_is_forgotten(
    tmp_path: Path, table: str, values: tuple[object, ...]
) -> None:
    state = opened(tmp_path)
    with state.transaction(durable=True) as tables:
        tables.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    state.close()
    same_boot = opened(tmp_path, ManualClock(system_ns=900 * SECOND))
    assert len(same_boot.read(f"SELECT * FROM {table}")) == 1
    same_boot.close()
    next_boot = opened(tmp_path, ManualClock(system_ns=5 * SECOND))
    assert next_boot.read(f"SELECT * FROM {table}") == []
    next_boot.close()
