"""The demo: a venue of its own, two traders, a few orders, and the book that is left.

In: nothing. Out: a transcript, a table, an exit code. Never knows: how a server works; it sees what any
client sees. Each step is checked: a demo that goes wrong says where and fails.
"""

import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from base.client.sample_orders import QUANTITY, sample_fields, sample_price
from base.client.trader import Trader
from base.client.transcript import Transcript
from base.errors import DemoFailed, HandoffError
from base.messages import MessageType, OrderType, Side, Transaction
from base.servers.children import Child
from base.servers.demo_settings import ACCOUNTS
from base.wire.layout import Message

INSTRUMENT = "BTCUSD"
DURABILITY = "commit"
FEE = 6.275
"""What the third account pays for half a BTC at 50200: 0.00025 of the value."""


def run_demo(transcript: Transcript, say: Callable[[str], object]) -> int:
    """Start both servers, trade, show the book, stop the servers; gives the exit code."""
    with tempfile.TemporaryDirectory(prefix="handoff-demo-") as directory, open(Path(directory, "log"), "w+b") as log:
        try:
            _trade(Path(directory), log, transcript, say)
        except HandoffError:
            log.seek(0)
            say("The servers' log:\n" + log.read().decode(errors="replace"))
            raise
    return 0


def _trade(directory: Path, log: IO[bytes], transcript: Transcript, say: Callable[[str], object]) -> None:
    with ExitStack() as stack:
        arguments = ["--listen", "127.0.0.1:0", "--state", str(directory / "state")]
        oes = stack.enter_context(Child("oes", ["--durability", DURABILITY, *arguments], log))
        aes = stack.enter_context(Child("aes", arguments, log))
        oes_address, aes_address = oes.address(), aes.address()
        say(f"AES at {aes_address[0]}:{aes_address[1]}, OES at {oes_address[0]}:{oes_address[1]}")
        say(f"durability {DURABILITY}: nothing is answered before it is on the disk\n")
        traders = []
        for account, user in ACCOUNTS[:2]:
            say(f"-- account {account}, user {user}, logs on in two stages")
            trader = Trader(*aes_address, key=user, user=user, account=account, transcript=transcript)
            traders.append(stack.enter_context(trader))
        play(traders[0], traders[1], say)
        book = book_lines(open_orders(traders))
        account, user = ACCOUNTS[2]
        with Trader(*aes_address, key=user, user=user, account=account) as trader:
            order_types = try_order_types(trader)
        for trader in traders:
            trader.logout()
        say(f"\nAccount {account} entered one order of each type and cancelled what rested or waited:\n")
        say("\n".join(order_types))
        say(f"\nThe book of {INSTRUMENT} before that:\n")
        say("\n".join(book))
        for child in (aes, oes):
            if code := child.stop():
                raise DemoFailed(f"the {child.kind.upper()} ended with exit code {code}")
    say("\nBoth servers stopped in an orderly way.")


def play(maker: Trader, taker: Trader, say: Callable[[str], object]) -> None:
    """Enter, replace, cancel and fill orders between two accounts, and check every answer."""
    say("-- account 1 offers to buy 2 BTC at 50000, then 3 at 50100.5, and cancels an order of 1")
    first = maker.new_order(INSTRUMENT, Side.BUY, 2.0, 50_000.0)
    expect(maker.replies(first), MessageType.ORDER_ACK, OrderID=first.OrderID)
    better = maker.replace(first.OrderID, quantity=3.0, price=50_100.5)
    expect(maker.replies(better), MessageType.REPLACED, OrderID=better.OrderID, OrigOrderID=first.OrderID)
    spare = maker.new_order(INSTRUMENT, Side.BUY, 1.0, 49_900.0)
    expect(maker.replies(spare), MessageType.ORDER_ACK, OrderID=spare.OrderID)
    cancel = maker.cancel(spare.OrderID)
    expect(maker.replies(cancel), MessageType.CANCELLED, OrigOrderID=spare.OrderID)

    say("-- account 100700 sells 1 BTC to it, and offers 2 more at 50200")
    sale = taker.new_order(INSTRUMENT, Side.SELL, 1.0, 50_100.5)
    fill = expect(taker.replies(sale), MessageType.QUOTE_FILL, OrderID=sale.OrderID, ExecPrice=50_100.5, ExecShares=1.0)
    part = maker.wait_for(lambda message: getattr(message, "ExecID", 0) == fill.ExecID)
    expect([part], MessageType.EXECUTION_PARTIAL, OrderID=better.OrderID, RemainingQuantity=2.0)
    offer = taker.new_order(INSTRUMENT, Side.SELL, 2.0, 50_200.0)
    expect(taker.replies(offer), MessageType.ORDER_ACK, OrderID=offer.OrderID)

    say("-- account 1 buys half a BTC of that offer")
    purchase = maker.new_order(INSTRUMENT, Side.BUY, 0.5, 50_200.0)
    fill = expect(maker.replies(purchase), MessageType.QUOTE_FILL, ExecPrice=50_200.0, ExecShares=0.5)
    part = taker.wait_for(lambda message: getattr(message, "ExecID", 0) == fill.ExecID)
    expect([part], MessageType.EXECUTION_PARTIAL, OrderID=offer.OrderID, RemainingQuantity=1.5)


