"""The order-entry desk: the replies of section 6 and the order of checks of section 7.5."""

import math

import pytest

from base import limits
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction, Transaction238
from tests.kit.floor import KEY, SESSION, Floor

SELL = {"BOSide": 2}
NOT_NUMBERS = [math.nan, math.inf, -math.inf, -1.0, -5e-324, 2.0**53 + 2, 1.7976931348623157e308]


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.log_on(1, 2)
    return floor


def figures(report: Transaction) -> tuple[object, ...]:
    """The part of a report that says what happened."""
    return (
        report.MessageType, report.OrderID, report.BOOrderQty, report.ExecID, report.ExecShares,
        report.RemainingQuantity, report.ExecPrice,
    )  # fmt: skip


def reject_code(floor: Floor, account: int, order: Transaction) -> int:
    """Send an order that must be refused: the reply is the request with 12 and the code, and nothing else changed."""
    before = floor.exchange.state_hash()
    (reply,) = floor.send(account, order)
    assert reply == order.replace(MessageType=12, RejectReason=reply.RejectReason)
    assert floor.exchange.state_hash() == before
    return int(reply.RejectReason)


# -- replies


def test_a_resting_order_is_acknowledged_by_an_echo(floor: Floor) -> None:
    order = floor.order(1)
    assert floor.send(1, order) == [order.replace(MessageType=14)]
    assert floor.read(2) == []


def test_a_crossing_order_gets_fills_and_no_acknowledgement_and_the_maker_hears_first(floor: Floor) -> None:
    sell = floor.order(1, **SELL, BOOrderQty=0.5, BOPrice=99.5)
    sell_2 = floor.order(1, **SELL, BOOrderQty=1.0)
    buy = floor.order(2, BOOrderQty=1.0)
    floor.send(1, sell, sell_2)
    taker = floor.send(2, buy)
    maker = floor.read(1)
    assert [figures(report) for report in maker] == [
        (8, sell.OrderID, 0.0, 1, 0.5, 0.0, 99.5),
        (9, sell_2.OrderID, 0.5, 2, 0.5, 0.5, 100.0),
    ]
    assert [figures(report) for report in taker] == [
        (18, buy.OrderID, 0.5, 1, 0.5, 0.5, 99.5),
        (17, buy.OrderID, 0.0, 2, 0.5, 0.0, 100.0),
    ]
    for report, order in ((maker[0], sell), (maker[1], sell_2), (taker[0], buy)):
        for name in ("TraderID", "SendingTime", "Key", "MsgSeqNum", "TradingSessionID", "BOPrice", "TIF", "BOSide"):
            assert getattr(report, name) == getattr(order, name), name


def test_the_maker_hears_before_the_taker_within_one_pass() -> None:
    floor = Floor()
    floor.log_on(1)
    floor.send(1, floor.order(1, **SELL))
    (maker, taker) = floor.send(1, floor.order(1))
    assert (maker.MessageType, taker.MessageType, maker.ExecID, taker.ExecID) == (8, 17, 1, 1)


def test_the_rest_of_a_limit_order_that_crossed_in_part_rests_without_acknowledgement(floor: Floor) -> None:
    floor.send(1, floor.order(1, **SELL, BOOrderQty=0.5))
    buy = floor.order(2)
    assert [report.MessageType for report in floor.send(2, buy)] == [18]
    assert [report.MessageType for report in floor.read(1)] == [8]
    assert [report.MessageType for report in floor.send(1, floor.order(1, **SELL, BOOrderQty=0.5))] == [17]
    assert figures(floor.read(2)[0]) == (8, buy.OrderID, 0.0, 2, 0.5, 0.0, 100.0)


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [({"TIF": 3}, [18, 15]), ({"TIF": 1}, [15]), ({"OrderType": 2, "BOPrice": 0.0, "TIF": 0}, [18, 15])],
    ids=["immediate or cancel", "fill or kill", "market"],
)
def test_what_may_not_rest_is_cancelled_never_rejected(
    floor: Floor, fields: dict[str, object], kinds: list[int]
) -> None:
    floor.send(1, floor.order(1, **SELL, BOOrderQty=0.25))
    buy = floor.order(2, **fields)
    replies = floor.send(2, buy)
    assert [reply.MessageType for reply in replies] == kinds
    assert (replies[-1].OrderID, replies[-1].OrigOrderID) == (buy.OrderID, buy.OrderID)
    assert replies[-1].BOCancelShares == (0.75 if 18 in kinds else 1.0)


