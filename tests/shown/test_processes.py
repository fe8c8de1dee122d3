"""An MDS beside an OES, each a process of its own: what it shows is what the owners of the orders were told.

In: a seeded crowd over sockets, subscribers, kills. Out: verdicts on every message. Never knows: the servers' rooms.
"""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from base.client import MarketData
from base.messages import MarketDataExecReport, Message
from base.wire.bo.codes import SubscribeType
from tests.crash.processes import KILLED, Process, Site
from tests.crash.settings import account, user_of, venue
from tests.kit.counts import count
from tests.kit.patience import wait_until
from tests.shown.crowd import ALL_TYPES, NAMES, Crowd, accounts
from tests.shown.rebuilt import Level, lots, ticks

KINDS = {
    "t": (SubscribeType.TOB, 1), "M": (SubscribeType.THREELAYERS, 3), "m": (SubscribeType.FIVELAYERS, 5),
    "O": (SubscribeType.TENLAYERS, 10), "S": (SubscribeType.TWENTYLAYERS, 20), "U": (SubscribeType.THIRTYLAYERS, 30),
}  # fmt: skip
VIEWERS = (9, 10)
# the tests beside this one want the cores as well, and an MDS that stands back would not get them
SETTINGS = "[mds]\nnice = 0\n" + venue(*accounts(), *map(account, VIEWERS))
FLOOD = 400
PARTS = 10
Sides = tuple[tuple[Level, ...], tuple[Level, ...]]


def sides_in(message: Message) -> Sides:
    """The levels of a book message; orders are 0 where it does not count them."""
    symbol = message.SymbolEnum
    if message.LETTER == "t":
        bids = [(message.BuyPrice, message.BuyVolume, 0)]
        asks = [(message.SellPrice, message.SellVolume, 0)]
    elif message.LETTER in "Mm":
        bids = [(one.BuyPrice, one.BuyVolume, one.NumBuyOrders) for one in message.Levels]
        asks = [(one.SellPrice, one.SellVolume, one.NumSellOrders) for one in message.Levels]
    else:
        bids = [(one.Price, one.Volume, 0) for one in message.Prices if one.Side == ord("B")]
        asks = [(one.Price, one.Volume, 0) for one in message.Prices if one.Side == ord("A")]
    found = [
        tuple((ticks(symbol, price), lots(volume), orders) for price, volume, orders in side if price)
        for side in (bids, asks)
    ]
    return found[0], found[1]


class Subscriber:
    """Everything that one client sees, held against what the crowd was told. ``sessions`` has the trades of each."""

    def __init__(self, aes: tuple[str, int], crowd: Crowd, viewer: int) -> None:
        name = user_of(viewer)
        self.sessions: list[list[tuple[int, int, int, int]]] = [[]]
        self.market = MarketData(
            *aes, key=name, user=name, account=viewer, on_message=self._take, on_resume=self._begin_anew,
            resume_s=30.0,
        )  # fmt: skip
        # what was shown last of each picture, and what it has become since
        self._states: dict[tuple[str, int], list[Sides]] = defaultdict(list)
        self._received: list[Message] = []
        self._crowd = crowd
        self._seen: dict[int, object] = {}
        self.books = 0

    def subscribe(self) -> None:
        self.remember()
        self._crowd.after_each.append(self.remember)
        self.market.log_on()
        for kind, _ in KINDS.values():
            self.market.subscribe(*NAMES, kind=kind)

    def remember(self) -> None:
        """Keep what every picture is now; it is what may be shown from now on."""
        for symbol, levels in self._crowd.market.levels().items():
            if levels == self._seen.get(symbol):
                continue
            self._seen[symbol] = levels
            for letter, (_, depth) in KINDS.items():
                bids, asks = (
                    tuple((price, size, orders if letter in "Mm" else 0) for price, size, orders in side[:depth])
                    for side in levels
                )
                states = self._states[letter, symbol]
                if not states or states[-1] != (bids, asks):
                    states.append((bids, asks))

    def read(self) -> None:
        """Take what is there, and hold all books that came against what was at their time."""
        for _ in self.market.messages(0):
            pass
        for message in self._received:
            key, sides = (message.LETTER, message.SymbolEnum), sides_in(message)
            states = self._states[key]
            assert sides in states, f"{message} was never so, or earlier: {states[:5]}"
            # none that comes later may be older than this one
            del states[: states.index(sides)]
        self._received.clear()

    def wait_until_right(self) -> None:
        """Read until the newest of every picture is what is."""

        def is_right() -> bool:
            self.read()
            return all(len(states) == 1 for states in self._states.values())

        wait_until(is_right, "the picture becomes right")

    def _take(self, message: Message) -> None:
        if isinstance(message, MarketDataExecReport):
            symbol = message.SymbolEnum
            self.sessions[-1].append((symbol, ticks(symbol, message.Price), lots(message.Volume), message.Side))
        elif message.LETTER in KINDS:
            self.books += 1
            self._received.append(message)

    def _begin_anew(self) -> None:
        self.sessions.append([])


