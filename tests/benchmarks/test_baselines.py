"""Baselines tell a fall from a slower machine, and are kept whole."""

import json
from pathlib import Path

import pytest

from benchmarks.baselines import FILE, Baselines, calibration_s, keep
from benchmarks.figures import Goal, Row
from tests.benchmarks.test_goals import ROWS

FLOOR = Row("floor", "axis", "part", Goal(4, "x"))
CEILING = Row("ceiling", "axis", "part", Goal(2, "x", is_ceiling=True))
TIME = Row("time", "axis", "part", Goal(20, " s", is_ceiling=True))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "baselines.json"
    rows = {"floor": 5.0, "ceiling": 1.0, "time": 10.0}
    path.write_text(json.dumps({"machine": "a machine", "calibration_s": 0.5, "rows": rows}))
    return path


@pytest.mark.parametrize(
    "row, figure, fell",
    [
        (FLOOR, 4.1, False), (FLOOR, 3.9, True), (FLOOR, 50.0, False),
        (CEILING, 1.2, False), (CEILING, 1.3, True), (CEILING, 0.1, False),
        (TIME, 24.0, False), (TIME, 26.0, True),
    ],
)  # fmt: skip
def test_more_than_a_fifth_is_a_fall(file: Path, row: Row, figure: float, fell: bool) -> None:
    baselines = Baselines(file, calibration=1.0)  # a machine that takes twice as long
    assert baselines.fell(row.measured([figure], "")) == fell
    assert (" fell: " in baselines.line(row.measured([figure], ""))) == fell


def test_what_has_no_figure_or_no_baseline_is_not_compared(file: Path) -> None:
    baselines = Baselines(file, calibration=0.5)
    unknown = Row("unknown", "axis", "part", Goal(4, "x")).measured([1.0], "")
    assert "not compared: no baseline" in baselines.line(unknown)
    assert "not compared: no peer" in baselines.line(FLOOR.not_measured("no peer"))
    assert not baselines.fell(unknown) and not baselines.fell(FLOOR.not_measured("no peer"))


def test_keeping_leaves_alone_what_was_not_measured(file: Path) -> None:
    keep([FLOOR.measured([7.0], ""), CEILING.not_measured("no peer")], file)
    kept = json.loads(file.read_text())
    assert kept["rows"] == {"floor": 7.0, "ceiling": 1.0, "time": 10.0}
    assert kept["machine"] != "a machine" and kept["calibration_s"] > 0


def test_the_baselines_of_the_project_name_rows_that_exist() -> None:
    kept = json.loads(FILE.read_text())
    assert set(kept["rows"]) <= {row.key for row in ROWS}
    assert kept["calibration_s"] > 0 < calibration_s()
