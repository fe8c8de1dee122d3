"""How many messages a session may send: a budget per second for orders, one of its own for cancels.

In: a message's type and its time. Out: taken, refused, or one too many. Never knows: sessions, what a message asks.
Follows section 4 of docs/risk.md. A second starts with the first message of its kind and again with the first one
that comes a second or more later, so nothing is to be done while nobody sends.
"""

from base.wire.bo.codes import MessageType

SECOND_NS = 1_000_000_000
CANCEL = int(MessageType.ORDER_CANCEL)
ORDERS = frozenset(map(int, (MessageType.ORDER_NEW, MessageType.CANCEL_REPLACE, MessageType.ORDER_STATUS)))
TAKEN, REFUSED, EXPELLED = range(3)


class Budget:
    """So many messages of one kind may come in a second; 0: any number."""

    __slots__ = ("_budget", "_count", "_start_ns", "_what")

    def __init__(self, budget: int, what: str) -> None:
        self._budget = budget
        self._what = what
        self._count = 0
        self._start_ns = -SECOND_NS

    def spend(self, now_ns: int) -> int:
        """Count a message: TAKEN up to the budget, REFUSED for as many more, then EXPELLED."""
        if now_ns - self._start_ns >= SECOND_NS:
            self._start_ns = now_ns
            self._count = 0
        self._count += 1
        if self._count <= self._budget or not self._budget:
            return TAKEN
        return REFUSED if self._count <= 2 * self._budget else EXPELLED

    @property
    def spent(self) -> str:
        """What came in the present second, and what could have, as one text."""
        return f"{self._count} {self._what} within a second, the budget is {self._budget}"


class MessageRates:
    """The two budgets of one session. Neither is counted against the other."""

    __slots__ = ("_cancels", "_orders", "excess")

    def __init__(self, orders_per_second: int, cancels_per_second: int) -> None:
        self.excess = ""
        """What was one too many, once ``spend`` said EXPELLED."""
        self._orders = Budget(orders_per_second, "orders")
        self._cancels = Budget(cancels_per_second, "cancels")

    def spend(self, message_type: int, now_ns: int) -> int:
        """Count a message of a client: TAKEN, REFUSED or EXPELLED. What is no request is not counted."""
        if message_type == CANCEL:
            budget = self._cancels
        elif message_type in ORDERS:
            budget = self._orders
        else:
            return TAKEN
        verdict = budget.spend(now_ns)
        if verdict == EXPELLED:
            self.excess = budget.spent
        return verdict


def message_rates(orders_per_second: int, cancels_per_second: int) -> MessageRates | None:
    """Give what counts a session's messages, or None when nothing bounds them."""
    return MessageRates(orders_per_second, cancels_per_second) if orders_per_second or cancels_per_second else None
