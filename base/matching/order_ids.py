"""How an account's orders are found again by the ids that the client gave them.

In: accepted orders and the ids they take on. Out: the order that an id names.
Never knows: books, prices, money. An id counts once accepted and names its order until the
trading session ends; of ids that name no open order any more only the newest stay.
"""

from collections import deque
from collections.abc import Collection, Iterator
from itertools import chain
from typing import NamedTuple

from base.limits import RETIRED_ORDER_IDS_PER_ACCOUNT
from base.matching.columns import columns_of, orders_in, packed, unpacked
from base.matching.price_level import Order


class Former(NamedTuple):
    """An id by which a replaced order went before."""

    order_id: int
    order: Order


class OrderIds:
    """The ids of one account. An order replaced along the way keeps its former ids, for queries.

    ``orders`` has the owner of every id known. ``retired`` has, oldest first, what names no open
    order any more: an order that is over stands for its last id. Whoever ends an order appends it
    there, whoever enters one calls ``forget`` when there are too many.
    """

    __slots__ = ("_still", "orders", "retired")

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.retired: deque[Order | Former] = deque()
        self._still: tuple[list[bytes], list[Order]] | None = None

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
            self.retired.append(Former(former, order))
        self.orders[order_id] = order
        self.forget()

    def forget(self) -> None:
        """Let go of the ids that retired first until the bound holds; ids in use always stay."""
        while len(self.retired) > RETIRED_ORDER_IDS_PER_ACCOUNT:
            one = self.retired.popleft()
            order_id, order = one.order_id, _order_of(one)
            in_use = order.leaves_lots and order.order_id == order_id
            if self.orders.get(order_id) is order and not in_use:
                del self.orders[order_id]

    def keep_only(self, open_numbers: Collection[int]) -> None:
        """A trading session ended: let go of all ids of orders that are not open."""
        gone = [order_id for order_id, order in self.orders.items() if order.number not in open_numbers]
        for order_id in gone:
            del self.orders[order_id]
        self.retired = deque(one for one in self.retired if _order_of(one).number in open_numbers)

    def stand_still(self, *, still: bool) -> None:
        """Nothing changes from now on, or may again: what ``describe`` and a picture share is worked out once."""
        self._still = self._columns() if still else None

    def describe(self) -> Iterator[bytes]:
        """Every id with the state of its order, and what retired, in the same bytes however it came about."""
        columns, orders = self._still or self._columns()
        yield f"ids {len(self.orders)} {len(self.retired)} {len(orders)}\n".encode()
        yield from columns[:-1]  # the same state under settings in another order is the same state
        for row, order in enumerate(orders):
            if order.special is not None:
                yield f"special {row} {order.special.describe()}\n".encode()

    def __getstate__(self) -> tuple[list[bytes], dict[int, Order]]:
        """All as columns. Orders that are open or special stand by themselves: others know them too."""
        columns, orders = self._still or self._columns()
        apart = {row: order for row, order in enumerate(orders) if order.leaves_lots or order.special is not None}
        return columns, apart

    def __setstate__(self, kept: tuple[list[bytes], dict[int, Order]]) -> None:
        self._still = None
        known, owners, retired, retirees, *figures = map(unpacked, kept[0])
        orders = list(orders_in(figures))
        for row, order in kept[1].items():
            orders[row] = order
        self.orders = {order_id: orders[row] for order_id, row in zip(known, owners, strict=True)}
        self.retired = deque(
            _retired(order_id, orders[row]) for order_id, row in zip(retired, retirees, strict=True)
        )

    def _columns(self) -> tuple[list[bytes], list[Order]]:
        """The ids by size with the rows of their orders, the retired ones with theirs, all orders; these in rows."""
        known = sorted(self.orders)
        owners = [self.orders[order_id] for order_id in known]
        retirees = list(map(_order_of, self.retired))
        orders = list(dict.fromkeys(chain(owners, retirees)))
        rows = dict(zip(orders, range(len(orders)), strict=True))
        columns = [
            packed(known),
            packed([rows[order] for order in owners]),
            packed([one.order_id for one in self.retired]),
            packed([rows[order] for order in retirees]),
        ]
        return columns + columns_of(orders), orders


def _order_of(one: Order | Former) -> Order:
    return one.order if isinstance(one, Former) else one


def _retired(order_id: int, order: Order) -> Order | Former:
    """What stood for this id. One of two legs may have nothing left and come to life again, under yet another id."""
    is_over = not order.leaves_lots and order.special is None
    return order if is_over and order.order_id == order_id else Former(order_id, order)
