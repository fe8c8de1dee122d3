"""A generated module speaks its definition, type checkers understand it, and a second run gives the same file."""

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from base.__main__ import main
from base.client.ouch.codegen import module_text
from base.client.ouch.definitions import read_text
from base.errors import SettingsError
from base.wire.dialect import Direction
from tests.kit.programs import environment

DEFINITION = """<root>
  <enums-root><enum id="Side" type="char_ascii"><value name="BUY">B</value><value name="SELL">S</value></enum>
  </enums-root>
  <fielddef-root><field name="side" type="enum:Side" default="B"/></fielddef-root>
  <records-root><record id="Leg"><fields><field name="price" type="uint_4_be"/></fields></record></records-root>
  <messages-root>
    <message id="EnterOrder" message-id="O" direction="incoming"><fields>
      <field name="token" type="uint_4_be"/><field def="side"/><field name="account" type="str_ascii_n" length="4"/>
      <field name="legs" type="record:Leg" array="true" length_type="uint_2_be"/>
    </fields></message>
    <message id="Accepted" message-id="A" direction="outgoing"><fields>
      <field name="token" type="uint_4_be"/><field name="last" type="boolean"/></fields></message>
  </messages-root>
</root>
"""
USES = """
from ouch_mini import Accepted, EnterOrder, Leg, Side
order = EnterOrder(token=1, side=Side.SELL, legs=[Leg(price=5)])
order.token = 2
price: int = order.legs[0].price
last: bool = Accepted().last
"""


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "mini.xml").write_text(DEFINITION)
    arguments = ["codegen", "--spec-file", str(tmp_path / "mini.xml"), "--app-name", "mini", "--op-dir", str(tmp_path)]
    assert main(arguments) == 0
    first = (tmp_path / "ouch_mini.py").read_bytes()
    assert main(arguments) == 0
    assert (tmp_path / "ouch_mini.py").read_bytes() == first
    return tmp_path / "ouch_mini.py"


def test_the_module_speaks_its_definition(path: Path) -> None:
    mini: Any = imported(path)
    order = mini.EnterOrder(token=7, account="ACC", legs=[mini.Leg(price=5), {"price": 6}])
    assert order.encode().hex() == "4f00000007424143432000020000000500000006"
    order.side = mini.Side.SELL
    back = mini.APPLICATION.dialect.decode(order.encode(), Direction.TO_HOST)
    assert isinstance(back, mini.EnterOrder) and (back.side, back.legs[1].price) == ("S", 6)
    assert sorted(mini.__all__) == mini.__all__ and all(hasattr(mini, name) for name in mini.__all__)


def test_type_checkers_understand_it(path: Path) -> None:
    directory = path.parent
    for name, text, good in (("right", USES, True), ("wrong", USES.replace("price: int", "price: str"), False)):
        (directory / f"{name}.py").write_text(text)
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(directory / ".mypy"), f"{name}.py"]
        run = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=300,
            env=environment(MYPYPATH=environment()["PYTHONPATH"]),
        )  # fmt: skip
        assert (run.returncode == 0) is good, run.stdout


def test_a_session_of_the_module_gives_its_messages(path: Path) -> None:
    from base.client.ouch import OuchServer

    mini: Any = imported(path)

    class Accepting(OuchServer):
        def on_message(self, client: Any, message: Any) -> None:
            client.send(mini.Accepted(token=message.token))

    with (
        Accepting(mini.APPLICATION.dialect).in_thread() as server,
        mini.connect(server.address, "user", "secret") as session,
    ):
        session.send_message(mini.EnterOrder(token=9))
        answer = session.receive_message(20)
        assert isinstance(answer, mini.Accepted) and answer.token == 9


def test_itch_becomes_a_module(tmp_path: Path) -> None:
    path = tmp_path / "itch.py"
    path.write_text(module_text(read_text(Path("itch50")), "itch"))
    itch: Any = imported(path)
    assert len(itch.APPLICATION.dialect.messages) == 23


def test_wrong_definitions_and_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match="direction"):
        module_text(DEFINITION.replace('direction="incoming"', 'direction="up"'), "mini")
    (tmp_path / "file").write_text("")
    (tmp_path / "mini.xml").write_text(DEFINITION)
    there = ["--spec-file", str(tmp_path / "mini.xml"), "--op-dir", str(tmp_path / "file")]
    assert main(["codegen", *there, "--app-name", "mini"]) == 2
    assert "file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["codegen", *there, "--app-name", "no name"])


def test_a_package_of_the_directory_if_that_is_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mini.xml").write_text(DEFINITION)
    there = ["--spec-file", str(tmp_path / "mini.xml"), "--op-dir", str(tmp_path / "minipack"), "--app-name", "mini"]
    for _ in range(2):
        assert main(["codegen", *there, "--init-file"]) == 0
    monkeypatch.syspath_prepend(str(tmp_path))
    package: Any = importlib.import_module("minipack")
    assert package.EnterOrder(token=1).token == 1
    (tmp_path / "minipack/__init__.py").write_text("mine = 1\n")
    assert main(["codegen", *there, "--init-file"]) == 2
    assert "says something else" in capsys.readouterr().err
    assert (tmp_path / "minipack/__init__.py").read_text() == "mine = 1\n"


def test_a_message_that_is_defined_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin, message = DEFINITION.index("<message "), DEFINITION.index("</message>") + len("</message>")
    twice = DEFINITION[:message] + DEFINITION[begin:message] + DEFINITION[message:]
    (tmp_path / "mini.xml").write_text(twice)
    there = ["--spec-file", str(tmp_path / "mini.xml"), "--op-dir", str(tmp_path), "--app-name", "mini"]
    assert main(["codegen", *there]) == 0
    assert main(["codegen", *there, "--no-override-messages"]) == 2
    assert "another message has this id, group and direction" in capsys.readouterr().err
