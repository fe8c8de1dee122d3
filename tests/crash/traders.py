"""Clients that trade with each other, lose the venue, and find out what became of their orders.

In: where the AES is, lives of the OES, chance from a seed. Out: a history per client. Never knows: what is right;
the checker judges. Each client is a thread with blocking sockets; it resumes by itself with E and ORDER_STATUS.
"""

import threading
from pathlib import Path
from random import Random

from base.messages import CollateralResponse, MessageType, Transaction
from base.wire.layout import Message
from tests.crash.history import Writer
from tests.crash.line import Line, LineLost, Refused, User
from tests.crash.settings import ATOMS_PER_UNIT, LOT, LOTS_PER_UNIT, OPENING, SYMBOLS, TICKS, TICKS_PER_UNIT
from tests.kit.patience import PATIENCE_S

GTC, IOC = 2, 3
LIMIT, MARKET = 1, 2
BUY, SELL = 1, 2
MIDDLE = {1: 100_000, 4: 5_000_000}
"""The price in ticks around which they trade."""

MOST_OPEN = 25
LARGEST_BATCH = 6
CHECKED_AGAIN = 10
"""Finished orders whose fate is asked for once more after each logon."""

FILLS = frozenset(map(int, (MessageType.EXECUTION, MessageType.EXECUTION_PARTIAL, MessageType.QUOTE_FILL,
                            MessageType.QUOTE_FILL_PARTIAL)))  # fmt: skip
ACK, CANCELLED, REJECT = int(MessageType.ORDER_ACK), int(MessageType.CANCELLED), int(MessageType.REJECT)


class Lives:
    """The lives of the OES, told to the clients: which one it is in, and when everything is over."""

    def __init__(self, clients: int) -> None:
        self.meeting = threading.Barrier(clients, timeout=3 * PATIENCE_S)
        """Where the clients wait for each other once everything is over."""
        self._changed = threading.Condition()
        self._number = 0
        self._is_over = False
        self.replies = 0
        """How many messages all clients got; only a measure of how far they are."""

    def begin(self) -> None:
        """An OES listens."""
        with self._changed:
            self._number += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody is to trade any more."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    @property
    def is_over(self) -> bool:
        """Whether to stop trading."""
        return self._is_over

    def wait_after(self, number: int) -> int:
        """Wait for a later life than this one and give its number."""
        with self._changed:
            came = self._changed.wait_for(lambda: self._number > number, 3 * PATIENCE_S)
            assert came, "no OES came back"
            return self._number


