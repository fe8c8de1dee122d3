"""A table of a settings file, read key by key with a rule for each.

In: what tomllib read. Out: checked values, or a SettingsError that names file, line, key, value and rule.
Never knows: what the keys are for. A key that a table does not have is refused, with the nearest one that
it has.
"""

import re
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from base import limits
from base.errors import SettingsError
from base.servers.toml_lines import KeyPath, Lines, written

DECIMAL = re.compile(r"[0-9]{1,24}(\.[0-9]{1,24})?")
SHOWN_CHARACTERS = 60


class Table:
    """One table of the file ``name``: ``only`` says which keys it may have, then methods ask for the values."""

    def __init__(self, name: str, lines: Lines, path: KeyPath, values: dict[str, Any]) -> None:
        self._name = name
        self._lines = lines
        self._path = path
        self._values = values

    def only(self, *keys: str) -> None:
        """Refuse every other key; asked first, so that a slip of the pen is not called a missing key."""
        for key in self._values:
            if key not in keys:
                near = get_close_matches(key, keys, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; the keys here are {', '.join(sorted(keys))}"
                raise SettingsError(f"{self._place(key)}: unknown key {self._written(key)}{hint}")

    def text(self, key: str, default: str | None = None, *, secret: bool = False) -> str:
        """Give a text; without a default it must be there."""
        value = self._values.get(key, default)
        if not isinstance(value, str):
            self.refuse(key, "must be a text in quotes", secret=secret)
        return value

    def integer(self, key: str, smallest: int, largest: int, default: int | None = None) -> int:
        """Give a whole number from ``smallest`` to ``largest``."""
        value = self._values.get(key, default)
        if type(value) is not int or not smallest <= value <= largest:
            self.refuse(key, f"must be a whole number from {smallest} to {largest}")
        return value

    def choice(self, key: str, choices: Sequence[Any], default: Any) -> Any:
        """Give one of the listed values."""
        value = self._values.get(key, default)
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            self.refuse(key, f"must be {' or '.join(_shown(choice) for choice in choices)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Give true or false."""
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false")
        return value

    def decimal(self, key: str, default: str | None = None) -> Fraction:
        """Give a decimal number that is not negative, exactly as it is written."""
        value = self._values.get(key, default)
        if type(value) is int and value >= 0:
            return Fraction(value)
        if isinstance(value, float):
            self.refuse(key, f'must be in quotes, such as "{value}", so that it stays exact')
        if not isinstance(value, str) or not DECIMAL.fullmatch(value):
            self.refuse(key, 'must be a decimal number in quotes, such as "0.00001", and not negative')
        return Fraction(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts, empty when it is not there."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.refuse(key, "must be a list of texts")
        return tuple(value)

    def integers(self, key: str) -> tuple[int, ...]:
        """Give a list of whole numbers, empty when it is not there."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(type(one) is int for one in value):
            self.refuse(key, "must be a list of whole numbers")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """Give a table, empty when it is not there."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, f"must be a table: [{written((*self._path, key))}]")
        return Table(self._name, self._lines, (*self._path, key), value)

    def tables(self, key: str) -> list["Table"]:
        """Give the tables of an array of tables; there must be at least one."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            self.refuse(key, f"must be one or more tables: [[{written((*self._path, key))}]]")
        path = (*self._path, key)
        return [Table(self._name, self._lines, (*path, position), one) for position, one in enumerate(value)]

    def names(self) -> list[str]:
        """Give the keys that the file has here, for tables whose keys are names."""
        return list(self._values)

    def refuse(self, key: str, rule: str, *, secret: bool = False) -> NoReturn:
        """Raise the SettingsError of one key."""
        if key not in self._values:
            raise SettingsError(f"{self._place(key)}: {self._written(key)} is missing: it {rule}")
        shown = "(not shown)" if secret else _shown(self._values[key])
        raise SettingsError(f"{self._place(key)}: {self._written(key)} = {shown}: {rule}")

    def refuse_whole(self, rule: str) -> NoReturn:
        """Raise the SettingsError of the table itself."""
        line = self._lines.of(self._path)
        place = f"{self._name}:{line}" if line else self._name
        raise SettingsError(f"{place}: {written(self._path)}: {rule}")

    def _written(self, key: str) -> str:
        return written((*self._path, key))

    def _place(self, key: str) -> str:
        line = self._lines.of((*self._path, key))
        return f"{self._name}:{line}" if line else self._name


def read_table(path: Path) -> Table:
    """Read a settings file; SettingsError when it cannot be read or is no TOML."""
    try:
        with path.open("rb") as file:
            raw = file.read(limits.SETTINGS_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(raw) > limits.SETTINGS_BYTES:
        raise SettingsError(f"{path}: longer than {limits.SETTINGS_BYTES} bytes: this is no settings file")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}:{line}: byte 0x{raw[error.start]:02x} is not UTF-8 text") from error
    return parse_table(str(path), text)


def parse_table(name: str, text: str) -> Table:
    """Read the text of a settings file."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line = re.search(r"\(at line (\d+), column \d+\)", str(error))
        place = f"{name}:{line[1]}" if line else name
        raise SettingsError(f"{place}: this is no TOML: {error}") from error
    return Table(name, Lines(text), (), values)


def whole(table: Table, key: str, unit: Fraction, rule: str, smallest: int = 1) -> int:
    """Give a decimal number as a count of units, refused by ``rule`` unless it is a whole one from ``smallest``."""
    count = table.decimal(key) / unit
    if count.denominator != 1 or count < smallest:
        table.refuse(key, rule)
    return int(count)


def at_most(tables: list[Table], most: int) -> None:
    """Refuse the first table too many."""
    if len(tables) > most:
        tables[most].refuse_whole(f"a venue has at most {most} of them, the file has {len(tables)}")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return ascii(value[:SHOWN_CHARACTERS]).replace("'", '"') + ("..." if len(value) > SHOWN_CHARACTERS else "")
    return str(value)[:SHOWN_CHARACTERS]
