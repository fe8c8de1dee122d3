"""Scripts are read whole, and what is wrong in them is named by file, action and field."""

import json
from pathlib import Path
from typing import Any

import pytest

from base.client.ouch import script as module
from base.client.ouch.script import read_script
from base.errors import SettingsError
from base.wire.ouch.japannext import JAPANNEXT, CancelOrder, OrderAccepted, OrderCanceled
from tests.kit.source import ROOT

CANCEL = {"message_type": "X", "orderToken": 1, "quantity": 0}
SCRIPTS = sorted((ROOT / "examples/ouch").glob("*.json"))


def written(tmp_path: Path, script: Any) -> Path:
    path = tmp_path / "script.json"
    path.write_text(script if isinstance(script, str) else json.dumps(script))
    return path


def test_actions_become_steps(tmp_path: Path) -> None:
    actions = [CANCEL, {**CANCEL, "expect": []}, {"expect": [{"message_type": "C", "orderToken": 1}]}]
    steps = read_script(written(tmp_path, {"_expected_behaviour": "any comment", "actions": actions}), JAPANNEXT)
    assert [step.name for step in steps] == ["1 CancelOrder", "2 CancelOrder", "3 wait"]
    assert steps[0].message == CancelOrder(orderToken=1) and steps[0].expected is None
    assert steps[1].expected == []
    assert steps[2].message is None and steps[2].expected and steps[2].expected[0].fields == {"orderToken": 1}


@pytest.mark.parametrize(
    "script, words",
    [
        ("{", "is no JSON"), ("[]", 'needs a list "actions"'), ({"actions": 3}, "actions"),
        ({"actions": [3]}, "action 1: 3 is no dictionary"),
        ({"actions": [CANCEL, {"orderToken": 1}]}, "action 2: lacks message_type"),
        ({"actions": [{}]}, "action 1: lacks message_type"),
        ({"actions": [{**CANCEL, "message_type": "A"}]}, "'A' is none of"),
        ({"actions": [{**CANCEL, "qty": 1}]}, "action 1: qty"),
        ({"actions": [{"message_type": "X"}]}, "lacks orderToken, quantity"),
        ({"actions": [{**CANCEL, "expect": 1}]}, "expect: 1 is no list"),
        ({"actions": [{**CANCEL, "expect": [{}]}]}, "needs a message_type"),
        ({"actions": [{**CANCEL, "expect": [{"message_type": "X"}]}]}, "expect: message_type: 'X'"),
        ({"actions": [{**CANCEL, "expect": [{"message_type": "C", "tokn": 1}]}]}, "expect: tokn"),
        ("[" * 100_000, "is no JSON"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, script: Any, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_script(written(tmp_path, script), JAPANNEXT)
    assert words in str(refused.value) and "script.json" in str(refused.value)


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read_script(tmp_path / "none.json", JAPANNEXT)
    monkeypatch.setattr(module, "SCRIPT_BYTES", 10)
    with pytest.raises(SettingsError, match="more than 10 bytes"):
        read_script(written(tmp_path, {"actions": []}), JAPANNEXT)


def test_a_reply_is_compared_by_type_and_by_the_fields_that_matter(tmp_path: Path) -> None:
    expect = [{"message_type": "A", "price": 2300.5}]
    (step,) = read_script(written(tmp_path, {"actions": [{**CANCEL, "expect": expect}]}), JAPANNEXT)
    assert step.expected is not None
    (wanted,) = step.expected
    assert wanted.why_not(OrderAccepted(price=23005, quantity=9)) == ""
    assert wanted.why_not(OrderAccepted(price=23000)) == "price: expected 2300.5, got 2300.0"
    assert wanted.why_not(OrderCanceled()) == "expected OrderAccepted, got OrderCanceled"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_our_scripts_say_what_each_action_should_do(path: Path) -> None:
    script = json.loads(path.read_text())
    steps = read_script(path, JAPANNEXT)
    assert all(step.expected is not None for step in steps)
    assert len(steps) >= len(script["_expected_behaviour"]) > 0


def test_there_are_ten() -> None:
    assert len(SCRIPTS) == 10
