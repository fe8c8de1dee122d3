"""Judges what clients of a venue that crashed wrote down: nothing acknowledged may be lost, nothing done twice.

In: histories. Out: what is wrong, a line each. Never knows: the venue's rooms; how it matches, keeps or recovers.

What may be missing, exactly: a report that its owner had no line for, because the line was lost before the report
arrived or was not there yet. On one line nothing is missing between two reports, and each fill continues the quantity
before it. After a loss the venue's own word (E, ORDER_STATUS) must account for the difference: it may only have grown,
all missing purchases together are all missing sales, and a match that nobody was told of lacks on both sides.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.crash.history import Fact
from tests.crash.settings import ATOMS_PER_LOT, ATOMS_PER_TICK_AND_LOT, ATOMS_PER_UNIT, OPENING, QUOTES

EXECUTION, EXECUTION_PARTIAL, REJECT, ACK, CANCELLED, QUOTE_FILL, QUOTE_FILL_PARTIAL = 8, 9, 12, 14, 15, 17, 18
MAKER, TAKER = (EXECUTION, EXECUTION_PARTIAL), (QUOTE_FILL, QUOTE_FILL_PARTIAL)
BUY = 1
DUPLICATE_ORDER_ID = 45


class Side(NamedTuple):
    """One party's report of a match."""

    order: "Order"
    lots: int
    ticks: int
    is_taker: bool


class Order:
    """An order as its owner may think of it. ``leaves`` is None while nothing was ever heard of it.

    ``is_stale`` from a new line on, until anything is heard of it: matches before that had nobody to be told.
    """

    def __init__(self, fact: Fact) -> None:
        self.client: int = fact["client"]
        self.id: int = fact["id"]
        self.symbol: int = fact["symbol"]
        self.side: int = fact["side"]
        self.ticks: int = fact["ticks"]
        self.lots: int = fact["lots"]
        self.sent_at: int = fact["at"]
        self.leaves: int | None = None
        self.executed = 0
        self.missing = 0
        self.is_over = False
        self.is_stale = False
        self.refused = False

    def __str__(self) -> str:
        return f"order {self.id} of client {self.client}"


