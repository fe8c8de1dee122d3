"""The client of the two-stage logon: one user, one session, orders in and replies out.

In: calls, readiness of two sockets. Out: requests on the wire; replies as typed messages, by callback
and by iteration. Never knows: terminals, menus, how a market matches.
Follows sections 5 (session flow) and 6 (order life cycle) of the protocol.

    with Trader("127.0.0.1", 4444, key="1", user="1", account=1) as trader:
        order = trader.new_order("BTCUSD", Side.BUY, quantity=0.5, price=50000.0)
        print(trader.replies(order))
"""

import selectors
from collections.abc import Callable
from typing import Any, TypeVar

from base.client.codes import Codes
from base.client.logon import OES, ORDER_ENTRY
from base.client.mailbox import SECOND_NS
from base.client.outbox import Outbox
from base.client.own_orders import OwnOrders
from base.client.replies import Answer, has_no_end
from base.client.requests import CONSTANT, Requests
from base.client.transcript import Transcript
from base.client.two_stage import TwoStageClient
from base.clock import Clock
from base.errors import LocalProtocolError
from base.wire.bo.codes import TIF, MessageType, OrderType, Side
from base.wire.bo.logon import ClientLogon
from base.wire.bo.requests import (
    CollateralRequest,
    InstrumentRequest,
    InstrumentResponse,
    InstrumentResponse74,
    OpenOrderRequest,
    RiskUpdateRequest,
)
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

Request = TypeVar("Request", bound=Message)


