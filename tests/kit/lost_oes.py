"""A venue whose primary order-entry server can be lost, and Traders that go on at its spare.

In: what a test wants to go wrong. Out: servers with one book, a Trader on a selector loop whose time a test winds.
Never knows: what is right.
"""

import io
import selectors
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from base.client import Trader
from base.client.logon import Stage
from base.client.transcript import Transcript
from base.messages import ClientLogon, Message
from tests.kit.clock import ManualClock
from tests.kit.one_book import OneBook
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import (
    SESSION,
    Reply,
    Script,
    ScriptedServer,
    accepting_aes,
    accepting_oes,
    closed_port,
)


class Venue:
    """Two order-entry servers with one book, as a primary and its spare have; the AES names one at a time."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.book = OneBook()
        self.book.finished = {}
        self.cut_at: Callable[[Message], bool] = lambda message: False
        self.arrives = True
        self.primary = self.start(accepting_oes(self._flaky))
        self.spare = self.start(accepting_oes(self.book))
        self.named = [self.primary.text]
        self.aes_says: list[Script] = []
        """What the AES does with the logons to come, before it accepts again."""
        self.aes = self.start(self._aes)
        self.told: list[Message] = []
        self.resumed: list[Stage] = []
        self.output = io.StringIO()

    def start(self, script: Script) -> ScriptedServer:
        return self.stack.enter_context(ScriptedServer(script))

    def _aes(self, message: Message) -> Iterable[Reply]:
        script = self.aes_says.pop(0) if self.aes_says else accepting_aes(*self.named)
        for reply in script(message):
            yield reply.replace(TradingSessionID=SESSION + self.logons) if isinstance(reply, ClientLogon) else reply

    @property
    def logons(self) -> int:
        return self.aes.received.qsize() - 1

    def _flaky(self, message: Message) -> Iterable[Reply]:
        """Answer, or hang up instead: with or without having carried out what was asked."""
        if not self.cut_at(message):
            yield from self.book(message)
            return
        self.named = [self.spare.text]
        if self.arrives:
            list(self.book(message))
        yield None

    def kill_primary(self) -> None:
        """The primary dies and its spare takes over."""
        self.named = [self.spare.text]
        self.primary.hang_up()

    def trader(self, **options: object) -> Trader:
        given: dict[str, object] = {"key": "1", "user": "1", "account": 1, "first_order_id": 1, "timeout_s": PATIENCE_S}
        trader = Trader(
            *self.aes.address,
            on_message=self.told.append,
            on_resume=lambda: self.resumed.append(trader.stage),
            transcript=Transcript(self.output),
            **(given | options),  # type: ignore[arg-type]
        )
        self.stack.callback(trader.close)
        return trader

    def resuming_trader(self, **options: object) -> Trader:
        """Give a Trader that has just lost the primary, and whose AES will say twice that there is none."""
        trader = self.trader(**options)
        trader.log_on()
        self.aes_says = [refused_with(10)] * 2
        self.kill_primary()
        while not trader.resuming:
            trader.newest_open_order()  # serves the sockets once
        return trader

    def asked_of_spare(self) -> list[Message]:
        return list(self.spare.received.queue)[1:]


class Loop:
    """Somebody's selector loop, in which no time passes but that for which a Trader asks."""

    def __init__(self, venue: Venue, **options: object) -> None:
        self.sel = venue.stack.enter_context(selectors.DefaultSelector())
        self.clock = ManualClock()
        self.pauses: list[int] = []
        self.trader = venue.trader(selector=self.sel, clock=self.clock, **options)
        self.trader.start_logon()
        self.run_until(lambda: self.trader.stage is Stage.TRADING)

    def turn(self) -> None:
        if self.trader.stage is Stage.PAUSING:
            deadline_ns = self.trader.next_deadline_ns()
            assert deadline_ns is not None, "a pause without an end"
            self.pauses.append(deadline_ns - self.clock.now_ns())
            self.clock.advance(max(0, self.pauses[-1]))
        else:
            ready = self.sel.select(PATIENCE_S)
            assert ready, f"nothing comes in stage {self.trader.stage}"
            for key, mask in ready:
                key.data.process_events(mask)
        self.trader.deadline_passed(self.clock.now_ns())

    def run_until(self, done: Callable[[], object]) -> None:
        while not done():
            self.turn()


def refused_with(reason: int) -> Script:
    """Refuse and keep the connection, as an AES does with a further logon."""
    return lambda message: [message.replace(LoginStatus=2, RejectReason=reason)]


def dead() -> str:
    host, port = closed_port()
    return f"{host}:{port}"
