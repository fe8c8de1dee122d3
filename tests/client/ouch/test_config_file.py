"""``config.ini``, as the server and the client of OUCH read it."""

from pathlib import Path

import pytest

from base.client.ouch.config_file import configured_address
from base.errors import SettingsError


def test_options_come_first_then_the_file_then_what_the_ouch_project_uses(tmp_path: Path) -> None:
    file = tmp_path / "config.ini"
    assert configured_address(file) == ("localhost", 31421)
    file.write_text("[DEFAULT]\nport = 99\n")
    assert configured_address(file) == ("localhost", 99)
    file.write_text("[DEFAULT]\nhost = 10.0.0.1\nport = 99\n")
    assert configured_address(file) == ("10.0.0.1", 99)
    assert configured_address(file, "there", 7) == ("there", 7)


@pytest.mark.parametrize(
    "text", ["host = 10.0.0.1", "[DEFAULT]\nport = high", "[DEFAULT]\nport = 65536", "[DEFAULT]\nhost = %(x)s", "\xff"]
)
def test_a_wrong_file_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.ini"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"config\.ini: "):
        configured_address(file)
