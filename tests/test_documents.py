"""The documents say what the code does: every room has its line, every drawing is that of its table.

When a table changed on purpose, copy what the failure prints into docs/conversations.md.
"""

import re
from pathlib import Path

import pytest

from base import socket_controller
from base.client import logon
from base.session import bo, soupbintcp
from base.session.transitions import diagram
from tests.kit.source import ROOT

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
TABLES = {
    "A socket": diagram(socket_controller.TRANSITIONS),
    "A session on the server": diagram(bo.TRANSITIONS),
    "A SoupBinTCP session on the server": diagram(soupbintcp.SERVER_TRANSITIONS),
    "A SoupBinTCP session on the client": diagram(soupbintcp.CLIENT_TRANSITIONS),
    "A client": diagram(logon.TRANSITIONS),
}


def rooms() -> set[str]:
    """The names directly below base/ as the table of rooms spells them."""
    packages = {init.parent.name for init in (ROOT / "base").glob("*/__init__.py")}
    return packages | {module.name for module in (ROOT / "base").glob("*.py")} - {"__init__.py"}


def test_every_room_has_its_line_in_the_architecture() -> None:
    text = (ROOT / "docs/ARCHITECTURE.md").read_text()
    first_cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)} == rooms()


@pytest.mark.parametrize("title", TABLES)
def test_a_drawn_conversation_is_the_table_in_the_code(title: str) -> None:
    text = (ROOT / "docs/conversations.md").read_text()
    assert f"## {title}\n" in text
    section = text.split(f"## {title}\n")[1]
    assert section.split("```\n")[1] == TABLES[title] + "\n"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []
