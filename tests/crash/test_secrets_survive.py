"""B4, C3 and C9: what was used once stays used when an AES or OES is killed, and what was not is not lost."""

import time
from pathlib import Path
from random import Random

import pytest

from base.client.requests import CONSTANT, TOTP, one_time_code
from base.messages import ClientLogon
from base.one_time_code import PERIOD_S
from base.socket_controller import split_address
from tests.crash.line import Line, LineLost, User
from tests.crash.processes import Site
from tests.crash.settings import account, totp_key_of, user_of, venue
from tests.kit.counts import count, is_long

ACCOUNTS = 8
ROUNDS = count(ordinary=1, long=60)
ACCEPTED, REFUSED = 1, 2
INVALID_KEY = 4
LONG_GRANTS = {"GRANT_LIFE_NS": 600 * 1_000_000_000}
"""Restarts take long on a busy machine."""


def repeat_with(test: str, seed: int) -> None:
    """Say how to see it again; shown when the test fails."""
    long = "HANDOFF_LONG=1 " if is_long() else ""
    print(f"repeat with: {long}python -m pytest 'tests/crash/test_secrets_survive.py::{test}[{seed}]'")


class Door:
    """One server, and the logons that are shown to it. A reply is None when the server ended before it."""

    def __init__(self, site: Site, address: tuple[str, int]) -> None:
        self._site = site
        self._address = address
        self._waiting: dict[int, Line] = {}

    def show(self, message: ClientLogon) -> None:
        """Send a logon and do not wait."""
        line = Line(self._address)
        self._site.held.callback(line.close)
        self._waiting[message.Account] = line
        line.send(message)

    def answer(self, number: int) -> ClientLogon | None:
        """Wait for what an account is answered."""
        try:
            reply = self._waiting[number].receive()
        except LineLost:
            return None
        assert isinstance(reply, ClientLogon)
        if reply.LoginStatus == REFUSED:
            assert reply.RejectReason == INVALID_KEY, reply
        return reply

    def accepts(self, message: ClientLogon) -> bool:
        """Say whether a logon is accepted."""
        self.show(message)
        reply = self.answer(message.Account)
        assert reply is not None, "it was not killed yet"
        return bool(reply.LoginStatus == ACCEPTED)


def judge(accepted: dict[int, int], answered: int) -> None:
    """Whoever was answered before the kill was accepted then and never again; nobody was accepted twice."""
    assert {number: times for number, times in accepted.items() if number <= answered and times != 1} == {}
    assert max(accepted.values()) <= 1, accepted


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_one_time_code_is_accepted_once_however_often_the_aes_is_killed(tmp_path: Path, seed: int) -> None:
    repeat_with("test_a_one_time_code_is_accepted_once_however_often_the_aes_is_killed", seed)
    answered = Random(seed).randint(1, ACCOUNTS - 1)
    with Site(tmp_path, venue(*(account(number, "totp") for number in range(1, ACCOUNTS + 1)))) as site:
        site.start("oes").address()
        aes = site.start("aes")
        door = Door(site, aes.address())
        logons = {number: User(("", 0), number).requests for number in range(1, ACCOUNTS + 1)}
        began_ns = time.time_ns()
        for requests in logons.values():
            requests.two_fa = one_time_code(totp_key_of(requests.account), TOTP, time.time_ns())
            door.show(requests.logon(0))
            if requests.account <= answered:
                assert door.answer(requests.account)
        aes.kill()
        accepted = dict.fromkeys(logons, 1)
        for number in range(answered + 1, ACCOUNTS + 1):
            reply = door.answer(number)
            accepted[number] = reply is not None and reply.LoginStatus == ACCEPTED
        for _ in range(2):
            both = [site.start("aes"), site.start("aes")]
            doors = [Door(site, one.address()) for one in both]
            for requests in logons.values():
                accepted[requests.account] += sum(one.accepts(requests.logon(0)) for one in doors)
            for one in both:
                one.kill()
        judge(accepted, answered)
        too_late = time.time_ns() - began_ns > PERIOD_S * 1_000_000_000
        assert too_late or all("one-time code used before" in one.said() for one in both)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_grant_is_redeemed_once_however_often_the_oes_is_killed(tmp_path: Path, seed: int) -> None:
    repeat_with("test_a_grant_is_redeemed_once_however_often_the_oes_is_killed", seed)
    answered = Random(seed).randint(1, ACCOUNTS - 1)
    with Site(tmp_path, venue(*(account(number) for number in range(1, ACCOUNTS + 1)))) as site:
        aes = site.start("aes", limits=LONG_GRANTS).address()
        oes = site.start("oes", limits=LONG_GRANTS)
        door = Door(site, oes.address())
        users = [User(aes, number, site.held) for number in range(1, ACCOUNTS + 1)]
        logons = {user.account: user.requests.logon(user.grant().Key) for user in users}
        for number, message in logons.items():
            door.show(message)
            if number <= answered:
                assert door.answer(number)
        oes.kill()
        accepted = dict.fromkeys(logons, 1)
        for number in range(answered + 1, ACCOUNTS + 1):
            reply = door.answer(number)
            accepted[number] = reply is not None and reply.LoginStatus == ACCEPTED
        said = ""
        for _ in range(2):
            oes = site.start("oes", limits=LONG_GRANTS)
            door = Door(site, oes.address())
            for number, message in logons.items():
                accepted[number] += door.accepts(message)
            oes.kill()
            said += oes.said()
        judge(accepted, answered)
        assert "the grant was redeemed before" in said
        site.start("oes", limits=LONG_GRANTS).address()
        for user in users:
            user.log_on()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_grant_of_an_aes_that_was_killed_is_honoured(tmp_path: Path, seed: int) -> None:
    repeat_with("test_a_grant_of_an_aes_that_was_killed_is_honoured", seed)
    answered = Random(seed).randint(1, ACCOUNTS - 1)
    with Site(tmp_path, venue(*(account(number) for number in range(1, ACCOUNTS + 1)))) as site:
        site.start("oes", limits=LONG_GRANTS).address()
        aes = site.start("aes", limits=LONG_GRANTS)
        address = aes.address()
        door = Door(site, address)
        users = {number: User(address, number, site.held) for number in range(1, ACCOUNTS + 1)}
        for number, user in users.items():
            user.requests.two_fa = one_time_code(user_of(number), CONSTANT, 0)
            door.show(user.requests.logon(0))
            if number == answered:
                replies = {one: door.answer(one) for one in range(1, answered + 1)}
        aes.kill()
        replies |= {one: door.answer(one) for one in range(answered + 1, ACCOUNTS + 1)}
        for number, reply in replies.items():
            if reply is not None:
                assert reply.LoginStatus == ACCEPTED
                oes = Door(site, split_address(reply.PrimaryOrderEntryIP))
                assert oes.accepts(users[number].requests.logon(reply.Key)), f"the grant of {number} is not honoured"
        assert all(replies[number] for number in range(1, answered + 1))
        address = site.start("aes", limits=LONG_GRANTS).address()
        for number in (number for number, reply in replies.items() if reply is None):
            users[number].aes_address = address
            users[number].log_on()
