"""Accounts that anybody could use stay on this machine, unless somebody asks for more."""

import pytest

from base.errors import SettingsError
from base.servers.demo_settings import demo_settings
from base.servers.exposure import judge_constant_codes
from base.servers.settings import Settings, parse_settings

CONSTANT = """
[logon]
constant_codes = "%s"
[[instruments]]
number = 1
name = "X"
base = "B"
quote = "Q"
tick = "1"
lot = "1"
min = "1"
max = "1"
[[accounts]]
number = 1
user = "1"
key = "k"
mode = "constant"
enabled = %s
"""


@pytest.mark.parametrize(
    "settings, host, demo_accounts, is_allowed",
    [
        (demo_settings(), "127.0.0.1", False, True),
        (demo_settings(), "127.5.5.5", False, True),
        (demo_settings(), "localhost", False, True),
        (demo_settings(), "0.0.0.0", False, False),
        (demo_settings(), "0.0.0.0", True, True),
        (demo_settings(), "exchange", False, False),
        (parse_settings("f", CONSTANT % ("loopback", "true")), "127.0.0.1", False, True),
        (parse_settings("f", CONSTANT % ("loopback", "true")), "10.0.0.1", False, False),
        (parse_settings("f", CONSTANT % ("loopback", "true")), "10.0.0.1", True, False),
        (parse_settings("f", CONSTANT % ("everywhere", "true")), "10.0.0.1", False, True),
        (parse_settings("f", CONSTANT % ("loopback", "false")), "10.0.0.1", False, True),
    ],
)
def test_constant_codes_stay_on_this_machine_unless_asked_for(
    settings: Settings, host: str, demo_accounts: bool, is_allowed: bool
) -> None:
    if is_allowed:
        judge_constant_codes(settings, host, demo_accounts)
    else:
        with pytest.raises(SettingsError, match="other machines reach"):
            judge_constant_codes(settings, host, demo_accounts)
