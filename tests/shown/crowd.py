"""A seeded crowd that trades over sockets, all order types and follow-ups, and hears everything that it is told.

In: a seed, the address of an AES, the state directory. Out: requests on the wire, index and mark prices by the
operator's command; reports, given to a rebuilt market. Never knows: what an MDS shows. Behind each request a question
that marks the end of the answer, and whoever else is concerned is asked as well before the next request leaves.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace as copy_of
from decimal import Decimal
from pathlib import Path
from typing import Any

from base.messages import CollateralResponse, Message, MessageType, OrderType, Transaction
from base.publish.views import decimal_text
from base.servers import operator_console
from base.vocabulary.commands import CancelOrder, Command, NewOrder, ReplaceOrder, SetReferencePrice
from base.vocabulary.orders import OrderTerms, Trigger
from tests.crash.line import Line, LineLost, Refused, User
from tests.crash.settings import ATOMS_PER_UNIT
from tests.kit.patience import wait_until
from tests.reference.entries import SETS
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.streams import GTC, Stream
from tests.shown.rebuilt import ACCOUNTS, Rebuilt

ALL_TYPES = [int(order_type) for order_type in OrderType]
NAMES = {instrument.number: instrument.name for instrument in INSTRUMENTS}
TICK = {instrument.number: instrument.tick for instrument in INSTRUMENTS}
LOT = {instrument.number: instrument.lot for instrument in INSTRUMENTS}
WORDS = {int(Trigger.INDEX): "index", int(Trigger.MARK): "mark"}
ENDLESS = 10**9
FLOODER = len(PARTICIPANTS) - 1
Request = NewOrder | ReplaceOrder | CancelOrder
NOW_NS = 1
"""SendingTime of all messages; no server judges it."""


def accounts() -> list[str]:
    """The accounts of the crowd, as parts of a settings file; the last one has two users."""
    owned = {terms.account: terms.balances for terms in ACCOUNTS}
    parts = []
    for one in PARTICIPANTS:
        part = f'[[accounts]]\nnumber = {one.account}\nuser = "{one.user}"\nkey = "{one.user}"\nmode = "constant"\n'
        sums = (f'{name} = "{Decimal(atoms) / ATOMS_PER_UNIT}"' for name, atoms in owned.pop(one.account, {}).items())
        parts.append(part + f"balances = {{ {', '.join(sums)} }}\n")
    return parts


class Crowd:
    """One session for each of the reference's participants."""

    def __init__(self, seed: int, aes: tuple[str, int], state: Path, held: ExitStack) -> None:
        self.market = Rebuilt()
        self.types: Counter[int] = Counter()
        """Orders that were sent one by one, by their type."""
        self.after_each: list[Callable[[], object]] = []
        """Called after each command, when ``market`` is what it makes of it."""
        self._stream = Stream(seed, ALL_TYPES, self.market.reference)
        self._commands = self._stream.commands(ENDLESS)
        self._users = [User(aes, one.account, held, one.user) for one in PARTICIPANTS]
        self._operate = ["--state", str(state)]

    def log_on(self) -> None:
        """Log everybody on, once more after the end of a server."""
        for user in self._users:
            user.log_on()

    def log_on_again(self) -> None:
        """Log everybody on at an OES that was just started; the AES still names the one before for a moment."""
        for user in self._users:
            wait_until(lambda user=user: self._is_in(user), "the OES is found")

    def _is_in(self, user: User) -> bool:
        try:
            user.log_on()
        except (LineLost, Refused):
            user.hang_up()
            return False
        return True

    def hang_up(self) -> None:
        """Give all connections up; what was due there nobody is told."""
        for user in self._users:
            user.hang_up()
        self.market.lose_reports()

    def step(self) -> None:
        """Send one request and hear of everything that came of it."""
        command = self._next()
        self._submit(command)
        if isinstance(command, SetReferencePrice):
            price = decimal_text(command.price_ticks * TICK[command.instrument])
            words = [WORDS[command.trigger], NAMES[command.instrument], price]
            operator_console.run([*self._operate, *words], lambda line: None)
        else:
            user = self._users[command.participant]
            self._line(user).send(written(user, command), self._question(user))
            self._hear(command.participant)
        self._ask(self.market.awaited)
        assert not self.market.awaited, f"{self.market.awaited} are not told what happened: {command}"

    def flood(self, count: int) -> list[NewOrder]:
        """One user sends so many new orders in one piece; gives them once the first is answered.

        What they do to the market ``settle`` says, or ``find_taken``.
        """
        self._stream.reference = deepcopy(self.market.reference)
        orders: list[NewOrder] = []
        while len(orders) < count:
            command = self._next()
            if isinstance(command, NewOrder):
                self._stream.last_id += 1
                order = copy_of(command, participant=FLOODER, order_id=self._stream.last_id)
                self._stream.reference.submit(order)
                orders.append(order)
        self._stream.reference = self.market.reference
        user = self._users[FLOODER]
        self._line(user).send(*(written(user, order) for order in orders), self._question(user))
        self._line(user).wait()
        return orders

    def settle(self, orders: list[NewOrder]) -> None:
        """Hear of everything that came of a flood."""
        for order in orders:
            self._submit(order)
        self._hear(FLOODER)
        self._ask(self.market.awaited)
        assert not self.market.awaited, f"{self.market.awaited} are not told what happened"

    def find_taken(self, orders: list[NewOrder]) -> int:
        """Ask a server that came back which orders of a flood reached the market; gives how many these are at most.

        They were in one piece, so all before one that is known were taken; those behind it were refused, or not taken.
        """
        user = self._users[FLOODER]
        line = self._line(user)
        line.send(*(user.requests.status(order.order_id, NOW_NS) for order in orders))
        answers = [line.receive() for _ in orders]
        known = [place for place, answer in enumerate(answers, 1) if answer.MessageType != MessageType.REJECT]
        taken = max(known, default=0)
        for order in orders[:taken]:
            self._submit(order)
        self.market.lose_reports()
        return taken

    def _submit(self, command: Command) -> None:
        self.market.submit(command)
        for look in self.after_each:
            look()

    def _next(self) -> Request | SetReferencePrice:
        """The next command that has its place on the wire."""
        for command in self._commands:
            if isinstance(command, NewOrder):
                self.types[command.order_type] += 1
            if isinstance(command, NewOrder | ReplaceOrder):
                return copy_of(command, repeat_allowed=False)
            if isinstance(command, CancelOrder | SetReferencePrice):
                return command
        raise AssertionError("the stream has an end")

    def _ask(self, participants: list[int]) -> None:
        """Have a question of each answered, and with it hear what they were told before."""
        for participant in participants:
            user = self._users[participant]
            self._line(user).send(self._question(user))
        for participant in participants:
            self._hear(participant)

    def _hear(self, participant: int) -> None:
        """Read up to the answer to the question."""
        line = self._line(self._users[participant])
        while not isinstance(message := line.receive(), CollateralResponse):
            assert isinstance(message, Transaction), message
            self.market.take(participant, message)

    @staticmethod
    def _line(user: User) -> Line:
        assert user.oes is not None, "not logged on"
        return user.oes

    @staticmethod
    def _question(user: User) -> Message:
        return user.requests.collateral(None, NOW_NS)


