"""A venue without sockets for tests: log on, send messages, read replies, in one thread and without a clock.

The logon desk lets everybody in who names a known account; what it grants is fixed, so that bytes
are the same in every run.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from base.exchange import Exchange
from base.exchange.overheard import OverheardExchange
from base.gateway.authorization import LogonDecision
from base.limits import OPEN_ORDERS_PER_PARTICIPANT
from base.venue import Venue, open_oes
from base.vocabulary.instruments import Currency, Instrument
from base.vocabulary.participants import AccountTerms, Participant
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction
from base.wire.framing import Framer
from base.wire.layout import Message
from base.wire.registry import message_class

ATOM = Fraction(1, 10**8)
BTC, USD, USDT, FLY = (Currency(name, ATOM) for name in ("BTC", "USD", "USDT", "FLY"))
INSTRUMENTS = (
    Instrument(1, "BTCUSD", 1, BTC, USD, Fraction(1, 2), Fraction(1, 10**5), 1, 10**9),
    Instrument(4, "BTCUSDT", 1, BTC, USDT, Fraction(1, 100), Fraction(1, 10**5), 1, 10**9),
)
ACCOUNTS = (1, 2, 3)
NO_OES_ACCOUNT = 98
SESSION = 506
KEY = 7_000
START_NS = 1_700_000_000_000_000_000


def user_of(account: int) -> str:
    """The user name of an account, short enough for its field."""
    return f"u{account}"[:6]


class OpenDoor:
    """Lets every known account in: session 506, key 7000 and the last three digits of the account."""

    def __init__(self, accounts: tuple[int, ...]) -> None:
        self._accounts = accounts

    def logon(self, account: int, user: str, two_fa: str, key: int, peer: str, now_ns: int) -> LogonDecision:
        if account == NO_OES_ACCOUNT:
            return LogonDecision(False, -1, 0, 0, ("", "", "", ""), 10, "no OES is live")
        if account not in self._accounts:
            return LogonDecision(False, -1, 0, 0, ("", "", "", ""), 4, "unknown account")
        place = len(self._accounts) if user == "other" else self._accounts.index(account)
        return LogonDecision(True, place, SESSION, KEY + account % 1_000, ("", "", "", ""), 0, "")


class Floor:
    """One OES venue with three accounts, and a line per account that logs on.

    ``terms`` says per account what it has other than the rest.
    """

    def __init__(
        self,
        *,
        lenient: bool = False,
        takeover: bool = False,
        instrument_layout: int = 56,
        second_user: bool = False,
        accounts: tuple[int, ...] = ACCOUNTS,
        cancel_on_disconnect: bool = False,
        most_open_orders: int = OPEN_ORDERS_PER_PARTICIPANT,
        terms: Mapping[int, Mapping[str, Any]] = MappingProxyType({}),
        overheard: bool = False,
    ) -> None:
        plenty = {name: 10**17 for name in ("BTC", "USD", "USDT")}
        participants = [Participant(place, account, user_of(account)) for place, account in enumerate(accounts)]
        participants += [Participant(len(accounts), accounts[0], "other")] * second_user
        standard = AccountTerms(
            0, plenty, cancel_on_disconnect=cancel_on_disconnect, most_open_orders=most_open_orders
        )
        all_terms = [replace(standard, account=one, **terms.get(one, {})) for one in accounts]
        self.exchange = (OverheardExchange if overheard else Exchange)(INSTRUMENTS, all_terms, participants)
        self.venue: Venue = open_oes(
            OpenDoor(accounts),  # type: ignore[arg-type]
            self.exchange,
            INSTRUMENTS,
            all_terms,
            participants,
            lenient=lenient,
            takeover=takeover,
            instrument_layout=instrument_layout,
        )
        self.now_ns = START_NS
        self.closed: dict[int, str] = {}
        self._framers: dict[int, Framer] = {}
        self._unread: dict[int, list[Message]] = {}
        self._order_id = 0

    @property
    def feed_of_events(self) -> OverheardExchange:
        """The exchange, for those who look on."""
        assert isinstance(self.exchange, OverheardExchange), "nobody can look on at this floor"
        return self.exchange

    def connect(self, connection: int) -> None:
        self.venue.connected(connection, ("127.0.0.1", 50_000 + connection), ("127.0.0.1", 4445), self.now_ns)
        self._framers[connection] = Framer()
        self._unread[connection] = []

    def log_on(self, *accounts: int) -> None:
        """Connect and log on each account over a connection of its own number."""
        for account in accounts:
            self.connect(account)
            (reply,) = self.send(account, self.logon(account, user_of(account)))
            assert reply.LoginStatus == 1, reply

    def logon(self, account: int, user: str) -> ClientLogon:
        return ClientLogon(LogonType=1, Account=account, UserName=user)

    def feed(self, connection: int, data: bytes) -> None:
        self.venue.receive(connection, data, self.now_ns)
        self.collect()

    def collect(self) -> None:
        """Take what the venue has for the network, as the network would."""
        for connection, frames, close_reason in self.venue.outbound():
            framer = self._framers[connection]
            for frame in framer.receive(b"".join(frames)):
                cls = message_class(chr(frame[0]), len(frame))
                assert cls is not None
                self._unread[connection].append(cls.parse(frame))
            assert framer.error is None and framer.pending == 0
            if close_reason is not None:
                self.closed[connection] = close_reason

    def send(self, connection: int, *messages: Message) -> list[Message]:
        """Send messages in one read of the venue; give what that connection has not read yet."""
        self.feed(connection, b"".join(message.encode() for message in messages))
        return self.read(connection)

    def read(self, connection: int) -> list[Message]:
        unread, self._unread[connection] = self._unread[connection], []
        return unread

    def order(self, account: int, **fields: object) -> Transaction:
        """A good limit order of an account: buy 1 BTCUSD at 100, good till cancel; fields override."""
        self._order_id += 1
        standard: dict[str, object] = {
            "MessageType": 1, "Account": account, "OrderID": self._order_id, "SymbolEnum": 1, "OrderType": 1,
            "SymbolType": 1, "BOPrice": 100.0, "BOSide": 1, "BOOrderQty": 1.0, "TIF": 2, "BOSymbol": "BTCUSD",
            "TraderID": user_of(account), "SendingTime": 1_000, "TradingSessionID": SESSION,
            "Key": KEY + account % 1_000, "MsgSeqNum": self._order_id, "Attributes": "N" * 12,
        }  # fmt: skip
        return Transaction(**(standard | fields))
