"""From the AES to an OES: fall back, refusals, silence, and every other way that a logon ends."""

import io
import selectors
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import pytest

from base.client import Trader
from base.client.logon import Stage
from base.client.transcript import Transcript
from base.errors import ConnectionLost, HandoffError, LocalProtocolError, LogonRefused, NoReply, RemoteProtocolError
from base.messages import ClientLogon, Message, RejectReason, Transaction
from tests.kit.clock import ManualClock
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import (
    AES_KEY,
    OES_KEY,
    SESSION,
    Reply,
    Script,
    ScriptedServer,
    accepting_aes,
    accepting_oes,
    closed_port,
    hanging_up,
    refusing,
    silent,
)

SHORT_S = 0.2


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def start(stack: ExitStack, script: Script) -> ScriptedServer:
    return stack.enter_context(ScriptedServer(script))


def trader_for(stack: ExitStack, address: tuple[str, int], timeout_s: float = PATIENCE_S, **options: object) -> Trader:
    trader = Trader(*address, key="1", user="1", account=1, timeout_s=timeout_s, **options)  # type: ignore[arg-type]
    stack.callback(trader.close)
    return trader


def gone() -> str:
    host, port = closed_port()
    return f"{host}:{port}"


def logons(server: ScriptedServer) -> list[Message]:
    return [server.received.get(timeout=PATIENCE_S) for _ in range(server.received.qsize())]


def test_the_keys_and_the_session_are_handed_on(stack: ExitStack) -> None:
    oes = start(stack, accepting_oes())
    aes = start(stack, accepting_aes(oes.text))
    trader = trader_for(stack, aes.address)
    trader.log_on()
    first, second = aes.received.get(timeout=PATIENCE_S), oes.received.get(timeout=PATIENCE_S)
    assert (first.Key, second.Key) == (0, AES_KEY)
    assert first.TwoFA == second.TwoFA == "517846"
    assert trader.stage is Stage.TRADING
    assert trader.trading_session == SESSION
    assert (trader.address_of("AES"), trader.address_of("OES")) == (aes.address, oes.address)
    trader.collateral()
    assert oes.received.get(timeout=PATIENCE_S).Key == OES_KEY


SPARE_CASES = {"closed port": None, "hangs up": hanging_up}


@pytest.mark.parametrize("primary_script", SPARE_CASES.values(), ids=SPARE_CASES)
def test_the_spare_is_used_with_a_fresh_grant(stack: ExitStack, primary_script: Script | None) -> None:
    primary = start(stack, primary_script).text if primary_script else gone()
    spare = start(stack, accepting_oes())
    keys = iter([11, 22])

    def granting(message: Message) -> Iterable[Reply]:
        for reply in accepting_aes(primary, spare.text)(message):
            yield reply.replace(Key=next(keys)) if isinstance(reply, ClientLogon) else reply

    aes = start(stack, granting)
    trader = trader_for(stack, aes.address)
    trader.log_on()
    assert trader.address_of("OES") == spare.address
    assert spare.received.get(timeout=PATIENCE_S).Key == 22
    assert len(logons(aes)) == 2


def test_the_spare_is_used_when_the_primary_stays_silent(stack: ExitStack) -> None:
    primary, spare = start(stack, silent), start(stack, accepting_oes())
    aes = start(stack, accepting_aes(primary.text, spare.text))
    clock = ManualClock()
    with selectors.DefaultSelector() as sel:
        trader = trader_for(stack, aes.address, selector=sel, clock=clock)
        trader.start_logon()
        while trader.stage is not Stage.OES_LOGON_SENT:
            serve(sel)
        deadline_ns = trader.next_deadline_ns()
        assert deadline_ns is not None and primary.received.get(timeout=PATIENCE_S).Key == AES_KEY
        clock.advance(deadline_ns - clock.now_ns())
        trader.deadline_passed(clock.now_ns())
        while trader.stage is not Stage.TRADING:
            serve(sel)
        assert trader.address_of("OES") == spare.address
        assert len(logons(aes)) == 2


