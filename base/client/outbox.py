"""What leaves for the order-entry server, and what of it has no answer when the server is lost.

In: requests of a user, messages that come, losses and new servers. Out: messages on the connection of now, and
those that come as a user wants them. Never knows: how another server was found, what a user does with replies.
Follows section 5 ("outstanding-request limit") of the protocol; settlement.py says what follows a loss.
"""

from typing import TypeVar

from base.client.handover import Handover
from base.client.logon import OES, Stage
from base.client.open_requests import OpenRequests
from base.client.own_orders import OwnOrders
from base.client.requests import Requests
from base.client.settlement import Settlement
from base.client.transcript import Transcript
from base.clock import Clock
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

Request = TypeVar("Request", bound=Message)


class Outbox:
    """Sends, counts what waits for its answer, and settles that after a loss."""

    def __init__(
        self,
        handover: Handover,
        requests: Requests,
        orders: OwnOrders,
        transcript: Transcript,
        clock: Clock,
        patience_ns: int,
    ) -> None:
        self.open_requests = OpenRequests()
        self._handover = handover
        self._orders = orders
        self._transcript = transcript
        self._clock = clock
        self._settlement = Settlement(requests, orders, self, patience_ns)

    @property
    def is_settling(self) -> bool:
        """Whether answers on what was open before the last loss are still to come."""
        return self._settlement.is_running

    def send_order(self, message: Transaction) -> Transaction:
        """Send a transaction; LocalProtocolError above the cap of those without an answer."""
        self.open_requests.sending(message)
        self._orders.sent(message)
        return self.send(message)

    def send(self, message: Request) -> Request:
        """Send any request."""
        self._settlement.sent(message)
        self._transmit(message)
        return message

    def received(self, message: Message) -> Message | None:
        """Take a message of the server; gives it as a user wants it, None when it is nobody's but ours."""
        wanted = self._settlement.received(message, self._clock.now_ns())
        self._set_alarm()
        if isinstance(wanted, Transaction):
            self.open_requests.received(wanted)
            self._transcript.counter("receiving", self.open_requests.count, self._handover.stage.label)
        return wanted

    # -- around a loss

    def lost(self) -> None:
        """Keep what has no answer for the next server."""
        self._settlement.lost()

    def resumed(self) -> None:
        """Settle with the new server what was open."""
        self._settlement.resumed(self._clock.now_ns())
        self._set_alarm()

    def wake(self, now_ns: int) -> None:
        """Go on asking, or give up a settlement that the server does not answer."""
        if not self._settlement.wake(now_ns):
            self._transcript.say("The OES does not say what became of every order")
        self._set_alarm()

    # -- what the settlement calls

    def ask(self, question: Message) -> None:
        """Send a question, unless the server was lost over the one before."""
        if self._handover.stage is Stage.TRADING:
            self._transmit(question)

    def settled(self) -> None:
        """End the resumption."""
        self._handover.settled()

    # -- inside

    def _set_alarm(self) -> None:
        if self._settlement.is_running:
            self._handover.wake_at(self._settlement.deadline_ns)

    def _transmit(self, message: Message) -> None:
        oes = self._handover.server
        assert oes is not None, "trading without an OES"
        self._transcript.at_send_callback(OES)
        if isinstance(message, Transaction):
            self._transcript.send_order(message)
        else:
            self._transcript.send_request(message)
        self._transcript.counter("sending", self.open_requests.count, self._handover.stage.label)
        oes.send_message(message)
