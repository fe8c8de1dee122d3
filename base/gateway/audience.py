"""The sessions that look at the market: what each is sent, and when.

In: subscriptions, trades, which instruments changed, the time. Out: frames to clients, and who reads too slowly.
Never knows: requests and why they are refused, logons, where the news comes from.
Follows sections 3.11 to 3.14 of the protocol. A picture is encoded once for all who see it, and so are the trades of
one call; only the numbers of a session are written into its own copy. A subscription gets at most one book message per
interval, always the newest; a session that reads slowly gets fewer of them and all trades, until too many wait for it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

from base import limits
from base.gateway.clients import Client
from base.gateway.translate_market_data import SHAPES, Publisher, number_trades
from base.publish.depth import Print
from base.publish.views import Picture, Pictures
from base.vocabulary.instruments import Instrument

Key: TypeAlias = tuple[int, int, int]
"""Instrument, subscribe type and start layer."""
NUMBERS = 2**32
"""MsgSeqNum starts again at 0 behind the largest that its field carries."""


class View:
    """One picture of one instrument, made once for all who subscribed to it."""

    __slots__ = ("edition", "frame", "idle", "instrument", "is_stale", "picture", "start_layer", "subscribe_type")

    def __init__(self, instrument: int, subscribe_type: int, start_layer: int) -> None:
        self.instrument = instrument
        self.subscribe_type = subscribe_type
        self.start_layer = start_layer
        self.idle: dict[Watch, None] = {}
        """Who has the newest edition, as far as is known."""
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
    """A logged-on session: its subscriptions, how many of them each instrument has, and its messages counted."""

    __slots__ = ("client", "hears", "last_number", "watches")

    def __init__(self, client: Client) -> None:
        self.client = client
        self.last_number = 0
        self.watches: dict[Key, Watch] = {}
        self.hears: Counter[int] = Counter()

    def next_numbers(self, many: int) -> Sequence[int]:
        """Count so many more of the messages that carry a number."""
        numbers = range(self.last_number + 1, self.last_number + 1 + many)
        self.last_number = numbers[-1] % NUMBERS
        return numbers if numbers[-1] < NUMBERS else [number % NUMBERS for number in numbers]

    @property
    def is_behind(self) -> bool:
        """Whether it reads so slowly that a book message would be old before it is read."""
        client = self.client
        return client.waiting() >= limits.BOOK_WAITING_FRAMES or client.unsent_bytes() >= limits.BOOK_WAITING_BYTES


class Audience:
    """All subscriptions. ``interval_ns`` is the least time between two books of one; 0 lets every change through."""

    def __init__(self, instruments: Iterable[Instrument], pictures: Pictures, interval_ns: int) -> None:
        self._pictures = pictures
        self._interval_ns = interval_ns
        self._publishers = {instrument.number: Publisher(instrument) for instrument in instruments}
        self._views: dict[Key, View] = {}
        self._views_of: dict[int, list[View]] = {instrument: [] for instrument in self._publishers}
        self._listeners: dict[frozenset[int], dict[Subscriber, None]] = {}
        """Who hears of trades in exactly these instruments."""
        self._trades: list[tuple[int, bytes]] = []
        self._due: list[tuple[int, int, list[Watch]]] = []
        self._places = count()
        self.expelled: list[Client] = []
        """Sessions that have to end, for whoever holds the connections to take away."""

    # -- subscriptions

    def subscribe(self, subscriber: Subscriber, key: Key, now_ns: int) -> None:
        """Begin a subscription, or repeat its picture when it is there already; the next ``send`` does it."""
        watch = subscriber.watches.get(key)
        if watch is None:
            view = self._views.get(key)
            if view is None:
                view = self._views[key] = View(*key)
                self._views_of[view.instrument].append(view)
            watch = subscriber.watches[key] = Watch(subscriber, view, now_ns)
            self._hear(subscriber, view.instrument, 1)
            self._schedule([watch], now_ns)
        else:
            watch.edition = 0
            if watch in watch.view.idle:
                del watch.view.idle[watch]
                self._schedule([watch], max(now_ns, watch.due_ns))

    def unsubscribe(self, subscriber: Subscriber, key: Key) -> None:
        """End a subscription, if there is one."""
        watch = subscriber.watches.pop(key, None)
        if watch is not None:
            watch.is_over = True
            watch.view.idle.pop(watch, None)
            self._hear(subscriber, key[0], -1)

    def _hear(self, subscriber: Subscriber, instrument: int, change: int) -> None:
        """One subscription more or less in this instrument."""
        before = frozenset(subscriber.hears)
        subscriber.hears[instrument] += change
        if not subscriber.hears[instrument]:
            del subscriber.hears[instrument]
        after = frozenset(subscriber.hears)
        if before != after:
            if before:
                del self._listeners[before][subscriber]
                if not self._listeners[before]:
                    del self._listeners[before]
            if after:
                self._listeners.setdefault(after, {})[subscriber] = None

    # -- the market

    def take_trades(self, prints: Iterable[Print], now_ns: int) -> None:
        """These were made at this time; the next ``send`` tells them."""
        if self._listeners:
            self._trades += [(one.instrument, self._publishers[one.instrument].trade(one, now_ns)) for one in prints]

    def next_deadline_ns(self) -> int | None:
        """Give the time of the next book message that is waiting for its turn."""
        return self._due[0][0] if self._due else None

    def send(self, changed: Iterable[int], now_ns: int) -> None:
        """Tell the trades, then the books of these instruments and all that waited, as soon as they may be sent."""
        if self._trades:
            self._send_trades()
        for instrument in sorted(changed):
            for view in self._views_of[instrument]:
                self._mark(view, now_ns)
        due = self._due
        while due and due[0][0] <= now_ns:
            for watch in heappop(due)[2]:
                if not (watch.is_over or watch.subscriber.client.expelled):
                    self._send_book(watch, now_ns)

    def _send_trades(self) -> None:
        trades, self._trades = self._trades, []
        for heard, subscribers in self._listeners.items():
            frames = [frame for instrument, frame in trades if instrument in heard]
            if frames:
                together = b"".join(frames)
                for subscriber in subscribers:
                    self._send_numbered(subscriber, together, len(frames))

    def _send_numbered(self, subscriber: Subscriber, trades: bytes, many: int) -> None:
        client = subscriber.client
        if client.expelled:
            return
        unsent_bytes = client.unsent_bytes()
        if unsent_bytes >= limits.TRADES_WAITING_BYTES:
            client.expelled = f"the peer reads too slowly: {unsent_bytes} bytes wait for it"
            self.expelled.append(client)
            return
        numbered = bytearray(trades)
        number_trades(numbered, subscriber.next_numbers(many))
        client.send(numbered)

    def _mark(self, view: View, now_ns: int) -> None:
        """Have all who see this picture sent the newest one when they may be; most of them may be at the same time."""
        view.is_stale = True
        idle, view.idle = view.idle, {}
        together: dict[int, list[Watch]] = {}
        for watch in idle:
            together.setdefault(max(now_ns, watch.due_ns), []).append(watch)
        for at_ns, watches in together.items():
            self._schedule(watches, at_ns)

    def _schedule(self, watches: list[Watch], at_ns: int) -> None:
        heappush(self._due, (at_ns, next(self._places), watches))

    def _send_book(self, watch: Watch, now_ns: int) -> None:
        subscriber, view = watch.subscriber, watch.view
        if watch.edition and subscriber.is_behind:
            self._schedule([watch], now_ns + max(self._interval_ns, limits.BOOK_RETRY_NS))
            return
        if view.is_stale:
            self._renew(view)
        view.idle[watch] = None
        if watch.edition == view.edition:
            return
        watch.edition = view.edition
        watch.due_ns = now_ns + self._interval_ns
        stamp, frame = SHAPES[view.subscribe_type].stamp, view.frame
        if stamp is None:
            subscriber.client.send(frame)
        else:
            stamped = bytearray(frame)
            stamp(stamped, now_ns, *subscriber.next_numbers(1))
            subscriber.client.send(stamped)

    def _renew(self, view: View) -> None:
        """Make a view show the market as it is; it becomes a new edition only when that looks different."""
        view.is_stale = False
        levels = SHAPES[view.subscribe_type].levels
        picture = self._pictures.picture(view.instrument, levels, view.start_layer)
        if picture == view.picture:
            return
        frame = self._publishers[view.instrument].book(view.subscribe_type, view.start_layer, picture)
        view.picture = picture
        if frame != view.frame:
            view.frame = frame
            view.edition += 1
