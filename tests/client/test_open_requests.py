"""The Tx/Rx counter: what counts up, what counts down, and the cap."""

import pytest

from base import limits
from base.client.open_requests import OpenRequests
from base.errors import LocalProtocolError
from base.messages import MessageType, Transaction

NEW, REPLACE, CANCEL = MessageType.ORDER_NEW, MessageType.CANCEL_REPLACE, MessageType.ORDER_CANCEL
UP = {NEW, REPLACE}

ORDER, REPLACEMENT, CANCELLING = 7, 8, 9
SENT = [Transaction(MessageType=NEW, OrderID=ORDER), Transaction(MessageType=NEW, OrderID=3)]


def counting(*sent: Transaction) -> OpenRequests:
    requests = OpenRequests()
    for message in sent:
        requests.sending(message)
    return requests


@pytest.mark.parametrize("message_type", MessageType)
def test_only_new_orders_and_replaces_count_up(message_type: MessageType) -> None:
    requests = counting(*SENT, Transaction(MessageType=message_type, OrderID=REPLACEMENT))
    assert requests.count == (3 if message_type in UP else 2)


@pytest.mark.parametrize("message_type", MessageType)
@pytest.mark.parametrize("request_type", sorted(UP))
def test_the_first_report_of_whatever_kind_is_the_answer(request_type: MessageType, message_type: MessageType) -> None:
    requests = counting(*SENT, Transaction(MessageType=request_type, OrderID=REPLACEMENT, OrigOrderID=ORDER))
    report = Transaction(MessageType=message_type, OrderID=REPLACEMENT, OrigOrderID=ORDER)
    requests.received(report)
    assert requests.count == 2
    requests.received(report)
    assert requests.count == 2, "an answer counts once"


# what was sent as (MessageType, OrderID), what comes back as (MessageType, OrderID), what still waits
COURSES = [
    ("crossed in part, then filled as the maker", [(NEW, 7)], [(18, 7), (9, 7), (8, 7)], 0),
    ("filled in parts", [(NEW, 7), (NEW, 8)], [(18, 7), (18, 7), (17, 7)], 1),
    ("replaced and crossed at once", [(NEW, 7), (NEW, 6), (REPLACE, 8)], [(14, 7), (16, 8), (17, 8)], 1),
    ("cancelled while another waits", [(NEW, 7), (NEW, 8), (CANCEL, 9)], [(14, 7), (15, 9)], 1),
    ("taken out by the venue", [(NEW, 7), (NEW, 8)], [(14, 7), (15, 7)], 1),
    ("refused", [(NEW, 7), (REPLACE, 8)], [(12, 7), (12, 8)], 0),
    ("a refused request without an order", [(NEW, 7)], [(12, 0)], 1),
    ("an id given twice", [(NEW, 7), (NEW, 7)], [(14, 7), (12, 7)], 0),
]


@pytest.mark.parametrize("sent, received, waiting", [row[1:] for row in COURSES], ids=[row[0] for row in COURSES])
def test_each_request_counts_once(sent: list[tuple[int, int]], received: list[tuple[int, int]], waiting: int) -> None:
    requests = counting(*(Transaction(MessageType=kind, OrderID=number) for kind, number in sent))
    for kind, number in received:
        requests.received(Transaction(MessageType=kind, OrderID=number))
    assert requests.count == waiting


@pytest.mark.parametrize("message_type", sorted(UP))
def test_at_the_cap_one_more_goes_out_and_above_it_none(message_type: MessageType) -> None:
    sent = [Transaction(MessageType=message_type, OrderID=number + 1) for number in range(limits.CLIENT_OPEN_REQUESTS)]
    requests = counting(*sent)
    requests.sending(Transaction(MessageType=message_type, OrderID=1000))
    with pytest.raises(LocalProtocolError, match="101 order requests wait for an answer, more than the cap of 100"):
        requests.sending(Transaction(MessageType=message_type, OrderID=1001))
    assert requests.count == limits.CLIENT_OPEN_REQUESTS + 1
    requests.received(Transaction(MessageType=MessageType.ORDER_ACK, OrderID=1000))
    requests.sending(Transaction(MessageType=message_type, OrderID=1001))


def test_a_cancel_is_never_held_back() -> None:
    above = [Transaction(MessageType=NEW, OrderID=number + 1) for number in range(limits.CLIENT_OPEN_REQUESTS + 1)]
    counting(*above, Transaction(MessageType=CANCEL, OrderID=CANCELLING))
