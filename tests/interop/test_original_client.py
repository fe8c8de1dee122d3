"""The original Python client, as it is: lenient servers let it in and answer it frame by frame.

Its messages are packed here by hand, with the constants that it sends (section 9 of the README's story: no OES
key, the same OrderID for ever, session 506, SendingTime 1000), and read in its way: what one ``recv`` gives must be
whole frames, because it throws away the rest.
"""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.one_time_code import hotp
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

LOGON = struct.Struct("<1s1sHHI6s6sI24s24s24s24sQIIHH1s")
ORDER = struct.Struct("<1s1sHHHIQHHHdHdHd12sQdQddd12s6sHQiiddhdddddqdHdHH12s")
ACCOUNT, USER, KEY = 100_700, b"BOU7", b"BOU7"
NEW, REPLACE, CANCEL = 1, 2, 6
MESSAGE_TYPE, ORDER_ID, REJECT_REASON = 3, 6, 24
"""Places among the unpacked fields of a transaction."""


@pytest.fixture(scope="module")
def aes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    state: Path = tmp_path_factory.mktemp("state")
    settings, anywhere = demo_settings(), ("127.0.0.1", 0)
    with (
        serving(lambda: build_oes(settings, anywhere, state, lenient=True)),
        serving(lambda: build_aes(settings, anywhere, state, lenient=True)) as server,
    ):
        yield server.address


def logon(key: int) -> bytes:
    code = hotp(KEY, 0).encode()
    one = b"1"
    return LOGON.pack(b"H", b"", 143, 1, ACCOUNT, code, USER, 506, one, one, one, one, 0, 1_500_201, key, 0, 0, b"")


def order(message_type: int, order_type: int) -> bytes:
    return ORDER.pack(
        b"T", b"", 250, message_type, 0, ACCOUNT, 46_832_151, 1, order_type, 1, 50_100.5, 3, 2.0, 2, 0, b"BTCUSD",
        0, 0, 0, 0, 0, 0, b"", b"", 0, 1_000, 506, 0, 0, 0, 0, 0, 0, 0, 0, 0, 79_488_880, 0, 0, 1_111, 1, 1, b"",
    )  # fmt: skip


def ask(sock: socket.socket, message: bytes, layout: struct.Struct) -> tuple[object, ...]:
    """Send a message and read the answer in one ``recv``, which must be exactly one frame."""
    sock.sendall(message)
    answer = sock.recv(4_096)
    assert len(answer) == layout.size
    return layout.unpack(answer)


def test_it_logs_on_in_two_stages_and_each_order_is_answered(aes: tuple[str, int]) -> None:
    with socket.create_connection(aes, PATIENCE_S) as aes_sock:
        aes_sock.settimeout(PATIENCE_S)
        reply = ask(aes_sock, logon(0), LOGON)
        assert (reply[15], reply[16]) == (1, 0)
        host, port = bytes(reply[8]).rstrip(b"\0").split(b":")  # type: ignore[arg-type]
        with socket.create_connection((host.decode(), int(port)), PATIENCE_S) as oes_sock:
            oes_sock.settimeout(PATIENCE_S)
            assert ask(oes_sock, logon(int(reply[14])), LOGON)[15] == 1  # type: ignore[call-overload]
            for _ in range(3):  # the same OrderID each time
                answers = [ask(oes_sock, order(message_type, 1), ORDER) for message_type in (NEW, REPLACE, CANCEL)]
                assert [(a[MESSAGE_TYPE], a[REJECT_REASON]) for a in answers] == [(14, 0), (12, 25), (12, 25)]
                assert {a[ORDER_ID] for a in answers} == {46_832_151}


def test_every_order_type_it_tries_is_answered(aes: tuple[str, int]) -> None:
    with socket.create_connection(aes, PATIENCE_S) as aes_sock:
        reply = ask(aes_sock, logon(0), LOGON)
        host, port = bytes(reply[8]).rstrip(b"\0").split(b":")  # type: ignore[arg-type]
        with socket.create_connection((host.decode(), int(port)), PATIENCE_S) as oes_sock:
            oes_sock.settimeout(PATIENCE_S)
            ask(oes_sock, logon(int(reply[14])), LOGON)  # type: ignore[call-overload]
            for order_type in range(1, 18):
                for message_type in (NEW, REPLACE, CANCEL):
                    assert ask(oes_sock, order(message_type, order_type), ORDER)[0] == b"T"