class Account:
    """One client's history, followed from its beginning to its end."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.orders: dict[int, Order] = {}
        self.matches: list[tuple[int, Side]] = []
        self.lines: list[list[int]] = []
        self.heard: list[tuple[int, int]] = []
        self.fees = 0
        self.equities: list[dict[str, int]] = []
        self.held: list[dict[str, int]] = []
        self.wrong: list[str] = []
        self._cancels: dict[int, int] = {}
        self._listed: set[int] = set()
        for fact in facts:
            getattr(self, f"_{fact['kind']}")(fact)

    def _say(self, wrong: str) -> None:
        self.wrong.append(wrong)

    def _on(self, fact: Fact) -> None:
        self.lines.append([])
        for order in self.orders.values():
            order.is_stale = not order.is_over

    def _info(self, fact: Fact) -> None:
        """Their fate is not known: the open list or a status will tell."""

    def _new(self, fact: Fact) -> None:
        self.orders[fact["id"]] = Order(fact)

    def _cancel(self, fact: Fact) -> None:
        self._cancels[fact["id"]] = fact["of"]

    # -- reports

    def _report(self, fact: Fact) -> None:
        kind, number = fact["type"], fact["id"]
        of = self._cancels.get(number)
        order = self.orders.get(number if of is None else of)
        if order is None:
            self._say(f"a report about order {number}, which client {fact['client']} never sent")
        elif kind in MAKER or kind in TAKER:
            self._fill(order, fact)
        elif kind == CANCELLED:
            self._end(order, fact)
        elif kind == ACK:
            if order.leaves is not None:
                self._say(f"{order} was acknowledged twice")
            order.leaves = order.lots
        elif kind != REJECT:
            self._say(f"{order} got a report of type {kind}")
        elif of is None:
            if order.leaves is not None:
                self._say(f"{order} was refused (code {fact['reject']}) after it was accepted")
            order.refused = order.is_over = True

    def _fill(self, order: Order, fact: Fact) -> None:
        before = order.lots if order.leaves is None else order.leaves
        untold = before - fact["lots"] - fact["leaves"]
        if order.is_over or untold < 0 or (untold and not order.is_stale) or fact["lots"] <= 0:
            self._say(f"{order} had {before} left{' and was over' * order.is_over}, then a fill: {fact}")
        order.missing += untold
        order.is_stale = False
        order.leaves = fact["leaves"]
        order.executed += fact["lots"]
        self.fees += fact["fee"]
        self.heard.append((fact["at"], fact["exec"]))
        if self.lines[-1] and fact["exec"] < self.lines[-1][-1]:
            self._say(f"{order} hears of ExecID {fact['exec']} after {self.lines[-1][-1]}")
        self.lines[-1].append(fact["exec"])
        self.matches.append((fact["exec"], Side(order, fact["lots"], fact["ticks"], fact["type"] in TAKER)))
        if not order.leaves:
            order.is_over = True

    def _end(self, order: Order, fact: Fact) -> None:
        left = order.lots if order.leaves is None else order.leaves
        if order.is_over or fact["lots"] != left:
            self._say(f"{order} had {left} left{' and was over' * order.is_over}, then a cancel: {fact}")
        order.leaves, order.is_over = 0, True

    # -- the venue's word

    def _open(self, fact: Fact) -> None:
        held: dict[str, int] = defaultdict(int)
        for number, executed, leaves in fact["orders"]:
            order = self.orders.get(number)
            if order is None:
                self._say(f"client {fact['client']} has order {number} open, which it never sent")
                continue
            if order.is_over:
                self._say(f"{order} is open again, it was over")
            self._believe(order, executed, leaves, order.lots - executed)
            if order.side == BUY:
                held[QUOTES[order.symbol]] += leaves * order.ticks * ATOMS_PER_TICK_AND_LOT[order.symbol]
            else:
                held["BTC"] += leaves * ATOMS_PER_LOT
        self._listed = {number for number, *_ in fact["orders"]}
        self.held.append(held)

    def _status(self, fact: Fact) -> None:
        order = self.orders[fact["id"]]
        if not fact["found"]:
            if order.leaves is not None:
                self._say(f"{order} was acknowledged and is not known any more")
            order.is_over = True
            return
        if order.refused:
            self._say(f"{order} was refused and is known now")
        self._believe(order, fact["executed"], fact["leaves"], None)
        if fact["leaves"]:
            if order.id not in self._listed:
                self._say(f"{order} is open and was not listed among the open ones")
        else:
            if fact["type"] != CANCELLED and fact["executed"] != order.lots:
                self._say(f"{order} has nothing left, was not cancelled and not filled: {fact}")
            order.is_over = True

    def _believe(self, order: Order, executed: int, leaves: int, expected: int | None) -> None:
        """Take over what the venue says of an order; it may only have moved on."""
        before = order.lots if order.leaves is None else order.leaves
        if executed < order.executed + order.missing or leaves > before or executed + leaves > order.lots:
            self._say(
                f"{order}: {order.executed + order.missing} of {order.lots} executed and {before} left,"
                f" and now the venue says {executed} and {leaves}"
            )
        if order.is_over and (executed != order.executed + order.missing or leaves):
            self._say(f"{order} was over and moved on to {executed} executed, {leaves} left")
        if expected is not None and leaves != expected:
            self._say(f"{order} is open with {leaves} left, {expected} would be right")
        order.is_stale = False
        order.missing = executed - order.executed
        order.leaves = leaves

    def _repeat(self, fact: Fact) -> None:
        if fact["reject"] != DUPLICATE_ORDER_ID:
            self._say(f"{self.orders[fact['id']]} was accepted and, sent again, not refused ({fact['reject']})")

    def _money(self, fact: Fact) -> None:
        self.equities.append(fact["equity"])

    def unresolved(self) -> Iterator[str]:
        """Orders whose end was not told."""
        yield from (f"{one}: nobody said what became of it" for one in self.orders.values() if not one.is_over)

    def had_a_line_for(self, exec_id: int) -> bool:
        """Whether a match lies between two others that this client heard of on one line."""
        return any(line and line[0] <= exec_id <= line[-1] for line in self.lines)


def faults(histories: Iterable[list[Fact]], fees: dict[str, int] | None = None) -> list[str]:
    """Give everything that is wrong. ``fees`` is what the venue says it took, when somebody paid any."""
    accounts = [Account(facts) for facts in histories]
    wrong = [line for account in accounts for line in (*account.wrong, *account.unresolved())]
    matches: dict[int, list[Side]] = defaultdict(list)
    for account in accounts:
        for exec_id, side in account.matches:
            matches[exec_id].append(side)
    wrong += _match_faults(matches)
    wrong += _time_faults(accounts)
    wrong += _gap_faults(accounts, matches)
    wrong += _money_faults(accounts, fees)
    return wrong


def _match_faults(matches: dict[int, list[Side]]) -> Iterator[str]:
    for exec_id, sides in matches.items():
        orders = " and ".join(str(side.order) for side in sides)
        if len(sides) > 2:
            yield f"ExecID {exec_id} was reported {len(sides)} times: {orders}"
        for one in sides:
            limit = one.order.ticks
            if limit and (one.ticks > limit if one.order.side == BUY else one.ticks < limit):
                yield f"ExecID {exec_id}: {one.order} traded at {one.ticks}, its limit is {limit}"
        if len(sides) == 2:
            first, second = sides
            same = (first.lots, first.ticks, first.order.symbol) == (second.lots, second.ticks, second.order.symbol)
            if not same or first.order.side == second.order.side or first.is_taker == second.is_taker:
                yield f"ExecID {exec_id} differs between its parties, {orders}"


def _time_faults(accounts: list[Account]) -> Iterator[str]:
    """What was heard of before an order was sent happened before what that order did."""
    heard = sorted(one for account in accounts for one in account.heard)
    takers = sorted(
        (side.order.sent_at, exec_id, str(side.order))
        for account in accounts
        for exec_id, side in account.matches
        if side.is_taker
    )
    place, newest = 0, 0
    for sent_at, exec_id, order in takers:
        while place < len(heard) and heard[place][0] < sent_at:
            newest = max(newest, heard[place][1])
            place += 1
        if exec_id <= newest:
            yield f"{order} was sent after ExecID {newest} was heard of, and did {exec_id}"


def _gap_faults(accounts: list[Account], matches: dict[int, list[Side]]) -> Iterator[str]:
    missing: dict[tuple[int, int], int] = defaultdict(int)
    for account in accounts:
        for order in account.orders.values():
            missing[order.symbol, order.side] += order.missing
    for exec_id, sides in matches.items():
        if len(sides) == 1:
            (one,) = sides
            missing[one.order.symbol, 3 - one.order.side] -= one.lots
            if not any(_may_have_been(account, one, exec_id) for account in accounts):
                yield f"ExecID {exec_id} of {one.order}: nobody can have been its other side"
    unheard = [number for number in range(1, max(matches, default=0)) if number not in matches]
    for exec_id in unheard:
        if not any(_was_away(account, exec_id) for account in accounts):
            yield f"ExecID {exec_id} was never reported, and all clients heard of the ones before and after it"
    lots = 0
    for symbol in ATOMS_PER_TICK_AND_LOT:
        bought, sold = missing[symbol, BUY], missing[symbol, 3 - BUY]
        if bought != sold or bought < 0:
            yield f"instrument {symbol}: {bought} lots bought and {sold} sold are in no report"
        lots += bought
    if lots < len(unheard):
        yield f"{len(unheard)} ExecIDs were never reported, but only {lots} lots are unaccounted for"


def _was_away(account: Account, exec_id: int) -> bool:
    return not account.had_a_line_for(exec_id) and any(order.missing for order in account.orders.values())


def _may_have_been(account: Account, known: Side, exec_id: int) -> bool:
    """Whether a client has an order that lacks the other side of a match that it was not told of."""
    return not account.had_a_line_for(exec_id) and any(
        order.symbol == known.order.symbol and order.side != known.order.side and order.missing >= known.lots
        for order in account.orders.values()
    )


def _money_faults(accounts: list[Account], fees: dict[str, int] | None) -> Iterator[str]:
    """Before the last cancels what is held back counts; after them there is nothing but what everybody has."""
    taken = fees or {}
    for place, what in enumerate(("with open orders", "at the end")):
        if place == 0 and fees is not None:
            continue  # what is held back for fees cannot be derived from an order
        for currency, amount in OPENING.items():
            total = taken.get(currency, 0) + sum(account.equities[place].get(currency, 0) for account in accounts)
            if place == 0:
                total += sum(account.held[-2].get(currency, 0) for account in accounts)
            opening = amount * ATOMS_PER_UNIT * len(accounts)
            if total != opening:
                yield f"{currency} {what}: {total} atoms, {opening} were there at the beginning"
    told = sum(account.fees for account in accounts)
    has_gaps = any(order.missing for account in accounts for order in account.orders.values())
    if fees is not None and not (told <= sum(fees.values()) if has_gaps else told == sum(fees.values())):
        yield f"the venue took {sum(fees.values())} atoms in fees and told of {told}"
