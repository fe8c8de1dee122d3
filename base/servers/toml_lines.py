"""Where in a TOML file a key stands, for messages that name the line.

In: the text of a file that tomllib accepted. Out: the line of each key. Never knows: what the keys mean.
Follows TOML 1.0 as far as a settings file goes: tables, arrays of tables, one key per line. A key
that is not found costs the line number in a message, nothing else.
"""

import re
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of tables, positions in arrays from 0."""

HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
KEY = re.compile(r"""\s*([A-Za-z0-9_.\-]+|"[^"]*"|'[^']*')\s*=(.*)$""")


class Lines:
    """The lines of the keys of one file, counted from 1.

    >>> lines = Lines('[[accounts]]\\nnumber = 1\\n[accounts.balances]\\nUSD = "5"')
    >>> lines.of(("accounts", 0, "balances", "USD"))
    4
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}
        table: KeyPath = ()
        closing = ""
        for number, line in enumerate(text.splitlines(), 1):
            if closing:
                closing = "" if closing in line else closing
            elif header := HEADER.match(line):
                table = self._enter(header[2], array=header[1] == "[[")
                self._lines.setdefault(table, number)
            elif key := KEY.match(line):
                self._lines.setdefault(table + _parts(key[1]), number)
                closing = _left_open(key[2])

    def of(self, path: KeyPath) -> int | None:
        """Give the line of a key or of the nearest table around it; None when neither is found."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None

    def _enter(self, name: str, *, array: bool) -> KeyPath:
        path: KeyPath = ()
        parts = _parts(name)
        for position, part in enumerate(parts):
            path += (part,)
            if array and position == len(parts) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path += (self._counts[path],)
        return path


def _parts(name: str) -> KeyPath:
    if name[:1] in "\"'":
        return (name[1:-1],)
    return tuple(part.strip(" \t\"'") for part in name.split("."))


def _left_open(value: str) -> str:
    for quotes in ('"""', "'''"):
        if value.count(quotes) % 2:
            return quotes
    return ""


def written(path: KeyPath) -> str:
    """Write a path as people read it.

    >>> written(("accounts", 0, "balances", "USD"))
    'accounts[0].balances.USD'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if part.isprintable() else ascii(part))
    return text
