"""Requests and their replies: the lengths that are accepted beside the one that is sent.

In: pairs of classes. Out: the same fields, at the offsets of the specification.
Never knows: what the market would answer.
"""

import pytest

from base.errors import FieldError
from base.wire.bo.requests import (
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    InstrumentRequest62,
    InstrumentResponse,
    InstrumentResponse74,
    OpenOrderRequest,
    OpenOrderRequest44,
    RiskUpdateRequest,
    RiskUserSymbol,
)
from base.wire.layout import Message


def offsets(cls: type[Message]) -> dict[str, int]:
    """Field name -> offset in bytes."""
    return {spec.name: spec.offset for spec in cls.FIELDS}


def test_the_short_instrument_request_differs_by_two_bytes() -> None:
    long, short = offsets(InstrumentRequest), offsets(InstrumentRequest62)
    assert list(long) == list(short)
    assert {name: long[name] - short[name] for name in long if long[name] != short[name]} == dict.fromkeys(
        list(long)[5:], 2
    )
    with pytest.raises(FieldError, match="RejectReason: 65536 is outside 0 to 65535"):
        InstrumentRequest62(RejectReason=65536)


def test_half_floats_are_what_they_are() -> None:
    short = InstrumentResponse(PriceIncrement=0.01, MinSize=0.00001, MaxSize=65504)
    assert (short.PriceIncrement, short.MinSize) == (0.01000213623046875, 1.0013580322265625e-05)
    assert InstrumentResponse.parse(short.encode()).fields() == short.fields()
    assert InstrumentResponse74(PriceIncrement=0.01).PriceIncrement == 0.01
    with pytest.raises(FieldError, match="MaxSize: 100000 is too large for 2 bytes"):
        InstrumentResponse(MaxSize=100_000)


def test_risk_and_collateral_requests_share_a_layout_but_for_one_name() -> None:
    risk, collateral = offsets(RiskUpdateRequest), offsets(CollateralRequest)
    assert list(risk.values()) == list(collateral.values())
    assert set(risk) ^ set(collateral) == {"ResponseType", "UpdateType"}


def test_the_disabled_flag_is_a_number_in_one_and_a_letter_in_the_other() -> None:
    assert offsets(RiskUserSymbol) == offsets(CollateralResponse)
    assert RiskUserSymbol(SymbolDisabled=1).encode()[60] == 1
    assert CollateralResponse(SymbolDisabled="Y").encode()[60] == ord("Y")


def test_open_order_requests_are_signed_and_have_two_letters() -> None:
    assert OpenOrderRequest(Account=-1).encode()[6:10] == b"\xff" * 4
    keyed = OpenOrderRequest44(Data1="e", Key=432451)
    assert keyed.encode() == b"e\0\x2c\0" + bytes(36) + (432451).to_bytes(4, "little")
    assert OpenOrderRequest44.parse(keyed.encode()) == keyed
    assert OpenOrderRequest44(Key=-1).encode()[40:] == b"\xff" * 4
    assert list(offsets(OpenOrderRequest44)) == [*offsets(OpenOrderRequest), "Key"]