def written(user: User, command: Request) -> Transaction:
    """A command as its user sends it."""
    number = command.instrument
    fields: dict[str, Any] = {}
    quantity = price = 0.0
    order_type, time_in_force = int(OrderType.LMT), GTC
    if isinstance(command, NewOrder | ReplaceOrder):
        order_type, time_in_force = command.order_type, command.time_in_force
        quantity, price = float(command.quantity_lots * LOT[number]), in_money(number, command.price_ticks)
        fields = wire_terms(number, order_type, command.terms or OrderTerms())
    if isinstance(command, ReplaceOrder | CancelOrder):
        is_cancel = isinstance(command, CancelOrder)
        fields |= {
            "MessageType": MessageType.ORDER_CANCEL if is_cancel else MessageType.CANCEL_REPLACE,
            "OrigOrderID": command.original_order_id,
            "BOOrigPrice": in_money(number, command.original_price_ticks),
        }
    return user.requests.new_order(
        number, command.side, quantity, price, order_type, time_in_force, command.order_id, NOW_NS, fields
    )


def wire_terms(number: int, order_type: int, terms: OrderTerms) -> dict[str, Any]:
    """What an order carries beyond price and quantity, as its fields."""
    # PriceOffset is a count of ticks in a set, and money in a trailing stop
    offset = float(terms.price_offset_ticks) if order_type in SETS else in_money(number, terms.distance_ticks)
    return {
        "StopLimitPrice": in_money(number, terms.stop_ticks),
        "TakeProfitPrice": in_money(number, terms.take_profit_ticks),
        "SecondLegPrice": in_money(number, terms.second_leg_ticks),
        "DisplaySize": float(terms.display_lots * LOT[number]),
        "RefreshSize": float(terms.refresh_lots * LOT[number]),
        "TriggerType": terms.trigger,
        "Layers": terms.layers,
        "SizeIncrement": float(terms.size_increment_lots * LOT[number]),
        "PriceIncrement": float(terms.price_increment_ticks),
        "PriceOffset": offset,
        "Attributes": f"N{'NY'[terms.hidden]}{'NY'[terms.display_lots > 0]}".ljust(12, "N"),
    }


def in_money(number: int, price_ticks: int) -> float:
    """A price as the wire carries it."""
    return float(price_ticks * TICK[number])
