"""The three kinds of door a client logs on at: the AES, which grants, the OES, which trades, and the MDS, which shows.

In: logons and requests of one connection. Out: admissions; requests go on to the desk they concern.
Never knows: sockets, sessions' states, clocks, where keys and codes are kept.
Follows section 5 of the protocol and "Logon and hand-over" of the behaviour notes.
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from base import limits
from base.deadlines import earliest
from base.gateway.absences import Absences
from base.gateway.authorization import AesDesk, LogonDecision, OesDesk
from base.gateway.clients import Client
from base.gateway.fast_path import FastEntry
from base.gateway.inquiries import Inquiries
from base.gateway.market_data import MarketDataDesk
from base.gateway.operator import OperatorDesk
from base.gateway.operator_requests import OperatorReply, OperatorRequest
from base.gateway.order_entry import Pending
from base.gateway.ouch_entry import OuchEntry
from base.gateway.rates import MessageRates, message_rates
from base.vocabulary.feed import Happened
from base.vocabulary.participants import AccountTerms
from base.vocabulary.recorded import Departure, Recorded, RecordedKind
from base.wire.bo.codes import RejectReason
from base.wire.bo.logon import ClientLogon

TRANSACTION_LETTER = ord("T")


class Caller(Protocol):
    """What a desk needs to know of a connection."""

    number: int
    peer: tuple[str, int]
    local: tuple[str, int]

    def send(self, frame: bytes | bytearray, /) -> None: ...

    def send_all(self, frames: list[bytes | bytearray], /) -> None: ...

    def waiting(self) -> int: ...

    def unsent_bytes(self) -> int: ...


class Admission(NamedTuple):
    """The outcome of a logon: the decision, the client when it is in, and whom it displaced."""

    decision: LogonDecision
    client: Client | None
    displaced: Client | None = None


class AesFront:
    """Authenticates, and grants again on the same connection."""

    letters = ""

    def __init__(self, desk: AesDesk) -> None:
        self._desk = desk

    def admit(self, caller: Caller, message: ClientLogon, now_ns: int) -> Admission:
        """Decide a first logon."""
        decision = self._desk.logon(
            message.Account, message.UserName.rstrip(), message.TwoFA, caller.peer[0], caller.local[0], now_ns
        )
        return Admission(decision, _client(caller, message, decision, lenient=False) if decision.accepted else None)

    def admit_again(self, caller: Caller, client: Client, message: ClientLogon, now_ns: int) -> LogonDecision:
        """Grant again to a client that was admitted on this connection, without a new one-time code."""
        return self._desk.regrant(client.participant, caller.peer[0], caller.local[0], now_ns, message.TwoFA)

    def take(self, client: Client, frames: list[bytes], now_ns: int) -> list[bytes]:
        """Nothing but logons is for the AES; the session lets no other letter in."""
        raise AssertionError("the AES takes no requests")

    def operate(self, request: OperatorRequest, now_ns: int) -> OperatorReply:
        """An AES has no market, so no operator's door leads here."""
        raise AssertionError("the AES takes no commands of the operator")

    def leave(self, client: Client, departure: Departure, now_ns: int) -> None:
        """Forget a client; its grants live on for their few seconds."""

    def welcomed(self, client: Client, message: ClientLogon, now_ns: int) -> None:
        """There is nothing to tell a client that was just answered."""

    def tell(self, happened: Iterable[Happened], now_ns: int) -> None:
        """An AES shows nobody the market."""
        raise AssertionError("the AES does not follow a market")

    def take_expelled(self) -> list[Client]:
        """Nobody has to go but for what he sent himself."""
        return []

    def next_deadline_ns(self) -> int | None:
        """Nobody is awaited here."""
        return None

    def deadline_passed(self, now_ns: int) -> None:
        """Nobody is awaited here."""


