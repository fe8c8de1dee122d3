"""The market-data desk: who wants to see what, and when each session gets which picture.

In: subscriptions of logged-on clients, happenings of the market, the time. Out: frames to the clients.
Never knows: sockets, clocks, where the happenings come from, how a client logged on.
Follows sections 3.10 to 3.14 of the protocol. A subscription gets at most one book message per interval, always the
newest; a session that reads slowly gets fewer of them and all trades, until too many of those wait for it.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Protocol, TypeAlias

from base import limits
from base.errors import ParseError
from base.gateway.clients import Client
from base.gateway.translate_bo import REJECT_CODES
from base.gateway.translate_market_data import SHAPES, Publisher, stamp_trade
from base.publish.views import Picture, Pictures
from base.vocabulary.feed import Happening
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import InstrumentStatus
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import MessageType
from base.wire.bo.market_data import MarketDataSubscribe, Subscription
from base.wire.bo.transaction import Transaction

START_LAYERS = (1, 2, 3)
SUBSCRIBE, UNSUBSCRIBE = "S", "U"
Key: TypeAlias = tuple[int, int, int]
"""Instrument, subscribe type and start layer."""
NUMBERS = 2**32
"""MsgSeqNum starts again at 0 behind the largest that its field carries."""


class MarketFeed(Protocol):
    """Where happenings come from: the exchange of this process, or one that repeats the journal of another."""

    def take_happened(self) -> list[Happening]: ...

    def showing(self) -> list[Happening]: ...

    def instrument_status(self, instrument: int, /) -> InstrumentStatus: ...


class View:
    """One picture of one instrument, made once for all who subscribed to it."""

    __slots__ = ("edition", "frame", "idle", "instrument", "is_stale", "picture", "start_layer", "subscribe_type")

    def __init__(self, instrument: int, subscribe_type: int, start_layer: int) -> None:
        self.instrument = instrument
        self.subscribe_type = subscribe_type
        self.start_layer = start_layer
        self.idle: dict[Watch, None] = {}
        self.is_stale = True
        self.picture: Picture | None = None
        self.edition = 0
        self.frame = b""


class Watch:
    """One subscription of one session: what it was last sent, and when it may be sent something again."""

    __slots__ = ("due_ns", "edition", "is_over", "subscriber", "view")

    def __init__(self, subscriber: "Subscriber", view: View, now_ns: int) -> None:
        self.subscriber = subscriber
        self.view = view
        self.edition = 0
        self.due_ns = now_ns
        self.is_over = False


class Subscriber:
    """A logged-on session: its subscriptions, and its messages counted."""

    __slots__ = ("client", "last_number", "watches")

    def __init__(self, client: Client) -> None:
        self.client = client
        self.last_number = 0
        self.watches: dict[Key, Watch] = {}

    def next_number(self) -> int:
        """Count one more of the messages that carry a number."""
        self.last_number = (self.last_number + 1) % NUMBERS
        return self.last_number

    @property
    def is_behind(self) -> bool:
        """Whether it reads so slowly that a book message would be old before it is read."""
        client = self.client
        return client.waiting() >= limits.BOOK_WAITING_FRAMES or client.unsent_bytes() >= limits.BOOK_WAITING_BYTES


class MarketDataDesk:
    """Follows the market and tells each session what it subscribed to. ``interval_ns`` 0 is every change."""

    def __init__(self, instruments: Iterable[Instrument], interval_ns: int) -> None:
        listed = list(instruments)
        self.pictures = Pictures(instrument.number for instrument in listed)
        self._interval_ns = interval_ns
        self._names = {instrument.name: instrument.number for instrument in listed}
        self._publishers = {instrument.number: Publisher(instrument) for instrument in listed}
        self._views: dict[Key, View] = {}
        self._views_of: dict[int, list[View]] = {instrument.number: [] for instrument in listed}
        self._subscribers: dict[int, Subscriber] = {}
        self._hearing: dict[int, dict[Subscriber, int]] = {instrument.number: {} for instrument in listed}
        self._due: list[tuple[int, int, Watch]] = []
        self._places = count()
        self.expelled: list[Client] = []
        """Sessions that have to end, for whoever holds the connections to take away."""

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
                self._unsubscribe(subscriber, key)

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
                self._unsubscribe(subscriber, key)
            else:
                wanted[key] = None
        for key in wanted:
            self._subscribe(subscriber, key, now_ns)
        self._send_due(now_ns)

    # -- the market

    def begin(self, feed: MarketFeed, now_ns: int) -> None:
        """Know what is open already, and the last prices, before the first ``tell``."""
        feed.take_happened()
        self.pictures.follow(feed.showing(), now_ns)
        for instrument in self._publishers:
            self.pictures.trades.begin(instrument, feed.instrument_status(instrument).last_ticks)
        self._mark(self._views_of, now_ns)

    def tell(self, happenings: Iterable[Happening], now_ns: int) -> None:
        """Follow what happened now: trades are told at once, books as soon as they may be."""
        for one in self.pictures.follow(happenings, now_ns):
            hearing = self._hearing[one.instrument]
            if hearing:
                frame = self._publishers[one.instrument].trade(one)
                for subscriber in list(hearing):
                    self._send_trade(subscriber, frame, now_ns)
        self._mark(self.pictures.take_changed(), now_ns)
        self._send_due(now_ns)

    def next_deadline_ns(self) -> int | None:
        """Give the time of the next book message that is waiting for its turn, or of a day's change."""
        trades_ns = self.pictures.trades.next_deadline_ns()
        if not self._due:
            return trades_ns
        return self._due[0][0] if trades_ns is None else min(trades_ns, self._due[0][0])

    def deadline_passed(self, now_ns: int) -> None:
        """Send what is due, and let old trades go."""
        self.pictures.trades.pass_time(now_ns)
        self._mark(self.pictures.take_changed(), now_ns)
        self._send_due(now_ns)

    # -- subscriptions

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
        return number if number in self._publishers and (not name or by_name == number) else 0

    def _subscribe(self, subscriber: Subscriber, key: Key, now_ns: int) -> None:
        """Begin a subscription, or repeat its picture when it is there already."""
        watch = subscriber.watches.get(key)
        if watch is None:
            view = self._views.get(key)
            if view is None:
                view = self._views[key] = View(*key)
                self._views_of[view.instrument].append(view)
            watch = subscriber.watches[key] = Watch(subscriber, view, now_ns)
            hearing = self._hearing[view.instrument]
            hearing[subscriber] = hearing.get(subscriber, 0) + 1
            self._schedule(watch, now_ns)
        else:
            watch.edition = 0
            if watch in watch.view.idle:
                del watch.view.idle[watch]
                self._schedule(watch, max(now_ns, watch.due_ns))

    def _unsubscribe(self, subscriber: Subscriber, key: Key) -> None:
        watch = subscriber.watches.pop(key, None)
        if watch is None:
            return
        watch.is_over = True
        watch.view.idle.pop(watch, None)
        hearing = self._hearing[key[0]]
        hearing[subscriber] -= 1
        if not hearing[subscriber]:
            del hearing[subscriber]

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

    # -- what is sent

    def _mark(self, instruments: Iterable[int], now_ns: int) -> None:
        """Have all who see one of these instruments sent the newest picture when they may be."""
        for view in self._seen(instruments):
            view.is_stale = True
            if view.idle:
                idle, view.idle = view.idle, {}
                for watch in idle:
                    self._schedule(watch, max(now_ns, watch.due_ns))

    def _seen(self, instruments: Iterable[int]) -> Iterator[View]:
        for instrument in sorted(instruments):
            yield from self._views_of[instrument]

    def _schedule(self, watch: Watch, at_ns: int) -> None:
        heappush(self._due, (at_ns, next(self._places), watch))

    def _send_due(self, now_ns: int) -> None:
        due = self._due
        while due and due[0][0] <= now_ns:
            watch = heappop(due)[2]
            if watch.is_over or watch.subscriber.client.expelled:
                continue
            if watch.edition and watch.subscriber.is_behind:
                self._schedule(watch, now_ns + max(self._interval_ns, limits.BOOK_RETRY_NS))
                continue
            view = watch.view
            self._renew(view)
            if watch.edition != view.edition:
                watch.edition = view.edition
                watch.due_ns = now_ns + self._interval_ns
                self._send_book(watch.subscriber, view, now_ns)
            view.idle[watch] = None

    def _renew(self, view: View) -> None:
        """Make a view show the market as it is; it becomes a new edition only when that looks different."""
        if not view.is_stale:
            return
        view.is_stale = False
        levels = SHAPES[view.subscribe_type].levels
        picture = self.pictures.picture(view.instrument, levels, view.start_layer)
        if picture == view.picture:
            return
        frame = self._publishers[view.instrument].book(view.subscribe_type, view.start_layer, picture)
        view.picture = picture
        if frame != view.frame:
            view.frame = frame
            view.edition += 1

    def _send_book(self, subscriber: Subscriber, view: View, now_ns: int) -> None:
        stamp = SHAPES[view.subscribe_type].stamp
        if stamp is None:
            subscriber.client.send(view.frame)
            return
        frame = bytearray(view.frame)
        stamp(frame, now_ns, subscriber.next_number())
        subscriber.client.send(frame)

    def _send_trade(self, subscriber: Subscriber, unstamped: bytes, now_ns: int) -> None:
        client = subscriber.client
        if client.expelled:
            return
        waiting, unsent_bytes = client.waiting(), client.unsent_bytes()
        if waiting >= limits.TRADES_WAITING_FRAMES or unsent_bytes >= limits.TRADES_WAITING_BYTES:
            client.expelled = f"the peer reads too slowly: {waiting} messages and {unsent_bytes} bytes wait for it"
            self.expelled.append(client)
            return
        frame = bytearray(unstamped)
        stamp_trade(frame, now_ns, subscriber.next_number())
        client.send(frame)
