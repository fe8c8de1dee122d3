"""Every name that the README, the owner's README and pyproject.toml promise is where they say.

Programs of users import these; a rename inside a room must not reach them.
"""

import importlib
import inspect
import pkgutil
import string
import tomllib
from types import ModuleType

import pytest

import base
from base.create_example_message import MESSAGE_TYPES, create_example_message
from tests.kit.source import ROOT

LETTERS = "HYQwNEfhTsVtMmOSU"
RECEIVE_CODES = {
    "RECV_NO_ERROR": -1,
    "RECV_ERROR_NOT_ENOUGH_HEADER": 0,
    "RECV_ERROR_NOT_ENOUGH_BODY": 1,
    "RECV_ERROR_INVALID_MSG_TYPE": 2,
    "RECV_ERROR_PARSE": 3,
}
MENU_NAMES = {
    "H": "client_logon",
    "Y": "instrument_request",
    "w": "risk_update_request",
    "E": "open_order_request",
    "f": "collateral_request",
    "T": "new_limit_order",
}
PARAMETERS = {
    "base.socket_controller.SocketController": "sel sock addr msgObj recv_callback",
    "base.process_message.process_message": "byte_buffer",
    "base.create_example_message.create_example_message": "message_type fields",
}
TRADER_METHODS = (
    *("log_on", "new_order", "replace", "cancel", "status", "instruments", "risk", "collateral", "open_orders"),
    *("messages", "wait_for", "logout", "close"),
)


def modules() -> list[ModuleType]:
    """All modules of the package; importing one must have no effect, so all can be imported."""
    names = [module.name for module in pkgutil.walk_packages(base.__path__, "base.")]
    return [importlib.import_module(name) for name in names]


def resolve(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_seventeen_message_types_by_letter_and_long_name() -> None:
    assert "".join(sorted(MESSAGE_TYPES)) == "".join(sorted(LETTERS))
    assert len(set(MESSAGE_TYPES.values())) == len(LETTERS)
    for letter, name in MESSAGE_TYPES.items():
        assert set(name) <= set(string.ascii_lowercase + "_")
        assert create_example_message(letter) == create_example_message(name)


def test_each_message_type_has_its_constant() -> None:
    door = importlib.import_module("base.create_example_message")
    constants = {name: value for name, value in vars(door).items() if name.startswith("MSG_")}
    assert set(MESSAGE_TYPES.values()) <= set(constants.values())
    for name, value in constants.items():
        assert name == f"MSG_{value.upper()}"
        assert create_example_message(value).LETTER in MESSAGE_TYPES


@pytest.mark.parametrize("letter, name", MENU_NAMES.items())
def test_names_of_the_menu_are_understood(letter: str, name: str) -> None:
    assert create_example_message(name).LETTER == letter


def test_receive_codes_keep_their_values() -> None:
    door = importlib.import_module("base.process_message")
    assert {name: value for name, value in vars(door).items() if name.startswith("RECV_")} == RECEIVE_CODES
    assert door.ReceiveResult._fields == ("ok", "code", "message", "length")


@pytest.mark.parametrize("path, names", PARAMETERS.items())
def test_doors_keep_their_parameters(path: str, names: str) -> None:
    door = resolve(path)
    assert callable(door)
    assert " ".join(inspect.signature(door).parameters) == names


def test_a_controller_can_do_without_a_callback_and_be_overridden() -> None:
    controller = resolve("base.socket_controller.SocketController")
    assert inspect.signature(controller).parameters["recv_callback"].default is None  # type: ignore[arg-type]
    assert callable(getattr(controller, "process_state", None))
    assert callable(getattr(controller, "process_events", None))


@pytest.mark.parametrize("method", TRADER_METHODS)
def test_the_trader_keeps_its_methods(method: str) -> None:
    assert callable(getattr(resolve("base.client.Trader"), method))


def test_the_console_script_has_its_function() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert list(scripts) == ["handoff"]
    assert callable(resolve(scripts["handoff"].replace(":", ".")))


def test_the_package_is_typed() -> None:
    assert (ROOT / "base/py.typed").exists()


def test_what_a_module_exports_exists() -> None:
    exports = [(module, name) for module in modules() for name in getattr(module, "__all__", ())]
    assert [f"{module.__name__}.{name}" for module, name in exports if not hasattr(module, name)] == []


def test_messages_exports_all_that_it_imports() -> None:
    door = importlib.import_module("base.messages")
    public = {name for name, value in vars(door).items() if not name.startswith("_") and not inspect.ismodule(value)}
    assert public == set(door.__all__)
    assert len(door.__all__) == len(public), "a name stands there twice"