class Trading(threading.Thread):
    """One client."""

    def __init__(self, aes: tuple[str, int], account: int, lives: Lives, directory: Path, seed: int) -> None:
        super().__init__(name=f"client {account}", daemon=True)
        self.failure: BaseException | None = None
        self.path = directory / f"client{account}.history"
        self._user = User(aes, account)
        self._lives = lives
        self._random = Random(seed * 1_000 + account)
        self._history = Writer(self.path, account)
        self._unanswered: set[int] = set()
        self._sent: dict[int, Transaction] = {}
        self._open: dict[int, Transaction] = {}
        self._accepted: list[int] = []
        self._doubtful: set[int] = set()

    @property
    def failed_first(self) -> bool:
        """Whether it failed by itself, not because another one did not come to a meeting."""
        return self.failure is not None and not isinstance(self.failure, threading.BrokenBarrierError)

    def run(self) -> None:
        life = 0
        try:
            while True:
                life = self._lives.wait_after(life)
                try:
                    self._resume(self._user.log_on())
                    while not self._lives.is_over:
                        self._trade()
                    self._finish()
                    return
                except (LineLost, Refused) as lost:
                    self._lost(lost)
        except BaseException as error:
            self.failure = error
            self._lives.meeting.abort()
        finally:
            self._user.hang_up()
            self._history.close()

    # -- trading

    def _trade(self) -> None:
        """Send some requests in one piece and wait until each is answered."""
        self._ask(*(self._request() for _ in range(self._random.randint(1, LARGEST_BATCH))))

    def _ask(self, *requests: Transaction) -> None:
        self._unanswered.update(one.OrderID for one in requests)
        self._line.send(*requests)
        while self._unanswered:
            self._take(self._line.receive())

    def _request(self) -> Transaction:
        random = self._random
        if self._open and random.random() < (0.25 if len(self._open) < MOST_OPEN else 0.8):
            return self._cancel(random.choice(list(self._open.values())))
        symbol, side = random.choice(list(SYMBOLS)), random.choice((BUY, SELL))
        kind = random.random()
        order_type = MARKET if kind < 0.05 else LIMIT
        tif = GTC if kind > 0.15 else IOC
        ticks = MIDDLE[symbol] + random.randint(-6, 6) if order_type == LIMIT else 0
        lots = random.randint(1, 20) * 100
        number = self._user.requests.next_order_id()
        order = self._user.requests.new_order(
            symbol, side, lots / LOTS_PER_UNIT, ticks / TICKS_PER_UNIT[symbol], order_type, tif, number, 1, {}
        )
        self._history.note("new", id=number, symbol=symbol, side=side, ticks=ticks, lots=lots, rests=tif == GTC)
        self._sent[number] = order
        return order

    def _cancel(self, order: Transaction) -> Transaction:
        number = self._user.requests.next_order_id()
        self._history.note("cancel", id=number, of=order.OrderID)
        return self._user.requests.follow_up(order, MessageType.ORDER_CANCEL, number, 1, {})

    def _take(self, message: Message) -> None:
        """Note a report down and know what is open."""
        assert isinstance(message, Transaction), message
        self._lives.replies += 1
        number, kind = message.OrderID, message.MessageType
        self._history.note(
            "report", type=kind, id=number, of=message.OrigOrderID, exec=message.ExecID,
            lots=round((message.ExecShares if kind in FILLS else message.BOCancelShares) / LOT),
            leaves=round(message.RemainingQuantity / LOT), reject=message.RejectReason,
            ticks=round(message.ExecPrice / TICKS.get(message.SymbolEnum, 1)),
            fee=round(message.ExecFee * ATOMS_PER_UNIT),
        )  # fmt: skip
        self._unanswered.discard(number)
        if kind == ACK or (kind in FILLS and message.RemainingQuantity and self._sent[number].TIF == GTC):
            self._accepted.append(number)
            self._open[number] = self._sent[number]
        elif kind in FILLS and not message.RemainingQuantity:
            self._open.pop(number, None)
        elif kind == CANCELLED:
            self._open.pop(message.OrigOrderID or number, None)

    # -- losing the venue and coming back

    @property
    def _line(self) -> Line:
        assert self._user.oes is not None, "logged on"
        return self._user.oes

    def _lost(self, why: Exception) -> None:
        if self._user.oes is not None:
            self._user.oes.close()
            self._user.oes = None
        self._history.note("info", ids=sorted(self._unanswered), why=str(why))
        self._doubtful |= {number for number in self._unanswered if number in self._sent}
        self._unanswered.clear()

    def _resume(self, line: Line) -> None:
        """Learn from the venue what is open, and what became of the rest."""
        self._history.note("on")
        listed = self._list_open_orders()
        self._doubtful = (self._doubtful | self._open.keys()) - listed
        self._open = {number: self._sent[number] for number in sorted(listed)}
        again = self._random.sample(sorted(self._sent), min(CHECKED_AGAIN, len(self._sent)))
        for number in [*sorted(self._doubtful), *again]:
            self._ask_for_status(number)
        self._doubtful.clear()
        if self._accepted:
            self._repeat(self._random.choice(self._accepted))

    def _list_open_orders(self) -> set[int]:
        requests = self._user.requests
        self._line.send(*(requests.open_orders(symbol, 1) for symbol in SYMBOLS), requests.collateral(None, 1))
        listed: list[list[int]] = []
        while not isinstance(message := self._line.receive(), CollateralResponse):
            assert isinstance(message, Transaction), message
            if message.MessageType != MessageType.ORDER_NEW:  # a report that was on its way
                self._take(message)
                continue
            listed.append([message.OrderID, round(message.ExecShares / LOT), round(message.RemainingQuantity / LOT)])
        self._history.note("open", orders=listed)
        return {number for number, *_ in listed}

    def _answer_to(self, request: Transaction) -> Transaction:
        """Send a request that is known by its MsgSeqNum and give the answer; take what comes before it."""
        self._line.send(request)
        while True:
            message = self._line.receive()
            assert isinstance(message, Transaction), message
            if message.MsgSeqNum == request.MsgSeqNum:
                return message
            self._take(message)

    def _ask_for_status(self, number: int) -> None:
        reply = self._answer_to(self._user.requests.status(number, 1))
        found = reply.MessageType != REJECT
        assert found or reply.RejectReason == 1, reply
        self._history.note(
            "status", id=number, found=found, type=reply.MessageType,
            executed=round(reply.ExecShares / LOT), leaves=round(reply.RemainingQuantity / LOT),
        )  # fmt: skip

    def _repeat(self, number: int) -> None:
        """Send an order that was accepted once more."""
        session = self._user.requests.status(number, 1)
        fields = {name: getattr(session, name) for name in ("TradingSessionID", "Key", "MsgSeqNum")}
        reply = self._answer_to(self._sent[number].replace(**fields))
        self._history.note("repeat", id=number, reject=reply.RejectReason)

    # -- the end

    def _finish(self) -> None:
        """Nobody trades any more: ask for everything, take all orders out, and ask once more."""
        self._lives.meeting.wait()
        self._list_open_orders()
        self._ask_for_money()
        self._lives.meeting.wait()
        self._ask(*map(self._cancel, list(self._open.values())))
        assert not (left := self._list_open_orders()), f"still open after their cancels: {sorted(left)}"
        for number in sorted(self._sent):
            self._ask_for_status(number)
        self._lives.meeting.wait()
        self._ask_for_money()

    def _ask_for_money(self) -> None:
        self._line.send(self._user.requests.collateral(None, 1))
        while not isinstance(reply := self._line.receive(), CollateralResponse):
            self._take(reply)
        equity = {name: round(getattr(reply, f"{name}Equity") * ATOMS_PER_UNIT) for name in OPENING}
        self._history.note("money", equity=equity)
