"""The door of OUCH: who may come in with a name and a password, and on bare TCP without.

In: logins of connections, messages of those who are in. Out: members, or why not; remarks for clients.
Never knows: sockets, packets, where passwords are kept. Follows SoupBinTCP's padding rules (case does not matter) and
"Logon and hand-over" of the behaviour page: one answer for every failure of identity, one live session per user.
"""

import hmac
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from base.errors import ParseError
from base.gateway.attempts import Attempts
from base.gateway.authorization import DISABLED, UNKNOWN
from base.gateway.ouch_entry import OuchEntry
from base.gateway.ouch_orders import Member, OuchPort, key_of
from base.gateway.rates import CANCEL, EXPELLED, REFUSED, MessageRates, message_rates
from base.gateway.reports import NEW, Reports
from base.vocabulary.logons import Credential, OuchLogin
from base.vocabulary.participants import AccountTerms
from base.vocabulary.recorded import Departure

NO_ACCOUNT = -1
NOBODY = OuchLogin("", "nobody has this password", 0, "", -1)
HERE_ALREADY = "a session of this user is live"
NONE_FREE = "every account for bare connections is in use"


class Credentials(Protocol):
    """Wanted: the accounts of the venue."""

    def find(self, account: int, user: str) -> Credential | None: ...


class Guest:
    """A member with a live session over one connection."""

    def __init__(self, connection: int, login: OuchLogin, member: Member, rates: MessageRates | None) -> None:
        self.connection = connection
        self.login = login
        self.member = member
        self.rates = rates


class Entrance(NamedTuple):
    """The outcome of a login: a guest, or why not; ``displaced`` has to go."""

    guest: Guest | None
    why: str = ""
    displaced: Guest | None = None


class OuchFront:
    """Lets members in, one session per user, and hands their messages on."""

    def __init__(
        self,
        desk: OuchEntry,
        reports: Reports,
        logins: Iterable[OuchLogin],
        credentials: Credentials,
        accounts: Iterable[AccountTerms],
        *,
        bare_logins: Iterable[str] = (),
        takeover: bool = False,
    ) -> None:
        self.desk = desk
        self._reports = reports
        self._logins = {login.name.upper(): login for login in logins}
        self._bare = [self._logins[name.upper()] for name in bare_logins]
        self._credentials = credentials
        self._terms = {terms.account: terms for terms in accounts}
        self._takeover = takeover
        self._attempts = Attempts()
        self._guests: dict[int, Guest] = {}

    @property
    def guests(self) -> list[Guest]:
        """Who is here, in the order in which they came."""
        return list(self._guests.values())

    def judge(self, name: str, password: str, peer: str, now_ns: int) -> tuple[OuchLogin | None, str]:
        """The login that a name and a password prove, or why none; the peer is never told which reason it was."""
        login = self._logins.get(name.upper())
        credential = self._credentials.find(login.account, login.user) if login else None
        counted_as = credential.account if credential else NO_ACCOUNT
        listed = credential.sources if credential else ()
        allowed = self._attempts.allowed(peer, counted_as, listed, now_ns)
        is_right = _same((login or NOBODY).password, password) and login is not None
        if login is None or credential is None:
            why = UNKNOWN
        elif not credential.enabled:
            why = DISABLED
        elif not allowed:
            return None, "too many wrong passwords, not evaluated"
        elif is_right:
            self._attempts.succeeded(peer, counted_as)
            return login, ""
        else:
            why = "wrong password"
        if allowed and not is_right:
            self._attempts.failed(peer, counted_as, listed, now_ns)
        return None, why

    def enter(self, connection: int, login: OuchLogin, port: int, now_ns: int) -> Entrance:
        """Let a member in, if its user is not here already."""
        here = self._guests.get(login.participant)
        if here is None and self._reports.client_of(login.participant) is not None:
            return Entrance(None, HERE_ALREADY)
        if here is not None and not (self._takeover and here.member.port == port):
            return Entrance(None, HERE_ALREADY)
        terms = self._terms[login.account]
        member = self.desk.join(login.participant, port, now_ns)
        rates = message_rates(terms.orders_per_second, terms.cancels_per_second)
        guest = self._guests[login.participant] = Guest(connection, login, member, rates)
        self._reports.elsewhere.add(login.participant)
        return Entrance(guest, displaced=here)

    def enter_bare(self, connection: int, now_ns: int) -> Entrance:
        """Let a connection without a login in, under the first account for such that is free."""
        for login in self._bare:
            credential = self._credentials.find(login.account, login.user)
            former = self.desk.members.get(key_of(login.participant, OuchPort.JAPANNEXT_BARE))
            if credential is not None and credential.enabled and not (former and former.live):
                entrance = self.enter(connection, login, OuchPort.JAPANNEXT_BARE, now_ns)
                if entrance.guest is not None and entrance.displaced is None:
                    return entrance
        return Entrance(None, NONE_FREE)

    def take(self, guest: Guest, data: bytes, now_ns: int) -> str:
        """Carry a message out; gives a remark. ParseError when it is none, or one too many."""
        verdict = 0
        if guest.rates is not None and data[:1] in (b"O", b"U", b"X"):
            verdict = guest.rates.spend(CANCEL if data[:1] == b"X" else NEW, now_ns)
            if verdict == EXPELLED:
                raise ParseError(guest.rates.excess)
        self._reports.now_ns = now_ns
        return self.desk.take(guest.member, data, now_ns, throttled=verdict == REFUSED)

    def leave(self, guest: Guest, departure: Departure, now_ns: int) -> None:
        """A guest is gone; one that was displaced left nothing behind."""
        if self._guests.get(guest.login.participant) is guest:
            del self._guests[guest.login.participant]
            self._reports.elsewhere.discard(guest.login.participant)
            self._reports.now_ns = now_ns
            self.desk.leave(guest.member, departure, now_ns)


def _same(password: str, offered: str) -> bool:
    return hmac.compare_digest(password.upper().encode(), offered.upper().encode("utf-8", "surrogatepass"))
