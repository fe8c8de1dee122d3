"""A server that answers orders of all three dialects in the same way: accepted, executed, replaced, canceled.

In: messages of clients. Out: answers. Never knows: a market.
An order of 60 is executed at once; password ``secret``.
"""

from typing import Any

from base.client.ouch import DIALECTS, Client, OuchServer
from base.wire.soupbintcp.packets import LoginRejectReason


class Answering(OuchServer):
    """The peer of a foreign client."""

    def __init__(self, name: str) -> None:
        self.ouch = DIALECTS[name]
        self.name = name
        super().__init__(self.ouch.dialect)

    def on_login(self, user: str, password: str) -> LoginRejectReason | None:
        return None if password == "secret" else LoginRejectReason.NOT_AUTHORISED

    def on_message(self, client: Client, message: Any) -> None:
        new = "userRefNum" if self.name == "nasdaq50" else "orderToken"
        amount = "shares" if self.name == "nasdaq42" else "quantity"
        if message.LETTER == "O":
            shared = self._shared(message, self._class("OrderAccepted", "Accepted"))
            client.send(self._class("OrderAccepted", "Accepted")(**shared, orderState="L"))
            if getattr(message, amount) == 60:
                executed = self._class("OrderExecuted", "Executed")
                name = next(
                    name for name in ("executedQuantity", "executedShares", "quantity") if hasattr(executed, name)
                )
                client.send(executed(**{new: getattr(message, new), name: 60, "matchNumber": 1}))
        elif message.LETTER == "U":
            replaced = self._class("OrderReplaced", "Replaced")
            client.send(replaced(**self._shared(message, replaced), orderState="L"))
        elif message.LETTER == "X":
            canceled = self._class("OrderCanceled", "Canceled")
            client.send(canceled(**{new: getattr(message, new), "reason": "U"}))

    def _class(self, *names: str) -> Any:
        return next(getattr(self.ouch, name) for name in names if hasattr(self.ouch, name))

    @staticmethod
    def _shared(message: Any, answer: Any) -> dict[str, Any]:
        there = {name for name in answer().fields() if name not in ("messageType", "appendageLength")}
        return {name: value for name, value in message.fields().items() if name in there}
