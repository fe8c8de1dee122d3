"""A command and the method that carries it out have the same fields in the same order.

In: the command classes and the exchange. Out: verdicts. Never knows: what the methods do.
"""

from inspect import signature
from typing import get_args

import pytest

from base.exchange import Exchange
from base.vocabulary.commands import (
    CancelOrder,
    Command,
    LoseParticipant,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetReferencePrice,
    WithdrawDayOrders,
)
from base.vocabulary.operator_commands import (
    BreakTrade,
    EndSession,
    KillAccount,
    MassCancel,
    ReleaseAccount,
    SetMarketState,
    Uncross,
)

METHODS = {
    NewOrder: "new_order",
    ReplaceOrder: "replace_order",
    CancelOrder: "cancel_order",
    QueryOrder: "query_order",
    WithdrawDayOrders: "withdraw_day_orders",
    LoseParticipant: "lose_participant",
    SetReferencePrice: "set_reference_price",
    SetMarketState: "set_market_state",
    Uncross: "uncross",
    MassCancel: "mass_cancel",
    KillAccount: "kill_account",
    ReleaseAccount: "release_account",
    EndSession: "end_session",
    BreakTrade: "break_trade",
}


def test_every_command_has_its_method() -> None:
    assert METHODS.keys() == set(get_args(Command))


@pytest.mark.parametrize("command", METHODS, ids=lambda command: command.__name__)
def test_fields_are_the_parameters(command: type) -> None:
    parameters = list(signature(getattr(Exchange, METHODS[command])).parameters)
    fields = list(command.__match_args__)
    terms = [fields.pop()] if "terms" in fields else []
    assert ["self", *fields, "now_ns", *terms] == parameters


def test_commands_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        QueryOrder(0, 1).order_id = 2  # type: ignore[misc]