class OesFront:
    """Redeems the grant of the AES, keeps one live session per participant, and trades."""

    letters = "TYwfEe"

    def __init__(
        self,
        desk: OesDesk,
        order_entry: FastEntry,
        inquiries: Inquiries,
        operator: OperatorDesk,
        ouch: OuchEntry,
        absences: Absences,
        pending: Pending,
        accounts: Iterable[AccountTerms],
        *,
        lenient: bool,
        takeover: bool,
    ) -> None:
        self._desk = desk
        self._order_entry = order_entry
        self._copies = order_entry.reports.copies
        self._inquiries = inquiries
        self._operator = operator
        self._ouch = ouch
        self._reports = order_entry.reports
        self._absences = absences
        self._pending = pending
        self._terms = {terms.account: terms for terms in accounts}
        self._lenient = lenient
        self._takeover = takeover

    def admit(self, caller: Caller, message: ClientLogon, now_ns: int) -> Admission:
        """Decide a first logon; a participant who is already here is refused or displaced."""
        decision = _redeem(self._desk, caller, message, now_ns)
        if not decision.accepted:
            return Admission(decision, None)
        displaced = self._order_entry.reports.client_of(decision.participant)
        is_elsewhere = decision.participant in self._reports.elsewhere
        if is_elsewhere or (displaced is not None and not self._takeover):
            return Admission(_already_here(decision), None)
        terms = self._terms[message.Account]
        rates = message_rates(terms.orders_per_second, terms.cancels_per_second)
        client = _client(caller, message, decision, lenient=self._lenient, rates=rates)
        self._order_entry.reports.join(client)
        self._absences.came(client.participant)
        self._pending.append(Recorded(RecordedKind.JOINED, client.participant, client.trading_session, 0, b""))
        return Admission(decision, client, displaced)

    def admit_again(self, caller: Caller, client: Client, message: ClientLogon, now_ns: int) -> LogonDecision:
        """Answer a further logon on a live connection as the first one was answered."""
        return _as_before(client)

    def welcomed(self, client: Client, message: ClientLogon, now_ns: int) -> None:
        """A supervisor gets the copies that it has not seen, behind the answer to its logon."""
        self._copies.begin(client, message.LastSeqNum, now_ns)

    def tell(self, happened: Iterable[Happened], now_ns: int) -> None:
        """An OES is where things happen."""
        raise AssertionError("the OES follows no other market")

    def take_expelled(self) -> list[Client]:
        """Give the supervisors that read too slowly, once."""
        expelled, self._copies.expelled = self._copies.expelled, []
        return expelled

    def take(self, client: Client, frames: list[bytes], now_ns: int) -> list[bytes]:
        """Carry out requests in order, until the client is to go or got its share of the pass; give the others."""
        self._reports.now_ns = now_ns
        at = share = 0
        while not client.expelled and (at := self._order_entry.take_run(client, frames, at)) < len(frames):
            frame = frames[at]
            if frame[0] == TRANSACTION_LETTER:
                self._order_entry.take(client, frame, now_ns)
            else:
                share = share or client.waiting() + limits.ANSWERS_PER_PASS
                if client.waiting() >= share:
                    return frames[at:]
                self._inquiries.take(client, frame, now_ns)
            at += 1
        return []

    def operate(self, request: OperatorRequest, now_ns: int) -> OperatorReply:
        """Carry out what the operator asks; OperatorRefused says why not."""
        self._reports.now_ns = now_ns
        recorded = len(self._pending)
        try:
            return self._operator.take(request, now_ns)
        finally:
            if len(self._pending) > recorded:  # something was carried out, if not all of it
                self._ouch.operated(request.word, now_ns)

    def leave(self, client: Client, departure: Departure, now_ns: int) -> None:
        """A client is gone; only a goodbye withdraws its DAY orders. One that was displaced left nothing behind."""
        reports, participant = self._order_entry.reports, client.participant
        reports.now_ns = now_ns
        if reports.client_of(participant) is not client:
            return
        self._pending.append(Recorded(RecordedKind.LEFT, participant, client.trading_session, departure, b""))
        self._absences.left(participant)
        if departure is Departure.LOGGED_OUT:
            self._order_entry.log_out(participant, now_ns)
        reports.leave(client)
        if departure is Departure.LOST:
            self._order_entry.lose(participant, now_ns)

    def next_deadline_ns(self) -> int | None:
        """When somebody is late, an order's time is over or a supervisor is sent more, or None."""
        return earliest(
            self._absences.next_deadline_ns(), self._copies.next_deadline_ns(), self._ouch.next_deadline_ns()
        )

    def deadline_passed(self, now_ns: int) -> None:
        """Give up those who are late and orders whose time is over, and send on to supervisors that are behind."""
        self._copies.deadline_passed(now_ns)
        self._reports.now_ns = now_ns
        self._ouch.deadline_passed(now_ns)
        for participant in self._absences.late(now_ns):
            self._pending.append(Recorded(RecordedKind.RETURN_OVER, participant, 0, 0, b""))
            self._absences.given_up(participant)
            self._order_entry.lose(participant, now_ns)


