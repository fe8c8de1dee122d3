"""Ids name their orders for as long as the bound allows.

In: orders and ids. Out: verdicts on who is found. Never knows: books, the exchange.
"""

import pytest

from base.matching.order_ids import OrderIds
from base.matching.price_level import Order
from tests.matching.orders import order


def entered(ids: OrderIds, one: Order) -> Order:
    ids.orders[one.order_id] = one
    ids.forget()
    return one


def ended(ids: OrderIds, one: Order) -> None:
    one.leaves_lots = 0
    ids.retired.append((one.order_id, one))


@pytest.fixture
def ids(monkeypatch: pytest.MonkeyPatch) -> OrderIds:
    monkeypatch.setattr("base.matching.order_ids.RETIRED_ORDER_IDS_PER_ACCOUNT", 2)
    return OrderIds()


def test_only_the_present_id_finds_an_open_order(ids: OrderIds) -> None:
    one = entered(ids, order(1, 5))
    assert ids.find_open(10) is one and ids.find_open(11) is None
    ids.rename(one, 11)
    assert ids.find_open(11) is one and ids.find_open(10) is None
    assert ids.orders[10] is one, "a query finds it by its former id"
    ended(ids, one)
    assert ids.find_open(11) is None and ids.orders[11] is one


def test_the_id_that_retired_first_is_forgotten_first(ids: OrderIds) -> None:
    orders = [entered(ids, order(n, 5)) for n in (1, 2, 3)]
    for place in (1, 0, 2):
        ended(ids, orders[place])
    entered(ids, order(4, 5))
    assert list(ids.orders) == [10, 30, 40], "20 retired first"
    ended(ids, ids.orders[40])
    entered(ids, order(5, 5))
    assert list(ids.orders) == [30, 40, 50]


def test_ids_in_use_stay_past_the_bound(ids: OrderIds) -> None:
    for number in range(1, 6):
        entered(ids, order(number, 5))
    assert len(ids.orders) == 5


def test_a_replaced_order_cannot_fill_the_memory(ids: OrderIds) -> None:
    one = entered(ids, order(1, 5))
    for order_id in range(100, 200):
        ids.rename(one, order_id)
    assert list(ids.orders) == [197, 198, 199] and len(ids.retired) == 2


def test_a_repeated_id_is_not_lost_with_its_former_owner(ids: OrderIds) -> None:
    former = entered(ids, order(1, 5))
    ended(ids, former)
    newest = order(1, 5)
    ids.orders[10] = newest
    for number in (2, 3, 4):
        ended(ids, entered(ids, order(number, 5)))
    ids.forget()
    assert ids.orders[10] is newest and former not in ids.orders.values()


def test_one_id_used_for_ever_cannot_fill_the_memory(ids: OrderIds) -> None:
    for _ in range(100):
        ended(ids, entered(ids, order(1, 5)))
    one = entered(ids, order(1, 5))
    for _ in range(100):
        ids.rename(one, 10)
    assert ids.orders == {10: one} and len(ids.retired) == 2


def test_an_id_taken_up_again_stays_with_its_order(ids: OrderIds) -> None:
    one = entered(ids, order(1, 5))
    for order_id in (11, 10, 10):
        ids.rename(one, order_id)
    for number in (2, 3, 4):
        ended(ids, entered(ids, order(number, 5)))
    ids.forget()
    assert ids.find_open(10) is one
