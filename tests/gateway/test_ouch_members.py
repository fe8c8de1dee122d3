"""Who is there, the day, what is kept: members of OUCH over sessions, days and restarts."""

from random import Random
from typing import Any

import pytest

from base import limits
from base.errors import OperatorRefused, RecoveryFailed
from base.gateway.operator_requests import OperatorRequest
from base.gateway.ouch_entry import DAY_IS_FULL
from base.gateway.ouch_orders import Member
from base.servers.state_image import captured_in, image_of
from base.vocabulary.recorded import Departure, Recorded, RecordedKind
from base.wire.ouch import nasdaq50
from tests.kit.counts import count
from tests.kit.floor import ACCOUNTS
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
    repeated,
    told,
)
from tests.kit.traffic import SECOND_NS, Traffic

STEPS = 400


def operate(floor: OuchFloor, word: str, **fields: Any) -> None:
    floor.venue.operate(OperatorRequest(word, **fields), floor.now_ns)
    floor.collect()


def said_to(floor: OuchFloor) -> dict[int, list[bytes]]:
    return {key: list(member.stream.read(1)) for key, member in floor.desk.members.items()}


# -- the day


def test_the_day_starts_and_ends_with_the_market() -> None:
    floor = OuchFloor()
    member = floor.desk.join(0, JP, floor.now_ns)
    floor.collect()
    assert told(floor.hear(member)) == "SS"
    operate(floor, "close", symbols=("BTCUSD",))
    operate(floor, "halt", everywhere=True)
    assert floor.hear(member) == []
    operate(floor, "close", everywhere=True)
    assert told(floor.hear(member)) == "SE"
    assert told(floor.ask(member, jp(1))) == "JR"
    late = floor.desk.join(1, N42, floor.now_ns)
    floor.collect()
    assert told(floor.hear(late)) == "SE" and told(floor.ask(late, n42("a"))) == "JC"
    operate(floor, "open", everywhere=True)
    assert told(floor.hear(member)) == "SS" and told(floor.ask(member, jp(2))) == "AL"


def test_the_end_of_the_session_begins_a_day_with_new_numbers_and_tokens() -> None:
    floor = OuchFloor()
    member = floor.join(1, JP)
    floor.ask(member, jp(1), jp(2, display="P"))
    operate(floor, "end-session")
    assert told(floor.hear(member)) == "CS CS SE" and not floor.desk.is_here(member)
    assert not floor.exchange.open_orders(0, 1)
    again = floor.join(1, JP)
    assert again.stream.next_number == 2
    assert told(floor.ask(again, jp(1))) == "AL"
    assert repeated(floor).records.mark() == floor.records.mark()


def test_when_a_day_is_full_only_whole_orders_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = OuchFloor()
    member, other = floor.join(1, N50), floor.join(2, JP)
    floor.ask(member, n50(1), n50(2), n50(3))
    monkeypatch.setattr(limits, "OUCH_DAY_MESSAGES", member.stream.next_number)
    assert told(floor.ask(member, n50(4))) == "AL", "the last one"
    recorded = len(floor.history)
    part, whole = nasdaq50.CancelOrder(userRefNum=1, quantity=1), nasdaq50.CancelOrder(userRefNum=1, quantity=0)
    query = nasdaq50.AccountQuery()
    for message in (n50(5), n50_replace(1, 5), part, query, nasdaq50.MassCancel(userRefNum=5, firm="", symbol="")):
        assert floor.desk.take(member, message.encode(), floor.now_ns) == DAY_IS_FULL
    floor.collect()
    assert floor.hear(member) == [] and len(floor.history) == recorded
    assert told(floor.ask(member, whole)) == "CU"
    assert told(floor.ask(other, jp(1, "S"))) == "AL ER", "others are not concerned"
    assert told(floor.hear(member)) == "EA"
    assert repeated(floor).records.mark() == floor.records.mark()
    operate(floor, "end-session")
    monkeypatch.setattr(limits, "OUCH_DAY_MESSAGES", 3)
    again = floor.join(1, N50)
    assert told(floor.ask(again, n50(1))) == "AL", "a new day has new numbers and tokens"


