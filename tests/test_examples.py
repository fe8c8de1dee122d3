"""The four example programs, driven as the owner's README drives them: over a pipe and over a pseudo-terminal.

The README's dialogues are fed in and its lines are looked for in what comes out, in their order; ports are
those of the README once they stand in the place of the real ones.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from base.messages import RejectReason
from tests.kit.dialogues import AES_SHOWS, AUTOMATIC, FIRST_DIALOGUE, SECOND_DIALOGUE, THIRD_DIALOGUE
from tests.kit.patience import PATIENCE_S, wait_until
from tests.kit.programs import ANSI, Server, Terminal, command, environment, over_a_pipe
from tests.kit.scripted_servers import ScriptedServer, accepting_aes, accepting_oes, closed_port, refusing
from tests.kit.source import ROOT

WHO = ("1", "1", "1")

@dataclass
class Pair:
    """The two example servers."""

    aes: Server
    oes: Server

    def client(self, *options: object) -> list[str]:
        return command("example_client.py", self.aes.host, self.aes.port, *options)

    def as_in_the_readme(self, text: str) -> list[str]:
        """Put the README's ports in the place of the real ones and split into lines."""
        text = re.sub(rf"\b{self.aes.port}\b", "4444", ANSI.sub("", text))
        return re.sub(rf"\b{self.oes.port}\b", "4445", text).splitlines()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    directory: Path = tmp_path_factory.mktemp("servers")
    with Server("example_server_aes.py", directory) as aes, Server("example_server_oes.py", directory) as oes:
        yield Pair(aes, oes)


def fits(expected: str, line: str) -> bool:
    """Whole lines, up to a `*`; a prompt may stand anywhere: over a pipe nobody ends the line after an answer."""
    if expected.endswith(":") and "[lib]" not in expected:
        return expected in line
    if expected.endswith("*"):
        return line.startswith(expected.removesuffix("*"))
    return line == expected or line.endswith(": " + expected)


def first_missing(expected: list[str], lines: list[str]) -> str:
    """Find all expected lines in their order; says which is the first one that is missing, "" for none."""
    at = 0
    for wanted in expected:
        found = next((number for number in range(at, len(lines)) if fits(wanted, lines[number])), None)
        if found is None:
            return f"no {wanted!r} after:\n" + "\n".join(lines[max(0, at - 3) : at + 30])
        at = found
    return ""


def look_for(expected: list[str], lines: list[str]) -> None:
    """Find all expected lines in their order, or fail."""
    missing = first_missing(expected, lines)
    assert not missing, missing


def test_the_finder_of_lines_finds_what_is_missing() -> None:
    look_for(["a", "b:", "c *", "d  ..."], ["a", "what b: ", "x", "c 17", "d  ..."])
    for missing in (["b", "a"], ["a "], ["d  ..."]):
        with pytest.raises(AssertionError, match="no "):
            look_for(missing, ["a", "b", "d  .."])


# -- the first dialogue


def test_the_first_dialogue_over_a_pipe(pair: Pair) -> None:
    code, shown, errors = over_a_pipe(pair.client("--auto", "--count", 1, "--interval", 0), *WHO)
    assert (code, errors) == (0, "")
    look_for(FIRST_DIALOGUE + AUTOMATIC, pair.as_in_the_readme(shown))
    assert "\x1b" not in shown
    wait_until(lambda: not first_missing(AES_SHOWS, what_the_aes_shows(pair)), "the AES prints what it received")


def what_the_aes_shows(pair: Pair) -> list[str]:
    return [line.replace("\t", "        ") for line in pair.as_in_the_readme(pair.aes.text)]


@pytest.mark.parametrize("no_color", ["", "1"])
def test_the_first_dialogue_on_a_terminal(pair: Pair, no_color: str) -> None:
    with Terminal(pair.client("--auto", "--count", 1, "--interval", 0), NO_COLOR=no_color) as terminal:
        for prompt in ("Enter API Trading Key: ", "Enter User Name: ", "Enter Account: "):
            terminal.answer(prompt, "1")
        assert terminal.end() == 0
    look_for(FIRST_DIALOGUE + AUTOMATIC, pair.as_in_the_readme(terminal.shown))
    assert ("\x1b[" in terminal.shown) is not bool(no_color)


def test_auto_sends_every_type_and_ends(pair: Pair) -> None:
    code, shown, _ = over_a_pipe(pair.client("--auto", "--interval", 0), *WHO)
    assert code == 0
    sent = re.findall(r"Sending the Order message, msg_type= (\d+) order_type= (\d+)", shown)
    assert sent == [(str(kind), str(order_type)) for order_type in range(1, 18) for kind in (1, 2, 6)]
    for outcome in ("Order replied", "Order replaced", "Order cancelled", "Send the OES Logout message"):
        assert outcome in shown
    # only a market order, which never rests, has nothing to replace and nothing to cancel
    assert [code for code in re.findall(r"RejectReason :  (\d+)", shown) if code != "0"] == ["54", "54"]


