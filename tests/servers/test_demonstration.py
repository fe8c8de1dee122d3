"""The demo: it succeeds on a right venue, and notices a wrong one."""

import io

import pytest

from base.client.transcript import Transcript
from base.errors import DemoFailed
from base.messages import ClientLogon, MessageType, OrderType, Side, Transaction
from base.servers.demonstration import book_lines, expect, run_demo


def test_the_demo_trades_and_shows_the_book() -> None:
    output, said = io.StringIO(), []
    assert run_demo(Transcript(output), said.append) == 0
    text = "\n".join(said)
    assert "      bids        price     asks\n                  50200      1.5\n         2      50100.5" in text
    rows = [line.split() for line in text.splitlines() if line.split()[:1] and line.split()[0] in OrderType.__members__]
    assert rows == [
        [order_type.name, *("QUOTE_FILL a fee of 6.275 USD" if order_type == OrderType.MKT else RESTED).split()]
        for order_type in OrderType
    ]
    assert "\ndurability commit: nothing is answered before it is on the disk\n" in text
    assert text.endswith("Both servers stopped in an orderly way.")
    transcript = output.getvalue()
    for line in ("Send the AES Logon message", "Send the OES Logon message", "Message type is transaction"):
        assert f"[lib]  {line}" in transcript


RESTED = "ORDER_ACK CANCELLED"
ACK = Transaction(MessageType=MessageType.ORDER_ACK, OrderID=5)


@pytest.mark.parametrize(
    "answer, says",
    [
        ([], "expected one ORDER_ACK, the venue answered []"),
        ([ACK, ACK], "expected one ORDER_ACK"),
        ([ClientLogon()], "expected one ORDER_ACK"),
        ([ACK.replace(MessageType=MessageType.REJECT)], "expected one ORDER_ACK"),
        ([ACK.replace(OrderID=6)], "expected OrderID = 5 in"),
    ],
)
def test_another_answer_fails_the_demo(answer: list[Transaction], says: str) -> None:
    assert expect([ACK], MessageType.ORDER_ACK, OrderID=5) == ACK
    with pytest.raises(DemoFailed, match=says.replace("[", r"\[")):
        expect(answer, MessageType.ORDER_ACK, OrderID=5)


def test_the_book_adds_up_orders_of_a_price() -> None:
    orders = [
        Transaction(BOSide=side, BOPrice=price, RemainingQuantity=quantity)
        for side, price, quantity in (
            (Side.BUY, 10.0, 1.0),
            (Side.BUY, 10.0, 2.0),
            (Side.SELL, 11.0, 4.0),
            (Side.SELL_SHORT if hasattr(Side, "SELL_SHORT") else Side.SELL, 11.0, 1.0),
        )
    ]
    assert [line.split() for line in book_lines(orders)] == [["bids", "price", "asks"], ["11", "5"], ["3", "10"]]