class MdsFront:
    """Redeems the grant of the AES for market data, keeps one live session per participant, and shows the market."""

    letters = "s"

    def __init__(self, desk: OesDesk, market_data: MarketDataDesk, *, lenient: bool, takeover: bool) -> None:
        self._desk = desk
        self._market_data = market_data
        self._lenient = lenient
        self._takeover = takeover

    def admit(self, caller: Caller, message: ClientLogon, now_ns: int) -> Admission:
        """Decide a first logon; a participant who is already here is refused or displaced."""
        decision = _redeem(self._desk, caller, message, now_ns)
        if not decision.accepted:
            return Admission(decision, None)
        displaced = self._market_data.client_of(decision.participant)
        if displaced is not None and not self._takeover:
            return Admission(_already_here(decision), None)
        if displaced is not None:
            self._market_data.leave(displaced)
        client = _client(caller, message, decision, lenient=self._lenient)
        self._market_data.join(client)
        return Admission(decision, client, displaced)

    def admit_again(self, caller: Caller, client: Client, message: ClientLogon, now_ns: int) -> LogonDecision:
        """Answer a further logon on a live connection as the first one was answered."""
        return _as_before(client)

    def welcomed(self, client: Client, message: ClientLogon, now_ns: int) -> None:
        """Nothing is shown that was not subscribed to."""

    def tell(self, happened: Iterable[Happened], now_ns: int) -> None:
        """Follow what happened in the market, and tell who wants to know."""
        self._market_data.tell(happened, now_ns)

    def take_expelled(self) -> list[Client]:
        """Give those who read too slowly, once."""
        return self._market_data.take_expelled()

    def take(self, client: Client, frames: list[bytes], now_ns: int) -> list[bytes]:
        """Carry out subscriptions in order, until the client is to go or got its share of the pass; give the others."""
        share = client.waiting() + limits.ANSWERS_PER_PASS
        rest = iter(frames)
        for frame in rest:
            if client.waiting() >= share:
                return [frame, *rest]
            self._market_data.take(client, frame, now_ns)
            if client.expelled:
                return []
        return []

    def operate(self, request: OperatorRequest, now_ns: int) -> OperatorReply:
        """An MDS only looks on, so no operator's door leads here."""
        raise AssertionError("the MDS takes no commands of the operator")

    def leave(self, client: Client, departure: Departure, now_ns: int) -> None:
        """Forget a client; what it subscribed to ends with its session."""
        self._market_data.leave(client)

    def next_deadline_ns(self) -> int | None:
        """When the next book message may be sent, or a day ends for a trade."""
        return self._market_data.next_deadline_ns()

    def deadline_passed(self, now_ns: int) -> None:
        """Send what is due."""
        self._market_data.deadline_passed(now_ns)


def _redeem(desk: OesDesk, caller: Caller, message: ClientLogon, now_ns: int) -> LogonDecision:
    return desk.logon(
        message.Account, message.UserName.rstrip(), message.TwoFA, message.Key, caller.peer[0], now_ns
    )  # fmt: skip


def _already_here(decision: LogonDecision) -> LogonDecision:
    code = RejectReason.USER_ALREADY_LGGGED_IN
    return decision._replace(accepted=False, reject=code, why="a session of this user is live")


def _as_before(client: Client) -> LogonDecision:
    return LogonDecision(
        accepted=True,
        participant=client.participant,
        trading_session=client.trading_session,
        key=client.key,
        addresses=("", "", "", ""),
        reject=0,
        why="repeated on the same connection",
    )


def _client(
    caller: Caller,
    message: ClientLogon,
    decision: LogonDecision,
    *,
    lenient: bool,
    rates: MessageRates | None = None,
) -> Client:
    return Client(
        decision.participant,
        message.Account,
        message.UserName.rstrip(),
        connection=caller.number,
        key=decision.key,
        trading_session=decision.trading_session,
        lenient=lenient,
        send=caller.send,
        waiting=caller.waiting,
        rates=rates,
        unsent_bytes=caller.unsent_bytes,
        send_all=caller.send_all,
    )
