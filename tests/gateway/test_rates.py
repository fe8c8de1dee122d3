"""Message rates: exact at both bounds of both kinds, a second that starts when it should, and nothing else counted."""

import pytest

from base.gateway.rates import EXPELLED, REFUSED, TAKEN, MessageRates, message_rates
from base.vocabulary.recorded import RecordedKind
from base.wire.bo.logon import ClientLogon
from base.wire.layout import Message
from tests.gateway.test_order_entry import older
from tests.kit.floor import START_NS, Floor
from tests.kit.recorded import one_by_one

SECOND_NS = 1_000_000_000
NEW, REPLACE, STATUS, CANCEL = 1, 2, 5, 6
ORDER_KINDS = (NEW, REPLACE, STATUS)


def verdicts(rates: MessageRates, message_type: int, count: int, now_ns: int = START_NS) -> list[int]:
    return [rates.spend(message_type, now_ns) for _ in range(count)]


@pytest.mark.parametrize("budget", [1, 2, 7, 1_000])
@pytest.mark.parametrize("kind", [*ORDER_KINDS, CANCEL])
def test_the_budget_is_taken_as_many_again_are_refused_and_one_more_is_too_many(kind: int, budget: int) -> None:
    rates = MessageRates(0, budget) if kind == CANCEL else MessageRates(budget, 0)
    expected = [TAKEN] * budget + [REFUSED] * budget + [EXPELLED]
    assert verdicts(rates, kind, 2 * budget + 1) == expected
    what = "cancels" if kind == CANCEL else "orders"
    assert rates.excess == f"{2 * budget + 1} {what} within a second, the budget is {budget}"


def test_new_orders_replaces_and_status_requests_share_a_budget() -> None:
    rates = MessageRates(2, 0)
    assert [rates.spend(kind, START_NS) for kind in (NEW, REPLACE, STATUS, NEW, STATUS)] == [
        TAKEN, TAKEN, REFUSED, REFUSED, EXPELLED,
    ]  # fmt: skip


def test_neither_kind_is_counted_against_the_other() -> None:
    rates = MessageRates(1, 1)
    assert verdicts(rates, NEW, 2) == [TAKEN, REFUSED]
    assert verdicts(rates, CANCEL, 2) == [TAKEN, REFUSED]
    assert rates.spend(NEW, START_NS) == EXPELLED
    assert rates.excess.startswith("3 orders ")


@pytest.mark.parametrize("kind", [NEW, CANCEL])
def test_a_kind_without_a_budget_has_no_bound(kind: int) -> None:
    rates = MessageRates(0, 1) if kind == NEW else MessageRates(1, 0)
    assert set(verdicts(rates, kind, 10_000)) == {TAKEN}


def test_what_is_no_request_is_not_counted() -> None:
    rates = MessageRates(1, 1)
    for message_type in sorted(set(range(26)) - {*ORDER_KINDS, CANCEL}):
        assert verdicts(rates, message_type, 3) == [TAKEN] * 3


@pytest.mark.parametrize("start_ns", [0, 5, START_NS])
def test_a_second_starts_with_the_first_message_and_again_a_second_later(start_ns: int) -> None:
    rates = MessageRates(2, 0)
    assert verdicts(rates, NEW, 1, start_ns) == [TAKEN]
    assert verdicts(rates, NEW, 2, start_ns + SECOND_NS - 1) == [TAKEN, REFUSED]
    second_ns = start_ns + SECOND_NS
    assert verdicts(rates, NEW, 3, second_ns) == [TAKEN, TAKEN, REFUSED]
    assert verdicts(rates, NEW, 1, second_ns + SECOND_NS - 1) == [REFUSED]
    third_ns = second_ns + 7 * SECOND_NS + 3
    assert verdicts(rates, NEW, 4, third_ns) == [TAKEN, TAKEN, REFUSED, REFUSED]
    assert verdicts(rates, NEW, 1, third_ns + SECOND_NS - 1) == [EXPELLED]


def test_a_refused_message_does_not_move_the_second_on() -> None:
    rates = MessageRates(1, 0)
    assert verdicts(rates, NEW, 1) == [TAKEN]
    assert verdicts(rates, NEW, 1, START_NS + SECOND_NS - 1) == [REFUSED]
    assert verdicts(rates, NEW, 1, START_NS + SECOND_NS) == [TAKEN]


def test_the_seconds_of_the_two_kinds_are_their_own() -> None:
    rates = MessageRates(1, 1)
    half = SECOND_NS // 2
    assert verdicts(rates, NEW, 1) == [TAKEN]
    assert verdicts(rates, CANCEL, 1, START_NS + half) == [TAKEN]
    assert verdicts(rates, NEW, 1, START_NS + SECOND_NS) == [TAKEN]
    assert verdicts(rates, CANCEL, 1, START_NS + SECOND_NS) == [REFUSED]
    assert verdicts(rates, CANCEL, 1, START_NS + SECOND_NS + half) == [TAKEN]


def test_a_session_whose_account_has_no_budget_counts_nothing() -> None:
    assert message_rates(0, 0) is None
    assert message_rates(1, 0) is not None
    assert message_rates(0, 1) is not None


