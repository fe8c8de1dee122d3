"""A pair of scripted servers and a Trader that is logged on to them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from base import limits
from base.client import Trader
from base.messages import ClientLogon, Message
from tests.kit.lost_oes import Venue
from tests.kit.one_book import OneBook
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import ScriptedServer, accepting_aes, accepting_oes


@dataclass
class House:
    """An AES and an OES with one book, and everything that a Trader was told."""

    aes: ScriptedServer
    oes: ScriptedServer
    book: OneBook
    stack: ExitStack
    told: list[Message] = field(default_factory=list)

    def trader(self, **options: object) -> Trader:
        """Give a Trader that is logged on."""
        given: dict[str, object] = {"key": "1", "user": "1", "account": 1, "first_order_id": 1, "timeout_s": PATIENCE_S}
        given |= options
        trader = Trader(*self.aes.address, on_message=self.told.append, **given)  # type: ignore[arg-type]
        self.stack.callback(trader.close)
        trader.log_on()
        return trader

    def requests(self) -> list[Message]:
        """Give what the OES received so far, logons left out."""
        received = [self.oes.received.get(timeout=PATIENCE_S) for _ in range(self.oes.received.qsize())]
        return [message for message in received if not isinstance(message, ClientLogon)]


@pytest.fixture
def house() -> Iterator[House]:
    book = OneBook()
    with ExitStack() as stack:
        oes = stack.enter_context(ScriptedServer(accepting_oes(book)))
        aes = stack.enter_context(ScriptedServer(accepting_aes(oes.text)))
        yield House(aes, oes, book, stack)


@pytest.fixture
def venue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Venue]:
    monkeypatch.setattr(limits, "CLIENT_RESUME_PAUSE_NS", 1_000_000)
    with ExitStack() as stack:
        yield Venue(stack)
