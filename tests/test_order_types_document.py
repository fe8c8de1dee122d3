"""The worked examples of docs/order-types.md: every figure in them is what the venue answers.

An example is a block of lines. ``1: buy #11 LMT 2 @ 100 TIF=3`` is a request of account 1 (buy, sell, replace #new
of #old, cancel #new of #old, index or mark price); the indented lines below it are all reports that it causes, account
by account: ``2 QUOTE_FILL #12 1.5 @ 100``, fills with their quantity and price.
"""

import re
from pathlib import Path

import pytest

from base.vocabulary.commands import SetReferencePrice
from base.vocabulary.orders import Trigger
from base.wire.bo.codes import MessageType, OrderType, Side
from base.wire.bo.transaction import Transaction
from tests.kit.floor import Floor

PAGE = (Path(__file__).parent.parent / "docs" / "order-types.md").read_text()
SECTIONS = re.findall(r"^### (4\.\d+ \w+) \((\d+)\)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"```example\n(.*?)```", re.DOTALL)
EXAMPLES = {name: EXAMPLE.findall(text) for name, _, text in SECTIONS} | {
    "3 attributes": EXAMPLE.findall(PAGE[PAGE.index("## 3.") : PAGE.index("## 4.")])
}
REQUEST = re.compile(
    r"(\d): (buy|sell|replace|cancel) #(\d+)(?: of #(\d+))?(?: ([A-Z_]+))?(?: ([\d.]+))?(?: @ ([\d.]+))?(.*)"
)
PRICE = re.compile(r"(index|mark) @ ([\d.]+)")
FILLS = {MessageType.EXECUTION, MessageType.EXECUTION_PARTIAL, MessageType.QUOTE_FILL, MessageType.QUOTE_FILL_PARTIAL}
ACCOUNTS = (1, 2, 3)
TICKS_PER_UNIT = 2


class Play:
    """One example on a floor of its own; remembers orders, so that replaces and cancels can name them."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.floor.log_on(*ACCOUNTS)
        self.orders: dict[int, Transaction] = {}

    def do(self, line: str) -> list[str]:
        """Carry out one line; give all reports that it caused, as the page writes them."""
        price = PRICE.fullmatch(line)
        if price:
            trigger = {"index": Trigger.INDEX, "mark": Trigger.MARK}[price[1]]
            self._operate(SetReferencePrice(1, trigger, int(float(price[2]) * TICKS_PER_UNIT)))
        else:
            self._send(line)
        return [
            self._written(account, report)
            for account in ACCOUNTS
            for report in self.floor.read(account)
            if isinstance(report, Transaction)
        ]

    def _operate(self, command: SetReferencePrice) -> None:
        floor = self.floor
        front = floor.venue._front
        events = floor.exchange.submit(command, floor.now_ns)
        front._order_entry.reports.report_unasked(events)  # type: ignore[attr-defined]
        floor.collect()

    def _send(self, line: str) -> None:
        match = REQUEST.fullmatch(line)
        assert match, f"not a line of an example: {line}"
        account, verb, number, of, order_type, quantity, price, rest = match.groups()
        fields: dict[str, object] = {"OrderID": int(number), "Attributes": ""}
        if of:
            original = self.orders[int(of)].fields()
            fields |= {
                name: value for name, value in original.items() if name not in ("OrderID", "MessageType", "MsgSeqNum")
            }
            fields |= {"OrigOrderID": int(of), "BOOrigPrice": 0.0}
            fields["MessageType"] = MessageType.CANCEL_REPLACE if verb == "replace" else MessageType.ORDER_CANCEL
        else:
            fields |= {
                "BOSide": Side.BUY if verb == "buy" else Side.SELL,
                "OrderType": OrderType[order_type],
                "BOPrice": 0.0,
            }
        if quantity:
            fields["BOOrderQty"] = float(quantity)
        if price:
            fields["BOPrice"] = float(price)
        for pair in rest.split():
            name, value = pair.split("=")
            fields[name] = value if name == "Attributes" else float(value) if "." in value else int(value)
        doubles = {spec.name for spec in Transaction.FIELDS if spec.code == "d"}
        fields |= {name: float(str(value)) for name, value in fields.items() if name in doubles}
        order = self.floor.order(int(account), **fields)
        self.orders[order.OrderID] = order
        self.floor.feed(int(account), order.encode())

    def _written(self, account: int, report: Transaction) -> str:
        kind = MessageType(report.MessageType)
        text = f"{account} {kind.name} #{report.OrderID}"
        if kind in FILLS:
            text += f" {report.ExecShares:g} @ {report.ExecPrice:g}"
        if report.RejectReason:
            text += f" {report.RejectReason}"
        return text


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_what_happens(name: str) -> None:
    assert EXAMPLES[name], f"section {name} has no example"
    for example in EXAMPLES[name]:
        play = Play()
        requests = re.split(r"\n(?!    )", example.strip("\n"))
        for request in requests:
            line, *expected = (part.strip() for part in request.split("\n"))
            assert play.do(line) == expected, f"{name}: {line}"


def test_every_order_type_has_its_section() -> None:
    assert [int(number) for _, number, _ in SECTIONS] == list(range(1, 18))
