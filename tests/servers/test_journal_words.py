"""Each record and each event in the words of the trade, as one line."""

import pytest

from base.servers.demo_settings import demo_settings
from base.servers.journal_retelling import KnownOrder, Request
from base.servers.journal_words import event_texts, number_text, record_text
from base.vocabulary.events import (
    Event,
    LegEntered,
    OrderAccepted,
    OrderCancelled,
    OrderMoved,
    OrderRejected,
    OrderReplaced,
    Trade,
)
from base.vocabulary.recorded import Departure, Recorded, RecordedKind
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import OrderType
from tests.kit.floor import Floor

SETTINGS = demo_settings()
INSTRUMENTS = {one.number: one for one in SETTINGS.instruments}
ORDERS = {
    number: KnownOrder(number, number % 2, Request(1, 10 + number, 0, 1, 1, 1, 2, 200, 100_000), 5)
    for number in (6, 7)
}


def request(**fields: object) -> str:
    frame = Floor().order(1, OrderID=11, **fields).encode()
    return record_text(Recorded(RecordedKind.REQUEST, 0, 0, 0, frame), lambda number, written: written)


@pytest.mark.parametrize(
    "fields, text",
    [
        ({}, "new LMT buy 1 BTCUSD @ 100 #11"),
        ({"BOSide": 2, "BOPrice": 50_100.5, "TIF": 3}, "new LMT sell 1 BTCUSD @ 50100.5 #11 IOC"),
        ({"OrderType": 2, "TIF": 0, "BOPrice": 0.0}, "new MKT buy 1 BTCUSD #11"),
        ({"BOSide": 3, "BOOrderQty": 0.00001}, "new LMT sellshort 0.00001 BTCUSD @ 100 #11"),
        ({"OrderType": 4, "StopLimitPrice": 99.5, "TriggerType": 3},
         "new STOP_LMT buy 1 BTCUSD @ 100 #11 stop 99.5 trigger MARK"),
        ({"Attributes": "NYY", "DisplaySize": 0.25, "RefreshSize": 0.5},
         "new LMT buy 1 BTCUSD @ 100 #11 display 0.25 refresh 0.5 hidden"),
        ({"OrderType": 9, "Layers": 4, "SizeIncrement": 0.25, "PriceIncrement": 2.0, "PriceOffset": 1.0},
         "new ICE buy 1 BTCUSD @ 100 #11 layers 4 size increment 0.25 price increment 2 price offset 1"),
        ({"OrderType": 11, "SecondLegPrice": 102.0}, "new BRACKET buy 1 BTCUSD @ 100 #11 second leg 102"),
        ({"OrderType": 17, "TakeProfitPrice": 103.0}, "new TPSL_LIMIT buy 1 BTCUSD @ 100 #11 take profit 103"),
        ({"MessageType": 2, "OrigOrderID": 9}, "replace #9 by LMT buy 1 BTCUSD @ 100 #11"),
        ({"MessageType": 6, "OrigOrderID": 9}, "cancel #11 of #9 BTCUSD"),
    ],
)  # fmt: skip
def test_a_request(fields: dict[str, object], text: str) -> None:
    assert request(**fields) == text


def test_all_order_types_have_a_name() -> None:
    assert {request(OrderType=int(one)).split()[1] for one in OrderType} == {one.name for one in OrderType}


@pytest.mark.parametrize(
    "kind, flags, body, text",
    [
        (RecordedKind.JOINED, 0, b"", "joined"),
        (RecordedKind.LEFT, Departure.LOGGED_OUT, b"", "left (logged out)"),
        (RecordedKind.LEFT, Departure.LOST, b"", "left (lost)"),
        (RecordedKind.LEFT, Departure.HELD, b"", "left (its orders are held)"),
        (RecordedKind.RETURN_OVER, 0, b"", "did not come back in time"),
        (RecordedKind.MARK, 0, b"0123456789abcdef" * 4, "state hash 0123456789abcdef..."),
        (RecordedKind.STARTED, 0, b'{"software": "1.2", "instruments": [""], "accounts": [], "participants": []}',
         "started (1.2): 1 instruments, 0 accounts, 0 participants"),
        (RecordedKind.OPERATED, 0, b'{"command": "kill", "account": 7}', "operator kill account 7"),
        (RecordedKind.OPERATED, 0, b'{"command": "halt", "all": true}', "operator halt --all"),
        (RecordedKind.OPERATED, 0, b'{"command": "index", "symbols": ["BTCUSD"], "price": "5.5"}',
         "operator index BTCUSD 5.5"),
    ],
)  # fmt: skip
def test_other_records(kind: int, flags: int, body: bytes, text: str) -> None:
    assert record_text(Recorded(kind, 0, 0, flags, body), lambda number, written: written) == text


@pytest.mark.parametrize(
    "event, text",
    [
        (OrderAccepted(7), "accepted as number 7"),
        (OrderRejected(11, Reject.NOT_ENOUGH_EQUITY), "rejected 47 NOT_ENOUGH_EQUITY_TO_COMPLETE"),
        (Trade(12, 1, 201, 300_000, 6, 0, 7, 0), "trade 3 @ 100.5 exec 12: number 7 with number 6 #16 of account 1"),
        (Trade(12, 1, 200, 50_000, 7, 0, 6, 0, 5, 100_000_000),
         "trade 0.5 @ 100 exec 12: number 6 with number 7 #17 of account 100700, fees 1 and 0.00000005 USD"),
        (OrderReplaced(7, 199, 50_000), "replaced number 7, 0.5 open, the price was 99.5"),
        (OrderCancelled(7, 11, 100_000), "cancelled 1 of number 7 #17"),
        (OrderCancelled(7, 0, 100_000, Reject.SELF_TRADE), "cancelled 1 of number 7 #17, 48 MATCHING_ENGINE_REJECTED"),
        (LegEntered(7, 2, 204), "second leg of number 7: sell @ 102"),
        (OrderMoved(1, 7, 0, 1, 200, 5), None),
    ],
)  # fmt: skip
def test_what_a_record_caused(event: Event, text: str | None) -> None:
    told = list(event_texts([event], ORDERS, INSTRUMENTS, SETTINGS.participants))
    assert told == ([text] if text is not None else [])


def test_numbers_are_exact() -> None:
    assert [number_text(one) for one in (0.1, 1e-05, 2.0**53, 60_000.0)] == ["0.1", "0.00001", str(2**53), "60000"]


def test_a_copy_says_of_what() -> None:
    frame = Floor().order(1, OrderID=11, MessageType=14).encode()
    copied = Recorded(RecordedKind.COPIED, 0, 0, 0, frame)
    assert record_text(copied, lambda number, written: written) == "copied: ORDER_ACK #11"
