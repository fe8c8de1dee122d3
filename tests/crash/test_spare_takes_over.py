"""C8: whatever happens to the primary OES, its clients trade on the spare within seconds, and nobody is there twice.

And cancel on disconnect after a takeover: orders of who comes back stay, of who stays away they go.
"""

import signal
import time
from pathlib import Path
from random import Random

import pytest

from base.client.trader import Trader
from base.journal.disk import FileDisk
from base.journal.replay import Commit, read
from base.messages import CollateralResponse, MessageType, Side
from base.vocabulary.recorded import RecordedKind
from tests.crash.line import Line, LineLost, Refused, User
from tests.crash.processes import KILLED, USUAL_START_S, Process, Site
from tests.crash.settings import account, user_of, venue
from tests.kit.counts import count, is_long
from tests.kit.patience import PATIENCE_S, wait_until

FAILURES = count(ordinary=2, long=5)
"""In each chain."""

CHAINS = count(ordinary=2, long=10)
WITHIN_S = {signal.SIGKILL: 3.0, signal.SIGSTOP: 6.0}
STEP_S = 0.5
"""A client that falls back gives each server so long."""

PACE_S = 0.1
SYMBOL = 1
ALREADY_LOGGED_IN = 53


class Chain:
    """A primary, its spare and clients; each failure makes the spare the primary, which gets a new spare.

    Two clients are ours, the third one is a Trader, which falls back by itself.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.stand_by_s = 0.0
        """The longest that a spare took to start: when that is long, everything takes long."""
        aes = site.start("aes").address()
        self.primary = site.start("oes")
        self.primary.address()
        self.trader = site.held.enter_context(
            Trader(*aes, key=user_of(3), user=user_of(3), account=3, timeout_s=PATIENCE_S, resume_s=PATIENCE_S)
        )
        self.spare = self.stand_by()
        self.users = [User(aes, number, site.held) for number in (1, 2)]
        for user in self.users:
            user.log_on()
        self.acknowledged: dict[int, list[int]] = {user.account: [] for user in self.users}
        for user in self.users:
            self.trade(user)

    def stand_by(self) -> Process:
        """Start a spare and wait until it follows the primary."""
        began = time.monotonic()
        spare = self.site.start("oes", "--spare")
        wait_until(lambda: stands_by(spare, self.primary), "the spare stands by")
        self.stand_by_s = max(self.stand_by_s, time.monotonic() - began)
        return spare

    def trade(self, user: User) -> None:
        """Have an order accepted."""
        assert user.oes is not None
        order = user.requests.new_order(
            SYMBOL, Side.BUY, 0.001, 40_000.0, 1, 2, user.requests.next_order_id(), 1, {}
        )
        user.oes.send(order)
        reply = user.oes.receive()
        assert (reply.OrderID, reply.MessageType) == (order.OrderID, MessageType.ORDER_ACK), reply
        self.acknowledged[user.account].append(order.OrderID)

    def fall_back(self, user: User) -> bool:
        """Ask the AES once for another OES and try it; True when this client trades again."""
        try:
            line = user.log_on(STEP_S)
        except (LineLost, Refused, TimeoutError):
            return False
        line.give(PATIENCE_S)
        self.trade(user)
        return True

    def fail(self, number: signal.Signals) -> None:
        """Let the primary fail; everybody is to trade on the spare in time."""
        old = [user.oes for user in self.users]
        began = time.monotonic()
        self.primary.signal(number)
        request = self.trader.new_order(SYMBOL, Side.BUY, 0.001, 40_000.0)
        (reply,) = self.trader.replies(request, PATIENCE_S)
        assert reply.MessageType in (MessageType.ORDER_ACK, MessageType.REJECT), reply
        (reply,) = self.trader.replies(self.trader.new_order(SYMBOL, Side.BUY, 0.001, 40_000.0), PATIENCE_S)
        assert reply.MessageType == MessageType.ORDER_ACK, reply
        for user in self.users:
            wait_until(lambda user=user: self.fall_back(user), f"{user.account} trades", pace_s=PACE_S)
        took_s = time.monotonic() - began
        assert self.primary.ended and self.primary.wait() == KILLED
        for line in old:
            assert line is not None
            with pytest.raises(LineLost):
                line.receive()
        self.primary = self.spare
        self.primary.address()
        for user in self.users:
            assert open_orders(user) == self.acknowledged[user.account]
        self.spare = self.stand_by()
        within_s = WITHIN_S[number] * max(1.0, self.stand_by_s / USUAL_START_S)
        print(f"{number.name}: {took_s:.2f} s")
        assert took_s < within_s, f"{took_s:.2f} s after {number.name}, not {within_s:.2f}"

    def refuse_a_second_session(self) -> None:
        """Somebody else with the same user is not let in beside a client that fell back."""
        first = self.users[0]
        with pytest.raises(Refused) as refused:
            User(first.aes_address, first.account, self.site.held).log_on()
        assert refused.value.code == ALREADY_LOGGED_IN
        self.trade(first)


def stands_by(spare: Process, holder: Process) -> bool:
    """Whether a process waits for the end of another one."""
    return f"standing by: process {holder.pid} holds" in spare.said()


def open_orders(user: User) -> list[int]:
    """Give the ids of a user's open orders, oldest first."""
    assert user.oes is not None
    user.oes.send(user.requests.open_orders(SYMBOL, 1), user.requests.collateral(None, 1))
    found = []
    while not isinstance(message := user.oes.receive(), CollateralResponse):
        found.append(message.OrderID)
    return found


def commits_of(site: Site) -> list[Commit]:
    """Give what the journal says by now."""
    disk = FileDisk(site.state / "journal")
    try:
        return list(read(disk))
    finally:
        disk.close()


