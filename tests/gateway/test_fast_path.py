"""The short way and the way through the rooms say the same to everybody, write down the same and lead to the same.

In: seeded batches of frames, mostly plain orders, with everything unusual among them. Out: verdicts.
Never knows: how either way does it. The floor that is overheard has no short way.
"""

from contextlib import suppress
from random import Random

import pytest

from base import limits
from base.errors import OperatorRefused
from base.gateway.operator_requests import OperatorRequest
from base.vocabulary.participants import OrderLimits, SelfTrade
from tests.kit.counts import count
from tests.kit.floor import Floor, user_of
from tests.kit.recorded import one_by_one

COMMANDS = count(ordinary=20_000, long=200_000)
SEEDS = 8
ACCOUNTS = (1, 2, 3, 4, 5)
TERMS = {
    3: {"self_trade": SelfTrade.CANCEL_OLDEST},
    4: {"make_fee_ppm": 100, "take_fee_ppm": 200, "leverage": 3},
    5: {"limits": {1: OrderLimits(most_lots=150_000)}, "balances": {"BTC": 3 * 10**8, "USD": 3 * 10**10, "USDT": 0}},
}
OTHER_USER = 11
"""The connection of the second user of account 1."""


def floor_of(*, overheard: bool) -> Floor:
    floor = Floor(accounts=ACCOUNTS, second_user=True, terms=TERMS, most_open_orders=12, overheard=overheard)
    floor.log_on(*ACCOUNTS)
    floor.connect(OTHER_USER)
    floor.send(OTHER_USER, floor.logon(1, "other"))
    return floor


class Crowd:
    """Who sends what; about one message in twenty is unusual."""

    def __init__(self, seed: int, floor: Floor) -> None:
        self._chance = Random(seed)
        self._floor = floor
        self._next_id = 100
        self._sent: dict[int, list[int]] = {account: [1] for account in ACCOUNTS}

    def batch(self) -> tuple[int, bytes]:
        """Some messages of one connection."""
        connection = self._chance.choice((*ACCOUNTS, 1, 2, 2, OTHER_USER))
        account = 1 if connection == OTHER_USER else connection
        number = self._chance.randrange(1, 20)
        return connection, b"".join(self._message(account) for _ in range(number))

    def _message(self, account: int) -> bytes:
        chance = self._chance
        self._next_id += 1
        fields: dict[str, object] = {
            "OrderID": self._next_id, "BOPrice": 100 + chance.randrange(-3, 4) / 2, "BOSide": chance.choice((1, 2)),
            "BOOrderQty": chance.choice((0.5, 1.0, 1.0, 1.0, 2.0)), "TIF": chance.choice((2, 2, 2, 6)),
            "TraderID": user_of(account),
        }  # fmt: skip
        if chance.random() < 0.3:
            fields |= {"MessageType": 6, "OrigOrderID": chance.choice(self._sent[account][-12:])}
        elif chance.random() < 0.05:
            original_id = chance.choice(self._sent[account][-12:])
            fields |= {"MessageType": chance.choice((2, 5)), "OrigOrderID": original_id}
        else:
            self._sent[account].append(self._next_id)
        if chance.random() < 0.04:
            fields |= self._unusual(account)
        elif chance.random() < 0.003:
            fields |= chance.choice(({"OrderType": 3, "StopLimitPrice": 101.0}, {"OrderType": 5, "PriceOffset": 0.5}))
        return self._floor.order(account, **fields).encode()

    def _unusual(self, account: int) -> dict[str, object]:
        return self._chance.choice(
            (
                {"OrderType": 2}, {"TIF": 1}, {"TIF": 3}, {"TIF": 4}, {"TIF": 5}, {"TIF": 9}, {"OrderType": 6},
                {"BOSide": 3}, {"BOSide": 4}, {"BOPrice": 100.3}, {"BOOrderQty": -1.0}, {"BOPrice": float("nan")},
                {"BOOrderQty": 1e-5, "DisplaySize": 1.0}, {"OrderID": self._chance.choice(self._sent[account])},
                {"OrderID": 0},
                {"MessageType": 9}, {"MessageType": 300}, {"Account": 3 - account % 2},
                {"SymbolEnum": 4, "BOSymbol": "BTCUSDT"}, {"SymbolEnum": 77}, {"BOOrigPrice": 99.5}, {"Layers": 7},
                {"TriggerType": 2},
                {"Attributes": "NNY" + "N" * 9, "DisplaySize": 0.5, "RefreshSize": 0.25}, {"BOOrderQty": 3.0},
                {"SendingTime": 0}, {"RejectReason": 7}, {"ExecID": 5}, {"RouteEnum": 3}, {"BOPrice": 0.0},
                {"Key": 5}, {"TradingSessionID": 3}, {"BOOrigPrice": float("inf")}, {"SizeIncrement": float("nan")},
                {"ExecFee": 1.5}, {"SecondLegPrice": -1.0}, {"BOOrderQty": 9_999_999.0},
            )
        )  # fmt: skip

    def interference(self) -> OperatorRequest:
        """What the operator does now and then."""
        word, fields = self._chance.choice(
            (
                ("halt", {"symbols": ("BTCUSD",)}), ("halt", {"symbols": ("BTCUSDT",)}), ("kill", {"account": 2}),
                ("cancel", {"account": self._chance.choice(ACCOUNTS)}),
                ("index", {"symbols": ("BTCUSD",), "price": "99"}),
            )
        )  # fmt: skip
        return OperatorRequest(word, **fields)  # type: ignore[arg-type]


