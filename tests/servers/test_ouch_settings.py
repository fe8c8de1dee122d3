"""The table ``[ouch]`` of the settings."""

import pytest

from base.errors import SettingsError
from base.gateway.ouch_orders import OuchPort
from base.servers.demo_settings import demo_settings
from base.servers.ouch_settings import read_ouch
from base.servers.toml_table import parse_table

LOGIN = '[[logins]]\nname = "JP01"\npassword = "secret"\naccount = 100700\nuser = "BOU7"\n'


def read(text: str):  # type: ignore[no-untyped-def]
    return read_ouch(parse_table("x.toml", text), demo_settings().participants)


def test_addresses_and_logins() -> None:
    ouch = read('japannext = "127.0.0.1:0"\njapannext_bare = "127.0.0.1:31421"\nbare_logins = ["JP01"]\n' + LOGIN)
    assert dict(ouch.addresses) == {
        OuchPort.JAPANNEXT: ("127.0.0.1", 0), OuchPort.JAPANNEXT_BARE: ("127.0.0.1", 31421)
    }  # fmt: skip
    (login,) = ouch.logins
    assert (login.participant, login.user, "secret" in repr(login)) == (1, "BOU7", False)
    assert not demo_settings().ouch.addresses


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('japannext = "nowhere"', "HOST:PORT"),
        ('japannext_bare = "127.0.0.1:1"', "needs bare_logins"),
        ('bare_logins = ["X"]', "no login"),
        ("other = 1", "other"),
        (LOGIN + LOGIN, "another login has it"),
        (LOGIN.replace("JP01", "TOOLONG"), "1 to 6"),
        (LOGIN.replace("secret", "far too long a password"), "1 to 10"),
        (LOGIN.replace("BOU7", "BOU9"), "no such user"),
    ],
)
def test_what_is_wrong_is_named(text: str, rule: str) -> None:
    with pytest.raises(SettingsError, match=rule) as error:
        read(text)
    assert "secret" not in str(error.value) and "far too long" not in str(error.value)
