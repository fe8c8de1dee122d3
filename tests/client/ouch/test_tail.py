"""``handoff soup-tail`` prints what a session sent, raw or decoded, and ends when the session does."""

import sys

from base.client.ouch import OuchServer, japannext
from tests.kit.programs import over_a_pipe

MESSAGES = [japannext.OrderAccepted(orderToken=1).encode(), b"?"]


class Telling(OuchServer):
    """Sends a remark, replays what there is, and ends the session of user ``short``."""

    def on_connect(self, client: object) -> None:
        client.link.conversation.send_debug("hello")  # type: ignore[attr-defined]
        if client.user == "SHORT":  # type: ignore[attr-defined]
            client.end_session()  # type: ignore[attr-defined]
        if client.user == "LOST":  # type: ignore[attr-defined]
            client.link.hang_up("enough")  # type: ignore[attr-defined]


def tail(*arguments: object) -> tuple[int, str, str]:
    with Telling(japannext.dialect).in_thread() as server:
        for user in ("long", "short"):
            for message in MESSAGES:
                server.stream_of(user).append(message)
        host, port = server.address
        return over_a_pipe([sys.executable, "-m", "base", "soup-tail", host, str(port), *map(str, arguments)])


def test_raw_messages_with_their_numbers_until_there_are_enough() -> None:
    code, told, errors = tail("-U", "long", "-P", "x", "-n", 2)
    assert (code, errors) == (0, "")
    assert told.splitlines() == ["debug : hello", *(f"{n} : {raw!r}" for n, raw in enumerate(MESSAGES, 1))]


def test_decoded_messages_until_the_session_ends() -> None:
    code, told, _ = tail("-U", "short", "--dialect", "japannext", "-s", 1)
    lines = told.splitlines()
    assert code == 0 and lines[-1] == "the server ended the session"
    assert lines[1].startswith('1 : {"message_type": "A"') and lines[2].startswith("2 : b'?' (messageType")


def test_a_dialect_that_only_clients_speak_decodes_too() -> None:
    code, told, _ = tail("-U", "short", "--dialect", "japannext64", "-s", 1)
    assert code == 0 and "OrderAccepted: takes 72 bytes, got 65" in told.splitlines()[1]


def test_a_definition_decodes_as_well() -> None:
    code, told, _ = tail("-U", "short", "-s", 2, "--definition", "itch50")
    assert code == 0 and "2 : b'?' (messageType: b'?' is none of itch50" in told


def test_a_refused_login_is_one_line() -> None:
    code, told, errors = tail("-U", "long", "-S", "OTHER")
    assert (code, told) == (1, "") and errors.startswith("handoff: login refused") and errors.count("\n") == 1


def test_a_lost_connection_is_no_end_of_the_session() -> None:
    code, _, errors = tail("-U", "lost", "-s", 0)
    assert code == 1 and "the peer closed the connection" in errors
