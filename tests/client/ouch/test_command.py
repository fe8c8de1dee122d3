"""``handoff ouch-client`` as its users run it: scripts with checked replies, prompts, config.ini, exit codes."""

import json
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree

import pytest

from base.client.ouch.command import address_of, options_of
from base.errors import SettingsError
from tests.client.ouch.small_market import SmallMarket
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import Terminal, over_a_pipe
from tests.kit.source import ROOT

SCRIPTS = ROOT / "examples/ouch"
PAIR = ("trade_seller", "trade_buyer")


def client(server: SmallMarket, *arguments: object) -> list[str]:
    host, port = server.address
    where = ["--host", host, "--port", str(port), "--quiet", "0.1", "--timeout", PATIENCE_S]
    return [sys.executable, "-m", "base", "ouch-client", *map(str, where), *map(str, arguments)]


@pytest.mark.parametrize("soup", [False, True], ids=["bare", "soup"])
def test_our_scripts_are_answered_as_they_expect(soup: bool) -> None:
    login = ["--user", "user", "--password", "secret"] if soup else []
    names = [path.stem for path in sorted(SCRIPTS.glob("*.json")) if path.stem not in PAIR]
    for name in names if not soup else names[:2]:
        with SmallMarket(bare=not soup).in_thread() as server:
            code, told, errors = over_a_pipe(client(server, SCRIPTS / f"{name}.json", "--play", *login))
        assert (code, errors) == (0, ""), told
        assert told.rstrip().endswith("0 failed")


def test_two_scripted_clients_trade_with_each_other() -> None:
    with SmallMarket(bare=True).in_thread() as server:
        results: dict[str, tuple[int, str, str]] = {}
        resting = threading.Event()

        original = server.enter_order

        def watched(who: object, order: object) -> None:
            original(who, order)  # type: ignore[arg-type]
            resting.set()

        server.enter_order = watched  # type: ignore[method-assign]
        seller = threading.Thread(
            target=lambda: results.update(
                seller=over_a_pipe(client(server, SCRIPTS / "trade_seller.json", "--play"))
            )
        )
        seller.start()
        assert resting.wait(PATIENCE_S)
        results["buyer"] = over_a_pipe(client(server, SCRIPTS / "trade_buyer.json", "--play"))
        seller.join(PATIENCE_S)
    assert {who: code for who, (code, _, _) in results.items()} == {"seller": 0, "buyer": 0}, results


def test_one_message_for_each_enter_and_the_end_after_the_last() -> None:
    with SmallMarket(bare=True).in_thread() as server, Terminal(client(server, SCRIPTS / "two_sides.json")) as screen:
        for number in (1, 2, 3, 4):
            screen.answer(f"Enter sends {number} of 4", "")
            screen.wait_for("->")
            screen.wait_for("<-")
        screen.wait_for("4 actions, 4 checked, 0 failed")
        assert screen.end() == 0


def test_input_that_ends_early_is_said() -> None:
    with SmallMarket(bare=True).in_thread() as server:
        code, told, errors = over_a_pipe(client(server, SCRIPTS / "two_sides.json"), "")
    assert code == 1 and "the input ended after 1 of 4 actions" in errors and told.count("->") == 1


def test_a_reply_that_was_not_expected_fails_and_stands_in_the_junit_file(tmp_path: Path) -> None:
    script = json.loads((SCRIPTS / "two_sides.json").read_text())
    script["actions"][1]["expect"][0]["price"] = 1.0
    path, report = tmp_path / "wrong.json", tmp_path / "report.xml"
    path.write_text(json.dumps(script))
    with SmallMarket(bare=True).in_thread() as server:
        code, told, _ = over_a_pipe(client(server, path, "--play", "--junit", report))
    assert code == 1 and "!! action 2 EnterOrder: reply 1 of 1: price: expected 1.0, got 2310.0" in told
    suite = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    assert [len(case) for case in suite] == [0, 1, 0, 0]


def test_without_a_script_every_field_is_asked() -> None:
    with SmallMarket(bare=True).in_thread() as server, Terminal(client(server)) as screen:
        for answer in ("O", *[""] * 14):
            screen.enter(answer)
        screen.wait_for('"orderState": "L"')
        for answer in ("X", "", ""):
            screen.enter(answer)
        screen.wait_for('"decrementQuantity": 100')
        screen.enter("")
        assert screen.end() == 0


def test_wrong_scripts_options_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"actions": [{"message_type": "X"}]}')
    with SmallMarket(bare=True).in_thread() as server:
        code, _, errors = over_a_pipe(client(server, tmp_path / "bad.json"))
        assert code == 2 and "action 1: CancelOrder lacks orderToken, quantity" in errors
        code, _, errors = over_a_pipe(client(server, "--dialect", "nasdaq50"))
        assert code == 2 and "nasdaq50" in errors
        code, _, errors = over_a_pipe(client(server, "--dialect", "fix"))
        assert code == 2 and "usage" in errors
    code, _, errors = over_a_pipe(client(server))
    assert code == 1 and "cannot be reached" in errors


def test_a_server_that_ends_is_said() -> None:
    class Ending(SmallMarket):
        def on_message(self, client: object, message: object) -> None:
            client.end_session()  # type: ignore[attr-defined]

    with Ending(bare=True).in_thread() as server:
        code, _, errors = over_a_pipe(client(server, SCRIPTS / "two_sides.json", "--play"))
    assert code == 1 and ("over" in errors or "closed" in errors)


def test_host_and_port_come_from_options_then_config_then_the_usual(tmp_path: Path) -> None:
    config = tmp_path / "config.ini"
    given = ["--config", str(config)]
    assert address_of(options_of(given)) == ("localhost", 31421)
    config.write_text("[DEFAULT]\nhost = 10.0.0.1\nport = 99\n")
    assert address_of(options_of(given)) == ("10.0.0.1", 99)
    assert address_of(options_of([*given, "--port", "7"])) == ("10.0.0.1", 7)
    assert address_of(options_of([*given, "--host", "there"])) == ("there", 99)
    for wrong in ("port = 99", "[DEFAULT]\nport = many"):
        config.write_text(wrong)
        with pytest.raises(SettingsError, match=r"config\.ini"):
            address_of(options_of(given))
