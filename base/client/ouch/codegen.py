"""``handoff codegen``: a message definition in XML becomes a typed Python module.

In: a definition. Out: the text of a module; the same definition always gives the same text.
Never knows: connections.
Follows: the XML definition format and the guide of nasdaq-protocols. The module carries its definition and makes its
classes of it when it is imported, as `handoff soup-tail` does; what type checkers read stands beside it.
"""

import argparse
from collections.abc import Iterator, Sequence
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

from construct import Construct

from base.client.ouch.definitions import read_text, understood
from base.errors import SettingsError
from base.wire.dialect import DialectMessage
from base.wire.fields import TextAdapter, bare
from base.wire.free_record import Counted, LengthText, Nested
from base.wire.record import Record
from base.wire.xml.data_types import Boolean
from base.wire.xml.reader import Definition

OK = 0


def module_text(text: str, name: str) -> str:
    """The module for the definition ``text`` of the application ``name``."""
    definition = understood(text, f"{name}.xml")
    names = [*definition.enums, *definition.records, *(cls.__name__ for cls in definition.dialect.messages)]
    return "\n".join([*_head(text, name), *_face(definition), *_made(definition), *_foot(names), ""])


def _head(text: str, name: str) -> Iterator[str]:
    yield f'"""Messages of {name}, made by `handoff codegen` of its XML definition: change that file, not this one."""'
    yield from ("", "# ruff: noqa", "from enum import IntEnum, StrEnum", "from typing import TYPE_CHECKING", "")
    yield from ("from base.client.ouch.definitions import DefinedApplication", "")
    yield from ("if TYPE_CHECKING:", "    from base.wire.dialect import DialectMessage")
    yield from ("    from base.wire.record import Record", "", "DEFINITION = (")
    yield from (f"    {line!r}" for line in text.splitlines(keepends=True))
    yield from (")", f'APPLICATION = DefinedApplication(DEFINITION, "{name}")')
    yield from ("connect = APPLICATION.connect", "connect_async = APPLICATION.connect_async", "")


def _face(definition: Definition) -> Iterator[str]:
    """What type checkers read."""
    yield "if TYPE_CHECKING:"
    for enum in definition.enums.values():
        yield from _enum(enum)
    for cls in (*definition.records.values(), *definition.dialect.messages):
        yield from _class(cls)
    yield "    pass"


def _made(definition: Definition) -> Iterator[str]:
    yield "else:"
    yield from (f'    {name} = APPLICATION.definition.enums["{name}"]' for name in definition.enums)
    yield from (f'    {name} = APPLICATION.definition.records["{name}"]' for name in definition.records)
    yield from (f"    {cls.__name__} = APPLICATION.{cls.__name__}" for cls in definition.dialect.messages)
    yield from ("    pass", "")


def _foot(names: list[str]) -> Iterator[str]:
    yield "__all__ = ["
    yield from (f'    "{name}",' for name in sorted([*names, "APPLICATION", "connect", "connect_async"]))
    yield "]"


def _enum(enum: type[Enum]) -> Iterator[str]:
    yield from ("", f"    class {enum.__name__}({'IntEnum' if issubclass(enum, IntEnum) else 'StrEnum'}):")
    yield from (f"        {member.name} = {member.value!r}" for member in enum)
    yield ""


def _class(cls: type[Record]) -> Iterator[str]:
    base = "DialectMessage" if issubclass(cls, DialectMessage) else "Record"
    typed = {sub.name: python_type(bare(sub)) for sub in cls.LAYOUT.subcons if sub.name != "messageType"}
    yield from ("", f"    class {cls.__name__}({base}):")
    yield from (f"        {name}: {kind}" for name, kind in typed.items())
    given = "".join(f", {name}: {kind} = ..." for name, kind in typed.items())
    yield from (f"        def __init__(self{', *' if given else ''}{given}) -> None: ...", "")


def python_type(subcon: Construct) -> str:
    """The type that a field's value has in Python."""
    if isinstance(subcon, Counted):
        return f"list[{python_type(bare(subcon.item))}]"
    if isinstance(subcon, Nested):
        return subcon.record.__name__
    if isinstance(subcon, Boolean):
        return "bool"
    return "str" if isinstance(subcon, TextAdapter | LengthText) else "int"


def write_module(text: str, name: str, path: Path) -> None:
    """Write the module as a whole, in the place of what was there."""
    module = module_text(text, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None


def write_init(path: Path, module: str) -> None:
    """Make a package of the module's directory, from which its names can be imported."""
    line = f"from .{module} import *  # noqa: F403\n"
    try:
        if path.exists() and path.read_text(encoding="utf-8") not in ("", line):
            raise SettingsError(f"{path}: says something else; remove it, or leave --init-file out")
        path.write_text(line, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None


def identifier(text: str) -> str:
    """A name that a module may have; what argparse asks of an application's name."""
    if not text.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is no name: use letters, digits and _")
    return text


def run(arguments: Sequence[str]) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser("handoff codegen", description="Make a typed module of a message definition.")
    parser.add_argument("--spec-file", type=Path, required=True, metavar="FILE.xml", help="the definition, or itch50")
    parser.add_argument("--app-name", type=identifier, required=True, metavar="NAME", help="name of the application")
    parser.add_argument("--op-dir", type=Path, default=Path(), metavar="DIR", help="where to write (default: here)")
    parser.add_argument("--prefix", type=identifier, metavar="PREFIX", help="the module is PREFIX_ouch_NAME.py")
    parser.add_argument("--protocol", type=identifier, default="ouch", help="in the place of ouch in that name")
    parser.add_argument(
        "--override-messages", action=argparse.BooleanOptionalAction, default=True,
        help="of two messages with one id, group and direction the later wins (default), or that is a mistake",
    )  # fmt: skip
    parser.add_argument("--init-file", action="store_true", help="also write an __init__.py that imports the module")
    options: Any = parser.parse_args(list(arguments))
    module = "_".join(filter(None, (options.prefix, options.protocol, options.app_name)))
    path = options.op_dir / f"{module}.py"
    text = read_text(options.spec_file)
    understood(text, str(options.spec_file), override_messages=options.override_messages)
    write_module(text, options.app_name, path)
    print(path)
    if options.init_file:
        write_init(options.op_dir / "__init__.py", module)
    return OK