class Scene:
    """OES, MDS and AES, a crowd and subscribers."""

    def __init__(self, directory: Path) -> None:
        self.site = Site(directory, SETTINGS)
        self.oes = self.start("oes")
        self.mds = self.start("mds")
        self.aes = self.site.start("aes")
        address = self.aes.address()
        self.crowd = Crowd(7, address, self.site.state, self.site.held)
        self.crowd.log_on()
        self.subscribers = [Subscriber(address, self.crowd, viewer) for viewer in VIEWERS]
        for one in self.subscribers:
            self.site.held.callback(one.market.close)
            one.subscribe()

    def start(self, kind: str) -> Process:
        process = self.site.start(kind, *(["--durability", "none"] if kind == "oes" else []))
        process.address()
        return process

    def trade(self, steps: int) -> None:
        """So many requests, one after the other, the subscribers reading all the time."""
        for _ in range(steps):
            self.crowd.step()
            for one in self.subscribers:
                one.read()

    def wait_until_right(self) -> None:
        for one in self.subscribers:
            one.wait_until_right()

    @property
    def executions(self) -> list[tuple[int, int, int, int]]:
        return self.crowd.market.executions

    def kill(self, process: Process) -> None:
        assert process.kill() == KILLED


@pytest.fixture
def scene(tmp_path: Path) -> Callable[[], Scene]:
    return lambda: Scene(tmp_path)


def test_every_book_is_one_that_was_and_every_trade_is_told_once(scene: Callable[[], Scene]) -> None:
    shown = scene()
    with shown.site:
        for _ in range(PARTS):  # so that an MDS that gets no core for long shows some pictures all the same
            shown.trade(count(ordinary=600, long=100_000) // PARTS)
            shown.wait_until_right()
        assert len(shown.executions) > 50
        assert sorted(shown.crowd.types) == ALL_TYPES
        for one in shown.subscribers:
            assert one.sessions == [shown.executions]
            assert one.market.missed == 0
            assert one.books > PARTS


def run_of(told: list[tuple[int, int, int, int]], expected: list[tuple[int, int, int, int]], start: int) -> int:
    """Where these trades stand among all, not before ``start``, without one left out; gives the place behind them."""
    for at in range(start, len(expected) - len(told) + 1):
        if expected[at : at + len(told)] == told:
            return at + len(told)
    raise AssertionError(f"{told[:3]} and {len(told) - 3} more are no run of the trades from {start} on")


def test_an_mds_that_is_killed_leaves_a_gap_that_is_announced_and_a_right_picture(scene: Callable[[], Scene]) -> None:
    shown = scene()
    with shown.site:
        kills = count(ordinary=1, long=5)
        for _ in range(kills):
            shown.trade(150)
            orders = shown.crowd.flood(FLOOD)
            shown.kill(shown.mds)
            shown.crowd.settle(orders)
            before = len(shown.executions)
            while len(shown.executions) == before:  # whoever was killed late told all that was before
                shown.crowd.step()
            shown.mds = shown.start("mds")
            for one in shown.subscribers:
                one.market.wait_until_trading()
            shown.wait_until_right()
            shown.trade(50)
        shown.wait_until_right()
        for one in shown.subscribers:
            assert len(one.sessions) == kills + 1 and one.market.missed == 0
            place = 0
            for told in one.sessions:
                place = run_of(told, shown.executions, place)
            assert place == len(shown.executions) and sum(map(len, one.sessions)) < place


def test_an_oes_that_is_killed_costs_no_trade_and_no_session(scene: Callable[[], Scene]) -> None:
    shown = scene()
    with shown.site:
        kills, taken = count(ordinary=1, long=5), 0
        for _ in range(kills):
            shown.trade(150)
            orders = shown.crowd.flood(FLOOD)
            shown.kill(shown.oes)
            shown.crowd.hang_up()
            shown.oes = shown.start("oes")
            shown.crowd.log_on_again()
            taken += shown.crowd.find_taken(orders)
            shown.trade(100)
        shown.wait_until_right()
        assert 0 < taken <= kills * FLOOD
        for one in shown.subscribers:
            assert one.sessions == [shown.executions]
            assert one.market.missed == 0
