"""The enumerations of japannext: every value of the facts page, none twice, and equal to what a message carries.

In: enumerations. Out: their values.
Never knows: what they do.
"""

from enum import Enum, IntEnum, StrEnum

import pytest

from base.wire.ouch import japannext_codes as codes

VALUES: dict[type[Enum], str | list[object]] = {
    codes.Side: "BSTE",
    codes.Group: ["DAY", "NGHT", "DAYX", "DAYU"],
    codes.TimeInForce: [0, 99999],
    codes.Display: " P",
    codes.Capacity: "AP",
    codes.OrderClassification: "13456",
    codes.CashMarginType: "12345",
    codes.OrderState: "LD",
    codes.SystemEventCode: "SE",
    codes.Liquidity: "AR",
    codes.RejectReason: "HSXZNYDViRFGLcO",
    codes.CancelReason: "ULSIMXZNYDViRFGO",
}


@pytest.mark.parametrize("enumeration", VALUES, ids=lambda enumeration: enumeration.__name__)
def test_no_value_is_missing_and_none_is_there_twice(enumeration: type[Enum]) -> None:
    assert [member.value for member in enumeration] == list(VALUES[enumeration])
    assert len(enumeration.__members__) == len(VALUES[enumeration])


def test_no_enumeration_is_forgotten() -> None:
    declared = {value for value in vars(codes).values() if isinstance(value, type) and issubclass(value, Enum)}
    assert declared - {StrEnum, IntEnum} == set(VALUES)