def judge(commits: list[Commit]) -> tuple[int, list[str]]:
    """Count the processes that wrote a journal, and say where two wrote or somebody was there twice."""
    wrong: list[str] = []
    present: set[int] = set()
    epoch = writers = 0
    for commit in commits:
        for entry in commit.entries:
            if entry.kind == RecordedKind.STARTED:
                writers += 1
                present.clear()
                if commit.epoch <= epoch:
                    wrong.append(f"a process began with epoch {commit.epoch} after {epoch}")
                epoch = commit.epoch
            elif entry.kind == RecordedKind.JOINED:
                if entry.participant in present:
                    wrong.append(f"participant {entry.participant} came twice in epoch {commit.epoch}")
                present.add(entry.participant)
            elif entry.kind == RecordedKind.LEFT:
                present.discard(entry.participant)
        if commit.epoch != epoch:
            wrong.append(f"commit {commit.first_sequence} of epoch {commit.epoch} stands in epoch {epoch}")
    return writers, wrong


@pytest.mark.parametrize("seed", range(CHAINS))
def test_clients_trade_on_the_spare_in_time(tmp_path: Path, seed: int) -> None:
    numbers = [signal.SIGKILL, signal.SIGKILL if seed % 2 else signal.SIGSTOP]
    numbers += Random(seed).choices([signal.SIGKILL, signal.SIGSTOP], k=FAILURES - len(numbers))
    long = "HANDOFF_LONG=1 " if is_long() else ""
    here = "tests/crash/test_spare_takes_over.py::test_clients_trade_on_the_spare_in_time"
    print(f"repeat with: {long}python -m pytest '{here}[{seed}]'")
    with Site(tmp_path, venue(account(1), account(2), account(3))) as site:
        chain = Chain(site)
        for number in numbers:
            chain.fail(number)
        chain.refuse_a_second_session()
        site.held.close()
        assert chain.spare.stop() == 0
        assert chain.primary.stop() == 0
        writers, wrong = judge(commits_of(site))
        assert not wrong
        assert writers == len(numbers) + 1


@pytest.mark.parametrize("attempt", range(count(ordinary=1, long=20)))
def test_of_two_spares_one_takes_over_and_the_other_waits_for_its_end(tmp_path: Path, attempt: int) -> None:
    """Both see at once that the primary is gone."""
    with Site(tmp_path, venue(account(1))) as site:
        user = User(site.start("aes").address(), 1, site.held)
        holder = site.start("oes")
        holder.address()
        order = rest_an_order(user)
        spares = [site.start("oes", "--spare") for _ in range(2)]
        for spare in spares:
            wait_until(lambda spare=spare: stands_by(spare, holder), "it stands by")
        while spares:
            holder.kill()
            wait_until(lambda: any("recovered" in one.said() for one in spares), "one of them takes over")
            (holder,) = (one for one in spares if "recovered" in one.said())
            holder.address()
            spares.remove(holder)
            for spare in spares:
                wait_until(lambda spare=spare, holder=holder: stands_by(spare, holder) or spare.ended, "it stands by")
                assert not spare.ended, spare.said()
            user.log_on()
            assert open_orders(user) == [order]
        assert judge(commits_of(site)) == (3, [])


AWAY, BACK, INDIFFERENT = 1, 2, 3


@pytest.mark.parametrize("how", ["takeover", "restart"])
def test_after_it_orders_of_those_who_stay_away_are_cancelled(tmp_path: Path, how: str) -> None:
    """On a busy machine nobody may come back in time; then it is tried again with more of it."""
    for return_s in (1.5, 6, 24):
        directory = tmp_path / str(return_s)
        directory.mkdir()
        if comes_back_in_time(directory, how, {"RETURN_NS": int(return_s * 1e9)}):
            return
    raise AssertionError("nobody comes back within 24 s")


def comes_back_in_time(tmp_path: Path, how: str, limits: dict[str, int]) -> bool:
    settings = venue(
        account(AWAY, cancel_on_disconnect=True), account(BACK, cancel_on_disconnect=True), account(INDIFFERENT)
    )
    with Site(tmp_path, settings) as site:
        aes = site.start("aes").address()
        primary = site.start("oes", limits=limits)
        primary.address()
        users = {number: User(aes, number, site.held) for number in (AWAY, BACK, INDIFFERENT)}
        orders = {number: rest_an_order(user) for number, user in users.items()}
        spare = site.start("oes", "--spare", limits=limits) if how == "takeover" else None
        primary.kill()
        following = spare or site.start("oes", limits=limits)
        following.address()
        users[BACK].log_on()
        wait_until(lambda: RecordedKind.RETURN_OVER in kinds(site), "somebody did not come back")
        given_up = [e.participant for c in commits_of(site) for e in c.entries if e.kind == RecordedKind.RETURN_OVER]
        if BACK - 1 in given_up:
            return False
        assert AWAY - 1 in given_up
        for number in (AWAY, INDIFFERENT):
            users[number].log_on()
        found = {number: open_orders(user) for number, user in users.items()}
        assert found == {AWAY: [], BACK: [orders[BACK]], INDIFFERENT: [orders[INDIFFERENT]]}
        line = users[AWAY].oes
        assert line is not None
        line.send(users[AWAY].requests.status(orders[AWAY], 1))
        assert line.receive().MessageType == MessageType.CANCELLED
        return True


def kinds(site: Site) -> set[int]:
    return {entry.kind for commit in commits_of(site) for entry in commit.entries}


def rest_an_order(user: User) -> int:
    line: Line = user.log_on()
    number = user.requests.next_order_id()
    line.send(user.requests.new_order(SYMBOL, Side.BUY, 0.001, 40_000.0, 1, 2, number, 1, {}))
    assert line.receive().MessageType == MessageType.ORDER_ACK
    return number
