"""An exchange that others listen to: the same answers, and what happened kept for whoever looks on.

In: commands, as values or by position, with the time. Out: events; beside them the same as happenings.
Never knows: who listens, wires, the clock. An exchange without listeners is the plain one and pays nothing.
Whoever builds one takes the happenings away after each pass, or record by record when a journal is repeated.
"""

from collections.abc import Callable, Iterable
from functools import partial

from base.exchange.requests import Exchange
from base.matching.price_level import Order
from base.vocabulary.commands import Command, NewOrder, ReplaceOrder
from base.vocabulary.events import Event, OrderAccepted, OrderMoved
from base.vocabulary.feed import Happening
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OrderTerms, is_plain
from base.vocabulary.participants import AccountTerms, Participant

_NO_ENTRY = (0, 0, 0, 0, False)


class OverheardExchange(Exchange):
    """Keeps what happened until ``take_happened`` gives it away."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        super().__init__(instruments, accounts, participants)
        self._happened: list[Happening] = []
        for command, method in self._methods.items():
            if command not in (NewOrder, ReplaceOrder):
                self._overhear(command, method)

    def _overhear(self, command: type[Command], method: Callable[..., list[Event]]) -> None:
        """Keep the events of a method that enters no order."""
        heard = partial(self._heard, method)
        self._methods[command] = heard
        setattr(self, method.__name__, heard)

    def _heard(self, method: Callable[..., list[Event]], *by_position: object, **by_name: object) -> list[Event]:
        before = len(self._happened)
        events = method(*by_position, **by_name)
        del self._happened[before:]  # one method may use another; what that gave is among the events
        self._happened.append(Happening(*_NO_ENTRY, events))
        return events

    def new_order(
        self, participant: int, order_id: int, instrument: int, side: int, order_type: int, time_in_force: int,
        price_ticks: int, quantity_lots: int, repeat_allowed: bool, now_ns: int, terms: OrderTerms | None = None,
    ) -> list[Event]:
        """Enter an order."""
        events = super().new_order(
            participant, order_id, instrument, side, order_type, time_in_force, price_ticks, quantity_lots,
            repeat_allowed, now_ns, terms,
        )
        plain = is_plain(order_type, time_in_force, terms)
        self._happened.append(Happening(instrument, side, price_ticks, quantity_lots, plain, events))
        return events

    def replace_order(
        self, participant: int, order_id: int, original_order_id: int, instrument: int, side: int, order_type: int,
        time_in_force: int, price_ticks: int, quantity_lots: int, original_price_ticks: int, repeat_allowed: bool,
        now_ns: int, terms: OrderTerms | None = None,
    ) -> list[Event]:
        """Change an open order."""
        events = super().replace_order(
            participant, order_id, original_order_id, instrument, side, order_type, time_in_force, price_ticks,
            quantity_lots, original_price_ticks, repeat_allowed, now_ns, terms,
        )
        plain = is_plain(order_type, time_in_force, terms)
        self._happened.append(Happening(instrument, side, price_ticks, quantity_lots, plain, events))
        return events

    def enter_plain(self, *_: int) -> None:
        """Nothing goes the short way, which tells of no events."""

    def cancel_plain(self, *_: int) -> None:
        """Nothing goes the short way, which tells of no events."""

    def take_happened(self) -> list[Happening]:
        """Give what happened since the last call, in its order."""
        happened, self._happened = self._happened, []
        return happened

    def showing(self) -> list[Happening]:
        """What somebody who begins to look on now has to be told first: all orders that are open, by number."""
        return [self._shown_as(order) for order in sorted(self._open_orders(), key=lambda order: order.number)]

    def _shown_as(self, order: Order) -> Happening:
        events: list[Event] = [OrderAccepted(order.number)]
        if order.special is not None:
            for one in (order, *order.special.layers):
                assert one.special is not None
                price_ticks, lots = one.special.shown
                if lots:
                    place = one.special.place
                    events.append(OrderMoved(order.instrument, order.number, place, order.side, price_ticks, lots))
        return Happening(
            order.instrument, order.side, order.price_ticks, order.leaves_lots, order.special is None, events
        )

    def capture(self) -> dict[str, object]:
        """Everything that this exchange is, without what was overheard."""
        plain = super().capture()
        return {name: value for name, value in plain.items() if not isinstance(value, partial) and name != "_happened"}
