"""Simulated clients: they log on in two stages, trade, lose connections, come back, and note what they were told.

In: bytes from their two connections, turns. Out: bytes; a Diary of what was sent and heard. Never knows: the state of
any server. A device speaks the wire messages only; several of one user compete for its one session.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from base import one_time_code
from base.gateway.translate_bo import without_key
from base.vocabulary.logons import TOTP, Credential
from base.wire.bo.logon import ClientLogon
from base.wire.bo.requests import OpenOrderRequest
from base.wire.bo.transaction import Transaction
from base.wire.framing import Framer
from tests.kit.traffic import PRICES, TERMS
from tests.simulation.machine import Machine
from tests.simulation.network import SECOND, Link

AWAY, AT_AES, AT_OES, TRADING = "away", "at the AES", "at the OES", "trading"
PATIENCE_NS = 3 * SECOND
QUERIES = 1_000_000_000
"""MsgSeqNum from here on mark questions, whose answers look like reports otherwise."""
REPORTS = (8, 9, 14, 15, 16, 17, 18)
FILLS = (8, 9, 17, 18)
REJECT, REPLACED = 12, 16
NEW, REPLACE, STATUS, CANCEL = 1, 2, 5, 6
LOGIN, LOGOUT = 1, 2

Connect = Callable[[str, "Device"], Link | None]


class Heard(NamedTuple):
    """A report, without the session's key, and at which turn of the world it came."""

    turn: int
    frame: bytes


class Diary:
    """What all devices of one user noted."""

    def __init__(self, credential: Credential) -> None:
        self.credential = credential
        self.sent: dict[int, tuple[int, Transaction]] = {}
        """New orders and replaces by OrderID, with the turn in which they were sent."""
        self.sessions: dict[int, list[Heard]] = {}
        """What each trading session was told, in order."""
        self.open: list[Transaction] = []
        """What an auditor was told to be open."""
        self.states: dict[int, Transaction] = {}
        """What an auditor was told of each order."""
        self.last_step = -1