def test_a_post_only_order_that_would_take_is_rejected(floor: Floor) -> None:
    floor.send(1, floor.order(1, **SELL))
    assert reject_code(floor, 2, floor.order(2, TIF=4)) == 48


def test_a_cancel_names_both_ids_and_echoes_the_request(floor: Floor) -> None:
    order = floor.order(1)
    floor.send(1, order)
    cancel = floor.order(1, MessageType=6, OrigOrderID=order.OrderID, BOPrice=7.25, BOOrderQty=3.0)
    assert floor.send(1, cancel) == [cancel.replace(MessageType=15, BOCancelShares=1.0)]


def test_a_replace_continues_under_the_new_id(floor: Floor) -> None:
    order = floor.order(1)
    replace = floor.order(1, MessageType=2, OrigOrderID=order.OrderID, BOPrice=101.0, BOOrderQty=2.0)
    floor.send(1, order)
    assert floor.send(1, replace) == [replace.replace(MessageType=16, BOOrigPrice=100.0, RemainingQuantity=2.0)]
    (fill,) = floor.send(2, floor.order(2, **SELL, BOPrice=101.0))
    assert (fill.MessageType, fill.ExecPrice) == (17, 101.0)
    assert figures(floor.read(1)[0]) == (9, replace.OrderID, 1.0, 1, 1.0, 1.0, 101.0)


def test_a_replace_that_crosses_is_replaced_first_and_then_filled(floor: Floor) -> None:
    order = floor.order(1, BOPrice=90.0)
    floor.send(1, order)
    floor.send(2, floor.order(2, **SELL))
    replies = floor.send(1, floor.order(1, MessageType=2, OrigOrderID=order.OrderID))
    assert [reply.MessageType for reply in replies] == [16, 17]


@pytest.mark.parametrize("named_by", ["OrigOrderID", "OrderID"])
def test_order_status_repeats_the_last_report_with_cumulative_figures(floor: Floor, named_by: str) -> None:
    order = floor.order(1, BOOrderQty=1.0)
    ids = {"OrderID": 0, "OrigOrderID": 0, named_by: order.OrderID}

    def status() -> tuple[float, ...]:
        (reply,) = floor.send(1, floor.order(1, MessageType=5, **ids))
        return reply.MessageType, reply.OrderID, reply.ExecShares, reply.RemainingQuantity

    floor.send(1, order)
    assert status() == (14, order.OrderID, 0.0, 1.0)
    for quantity, kind, executed, leaves in ((0.25, 9, 0.25, 0.75), (0.5, 9, 0.75, 0.25), (0.25, 8, 1.0, 0.0)):
        floor.send(2, floor.order(2, **SELL, BOOrderQty=quantity))
        floor.read(1)
        assert status() == (kind, order.OrderID, executed, leaves)


def test_order_status_of_a_cancelled_and_of_an_unknown_order(floor: Floor) -> None:
    order = floor.order(1)
    floor.send(1, order, floor.order(1, MessageType=6, OrigOrderID=order.OrderID))
    (reply,) = floor.send(1, floor.order(1, MessageType=5, OrigOrderID=order.OrderID))
    assert (reply.MessageType, reply.OrderID, reply.RemainingQuantity) == (15, order.OrderID, 0.0)
    assert reject_code(floor, 1, floor.order(1, MessageType=5, OrigOrderID=999)) == 1


