"""The market-data desk: who wants to see what, and what the market is like.

In: subscriptions of logged-on clients, happenings of the market, the time. Out: refusals; the audience does the rest.
Never knows: sockets, clocks, where the happenings come from, how a client logged on, when a session is sent what.
Follows section 3.10 of the protocol.
"""

from collections.abc import Iterable
from typing import Protocol

from base import limits
from base.deadlines import earliest
from base.errors import ParseError
from base.gateway.audience import Audience, Key, Subscriber
from base.gateway.clients import Client
from base.gateway.translate_bo import REJECT_CODES
from base.gateway.translate_market_data import SHAPES
from base.publish.views import Pictures
from base.vocabulary.feed import Happened, Happening
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import InstrumentStatus
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import MessageType
from base.wire.bo.market_data import MarketDataSubscribe, Subscription
from base.wire.bo.transaction import Transaction

START_LAYERS = (1, 2, 3)
SUBSCRIBE, UNSUBSCRIBE = "S", "U"


class MarketFeed(Protocol):
    """Where happenings come from: the exchange of this process, or one that repeats the journal of another."""

    def take_happened(self) -> list[Happening]: ...

    def showing(self) -> list[Happening]: ...

    def instrument_status(self, instrument: int, /) -> InstrumentStatus: ...


class MarketDataDesk:
    """Follows the market and tells each session what it subscribed to. ``interval_ns`` 0 is every change."""

    def __init__(self, instruments: Iterable[Instrument], interval_ns: int) -> None:
        listed = list(instruments)
        self._pictures = Pictures(instrument.number for instrument in listed)
        self._audience = Audience(listed, self._pictures, interval_ns)
        self._names = {instrument.name: instrument.number for instrument in listed}
        self._numbers = frozenset(self._names.values())
        self._subscribers: dict[int, Subscriber] = {}

    # -- sessions

    def client_of(self, participant: int) -> Client | None:
        """Give the live session of a participant, or None."""
        subscriber = self._subscribers.get(participant)
        return subscriber.client if subscriber is not None else None

    def join(self, client: Client) -> None:
        """A session begins, without subscriptions."""
        self._subscribers[client.participant] = Subscriber(client)

    def leave(self, client: Client) -> None:
        """A session is over."""
        subscriber = self._subscribers.get(client.participant)
        if subscriber is not None and subscriber.client is client:
            del self._subscribers[client.participant]
            for key in list(subscriber.watches):
                self._audience.unsubscribe(subscriber, key)

    def take_expelled(self) -> list[Client]:
        """Give those who read too slowly, once."""
        expelled, self._audience.expelled = self._audience.expelled, []
        return expelled

    def take(self, client: Client, frame: bytes, now_ns: int) -> None:
        """Carry out one `s` of a logged-on client; what is refused is answered with a REJECT."""
        try:
            request = MarketDataSubscribe.parse(frame)
        except ParseError:
            self._refuse(client, None, None, Reject.FIELD_INVALID)
            return
        reject = self._check(client, request)
        if reject:
            self._refuse(client, request, None, reject)
            return
        subscriber = self._subscribers[client.participant]
        wanted: dict[Key, None] = {}
        for entry in request.Subscribes:
            name = entry.Symbol.rstrip()
            if not entry.SymbolEnum and not name:
                continue
            key = (self._instrument(entry.SymbolEnum, name), int(request.MessageType), entry.Layers)
            reject = self._check_entry(subscriber, key, entry, wanted)
            if reject:
                self._refuse(client, request, entry, reject)
            elif entry.Subscribe == UNSUBSCRIBE:
                wanted.pop(key, None)
                self._audience.unsubscribe(subscriber, key)
            else:
                wanted[key] = None
        for key in wanted:
            self._audience.subscribe(subscriber, key, now_ns)
        self._audience.send((), now_ns)

    # -- the market

    def begin(self, feed: MarketFeed, now_ns: int) -> None:
        """Know what is open already, and the last prices, before the first ``tell``."""
        feed.take_happened()
        self._pictures.follow(feed.showing(), now_ns)
        for instrument in self._numbers:
            self._pictures.trades.begin(instrument, feed.instrument_status(instrument).last_ticks)

    def tell(self, happened: Iterable[Happened], now_ns: int) -> None:
        """Follow what happened since the last call: trades are told at once, books as soon as they may be."""
        for then_ns, happenings in happened:
            self._audience.take_trades(self._pictures.follow(happenings, then_ns), then_ns)
        self._audience.send(self._pictures.take_changed(), now_ns)

    def next_deadline_ns(self) -> int | None:
        """Give the time of the next book message that is waiting for its turn, or of a day's change."""
        return earliest(self._audience.next_deadline_ns(), self._pictures.trades.next_deadline_ns())

    def deadline_passed(self, now_ns: int) -> None:
        """Send what is due, and let old trades go."""
        self._pictures.trades.pass_time(now_ns)
        self._audience.send(self._pictures.take_changed(), now_ns)

    # -- requests

    def _check(self, client: Client, request: MarketDataSubscribe) -> int:
        if request.MessageType not in SHAPES:
            return Reject.MESSAGE_TYPE_INVALID
        if request.Account != client.account:
            client.strike()
            return Reject.ACCOUNT_INVALID
        if not client.lenient:
            if request.Key != client.key:
                client.strike()
                return Reject.KEY_INVALID
            if request.TradingSessionID != client.trading_session:
                return Reject.TRADING_SESSION_INVALID
        return Reject.TOO_MANY_REQUESTS if client.waiting() > limits.WAITING_FRAMES else 0

    def _check_entry(self, subscriber: Subscriber, key: Key, entry: Subscription, wanted: dict[Key, None]) -> int:
        instrument, subscribe_type, start_layer = key
        if not instrument:
            return Reject.INSTRUMENT_UNKNOWN
        if entry.Subscribe not in (SUBSCRIBE, UNSUBSCRIBE):
            return Reject.FIELD_INVALID
        if start_layer not in START_LAYERS or (start_layer > 1 and not SHAPES[subscribe_type].has_layers):
            return Reject.LAYERS_INVALID
        known = key in subscriber.watches or key in wanted
        if entry.Subscribe == SUBSCRIBE and not known:
            fresh = sum(other not in subscriber.watches for other in wanted)
            if len(subscriber.watches) + fresh >= limits.SUBSCRIPTIONS:
                return Reject.TOO_MANY_REQUESTS
        return 0

    def _instrument(self, number: int, name: str) -> int:
        """The instrument that an entry names by number, by name or by both alike; 0 when there is none."""
        by_name = self._names.get(name, 0)
        if not number:
            return by_name
        return number if number in self._numbers and (not name or by_name == number) else 0

    def _refuse(
        self, client: Client, request: MarketDataSubscribe | None, entry: Subscription | None, reject: int
    ) -> None:
        """Send a REJECT transaction, because an `s` has no field for a reason; it names the entry it is about."""
        name = entry.Symbol.rstrip() if entry is not None else ""
        refusal = Transaction(
            MessageType=MessageType.REJECT,
            Account=client.account,
            SymbolEnum=entry.SymbolEnum if entry is not None else 0,
            BOSymbol=name if len(name.encode()) <= 12 else "",
            TraderID=client.user,
            RejectReason=REJECT_CODES[Reject(reject)],
            TradingSessionID=client.trading_session,
            MsgSeqNum=request.MsgSeqNum if request is not None else 0,
        )
        client.send(refusal.encode())