# -- the second dialogue


def test_the_second_dialogue_over_a_pipe(pair: Pair) -> None:
    code, shown, errors = over_a_pipe(pair.client(), *WHO, "H", "Y", "w", "E", "f", "T", *[""] * 6, "T", "6", "")
    assert (code, errors) == (0, "")
    lines = pair.as_in_the_readme(shown)
    look_for(SECOND_DIALOGUE, lines)
    names = ("client_logon", "instrument_response", "risk_user_symbol", "collateral_response", "transaction")
    look_for([f"[lib]  Message type is {name}" for name in names], lines)
    look_for(["[lib]  Order replied", "[lib]  Order cancelled", "The input ended."], lines)
    assert "Valid: False" not in shown


def test_the_second_dialogue_on_a_terminal(pair: Pair) -> None:
    with Terminal(pair.client(), NO_COLOR="1") as terminal:
        for prompt in ("Enter API Trading Key: ", "Enter User Name: ", "Enter Account: "):
            terminal.answer(prompt, "1")
        terminal.answer("Enter a valid message type: ", "H")
        terminal.answer("Enter a valid message type: ", "nonsense")
        terminal.wait_for("is not in the menu")
        terminal.wait_for("Enter a valid message type: ")
        terminal.press("d")
        assert terminal.end() == 0
    look_for(SECOND_DIALOGUE, pair.as_in_the_readme(terminal.shown))
    assert "Connection to the OES server" in terminal.shown


def test_two_people_trade_and_receive_mode_shows_the_other_side(pair: Pair) -> None:
    with Terminal(pair.client(), NO_COLOR="1") as maker:
        for answer in WHO:
            maker.answer(": ", answer)
        maker.answer("Enter a valid message type: ", "T")
        for prompt, answer in (("message type", ""), ("order type", ""), ("side", "SELL"), ("quantity", "0.5"),
                               ("price", "60000"), ("time in force", "")):  # fmt: skip
            maker.answer(f"{prompt} ", answer)
        maker.wait_for("Order replied")
        maker.answer("Enter a valid message type: ", "0")
        maker.wait_for("Receiving; press Enter to go back to the menu ...")

        order = ("T", "", "MKT", "BUY", "0.5", "IOC")
        code, taker, _ = over_a_pipe(pair.client(), "BOU7", "BOU7", "100700", *order)
        assert code == 0
        assert "Order quote filled" in taker

        maker.wait_for("MessageType :  8")
        maker.wait_for("ExecPrice :  60000.0")
        maker.wait_for("Order executed")
        maker.enter("")
        maker.wait_for("1 message received.")
        maker.answer("Enter a valid message type: ", "q")
        assert maker.end() == 0


def test_ctrl_c_leaves_receive_mode_first_and_the_program_second(pair: Pair) -> None:
    with Terminal(pair.client(), NO_COLOR="1") as terminal:
        for answer in WHO:
            terminal.answer(": ", answer)
        terminal.answer("Enter a valid message type: ", "0")
        terminal.wait_for("Receiving; press Enter to go back to the menu ...")
        terminal.press("c")
        terminal.wait_for("0 messages received.")
        terminal.wait_for("Enter a valid message type: ")
        terminal.press("c")
        assert terminal.end() == 130
    assert "Send the OES Logout message" in terminal.shown
    assert "Traceback" not in terminal.shown


# -- the third dialogue


def test_the_third_dialogue_over_a_pipe(pair: Pair) -> None:
    typed = ("127.0.0", "127.0.0.1", "port", pair.aes.port, "1")
    code, shown, errors = over_a_pipe(command("example_client2.py"), *map(str, typed))
    assert (code, errors) == (0, "")
    lines = pair.as_in_the_readme(shown)
    look_for(THIRD_DIALOGUE, lines)
    look_for(FIRST_DIALOGUE[7:], lines)
    assert "'127.0.0' is not a valid IPv4 address" in shown
    assert "'port' is not a valid port number" in shown
    assert re.search(r"\nOrder \d+: ORDER_ACK\n", shown)
    assert shown.rstrip().endswith("is closed")


def test_the_third_dialogue_on_a_terminal(pair: Pair) -> None:
    with Terminal(command("example_client2.py", "--account", 100700, "--user", "BOU7"), NO_COLOR="1") as terminal:
        terminal.answer("Enter a valid IPv4 address: ", "127.0.0.1")
        terminal.answer("Enter a valid port number: ", str(pair.aes.port))
        terminal.answer("Enter API Trading Key: ", "BOU7")
        assert terminal.end() == 0
    look_for(THIRD_DIALOGUE, pair.as_in_the_readme(terminal.shown))
    assert "UserName :  BOU7" in terminal.shown


# -- other ways in


