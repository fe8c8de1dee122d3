"""The one SQLite file that AES and OES processes share.

In: the state directory. Out: transactions on the tables of this room, durable where asked. Never
knows: what the tables mean, who is allowed in. Write-ahead log, readable by its owner only; whatever
SQLite refuses becomes AccessUnavailable, so that a desk can refuse instead of failing.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from base import limits
from base.access.turns import Turns
from base.clock import Clock
from base.errors import AccessBusy, AccessUnavailable, SettingsError

FILE_NAME = "grants.db"
TURNS_NAME = f"{FILE_NAME}-turns"
FORMAT_VERSION = 1
DAMAGED = ("file is not a database", "disk image is malformed")
ADVICE = (
    "; the file is damaged: stop all servers, remove it and the files beside it whose names begin with its name, and"
    " start again; no order or balance is in it"
)
PEPPER_BYTES = 32

TABLES = """
CREATE TABLE IF NOT EXISTS venue(id INTEGER PRIMARY KEY CHECK (id = 0), pepper BLOB NOT NULL,
    trading_session INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS grants(account INTEGER NOT NULL, user TEXT NOT NULL, trading_session INTEGER NOT NULL,
    key_digest BLOB NOT NULL, code_digest BLOB NOT NULL, issued_ns INTEGER NOT NULL, wrong_tries INTEGER NOT NULL,
    order_entry_spent INTEGER NOT NULL, market_data_spent INTEGER NOT NULL, PRIMARY KEY (account, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent_codes(account INTEGER NOT NULL, user TEXT NOT NULL, step INTEGER NOT NULL,
    PRIMARY KEY (account, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases(instance TEXT NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL,
    address TEXT NOT NULL, pid INTEGER NOT NULL, started_ns INTEGER NOT NULL, renewed_ns INTEGER NOT NULL,
    PRIMARY KEY (instance, kind, position)) WITHOUT ROWID;
"""


class StateFile:
    """A connection to the access tables, one per server.

    It may be opened in one thread and used in another, as whoever runs a server in a thread does, but not
    in two at the same time.
    """

    def __init__(self, directory: str | Path, clock: Clock) -> None:
        """Open the tables in a directory, both made when missing; SettingsError when that cannot be."""
        self.path = Path(directory) / FILE_NAME
        self.clock = clock
        try:
            _create_private(self.path)
            self._turns = Turns(self.path.with_name(TURNS_NAME))
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(f"{self.path}: cannot open the access tables: {error}") from error
        try:
            self._connection = sqlite3.connect(
                self.path, timeout=limits.STATE_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            self._turns.close()
            raise SettingsError(f"{self.path}: cannot open the access tables: {error}") from error
        try:
            self._prepare()
        except (AccessUnavailable, sqlite3.Error) as error:
            self.close()
            advice = ADVICE if any(words in str(error) for words in DAMAGED) else ""
            raise SettingsError(f"{self.path}: cannot open the access tables: {error}{advice}") from error
        except SettingsError:
            self.close()
            raise

    def _prepare(self) -> None:
        (mode,) = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise SettingsError(
                f"{self.path}: no write-ahead log possible here ({mode}); use a directory on a local disk"
            )
        with self.transaction(durable=True) as tables:
            version = tables.execute("PRAGMA user_version").fetchone()[0]
            if version > FORMAT_VERSION:
                raise SettingsError(
                    f"{self.path}: access tables of format {version}, this program knows format {FORMAT_VERSION}; "
                    "use the newer program or another state directory"
                )
            for statement in TABLES.split(";"):
                tables.execute(statement)
            tables.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            tables.execute("INSERT OR IGNORE INTO venue VALUES (0, ?, 0)", (secrets.token_bytes(PEPPER_BYTES),))
            self._forget_earlier_boots(tables)
        self.pepper: bytes = self.read("SELECT pepper FROM venue")[0][0]
        """What keys are digested with, so that the file shows none."""

    def _forget_earlier_boots(self, tables: sqlite3.Connection) -> None:
        # The machine's monotonic clock starts again at a boot: what lies in the future was written before it.
        now_ns = self.clock.system_ns()
        tables.execute("DELETE FROM grants WHERE issued_ns > ?", (now_ns,))
        tables.execute("DELETE FROM leases WHERE renewed_ns > ?", (now_ns,))

    @contextmanager
    def transaction(self, *, durable: bool, wait_ms: int | None = None) -> Iterator[sqlite3.Connection]:
        """Hold the write lock and commit at the end, or undo everything; ``durable`` survives a loss of power.

        ``wait_ms`` is how long to wait for another writer, ``limits.STATE_BUSY_MS`` when not given. Raises
        AccessUnavailable when the tables cannot be written, AccessBusy when only because another process does.
        """
        connection = self._connection
        try:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._begin(limits.STATE_BUSY_MS if wait_ms is None else wait_ms)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            raise (AccessBusy if busy else AccessUnavailable)(f"{self.path}: {error}") from error

    def _begin(self, wait_ms: int) -> None:
        left_ms = self._turns.take(wait_ms)
        if left_ms is None:
            raise AccessBusy(f"{self.path}: others wait to write as well")
        try:
            self._connection.execute(f"PRAGMA busy_timeout = {left_ms}")
            self._connection.execute("BEGIN IMMEDIATE")
        finally:
            self._turns.give()

    def read(self, query: str, values: tuple[int | str, ...] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of a query, without any lock that others would wait for."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise AccessUnavailable(f"{self.path}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._turns.close()


def _create_private(path: Path) -> None:
    """Make the directory and a file that only its owner reads, unless they exist.

    The file gets its name when it is complete: switching to the write-ahead log needs the file alone, and SQLite
    does not wait for that, so two processes that start together would fail. It is never opened but by SQLite,
    because closing it would drop the locks that SQLite holds in this process.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        path.chmod(0o600)
        return
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    aside.touch(mode=0o600, exist_ok=False)
    try:
        with closing(sqlite3.connect(aside, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()
