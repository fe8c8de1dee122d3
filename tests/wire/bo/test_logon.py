"""The logon message: the two samples of the owner's README, and its limits.

In: the printed bytes. Out: the same bytes from keywords.
Never knows: who may log on.
"""

import pytest

from base.errors import FieldError
from base.wire.bo.logon import ClientLogon

ADDRESSES = dict.fromkeys(
    ("PrimaryOrderEntryIP", "SecondaryOrderEntryIP", "PrimaryMarketDataIP", "SecondaryMarketDataIP"), "1"
)
README_1 = (
    "48008F00010001000000353137383436310000000000FA01000031000000000000000000000000000000000000000000000031000000"
    "0000000000000000000000000000000000000000310000000000000000000000000000000000000000000000310000000000000000000"
    "000000000000000000000000000000000000000000029E41600000000000000000000"
)
README_2 = (
    "48008F0001005C890100314636410000424F55370000FA01000031000000000000000000000000000000000000000000000031000000"
    "0000000000000000000000000000000000000000310000000000000000000000000000000000000000000000310000000000000000000"
    "000000000000000000000000000000000000000000029E41600439906000000000000"
)


def test_the_samples_of_the_readme() -> None:
    first = ClientLogon(
        LogonType=1, Account=1, TwoFA="517846", UserName="1", TradingSessionID=506, LastSeqNum=1500201, **ADDRESSES
    )
    assert first.encode().hex().upper() == README_1
    second = first.replace(Account=100700, TwoFA="1F6A", UserName="BOU7", Key=432451)
    assert second.encode().hex().upper() == README_2


def test_an_address_fills_its_field_and_no_more() -> None:
    longest = "255.255.255.255:65535..."
    assert ClientLogon.parse(ClientLogon(PrimaryOrderEntryIP=longest).encode()).PrimaryOrderEntryIP == longest
    with pytest.raises(FieldError, match=r"PrimaryOrderEntryIP: .* takes 25 bytes, the field holds 24"):
        ClientLogon(PrimaryOrderEntryIP=longest + ".")


def test_a_web_client_pads_with_spaces_and_nothing_is_lost() -> None:
    data = ClientLogon(UserName="BOU7").encode().replace(b"BOU7\0\0", b"BOU7  ")
    assert ClientLogon.parse(data).UserName == "BOU7  "
    assert ClientLogon.parse(data).encode() == data
