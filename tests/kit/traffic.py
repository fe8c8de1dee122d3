"""A seeded crowd on a floor: people come and go, trade every order type, and the operator interferes.

In: a seed and a floor. Out: one step after the other. Never knows: what the venue makes of it.
Few prices and few ids to name, so that orders meet, are replaced, cancelled and triggered often.
"""

from random import Random

from base.errors import OperatorRefused
from base.gateway.operator_requests import OperatorRequest
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction
from tests.kit.floor import ACCOUNTS, Floor, user_of

SECOND_NS = 1_000_000_000
TERMS = {
    "StopLimitPrice": 100.0, "TakeProfitPrice": 103.0, "SecondLegPrice": 102.0, "DisplaySize": 0.25,
    "RefreshSize": 0.5, "Layers": 4, "SizeIncrement": 0.25, "PriceIncrement": 1.0, "PriceOffset": 1.0,
}  # fmt: skip
WORDS = ("index", "mark", "halt", "open", "pre-open", "uncross", "cancel", "kill", "release")
PRICES = [98.0 + step / 2 for step in range(9)]


class Traffic:
    """What happens on one floor."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._online: dict[int, int] = {}
        self._connections = 1_000
        self._order_ids = (seed + 1) * 1_000_000

    def cut(self) -> None:
        """Everybody's connection is gone; nobody told the venue."""
        self._online.clear()

    def step(self, floor: Floor) -> None:
        """Let one thing happen."""
        floor.now_ns += self._chance.choice((0, 1_000, SECOND_NS // 10))
        account = self._chance.choice(ACCOUNTS)
        if account not in self._online:
            self._come(floor, account)
            return
        wish = self._chance.random()
        if wish < 0.03:
            self._go(floor, account)
        elif wish < 0.08:
            self._operate(floor)
        else:
            floor.feed(self._online[account], self._order(floor, account).encode())

    def _come(self, floor: Floor, account: int) -> None:
        self._connections += 1
        self._online[account] = self._connections
        floor.connect(self._connections)
        floor.send(self._connections, floor.logon(account, user_of(account)))

    def _go(self, floor: Floor, account: int) -> None:
        connection = self._online.pop(account)
        if self._chance.random() < 0.5:
            floor.feed(connection, ClientLogon(LogonType=2, Account=account, UserName=user_of(account)).encode())
        else:
            floor.venue.disconnected(connection, floor.now_ns)
            floor.collect()

    def _operate(self, floor: Floor) -> None:
        word = self._chance.choice(WORDS)
        fields: dict[str, object] = {}
        if word in ("kill", "release", "cancel"):
            fields["account"] = self._chance.choice(ACCOUNTS)
        else:
            fields["symbols"] = ("BTCUSD",)
        if word in ("index", "mark"):
            fields["price"] = str(self._chance.choice(PRICES))
        try:
            floor.venue.operate(OperatorRequest(word, **fields), floor.now_ns)  # type: ignore[arg-type]
            if word in ("halt", "pre-open", "kill") and self._chance.random() < 0.8:
                undo = ("release", fields) if word == "kill" else ("open", fields)
                floor.venue.operate(OperatorRequest(undo[0], **undo[1]), floor.now_ns)  # type: ignore[arg-type]
        except OperatorRefused:
            pass
        floor.collect()

    def _order(self, floor: Floor, account: int) -> Transaction:
        chance = self._chance
        self._order_ids += 1
        order_type = chance.choice((1, 1, 1, 1, 2, *range(3, 18)))
        fields = dict(TERMS)
        fields |= {
            "MessageType": chance.choice((1, 1, 1, 1, 1, 2, 2, 5, 6, 6)),
            "OrderID": self._order_ids - (chance.random() < 0.02),
            "OrigOrderID": self._order_ids - chance.randrange(1, 12),
            "OrderType": order_type,
            "BOSide": chance.choice((1, 2, 3)),
            "BOPrice": chance.choice(PRICES),
            "BOOrderQty": 1.0 if order_type in (9, 10) else chance.choice((0.25, 0.5, 1.0, 2.0)),
            "TIF": chance.choice((1, 2, 2, 2, 3, 4, 5, 6)) if order_type in (1, 2, 6) else 2,
        }
        if order_type in (1, 5, 8) and chance.random() < 0.3:
            fields["Attributes"] = "NNY"
        else:
            del fields["DisplaySize"], fields["RefreshSize"]
        return floor.order(account, **fields)