# -- trades that do not count


def test_both_sides_hear_of_a_broken_trade_in_their_dialect() -> None:
    floor = OuchFloor()
    old, new, japan = floor.join(1, N42), floor.join(2, N50), floor.join(3, JP)
    floor.log_on(1)
    floor.ask(old, n42("a", "S", 2 * UNIT))
    floor.ask(new, n50(1, "B", UNIT, clOrdId="first", appendage={"UserRefIdx": 3}))
    floor.ask(japan, jp(1, "B", UNIT))
    floor.ask(new, n50(2, "B", UNIT, price=900_000))
    floor.ask(new, n50_replace(2, 3, UNIT, price=910_000, clOrdId="second"))
    floor.ask(old, n42("b", "S", UNIT, price=910_000))
    for member in (old, new, japan):
        floor.hear(member)
    operate(floor, "break-trade", trade=1, reason="erroneous")
    (seller,), (buyer,) = floor.hear(old), floor.hear(new)
    assert told([seller, buyer]) == "BE BE"
    assert (seller.orderToken, seller.matchNumber, seller.timestamp) == ("a", 1, floor.now_ns % (86_400 * SECOND_NS))
    assert (buyer.userRefNum, buyer.matchNumber, buyer.clOrdId, buyer.appendage) == (1, 1, "first", {"UserRefIdx": 3})
    operate(floor, "break-trade", trade=2)
    assert told(floor.hear(old)) == "BS" and floor.hear(japan) == [], "Japannext has no word for it"
    operate(floor, "break-trade", trade=3, reason="external")
    (seller,), (buyer,) = floor.hear(old), floor.hear(new)
    assert (seller.orderToken, buyer.userRefNum, buyer.clOrdId, buyer.reason) == ("b", 3, "second", "X")
    with pytest.raises(OperatorRefused, match="broken already"):
        operate(floor, "break-trade", trade=3)
    assert floor.hear(old) == []
    again = repeated(floor)
    assert again.records.mark() == floor.records.mark() and again.exchange.state_hash() == floor.exchange.state_hash()
    with pytest.raises(OperatorRefused, match="broken already"):
        operate(again, "break-trade", trade=3)


def test_a_picture_knows_whom_to_tell_of_a_broken_trade() -> None:
    floor, other = OuchFloor(), OuchFloor()
    floor.ask(floor.join(1, N42), n42("a", "S"))
    floor.ask(floor.join(2, N50), n50(1, "B"))
    other.records.restore(captured_in(image_of(floor.records.capture())))
    operate(other, "break-trade", trade=1, reason="consent")
    assert [told(other.hear(member)).split()[-1] for member in other.desk.members.values()] == ["BC", "BC"]


def test_whom_to_tell_is_known_for_as_many_trades_as_can_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BREAKABLE_TRADES", 2)
    floor = OuchFloor()
    seller, buyer = floor.join(1, N42), floor.join(2, N50)
    floor.ask(seller, n42("a", "S", 4 * UNIT))
    for number in range(1, 4):
        floor.ask(buyer, n50(number, "B"))
    assert list(floor.desk._matches) == [2, 3]
    operate(floor, "end-session")
    assert not floor.desk._matches


# -- who leaves


@pytest.mark.parametrize(
    ("port", "terms", "leaves"), [(JP, False, True), (BARE, False, True), (N42, False, False), (N50, True, True)]
)
def test_orders_leave_with_the_connection(port: int, terms: bool, leaves: bool) -> None:
    floor = OuchFloor(cancel_on_disconnect=terms)
    floor.log_on(2)
    member = floor.join(1, port)
    orders = {JP: jp(1), BARE: jp(1), N42: n42("a"), N50: n50(1)}
    floor.ask(member, orders[port])
    floor.leave(member)
    assert told(floor.hear(member)) == ({N50: "CZ"}.get(port, "CL") if leaves else "")
    assert bool(member.live) is not leaves
    if not leaves:
        floor.send(2, floor.order(2, BOSide=2))
        assert told(floor.hear(member)) == "EA", "what happens meanwhile waits in the stream"