def test_day_orders_leave_at_logout_and_are_reported_before_the_close(floor: Floor) -> None:
    day, good_till_cancel = floor.order(1, TIF=6), floor.order(1)
    floor.send(1, day, good_till_cancel)
    replies = floor.send(1, ClientLogon(LogonType=2, Account=1, UserName="u1"))
    assert [(r.MessageType, r.OrderID, r.OrigOrderID) for r in replies] == [(15, day.OrderID, day.OrderID)]
    assert floor.closed == {1: "logged out"}
    taker = floor.send(2, floor.order(2, **SELL, BOOrderQty=2.0))
    assert [report.ExecShares for report in taker] == [1.0]


def test_day_orders_stay_when_the_connection_is_lost(floor: Floor) -> None:
    floor.send(1, floor.order(1, TIF=6))
    floor.venue.disconnected(1, floor.now_ns)
    assert [report.MessageType for report in floor.send(2, floor.order(2, **SELL))] == [17]


# -- the order of checks

FAULTS: list[tuple[str, int, dict[str, object]]] = [
    ("message type", 12, {"MessageType": 14}),
    ("order type", 13, {"OrderType": 18}),
    ("key", 51, {"Key": 1}),
    ("session", 6, {"TradingSessionID": 1}),
    ("symbol", 26, {"SymbolEnum": 9}),
    ("account", 19, {"Account": 2}),
    ("order id", 20, {"OrderID": 0}),
    ("side", 18, {"BOSide": 4}),
    ("sending time", 21, {"SendingTime": 0}),
    ("quantity", 15, {"BOOrderQty": 0.0}),
    ("price", 14, {"BOPrice": 100.25}),
    ("attribute", 35, {"Attributes": "YN"}),
]


@pytest.mark.parametrize(("name", "code", "fields"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_each_fault_has_its_code(name: str, code: int, fields: dict[str, object]) -> None:
    floor = Floor()
    floor.log_on(1)
    assert reject_code(floor, 1, floor.order(1, **fields)) == code


@pytest.mark.parametrize("first", range(len(FAULTS) - 1), ids=[fault[0] for fault in FAULTS[:-1]])
def test_of_all_later_faults_together_the_first_is_named(first: int) -> None:
    floor = Floor()
    floor.log_on(1)
    fields: dict[str, object] = {}
    for _, _, fault in FAULTS[first:]:
        fields |= fault
    assert reject_code(floor, 1, floor.order(1, **fields)) == FAULTS[first][1]


@pytest.mark.parametrize("order_type", [0, 18, 65535])
def test_order_types_that_do_not_exist_are_refused(floor: Floor, order_type: int) -> None:
    assert reject_code(floor, 1, floor.order(1, OrderType=order_type)) == 13


@pytest.mark.parametrize("message_type", sorted(set(range(26)) - {1, 2, 5, 6}))
def test_only_four_message_types_are_for_clients(floor: Floor, message_type: int) -> None:
    assert reject_code(floor, 1, floor.order(1, MessageType=message_type)) == 12


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"MessageType": 6}, 25),
        ({"MessageType": 2}, 25),
        ({"MessageType": 6, "OrigOrderID": 77}, 54),
        ({"MessageType": 2, "OrigOrderID": 77}, 54),
        ({"MessageType": 6, "OrigOrderID": 1, "BOOrigPrice": 99.5}, 22),
        ({"MessageType": 2, "OrigOrderID": 1, "BOOrigPrice": math.nan}, 22),
        ({"MessageType": 2, "OrigOrderID": 1, "BOSide": 2}, 35),
        ({"MessageType": 2, "OrigOrderID": 1, "SymbolEnum": 4}, 35),
        ({"MessageType": 2, "OrigOrderID": 1, "TIF": 6}, 35),
        ({"MessageType": 2, "OrigOrderID": 1, "OrderID": 1}, 45),
        ({"OrderID": 1}, 45),
        ({"BOOrderQty": 9_999.0, "BOPrice": 1e9}, 47),
        ({"MessageType": 2, "OrigOrderID": 1, "BOOrderQty": 9_999.0, "BOPrice": 1e9}, 47),
        ({"TIF": 0}, 35),
        ({"TIF": 5}, 48),
        ({"TIF": 7}, 35),
        ({"OrderType": 2, "TIF": 4}, 35),
        ({"BOOrderQty": 1e-5 / 2}, 15),
        ({"BOOrderQty": 10_000.00001}, 15),
    ],
)
def test_the_market_s_own_refusals(floor: Floor, fields: dict[str, object], code: int) -> None:
    floor.send(1, floor.order(1, OrderID=1, BOPrice=50.0))
    floor._order_id = 100
    assert reject_code(floor, 1, floor.order(1, **fields)) == code


