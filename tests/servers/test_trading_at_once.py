"""A hundred sessions trade at once over real sockets: each sees its own replies, all of them, and nothing else."""

import random
import selectors
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from base.client.logon import Stage
from base.client.trader import Trader
from base.servers.aes import build_aes
from base.servers.oes import build_oes
from base.servers.settings import parse_settings
from base.wire.bo.codes import Side
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message
from tests.kit.counts import count
from tests.kit.patience import PATIENCE_S

SESSIONS = 100
ORDERS = count(ordinary=50, long=1_000)
WINDOW = 10
SEED = 20_211_026
INSTRUMENT = """
[[instruments]]
number = 1
name = "BTCUSD"
base = "BTC"
quote = "USD"
tick = "0.5"
lot = "0.00001"
min = "0.00001"
max = "1000"
"""
MAKER, TAKER, ACCEPTED = {8, 9}, {17, 18}, 14


@contextmanager
def running_venue(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """An AES and an OES with a hundred accounts; gives the address of the AES."""
    accounts = "".join(
        f'[[accounts]]\nnumber = {n}\nuser = "u{n}"\nkey = "k{n}"\nmode = "constant"\n'
        'balances = {BTC = "1000", USD = "1000000"}\n'
        for n in range(1, SESSIONS + 1)
    )
    settings = parse_settings("a hundred accounts", INSTRUMENT + accounts)
    with ExitStack() as stack:
        state = tmp_path / "state"
        servers = [build(settings, ("127.0.0.1", 0), state) for build in (build_oes, build_aes)]
        for server in servers:
            stack.enter_context(server)
            thread = threading.Thread(target=server.run, args=(False,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.stop)
        yield servers[1].address


class Customer:
    """One session that keeps a few orders in flight and notes every message it gets."""

    def __init__(self, account: int, address: tuple[str, int], selector: selectors.BaseSelector) -> None:
        self.account = account
        self.random = random.Random(SEED + account)
        self.messages: list[Message] = []
        self.sent: dict[int, Transaction] = {}
        self.unanswered: set[int] = set()
        self.has_started = False
        self.trader = Trader(*address, f"k{account}", f"u{account}", account, selector=selector, on_message=self.hear)

    def hear(self, message: Message) -> None:
        self.messages.append(message)
        if isinstance(message, Transaction):
            self.unanswered.discard(message.OrderID)
        if self.has_started:
            self.go_on()

    def go_on(self) -> None:
        """Fill the window; the first report of an order, of whatever kind, answers it."""
        self.has_started = True
        while len(self.sent) < ORDERS and len(self.unanswered) < WINDOW:
            order_id = self.account * 1_000_000 + len(self.sent) + 1
            self.unanswered.add(order_id)
            self.sent[order_id] = self.trader.new_order(
                "BTCUSD",
                self.random.choice((Side.BUY, Side.SELL)),
                quantity=self.random.randint(1, 4) / 4,
                price=100 + self.random.randint(-6, 6) / 2,
                order_id=order_id,
            )

    @property
    def is_done(self) -> bool:
        return len(self.sent) == ORDERS and not self.unanswered


def turn(selector: selectors.BaseSelector) -> None:
    ready = selector.select(timeout=PATIENCE_S)
    assert ready, f"nothing happened for ten seconds; the seed is {SEED}"
    for key, mask in ready:
        key.data.process_events(mask)


def test_a_hundred_sessions_trade_and_each_sees_only_its_own(tmp_path: Path) -> None:
    with running_venue(tmp_path) as address, selectors.DefaultSelector() as selector:
        customers = [Customer(account, address, selector) for account in range(1, SESSIONS + 1)]
        for customer in customers:
            customer.trader.start_logon()
        while any(customer.trader.stage is not Stage.TRADING for customer in customers):
            turn(selector)
            failures = [customer.trader.failure for customer in customers if customer.trader.failure]
            assert not failures, failures
        for customer in customers:
            customer.go_on()
        while not all(customer.is_done for customer in customers) or not _books_agree(customers):
            turn(selector)
        for customer in customers:
            customer.trader.close()
    _check_reports(customers)


def _reports(customer: Customer) -> list[Transaction]:
    return [message for message in customer.messages if isinstance(message, Transaction)]


def _fills(customers: list[Customer]) -> list[Transaction]:
    return [r for customer in customers for r in _reports(customer) if r.MessageType in MAKER | TAKER]


def _books_agree(customers: list[Customer]) -> bool:
    """Whether every match was heard by both of its parties."""
    sides = Counter(report.ExecID for report in _fills(customers))
    return set(sides.values()) <= {2} and len(sides) == max(sides, default=0)


def _check_reports(customers: list[Customer]) -> None:
    for customer in customers:
        for report in _reports(customer):
            assert report.Account == customer.account
            assert report.OrderID in customer.sent
            assert report.TraderID == f"u{customer.account}"
            assert report.MessageType in MAKER | TAKER | {ACCEPTED}, f"seed {SEED}: {report}"
    fills = _fills(customers)
    by_match: dict[int, list[Transaction]] = {}
    for fill in fills:
        by_match.setdefault(fill.ExecID, []).append(fill)
    assert sorted(by_match) == list(range(1, len(by_match) + 1))
    for maker_or_taker in by_match.values():
        one, other = maker_or_taker
        assert {one.MessageType in MAKER, other.MessageType in MAKER} == {True, False}
        assert (one.ExecPrice, one.ExecShares) == (other.ExecPrice, other.ExecShares)
        assert {one.BOSide, other.BOSide} == {Side.BUY, Side.SELL}
    executed: Counter[int] = Counter()
    for fill in fills:
        executed[fill.OrderID] += round(fill.ExecShares * 4)
    for customer in customers:
        for order_id, order in customer.sent.items():
            assert executed[order_id] <= round(order.BOOrderQty * 4)
