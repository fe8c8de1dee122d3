"""The menu as the owner's README shows it, driven by lines, in one process."""

import io
import os
import re
import threading
from collections.abc import Iterable

import pytest

from base.client.console import Console
from base.client.menu import Menu, MenuTranscript, main
from base.errors import ConnectionLost
from base.messages import (
    TIF,
    ClientLogon,
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    Message,
    MessageType,
    OpenOrderRequest,
    OrderType,
    RiskUpdateRequest,
    Side,
    Transaction,
)
from tests.client.conftest import House
from tests.kit.lost_oes import Venue, refused_with
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import Reply, closed_port

MENU = """\
0\tGo To Receive Mode
H\tclient_logon
Y\tinstrument_request
w\trisk_update_request
E\topen_order_request
f\tcollateral_request
T\tnew_limit_order
s\tmd_subscribe
u\tmd_unsubscribe

Enter a valid message type: """


def choose(house: House, *lines: str, receive_s: float | None = None) -> tuple[str, list[Message]]:
    """Run the menu over these lines; give what it showed and what the OES received."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    output = io.StringIO()
    transcript = MenuTranscript(output)
    with os.fdopen(reading) as source:
        console = Console(source, output)
        trader = house.trader(selector=console.selector, transcript=transcript)
        Menu(trader, console, transcript, receive_s=receive_s, answer_s=PATIENCE_S).run()
        trader.logout()
    console.selector.close()
    return output.getvalue(), house.requests()


def test_the_menu_is_that_of_the_readme(house: House) -> None:
    shown, _ = choose(house)
    assert MENU in shown
    assert "The input ended." in shown


@pytest.mark.parametrize(
    "line, kind, symbol",
    [
        ("Y", InstrumentRequest, 0),
        ("w", RiskUpdateRequest, 1),
        ("w 4", RiskUpdateRequest, 4),
        ("w BTCUSDT", RiskUpdateRequest, 4),
        ("E", OpenOrderRequest, 1),
        ("f", CollateralRequest, 0),
    ],
)
def test_each_request_is_sent_and_answered(house: House, line: str, kind: type[Message], symbol: int) -> None:
    shown, received = choose(house, line, "q")
    assert isinstance(received[0], kind)
    assert received[0].SymbolEnum == symbol
    frame = received[0].encode()
    assert f"Encoded {kind.NAME.replace('_', ' ').title()} message {frame.hex().upper()}\n" in shown
    assert f"\nsending {len(frame)} bytes to {house.oes.address}  ...\n" in shown
    assert shown.count(MENU) == 2
    assert "The input ended." not in shown


def test_a_logon_goes_to_the_aes_and_is_the_sample(house: House) -> None:
    shown, _ = choose(house, "H")
    assert re.search(r"\nEncoded Client Logon message 48008F0001000100000035313738343631(00)+FA01", shown)
    assert f"\nsending 143 bytes to {house.aes.address}  ...\n" in shown
    logons = [message for message in house.aes.received.queue if isinstance(message, ClientLogon)]
    assert [message.LogonType for message in logons] == [1, 1, 2]


def test_an_order_with_every_default(house: House) -> None:
    shown, received = choose(house, "T", "", "", "", "", "", "")
    (order,) = received
    assert (order.MessageType, order.OrderType, order.BOSide, order.TIF) == (1, 1, 1, 2)
    assert (order.SymbolEnum, order.BOPrice, order.BOOrderQty) == (1, 50100.5, 0.5)
    assert "(1 ORDER_NEW, 2 CANCEL_REPLACE, 5 ORDER_STATUS, 6 ORDER_CANCEL)" in shown
    assert all(f"{order_type.value} {order_type.name}" in shown for order_type in OrderType)
    assert "Order replied" in shown


def test_an_order_with_every_choice(house: House) -> None:
    _, (order,) = choose(house, "T 4", "order_new", "LMT", "sell", "2.5", "49000", "DAY")
    assert (order.SymbolEnum, order.BOSymbol, order.BOSide, order.TIF) == (4, "BTCUSDT", Side.SELL, TIF.DAY)
    assert (order.BOPrice, order.BOOrderQty) == (49000.0, 2.5)


@pytest.mark.parametrize("order_type", OrderType)
def test_every_order_type_can_be_chosen(house: House, order_type: OrderType) -> None:
    lines = ["T", "1", str(order_type.value), "", "", "", "", "q"]
    if order_type == OrderType.MKT:
        del lines[-2]  # a market order is not asked for a price
    shown, (order,) = choose(house, *lines)
    assert order.OrderType == order_type
    assert "Order replied" in shown or "ORD_TYPE_INVALID" in shown


def test_the_last_order_is_offered_for_replace_status_and_cancel(house: House) -> None:
    _, received = choose(
        house, "T", "", "", "", "", "", "", "T", "2", "", "3", "50000", "T", "5", "", "T", "6", "", "T", "6", "1"
    )
    order, replacement, status, cancel, late = (message for message in received if isinstance(message, Transaction))
    assert (replacement.OrigOrderID, replacement.BOOrderQty, replacement.BOPrice) == (order.OrderID, 3.0, 50000.0)
    assert (status.MessageType, status.OrderID) == (MessageType.ORDER_STATUS, replacement.OrderID)
    assert (cancel.OrigOrderID, late.OrigOrderID) == (replacement.OrderID, 1)
    assert house.book.orders == {}


def test_an_unknown_order_is_explained_and_the_menu_goes_on(house: House) -> None:
    for message_type in ("2", "6"):
        shown, received = choose(house, "T", message_type, "999", "f")
        assert "order 999 was neither entered here nor listed: list your open orders with E (E and a number" in shown
        assert "SymbolEnum and BOSide" not in shown, "the menu asks for neither"
        assert isinstance(received[-1], CollateralRequest)


def test_an_order_of_another_session_can_be_cancelled_once_listed(house: House) -> None:
    house.book.orders[500] = Transaction(MessageType=1, OrderID=500, SymbolEnum=1, OrderType=1, BOSide=2)
    _, received = choose(house, "E", "T", "6", "")
    assert (received[-1].MessageType, received[-1].OrigOrderID) == (MessageType.ORDER_CANCEL, 500)
    assert house.book.orders == {}


def test_an_order_that_is_over_is_not_offered(house: House) -> None:
    enter = ("T", "", "", "", "", "", "")
    shown, _ = choose(house, *enter, *enter, "T", "6", "", "T", "6", "", "T", "6", "12")
    assert re.findall(r"Enter the OrderID.*?: ", shown) == [
        "Enter the OrderID [2]: ", "Enter the OrderID [1]: ", "Enter the OrderID: ",
    ]  # fmt: skip


def test_an_order_that_was_filled_meanwhile_is_not_offered(house: House) -> None:
    acknowledge = house.oes.script

    def script(message: Message) -> Iterable[Reply]:
        yield from acknowledge(message)
        if isinstance(message, Transaction):
            yield message.replace(MessageType=MessageType.EXECUTION)

    house.oes.script = script
    shown, _ = choose(house, "T", "", "", "", "", "", "", "f", "T", "5", "1")
    assert "Enter the OrderID: " in shown


def test_before_any_order_there_is_none_to_offer(house: House) -> None:
    shown, _ = choose(house, "T", "6", "", "0", "12")
    assert "'' is not a valid OrderID" in shown


@pytest.mark.parametrize("line", ["x", "t", "TT", "", "00", "é", "w 0", "w DOGE"])
def test_an_invalid_choice_is_explained_and_asked_again(house: House, line: str) -> None:
    shown, received = choose(house, line, "f")
    assert "is not in the menu: enter one of 0, H, Y, w, E, f, T" in shown or "is no instrument" in shown
    assert len(received) == 1


def test_a_lost_aes_stops_only_what_needs_it(house: House) -> None:
    house.book.on_request = house.aes.hang_up
    shown, received = choose(house, "f", "H", "H", "f")
    assert "the connection to the AES is over: it cannot be asked for a fresh grant" in shown
    assert len(received) == 2


def test_a_lost_aes_is_known_at_once(house: House) -> None:
    trader = house.trader()
    house.aes.hang_up()
    with pytest.raises(ConnectionLost, match="the connection to the AES is over"):
        trader.replies(trader.fresh_grant(), timeout_s=60.0)


def test_receive_mode_for_a_time(house: House) -> None:
    shown, _ = choose(house, "0", receive_s=0.01)
    assert "Receiving for 0.01 s ...\n0 messages received.\n" in shown


def test_receive_mode_until_enter(house: House) -> None:
    shown, received = choose(house, "0", "", "f")
    assert "Receiving; press Enter to go back to the menu ...\n0 messages received.\n" in shown
    assert len(received) == 1


def test_the_menu_goes_on_after_the_loss_of_the_oes(house: House) -> None:
    hung_up: list[bool] = []

    def hang_up_once() -> None:
        if not hung_up:
            hung_up.append(True)
            house.oes.hang_up()

    house.book.on_request = hang_up_once
    shown, received = choose(house, "f", "w", "q")
    assert [message.NAME for message in received] == ["collateral_request"] * 2 + ["risk_update_request"]
    host, port = house.oes.address
    assert shown.count(f"[lib]  The connection to the OES at {host}:{port} was lost: going on elsewhere") == 1
    assert shown.count(f"[lib]  Trading goes on at {host}:{port}\n") == 1


def test_the_menu_waits_and_receives_while_trading_does_not_go_on_yet(venue: Venue) -> None:
    reading, writing = os.pipe()
    guard = threading.Timer(PATIENCE_S, os.close, (writing,))
    guard.start()
    os.write(writing, b"f\n0\n")
    output = io.StringIO()
    with os.fdopen(reading) as source:
        console = Console(source, output)
        trader = venue.resuming_trader(selector=console.selector)

        def lose_it_again(message: Message) -> None:
            if isinstance(message, CollateralResponse):
                venue.named = [venue.primary.text]
                venue.aes_says = [refused_with(10)]
                venue.spare.hang_up()

        trader._on_message = lose_it_again

        def press_enter() -> None:
            if trader.address_of("OES") == venue.primary.address:
                os.write(writing, b"\nq\n")

        trader._on_resume = press_enter
        Menu(trader, console, MenuTranscript(output)).run()
        assert trader.address_of("OES") == venue.primary.address
    assert guard.is_alive(), "the menu was left because its input ended"
    guard.cancel()
    os.close(writing)


def test_a_loss_is_told_at_the_prompt_and_the_prompt_shown_again(house: House) -> None:
    reading, writing = os.pipe()
    output = io.StringIO()
    with os.fdopen(reading) as source:
        console = Console(source, output)
        trader = house.trader(selector=console.selector, transcript=MenuTranscript(output))
        trader._on_resume = lambda: os.write(writing, b"q\n")
        leaving = threading.Timer(0.05, house.oes.hang_up)
        leaving.start()
        Menu(trader, console, MenuTranscript(output)).run()
        leaving.join()
    os.close(writing)
    host, port = house.oes.address
    lost, goes_on = (output.getvalue().index(words) for words in (f"at {host}:{port} was lost", "Trading goes on at"))
    prompts = [found.start() for found in re.finditer("Enter a valid message type: ", output.getvalue())]
    assert prompts[0] < lost < goes_on < prompts[1]


def test_a_venue_that_does_not_come_back_ends_the_menu_at_the_prompt(house: House) -> None:
    reading, writing = os.pipe()  # stays open: nobody types anything
    output = io.StringIO()
    with os.fdopen(reading) as source:
        console = Console(source, output)
        trader = house.trader(selector=console.selector, resume_s=0)
        leaving = threading.Timer(0.05, house.oes.hang_up)
        leaving.start()
        with pytest.raises(ConnectionLost, match=r"the connection to the OES at .* is over: closed by the server"):
            Menu(trader, console, MenuTranscript(output)).run()
        leaving.join()
    os.close(writing)


def test_receive_mode_ends_with_the_session(house: House) -> None:
    reading, writing = os.pipe()  # stays open: nobody presses Enter
    guard = threading.Timer(PATIENCE_S, os.close, (writing,))
    guard.start()
    os.write(writing, b"0\n")
    output = io.StringIO()
    with os.fdopen(reading) as source:
        console = Console(source, output)
        trader = house.trader(selector=console.selector, resume_s=0)
        house.oes.hang_up()
        menu = Menu(trader, console, MenuTranscript(output))
        with pytest.raises(ConnectionLost, match=r"the connection to the OES at .* is over: closed by the server"):
            menu.run()
        guard.cancel()
    os.close(writing)


def test_the_program_reports_a_refused_connection(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"1\n1\n1\n")
    os.close(writing)
    host, port = closed_port()
    with os.fdopen(reading) as source:
        monkeypatch.setattr("sys.stdin", source)
        assert main([host, str(port)]) == 1
    said = capsys.readouterr().err
    assert said == f"error: the AES at {host}:{port} cannot be used: cannot connect: Connection refused\n"
