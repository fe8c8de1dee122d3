"""The messages of the load: ids never repeat, cancels name what is there, as much is bought as sold; answers count."""

import pytest

from base.messages import MessageType, Transaction
from benchmarks.orders import SIZE, SLOTS, Replies, Ring


def messages(ring: Ring, number: int) -> list[Transaction]:
    taken = bytearray()
    while len(taken) < number * SIZE:
        taken += ring.take(number - len(taken) // SIZE)
    return [Transaction.parse(taken[start : start + SIZE]) for start in range(0, len(taken), SIZE)]


def test_order_ids_never_repeat_and_cancels_name_the_order_before_the_last() -> None:
    sent = messages(Ring(Account=7, Key=9), 3 * SLOTS)
    assert len({message.OrderID for message in sent}) == len(sent)
    for position, message in enumerate(sent):
        is_cancel = message.MessageType == MessageType.ORDER_CANCEL
        assert is_cancel == (position % 4 == 3)
        assert message.OrigOrderID == (sent[position - 2].OrderID if is_cancel else 0)
        assert (message.Account, message.Key) == (7, 9)


def test_as_many_orders_at_the_middle_are_bought_as_sold() -> None:
    middle = [message for message in messages(Ring(), SLOTS) if message.BOPrice == 50_000.0]
    assert len(middle) == SLOTS // 2
    assert sum(message.BOSide == 1 for message in middle) == SLOTS // 4


@pytest.mark.parametrize("cut", [1, 249, 250, 251, 1000])
def test_replies_are_counted_however_they_are_cut(cut: int) -> None:
    kinds = (MessageType.ORDER_ACK, MessageType.EXECUTION, MessageType.QUOTE_FILL, MessageType.REJECT)
    data = b"".join(Transaction(MessageType=kind).encode() for kind in kinds)
    replies = Replies()
    assert sum(replies.count(data[start : start + cut]) for start in range(0, len(data), cut)) == 3
    assert replies.rejected == 1
