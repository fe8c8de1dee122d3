"""The transcript's lines are those of the owner's README, and colour stays off where it is not wanted."""

import io

import pytest

from base.client.transcript import Transcript, is_accepted, reject_name, wants_colour
from base.messages import ClientLogon, MarketDataSubscribe, Message, MessageType, RejectReason, Transaction

AES = ("127.0.0.1", 4444)
OES = ("127.0.0.1", 4445)

REPLY = ClientLogon(
    LogonType=1,
    Account=100700,
    TwoFA="1F6A",
    UserName="BOU7",
    TradingSessionID=506,
    PrimaryOrderEntryIP="127.0.0.1:4445",
    SecondaryOrderEntryIP="1",
    PrimaryMarketDataIP="1",
    SecondaryMarketDataIP="1",
    LastSeqNum=1500201,
    Key=432451,
    LoginStatus=1,
)

README = """\
[lib]  The AES server is 127.0.0.1 : 4444

[lib]  Starting connection to 127.0.0.1 : 4444  ...
[lib]  Successfully connected to the server.
[lib]  Send the AES Logon message

[lib]  Encoded Client Logon message 48008F
[lib]  Sending 3 bytes to 127.0.0.1 : 4444  ..
[lib]  Read 143 bytes from 127.0.0.1 : 4444

[lib]  Processing the received message ...
[lib]  Message type is client_logon
[lib]  Buffer size is 143 required len is 143
[lib]    Data1 :  H
[lib]    Data2 :
[lib]    Data3 :  143
[lib]    LogonType :  1
[lib]    Account :  100700
[lib]    TwoFA :  1F6A
[lib]    UserName :  BOU7
[lib]    TradingSessionID :  506
[lib]    PrimaryOrderEntryIP :  127.0.0.1:4445
[lib]    SecondaryOrderEntryIP :  1
[lib]    PrimaryMarketDataIP :  1
[lib]    SecondaryMarketDataIP :  1
[lib]    SendingTime :  0
[lib]    LastSeqNum :  1500201
[lib]    Key :  432451
[lib]    LoginStatus :  1
[lib]    RejectReason :  0
[lib]    RiskMaster :
[lib]  Valid: True
[lib]  From AES server, Received message: len= 143
[lib]  AES Logon success
[lib]  The OES server is 127.0.0.1 : 4445
[lib]  Starting connection to 127.0.0.1 : 4445  ...
[lib]  Successfully connected to the server.
[lib]  At send_callback to OES ...
[lib]  Send the OES Logon message

[lib]  At sending, Message Counter is 0 Tx/Rx state is recv_logon
[lib]  At send_callback to OES ...
[lib]  Sending the Order message, msg_type= 1 order_type= 1
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_dialogue_of_the_readme_line_by_line() -> None:
    output = io.StringIO()
    transcript = Transcript(output)
    transcript.connecting("AES", AES)
    transcript.connected()
    transcript.send_logon("AES")
    transcript.sending(ClientLogon(), b"\x48\x00\x8f", AES)
    transcript.read(143, AES)
    transcript.received("AES", REPLY, 143)
    transcript.connecting("OES", OES)
    transcript.connected()
    transcript.at_send_callback("OES")
    transcript.send_logon("OES")
    transcript.counter("sending", 0, "recv_logon")
    transcript.at_send_callback("OES")
    transcript.send_order(Transaction(MessageType=1, OrderType=1))
    assert output.getvalue() == README


@pytest.mark.parametrize(
    "message, lines",
    [
        (Transaction(MessageType=MessageType.ORDER_ACK), ["Valid: True", "Order replied"]),
        (Transaction(MessageType=MessageType.CANCELLED), ["Valid: True", "Order cancelled"]),
        (Transaction(MessageType=MessageType.REPLACED), ["Valid: True", "Order replaced"]),
        (Transaction(MessageType=MessageType.QUOTE_FILL), ["Valid: True", "Order quote filled"]),
        (
            Transaction(MessageType=MessageType.REJECT, RejectReason=47),
            ["Valid: False", "Reject Code:  47", "Reject Reason: NOT_ENOUGH_EQUITY_TO_COMPLETE", "Order rejected"],
        ),
        (ClientLogon(LogonType=1, LoginStatus=2, RejectReason=4), ["Valid: False", "INVALID_KEY", "OES Logon fail"]),
        (ClientLogon(LogonType=1, LoginStatus=2), ["Valid: False", "OES Logon fail"]),
        (ClientLogon(LogonType=2), ["OES Logout"]),
        (MarketDataSubscribe(), ["Message type is md_subscribe", "Subscribes[4].Symbol :"]),
    ],
)
def test_what_a_message_means_is_said(message: Message, lines: list[str]) -> None:
    output = io.StringIO()
    Transcript(output).received("OES", message, message.SIZE)
    for line in lines:
        assert line in output.getvalue()


def test_a_control_character_cannot_move_the_cursor() -> None:
    output = io.StringIO()
    Transcript(output).fields(ClientLogon(UserName="\x1b[2J"))
    assert "UserName :  \\x1b[2J\n" in output.getvalue()
    assert "\x1b" not in output.getvalue()


@pytest.mark.parametrize(
    "output, no_color, coloured",
    [
        (Terminal(), None, True),
        (Terminal(), "", True),
        (Terminal(), "1", False),
        (io.StringIO(), None, False),
    ],
)
def test_colour_only_on_a_terminal_that_wants_it(
    output: io.StringIO, no_color: str | None, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert wants_colour(output) is coloured
    Transcript(output).received("OES", REPLY, 143)
    assert ("\x1b[" in output.getvalue()) is coloured


def test_without_an_output_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Transcript().received("AES", REPLY, 143)
    Transcript().sending(REPLY, REPLY.encode(), AES)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("reason, accepted", [(0, True), (49, True), (50, True), (1, False), (57, False)])
def test_three_codes_are_no_refusal(reason: int, accepted: bool) -> None:
    assert is_accepted(Transaction(RejectReason=reason)) is accepted


def test_every_reject_has_a_name() -> None:
    assert [reject_name(reason) for reason in RejectReason] == [reason.name for reason in RejectReason]
    assert reject_name(58) == "unknown reject 58"


def test_a_server_that_is_tried_again_and_again_is_told_of_once() -> None:
    output = io.StringIO()
    transcript = Transcript(output)
    for _ in range(3):
        transcript.connecting("AES", AES)
        transcript.unreachable("AES", AES, "Connection refused")
    transcript.connecting("AES", AES)
    transcript.unreachable("AES", AES, "no answer within 3 s")
    assert [line.split(":")[-1] for line in output.getvalue().splitlines() if "cannot be used" in line] == [
        " Connection refused", " no answer within 3 s",
    ]  # fmt: skip
    assert output.getvalue().count("Starting connection") == 1
    transcript.connected()
    transcript.connecting("AES", AES)
    assert output.getvalue().count("Starting connection") == 2
