"""What each message of a member leads to, in the three dialects."""

from typing import Any

import pytest

from base.errors import ParseError
from base.gateway.operator_requests import OperatorRequest
from base.gateway.ouch_entry import NO_ROOM
from base.vocabulary.participants import SelfTrade
from base.wire.ouch import nasdaq42, nasdaq50
from tests.kit.counts import count
from tests.kit.ouch_floor import (
    BARE,
    JP,
    N42,
    N50,
    UNIT,
    OuchFloor,
    jp,
    jp_cancel,
    jp_replace,
    n42,
    n42_replace,
    n50,
    n50_replace,
    told,
)


def operate(floor: OuchFloor, word: str, **fields: Any) -> None:
    floor.venue.operate(OperatorRequest(word, **fields), floor.now_ns)
    floor.collect()


def test_an_order_rests_is_matched_in_parts_and_is_gone() -> None:
    floor = OuchFloor()
    seller, buyer = floor.join(1, JP), floor.join(2, N42)
    (accepted,) = floor.ask(seller, jp(1, "S", 3 * UNIT))
    assert (accepted.orderState, accepted.quantity, accepted.price) == ("L", 3 * UNIT, 1_000)
    assert accepted.timestamp == floor.now_ns % (86_400 * 10**9)
    one, two = floor.ask(buyer, n42("a", "B", UNIT))
    assert told([one, two]) == "AL ER" and two.executionPrice == 1_000_000
    (made,) = floor.hear(seller)
    assert (told([made]), made.executedQuantity, made.executionPrice) == ("EA", UNIT, 1_000)
    assert made.matchNumber == two.matchNumber
    assert told(floor.ask(buyer, n42("b", "B", 2 * UNIT))) == "AL ER"
    assert told(floor.hear(seller)) == "EA"
    assert floor.ask(seller, jp_cancel(1)) == [] and not seller.live


def test_bo_and_ouch_meet_in_one_book() -> None:
    floor = OuchFloor()
    floor.log_on(1)
    member = floor.join(2, N50)
    floor.send(1, floor.order(1, BOPrice=100.5, BOOrderQty=1.5))
    answers = floor.ask(member, n50(1, "S", 2 * UNIT, 1_000_000))
    assert told(answers) == "AL ER"
    assert (answers[1].quantity, answers[1].price) == (150_000, 1_005_000)
    (fill,) = floor.read(1)
    assert (fill.MessageType, fill.ExecShares, fill.ExecPrice, fill.ExecID) == (8, 1.5, 100.5, answers[1].matchNumber)
    (taken,) = floor.send(1, floor.order(1, BOOrderQty=0.25, BOPrice=100.0))
    (made,) = floor.hear(member)
    assert (taken.ExecPrice, made.price, made.quantity, told([made])) == (100.0, 1_000_000, 25_000, "EA")


@pytest.mark.parametrize("port", [JP, BARE, N42, N50])
def test_a_token_makes_one_order_and_a_stale_one_gets_no_answer(port: int) -> None:
    floor = OuchFloor()
    member = floor.join(1, port)
    makers: dict[int, Any] = {JP: jp, BARE: jp, N42: lambda token, **f: n42(str(token), **f), N50: n50}
    make = makers[port]
    assert told(floor.ask(member, make(5))) == "AL"
    for _ in range(count(ordinary=1_000, long=10_000)):
        assert floor.ask(member, make(5)) == []
    bad = make(6, side="?")
    assert told(floor.ask(member, bad))[0] == "J"
    assert floor.ask(member, make(6)) == [], "a rejected token is used up"
    assert len(member.live) == 1
    assert told(floor.ask(member, make(4))) == ("AL" if port == N42 else "")


def test_replaces_keep_the_number_and_only_the_last_token_counts() -> None:
    floor = OuchFloor()
    member = floor.join(1, JP)
    (accepted,) = floor.ask(member, jp(1, group="DAYX"))
    for token in range(2, 6):
        (replaced,) = floor.ask(member, jp_replace(token - 1, token, UNIT + token, 1_000 + 5 * token))
        assert (replaced.orderNumber, replaced.previousOrderToken) == (accepted.orderNumber, token - 1)
        assert (replaced.group, replaced.quantity, replaced.price) == ("DAYX", UNIT + token, 1_000 + 5 * token)
    assert floor.ask(member, jp_replace(1, 9), jp_cancel(2), jp_replace(5, 5)) == []
    (cancelled,) = floor.ask(member, jp_cancel(5))
    assert (cancelled.reason, cancelled.decrementQuantity) == ("U", UNIT + 5)
    assert floor.ask(member, jp_replace(5, 20)) == []
    assert told(floor.ask(member, jp(6))) == "AL", "what was ignored used up no token"


def test_the_quantity_of_a_replace_counts_what_was_executed() -> None:
    floor = OuchFloor()
    member, other = floor.join(1, N42), floor.join(2, JP)
    floor.ask(member, n42("a", "S", 500_000))
    floor.ask(other, jp(1, "B", 100_000))
    (executed,) = floor.hear(member)
    assert executed.executedShares == 100_000
    (replaced,) = floor.ask(member, n42_replace("a", "b", 600_000))
    assert (replaced.shares, replaced.orderState) == (500_000, "L")
    assert floor.exchange.open_orders(0, 1)[0].leaves_lots == 500_000
    (replaced,) = floor.ask(member, n42_replace("b", "c", 100_000))
    assert (replaced.shares, replaced.orderState) == (0, "D")
    assert not floor.exchange.open_orders(0, 1) and not member.live


def test_a_replace_that_crosses_trades_behind_its_answer() -> None:
    floor = OuchFloor()
    member, other = floor.join(1, JP), floor.join(2, JP)
    floor.ask(other, jp(1, "S", UNIT, 1_100))
    floor.ask(member, jp(1, "B", 2 * UNIT, 1_000))
    assert told(floor.ask(member, jp_replace(1, 2, 2 * UNIT, 1_100))) == "UL ER"
    assert told(floor.ask(member, jp_cancel(2))) == "CU"


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"price": 0x7FFFFFFF}, "CX"), ({"price": 1_003}, "CX"), ({"price": 0}, "CX"), ({"shares": 2**31}, "CZ"),
        ({"minimumQuantity": 1}, "CN"), ({"timeInForce": 5}, "CY"), ({"display": "?"}, "CD"),
        ({"shares": 0}, "UD"),
    ],
)  # fmt: skip
def test_an_invalid_replace_ends_the_order_at_japannext(change: dict[str, Any], answer: str) -> None:
    floor = OuchFloor()
    member = floor.join(1, JP)
    floor.ask(member, jp(1))
    assert told(floor.ask(member, jp_replace(1, 2, **change))) == answer
    assert not member.live and not floor.exchange.open_orders(0, 1)


def test_what_the_market_refuses_leaves_the_order_at_nasdaq_and_ends_it_at_japannext() -> None:
    floor = OuchFloor()
    nasdaq, japannext = floor.join(1, N50), floor.join(2, JP)
    floor.ask(nasdaq, n50(1))
    floor.ask(japannext, jp(1))
    operate(floor, "halt", symbols=("BTCUSD",))
    assert told(floor.ask(nasdaq, n50_replace(1, 2, 2 * UNIT))) == "J07"
    assert told(floor.ask(japannext, jp_replace(1, 2, 2 * UNIT))) == "CR"
    assert list(nasdaq.live) == [(0, 1)] and not japannext.live
    assert told(floor.ask(nasdaq, n50(3))) == "J07"
    assert told(floor.ask(japannext, jp(3))) == "JH"


def test_an_order_becomes_another_kind_by_a_replace() -> None:
    floor = OuchFloor()
    member, other = floor.join(1, JP), floor.join(2, JP)
    (accepted,) = floor.ask(member, jp(1, "B", 2 * UNIT))
    (replaced,) = floor.ask(member, jp_replace(1, 2, 2 * UNIT, display="P"))
    assert (told([replaced]), replaced.orderNumber) == ("UL", accepted.orderNumber)
    floor.ask(other, jp(1, "S", UNIT))
    assert told(floor.hear(member)) == "EA"
    assert told(floor.ask(member, jp_replace(2, 3, 2 * UNIT, timeInForce=0))) == "UD"
    floor.ask(other, jp(2, "S", UNIT, 1_100))
    floor.ask(member, jp(4, "B", 2 * UNIT))
    assert told(floor.ask(member, jp_replace(4, 5, 2 * UNIT, 1_100, timeInForce=0))) == "UL ER CI"
    floor.ask(other, jp(3, "S", UNIT, 1_100))
    floor.ask(member, jp(6, "B", UNIT))
    assert told(floor.ask(member, jp_replace(6, 7, UNIT, 1_100, display="P"))) == "CX"
    assert not member.live and not floor.exchange.open_orders(0, 1)


