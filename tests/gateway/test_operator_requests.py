"""Requests of the operator that come by name: what is read, what is refused, and how much a line repeats of them."""

import json

import pytest

from base import limits
from base.errors import OperatorRefused
from base.gateway.operator_requests import OperatorRequest, listed, quoted, read_request, write_request


@pytest.mark.parametrize(
    "fields, says",
    [
        ({}, "field command"),
        ({"command": 1}, "field command"),
        ({"command": "halt", "symbols": "BTCUSD"}, "field symbols"),
        ({"command": "halt", "symbols": [1]}, "field symbols"),
        ({"command": "halt", "all": 1}, "field all"),
        ({"command": "mark", "price": 1.5}, "field price"),
        ({"command": "kill", "account": True}, "field account"),
        ({"command": "kill", "account": "1"}, "field account"),
        ({"command": "break-trade", "trade": "1"}, "field trade"),
        ({"command": "break-trade", "trade": True}, "field trade"),
        ({"command": "break-trade", "trade": 1, "reason": 1}, "field reason"),
        ({"command": "kill", "acount": 1}, "field 'acount': unknown; the fields are command, symbols,"),
    ],
)
def test_fields_of_another_type_are_refused(fields: dict[str, object], says: str) -> None:
    with pytest.raises(OperatorRefused, match=f"^{says}"):
        read_request(fields)


def test_a_request_has_defaults() -> None:
    assert read_request({"command": "status"}) == OperatorRequest("status")


def test_all_fields_have_their_place() -> None:
    fields = {"command": "cancel", "symbols": ["A", "B"], "all": True, "price": "1", "account": 7,
              "trade": 8, "reason": "x"}  # fmt: skip
    request = OperatorRequest("cancel", ("A", "B"), True, "1", 7, 8, "x")
    assert read_request(fields) == request == read_request(json.loads(write_request(request)))


@pytest.mark.parametrize("surplus, text", [(0, "x" * 40), (1, "x" * 40)])
def test_a_word_is_quoted_up_to_the_bound(surplus: int, text: str) -> None:
    assert quoted("x" * (limits.OPERATOR_QUOTED_CHARACTERS + surplus)) == f"'{text}'"


@pytest.mark.parametrize("count, more", [(0, ""), (20, ""), (21, " and 1 more")])
def test_names_are_listed_up_to_the_bound(count: int, more: str) -> None:
    text = listed(["A"] * count)
    assert text.count("A") == min(count, limits.OPERATOR_NAMES_LISTED)
    assert text.endswith(more)
