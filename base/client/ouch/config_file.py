"""``config.ini`` of The OUCH Project: host and port, for its server and its client.

In: a file that may be there. Out: what it says. Never knows: which program asks, what options say.
Follows: The OUCH Project, "Usage": ``host`` and ``port`` in the section ``[DEFAULT]``.
"""

from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path

from base.client.answers import whole_number
from base.errors import SettingsError

DEFAULT_HOST, DEFAULT_PORT = "localhost", 31421


def configured_address(file: Path, host: str | None = None, port: int | None = None) -> tuple[str, int]:
    """What options say, then what the file says, then what The OUCH Project uses; SettingsError for a wrong file."""
    config = ConfigParser({"host": DEFAULT_HOST, "port": str(DEFAULT_PORT)})
    try:
        config.read(file, encoding="utf-8")
        return host or config["DEFAULT"]["host"], port or whole_number("port", 1, 65535)(config["DEFAULT"]["port"])
    except (ConfigError, ValueError) as error:
        raise SettingsError(f"{file}: {error}") from None