def test_a_quantity_at_each_bound_is_taken(floor: Floor) -> None:
    for quantity in (1e-5, 10_000.0):
        (reply,) = floor.send(1, floor.order(1, BOOrderQty=quantity, BOPrice=1.0))
        assert reply.MessageType == 14


@pytest.mark.parametrize("value", NOT_NUMBERS)
@pytest.mark.parametrize("order_type", [1, 2])
@pytest.mark.parametrize("message_type", [1, 2, 6])
def test_no_strange_double_in_any_field_gets_in(floor: Floor, value: float, order_type: int, message_type: int) -> None:
    doubles = [spec.name for spec in Transaction.FIELDS if spec.code == "d"]
    assert len(doubles) == 16
    codes = {"BOOrderQty": 15, "BOPrice": 14}
    for name in doubles:
        order = floor.order(1, MessageType=message_type, OrderType=order_type, OrigOrderID=1, **{name: value})
        code = reject_code(floor, 1, order)
        assert code == codes.get(name, 35 if name != "BOOrigPrice" or message_type == 1 else 54), name


def test_text_that_is_no_text_is_refused_and_names_nobody_else(floor: Floor) -> None:
    order = bytearray(floor.order(1).encode())
    for name in ("BOSymbol", "ExpirationDate", "TraderID", "Attributes"):
        (offset,) = (spec.offset for spec in Transaction.FIELDS if spec.name == name)
        bad = bytes(order[:offset]) + b"\xff" + bytes(order[offset + 1 :])
        floor.venue.receive(1, bad, floor.now_ns)
        ((connection, (reply,), close_reason),) = floor.venue.outbound()
        assert (connection, reply[4:6], reply[132:134], close_reason) == (1, b"\x0c\x00", b"\x23\x00", None), name


# -- keys, sessions, accounts


@pytest.mark.parametrize("fields", [{"Account": 2}, {"Key": KEY + 2}, {"Account": 2, "Key": KEY + 2}])
def test_a_foreign_account_or_key_is_refused_twice_and_cut_at_the_third(
    floor: Floor, fields: dict[str, object]
) -> None:
    foreign = floor.order(1, **fields)
    for strike in range(1, limits.FOREIGN_REQUESTS + 1):
        replies = floor.send(1, foreign)
        assert replies[0].RejectReason in (19, 51)
        assert (1 in floor.closed) == (strike == limits.FOREIGN_REQUESTS)
    assert replies[-1].LogonType == 2
    assert floor.send(2, floor.order(2))[0].MessageType == 14


def test_a_batch_stops_at_the_third_strike(floor: Floor) -> None:
    foreign, good = floor.order(1, Key=1), floor.order(1)
    replies = floor.send(1, foreign, foreign, foreign, good)
    assert [reply.RejectReason for reply in replies] == [51, 51, 51, 51]
    assert replies[-1].LogonType == 2, "the logout says why as well"
    assert floor.exchange.open_orders(0, 1) == []


def test_a_lenient_session_sends_neither_key_nor_session_nor_fresh_ids() -> None:
    floor = Floor(lenient=True)
    floor.log_on(1)
    order = floor.order(1, OrderID=46832151, Key=0, TradingSessionID=1)
    assert [reply.MessageType for reply in floor.send(1, order, order)] == [14, 14]
    cancel = order.replace(MessageType=6, OrderID=46832151, OrigOrderID=46832151)
    assert [reply.MessageType for reply in floor.send(1, cancel)] == [15]
    assert floor.send(1, order.replace(Account=2))[0].RejectReason == 19


