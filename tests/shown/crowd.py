"""A seeded crowd that trades over sockets, one order after the other, and everything that it is told.

In: a seed, the address of an AES. Out: orders on the wire; reports, given to a rebuilt market once all are here.
Never knows: what an MDS shows. Few prices, so that orders meet; behind each order a question that marks the end of
the answer, and each execution is heard of by both its parties before the next order leaves.
"""

from contextlib import ExitStack
from random import Random
from typing import Any

from base.messages import CollateralResponse, MessageType, Transaction
from tests.crash.line import LineLost, Refused, User
from tests.crash.processes import wait_until
from tests.crash.settings import SYMBOLS
from tests.shown.rebuilt import Rebuilt

ACCOUNTS = (1, 2, 3)
MIDDLE = {1: 50_000.0, 4: 20_000.0}
STEP = {1: 0.5, 4: 0.01}
LIMIT, MARKET, HIDDEN = 1, 2, 6
FOK, GTC, IOC, POST, DAY = 1, 2, 3, 4, 6
NOW_NS = 1
"""SendingTime of all messages; no server judges it."""


class Crowd:
    """Three accounts, one user each."""

    def __init__(self, seed: int, aes: tuple[str, int], held: ExitStack) -> None:
        self.market = Rebuilt()
        self._chance = Random(seed)
        self._users = [User(aes, account, held) for account in ACCOUNTS]
        self._newest: list[tuple[User, Transaction]] = []

    def log_on(self) -> None:
        """Log everybody on, once more after the end of a server."""
        for user in self._users:
            user.log_on()

    def log_on_again(self) -> None:
        """Log everybody on at an OES that was just started; the AES still names the one before for a moment."""
        for user in self._users:
            wait_until(lambda user=user: self._is_in(user), "the OES is found")

    def _is_in(self, user: User) -> bool:
        try:
            user.log_on()
        except (LineLost, Refused):
            user.hang_up()
            return False
        return True

    def hang_up(self) -> None:
        """Give all connections up."""
        for user in self._users:
            user.hang_up()

    def step(self) -> None:
        """Send one order and hear of everything that came of it."""
        user, order = self._order()
        assert user.oes is not None, "not logged on"
        user.oes.send(order)
        self._ask(user)
        for other in self._users:
            if self.market.half_told and other is not user:
                self._ask(other)
        assert not self.market.half_told, "only one party of an execution was told"

    def _ask(self, user: User) -> None:
        """Have a question of somebody else answered, and with it hear what he was told before."""
        assert user.oes is not None, "not logged on"
        user.oes.send(user.requests.collateral(None, NOW_NS))
        while not isinstance(message := user.oes.receive(), CollateralResponse):
            self._hear(user, message)

    def _hear(self, user: User, message: object) -> None:
        assert isinstance(message, Transaction), message
        self.market.take(user.account, message)

    def _order(self) -> tuple[User, Transaction]:
        chance = self._chance
        if self._newest and chance.random() < 0.4:
            user, original = self._newest.pop(chance.randrange(len(self._newest)))
            order_id = user.requests.next_order_id()
            if chance.random() < 0.5 or original.Attributes != "N" * 12:
                return user, user.requests.follow_up(original, MessageType.ORDER_CANCEL, order_id, NOW_NS, {})
            changes = {"BOPrice": self._price(original.SymbolEnum, original.BOSide), "BOOrderQty": self._quantity()}
            replace = user.requests.follow_up(original, MessageType.CANCEL_REPLACE, order_id, NOW_NS, changes)
            self._newest.append((user, replace))
            return user, replace
        user, symbol = chance.choice(self._users), chance.choice(tuple(SYMBOLS))
        side = chance.choice((1, 2))
        order_type = chance.choice((LIMIT,) * 8 + (MARKET, HIDDEN))
        tif = chance.choice((GTC, GTC, GTC, DAY, IOC, FOK, POST)) if order_type == LIMIT else GTC
        fields: dict[str, Any] = {}
        if order_type == LIMIT and tif == GTC and chance.random() < 0.2:
            fields = {"Attributes": "NNY" + "N" * 9, "DisplaySize": 0.25, "RefreshSize": 0.5}
        price = 0.0 if order_type == MARKET else self._price(symbol, side)
        order = user.requests.new_order(
            symbol, side, self._quantity(), price, order_type, tif,
            user.requests.next_order_id(), NOW_NS, fields,
        )  # fmt: skip
        self._newest = [*self._newest[-60:], (user, order)]
        return user, order

    def _price(self, symbol: int, side: int) -> float:
        away = self._chance.randrange(-2, 12) * STEP[symbol]
        return MIDDLE[symbol] - away if side == 1 else MIDDLE[symbol] + away

    def _quantity(self) -> float:
        return self._chance.choice((0.25, 0.5, 1.0, 2.0))
