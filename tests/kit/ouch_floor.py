"""A floor with members of OUCH beside the clients of BO: messages in, what was said to each member out.

In: messages of any dialect, built from a few words. Out: decoded answers, the history that a journal would have.
Never knows: sockets, SoupBinTCP. Every account is both a client of BO and, where a test wants it, a member.
"""

from typing import Any

from base.gateway.ouch_orders import Member, OuchPort
from base.vocabulary.recorded import Departure, Recorded
from base.wire.dialect import DialectMessage, Direction
from base.wire.ouch import japannext, nasdaq42, nasdaq50
from tests.kit.floor import Floor
from tests.kit.recorded import one_by_one

JP, BARE, N42, N50 = OuchPort.JAPANNEXT, OuchPort.JAPANNEXT_BARE, OuchPort.NASDAQ_42, OuchPort.NASDAQ_50
UNIT = 100_000
"""Lots, and so shares, of one BTC."""


class OuchFloor(Floor):
    """``history`` is what was recorded, with its times."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        assert self.venue.ouch is not None and self.venue.records is not None
        self.desk = self.venue.ouch
        self.records = self.venue.records
        self.history: list[tuple[int, Recorded]] = []
        self._heard: dict[int, int] = {}
        self.records.begin(b"", self.now_ns)

    def collect(self) -> None:
        self.history += [(self.now_ns, one) for one in one_by_one(self.records.pending())]
        self.records.committed()
        super().collect()

    def join(self, account: int, port: int = JP) -> Member:
        """A member logs on; its greeting is read."""
        member = self.desk.join(account - 1, port, self.now_ns)
        self.collect()
        self.hear(member)
        return member

    def leave(self, member: Member, departure: Departure = Departure.LOST) -> None:
        self.desk.leave(member, departure, self.now_ns)
        self.collect()

    def ask(self, member: Member, *messages: DialectMessage, throttled: bool = False) -> list[Any]:
        """Send messages; give what the member has not heard yet."""
        for message in messages:
            self.desk.take(member, message.encode(), self.now_ns, throttled=throttled)
        self.collect()
        return self.hear(member)

    def hear(self, member: Member) -> list[Any]:
        first = self._heard.get(id(member), 1)
        self._heard[id(member)] = member.stream.next_number
        dialect = self.desk.tongues[member.port].dialect
        return [dialect.decode(message, Direction.TO_CLIENT) for message in member.stream.read(first)]


def repeated(floor: OuchFloor, **settings: Any) -> OuchFloor:
    """A new floor with the past of another one."""
    other = OuchFloor(**settings)
    other.records.committed()
    other.now_ns = floor.now_ns
    for now_ns, one in floor.history:
        other.records.repeat(one, now_ns)
    other.history = list(floor.history)
    return other


def told(messages: list[Any]) -> str:
    """The types of messages, and of some the word that matters."""
    return " ".join(message.LETTER + _word(message) for message in messages)


def _word(message: Any) -> str:
    for name in ("orderState", "reason", "liquidityIndicator", "liquidityFlag", "systemEvent", "eventCode"):
        if hasattr(message, name):
            value = getattr(message, name)
            return f"{value:02X}" if isinstance(value, int) else value
    return ""


def jp(token: int, side: str = "B", shares: int = UNIT, price: int = 1_000, **fields: Any) -> japannext.EnterOrder:
    """A good order of Japannext: 1 BTCUSD at 100 for the day."""
    standard: dict[str, Any] = {
        "clientReference": "ref", "orderbookId": 1, "group": "DAY", "timeInForce": 99_999, "firmId": 7, "display": " ",
        "capacity": "P", "minimumQuantity": 0, "orderClassification": "1", "cashMarginType": "1",
    }  # fmt: skip
    return japannext.EnterOrder(
        orderToken=token, buySellIndicator=side, quantity=shares, price=price, **(standard | fields)
    )


def jp_replace(old: int, new: int, shares: int = UNIT, price: int = 1_000, **fields: Any) -> japannext.ReplaceOrder:
    standard: dict[str, Any] = {"timeInForce": 99_999, "display": " ", "minimumQuantity": 0}
    return japannext.ReplaceOrder(
        existingOrderToken=old, replacementOrderToken=new, quantity=shares, price=price, **(standard | fields)
    )


def jp_cancel(token: int, shares: int = 0) -> japannext.CancelOrder:
    return japannext.CancelOrder(orderToken=token, quantity=shares)


def n42(token: str, side: str = "B", shares: int = UNIT, price: int = 1_000_000, **fields: Any) -> nasdaq42.EnterOrder:
    standard: dict[str, Any] = {
        "stock": "BTCUSD", "timeInForce": 99_999, "firm": "ABCD", "display": "Y", "capacity": "P", "iso": "N",
        "minimumQuantity": 0, "crossType": "N", "customerType": "N",
    }  # fmt: skip
    return nasdaq42.EnterOrder(orderToken=token, side=side, shares=shares, price=price, **(standard | fields))


def n42_replace(old: str, new: str, shares: int = UNIT, price: int = 1_000_000, **fields: Any) -> nasdaq42.ReplaceOrder:
    standard: dict[str, Any] = {"timeInForce": 99_999, "display": "Y", "iso": "N", "minimumQuantity": 0}
    return nasdaq42.ReplaceOrder(
        existingOrderToken=old, replacementOrderToken=new, shares=shares, price=price, **(standard | fields)
    )


def n50(number: int, side: str = "B", shares: int = UNIT, price: int = 1_000_000, **fields: Any) -> nasdaq50.EnterOrder:
    standard: dict[str, Any] = {
        "symbol": "BTCUSD", "timeInForce": "0", "display": "Y", "capacity": "P", "iso": "N", "crossType": "N",
        "clOrdId": "mine",
    }  # fmt: skip
    return nasdaq50.EnterOrder(userRefNum=number, side=side, quantity=shares, price=price, **(standard | fields))


def n50_replace(old: int, new: int, shares: int = UNIT, price: int = 1_000_000, **fields: Any) -> nasdaq50.ReplaceOrder:
    standard: dict[str, Any] = {"timeInForce": "0", "display": "Y", "iso": "N", "clOrdId": "mine"}
    return nasdaq50.ReplaceOrder(
        origUserRefNum=old, userRefNum=new, quantity=shares, price=price, **(standard | fields)
    )
