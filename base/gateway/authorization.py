"""The desks at the door: who may log on to an AES, and to an OES behind it.

In: what a logon says of identity, where it came from, the time; through the Protocols below the credentials,
used codes, grants and addresses. Out: a LogonDecision. Never knows: sockets, clocks, chance, files, messages.
Follows the protocol's session flow and TwoFA sections: one answer for every failure of identity, by value and
by work done; the reason goes to the audit log only. Never looked at: SendingTime, TradingSessionID, LastSeqNum,
the addresses of a request, because real clients send constants there.
"""

import hmac
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from base import limits, one_time_code
from base.errors import AccessUnavailable
from base.gateway.attempts import Attempts, Window
from base.vocabulary.logons import MARKET_DATA, ORDER_ENTRY, TOTP, Credential, Grant, Outcome, Redemption
from base.wire.bo.codes import RejectReason

INVALID_KEY = RejectReason.INVALID_KEY
OES_NOT_AVAILABLE = RejectReason.OES_NOT_AVAILABLE_TRADING_DISABLED
TOO_MANY_REQUESTS = RejectReason.OUTSTANDING_OPEN_REQUESTS_EXCEEDED
NANOSECONDS = 1_000_000_000
NOBODY = Credential(account=0, user="", key="nobody has this key", mode=TOTP, participant=-1, enabled=False)
"""Stands in for an unknown user, so that refusing one takes the same work."""

NO_ACCOUNT = -1
"""Stands in for all unknown accounts when tries are counted: equal work again, and they take no memory."""

STEPS_ACCEPTED = 2
"""The current time step and the one before: a person needs a while to type."""


class Credentials(Protocol):
    """Wanted: the accounts of the venue."""

    def find(self, account: int, user: str) -> Credential | None:
        """Give the credential of an account's user, enabled or not."""


class SpentCodes(Protocol):
    """Wanted: the memory of used one-time codes."""

    def spend(self, account: int, user: str, step: int) -> bool:
        """Use a step, durably, before returning; False when it or a later one was used before."""


class GrantsIssued(Protocol):
    """Wanted by an AES: grants that can be redeemed as soon as ``issue`` returns."""

    def issue(self, account: int, user: str, two_fa: str) -> Grant:
        """Make a fresh grant; the identity's earlier ones are void."""


class GrantsRedeemed(Protocol):
    """Wanted by an OES: the grants of all AES processes."""

    def redeem(self, account: int, user: str, two_fa: str, key: int, service: str) -> Redemption:
        """Redeem the identity's newest grant for a service, once."""


class Addresses(Protocol):
    """Wanted by an AES: where the live servers are."""

    def live(self, kind: str, local: str) -> Sequence[str]:
        """Give "ip:port" of the live servers of a kind, primary first, for a client that reached us at ``local``."""


class WallClock(Protocol):
    """Wanted by an AES: the time that one-time codes are made of."""

    def wall_ns(self) -> int:
        """UTC in nanoseconds since 1970."""


class LogonDecision(NamedTuple):
    """The answer to a logon.

    ``reject`` is the wire's RejectReason; ``why`` is for the audit log: one of few texts, without any secret and
    without anything that the peer wrote.
    """

    accepted: bool
    participant: int
    trading_session: int
    key: int
    addresses: tuple[str, str, str, str]
    reject: int
    why: str

    def __repr__(self) -> str:
        return f"LogonDecision(accepted={self.accepted}, reject={self.reject}, why={self.why!r})"


UNKNOWN = "unknown account or user"
DISABLED = "account disabled"
NO_ADDRESSES = ("", "", "", "")


