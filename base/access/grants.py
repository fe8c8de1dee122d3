"""Grants: the one-time keys with which an AES hands a client over to an OES.

In: an identity that an AES has proved, or an attempt to redeem. Out: a Grant, or what became of the attempt.
Never knows: sockets, messages, credentials. Follows decision 10: an authorization code, bound to account, user
and one-time code, good for seconds, redeemed once by compare-and-set; keys are kept only as keyed digests.
"""

import hmac
import secrets
import sqlite3
from typing import NamedTuple

from base import limits
from base.access.state_file import StateFile
from base.vocabulary.logons import MARKET_DATA, ORDER_ENTRY, Grant, Outcome, Redemption

SPENT_COLUMN = {ORDER_ENTRY: "order_entry_spent", MARKET_DATA: "market_data_spent"}
KEYS = 2**32
SESSION_KEYS = 2**31
"""An order carries the session's key in a signed field, so that key is kept positive there."""


class _Row(NamedTuple):
    trading_session: int
    key_digest: bytes
    code_digest: bytes
    issued_ns: int
    wrong_tries: int
    is_spent: int


class Grants:
    """The newest grant of each account and user; an older one is void, redeemed or not."""

    def __init__(self, state: StateFile) -> None:
        self._state = state

    def issue(self, account: int, user: str, two_fa: str) -> Grant:
        """Make a grant that is redeemable as soon as this returns; the one before it is void from here on."""
        with self._state.transaction(durable=True) as tables:
            trading_session = _next_trading_session(tables)
            key = secrets.randbelow(KEYS - 1) + 1
            tables.execute(
                "INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0)",
                (
                    account,
                    user,
                    trading_session,
                    self._digest(str(key)),
                    self._digest(two_fa),
                    self._state.clock.system_ns(),
                ),
            )
        return Grant(key, trading_session)

    def redeem(self, account: int, user: str, two_fa: str, key: int, service: str) -> Redemption:
        """Redeem a grant for one logon to a service (``ORDER_ENTRY`` or ``MARKET_DATA``).

        An attempt with both secrets wrong is neither counted nor written down: a flood of guesses then costs no
        disk and cannot burn the grant of its owner. Whoever knows one of the two has few tries for the other.
        """
        spent_column = SPENT_COLUMN[service]
        offered_key, offered_code = self._digest(str(key)), self._digest(two_fa)
        row = self._newest(account, user, spent_column)
        if row is None:
            return Redemption(Outcome.NO_GRANT)
        key_is_right = hmac.compare_digest(row.key_digest, offered_key)
        code_is_right = hmac.compare_digest(row.code_digest, offered_code)
        if not 0 <= self._state.clock.system_ns() - row.issued_ns < limits.GRANT_LIFE_NS:
            return Redemption(Outcome.EXPIRED)
        if not key_is_right and not code_is_right:
            return Redemption(Outcome.WRONG_KEY)
        if row.wrong_tries >= limits.GRANT_TRIES:
            return Redemption(Outcome.BURNT)
        if not key_is_right or not code_is_right:
            self._change("wrong_tries = wrong_tries + 1", "1", account, user, row)
            return Redemption(Outcome.WRONG_CODE if key_is_right else Outcome.WRONG_KEY)
        if row.is_spent or not self._change(f"{spent_column} = 1", f"{spent_column} = 0", account, user, row):
            return Redemption(Outcome.SPENT)
        return Redemption(Outcome.REDEEMED, row.trading_session, secrets.randbelow(SESSION_KEYS - 1) + 1)

    def _newest(self, account: int, user: str, spent_column: str) -> _Row | None:
        rows = self._state.read(
            f"SELECT trading_session, key_digest, code_digest, issued_ns, wrong_tries, {spent_column}"
            " FROM grants WHERE account = ? AND user = ?",
            (account, user),
        )
        return _Row(*rows[0]) if rows else None

    def _change(self, change: str, condition: str, account: int, user: str, row: _Row) -> bool:
        """Compare and set: True when the grant was still this one, not burnt, and the condition held."""
        with self._state.transaction(durable=False) as tables:
            changed = tables.execute(
                f"UPDATE grants SET {change} WHERE account = ? AND user = ? AND trading_session = ?"
                f" AND wrong_tries < ? AND {condition}",
                (account, user, row.trading_session, limits.GRANT_TRIES),
            )
            return changed.rowcount == 1

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._state.pepper, text.encode("utf-8", "surrogatepass"), "sha256")


def _next_trading_session(tables: sqlite3.Connection) -> int:
    (last,) = tables.execute("SELECT trading_session FROM venue").fetchone()
    following = int(last) % limits.TRADING_SESSION_MAX + 1
    tables.execute("UPDATE venue SET trading_session = ?", (following,))
    return following
