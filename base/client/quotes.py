"""The menu's market data: subscribe, unsubscribe, and what comes of it.

In: a logged-on Trader, choices of a user. Out: a session at the MDS, made when it is first needed with a fresh grant of
the Trader's AES. Never knows: terminals, how messages are shown. Follows section 3.10 of the protocol.
"""

import selectors
from collections.abc import Iterator

from base.client.logon import Stage
from base.client.mailbox import SECOND_NS
from base.client.market_data import MarketData
from base.client.trader import Trader
from base.client.transcript import Transcript
from base.clock import Clock
from base.deadlines import earliest
from base.errors import ConnectionLost, NoReply
from base.wire.bo.codes import SubscribeType
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import MarketDataExecReport
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

TURN_S = 0.05
"""Seconds for which one of the two sessions is heard before the other."""


class Quotes:
    """The market data beside a Trader; its messages are shown by the transcript as they come."""

    def __init__(self, trader: Trader, selector: selectors.BaseSelector, transcript: Transcript, clock: Clock) -> None:
        self._trader = trader
        self._selector = selector
        self._transcript = transcript
        self._clock = clock
        self._market: MarketData | None = None

    def subscribe(self, instrument: int, kind: SubscribeType, layer: int, timeout_s: float) -> None:
        """Subscribe and wait until the picture, or a refusal, is there."""
        market = self._connected(timeout_s)
        (request,) = market.subscribe(instrument, kind=kind, layer=layer)
        market.wait_for(
            lambda message: (
                message.MsgSeqNum == request.MsgSeqNum
                if isinstance(message, Transaction)
                else getattr(message, "SymbolEnum", 0) == instrument and not isinstance(message, MarketDataExecReport)
            ),
            timeout_s,
        )

    def unsubscribe(self, instrument: int, kind: SubscribeType, layer: int, timeout_s: float) -> None:
        """Unsubscribe, which nobody answers."""
        self._connected(timeout_s).unsubscribe(instrument, kind=kind, layer=layer)

    def receive(self, seconds: float) -> int:
        """Let messages of both sessions come for so long, and count them: the transcript shows them."""
        until_ns = self._clock.now_ns() + int(seconds * SECOND_NS)
        count = 0
        while True:
            rest_s = max(0.0, (until_ns - self._clock.now_ns()) / SECOND_NS)
            count += sum(1 for _ in self._trader.messages(rest_s if self._market is None else min(rest_s, TURN_S)))
            if self._market is not None:
                count += sum(1 for _ in self._market_messages(min(rest_s, TURN_S)))
            if rest_s == 0.0:
                return count

    def close(self) -> None:
        """Log out, if anybody is logged on."""
        if self._market is not None:
            if self._market.stage is Stage.TRADING:
                self._market.logout()
            self._market.close()

    def _market_messages(self, seconds: float) -> Iterator[Message]:
        assert self._market is not None, "nothing was subscribed to"
        try:
            yield from self._market.messages(seconds)
        except ConnectionLost:
            self._market = None  # told once; the next subscription logs on again
            raise

    # -- what the console calls while it serves both sessions

    def next_deadline_ns(self) -> int | None:
        """Give the earlier deadline of both."""
        return earliest(self._trader.next_deadline_ns(), self._market.next_deadline_ns() if self._market else None)

    def deadline_passed(self, now_ns: int) -> None:
        """Pass it on to both; each looks whether it is its own."""
        self._trader.deadline_passed(now_ns)
        if self._market is not None:
            self._market.deadline_passed(now_ns)

    def _connected(self, timeout_s: float) -> MarketData:
        if self._market is None or self._market.stage is Stage.OVER:
            (grant,) = self._trader.replies(self._trader.fresh_grant(), timeout_s)
            if not isinstance(grant, ClientLogon) or grant.RejectReason:
                raise NoReply("the AES gave no grant")
            self._market = MarketData.beside(
                self._trader, grant, selector=self._selector, transcript=self._transcript
            )
        self._market.wait_until_trading()
        return self._market
