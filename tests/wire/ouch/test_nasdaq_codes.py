"""The enumerations of nasdaq: every value of the facts page, none twice, and equal to what a message carries.

In: enumerations. Out: their values.
Never knows: what they do.
"""

from enum import Enum, IntEnum, StrEnum

import pytest

from base.wire.ouch import nasdaq_codes as codes

VALUES: dict[type[Enum], str | list[object]] = {
    codes.Side: "BSTE",
    codes.TimeInForce42: [0, 99996, 99998, 99999],
    codes.TimeInForce50: "0356E",
    codes.Display: "AYNPIMWLOTQmnZ",
    codes.Capacity: "APRO",
    codes.IntermarketSweep: "YNy",
    codes.CrossType: "NOCHSREA",
    codes.CustomerType: "RN ",
    codes.OrderState: "LD",
    codes.EventCode: "SE",
    codes.BboWeight: "0123SN ",
    codes.CancelReason: "UITSDQZCKHXEFG",
    codes.BrokenTradeReason: "ECSX",
    codes.RestatedReason: "RP",
    codes.RejectReason42: "THZSDCLMRXNOVWabcdemnrvwxyoqu",
    codes.RejectCode50: list(range(1, 0x20)),
}


@pytest.mark.parametrize("enumeration", VALUES, ids=lambda enumeration: enumeration.__name__)
def test_no_value_is_missing_and_none_is_there_twice(enumeration: type[Enum]) -> None:
    assert [member.value for member in enumeration] == list(VALUES[enumeration])
    assert len(enumeration.__members__) == len(VALUES[enumeration])


def test_no_enumeration_is_forgotten() -> None:
    declared = {value for value in vars(codes).values() if isinstance(value, type) and issubclass(value, Enum)}
    assert declared - {StrEnum, IntEnum} == set(VALUES)
