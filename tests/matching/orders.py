"""Bare orders for the tests of the matching room.

In: number, side, price, lots. Out: an order as the exchange fills it in. Never knows: anything else.
"""

from base.matching.book import Book
from base.matching.price_level import NEVER_REPLACED, Order
from base.vocabulary.orders import OrderType, Side, TimeInForce


def order(number: int, lots: int, price_ticks: int = 100, side: int = Side.SELL) -> Order:
    """An order that goes by ten times its number."""
    made = Order()
    made.number, made.order_id = number, number * 10
    made.participant = made.holding = 0
    made.instrument = 1
    made.side, made.order_type, made.time_in_force = side, OrderType.LIMIT, TimeInForce.GOOD_TILL_CANCEL
    made.price_ticks = price_ticks
    made.quantity_lots = made.leaves_lots = lots
    made.cancelled_lots = 0
    made.replaced_at_lots = NEVER_REPLACED
    made.special = None
    return made


def book_of(*orders: Order) -> Book:
    """A book in which they rest."""
    book = Book(1)
    for one in orders:
        book.own[one.side].rest(one)
    return book
