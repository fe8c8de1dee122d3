"""The client that sees the market: books and trades of the instruments it subscribed to.

In: calls, readiness of two sockets. Out: subscriptions on the wire; books and trades as typed messages, by callback
and by iteration. Never knows: terminals, orders, what a market looked like before. Follows section 3.10 to 3.14
(market data) of the protocol.

    with MarketData("127.0.0.1", 4444, key="1", user="1", account=1) as market:
        market.subscribe("BTCUSD", "BTCUSDT")
        for message in market.messages(timeout_s=10.0):
            print(message)
"""

import selectors
from collections.abc import Callable
from typing import Self

from base.client.codes import Codes
from base.client.logon import MARKET_DATA, MDS
from base.client.requests import CONSTANT, Requests
from base.client.transcript import Transcript
from base.client.two_stage import TwoStageClient
from base.clock import Clock
from base.wire.bo.codes import SubscribeType
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import MarketDataSubscribe, Subscription
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

SUBSCRIBE, UNSUBSCRIBE = "S", "U"
NUMBERS = 2**32
ENTRIES = 5
"""Instruments in one request."""

Wanted = tuple[int, int | str, int]
"""Subscribe type, instrument and start layer."""


class MarketData(TwoStageClient):
    """Logs a user on through the AES at ``host:port``, then at the MDS that it names.

    It is used as a Trader is, blocking or in a selector loop of your own. An MDS that is lost is followed by another
    one, or by itself, for up to ``resume_s`` seconds (0: never), and what was subscribed to is subscribed to there:
    a fresh picture of each comes first, ``on_resume`` is called before it. Trades of the time between are not told.
    ``missed`` counts numbered messages that did not come; an MDS leaves none out, so it stays 0.
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
        resume_s: float = 15.0,
        on_resume: Callable[[], object] | None = None,
        codes: Codes | None = None,
    ) -> None:
        clock = clock or Clock()
        codes = codes or Codes(key, mode, clock)
        super().__init__(
            (host, port), Requests(account, user, 1), codes, MARKET_DATA, clock,
            selector=selector, on_message=on_message, transcript=transcript, timeout_s=timeout_s,
            resume_s=resume_s, on_resume=on_resume,
        )  # fmt: skip
        self.missed = 0
        self._last_number = 0
        self._wanted: dict[Wanted, None] = {}

    @classmethod
    def beside(
        cls,
        other: TwoStageClient,
        grant: ClientLogon,
        *,
        selector: selectors.BaseSelector | None = None,
        transcript: Transcript | None = None,
        resume_s: float = 15.0,
    ) -> Self:
        """Log on with a fresh grant of another session of this user, such as a Trader's, without a further code."""
        host, port = other._aes_address
        market = cls(
            host, port, "", other._requests.user, other._requests.account, selector=selector, transcript=transcript,
            clock=other._clock, resume_s=resume_s, codes=other._codes,
        )  # fmt: skip
        market._handover.start_with(grant, other._requests.two_fa)
        market._finish_logon()
        return market

    # -- subscriptions; each gives the messages that were sent

    def subscribe(
        self, *instruments: int | str, kind: SubscribeType | int = SubscribeType.TOB, layer: int = 1
    ) -> list[MarketDataSubscribe]:
        """Ask for the pictures of these instruments, by number or name, from a start layer on.

        The first picture comes at once, the next when it changed; a REJECT transaction comes for what cannot be
        had. Asking again repeats the picture.
        """
        self._raise_unless_trading()
        wanted = [(int(kind), instrument, layer) for instrument in instruments]
        self._wanted.update(dict.fromkeys(wanted))
        return self._send(wanted, SUBSCRIBE)

    def unsubscribe(
        self, *instruments: int | str, kind: SubscribeType | int = SubscribeType.TOB, layer: int = 1
    ) -> list[MarketDataSubscribe]:
        """Ask for no more of these; name them as when they were subscribed to."""
        self._raise_unless_trading()
        unwanted = [(int(kind), instrument, layer) for instrument in instruments]
        for one in unwanted:
            self._wanted.pop(one, None)
        return self._send(unwanted, UNSUBSCRIBE)

    # -- what the handover calls

    def take_message(self, server: str, message: Message, is_ours: bool) -> None:
        """Look at the number of a message before it is passed on."""
        if server == MDS and not isinstance(message, (ClientLogon, Transaction)):
            number = getattr(message, "MsgSeqNum", None)
            if number is not None:
                self.missed += (number - self._last_number - 1) % NUMBERS
                self._last_number = number
        super().take_message(server, message, is_ours)

    def trading_again(self) -> None:
        """Numbers begin anew with the session, and nothing is subscribed to there yet."""
        self._last_number = 0
        super().trading_again()
        self._send(list(self._wanted), SUBSCRIBE)

    # -- inside

    def _send(self, wanted: list[Wanted], subscribe: str) -> list[MarketDataSubscribe]:
        mds = self._handover.server
        assert mds is not None, "logged on at no MDS"
        sent = []
        for kind in dict.fromkeys(kind for kind, _, _ in wanted):
            entries = [_entry(instrument, layer, subscribe) for this, instrument, layer in wanted if this == kind]
            for first in range(0, len(entries), ENTRIES):
                request = self._requests.market_data(kind, entries[first : first + ENTRIES], self._clock.now_ns())
                self._transcript.send_request(request)
                mds.send_message(request)
                sent.append(request)
        self._mailbox.raise_failure()
        return sent


def _entry(instrument: int | str, layer: int, subscribe: str) -> Subscription:
    named = {"Symbol": instrument} if isinstance(instrument, str) else {"SymbolEnum": instrument}
    return Subscription(**named, Layers=layer, Subscribe=subscribe)
