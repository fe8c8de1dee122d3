"""Ids name their orders for as long as the bound allows.

In: orders and ids. Out: verdicts on who is found. Never knows: books, the exchange.
"""

import pickle

import pytest

from base.matching.order_ids import Former, OrderIds
from base.matching.price_level import Order, Special
from base.vocabulary.orders import OrderTerms
from tests.matching.orders import order


def entered(ids: OrderIds, one: Order) -> Order:
    ids.orders[one.order_id] = one
    ids.forget()
    return one


def ended(ids: OrderIds, one: Order) -> None:
    one.leaves_lots = 0
    ids.retired.append(one)


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


def crowd() -> tuple[OrderIds, list[Order]]:
    """Ids of every kind: open, ended, renamed, renamed and ended, taken once more while the former one is kept."""
    ids = OrderIds()
    orders = [entered(ids, order(number, 5)) for number in (3, 1, 2, 4)]
    ids.rename(orders[0], 99)
    ids.rename(orders[1], 7)
    ended(ids, orders[1])
    ended(ids, orders[2])
    orders.append(order(5, 5))
    orders[-1].order_id = orders[2].order_id
    ids.orders[orders[2].order_id] = orders[-1]
    return ids, orders


def test_a_picture_has_every_id_and_knows_orders_under_all_their_ids() -> None:
    ids, _ = crowd()
    again = pickle.loads(pickle.dumps(ids))
    numbers = {order_id: one.number for order_id, one in ids.orders.items()}
    assert {order_id: one.number for order_id, one in again.orders.items()} == numbers
    assert [one.order_id for one in again.retired] == [30, 10, 7, 20]
    replaced, former, renamed, repeated = again.retired
    assert isinstance(replaced, Former) and replaced.order is again.orders[99]
    assert isinstance(former, Former) and former.order is renamed is again.orders[7] is again.orders[10]
    assert again.orders[20].number == 5 and isinstance(repeated, Order) and repeated.number == 2
    assert again.find_open(99) is again.orders[30] and again.find_open(7) is None
    assert list(again.describe()) == list(ids.describe())


def test_an_order_that_may_live_again_does_not_stand_for_an_id_of_its_past() -> None:
    ids = OrderIds()
    one = entered(ids, order(1, 5))
    one.special = Special(OrderTerms(), one.side, hidden=False, follows=False)
    for order_id in (11, 10):
        ids.rename(one, order_id)
    one.leaves_lots = 0  # its first leg is matched
    again, again_one = pickle.loads(pickle.dumps((ids, one)))
    for each, its in ((ids, one), (again, again_one)):
        its.leaves_lots = 5  # its second leg is entered
        each.rename(its, 12)
        assert [retired.order_id for retired in each.retired] == [10, 11, 10]
    assert list(again.describe()) == list(ids.describe())


def test_what_others_know_too_stands_in_a_picture_once() -> None:
    ids, orders = crowd()
    again, open_order, special, ended_order = pickle.loads(
        pickle.dumps((ids, orders[3], with_special(ids, 8), orders[2]))
    )
    assert again.orders[40] is open_order and again.orders[80] is special
    assert again.orders[80].special.held_ticks == 77
    assert again.retired[3] is not ended_order, "nobody else keeps an order that is over"


def with_special(ids: OrderIds, number: int) -> Order:
    """One more order, which is special and over."""
    one = entered(ids, order(number, 5))
    one.special = Special(OrderTerms(), one.side, hidden=True, follows=False)
    one.special.held_ticks = 77
    ended(ids, one)
    return one


def test_the_description_sees_every_change_and_not_how_it_came_about() -> None:
    def change_nothing(ids: OrderIds) -> None:
        ids.orders = dict(sorted(ids.orders.items()))

    def fill(ids: OrderIds) -> None:
        ids.orders[40].leaves_lots = 3

    def forget(ids: OrderIds) -> None:
        del ids.orders[20]

    def exchange(ids: OrderIds) -> None:
        ids.orders[20], ids.orders[40] = ids.orders[40], ids.orders[20]

    def retire_less(ids: OrderIds) -> None:
        ids.retired.pop()

    def retire_otherwise(ids: OrderIds) -> None:
        ids.retired.rotate()

    def enter_special(ids: OrderIds) -> None:
        with_special(ids, 8)

    def enter_other_special(ids: OrderIds) -> None:
        special = with_special(ids, 8).special
        assert special is not None
        special.held_ticks = 78

    same, told = [], []
    for change in (
        change_nothing, fill, forget, exchange, retire_less, retire_otherwise, enter_special, enter_other_special
    ):  # fmt: skip
        ids, _ = crowd()
        change(ids)
        told.append(b"".join(ids.describe()))
        same.append(told[-1] == b"".join(crowd()[0].describe()))
    assert same == [True] + [False] * 7 and len(set(told)) == len(told)


def test_what_stands_still_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ids, _ = crowd()
    moving = list(ids.describe()), pickle.dumps(ids)
    ids.stand_still(still=True)
    monkeypatch.setattr("base.matching.order_ids.columns_of", lambda orders: pytest.fail("worked out again"))
    assert (list(ids.describe()), pickle.dumps(ids)) == moving
    monkeypatch.undo()
    ids.stand_still(still=False)
    ids.orders[40].leaves_lots = 3
    assert list(ids.describe()) != moving[0]
