"""Files with message definitions: read with a reason when they cannot be, and the one that is shipped.

In: a path, or the name of a shipped definition. Out: a definition, or an application that speaks it.
Never knows: connections.
Follows: the XML definition format, which `base.wire.xml` reads.
"""

from importlib.resources import files
from pathlib import Path

from base.client.ouch.application import Application
from base.errors import DefinitionError, SettingsError
from base.limits import DEFINITION_BYTES
from base.wire.xml.reader import Definition, read_definition

SHIPPED = ("itch50",)


def read_text(path: Path) -> str:
    """The text of a definition, or of a shipped one by its name."""
    try:
        if str(path) in SHIPPED:
            return files("base.client.ouch").joinpath(f"{path}.xml").read_text(encoding="utf-8")
        with path.open("rb") as file:
            return file.read(DEFINITION_BYTES + 1).decode()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is no UTF-8 text: {error}") from None


def understood(text: str, name: str, *, override_messages: bool = True) -> Definition:
    """What a text declares; SettingsError says what is wrong where."""
    try:
        return read_definition(text, name, override_messages=override_messages)
    except DefinitionError as error:
        raise SettingsError(str(error)) from None


def read_file(path: Path) -> Definition:
    """Read a definition, or a shipped one by its name."""
    return understood(read_text(path), str(path))


class DefinedApplication(Application):
    """An application over a definition; generated modules have one."""

    def __init__(self, text: str, name: str) -> None:
        self.definition = understood(text, name)
        super().__init__(self.definition.dialect)