def test_immediate_orders_and_their_least_quantity() -> None:
    floor = OuchFloor()
    member, other = floor.join(1, JP), floor.join(2, JP)
    assert told(floor.ask(member, jp(1, timeInForce=0))) == "AD"
    floor.ask(other, jp(1, "S", 2 * UNIT), jp(2, "S", UNIT, 1_100))
    assert told(floor.ask(member, jp(2, "B", 5 * UNIT, timeInForce=0, minimumQuantity=3 * UNIT))) == "AD"
    assert floor.hear(other)[2:] == []
    answers = floor.ask(member, jp(3, "B", 5 * UNIT, 1_100, timeInForce=0, minimumQuantity=UNIT))
    assert told(answers) == "AL ER ER ER CI"
    assert [one.executedQuantity for one in answers[1:4]] == [UNIT, UNIT, UNIT]
    assert answers[4].decrementQuantity == 2 * UNIT
    assert told(floor.ask(member, jp(4, minimumQuantity=5))) == "JN"
    assert told(floor.ask(member, jp(5, timeInForce=0, minimumQuantity=2 * UNIT))) == "JN"


def test_a_cancel_names_the_size_that_is_left() -> None:
    floor = OuchFloor()
    member, other = floor.join(1, JP), floor.join(2, JP)
    floor.ask(member, jp(1, "B", 5_000))
    floor.ask(other, jp(1, "S", 1_000))
    floor.hear(member)
    assert floor.ask(member, jp_cancel(1, 5_000), jp_cancel(1, 9_000)) == []
    (cut,) = floor.ask(member, jp_cancel(1, 3_000))
    assert (cut.decrementQuantity, cut.reason) == (2_000, "U")
    assert floor.exchange.open_orders(0, 1)[0].leaves_lots == 2_000
    assert floor.ask(member, jp_cancel(1, 3_000)) == [], "repeated, it changes nothing"
    (gone,) = floor.ask(member, jp_cancel(1, 500))
    assert gone.decrementQuantity == 2_000 and not member.live


def test_a_partial_cancel_keeps_the_place_in_the_queue() -> None:
    floor = OuchFloor()
    first, second, taker = floor.join(1, JP), floor.join(2, JP), floor.join(3, JP)
    floor.ask(first, jp(1, "B", 2_000))
    floor.ask(second, jp(1, "B", 1_000))
    floor.ask(first, jp_cancel(1, 1_000))
    floor.ask(taker, jp(1, "S", 1_000))
    assert told(floor.hear(first)) == "EA" and floor.hear(second) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"orderbookId": 0}, "S"), ({"orderbookId": 4}, "S"), ({"price": 2**31 - 1}, "X"), ({"shares": 0}, "Z"),
        ({"shares": 2**31}, "Z"), ({"minimumQuantity": 1}, "N"), ({"side": "X"}, "Y"),
        ({"orderClassification": "2"}, "Y"), ({"timeInForce": 1}, "Y"), ({"display": "X"}, "D"),
        ({"cashMarginType": "6"}, "G"), ({"price": 2**31 - 2, "shares": 2**31 - 1}, "X"),
        ({"price": 2_000_000_000, "shares": 900_000_000}, "V"),
        ({"side": "X", "display": "X", "cashMarginType": "9"}, "Y"),
    ],
)  # fmt: skip
def test_why_japannext_rejects(change: dict[str, Any], reason: str) -> None:
    floor = OuchFloor(terms={1: {"balances": {"USD": 10**15, "BTC": 10**17}}})
    member = floor.join(1, JP)
    assert told(floor.ask(member, jp(1, **change))) == f"J{reason}"


@pytest.mark.parametrize(
    ("change", "letter", "code"),
    [
        ({"stock": "NONE"}, "S", "17"), ({"price": 0x7735939D}, "X", "1D"), ({"price": 0}, "X", "1D"),
        ({"price": 1_000_001}, "X", "1D"), ({"shares": 0}, "Z", "13"), ({"shares": 1_000_000}, "Z", "13"),
        ({"minimumQuantity": 5}, "N", "0D"), ({"display": "M"}, "D", "03"), ({"crossType": "O"}, "R", "14"),
        ({"side": "X"}, "O", "09"), ({"price": 0x7FFFFFFF}, "X", "1D"),
    ],
)  # fmt: skip
def test_why_nasdaq_rejects(change: dict[str, Any], letter: str, code: str) -> None:
    floor = OuchFloor()
    old, new = floor.join(1, N42), floor.join(2, N50)
    assert told(floor.ask(old, n42("a", **change))) == f"J{letter}"
    changes = {"symbol" if name == "stock" else name: value for name, value in change.items()}
    if "minimumQuantity" in changes:
        changes["appendage"] = {"MinQty": changes.pop("minimumQuantity")}
    (rejected,) = floor.ask(new, n50(1, **changes))
    assert told([rejected]) == f"J{code}" and rejected.clOrdId == "mine"