def serve(sel: selectors.BaseSelector) -> None:
    ready = sel.select(PATIENCE_S)
    assert ready, "nothing comes"
    for key, mask in ready:
        key.data.process_events(mask)


def test_an_oes_that_comes_up_meanwhile_is_found(stack: ExitStack) -> None:
    dead, alive = gone(), start(stack, accepting_oes())
    named = iter([dead, alive.text])
    aes = start(stack, lambda message: accepting_aes(next(named))(message))
    trader = trader_for(stack, aes.address)
    trader.log_on()
    assert trader.address_of("OES") == alive.address


def test_when_no_oes_is_left_all_that_were_tried_are_named(stack: ExitStack) -> None:
    dead = [gone(), gone()]
    aes = start(stack, accepting_aes(*dead))
    with pytest.raises(ConnectionLost, match="no OES can be used") as caught:
        trader_for(stack, aes.address).log_on()
    assert all(address in str(caught.value) for address in dead)


def test_an_endless_row_of_dead_servers_ends(stack: ExitStack) -> None:
    aes = start(stack, lambda message: accepting_aes(gone())(message))
    with pytest.raises(ConnectionLost, match="no OES can be used"):
        trader_for(stack, aes.address).log_on()
    assert len(logons(aes)) == 5  # four servers were tried; the fifth answer was not followed


WAYS_TO_FAIL: list[tuple[str, Script, type[HandoffError], str]] = [
    ("refused", refusing(4), LogonRefused, r"the AES refused the logon: INVALID_KEY \(4\)"),
    ("unknown code", refusing(999), LogonRefused, r"unknown reject 999"),
    ("hangs up", hanging_up, ConnectionLost, "the AES at .* cannot be used: closed by the server"),
    ("silent", silent, NoReply, "the AES at .* gave no answer within 0.2 s"),
    ("names nobody", accepting_aes("1", "1"), ConnectionLost, r"no OES can be used .*: start one with `handoff oes`"),
    ("noise", lambda message: [b"\x00" * 8], ConnectionLost, "no message"),
    ("half a frame", lambda message: [message.encode()[:50], None], ConnectionLost, "closed by the server"),
    ("nonsense", lambda message: [Transaction()], RemoteProtocolError, "the AES answered the logon with transaction"),
]


@pytest.mark.parametrize("script, kind, words", [row[1:] for row in WAYS_TO_FAIL], ids=[row[0] for row in WAYS_TO_FAIL])
def test_an_aes_that_does_not_let_us_in(
    stack: ExitStack, script: Script, kind: type[HandoffError], words: str
) -> None:
    aes = start(stack, script)
    trader = trader_for(stack, aes.address, timeout_s=SHORT_S if script is silent else PATIENCE_S)
    with pytest.raises(kind, match=words):
        trader.log_on()
    assert trader.stage is Stage.OVER
    with pytest.raises(kind):
        trader.collateral()


def test_a_refusal_carries_its_code(stack: ExitStack) -> None:
    oes = start(stack, refusing(RejectReason.USER_ALREADY_LGGGED_IN))
    aes = start(stack, accepting_aes(oes.text))
    with pytest.raises(LogonRefused, match="the OES refused the logon: USER_ALREADY_LGGGED_IN") as caught:
        trader_for(stack, aes.address).log_on()
    assert caught.value.reason == 53
    assert len(logons(aes)) == 1, "a refusal is no reason to try another server"


def test_a_closed_aes_port(stack: ExitStack) -> None:
    with pytest.raises(ConnectionLost, match=r"the AES at .* cannot be used: cannot connect: Connection refused"):
        trader_for(stack, closed_port()).log_on()


def test_a_name_that_does_not_resolve(stack: ExitStack) -> None:
    name = "x" * 64  # longer than any label may be, so that no name server is asked
    with pytest.raises(ConnectionLost, match=f"the AES at {name}:4444 cannot be used: cannot connect"):
        trader_for(stack, (name, 4444)).log_on()