class Trader(TwoStageClient):
    """Logs a user on through the AES at ``host:port``, then trades on the OES it names.

    ``mode`` says how the TwoFA code comes from ``key``: "constant" or "totp". ``timeout_s`` is the
    time each step of the logon may take, in seconds. Every message that arrives goes to ``on_message``
    first, then waits for ``messages``, ``wait_for`` or ``replies``.

    Two ways to use it. Blocking: call ``log_on`` and wait with ``messages``, ``wait_for`` or
    ``replies``. In a selector loop of your own: pass ``selector``, call ``start_logon``, and in the loop
    ``key.data.process_events(mask)`` for each ready key; ``deadline_passed(clock.now_ns())`` when
    ``next_deadline_ns`` is reached; ``stage`` and ``failure`` say how it goes.

    An OES that is lost while trading is followed by another one, or by itself, for up to ``resume_s``
    seconds (0: never): over a fresh grant of the AES, or with a new one-time code when that is gone too. It
    is not when the OES gives a reason for its goodbye. Then ``stage`` is TRADING again, with a new trading
    session; ``on_resume`` is called; and what was open is settled: a request without an answer is answered
    by what became of its order, or by a REJECT with reason 1 when the venue knows no such order (it never
    arrived, or was refused); a cancel by the state of the order it was for, CANCELLED or another one; a
    question is asked again. An order that was filled or taken out unheard is reported like an ORDER_STATUS,
    ExecShares being all shares so far. ``settling`` is true until all of that is here. Blocking calls wait
    meanwhile; with a ``selector`` of yours, sending raises LocalProtocolError until trading goes on.
    """

    def __init__(
        self,
        host: str,
        port: int,
        key: str,
        user: str,
        account: int,
        *,
        selector: selectors.BaseSelector | None = None,
        mode: str = CONSTANT,
        on_message: Callable[[Message], object] | None = None,
        transcript: Transcript | None = None,
        timeout_s: float = 10.0,
        clock: Clock | None = None,
        first_order_id: int | None = None,
        resume_s: float = 15.0,
        on_resume: Callable[[], object] | None = None,
    ) -> None:
        clock = clock or Clock()
        # orders outlive sessions, so ids go on from the time: no two sessions of a user give the same one
        first = clock.wall_ns() // 1_000_000 if first_order_id is None else first_order_id
        super().__init__(
            (host, port), Requests(account, user, first), Codes(key, mode, clock), ORDER_ENTRY, clock,
            selector=selector, on_message=on_message, transcript=transcript, timeout_s=timeout_s,
            resume_s=resume_s, on_resume=on_resume,
        )  # fmt: skip
        self._orders = OwnOrders()
        step_ns = int(timeout_s * SECOND_NS)
        self._outbox = Outbox(self._handover, self._requests, self._orders, self._transcript, self._clock, step_ns)

    # -- how it stands

    @property
    def open_requests(self) -> int:
        """Order requests that wait for an answer: the Tx/Rx counter."""
        return self._outbox.open_requests.count

    @property
    def settling(self) -> bool:
        """Whether trading goes on after a loss, and answers on what was open are still to come."""
        return self._outbox.is_settling

    # -- logging on

    def fresh_grant(self) -> ClientLogon:
        """Send a further logon to the AES; its reply is a fresh grant. Gives the sent message."""
        self._raise_unless_trading()
        return self._handover.send_grant_request()

    # -- orders; each gives the message that was sent

    def new_order(
        self,
        instrument: int | str,
        side: Side | int,
        quantity: float,
        price: float = 0.0,
        order_type: OrderType | int = OrderType.LMT,
        tif: TIF | int = TIF.GTC,
        order_id: int | None = None,
        **fields: Any,
    ) -> Transaction:
        """Send a new order; ``fields`` are further fields of the wire, such as ``StopLimitPrice=49000.0``."""
        self._raise_unless_trading()
        number = self._requests.next_order_id() if order_id is None else order_id
        return self._send_order(
            self._requests.new_order(
                instrument, side, quantity, price, order_type, tif, number, self._clock.now_ns(), fields
            )
        )

    def replace(
        self,
        order_id: int,
        *,
        quantity: float | None = None,
        price: float | None = None,
        new_order_id: int | None = None,
        **fields: Any,
    ) -> Transaction:
        """Send a replace: ``order_id`` gets another total quantity, price or both, and goes by the new id.

        For an order that this Trader neither sent nor saw listed, ``fields`` must give what it had:
        ``SymbolEnum``, ``BOSide`` and so on.
        """
        if quantity is not None:
            fields["BOOrderQty"] = quantity
        if price is not None:
            fields["BOPrice"] = price
        return self._follow_up(order_id, MessageType.CANCEL_REPLACE, new_order_id, fields)

    def cancel(self, order_id: int, *, cancel_id: int | None = None, **fields: Any) -> Transaction:
        """Send a cancel of ``order_id``; ``cancel_id`` is the OrderID of the cancel itself."""
        return self._follow_up(order_id, MessageType.ORDER_CANCEL, cancel_id, fields)

    def order(self, order_id: int) -> Transaction:
        """Give an order as it was sent or listed last; LocalProtocolError when it is not known."""
        known = self._orders.get(order_id)
        if known is None:
            raise LocalProtocolError(
                f"order {order_id} was neither sent in this session nor listed by an open-order request: "
                "list the open orders first, or give its SymbolEnum and BOSide"
            )
        return known

    def newest_open_order(self) -> int | None:
        """Give the id of the newest order of this session that is open by the reports that are here; None for none."""
        self._raise_unless_trading()
        self._mailbox.turn(0)
        return self._orders.newest_open

    def status(self, order_id: int) -> Transaction:
        """Ask what became of an order."""
        self._raise_unless_trading()
        return self._send_order(self._requests.status(order_id, self._clock.now_ns()))

    # -- questions; each gives the message that was sent

    def instruments(self, instrument: int | str | None = None) -> InstrumentRequest:
        """Ask for the terms of one instrument, or of all."""
        self._raise_unless_trading()
        return self._send(self._requests.instruments(instrument, self._clock.now_ns()))

    def risk(self, instrument: int | str) -> RiskUpdateRequest:
        """Ask for the position in one instrument."""
        self._raise_unless_trading()
        return self._send(self._requests.risk(instrument, self._clock.now_ns()))

    def collateral(self, instrument: int | str | None = None) -> CollateralRequest:
        """Ask for the balances."""
        self._raise_unless_trading()
        return self._send(self._requests.collateral(instrument, self._clock.now_ns()))

    def open_orders(self, instrument: int | str) -> OpenOrderRequest:
        """Ask for the open orders of one instrument; the answer is one transaction for each, or silence."""
        self._raise_unless_trading()
        return self._send(self._requests.open_orders(instrument, self._clock.now_ns()))

    # -- replies

    def replies(self, request: Message, timeout_s: float = 10.0) -> list[Message]:
        """Wait for the answer to a request just sent and give it; other messages keep waiting to be read.

        The answer to an order is its first report; fills that follow come by ``messages``. Where nothing
        marks the end of an answer (open orders), a collateral request is sent behind it as a fence.
        """
        fence = None
        if has_no_end(request):
            self._transcript.say("Nothing marks the end of the answer; a further request is sent behind it as a fence")
            fence = self.collateral()
        answer = Answer(request, fence)
        check = self._handover.check_aes if isinstance(request, ClientLogon) else None
        self._mailbox.collect(answer.take, lambda: answer.is_complete, timeout_s, check)
        return answer.messages

    # -- what the handover calls

    def take_message(self, server: str, message: Message, is_ours: bool) -> None:
        """Count, show and keep a message that arrived from ``server``; that of the logon itself is not kept."""
        wanted: Message | None = message
        if server == OES and not isinstance(message, ClientLogon):
            wanted = self._outbox.received(message)
        if wanted is None:
            return
        if isinstance(wanted, (InstrumentResponse, InstrumentResponse74)):
            self._requests.symbols[wanted.SymbolEnum] = wanted.SymbolName
        super().take_message(server, wanted, is_ours)

    def server_lost(self) -> None:
        """Keep what has no answer for the next OES."""
        self._outbox.lost()

    def trading_again(self) -> None:
        """Settle with the new OES what was open."""
        self._outbox.resumed()
        super().trading_again()

    def wake(self, now_ns: int) -> None:
        """Go on settling."""
        self._outbox.wake(now_ns)

    # -- sending

    def _follow_up(
        self, order_id: int, message_type: MessageType, new_id: int | None, fields: dict[str, Any]
    ) -> Transaction:
        self._raise_unless_trading()
        if {"SymbolEnum", "BOSide"} <= fields.keys():
            original = self._orders.get(order_id) or Transaction(OrderID=order_id, OrderType=OrderType.LMT)
        else:
            original = self.order(order_id)
        number = self._requests.next_order_id() if new_id is None else new_id
        return self._send_order(
            self._requests.follow_up(original, message_type, number, self._clock.now_ns(), fields)
        )

    def _send_order(self, message: Transaction) -> Transaction:
        self._outbox.send_order(message)
        self._mailbox.raise_failure()
        return message

    def _send(self, message: Request) -> Request:
        self._outbox.send(message)
        self._mailbox.raise_failure()
        return message
