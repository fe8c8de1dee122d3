"""Doubles to whole numbers and back: exact where they are on the step, refused everywhere else."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import limits
from base.gateway.translate_bo import (
    REJECT_CODES,
    Doubles,
    Steps,
    asks_for_attributes,
    is_sane,
    lengthen,
    quiet_fields_are_sane,
    shorten,
)
from base.vocabulary.instruments import LARGEST_EXACT_INTEGER
from base.vocabulary.rejects import Reject
from base.wire.bo.transaction import Transaction

STEPS = [Fraction(1, 2), Fraction(1, 100), Fraction(1, 10**5), Fraction(1, 3), Fraction(5), Fraction(7, 20)]


@given(step=st.sampled_from(STEPS), number=st.integers(0, LARGEST_EXACT_INTEGER - 1))
def test_every_step_survives_the_way_out_and_back(step: Fraction, number: int) -> None:
    steps = Steps(step)
    value = Doubles(step)[number]
    assert value == float(number * step)
    back = steps[value]
    # Above 2^53 units of the step's own resolution two steps may share a double; then none is chosen silently.
    assert back == number or float(back * step) == value or back == -1


@given(step=st.sampled_from(STEPS), number=st.integers(1, 10**12))
def test_every_step_of_a_usual_size_comes_back_as_itself(step: Fraction, number: int) -> None:
    assert Steps(step)[float(number * step)] == number


@given(step=st.sampled_from(STEPS), number=st.integers(1, 10**9), up=st.booleans())
def test_the_doubles_next_to_a_step_are_off_it(step: Fraction, number: int, up: bool) -> None:
    neighbour = math.nextafter(float(number * step), math.inf if up else 0.0)
    assert Steps(step)[neighbour] == -1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0, -5e-324, 5e-324, 1e308, 2.0**53 * 5])
def test_no_strange_double_is_a_number_of_steps(step: Fraction, value: float) -> None:
    assert Steps(step)[value] == -1


def test_both_zeros_are_no_steps_at_all() -> None:
    steps = Steps(Fraction(1, 2))
    assert steps[0.0] == steps[-0.0] == 0


def test_the_bound_of_2_to_the_53_steps_is_exact() -> None:
    steps = Steps(Fraction(1))
    assert steps[2.0**53 - 1] == 2**53 - 1
    assert steps[2.0**53] == -1


def test_remembered_conversions_are_bounded_and_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED_CONVERSIONS", 3)
    steps = Steps(Fraction(1, 2))
    for _ in range(2):
        assert [steps[n / 2] for n in range(10)] == list(range(10))
    assert len(steps) <= 3


@pytest.mark.parametrize("value", [0.0, 2.0**53, 0.1])
def test_sane_numbers(value: float) -> None:
    assert is_sane(value)


@pytest.mark.parametrize(
    ("fields", "sane"),
    [
        ({}, True),
        ({"SecondLegPrice": 1111.0, "BOSymbol": "BTCUSD", "Attributes": "N" * 12}, True),
        ({"Attributes": "y" * 12}, True),
        ({"Attributes": "N" * 11 + "Y"}, True),
        ({"RejectReason": 50}, True),
        ({"RejectReason": 12}, False),
        ({"DisplaySize": -0.1}, False),
        ({"TriggerType": 3}, True),
        ({"TriggerType": 4}, False),
    ],
)
def test_quiet_fields(fields: dict[str, object], sane: bool) -> None:
    assert quiet_fields_are_sane(Transaction(**fields).encode()) is sane


@pytest.mark.parametrize(
    ("attributes", "asked"), [("", False), ("N" * 12, False), ("y" * 12, False), ("NNNNNNNNNNNY", True)]
)
def test_attributes_are_asked_for_by_a_capital_y(attributes: str, asked: bool) -> None:
    assert asks_for_attributes(Transaction(Attributes=attributes).encode()) is asked


def test_every_reject_has_a_code_of_the_wire() -> None:
    assert set(REJECT_CODES) == set(Reject)


def test_the_older_layout_is_the_newer_one_without_three_fields() -> None:
    newer = Transaction(OrderID=5, BOPrice=1.5, Attributes="NYN", TriggerType=2, TakeProfitPrice=2.5)
    older = shorten(newer.encode())
    assert len(older) == 238
    assert lengthen(older) == newer.encode()