def test_the_market_price_takes_what_is_there() -> None:
    floor = OuchFloor()
    maker = floor.join(1, JP)
    floor.ask(maker, jp(1, "S", UNIT, 1_234_565))
    for port, order in ((N42, n42("a", price=0x7FFFFFFF, timeInForce=0)),
                        (N50, n50(1, price=0x77359400, timeInForce="3"))):  # fmt: skip
        member = floor.join(2, port)
        answers = floor.ask(member, order)
        assert told(answers) == ("AL ER" if port == N42 else "AD")


def test_tags_of_an_order_of_5_0() -> None:
    floor = OuchFloor()
    member, other = floor.join(1, N50), floor.join(2, JP)
    tags = {"UserRefIdx": 3, "Firm": "ABCD", "MaxFloor": 20_000}
    (accepted,) = floor.ask(member, n50(7, appendage=tags))
    assert accepted.appendage == tags
    assert told(floor.ask(member, n50(7))) == "AL", "another channel has numbers of its own"
    floor.ask(other, jp(1, "S", 1_000))
    (executed,) = floor.hear(member)
    assert (executed.userRefNum, executed.appendage) == (7, {"UserRefIdx": 3})
    for number, (bad, code) in enumerate([({"PegOffset": 5}, "11"), ({"PriceType": "P"}, "11"),
                                          ({"RandomReserves": 5}, "04"), ({"HandleInst": "I"}, "14")], 10):  # fmt: skip
        assert told(floor.ask(member, n50(number, appendage=bad))) == f"J{code}"
    posts = n50(20, "S", 5, appendage={"PostOnly": "P"})
    assert told(floor.ask(member, posts)) == "J12"


def test_a_malformed_appendage_uses_the_number_of_an_order_and_drops_the_rest() -> None:
    floor = OuchFloor()
    member = floor.join(1, N50)
    broken = n50(1).encode()[:-2] + b"\0\2\2\x63"
    assert floor.desk.take(member, broken, floor.now_ns) == ""
    floor.collect()
    assert told(floor.hear(member)) == "J0F"
    assert floor.ask(member, n50(1)) == []
    floor.ask(member, n50(2))
    floor.desk.take(member, nasdaq50.CancelOrder(userRefNum=2, quantity=0).encode() + b"\0\2\2\x63", floor.now_ns)
    floor.collect()
    assert floor.hear(member) == [] and member.live


def test_many_orders_of_5_0_at_once() -> None:
    floor = OuchFloor()
    member = floor.join(1, N50)
    floor.ask(member, n50(1), n50(2, "S", price=1_100_000), n50(3, symbol="BTCUSDT", price=900_000))
    query = nasdaq50.AccountQuery()
    (reply,) = floor.ask(member, query)
    assert reply.nextUserRefNum == 4
    sells = nasdaq50.MassCancel(userRefNum=4, firm="", symbol="", appendage={"Side": "S"})
    answers = floor.ask(member, sells)
    assert told(answers) == "X CU" and answers[1].userRefNum == 2
    assert told(floor.ask(member, nasdaq50.MassCancel(userRefNum=5, firm="", symbol="NONE"))) == "J17"
    assert told(floor.ask(member, nasdaq50.MassCancel(userRefNum=6, firm="", symbol="BTCUSDT"))) == "X CU"
    assert told(floor.ask(member, nasdaq50.DisableOrderEntry(userRefNum=7, firm=""))) == "G"
    assert told(floor.ask(member, n50(8))) == "J0C"
    assert told(floor.ask(member, n50_replace(1, 9, 5))) == "J0C"
    assert told(floor.ask(member, nasdaq50.EnableOrderEntry(userRefNum=10, firm=""))) == "K"
    assert told(floor.ask(member, n50(11))) == "AL"
    assert floor.ask(member, nasdaq50.EnableOrderEntry(userRefNum=11, firm="")) == []


