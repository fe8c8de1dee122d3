"""A session of one user at the server that the AES hands it over to: logging on and off, waiting, going on elsewhere.

In: calls, readiness of two sockets, the time. Out: typed messages, by callback and by iteration.
Never knows: orders, books, what a request looks like. Follows section 5 (session flow) of the protocol.
"""

import selectors
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from base.client.codes import Codes
from base.client.handover import Handover
from base.client.logon import AES, Service, Stage
from base.client.mailbox import SECOND_NS, Mailbox
from base.client.requests import Requests
from base.client.transcript import Transcript
from base.clock import Clock
from base.errors import LocalProtocolError
from base.wire.layout import Message


class TwoStageClient:
    """What a Trader and MarketData have in common."""

    def __init__(
        self,
        aes_address: tuple[str, int],
        requests: Requests,
        codes: Codes,
        service: Service,
        clock: Clock,
        *,
        selector: selectors.BaseSelector | None,
        on_message: Callable[[Message], object] | None,
        transcript: Transcript | None,
        timeout_s: float,
        resume_s: float,
        on_resume: Callable[[], object] | None,
    ) -> None:
        self._clock = clock
        self._requests = requests
        self._codes = codes
        self._aes_address = aes_address
        self._service = service
        self._on_message = on_message
        self._on_resume = on_resume
        self._transcript = transcript or Transcript()
        self._own_selector = selectors.DefaultSelector() if selector is None else None
        self._handover = Handover(
            selector or self._own_selector or selectors.DefaultSelector(),
            aes_address,
            requests,
            self,
            self._transcript,
            clock,
            int(timeout_s * SECOND_NS),
            codes,
            int(resume_s * SECOND_NS),
            service,
        )
        self._mailbox = Mailbox(self._handover, clock, self._own_selector)

    def __enter__(self) -> Self:
        if self.stage is not Stage.TRADING:
            self.log_on()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self.stage is Stage.TRADING:
            self.logout()
        self.close()

    # -- how it stands

    @property
    def stage(self) -> Stage:
        """How far the logon has come."""
        return self._handover.stage

    @property
    def failure(self) -> Exception | None:
        """Why the session ended; None while it lasts and after a logout of our own."""
        return self._handover.failure

    @property
    def trading_session(self) -> int:
        """The TradingSessionID that the AES gave."""
        return self._requests.trading_session

    @property
    def resuming(self) -> bool:
        """Whether the server was lost and another one may take us."""
        return self._handover.is_resuming

    def address_of(self, server: str) -> tuple[str, int] | None:
        """Give the address of the "AES", "OES" or "MDS" that this session is connected to; None for none."""
        connection = {AES: self._handover.aes, self._service.server: self._handover.server}[server]
        return None if connection is None or connection.closed else connection.address

    # -- logging on and off

    def start_logon(self) -> None:
        """Begin the logon without waiting; readiness of the sockets carries it on."""
        if self._requests.two_fa:
            raise LocalProtocolError(f"a {type(self).__name__} logs on once: make a new one for the next session")
        self._handover.start()

    def log_on(self) -> None:
        """Log on through the AES; returns when requests may be sent.

        Raises LogonRefused when a server says no, ConnectionLost when none can be used, NoReply when
        the AES stays silent.
        """
        self.start_logon()
        self._finish_logon()

    def _finish_logon(self) -> None:
        while self.stage not in (Stage.TRADING, Stage.OVER):
            self._mailbox.turn(None)
        self._mailbox.raise_failure()

    def wait_until_trading(self) -> None:
        """Wait until things go on after a loss; ConnectionLost when they do not."""
        while self._handover.is_resuming:
            self._mailbox.turn(None)
        self._mailbox.raise_failure()

    def logout(self) -> None:
        """Say goodbye to both servers and wait, for a bounded time, until they close."""
        self.start_logout()
        while self._handover.connections:
            self._mailbox.turn(None)

    def start_logout(self) -> None:
        """Say goodbye to both servers without waiting."""
        if self.stage is not Stage.OVER:
            self._handover.send_logouts()

    def close(self) -> None:
        """Close everything now; harmless when it is closed already."""
        self._handover.close()
        if self._own_selector is not None:
            self._own_selector.close()
            self._own_selector = None

    # -- what comes

    def messages(self, timeout_s: float) -> Iterator[Message]:
        """Give messages as they arrive, oldest first, for ``timeout_s`` seconds; 0 gives what is there already.

        Raises ConnectionLost when the session ended otherwise than by a logout, after the last message.
        """
        return self._mailbox.messages(timeout_s)

    def wait_for(self, predicate: Callable[[Message], object], timeout_s: float = 10.0) -> Message:
        """Give the first message that ``predicate`` accepts; the others keep waiting to be read.

        Raises NoReply after ``timeout_s`` seconds and ConnectionLost when the session is over.
        """
        return self._mailbox.collect(predicate, lambda: True, timeout_s)

    # -- what a selector loop and the handover call

    def next_deadline_ns(self) -> int | None:
        """Give the time, on the clock's ``now_ns``, at which ``deadline_passed`` is due; None for never."""
        return self._handover.next_deadline_ns()

    def deadline_passed(self, now_ns: int) -> None:
        """Give up what was awaited for too long."""
        self._handover.deadline_passed(now_ns)

    def take_message(self, server: str, message: Message, is_ours: bool) -> None:
        """Keep a message that arrived from ``server``, and tell of it; that of the logon itself is not kept."""
        if not is_ours:
            self._mailbox.put(message)
        if self._on_message is not None:
            self._on_message(message)

    def server_lost(self) -> None:
        """Nothing can be sent for now."""

    def trading_again(self) -> None:
        """Another server took us."""
        if self._on_resume is not None:
            self._on_resume()

    def wake(self, now_ns: int) -> None:
        """The time that was asked for has come; nobody asks here."""

    def _raise_unless_trading(self) -> None:
        if self._own_selector is not None:
            self.wait_until_trading()
        self._mailbox.raise_failure()
        if self.resuming:
            server, purpose = self._service.server, self._service.purpose
            raise LocalProtocolError(
                f"resuming: the {server} was lost, and nothing can be sent before {purpose} goes on"
            )
        if self.stage is not Stage.TRADING:
            raise LocalProtocolError(f"not logged on (the stage is {self.stage.name}): call log_on first")