def both_do(floors: list[Floor], request: OperatorRequest) -> None:
    for floor in floors:
        with suppress(OperatorRefused):
            floor.venue.operate(request, floor.now_ns)


def said(floor: Floor) -> object:
    """What was written down and what every connection is sent after a step; which is served first is all the same."""
    assert floor.venue.records is not None
    return one_by_one(floor.venue.records.pending()), sorted(floor.venue.outbound())


@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_ways_are_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("base.exchange.fast_path", "base.exchange.requests", "base.matching.order_ids"):
        monkeypatch.setattr(f"{place}.RETIRED_ORDER_IDS_PER_ACCOUNT", 50)
    monkeypatch.setattr(limits, "FINISHED_ORDERS_KEPT", 150)
    short, rooms = floors = [floor_of(overheard=False), floor_of(overheard=True)]
    crowd = Crowd(seed, short)
    taken = {"enter_plain": 0, "cancel_plain": 0}
    desk = short.venue._front._order_entry  # type: ignore[attr-defined]
    for name, attribute in (("enter_plain", "_enter"), ("cancel_plain", "_cancel_plain")):
        method = getattr(short.exchange, name)

        def counted(*fields: int, name: str = name, method: object = method) -> object:
            outcome = method(*fields)  # type: ignore[operator]
            taken[name] += outcome is not None
            return outcome

        monkeypatch.setattr(desk, attribute, counted)
    sent = steps = 0
    while sent < COMMANDS // SEEDS:
        connection, data = crowd.batch()
        sent += len(data) // 250
        for floor in floors:
            floor.now_ns += 1_000
            floor.venue.receive(connection, data, floor.now_ns)
        assert said(short) == said(rooms), f"seed {seed}, after {sent} messages"
        steps += 1
        if steps % 10 == 0:
            both_do(floors, crowd.interference())
        elif steps % 10 == 1:
            for word, fields in (("open", {"symbols": ("BTCUSD", "BTCUSDT")}), ("release", {"account": 2})):
                both_do(floors, OperatorRequest(word, **fields))  # type: ignore[arg-type]
        elif steps % 25 == 0:
            for account in ACCOUNTS:
                both_do(floors, OperatorRequest("cancel", account=account))
        assert said(short) == said(rooms), f"seed {seed}, after {sent} messages"
    assert short.exchange.state_hash() == rooms.exchange.state_hash()
    assert taken["enter_plain"] > sent // 10 and taken["cancel_plain"] > sent // 60, (taken, sent)