def try_order_types(trader: Trader) -> list[str]:
    """Enter one order of each type, check and cancel it; gives a table of what was answered."""
    lines = [f"{'order type':<14} {'answer':<12} then"]
    for order_type in OrderType:
        price = sample_price(1, order_type)
        fields = sample_fields(order_type, price, QUANTITY)
        order = trader.new_order(INSTRUMENT, Side.BUY, QUANTITY, price, order_type, **fields)
        fills = order_type == OrderType.MKT
        report = expect(trader.replies(order), MessageType.QUOTE_FILL if fills else MessageType.ORDER_ACK)
        line = f"{order_type.name:<14} {MessageType(report.MessageType).name:<12}"
        if fills:
            expect([report], MessageType.QUOTE_FILL, ExecPrice=50_200.0, ExecFee=FEE)
            line += f" a fee of {report.ExecFee:g} USD"
        else:
            expect(trader.replies(trader.cancel(order.OrderID)), MessageType.CANCELLED, OrigOrderID=order.OrderID)
            line += f" {MessageType.CANCELLED.name}"
        lines.append(line.rstrip())
    return lines


def expect(answer: list[Message], message_type: MessageType, **fields: object) -> Transaction:
    """Give the one report of an answer; raises DemoFailed when it is another one."""
    report = answer[0] if len(answer) == 1 else None
    if not isinstance(report, Transaction) or report.MessageType != message_type:
        raise DemoFailed(f"expected one {message_type.name}, the venue answered {answer}")
    for name, wanted in fields.items():
        if getattr(report, name) != wanted:
            raise DemoFailed(f"expected {name} = {wanted} in {report}")
    return report


def open_orders(traders: Iterable[Trader]) -> list[Transaction]:
    """Ask each trader's open orders."""
    orders = []
    for trader in traders:
        answer = trader.replies(trader.open_orders(INSTRUMENT))
        orders += [message for message in answer if isinstance(message, Transaction)]
    if sorted((order.BOPrice, order.RemainingQuantity) for order in orders) != [(50_100.5, 2.0), (50_200.0, 1.5)]:
        raise DemoFailed(f"expected 2 BTC bid at 50100.5 and 1.5 offered at 50200, the book has {orders}")
    return orders


def book_lines(orders: Iterable[Transaction]) -> list[str]:
    """Give open orders as a table of price levels, the best prices in the middle.

    >>> book_lines([Transaction(BOSide=Side.BUY, BOPrice=50000.0, RemainingQuantity=2.0)])[-1]
    '         2        50000         '
    """
    levels: dict[float, dict[int, float]] = {}
    for order in orders:
        level = levels.setdefault(order.BOPrice, {})
        side = Side.BUY if order.BOSide == Side.BUY else Side.SELL
        level[side] = level.get(side, 0.0) + order.RemainingQuantity
    lines = [f"{'bids':>10} {'price':>12} {'asks':>8}"]
    for price, level in sorted(levels.items(), reverse=True):
        bid, ask = (f"{level[side]:g}" if side in level else "" for side in (Side.BUY, Side.SELL))
        lines.append(f"{bid:>10} {price:>12g} {ask:>8}")
    return lines
