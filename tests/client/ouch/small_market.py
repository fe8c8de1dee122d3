"""A market of one order book in a hundred lines, behind Japannext OUCH: the other side for scripted clients.

In: messages of clients. Out: the answers of the Japannext pages. Never knows: accounts, risk, disk.
The venue itself is tested elsewhere; what matters here is that answers come as the pages say.
"""

from typing import Any

from base.client.ouch import Client, OuchServer, japannext

LARGEST_PRICE, LARGEST_QUANTITY = 0x7FFFFFFE, 0x7FFFFFFF


class SmallMarket(OuchServer):
    """Orders trade at the price of the one that rests."""

    def __init__(self, **words: Any) -> None:
        super().__init__(japannext.dialect, **words)
        self.live: dict[tuple[Client, int], Any] = {}
        self.last_token: dict[Client, int] = {}
        self.matches = 0

    def on_connect(self, client: Client) -> None:
        client.send(japannext.SystemEvent(systemEvent="S"))

    def on_message(self, client: Client, message: Any) -> None:
        {"O": self.enter_order, "U": self._replace, "X": self._cancel}[message.LETTER](client, message)

    def enter_order(self, client: Client, order: Any) -> None:
        reason = "S" if order.orderbookId > 3 else self._wrong(order)
        if not reason and (order.buySellIndicator not in "BSTE" or order.orderClassification not in "13456"):
            reason = "Y"
        if not reason and order.cashMarginType not in "12345":
            reason = "G"
        if reason:
            client.send(japannext.OrderRejected(orderToken=order.orderToken, reason=reason))
        elif self._is_new(client, order.orderToken):
            others = [key for key, other in self.live.items() if self._meet(order, other)]
            dead = order.timeInForce == 0 and not others
            shared = {name: getattr(order, name) for name in japannext.OrderAccepted().fields() if hasattr(order, name)}
            shared.pop("messageType")
            client.send(japannext.OrderAccepted(**shared, orderState="D" if dead else "L"))
            if not dead:
                self.live[client, order.orderToken] = order
                for other in others:
                    self._trade((client, order.orderToken), other)

    def _replace(self, client: Client, message: Any) -> None:
        old, new = message.existingOrderToken, message.replacementOrderToken
        order = self.live.get((client, old))
        if order is None or not self._is_new(client, new):
            return
        if reason := self._wrong(message):
            self._gone(client, old, order.quantity, reason)
            return
        del self.live[client, old]
        order = order.replace(orderToken=new, quantity=message.quantity, price=message.price)
        self.live[client, new] = order
        client.send(
            japannext.OrderReplaced(
                replacementOrderToken=new,
                previousOrderToken=old,
                quantity=order.quantity,
                price=order.price,
                buySellIndicator=order.buySellIndicator,
                group=order.group,
                orderState="L",
            )
        )

    def _cancel(self, client: Client, message: Any) -> None:
        order = self.live.get((client, message.orderToken))
        if order is not None and message.quantity < order.quantity:
            self._gone(client, message.orderToken, order.quantity - message.quantity, "U")

    def _gone(self, client: Client, token: int, quantity: int, reason: str) -> None:
        left = self.live[client, token].quantity - quantity
        if left:
            self.live[client, token] = self.live[client, token].replace(quantity=left)
        else:
            del self.live[client, token]
        client.send(japannext.OrderCanceled(orderToken=token, decrementQuantity=quantity, reason=reason))

    def _trade(self, incoming: tuple[Client, int], resting: tuple[Client, int]) -> None:
        quantity = min(self.live[incoming].quantity, self.live[resting].quantity)
        price = self.live[resting].price
        self.matches += 1
        for key, flag in ((resting, "A"), (incoming, "R")):
            left = self.live[key].quantity - quantity
            self.live[key] = self.live[key].replace(quantity=left)
            key[0].send(
                japannext.OrderExecuted(
                    orderToken=key[1],
                    executedQuantity=quantity,
                    executionPrice=price,
                    liquidityIndicator=flag,
                    matchNumber=self.matches,
                )
            )
            if not left:
                del self.live[key]

    def _is_new(self, client: Client, token: int) -> bool:
        if token <= self.last_token.get(client, 0):
            return False
        self.last_token[client] = token
        return True

    @staticmethod
    def _meet(order: Any, other: Any) -> bool:
        buys = order.buySellIndicator == "B"
        if order.orderbookId != other.orderbookId or buys == (other.buySellIndicator == "B"):
            return False
        return bool(order.price >= other.price if buys else order.price <= other.price)

    @staticmethod
    def _wrong(terms: Any) -> str:
        if terms.price > LARGEST_PRICE:
            return "X"
        if not 0 < terms.quantity <= LARGEST_QUANTITY:
            return "Z"
        if terms.minimumQuantity and terms.timeInForce:
            return "N"
        return "" if terms.display in "P " else "D"
