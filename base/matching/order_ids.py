"""How an account's orders are found again by the ids that the client gave them.

In: accepted orders and the ids they take on. Out: the order that an id names.
Never knows: books, prices, money. An id counts once accepted and names its order until the
trading session ends; of ids that name no open order any more only the newest stay.
"""

from collections import deque
from collections.abc import Collection, Iterator

from base.limits import RETIRED_ORDER_IDS_PER_ACCOUNT
from base.matching.price_level import Order


class OrderIds:
    """The ids of one account. An order replaced along the way keeps its former ids, for queries.

    ``orders`` has the owner of every id known. ``retired`` has, oldest first, the ids that name no
    open order any more: whoever ends an order appends it there, whoever enters one calls ``forget``
    when there are too many.
    """

    __slots__ = ("orders", "retired")

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.retired: deque[tuple[int, Order]] = deque()

    def find_open(self, order_id: int) -> Order | None:
        """The open order that goes by this id at present."""
        order = self.orders.get(order_id)
        if order is None or not order.leaves_lots or order.order_id != order_id:
            return None
        return order

    def rename(self, order: Order, order_id: int) -> None:
        """An order continues under another id; queries find it by the former one as well."""
        former = order.order_id
        order.order_id = order_id
        if former != order_id:
            self.retired.append((former, order))
        self.orders[order_id] = order
        self.forget()

    def forget(self) -> None:
        """Let go of the ids that retired first until the bound holds; ids in use always stay."""
        while len(self.retired) > RETIRED_ORDER_IDS_PER_ACCOUNT:
            order_id, order = self.retired.popleft()
            in_use = order.leaves_lots and order.order_id == order_id
            if self.orders.get(order_id) is order and not in_use:
                del self.orders[order_id]

    def keep_only(self, open_numbers: Collection[int]) -> None:
        """A trading session ended: let go of all ids of orders that are not open."""
        gone = [order_id for order_id, order in self.orders.items() if order.number not in open_numbers]
        for order_id in gone:
            del self.orders[order_id]
        self.retired = deque(one for one in self.retired if one[1].number in open_numbers)

    def describe(self) -> Iterator[str]:
        """Every id with the state of its order, as canonical text, by id."""
        for order_id in sorted(self.orders):
            order = self.orders[order_id]
            yield (
                f"id {order_id} {order.number} {order.order_id} {order.participant} {order.instrument} {order.side}"
                f" {order.order_type} {order.time_in_force} {order.price_ticks} {order.quantity_lots}"
                f" {order.leaves_lots} {order.cancelled_lots} {order.replaced_at_lots}"
                + (f" {order.special.describe()}" if order.special is not None else "")
            )
        yield "retired " + " ".join(f"{order_id}/{order.number}" for order_id, order in self.retired)
