"""Market data from the menu: subscribe, receive, unsubscribe, and an MDS that goes away."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.client import Trader
from base.client.console import Console
from base.client.menu import Menu, MenuTranscript
from base.client.quotes import Quotes
from base.errors import ConnectionLost
from base.wire.bo.codes import SubscribeType
from tests.kit.patience import PATIENCE_S
from tests.kit.whole_venue import WholeVenue, trade, whole_venue


@pytest.fixture
def console_without_input() -> Iterator[Console]:
    with Path(os.devnull).open() as nothing:
        console = Console(nothing, io.StringIO())
        yield console
        console.selector.close()


def choose(venue: WholeVenue, *lines: str, receive_s: float = 0.2) -> str:
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    output = io.StringIO()
    transcript = MenuTranscript(output)
    with os.fdopen(reading) as source:
        console = Console(source, output)
        host, port = venue.aes.address
        with Trader(
            host, port, "BOU7", "BOU7", 100700, selector=console.selector, transcript=transcript, clock=console.clock,
            timeout_s=PATIENCE_S,
        ) as trader:
            Menu(trader, console, transcript, receive_s=receive_s, answer_s=PATIENCE_S).run()
    console.selector.close()
    return output.getvalue()


def test_books_are_shown_as_other_messages_are(tmp_path: Path) -> None:
    with whole_venue(tmp_path) as venue:
        trade(venue.aes, 50_000.0)
        shown = choose(venue, "s", "", "s 4", "4", "2", "0", "u", "", "q")
    assert "[lib]  Message type is tob_msg\n" in shown
    assert "[lib]    BuyPrice :  50000.0\n" in shown
    assert "[lib]  From MDS server, Received message: len= 100\n" in shown
    assert "Enter a start layer (1, 2, 3) [1]: " in shown and "[lib]    StartLayer :  2\n" in shown
    assert shown.count("The MDS server is") == 1, "one session serves all subscriptions"
    assert shown.count("Encoded Md Subscribe message") == 3
    assert "Connection to the MDS server at" in shown


def test_what_comes_while_receiving_is_counted(tmp_path: Path, console_without_input: Console) -> None:
    with whole_venue(tmp_path) as venue:
        trader = Trader(*venue.aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S)
        console = console_without_input
        with trader:
            quotes = Quotes(trader, console.selector, MenuTranscript(), console.clock)
            quotes.subscribe(1, SubscribeType.TOB, 1, PATIENCE_S)
            deadline = quotes.next_deadline_ns()
            assert deadline is None
            quotes.deadline_passed(console.clock.now_ns())
            trader.replies(trader.new_order("BTCUSD", 1, 1.0, 50_000.0))
            count = 0
            while not count:
                count = quotes.receive(0.05)
            assert count == 1
            quotes.unsubscribe(1, SubscribeType.TOB, 1, PATIENCE_S)
            quotes.close()


def test_an_instrument_that_is_none_is_refused_and_the_menu_goes_on(tmp_path: Path) -> None:
    with whole_venue(tmp_path) as venue:
        shown = choose(venue, "s 99", "", "f", "q")
    assert "Order rejected" in shown
    assert "[lib]  Message type is collateral" in shown


def test_an_mds_that_is_gone_for_good_is_told_once(tmp_path: Path, console_without_input: Console) -> None:
    with whole_venue(tmp_path) as venue:
        console = console_without_input
        with Trader(*venue.aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S) as trader:
            quotes = Quotes(trader, console.selector, MenuTranscript(), console.clock)
            quotes.subscribe(1, SubscribeType.TOB, 1, PATIENCE_S)
            market = quotes._market
            assert market is not None
            market._handover._fail(ConnectionLost("the MDS is gone"))
            with pytest.raises(ConnectionLost, match="the MDS is gone"):
                quotes.receive(1.0)
            assert quotes.receive(0.0) == 0
            quotes.subscribe(1, SubscribeType.TOB, 1, PATIENCE_S)
            quotes.close()
