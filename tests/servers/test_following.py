"""Who follows a journal is where its writer is, commit by commit, from a picture or from the beginning."""

import gc
from contextlib import ExitStack
from pathlib import Path

import pytest

from base import limits
from base.clock import Clock
from base.exchange import Exchange
from base.journal.replay import Commit
from base.servers.following import Following
from base.servers.past import Past
from base.venue import open_oes
from tests.kit.floor import OpenDoor
from tests.servers.test_keeping import ACCOUNTS, SETTINGS, Oes


class Follower:
    """A venue of its own that follows a directory; ``times`` are those of the commits it carried out."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.exchange = Exchange(SETTINGS.instruments, SETTINGS.accounts, SETTINGS.participants)
        venue = open_oes(
            OpenDoor(ACCOUNTS),  # type: ignore[arg-type]
            self.exchange,
            SETTINGS.instruments,
            SETTINGS.accounts,
            SETTINGS.participants,
        )
        self.following = Following(venue, SETTINGS, directory, Clock(), stack)
        self.times: list[int] = []
        self.following.after_commit.append(self.times.append)


def test_it_is_where_the_writer_is(tmp_path: Path) -> None:
    with ExitStack() as stack:
        follower = Follower(tmp_path, stack)
        follower.following.catch_up()
        assert follower.times == [], "nobody has written yet"
        oes = Oes(tmp_path, stack)
        for number in range(1, 30):
            oes.order(number)
            follower.following.catch_up()
            assert follower.exchange.state_hash() == oes.exchange.state_hash()
        assert len(follower.times) == 31, "the start, the logon and the orders"
        follower.following.catch_up()
        assert len(follower.times) == 31


def test_a_turn_is_short_however_much_there_is(tmp_path: Path) -> None:
    with ExitStack() as stack:
        oes, follower = Oes(tmp_path, stack), Follower(tmp_path, stack)
        for number in range(1, 30):
            oes.order(number)
        for turn in range(1, 31):
            follower.following.catch_up(0)
            assert len(follower.times) == turn, "one commit, and the rest the next time"
        oes.order(30)
        follower.following.catch_up()
        assert len(follower.times) == 32
        assert follower.exchange.state_hash() == oes.exchange.state_hash()


def test_it_begins_with_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 10)
    with ExitStack() as stack:
        oes = Oes(tmp_path, stack)
        for number in range(1, 15):
            oes.order(number)
        follower = Follower(tmp_path, stack)
        assert follower.following.past.sequence >= 10
        follower.following.catch_up()
        assert follower.exchange.state_hash() == oes.exchange.state_hash()
        assert len(follower.times) < 7


def test_nobody_looks_for_cycles_while_the_past_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        Oes(tmp_path, stack).order(1)
    seen: list[bool] = []
    repeat = Past.repeat

    def watched(past: Past, commit: Commit) -> None:
        seen.append(gc.isenabled())
        repeat(past, commit)

    monkeypatch.setattr(Past, "repeat", watched)
    with ExitStack() as stack:
        Oes(tmp_path, stack)
    assert len(seen) == 3 and not any(seen) and gc.isenabled()
