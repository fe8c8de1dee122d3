"""Sends one transaction after the other by itself: new order, replace, cancel, for each order type.

In: a logged-on Trader. Out: transactions at an interval, also after the loss of an OES; the replies go where
the Trader's go. Never knows: terminals, menus. Follows the owner's README ("every 1 second, the client sends ...").
"""

from base.client.sample_orders import QUANTITY, sample_fields, sample_price
from base.client.trader import Trader
from base.errors import NoReply
from base.wire.bo.codes import MessageType, OrderType, Side
from base.wire.bo.transaction import Transaction

ANSWER_S = 5.0
"""Seconds to wait for the answer to a transaction; the next one goes out all the same."""

ROUND = (MessageType.ORDER_NEW, MessageType.CANCEL_REPLACE, MessageType.ORDER_CANCEL)


def send_automatically(trader: Trader, interval_s: float, count: int | None = None, instrument: int = 1) -> int:
    """Send ``count`` transactions, or a round for each order type, every ``interval_s`` seconds.

    Gives the number of transactions sent. A market order has nothing to replace and nothing to
    cancel; the README's client sends a whole round for each type, and the venue says what is wrong.
    """
    sent = 0
    for order_type in OrderType:
        order_id = 0
        for message_type in ROUND:
            if sent == count:
                return sent
            trader.wait_until_trading()
            message = _send(trader, message_type, order_type, order_id, instrument)
            sent += 1
            # an order goes by its new id only when the replace was accepted
            if _answer(trader, message) == MessageType.REPLACED or message_type == MessageType.ORDER_NEW:
                order_id = message.OrderID
            for _ in trader.messages(interval_s):
                pass  # the transcript shows them
    return sent


def _send(
    trader: Trader, message_type: MessageType, order_type: OrderType, order_id: int, instrument: int
) -> Transaction:
    if message_type == MessageType.ORDER_CANCEL:
        return trader.cancel(order_id)
    price = sample_price(instrument, order_type)
    if message_type == MessageType.CANCEL_REPLACE:
        twice = QUANTITY * 2
        return trader.replace(order_id, quantity=twice, **sample_fields(order_type, price, twice))
    return trader.new_order(
        instrument, Side.BUY, QUANTITY, price, order_type, **sample_fields(order_type, price, QUANTITY)
    )


def _answer(trader: Trader, message: Transaction) -> int:
    """Give the MessageType of the first report, 0 when none comes in time."""
    try:
        reports = trader.replies(message, ANSWER_S)
    except NoReply:
        return 0
    report = reports[0]
    assert isinstance(report, Transaction)
    return int(report.MessageType)
