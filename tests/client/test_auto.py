"""--auto: a round of three messages for each of the seventeen order types."""

import io
import selectors

import pytest

from base.client.auto import ROUND, send_automatically
from base.client.transcript import Transcript
from base.messages import MessageType, OrderType, Transaction
from tests.client.conftest import House
from tests.kit.lost_oes import Venue


def sent(house: House) -> list[Transaction]:
    return [message for message in house.requests() if isinstance(message, Transaction)]


def test_three_messages_for_each_order_type(house: House) -> None:
    output = io.StringIO()
    assert send_automatically(house.trader(transcript=Transcript(output)), 0.0) == 51
    messages = sent(house)
    assert [(message.OrderType, message.MessageType) for message in messages] == [
        (order_type, message_type) for order_type in OrderType for message_type in ROUND
    ]
    assert "[lib]  At send_callback to OES ...\n[lib]  Sending the Order message, msg_type= 1 order_type= 1\n" in (
        output.getvalue()
    )
    assert len({message.OrderID for message in messages}) == 51


def test_a_replace_and_a_cancel_name_their_order(house: House) -> None:
    send_automatically(house.trader(), 0.0, count=6)
    accepted_order, accepted_replace, cancel, refused_order, refused_replace, last_cancel = sent(house)
    assert accepted_replace.OrigOrderID == accepted_order.OrderID
    assert cancel.OrigOrderID == accepted_replace.OrderID, "after the replace the order goes by its new id"
    assert refused_replace.OrigOrderID == last_cancel.OrigOrderID == refused_order.OrderID
    assert house.book.orders == {}


def test_the_loss_of_the_oes_does_not_stop_it(house: House) -> None:
    output = io.StringIO()
    cuts = iter((2, 4))
    cut = [next(cuts)]

    def cut_now_and_then() -> None:
        if house.oes.received.qsize() - 1 == cut[0]:
            cut[0] = next(cuts, -1)
            house.oes.hang_up()

    trader = house.trader(transcript=Transcript(output))
    house.book.on_request = cut_now_and_then
    assert send_automatically(trader, 0.0, count=6) == 6
    for line in ("was lost: going on elsewhere", f"Trading goes on at {house.oes.text}"):
        assert output.getvalue().count(line) == 2
    kinds = [message.MessageType for message in sent(house) if message.MessageType != MessageType.ORDER_STATUS]
    assert kinds == [*ROUND, *ROUND]


def test_it_waits_while_trading_does_not_go_on_yet(venue: Venue) -> None:
    with selectors.DefaultSelector() as sel:
        trader = venue.resuming_trader(selector=sel)
        assert send_automatically(trader, 0.0, count=1) == 1
    assert list(venue.book.orders) == [1]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_it_stops_early_when_asked(house: House, count: int) -> None:
    assert send_automatically(house.trader(), 0.0, count) == count
    assert len(sent(house)) == count


def test_a_venue_that_does_not_answer_is_no_reason_to_stop(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.client.auto.ANSWER_S", 0.01)
    trader = house.trader()
    monkeypatch.setattr(house.book, "orders", None)  # so the script fails before it answers
    house.oes.script = lambda message: ()
    assert send_automatically(trader, 0.0, count=3) == 3
    assert [message.MessageType for message in sent(house)] == [
        MessageType.ORDER_NEW,
        MessageType.CANCEL_REPLACE,
        MessageType.ORDER_CANCEL,
    ]