def test_a_lost_aes_does_not_stop_trading(stack: ExitStack) -> None:
    oes = start(stack, accepting_oes())
    aes = start(stack, accepting_aes(oes.text))
    trader = trader_for(stack, aes.address)
    trader.log_on()
    aes.hang_up()
    while trader.address_of("AES"):
        list(trader.messages(0.01))
    trader.collateral()
    with pytest.raises(ConnectionLost, match="the connection to the AES is over"):
        trader.fresh_grant()


def test_a_fresh_grant_does_not_change_the_session(stack: ExitStack) -> None:
    oes = start(stack, accepting_oes())
    aes = start(stack, accepting_aes(oes.text))
    trader = trader_for(stack, aes.address)
    trader.log_on()
    (grant,) = trader.replies(trader.fresh_grant())
    assert grant.Key == AES_KEY
    assert trader.stage is Stage.TRADING
    trader.collateral()
    assert [oes.received.get(timeout=PATIENCE_S).Key for _ in range(2)] == [AES_KEY, OES_KEY]


def test_a_goodbye_of_the_oes_ends_the_session(stack: ExitStack) -> None:
    def planned_shutdown(message: Message) -> Iterable[Reply]:
        yield ClientLogon(LogonType=2, RejectReason=9)
        yield None

    oes = start(stack, accepting_oes(planned_shutdown))
    aes = start(stack, accepting_aes(oes.text))
    trader = trader_for(stack, aes.address)
    trader.log_on()
    trader.collateral()
    with pytest.raises(ConnectionLost, match="is over: it logged us out: MES_NOT_AVAILABLE_TRADING_DISABLED"):
        list(trader.messages(PATIENCE_S))
    assert trader.stage is Stage.OVER


def test_servers_that_do_not_close_after_a_logout_are_left(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.limits.CLIENT_LOGOUT_NS", 50_000_000)
    deaf_oes = start(stack, lambda message: [message.replace(LoginStatus=1)] if message.LogonType == 1 else [])
    aes = start(stack, accepting_aes(deaf_oes.text))
    trader = trader_for(stack, aes.address)
    trader.log_on()
    trader.logout()
    assert trader.failure is None
    deaf_oes.ended.get(timeout=PATIENCE_S)


def test_a_trader_logs_on_once(stack: ExitStack) -> None:
    with pytest.raises(ConnectionLost):
        (trader := trader_for(stack, closed_port())).log_on()
    with pytest.raises(LocalProtocolError, match="a Trader logs on once"):
        trader.log_on()


def test_in_a_selector_loop_of_somebody_else(stack: ExitStack) -> None:
    oes = start(stack, accepting_oes())
    aes = start(stack, accepting_aes(gone(), oes.text))
    output = io.StringIO()
    with selectors.DefaultSelector() as sel:
        trader = trader_for(stack, aes.address, selector=sel, transcript=Transcript(output))
        trader.start_logon()
        while trader.stage not in (Stage.TRADING, Stage.OVER):
            serve(sel)
        assert trader.stage is Stage.TRADING
        assert len(sel.get_map()) == 2
        trader.start_logout()
        while sel.get_map():
            serve(sel)
        assert trader.next_deadline_ns() is None
    assert "cannot be used: cannot connect: Connection refused" in output.getvalue()


def test_in_that_loop_a_deadline_is_given_and_obeyed(stack: ExitStack) -> None:
    aes = start(stack, silent)
    with selectors.DefaultSelector() as sel:
        trader = trader_for(stack, aes.address, selector=sel)
        trader.start_logon()
        deadline_ns = trader.next_deadline_ns()
        assert deadline_ns is not None
        trader.deadline_passed(deadline_ns - 1)
        assert trader.failure is None
        trader.deadline_passed(deadline_ns)
        assert isinstance(trader.failure, NoReply)
        assert not sel.get_map()