# -- the older layout


def older(order: Transaction) -> Transaction238:
    """The same order in the layout of 238 bytes."""
    fields = order.fields()
    for name in ("SecondLegPrice", "RouteEnum", "ModifyType", "MessageLen"):
        del fields[name]
    return Transaction238(**fields)


def test_a_client_of_the_238_byte_layout_is_answered_in_it(floor: Floor) -> None:
    new = floor.order(1)
    old = older(new)
    assert floor.send(1, old) == [old.replace(MessageType=14)]
    floor.send(2, floor.order(2, **SELL))
    (fill,) = floor.read(1)
    assert isinstance(fill, Transaction238)
    assert (fill.MessageType, fill.ExecShares, fill.Attributes) == (8, 1.0, "N" * 12)


def test_one_message_of_each_layout_and_session_numbers_are_checked_alike(floor: Floor) -> None:
    (reply,) = floor.send(1, older(floor.order(1, TradingSessionID=SESSION + 1)))
    assert (type(reply), reply.RejectReason) == (Transaction238, 6)


@pytest.mark.parametrize("at", [1, 54, 114, 126, 238], ids=["Data2", "symbol", "expiry", "trader", "attributes"])
def test_bytes_that_are_no_text_hurt_nobody_else_after_a_238_byte_order(floor: Floor, at: int) -> None:
    sell = bytearray(floor.order(1, **SELL).encode())
    floor.send(1, older(floor.order(1, BOPrice=1.0)))
    sell[at] = 0xFF
    floor.venue.receive(1, bytes(sell), floor.now_ns)
    ((connection, frames, close_reason),) = floor.venue.outbound()
    assert (connection, [len(frame) for frame in frames], close_reason) == (1, [238], None)
    floor.venue.receive(2, floor.order(2).encode(), floor.now_ns)
    floor.venue.receive(2, floor.order(2, BOSide=2, BOPrice=1.0, BOOrderQty=2.0).encode(), floor.now_ns)
    lengths = {o.connection: [len(frame) for frame in o.frames] for o in floor.venue.outbound()}
    assert set(lengths[1]) == {238} and set(lengths[2]) == {250}


# -- a report says only what happened


RESULTS = {
    "BOCancelShares": 1.0, "ExecID": 777, "ExecShares": 8.0, "RemainingQuantity": 9.0, "ExecFee": 2.0,
    "RejectReason": 50, "ExecPrice": 5.0,
}  # fmt: skip


def test_what_only_a_report_can_know_is_not_echoed(floor: Floor) -> None:
    new = floor.order(1, **RESULTS)
    (ack,) = floor.send(1, new)
    assert ack == new.replace(MessageType=14, **dict.fromkeys(RESULTS, 0))
    cancel = floor.order(1, MessageType=6, OrigOrderID=new.OrderID, **RESULTS)
    (cancelled,) = floor.send(1, cancel)
    assert cancelled == cancel.replace(MessageType=15, **(dict.fromkeys(RESULTS, 0) | {"BOCancelShares": 1.0}))
    (rest,) = floor.send(1, floor.order(1, TIF=3, **RESULTS))
    assert (rest.MessageType, rest.ExecID, rest.ExecShares, rest.BOCancelShares) == (15, 0, 0.0, 1.0)


def test_a_status_is_answered_to_its_asker_with_the_asker_s_own_key() -> None:
    floor = Floor(second_user=True)
    floor.log_on(1)
    floor.connect(9)
    floor.send(9, floor.logon(1, "other"))
    order = floor.order(1)
    floor.send(1, order)
    query = floor.order(1, MessageType=5, OrigOrderID=order.OrderID, MsgSeqNum=4_321)
    (status,) = floor.send(9, query)
    assert (status.OrderID, status.MsgSeqNum, status.Key) == (order.OrderID, 4_321, query.Key)
