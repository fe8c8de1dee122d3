"""Every reason is numbered once, in the range of the room that refuses.

In: the enumeration. Out: verdicts. Never knows: the wire's codes.
"""

import re
from pathlib import Path

import pytest

from base.vocabulary.rejects import Reject
from tests.kit.source import ROOT


def test_numbers_are_used_once_and_in_range() -> None:
    assert len({int(one) for one in Reject.__members__.values()}) == len(Reject.__members__)
    assert {int(one) // 100 for one in Reject} == {1, 2, 3}


@pytest.mark.parametrize("reason", [one for one in Reject if one > 200], ids=lambda one: one.name)
def test_the_exchange_can_give_its_reasons(reason: Reject) -> None:
    text = "".join(path.read_text() for path in sorted(Path(ROOT, "base/exchange").glob("*.py")))
    assert re.search(rf"\bReject\.{reason.name}\b", text), "a reason that nobody gives"