class AesDesk:
    """Decides the logons of an AES, and what the accepted ones are handed."""

    def __init__(
        self,
        credentials: Credentials,
        spent_codes: SpentCodes,
        grants: GrantsIssued,
        addresses: Addresses,
        wall: WallClock,
    ) -> None:
        self._credentials = credentials
        self._spent_codes = spent_codes
        self._grants = grants
        self._addresses = addresses
        self._wall = wall
        self._attempts = Attempts()
        self._granted: dict[int, Credential] = {}
        self._regrants: dict[int, Window] = {}

    def logon(self, account: int, user: str, two_fa: str, peer: str, local: str, now_ns: int) -> LogonDecision:
        """Decide the first logon of a connection.

        ``peer`` and ``local`` are the addresses of its two ends, without ports.
        """
        credential = self._credentials.find(account, user)
        listed = credential.sources if credential else ()
        counted_as = account if credential else NO_ACCOUNT
        allowed = self._attempts.allowed(peer, counted_as, listed, now_ns)
        judged = credential if credential and credential.enabled and allowed else NOBODY
        step, code_is_right = self._judge(judged, two_fa)
        try:
            if code_is_right and (judged.mode != TOTP or self._spent_codes.spend(account, user, step)):
                self._attempts.succeeded(peer, account)
                return self._grant(judged, two_fa, local)
        except AccessUnavailable as error:
            return refusal(OES_NOT_AVAILABLE, str(error))
        if allowed and not code_is_right:
            self._attempts.failed(peer, counted_as, listed, now_ns)
        return refusal(INVALID_KEY, _reason(credential, allowed, code_is_right))

    def regrant(self, participant: int, peer: str, local: str, now_ns: int, two_fa: str) -> LogonDecision:
        """Decide a further logon on a connection that is logged on, by the same account and user: no new code.

        The grant is bound to ``two_fa``, whatever it is, which the client will show the OES.
        """
        credential = self._granted[participant]
        current = self._credentials.find(credential.account, credential.user)
        if current is None or not current.enabled:
            return refusal(INVALID_KEY, DISABLED)
        regrants = self._regrants.setdefault(participant, Window(limits.REGRANTS_WINDOW_NS, now_ns))
        if regrants.count(now_ns) >= limits.REGRANTS_PER_WINDOW:
            return refusal(TOO_MANY_REQUESTS, "too many further grants")
        regrants.add(now_ns)
        try:
            return self._grant(current, two_fa, local)
        except AccessUnavailable as error:
            return refusal(OES_NOT_AVAILABLE, str(error))

    def _judge(self, credential: Credential, two_fa: str) -> tuple[int, bool]:
        """Compare a code with all that could be right, whatever the mode, so that every refusal takes equal work.

        Gives the newest time step whose code it is, and whether the credential's mode accepts it.
        """
        secret = one_time_code.secret_of(credential.key)
        newest = one_time_code.step_at(self._wall.wall_ns() // NANOSECONDS)
        matching = -1
        for step in range(newest - STEPS_ACCEPTED + 1, newest + 1):
            if _same(one_time_code.hotp(secret, step), two_fa):
                matching = step
        is_constant = _same(one_time_code.hotp(secret, 0), two_fa)
        is_right = matching >= 0 if credential.mode == TOTP else is_constant
        return matching, is_right and credential is not NOBODY

    def _grant(self, credential: Credential, two_fa: str, local: str) -> LogonDecision:
        order_entry = self._addresses.live(ORDER_ENTRY, local)
        if not order_entry:
            return refusal(OES_NOT_AVAILABLE, "identity proved, but no order-entry server is alive")
        market_data = self._addresses.live(MARKET_DATA, local)
        addresses = _first_two(order_entry) + _first_two(market_data)
        grant = self._grants.issue(credential.account, credential.user, two_fa)
        self._granted[credential.participant] = credential
        why = f"granted trading session {grant.trading_session} at {order_entry[0]}"
        return LogonDecision(True, credential.participant, grant.trading_session, grant.key, addresses, 0, why)


class OesDesk:
    """Decides the logons of an OES (or, with ``MARKET_DATA``, of an MDS): the AES has proved the identity before."""

    def __init__(self, credentials: Credentials, grants: GrantsRedeemed, service: str = ORDER_ENTRY) -> None:
        self._credentials = credentials
        self._grants = grants
        self._service = service

    def logon(self, account: int, user: str, two_fa: str, key: int, peer: str, now_ns: int) -> LogonDecision:
        """Redeem the grant that the client brings; ``peer`` is its address without port."""
        credential = self._credentials.find(account, user)
        if credential is None or not credential.enabled:
            return refusal(INVALID_KEY, DISABLED if credential else UNKNOWN)
        try:
            redemption = self._grants.redeem(account, user, two_fa, key, self._service)
        except AccessUnavailable as error:
            return refusal(INVALID_KEY, str(error))
        if redemption.outcome is not Outcome.REDEEMED:
            return refusal(INVALID_KEY, redemption.outcome.value)
        session = redemption.trading_session
        why = f"redeemed trading session {session}"
        return LogonDecision(True, credential.participant, session, redemption.key, NO_ADDRESSES, 0, why)


def refusal(reject: int, why: str) -> LogonDecision:
    """Give the decision that refuses a logon; apart from ``reject`` the peer sees zeros."""
    return LogonDecision(False, -1, 0, 0, NO_ADDRESSES, reject, why)


def _same(code: str, offered: str) -> bool:
    return hmac.compare_digest(code.encode(), offered.encode("utf-8", "surrogatepass"))


def _first_two(addresses: Sequence[str]) -> tuple[str, str]:
    return addresses[0] if addresses else "", addresses[1] if len(addresses) > 1 else ""


def _reason(credential: Credential | None, allowed: bool, code_was_right: bool) -> str:
    if credential is None:
        return UNKNOWN
    if not credential.enabled:
        return DISABLED
    if not allowed:
        return "too many wrong codes, not evaluated"
    return "one-time code used before" if code_was_right else "wrong one-time code"