def test_time_based_codes_against_the_settings_of_the_examples(tmp_path: Path) -> None:
    settings = ("--settings", ROOT / "examples" / "venue.toml")
    key = re.search(r'key = "(\w{32})"\nmode = "totp"', settings[1].read_text())
    assert key
    with (
        Server("example_server_aes.py", tmp_path, *settings) as aes,
        Server("example_server_oes.py", tmp_path, *settings) as oes,
    ):
        client = command("example_client.py", aes.host, aes.port)
        who = (key[1], "BOU7", "100700")
        code, shown, errors = over_a_pipe([*client, "--totp"], *who, "f")
        assert (code, errors) == (0, "")
        assert "Message type is collateral_response" in shown
        assert f"The OES server is 127.0.0.1 : {oes.port}" in shown
        code, _, errors = over_a_pipe(client, *who)
        assert (code, errors) == (1, "error: the AES refused the logon: INVALID_KEY (4)\n")


def test_the_spare_server_is_used_when_the_first_is_down(tmp_path: Path) -> None:
    host, dead = closed_port()
    with Server("example_server_oes.py", tmp_path) as oes:
        named = ("--oes", f"{host}:{dead}", "--oes", f"{oes.host}:{oes.port}")
        with Server("example_server_aes.py", tmp_path, *named) as aes:
            code, shown, errors = over_a_pipe(command("example_client.py", aes.host, aes.port), *WHO, "f")
    assert (code, errors) == (0, "")
    assert f"The OES server at 127.0.0.1 : {dead} cannot be used: cannot connect: Connection refused" in shown
    assert shown.count("Send the AES Logon message") == 2
    assert "Message type is collateral_response" in shown


# -- what goes wrong


def test_nobody_reads_the_output(pair: Pair) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = subprocess.run(
            pair.client(), input="1\n1\n1\n", stdout=nobody, stderr=subprocess.PIPE, text=True,
            timeout=PATIENCE_S, env=environment(),
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    "typed, explanation",
    [
        (("wrong key", "1", "1"), "error: the AES refused the logon: INVALID_KEY (4)"),
        (("1", "nobody", "1"), "error: the AES refused the logon: INVALID_KEY (4)"),
        (("1", "longer than six", "1"), "UserName"),
        (("1", "1", "many", "1.5", "-1"), "error: the input ended"),
        (("1",), "error: the input ended"),
        ((), "error: the input ended"),
    ],
)
def test_a_logon_that_fails_says_why(pair: Pair, typed: tuple[str, ...], explanation: str) -> None:
    code, shown, errors = over_a_pipe(pair.client(), *typed)
    assert code == 1
    assert explanation in errors
    assert "Traceback" not in shown + errors


def test_nobody_listens() -> None:
    host, port = closed_port()
    code, _, errors = over_a_pipe(command("example_client.py", host, port), *WHO)
    assert code == 1
    assert errors == f"error: the AES at {host}:{port} cannot be used: cannot connect: Connection refused\n"
    code, _, errors = over_a_pipe(command("example_client2.py"), host, str(port), "1")
    assert code == 1
    assert errors.startswith(f"error: the server at {host}:{port} cannot be reached: ")


@pytest.mark.parametrize("program", ["example_client.py", "example_client2.py"])
def test_ctrl_c_at_the_first_question(program: str) -> None:
    with Terminal(command(program, *(("127.0.0.1", 1) if program == "example_client.py" else ()))) as terminal:
        terminal.wait_for(": ")
        terminal.press("c")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.shown


def test_a_server_that_vanishes_is_reported() -> None:
    with ExitStack() as stack:
        oes = stack.enter_context(ScriptedServer(accepting_oes(lambda message: (None,))))
        logons = iter((accepting_aes(oes.text), refusing(RejectReason.ACCOUNT_DISABLED)))
        aes = stack.enter_context(ScriptedServer(lambda message: next(logons)(message)))
        code, shown, errors = over_a_pipe(command("example_client.py", *aes.address), *WHO, "f")
    assert code == 1
    assert f"The connection to the OES at {oes.text} was lost" in shown
    assert errors == "error: the AES refused the logon: ACCOUNT_DISABLED (5)\n"
    assert "Traceback" not in shown


def test_help_is_there() -> None:
    for program in ("example_client.py", "example_client2.py", "example_server_aes.py", "example_server_oes.py"):
        code, shown, _ = over_a_pipe(command(program, "--help"))
        assert code == 0
        assert "usage:" in shown


# -- the script of the README


def test_a_user_who_names_no_server_is_told_how_to() -> None:
    code, shown, errors = over_a_pipe(command("examples/first_message.py"))
    assert (code, shown, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("usage: python3 -m examples.first_message HOST PORT")


def test_the_twenty_lines_of_a_user(pair: Pair) -> None:
    code, shown, errors = over_a_pipe(command("examples/first_message.py", pair.aes.host, pair.aes.port))
    assert (code, errors) == (0, "")
    reply, reason = shown.splitlines()
    assert reply.startswith("ClientLogon(")
    assert "LoginStatus=1" in reply
    assert f"PrimaryOrderEntryIP='127.0.0.1:{pair.oes.port}'" in reply
    assert reason == "closed: one reply is enough"
