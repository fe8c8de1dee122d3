"""The AES as a server: what it answers, and which OES it names."""

import socket
from pathlib import Path

import pytest

from base.errors import SettingsError
from base.messages import ClientLogon, LoginStatus, RejectReason
from base.one_time_code import hotp
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

LOOPBACK = ("127.0.0.1", 0)
LOGON = ClientLogon(LogonType=1, Account=1, UserName="1", TwoFA=hotp(b"1", 0))


def ask(address: tuple[str, int], *messages: ClientLogon) -> list[ClientLogon]:
    replies = []
    with socket.create_connection(address, PATIENCE_S) as client:
        for message in messages:
            client.sendall(message.encode())
            data = b""
            while len(data) < ClientLogon.SIZE and (part := client.recv(ClientLogon.SIZE - len(data))):
                data += part
            replies.append(ClientLogon.parse(data))
    return replies


def test_without_an_oes_a_right_logon_is_refused_honestly(tmp_path: Path) -> None:
    with serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path)) as server:
        reply = ask(server.address, LOGON)[0]
    assert (reply.LoginStatus, reply.RejectReason) == (2, RejectReason.OES_NOT_AVAILABLE_TRADING_DISABLED)
    assert (reply.PrimaryOrderEntryIP, reply.Key) == ("", 0)


def test_names_given_by_hand_are_handed_out(tmp_path: Path) -> None:
    names = ("10.0.0.1:5", "0.0.0.0:6", "10.0.0.3:7")
    with serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path, oes=names)) as server:
        first, again = ask(server.address, LOGON, LOGON)
    for reply in (first, again):
        assert reply.LoginStatus == LoginStatus.SUCCESS
        assert (reply.PrimaryOrderEntryIP, reply.SecondaryOrderEntryIP) == ("10.0.0.1:5", "127.0.0.1:6")
    assert first.Key != again.Key


def test_a_wrong_code_is_refused_and_closed(tmp_path: Path) -> None:
    with serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path, oes=["10.0.0.1:5"])) as server:
        reply = ask(server.address, LOGON.replace(TwoFA="000000"))[0]
    assert (reply.LoginStatus, reply.RejectReason) == (2, RejectReason.INVALID_KEY)


def test_noise_closes_its_connection_only(tmp_path: Path) -> None:
    with serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path, oes=["10.0.0.1:5"])) as server:
        with socket.create_connection(server.address, PATIENCE_S) as noisy:
            noisy.sendall(b"\xff" * 100_000)
            assert noisy.recv(1000) == b""
        assert ask(server.address, LOGON)[0].LoginStatus == LoginStatus.SUCCESS


def test_a_name_that_no_reply_can_carry_is_refused_before_anything_listens(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="28 bytes long"):
        build_aes(demo_settings(), LOOPBACK, tmp_path, oes=["order-entry.example.com:4445"])


def test_a_state_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a directory")
    with pytest.raises(SettingsError, match="cannot open the access tables"):
        build_aes(demo_settings(), LOOPBACK, tmp_path / "state")
