"""What was written down, one by one: what a run of records stands for."""

from collections.abc import Iterable
from typing import Any

from base.vocabulary.recorded import Recorded, RecordedRun


def one_by_one(rows: Iterable[tuple[Any, ...]]) -> list[Recorded]:
    """Give a ``Recorded`` for each thing that happened, without the secrets."""
    each: list[Recorded] = []
    for row in rows:
        if isinstance(row, RecordedRun):
            each += [Recorded(*row[:4], _without_secret(body, row)) for body in row.bodies]
        else:
            each.append(Recorded(*row))
    return each


def _without_secret(body: bytes, run: RecordedRun) -> bytes:
    return body[: run.secret_from] + bytes(run.secret_to - run.secret_from) + body[run.secret_to :]