# -- through a whole venue


def floor_with(**terms: int) -> Floor:
    floor = Floor(terms={1: terms})
    floor.log_on(1, 2)
    return floor


def outcomes(messages: list[Message]) -> list[tuple[int, int]]:
    return [(message.MessageType, message.RejectReason) for message in messages]


def test_orders_beyond_the_budget_are_refused_unchanged_and_change_nothing() -> None:
    floor = floor_with(orders_per_second=3)
    taken = [floor.order(1) for _ in range(3)]
    assert outcomes(floor.send(1, *taken)) == [(14, 0)] * 3
    before = floor.exchange.state_hash()
    refused = [floor.order(1), floor.order(1, MessageType=5, OrigOrderID=1), floor.order(1, MessageType=2)]
    replies = floor.send(1, *refused)
    assert replies == [order.replace(MessageType=12, RejectReason=43) for order in refused]
    assert floor.exchange.state_hash() == before
    assert floor.closed == {}
    floor.now_ns += SECOND_NS
    assert outcomes(floor.send(1, floor.order(1))) == [(14, 0)]


@pytest.mark.parametrize("at_once", [True, False])
def test_twice_the_budget_and_one_more_ends_the_session_with_a_logout(at_once: bool) -> None:
    floor = floor_with(orders_per_second=2)
    orders = [floor.order(1) for _ in range(6)]
    replies = floor.send(1, *orders[:4])
    assert outcomes(replies) == [(14, 0)] * 2 + [(12, 43)] * 2
    assert floor.closed == {}
    for batch in [orders[4:]] if at_once else [orders[4:5], orders[5:]]:
        floor.feed(1, b"".join(order.encode() for order in batch))
    (goodbye,) = floor.read(1)
    assert (type(goodbye), goodbye.LogonType) == (ClientLogon, 2)
    assert floor.closed == {1: "5 orders within a second, the budget is 2"}
    assert len(floor.exchange.open_orders(0, 1)) == 2
    assert outcomes(floor.send(2, floor.order(2))) == [(14, 0)]
    assert any(line.endswith(": 5 orders within a second, the budget is 2") for line in floor.venue.log_lines())


def test_a_cancel_is_never_kept_back_by_the_orders() -> None:
    floor = floor_with(orders_per_second=2)
    orders = [floor.order(1) for _ in range(4)]
    floor.send(1, *orders)
    cancels = [floor.order(1, MessageType=6, OrigOrderID=order.OrderID) for order in orders[:2]]
    assert outcomes(floor.send(1, *cancels)) == [(15, 0)] * 2
    assert floor.exchange.open_orders(0, 1) == []


def test_cancels_have_a_budget_of_their_own() -> None:
    floor = floor_with(cancels_per_second=1)
    orders = [floor.order(1) for _ in range(9)]
    assert outcomes(floor.send(1, *orders)) == [(14, 0)] * 9
    cancels = [floor.order(1, MessageType=6, OrigOrderID=order.OrderID) for order in orders[:3]]
    assert outcomes(floor.send(1, *cancels[:2])) == [(15, 0), (12, 43)]
    floor.send(1, cancels[2])
    assert floor.closed == {1: "3 cancels within a second, the budget is 1"}
    assert len(floor.exchange.open_orders(0, 1)) == 8


def test_each_session_of_an_account_has_the_whole_budget_and_another_account_none() -> None:
    floor = Floor(terms={1: {"orders_per_second": 1}}, second_user=True)
    floor.log_on(1, 2)
    floor.connect(9)
    floor.send(9, floor.logon(1, "other"))
    for connection in (1, 9):
        orders = [floor.order(1), floor.order(1)]
        assert outcomes(floor.send(connection, *orders)) == [(14, 0), (12, 43)]
    assert outcomes(floor.send(2, *[floor.order(2) for _ in range(9)])) == [(14, 0)] * 9


def test_the_budget_comes_before_every_other_check_and_a_foreign_key_beyond_it_is_no_strike() -> None:
    floor = floor_with(orders_per_second=4)
    foreign = floor.order(1, Key=1)
    replies = floor.send(1, *[floor.order(1) for _ in range(3)], *[foreign] * 4)
    assert outcomes(replies) == [(14, 0)] * 3 + [(12, 51)] + [(12, 43)] * 3
    assert floor.closed == {}


def test_what_was_refused_for_its_rate_is_not_recorded() -> None:
    floor = floor_with(orders_per_second=2)
    orders = [floor.order(1) for _ in range(5)]
    floor.venue.receive(1, b"".join(order.encode() for order in orders[:4]), floor.now_ns)
    assert floor.venue.records is not None
    assert [recorded.kind for recorded in one_by_one(floor.venue.records.pending())] == [RecordedKind.REQUEST] * 2


def test_an_order_of_the_older_layout_is_counted_and_refused_in_it() -> None:
    floor = floor_with(orders_per_second=1)
    orders = [older(floor.order(1)), older(floor.order(1))]
    assert floor.send(1, *orders) == [
        orders[0].replace(MessageType=14), orders[1].replace(MessageType=12, RejectReason=43),
    ]  # fmt: skip