def test_a_stream_goes_on_after_a_new_logon_except_on_bare_tcp() -> None:
    floor = OuchFloor()
    member, bare = floor.join(1, JP), floor.join(2, BARE)
    floor.ask(member, jp(1))
    floor.ask(bare, jp(1))
    floor.leave(member)
    floor.leave(bare)
    again, new = floor.join(1, JP), floor.join(2, BARE)
    assert again is member and again.stream.next_number == 4
    assert floor.ask(again, jp(1)) == []
    assert new is not bare and new.stream.next_number == 2
    assert told(floor.ask(new, jp(1))) == "AL"
    floor.desk.leave(bare, Departure.LOST, floor.now_ns)
    assert new.live, "an old session ends without harm to the new one"


def test_who_was_cut_off_by_a_restart_has_ten_seconds() -> None:
    floor = OuchFloor()
    one, other = floor.join(1, JP), floor.join(2, JP)
    floor.ask(one, jp(1))
    floor.ask(other, jp(1))
    floor.leave(one, Departure.HELD)
    again = repeated(floor)
    again.records.begin(b"", again.now_ns)
    again.collect()
    back = again.join(2, JP)
    assert again.venue.next_deadline_ns() == again.now_ns + 10 * SECOND_NS
    again.now_ns += 10 * SECOND_NS
    again.venue.deadline_passed(again.now_ns)
    again.collect()
    gone = again.desk.members[one.key]
    assert not gone.live and back.live
    assert told(again.hear(gone)).endswith(" CL")
    assert repeated(again).records.mark() == again.records.mark()


# -- what is kept


