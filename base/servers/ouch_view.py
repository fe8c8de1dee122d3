"""The book as people look at it: a table for the terminal, a list of connections, a CSV file.

In: the exchange's open orders, what OUCH adds to them. Out: lines of text. Never knows: terminals, files, sockets.
Follows the inventory of The OUCH Project, 1.3: its columns, its format of the CSV file.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple, Protocol

from base import limits
from base.gateway.ouch_orders import OuchOrder
from base.ouch_venue import OuchLine
from base.publish.views import decimal_text
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OpenOrder, Side

HEADS = ("side", "price", "quantity", "symbol", "time in force", "received", "order id", "token", "status")
DAY_S = 86_400
NS = 1_000_000_000


class Books(Protocol):
    """Wanted of the exchange."""

    def open_orders(self, participant: int, instrument: int, /) -> list[OpenOrder]: ...


class BookRow(NamedTuple):
    """One open order. ``entered_ns`` is 0, and the token empty, for one that came by BO."""

    side: int
    price: Fraction
    quantity: Fraction
    symbol: str
    kind: str
    entered_ns: int
    number: int
    token: str
    status: str


def book_rows(
    books: Books, participants: Iterable[int], instruments: Iterable[Instrument], by_ouch: Iterable[OuchOrder]
) -> list[BookRow]:
    """All open orders: by instrument, sells above buys, the best prices next to each other."""
    known = {order.order_id: order for order in by_ouch}
    everybody = list(participants)
    rows: list[BookRow] = []
    for instrument in instruments:
        orders = [order for who in everybody for order in books.open_orders(who, instrument.number)]
        orders.sort(key=lambda order: (order.side == Side.BUY, -order.price_ticks, order.number))
        rows += [_row(order, instrument, known.get(order.order_id)) for order in orders]
    return rows


def _row(order: OpenOrder, instrument: Instrument, ouch: OuchOrder | None) -> BookRow:
    token = "" if ouch is None else str(ouch.token[1] if isinstance(ouch.token, tuple) else ouch.token)
    status = "partly executed" if order.executed_lots else "replaced" if order.replaced else "live"
    ours = (0, order.number, "BO") if ouch is None else (ouch.entered_ns, ouch.number, ouch.wish.kind.name.lower())
    return BookRow(
        order.side, order.price_ticks * instrument.tick, order.leaves_lots * instrument.lot, instrument.name,
        ours[2], ours[0], ours[1], token, "waiting" if order.is_waiting else status,
    )  # fmt: skip


def book_table(rows: Iterable[BookRow]) -> list[str]:
    """The rows as a table."""
    cells = [HEADS, *(
        (Side(row.side).name[:4].lower(), decimal_text(row.price), decimal_text(row.quantity), row.symbol, row.kind,
         _time_of_day(row.entered_ns), str(row.number), row.token, row.status)
        for row in rows
    )]  # fmt: skip
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def book_csv(rows: Iterable[BookRow]) -> list[str]:
    """The rows as the inventory has them: a sell's price is negative, and so are its total and its part of the sum."""
    lines, running = [], Fraction(0)
    for row in rows:
        price = row.price if row.side == Side.BUY else -row.price
        total = price * row.quantity
        running += total
        seconds = Fraction(row.entered_ns % (DAY_S * NS), NS)
        figures = (seconds, price, row.quantity, total, running)
        shown = [("-" if one < 0 else "") + decimal_text(abs(one)) for one in figures]
        lines.append(",".join([f"{row.number:x}", shown[0], row.symbol, *shown[1:]]))
    return lines


def connection_lines(lines: Sequence[OuchLine], name_of_port: Callable[[int], str]) -> list[str]:
    """How many are connected, and who the first ones are, at which port."""
    told = [f"{len(lines)} connections"]
    for line in lines[: limits.OPERATOR_NAMES_LISTED]:
        who = f"account {line.guest.login.account}" if line.guest is not None else "not logged in"
        told.append(f"{line.name}  {name_of_port(line.port)}  {who}")
    if len(lines) > limits.OPERATOR_NAMES_LISTED:
        told.append(f"and {len(lines) - limits.OPERATOR_NAMES_LISTED} more")
    return told


def _time_of_day(now_ns: int) -> str:
    seconds = now_ns // NS % DAY_S
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if now_ns else ""
