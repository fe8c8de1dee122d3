"""The sending door: a working example of every type, by letter, name and constant.

In: message types and fields. Out: messages that encode and parse back.
Never knows: where they are sent.
"""

from typing import Any

import pytest

import base.create_example_message as door
from base.create_example_message import MESSAGE_TYPES, MSG_CLIENT_LOGON, MSG_NEW_LIMIT_ORDER, create_example_message
from base.errors import FieldError, LocalProtocolError
from base.process_message import process_message
from base.wire.bo.transaction import Transaction
from tests.wire.samples import VECTORS

CONSTANTS = {name: value for name, value in vars(door).items() if name.startswith("MSG_")}


def test_there_are_seventeen_types_and_a_constant_for_each() -> None:
    assert "".join(MESSAGE_TYPES) == "HYQwNEfhTsVtMmOSU"
    assert {*CONSTANTS.values()} == {*MESSAGE_TYPES.values(), "new_limit_order"}


@pytest.mark.parametrize("letter, name", MESSAGE_TYPES.items())
def test_every_example_encodes_and_parses_back(letter: str, name: str) -> None:
    message = create_example_message(letter)
    assert message == create_example_message(name)
    result = process_message(message.encode())
    assert (result.ok, result.message, result.length) == (True, message, message.SIZE)
    assert message.Data1 == letter
    assert message.MessageLen == len(message.encode())
    assert message != type(message)(), "an example shows something"


def test_the_logon_is_the_second_sample_of_the_readme() -> None:
    sample = next(vector for vector in VECTORS if vector["id"] == "client_logon-02")
    for message in (create_example_message(), create_example_message("H"), create_example_message(MSG_CLIENT_LOGON)):
        assert message.encode().hex() == sample["hex"]
        assert (message.Account, message.Key) == (100700, 432451)


def test_the_order_is_a_limit_order_that_works() -> None:
    expected = {
        "MessageType": 1, "OrderType": 1, "SymbolEnum": 1, "SymbolType": 1, "BOSymbol": "BTCUSD", "BOSide": 1,
        "BOPrice": 50100.5, "BOOrderQty": 2.0, "TIF": 2, "OrderID": 46832151, "Account": 100700,
        "TradingSessionID": 506, "SendingTime": 1000,
    }  # fmt: skip
    for name in ("T", "transaction", MSG_NEW_LIMIT_ORDER):
        message = create_example_message(name)
        assert isinstance(message, Transaction)
        assert {field: getattr(message, field) for field in expected} == expected


def test_any_field_can_be_set() -> None:
    changed = create_example_message("T", BOSide=2, OrderID=7)
    assert (changed.BOSide, changed.OrderID) == (2, 7)
    assert changed.replace(BOSide=1, OrderID=46832151) == create_example_message("T")
    assert create_example_message("e").encode()[:1] == b"e"
    assert create_example_message("e").Data1 == "e"
    with pytest.raises(FieldError, match="BOSide: 65536 is outside"):
        create_example_message("T", BOSide=65536)
    with pytest.raises(FieldError, match="BOSite: Transaction has no such field"):
        create_example_message("T", BOSite=1)


@pytest.mark.parametrize("unknown", ["x", "", "logon", "HY", None, 7, b"H", ["H"]])
def test_an_unknown_type_is_refused_with_the_known_ones(unknown: Any) -> None:
    with pytest.raises(LocalProtocolError, match=r"is unknown; known are H \(client_logon\), Y"):
        create_example_message(unknown)