def test_a_modify_marks_a_sale_and_makes_it_smaller() -> None:
    floor = OuchFloor()
    member = floor.join(1, N42)
    floor.ask(member, n42("a", "S", 5_000))
    modify = nasdaq42.ModifyOrder
    (modified,) = floor.ask(member, modify(orderToken="a", side="T", shares=5_000))
    assert (modified.side, modified.shares) == ("T", 5_000)
    assert floor.ask(member, modify(orderToken="a", side="T", shares=5_000)) == []
    assert floor.ask(member, modify(orderToken="a", side="B", shares=4_000)) == []
    assert floor.ask(member, modify(orderToken="a", side="T", shares=6_000)) == []
    assert told(floor.ask(member, modify(orderToken="a", side="E", shares=4_000))) == "M"
    assert floor.exchange.open_orders(0, 1)[0].leaves_lots == 4_000
    (replaced,) = floor.ask(member, n42_replace("a", "b", 3_000))
    assert replaced.side == "E"
    assert floor.ask(member, nasdaq42.TradeNow(orderToken="b")) == []


def test_orders_of_4_2_live_as_long_as_they_say() -> None:
    floor = OuchFloor()
    member = floor.join(1, N42)
    floor.ask(member, n42("a", timeInForce=10), n42("b", timeInForce=5))
    floor.ask(member, n42_replace("b", "c", timeInForce=20))
    assert told(floor.ask(member, n42("d", timeInForce=99_997))) == "JO"
    start = floor.now_ns
    for seconds, answer in ((5, ""), (10, "CT"), (20, "CT")):
        deadline = floor.venue.next_deadline_ns()
        assert deadline is not None
        floor.now_ns = start + seconds * 10**9
        floor.venue.deadline_passed(floor.now_ns)
        floor.collect()
        assert told(floor.hear(member)) == answer
    assert floor.venue.next_deadline_ns() is None and not floor.exchange.open_orders(0, 1)


@pytest.mark.parametrize(
    ("mode", "maker", "taker"),
    [
        (SelfTrade.CANCEL_NEWEST, "", "AL DQ"),
        (SelfTrade.CANCEL_OLDEST, "DQ", "AL"),
        (SelfTrade.CANCEL_BOTH, "DQ", "AL DQ"),
    ],
)
def test_who_would_meet_itself_is_told(mode: SelfTrade, maker: str, taker: str) -> None:
    floor = OuchFloor(second_user=True, terms={1: {"self_trade": mode}})
    one = floor.join(1, N42)
    other = floor.desk.join(3, N42, floor.now_ns)
    floor.collect()
    floor.hear(other)
    floor.ask(one, n42("a", "S", 300))
    answers = floor.ask(other, n42("b", "B", 200))
    assert told(answers) == taker
    heard = floor.hear(one)
    assert told(heard) == maker
    for said in (*heard, *answers[1:]):
        assert said.quantityPreventedFromTrading == 200 and said.executionPrice == 1_000_000


def test_hidden_orders_trade_too() -> None:
    floor = OuchFloor()
    member, other = floor.join(1, N42), floor.join(2, N50)
    assert told(floor.ask(member, n42("a", "S", 300, display="N"))) == "AL"
    assert told(floor.ask(member, n42_replace("a", "b", 200, display="N"))) == "UL"
    assert told(floor.ask(member, n42_replace("b", "c", 100, display="Y"))) == "UL"
    assert told(floor.ask(other, n50(1, "B", 100))) == "AL ER"
    assert told(floor.hear(member)) == "EA" and not member.live


def test_more_messages_than_the_budget_and_no_room() -> None:
    floor = OuchFloor()
    japannext, nasdaq = floor.join(1, JP), floor.join(2, N50)
    assert told(floor.ask(japannext, jp(1), throttled=True)) == "JF"
    floor.ask(japannext, jp(2))
    floor.ask(nasdaq, n50(1))
    assert floor.ask(japannext, jp_cancel(2), throttled=True) == []
    assert told(floor.ask(japannext, jp_replace(2, 3), throttled=True)) == "CF"
    assert told(floor.ask(nasdaq, n50_replace(1, 2), throttled=True)) == "J0F"
    floor.records.takes_new = False
    assert floor.desk.take(nasdaq, n50(3).encode(), floor.now_ns) == NO_ROOM
    assert told(floor.ask(nasdaq, nasdaq50.CancelOrder(userRefNum=1, quantity=0))) == "CU"
    floor.records.takes_new = True
    assert told(floor.ask(nasdaq, n50(3))) == "AL", "what was not taken used up no number"


@pytest.mark.parametrize("data", [b"", b"?", b"A" * 65, jp(1).encode() + b"x", jp(1).encode()[:-1]])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    floor = OuchFloor()
    member = floor.join(1, JP)
    with pytest.raises(ParseError):
        floor.desk.take(member, data, floor.now_ns)
    assert floor.hear(member) == []