class Device:
    """One client program of one user."""

    def __init__(self, machine: Machine, diary: Diary, connect: Connect, *, audits: bool, restless: bool) -> None:
        self.machine = machine
        self.diary = diary
        self.audits = audits
        self.number = machine.next_number()
        self.state = AWAY
        self.has_audited = False
        self._farewell = 0.12 if restless else 0.04
        self._pause_ns = SECOND // 20 if restless else SECOND // 2
        self._chance: Random = machine.chance
        self._connect = connect
        self._aes: Link | None = None
        self._oes: Link | None = None
        self._framers: dict[int, Framer] = {}
        self._deadline_ns = 0
        self._not_before_ns = 0
        self._code = ""
        self._grant: ClientLogon | None = None
        self._session = self._key = 0
        self._unanswered = 0
        self._questions: set[int] = set()
        self._asked_in = 0

    @property
    def peer(self) -> tuple[str, int]:
        return f"10.1.0.{self.number % 250}", 40_000 + self.number % 20_000

    # -- turns

    def turn(self) -> None:
        """Read what came, then do something."""
        for link in (self._aes, self._oes):
            if link is not None:
                self._read(link)
        now_ns = self.machine.time.system
        if self.state == AWAY:
            if now_ns >= self._not_before_ns:
                self._set_out()
        elif now_ns >= self._deadline_ns and (self.state != TRADING or self._unanswered or self._questions):
            self.machine.say(f"device {self.number} waits no longer, {self.state}")
            self._give_up(forget_aes=self.state == AT_AES)
        elif self.state == TRADING and self.audits:
            self._audit()
        elif self.state == TRADING:
            self._trade()

    def machine_restarted(self) -> None:
        """The clock that deadlines are made of began again."""
        self._deadline_ns = self._not_before_ns = self.machine.time.system + PATIENCE_NS

    def hang_up(self) -> None:
        """Drop all connections at once."""
        for link in (self._aes, self._oes):
            if link is not None:
                link.reset()
        self._aes = self._oes = None
        self.state = AWAY

    def _read(self, link: Link) -> None:
        if not link.to_client.is_ready(self.machine.time.system):
            return
        fragment = link.to_client.take(self._chance)
        for frame in self._framers[link.number].receive(fragment):
            if link in (self._aes, self._oes):
                self._hear(link, frame)
        if not fragment and link is self._aes:
            self._aes = None
            if self.state == AT_AES:
                self._give_up(forget_aes=True)
        elif not fragment and link is self._oes:
            self._give_up()

    # -- logons

    def _set_out(self) -> None:
        """Ask the AES for a grant, over the old connection when there is one."""
        self._unanswered = 0
        self._questions.clear()
        if self._grant is not None and self._chance.random() < 0.1:
            self._hand_over(self._grant.SecondaryOrderEntryIP or self._grant.PrimaryOrderEntryIP)  # spent, most likely
            return
        if self._aes is None or self._chance.random() < 0.2:
            code = self._next_code()
            if code is None:
                self._not_before_ns = self.machine.time.system + SECOND
                return
            self._code = code
            self._aes = self._call("10.0.0.1:4444")
        if self._aes is None:
            self._give_up(forget_aes=True)
            return
        self._say(self._aes, self._logon(0))
        self.state = AT_AES
        self._deadline_ns = self.machine.time.system + PATIENCE_NS

    def _next_code(self) -> str | None:
        """The one-time code to use now; None when the current one was used."""
        credential = self.diary.credential
        secret = one_time_code.secret_of(credential.key)
        if credential.mode != TOTP:
            return one_time_code.hotp(secret, 0)
        step = one_time_code.step_at(self.machine.time.wall // SECOND)
        if step <= self.diary.last_step:
            return None
        self.diary.last_step = step
        return one_time_code.hotp(secret, step)

    def _hand_over(self, address: str) -> None:
        assert self._grant is not None
        self._oes = self._call(address)
        if self._oes is None:
            self._give_up()
            return
        self._say(self._oes, self._logon(self._grant.Key))
        self.state = AT_OES
        self._deadline_ns = self.machine.time.system + PATIENCE_NS

    def _logon(self, key: int, kind: int = LOGIN) -> ClientLogon:
        credential = self.diary.credential
        return ClientLogon(
            LogonType=kind, Account=credential.account, UserName=credential.user, TwoFA=self._code, Key=key
        )

    def _call(self, address: str) -> Link | None:
        link = self._connect(address, self)
        if link is not None:
            self._framers[link.number] = Framer()
        return link

    def _give_up(self, *, forget_aes: bool = False) -> None:
        """Go back to the beginning after a while."""
        if self._oes is not None:
            self._end(self._oes)
        if forget_aes and self._aes is not None:
            self._end(self._aes)
            self._aes = None
        self._oes = None
        self.state = AWAY
        self._not_before_ns = self.machine.time.system + self._chance.randrange(SECOND // 100, self._pause_ns)

    def _end(self, link: Link) -> None:
        """Leave in one of the ways that clients have."""
        way = self._chance.random()
        if way < 0.4 or self.audits:
            link.reset()
        elif way < 0.8:
            link.to_server.end()
        else:
            link.die_silently(self.machine.time.system)

    # -- what is heard

    def _hear(self, link: Link, frame: bytes) -> None:
        if frame[:1] == b"H":
            self._hear_logon(link, ClientLogon.parse(frame))
        elif frame[:1] == b"T":
            self._hear_report(frame, Transaction.parse(frame))

    def _hear_logon(self, link: Link, reply: ClientLogon) -> None:
        accepted = reply.LogonType == LOGIN and reply.LoginStatus == 1
        if self.state == AT_AES and link is self._aes:
            if not accepted:
                self._give_up(forget_aes=True)
                return
            self._grant = reply
            second = reply.SecondaryOrderEntryIP and self._chance.random() < 0.2
            self._hand_over(reply.SecondaryOrderEntryIP if second else reply.PrimaryOrderEntryIP)
        elif link is self._oes:
            if self.state != AT_OES or not accepted:
                self._give_up()
                return
            self.state = TRADING
            self._session, self._key = reply.TradingSessionID, reply.Key
            assert self._session not in self.diary.sessions, f"trading session {self._session} was opened twice"
            self.diary.sessions[self._session] = []

    def _hear_report(self, frame: bytes, report: Transaction) -> None:
        self._unanswered = max(self._unanswered - 1, 0)
        self._deadline_ns = self.machine.time.system + PATIENCE_NS
        if report.MsgSeqNum >= QUERIES:
            self._questions.discard(report.MsgSeqNum)
            self.diary.states[report.MsgSeqNum - QUERIES] = report
        elif self.audits and report.MessageType in (NEW, REPLACED):
            self.diary.open.append(report)
        elif report.MessageType in REPORTS:
            self.diary.sessions[self._session].append(Heard(self.machine.turns, without_key(frame)))

    # -- what is said

    def _say(self, link: Link, *messages: ClientLogon | Transaction | OpenOrderRequest) -> None:
        link.to_server.write(b"".join(message.encode() for message in messages))

    def _trade(self) -> None:
        assert self._oes is not None
        wish = self._chance.random()
        if wish < self._farewell / 2:
            self._say(self._oes, self._logon(0, LOGOUT))
            self._give_up()
        elif wish < self._farewell:
            self._give_up(forget_aes=self._chance.random() < 0.3)
        elif wish < 0.5 and self._unanswered < 20:
            orders = [self._order() for _ in range(self._chance.choice((1, 1, 1, 2, 5)))]
            self._say(self._oes, *orders)
            self._unanswered += len(orders)
            self._deadline_ns = self.machine.time.system + PATIENCE_NS

    def _order(self) -> Transaction:
        chance = self._chance
        order_type = chance.choice((1, 1, 1, 1, 1, 1, 2, *range(3, 18)))
        sent = self.diary.sent
        kind = chance.choice((NEW, NEW, NEW, NEW, REPLACE, STATUS, CANCEL)) if sent else NEW
        number = self.machine.next_number()
        named = chance.choice(list(sent)[-12:]) if sent else 0
        plain = order_type not in (1, 5, 8) or chance.random() < 0.7
        terms = {name: value for name, value in TERMS.items() if not (plain and name in ("DisplaySize", "RefreshSize"))}
        order = self._transaction(
            **terms, MessageType=kind, OrderID=number, OrigOrderID=named if kind != NEW else 0, OrderType=order_type,
            BOSide=chance.choice((1, 2)), BOPrice=chance.choice(PRICES),
            BOOrderQty=1.0 if order_type in (9, 10) else chance.choice((0.25, 0.5, 1.0, 2.0)),
            TIF=chance.choice((1, 2, 2, 2, 2, 3, 4, 6)) if order_type in (1, 2, 6) else 2,
            Attributes="N" * 12 if plain else "NNY" + "N" * 9,
            MsgSeqNum=QUERIES + named if kind == STATUS else number,
        )  # fmt: skip
        if kind in (NEW, REPLACE):
            sent[number] = (self.machine.turns, order)
        return order

    def _transaction(self, **fields: object) -> Transaction:
        standard: dict[str, object] = {
            "Account": self.diary.credential.account, "SymbolEnum": 1, "SymbolType": 1, "BOSymbol": "BTCUSD",
            "TraderID": self.diary.credential.user, "SendingTime": 1_000, "TradingSessionID": self._session,
            "Key": self._key, "Attributes": "N" * 12, "OrderType": 1, "TIF": 2, "BOSide": 1,
        }  # fmt: skip
        return Transaction(**(standard | fields))

    def _audit(self) -> None:
        """Ask what is open, and what became of every order; once in each session until all is answered."""
        assert self._oes is not None
        if self._asked_in == self._session:
            self.has_audited = self.has_audited or not self._questions
            return
        self._asked_in = self._session
        self.diary.open.clear()
        self.diary.states.clear()
        numbers = list(self.diary.sent) or [1]
        self._questions = {QUERIES + number for number in numbers}
        account = self.diary.credential.account
        listing = OpenOrderRequest(Account=account, SymbolEnum=1, TradingSessionID=self._session, MsgSeqNum=1)
        states = (
            self._transaction(MessageType=STATUS, OrderID=number, OrigOrderID=number, MsgSeqNum=QUERIES + number)
            for number in numbers
        )
        self._say(self._oes, listing, *states)
        self._deadline_ns = self.machine.time.system + PATIENCE_NS
