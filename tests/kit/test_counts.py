"""The count of a run follows HANDOFF_LONG, and a long run never does less."""

import pytest

from tests.kit.counts import count


@pytest.mark.parametrize("value, expected", [("", 3), ("0", 3), ("1", 100)])
def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, value: str, expected: int) -> None:
    monkeypatch.setenv("HANDOFF_LONG", value)
    assert count(ordinary=3, long=100) == expected


@pytest.mark.parametrize("ordinary, long", [(0, 5), (6, 5), (-1, 5)])
def test_a_long_run_is_never_the_shorter_one(ordinary: int, long: int) -> None:
    with pytest.raises(ValueError, match=f"ordinary={ordinary}, long={long}"):
        count(ordinary=ordinary, long=long)
