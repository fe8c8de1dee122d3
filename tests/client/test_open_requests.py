"""The Tx/Rx counter: what counts up, what counts down, and the cap."""

import pytest

from base import limits
from base.client.open_requests import OpenRequests
from base.errors import LocalProtocolError
from base.messages import MessageType, Transaction

UP = {MessageType.ORDER_NEW, MessageType.CANCEL_REPLACE}
DOWN = {
    MessageType.ORDER_ACK,
    MessageType.CANCELLED,
    MessageType.REPLACED,
    MessageType.QUOTE_FILL,
    MessageType.REJECT,
    MessageType.ORDER_REJECT,
    MessageType.CANCEL_REPLACE_REJECT,
    MessageType.RISK_REJECT,
}


def counting(count: int) -> OpenRequests:
    requests = OpenRequests()
    requests.count = count
    return requests


@pytest.mark.parametrize("message_type", MessageType)
def test_only_new_orders_and_replaces_count_up(message_type: MessageType) -> None:
    requests = counting(5)
    requests.sending(Transaction(MessageType=message_type))
    assert requests.count == (6 if message_type in UP else 5)


@pytest.mark.parametrize("message_type", MessageType)
def test_answers_count_down_and_partial_fills_do_not(message_type: MessageType) -> None:
    requests = counting(5)
    requests.received(Transaction(MessageType=message_type))
    assert requests.count == (4 if message_type in DOWN else 5)


def test_the_count_stops_at_zero() -> None:
    requests = counting(0)
    requests.received(Transaction(MessageType=MessageType.CANCELLED))
    assert requests.count == 0


@pytest.mark.parametrize("message_type", sorted(UP))
def test_at_the_cap_one_more_goes_out_and_above_it_none(message_type: MessageType) -> None:
    requests = counting(limits.CLIENT_OPEN_REQUESTS)
    requests.sending(Transaction(MessageType=message_type))
    with pytest.raises(LocalProtocolError, match="101 order requests wait for an answer, more than the cap of 100"):
        requests.sending(Transaction(MessageType=message_type))
    assert requests.count == limits.CLIENT_OPEN_REQUESTS + 1
    requests.received(Transaction(MessageType=MessageType.ORDER_ACK))
    requests.sending(Transaction(MessageType=message_type))


def test_a_cancel_is_never_held_back() -> None:
    counting(limits.CLIENT_OPEN_REQUESTS + 1).sending(Transaction(MessageType=MessageType.ORDER_CANCEL))
