"""``handoff new-project``: a Python package for messages of one's own, which installs, imports and passes its test.

In: a name, applications. Out: files in a new directory. Never knows: connections.
Follows: nasdaq-protocols, ``nasdaq-protocols-create-new-project``; what exists is never changed.
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from base.client.ouch.codegen import identifier, module_text
from base.errors import SettingsError

OK = 0
PROTOCOLS = ("ouch", "itch", "sqf")

DEFINITION = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Messages of {app}. After a change: handoff codegen, as README.md says. -->
<root>
    <enums-root>
        <enum id="Side" type="char_ascii">
            <value name="BUY" description="bid">B</value>
            <value name="SELL" description="offer">S</value>
        </enum>
    </enums-root>
    <messages-root>
        <message id="EnterOrder" message-id="O" direction="incoming">
            <fields>
                <field name="orderToken" type="uint_4_be"/>
                <field name="orderBookId" type="uint_4_be"/>
                <field name="side" type="enum:Side"/>
                <field name="quantity" type="uint_4_be"/>
                <field name="price" type="uint_4_be"/>
            </fields>
        </message>
        <message id="Accepted" message-id="A" direction="outgoing">
            <fields>
                <field name="timestamp" type="uint_8_be"/>
                <field name="orderToken" type="uint_4_be"/>
            </fields>
        </message>
    </messages-root>
</root>
"""
PYPROJECT = """[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "0.0.1"
description = "Message definitions, and the modules made of them."
requires-python = ">=3.11"
dependencies = ["handoff-venue"]

[tool.setuptools.packages.find]
where = ["src"]

[tool.setuptools.package-data]
"*" = ["*.xml"]
"""
TEST = '''"""The modules are those of their definitions, and every message is read as it was written."""

from importlib import import_module
from importlib.resources import files

from base.client.ouch.codegen import module_text

APPLICATIONS = {applications!r}


def test_modules_are_made_of_their_definitions():
    for app, protocol in APPLICATIONS:
        package = files("{package}." + app)
        text = package.joinpath(app + ".xml").read_text()
        assert package.joinpath(protocol + "_" + app + ".py").read_text() == module_text(text, app), app


def test_every_message_is_read_as_it_was_written():
    for app, protocol in APPLICATIONS:
        application = import_module("{package}." + app + "." + protocol + "_" + app).APPLICATION
        assert application.dialect.messages
        for message in application.dialect.messages:
            assert application.dialect.decode(message().encode(), message.DIRECTION) == message()
'''
README = """# {name}

The messages are defined in `src/{package}/*/*.xml`. After a change, make the modules anew:

{commands}
"""


def project_files(name: str, applications: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The files of a new project, by their paths."""
    package = name.replace("-", "_").lower()
    written = {"pyproject.toml": PYPROJECT.format(name=name), f"src/{package}/__init__.py": ""}
    commands = []
    for app, protocol in applications:
        definition, place = DEFINITION.format(app=app), f"src/{package}/{app}"
        written[f"{place}/__init__.py"] = ""
        written[f"{place}/{app}.xml"] = definition
        written[f"{place}/{protocol}_{app}.py"] = module_text(definition, app)
        kind = "" if protocol == "ouch" else f" --protocol {protocol}"
        commands.append(f"    handoff codegen --spec-file {place}/{app}.xml --app-name {app} --op-dir {place}{kind}")
    written["tests/test_messages.py"] = TEST.format(package=package, applications=list(applications))
    written["README.md"] = README.format(name=name, package=package, commands="\n".join(commands))
    return written


def application(text: str) -> tuple[str, str]:
    """Read ``app:protocol``."""
    app, _, protocol = text.partition(":")
    if protocol not in PROTOCOLS:
        raise argparse.ArgumentTypeError(f"{text!r} is no APP:PROTOCOL; the protocols are {', '.join(PROTOCOLS)}")
    return identifier(app), protocol


def project_name(text: str) -> str:
    """Read the name of a distribution."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name: begin with a letter, use letters, digits, - and _")
    return text


def run(arguments: Sequence[str]) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser("handoff new-project", description="Make a package for messages of your own.")
    parser.add_argument("name", type=project_name, metavar="NAME")
    parser.add_argument(
        "-a", "--application", type=application, action="append", required=True, metavar="APP:PROTOCOL",
        help="repeatable; PROTOCOL is ouch, itch or sqf",
    )  # fmt: skip
    parser.add_argument("-d", "--target-dir", type=Path, default=Path(), metavar="DIR", help="default: here")
    options = parser.parse_args(list(arguments))
    if len({app for app, _ in options.application}) < len(options.application):
        parser.error("two applications have one name")
    root: Path = options.target_dir / options.name
    try:
        root.mkdir(parents=True)
        for path, text in project_files(options.name, options.application).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{root}: {error.strerror}") from None
    print(root)
    return OK