class Crowd(Traffic):
    """The crowd of BO, and one of OUCH in the same books."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._random = Random(seed + 1)
        self._tokens = seed * 1_000
        self._members: dict[int, Member] = {}

    def step(self, floor: Any) -> None:
        super().step(floor)
        account, port = self._random.choice(ACCOUNTS), self._random.choice((JP, BARE, N42, N50))
        key = account * 10 + port
        member = self._members.get(key)
        if member is None or not floor.desk.is_here(member):
            if port != BARE or not any(one.live for one in floor.desk.members.values() if one.port == BARE):
                self._members[key] = floor.join(account, port)
            return
        wish = self._random.random()
        if wish < 0.02:
            floor.leave(member, self._random.choice((Departure.LOST, Departure.LOGGED_OUT)))
            del self._members[key]
        elif wish < 0.03:
            if self._random.random() < 0.5:
                operate(floor, "end-session")
                with pytest.raises(OperatorRefused):
                    operate(floor, "end-session", everywhere=True)
            else:
                operate(floor, "close", everywhere=True)
            operate(floor, "open", everywhere=True)
        else:
            floor.ask(member, self._message(member, port), throttled=self._random.random() < 0.02)
        deadline_ns = floor.venue.next_deadline_ns()
        if deadline_ns is not None and deadline_ns <= floor.now_ns:
            floor.venue.deadline_passed(floor.now_ns)
            floor.collect()

    def _message(self, member: Member, port: int) -> Any:
        chance = self._random
        self._tokens += 1
        side, shares = chance.choice("BST"), chance.choice((UNIT // 4, UNIT // 2, UNIT, 2 * UNIT))
        price = chance.choice(range(980, 1_025, 5))
        known = list(member.live) or [None]
        old = chance.choice(known)
        wish = chance.random()
        new: Any = self._tokens
        if old is None or wish < 0.5:
            fields = self._fields(port)
            if port in (JP, BARE):
                return jp(new, side, shares, price, **fields)
            if port == N42:
                return n42(str(new), side, shares, price * 1_000, **fields)
            return n50(new, side, shares, price * 1_000, **fields)
        if port in (JP, BARE):
            if wish < 0.8:
                return jp_replace(old, new, shares, price + (wish < 0.55), timeInForce=chance.choice((0, 99_999)))
            return jp_cancel(old, chance.choice((0, UNIT // 4, UNIT)))
        if port == N42:
            return n42_replace(old, str(new), shares, price * 1_000, display=chance.choice("YNP"))
        if wish < 0.8:
            return n50_replace(old[1], new, shares, price * 1_000)
        if wish < 0.9:
            return nasdaq50.CancelOrder(userRefNum=old[1], quantity=chance.choice((0, UNIT // 4)))
        return nasdaq50.MassCancel(userRefNum=new, firm="", symbol="")

    def _fields(self, port: int) -> dict[str, Any]:
        chance = self._random
        if port in (JP, BARE):
            immediate = chance.random() < 0.3
            least = chance.choice((0, UNIT // 4)) if immediate else 0
            display = chance.choice("  P")
            return {"timeInForce": 0 if immediate else 99_999, "minimumQuantity": least, "display": display}
        if port == N42:
            return {"display": chance.choice("YYNP"), "timeInForce": chance.choice((0, 1, 99_999))}
        return {"appendage": {"MaxFloor": UNIT // 8}} if chance.random() < 0.3 else {"timeInForce": chance.choice("03")}


@pytest.mark.parametrize("seed", range(count(ordinary=6, long=300)))
def test_the_past_leads_to_the_same_words(seed: int) -> None:
    """Books, sums and every byte that every member was told, by records alone and from a picture in the middle."""
    floor, crowd = OuchFloor(cancel_on_disconnect=True), Crowd(seed)
    for _ in range(STEPS):
        crowd.step(floor)
        assert_sums(floor)
    again = repeated(floor, cancel_on_disconnect=True)
    assert said_to(again) == said_to(floor)
    assert again.records.mark() == floor.records.mark()
    assert again.exchange.state_hash() == floor.exchange.state_hash()
    picture = OuchFloor(cancel_on_disconnect=True)
    picture.records.committed()
    picture.records.restore(captured_in(image_of(again.records.capture())))
    crowd_after = [Crowd(seed + 7), Crowd(seed + 7)]
    for one, other in ((again, crowd_after[0]), (picture, crowd_after[1])):
        one.now_ns = floor.now_ns
        one.records.begin(b"", one.now_ns)
        one.collect()
        for _ in range(STEPS // 4):
            other.step(one)
    assert said_to(picture) == said_to(again)
    assert picture.exchange.state_hash() == again.exchange.state_hash()


def assert_sums(floor: OuchFloor) -> None:
    """The desk's orders are those of the exchange, with the same quantities."""
    ours = {
        order.order_id: (order.open_lots, order.wish.side)
        for member in floor.desk.members.values()
        for order in member.live.values()
    }
    theirs = {
        order.order_id: (order.leaves_lots, order.side)
        for participant in range(len(ACCOUNTS))
        for instrument in (1, 4)
        for order in floor.exchange.open_orders(participant, instrument)
        if order.order_id >= 2**64
    }
    assert ours == theirs


def test_a_mark_tells_other_words_apart() -> None:
    floor = OuchFloor()
    member = floor.join(1, JP)
    mark = floor.records.mark()
    figures = mark.body.split()[0]
    floor.records.repeat(mark, 0)
    floor.records.repeat(Recorded(RecordedKind.MARK, 0, 0, 0, figures), 0)
    member.stream.append(b"more")
    with pytest.raises(RecoveryFailed, match="numbered messages"):
        floor.records.repeat(mark, 0)


def test_a_record_that_does_not_fit_is_refused() -> None:
    floor = OuchFloor()
    floor.join(1, JP)
    order = jp(1).encode()
    for kind, participant, body in (
        (RecordedKind.OUCH_REQUEST, 2, order),
        (RecordedKind.OUCH_REQUEST, 0, jp_cancel(5).encode()),
        (RecordedKind.OUCH_TIME_OVER, 0, b"5"),
        (RecordedKind.OUCH_REQUEST, 0, b"?"),
    ):
        with pytest.raises(RecoveryFailed, match="cannot be repeated"):
            floor.records.repeat(Recorded(kind, participant, JP, 0, body), 0)
