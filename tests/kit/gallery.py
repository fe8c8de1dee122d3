"""A market-data venue without sockets for tests: log on, subscribe, let the market happen, read what is shown.

In: a feed or happenings, subscriptions. Out: the messages of each session. Never knows: how the market came about.
A session that does not read is one whose bytes the network cannot pass on; the venue is told how many those are.
"""

from collections.abc import Iterable

from base.gateway.market_data import MarketFeed
from base.venue import open_mds
from base.vocabulary.feed import Happening
from base.vocabulary.instruments import Instrument
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import MarketDataSubscribe
from base.wire.bo.transaction import Transaction
from base.wire.framing import Framer
from base.wire.layout import Message
from base.wire.registry import message_class
from tests.kit.floor import ACCOUNTS, INSTRUMENTS, KEY, SESSION, START_NS, Floor, OpenDoor, user_of

TOB, THREE, FIVE, TEN, TWENTY, THIRTY = range(1, 7)


class Gallery:
    """One MDS; sessions are known by the number of their connection, which is that of their account."""

    def __init__(
        self,
        feed: MarketFeed | None = None,
        *,
        instruments: Iterable[Instrument] = INSTRUMENTS,
        interval_ns: int = 0,
        takeover: bool = False,
        accounts: tuple[int, ...] = ACCOUNTS,
        now_ns: int = START_NS,
    ) -> None:
        self.now_ns = now_ns
        self.venue = open_mds(
            OpenDoor(accounts),  # type: ignore[arg-type]
            instruments,
            interval_ns=interval_ns,
            feed=feed,
            now_ns=now_ns,
            takeover=takeover,
        )
        self._feed = feed
        self.closed: dict[int, str] = {}
        self.stuck: dict[int, bytes] = {}
        """Bytes that the network could not pass on, of the sessions that do not read."""
        self.venue.unsent_bytes = lambda connection: len(self.stuck.get(connection, b""))
        self._framers: dict[int, Framer] = {}
        self._unread: dict[int, list[Message]] = {}

    def connect(self, connection: int) -> None:
        self.venue.connected(connection, ("127.0.0.1", 50_000 + connection), ("127.0.0.1", 4446), self.now_ns)
        self._framers[connection] = Framer()
        self._unread[connection] = []

    def log_on(self, *accounts: int) -> None:
        for account in accounts:
            self.connect(account)
            (reply,) = self.send(account, ClientLogon(LogonType=1, Account=account, UserName=user_of(account)))
            assert reply.LoginStatus == 1, reply

    def subscribe(self, account: int, subscribe_type: int, *entries: dict[str, object], **fields: object) -> None:
        """Send one `s`; an entry is to be subscribed to from the top unless it says something else."""
        standard: dict[str, object] = {
            "MessageType": subscribe_type, "Account": account, "Key": KEY + account % 1_000,
            "TradingSessionID": SESSION, "SendingTime": 1, "MsgSeqNum": 77,
            "Subscribes": [{"Layers": 1, "Subscribe": "S"} | entry for entry in entries],
        }  # fmt: skip
        self.feed(account, MarketDataSubscribe(**(standard | fields)).encode())

    def feed(self, connection: int, data: bytes) -> None:
        self.venue.receive(connection, data, self.now_ns)
        self.collect()

    def send(self, connection: int, message: Message) -> list[Message]:
        self.feed(connection, message.encode())
        return self.read(connection)

    def tell(self, happenings: Iterable[Happening] | None = None) -> None:
        """Let something happen: what is given, or what the feed has."""
        if happenings is None:
            assert self._feed is not None
            happenings = self._feed.take_happened()
        self.venue.tell([(self.now_ns, list(happenings))], self.now_ns)
        self.collect()

    def wait(self, nanoseconds: int) -> None:
        """Let time pass, with a call at each deadline on the way."""
        end_ns = self.now_ns + nanoseconds
        while (deadline_ns := self.venue.next_deadline_ns()) is not None and deadline_ns <= end_ns:
            self.now_ns = max(self.now_ns, deadline_ns)
            self.venue.deadline_passed(self.now_ns)
            self.collect()
        self.now_ns = end_ns

    def collect(self) -> None:
        """Take what the venue has for the network, as the network would."""
        for connection, frames, close_reason in self.venue.outbound():
            data = b"".join(frames)
            if connection in self.stuck:
                self.stuck[connection] += data
            else:
                self._parse(connection, data)
            if close_reason is not None:
                self.closed[connection] = close_reason

    def release(self, connection: int) -> None:
        """A session reads again."""
        self._parse(connection, self.stuck.pop(connection))

    def read(self, connection: int) -> list[Message]:
        unread, self._unread[connection] = self._unread[connection], []
        return unread

    def _parse(self, connection: int, data: bytes) -> None:
        framer = self._framers[connection]
        for frame in framer.receive(data):
            cls = message_class(chr(frame[0]), len(frame))
            assert cls is not None
            self._unread[connection].append(cls.parse(frame))
        assert framer.error is None and framer.pending == 0


class Scene:
    """A floor of traders and a gallery that sees it; connection and account have the same number on both."""

    def __init__(self, *, interval_ns: int = 0, takeover: bool = False) -> None:
        self.floor = Floor(overheard=True)
        self.floor.log_on(1, 2)
        self.gallery = Gallery(self.floor.feed_of_events, interval_ns=interval_ns, takeover=takeover)

    def trade(self, account: int, **fields: object) -> Transaction:
        order = self.floor.order(account, **fields)
        self.floor.send(account, order)
        self.gallery.tell()
        return order

    def watch(self, subscribe_type: int, *entries: dict[str, object], account: int = 3) -> list[Message]:
        if account not in self.gallery._framers:
            self.gallery.log_on(account)
        self.gallery.subscribe(account, subscribe_type, *entries)
        return self.gallery.read(account)


def numbered(messages: Iterable[Message]) -> list[int]:
    """The MsgSeqNum of those that carry one and come from the market."""
    return [one.MsgSeqNum for one in messages if "MsgSeqNum" in one.fields() and one.LETTER in "tOSUV"]
