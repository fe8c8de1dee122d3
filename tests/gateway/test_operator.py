"""The operator's desk: what each request becomes, what is refused and how, and who of the clients hears of it."""

from collections.abc import Iterable

import pytest

from base import limits
from base.errors import OperatorRefused
from base.gateway.drop_copy import DropCopies
from base.gateway.operator import COMMANDS, TAKEN, OperatorDesk
from base.gateway.operator_requests import OperatorReply, OperatorRequest, StatusRow
from base.gateway.reports import Reports
from base.vocabulary.commands import SetReferencePrice
from base.vocabulary.events import Event, LegEntered, OrderAccepted, OrderCancelled, OrderMoved, OrderRejected, Trade
from base.vocabulary.operator_commands import (
    BreakReason,
    BreakTrade,
    EndSession,
    InstrumentStatus,
    KillAccount,
    MarketState,
    MassCancel,
    ReleaseAccount,
    SetMarketState,
    Uncross,
)
from base.vocabulary.orders import Side, Trigger
from base.vocabulary.participants import AccountTerms
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import MessageType, RejectReason
from tests.kit.floor import ACCOUNTS, INSTRUMENTS, START_NS, Floor

ALL_COMMANDS = frozenset(COMMANDS.values())
KNOWN = "BTCUSD, BTCUSDT"
TERMS = [AccountTerms(account) for account in ACCOUNTS]


class Market:
    """Notes what it is asked, and answers with these events."""

    def __init__(self, *events: Event) -> None:
        self.asked: list[object] = []
        self.events = list(events)

    def submit(self, command: object, now_ns: int) -> list[Event]:
        assert now_ns == START_NS
        self.asked.append(command)
        return list(self.events)


class ShownMarket(Market):
    def instrument_status(self, instrument: int) -> InstrumentStatus:
        if instrument == 1:
            return InstrumentStatus(MarketState.PRE_OPEN, 100_001, 0, 7)
        return InstrumentStatus(MarketState.OPEN, 0, 0, 0)


class NoReports(Reports):
    def __init__(self) -> None:
        super().__init__({}, DropCopies([], [], []))

    def report_unasked(self, events: Iterable[Event]) -> None:
        """Nobody is there."""


def ask(market: Market, request: OperatorRequest, commands: frozenset[type] = ALL_COMMANDS) -> OperatorReply:
    return OperatorDesk(market, NoReports(), INSTRUMENTS, TERMS, [], commands).take(request, START_NS)


def refusal(request: OperatorRequest, commands: frozenset[type] = ALL_COMMANDS) -> str:
    market = Market()
    with pytest.raises(OperatorRefused) as refused:
        ask(market, request, commands)
    assert market.asked == []
    return str(refused.value)


Ask = OperatorRequest
BOTH = ("BTCUSD", "BTCUSDT")


@pytest.mark.parametrize(
    "request_, commands, lines",
    [
        (Ask("open", BOTH[:1]), [SetMarketState(1, MarketState.OPEN)], ["BTCUSD is open"]),
        (Ask("close", BOTH[1:]), [SetMarketState(4, MarketState.CLOSED)], ["BTCUSDT is closed"]),
        (
            Ask("halt", BOTH),
            [SetMarketState(1, MarketState.HALTED), SetMarketState(4, MarketState.HALTED)],
            ["BTCUSD is halted", "BTCUSDT is halted"],
        ),
        (
            Ask("pre-open", everywhere=True),
            [SetMarketState(1, MarketState.PRE_OPEN), SetMarketState(4, MarketState.PRE_OPEN)],
            ["BTCUSD is pre-open", "BTCUSDT is pre-open"],
        ),
        (Ask("uncross", BOTH[:1]), [Uncross(1)], ["BTCUSD was uncrossed"]),
        (
            Ask("index", BOTH[:1], price="50000.50"),
            [SetReferencePrice(1, Trigger.INDEX, 100_001)],
            ["the index price of BTCUSD is 50000.5"],
        ),
        (
            Ask("mark", BOTH[1:], price="0.01"),
            [SetReferencePrice(4, Trigger.MARK, 1)],
            ["the mark price of BTCUSDT is 0.01"],
        ),
        (Ask("kill", account=2), [KillAccount(2)], ["account 2 is killed until it is released"]),
        (Ask("release", account=2), [ReleaseAccount(2)], ["account 2 is released"]),
        (Ask("cancel", everywhere=True), [MassCancel(0, 0)], ["all orders are cancelled"]),
        (Ask("cancel", account=3), [MassCancel(3, 0)], ["all orders of account 3 are cancelled"]),
        (Ask("cancel", BOTH[1:]), [MassCancel(0, 4)], ["all orders in BTCUSDT are cancelled"]),
        (Ask("cancel", BOTH[:1], account=3), [MassCancel(3, 1)], ["all orders of account 3 in BTCUSD are cancelled"]),
        (Ask("end-session"), [EndSession()], ["the session has ended"]),
        (Ask("break-trade", trade=7), [BreakTrade(7, BreakReason.SUPERVISORY)], ["trade 7 is broken"]),
        (Ask("break-trade", trade=7, reason="consent"), [BreakTrade(7, BreakReason.CONSENT)], ["trade 7 is broken"]),
    ],
    ids=lambda value: value.word if isinstance(value, Ask) else "",
)
def test_a_request_becomes_commands(request_: OperatorRequest, commands: list[object], lines: list[str]) -> None:
    market = Market()
    assert ask(market, request_).lines == tuple(lines)
    assert market.asked == commands


@pytest.mark.parametrize(
    "request_, says",
    [
        (Ask("dance"), "command 'dance': unknown; the commands are open, halt, close, pre-open, uncross, index, mark,"),
        (Ask("halt"), "halt: name instruments, or all of them, and not both"),
        (Ask("halt", BOTH, everywhere=True), "halt: name instruments, or all of them, and not both"),
        (Ask("halt", ("BTCUSD", "btcusd")), f"instrument 'btcusd': unknown; known are {KNOWN}"),
        (Ask("open", ("a\nb",)), f"instrument 'a\\nb': unknown; known are {KNOWN}"),
        (Ask("uncross"), "uncross: name one instrument"),
        (Ask("uncross", BOTH), "uncross: name one instrument"),
        (Ask("uncross", BOTH[:1], price="1"), "uncross: has no use for price"),
        (Ask("end-session", everywhere=True), "end-session: has no use for all"),
        (Ask("status", account=1), "status: has no use for account"),
        (Ask("index", BOTH[:1]), "price '': must be a decimal number, such as 50000.5"),
        (Ask("index", BOTH[:1], price="1e5"), "price '1e5': must be a decimal number, such as 50000.5"),
        (Ask("index", BOTH[:1], price="-1"), "price '-1': must be a decimal number, such as 50000.5"),
        (Ask("index", BOTH[:1], price="\u0661"), "price '\\u0661': must be a decimal number, such as 50000.5"),
        (Ask("mark", BOTH[:1], price="9" * 99), f"price '{'9' * 40}': has more digits than any price"),
        (Ask("mark", BOTH[:1], price="1." + "0" * 17), "price '1.00000000000000000': has more digits than any price"),
        (Ask("mark", BOTH[:1], price="1.0.0"), "price '1.0.0': must be a decimal number, such as 50000.5"),
        (Ask("mark", BOTH[:1], price="0.25"), "price 0.25: must be a positive multiple of 0.5, the tick of BTCUSD"),
        (Ask("mark", BOTH[:1], price="0"), "price 0: must be a positive multiple of 0.5, the tick of BTCUSD"),
        (Ask("mark", BOTH[:1], price="4503599627370496"), "price 4503599627370496: too large, the largest"),
        (Ask("kill"), "account 0: unknown; known are 1, 2, 3"),
        (Ask("release", account=-1), "account -1: unknown; known are 1, 2, 3"),
        (Ask("cancel"), "cancel: name an account, an instrument or both; or all orders, and nothing else"),
        (Ask("cancel", everywhere=True, account=1), "cancel: name an account, an instrument or both; or all orders"),
        (Ask("cancel", account=9), "account 9: unknown; known are 1, 2, 3"),
        (Ask("break-trade", trade=1, account=1), "break-trade: has no use for account"),
        (Ask("kill", account=1, trade=1), "kill: has no use for trade"),
        (Ask("kill", account=1, reason="x"), "kill: has no use for reason"),
        (Ask("break-trade", trade=1, reason="whim"),
         "reason 'whim': unknown; known are erroneous, consent, supervisory, external"),
    ],
    ids=lambda value: value.word if isinstance(value, Ask) else "",
)
def test_what_cannot_be_is_refused_before_anything_is_done(request_: OperatorRequest, says: str) -> None:
    assert refusal(request_).startswith(says)


def test_the_largest_price_is_taken() -> None:
    largest = str((2**53 - 1) // 2) + ".5"
    market = Market()
    ask(market, Ask("index", BOTH[:1], price=largest))
    assert market.asked == [SetReferencePrice(1, Trigger.INDEX, 2**53 - 1)]


@pytest.mark.parametrize("word", COMMANDS)
def test_what_the_market_does_not_carry_out_is_said(word: str) -> None:
    assert refusal(Ask(word), ALL_COMMANDS - {COMMANDS[word]}) == f"{word}: not carried out by this venue yet"


def test_a_list_of_names_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPERATOR_NAMES_LISTED", 2)
    assert refusal(Ask("halt", ("X",))).endswith("known are BTCUSD, BTCUSDT")
    assert refusal(Ask("kill", account=9)).endswith("known are 1, 2 and 1 more")


def test_what_happened_is_counted_and_given() -> None:
    events = [OrderCancelled(1, 0, 5), OrderCancelled(2, 0, 5)]
    reply = ask(Market(*events), Ask("cancel", everywhere=True))
    assert reply.lines == ("all orders are cancelled; orders withdrawn: 2",)
    assert reply.events == tuple(events)


def test_a_refusal_of_the_exchange_is_one_of_the_desk() -> None:
    with pytest.raises(OperatorRefused, match="uncross: refused by the exchange: field invalid"):
        ask(Market(OrderRejected(0, Reject.FIELD_INVALID)), Ask("uncross", BOTH[:1]))


def test_the_status_shows_states_and_prices() -> None:
    assert ask(ShownMarket(), Ask("status")).rows == (
        StatusRow("BTCUSD", "pre-open", "50000.5", "-", "3.5"),
        StatusRow("BTCUSDT", "open", "-", "-", "-"),
    )


def test_a_market_that_shows_nothing_has_instruments_at_least() -> None:
    reply = ask(Market(), Ask("status"))
    assert reply.lines == ("states and prices are not shown by this venue yet",)
    assert [row.symbol for row in reply.rows] == ["BTCUSD", "BTCUSDT"]


# -- through a whole venue


def test_the_venue_carries_a_reference_price_out_and_logs_it() -> None:
    floor = Floor()
    reply = floor.venue.operate(Ask("index", BOTH[:1], price="50000.5"), floor.now_ns)
    assert reply.lines == ("the index price of BTCUSD is 50000.5",)
    assert floor.venue.log_lines() == ["operator: the index price of BTCUSD is 50000.5"]


def test_the_venue_logs_a_refusal_and_not_a_look() -> None:
    floor = Floor()
    with pytest.raises(OperatorRefused):
        floor.venue.operate(Ask("dance\n"), floor.now_ns)
    floor.venue.operate(Ask("status"), floor.now_ns)
    (line,) = floor.venue.log_lines()
    assert line.startswith("operator refused: command 'dance\\n': unknown")


def test_clients_hear_of_what_the_operator_caused() -> None:
    floor = Floor()
    floor.log_on(1, 2, 3)
    buy, sell, other = (floor.order(1), floor.order(2, BOSide=2, BOPrice=101.0), floor.order(3, BOPrice=99.0))
    for account, order in ((1, buy), (2, sell), (3, other)):
        assert floor.send(account, order)[0].MessageType == 14
    trade = Trade(1, 1, 201, 60_000, 1, 40_000, 2, 40_000)
    events = [trade, OrderMoved(1, 1, 0, 1, 200, 0), OrderCancelled(3, 0, 100_000)]
    reports = floor.venue._front._order_entry.reports  # type: ignore[attr-defined]
    desk = OperatorDesk(Market(*events), reports, INSTRUMENTS, TERMS, [], ALL_COMMANDS)
    assert desk.take(Ask("uncross", BOTH[:1]), START_NS).lines == (
        "BTCUSD was uncrossed; orders withdrawn: 1; trades: 1",
    )
    floor.collect()
    told = [floor.read(account)[0] for account in (1, 2, 3)]
    assert [(one.MessageType, one.OrderID) for one in told] == [
        (9, buy.OrderID), (18, sell.OrderID), (15, other.OrderID),
    ]  # fmt: skip
    assert [one.ExecShares for one in told[:2]] == [0.6, 0.6]
    assert told[2].BOCancelShares == 1.0


def test_a_leg_that_the_operator_caused_is_in_the_next_report() -> None:
    floor = Floor()
    floor.log_on(1)
    order = floor.order(1)
    floor.send(1, order)
    reports = floor.venue._front._order_entry.reports  # type: ignore[attr-defined]
    reports.report_unasked([LegEntered(1, Side.SELL, 300), OrderCancelled(1, 0, 100_000)])
    floor.collect()
    (told,) = floor.read(1)
    assert (told.MessageType, told.OrderID, told.BOSide, told.BOPrice) == (15, order.OrderID, Side.SELL, 150.0)


def test_an_event_that_nobody_can_be_told_of_is_found() -> None:
    floor = Floor()
    with pytest.raises(AssertionError):
        floor.venue._front._order_entry.reports.report_unasked([OrderAccepted(1)])  # type: ignore[attr-defined]


def test_what_the_exchange_takes_is_read_from_its_commands() -> None:
    assert SetReferencePrice in TAKEN


def test_the_owner_of_a_killed_account_hears_that_its_orders_are_gone() -> None:
    floor = Floor()
    floor.log_on(1, 2)
    assert floor.send(1, floor.order(1, OrderID=7))[0].MessageType == MessageType.ORDER_ACK
    reply = floor.venue.operate(Ask("kill", account=1), floor.now_ns)
    assert reply.lines == ("account 1 is killed until it is released; orders withdrawn: 1",)
    floor.collect()
    (report,) = floor.read(1)
    assert (report.MessageType, report.OrigOrderID, report.RejectReason) == (MessageType.CANCELLED, 7, 0)
    refused, status = floor.send(1, floor.order(1, OrderID=8), floor.order(1, MessageType=5, OrigOrderID=7))
    assert (refused.MessageType, refused.RejectReason) == (MessageType.REJECT, RejectReason.ACCOUNT_DISABLED)
    assert status.MessageType == MessageType.CANCELLED
    assert floor.read(2) == []
    floor.venue.operate(Ask("release", account=1), floor.now_ns)
    assert floor.send(1, floor.order(1, OrderID=8))[0].MessageType == MessageType.ORDER_ACK


def test_an_opening_is_reported_to_both_sides() -> None:
    floor = Floor()
    floor.log_on(1, 2)
    floor.venue.operate(Ask("pre-open", BOTH[:1]), floor.now_ns)
    for account, order in ((1, floor.order(1)), (2, floor.order(2, BOSide=2, BOPrice=99.0))):
        assert [one.MessageType for one in floor.send(account, order)] == [MessageType.ORDER_ACK]
    (refused,) = floor.send(1, floor.order(1, TIF=3))
    assert (refused.MessageType, refused.RejectReason) == (MessageType.REJECT, RejectReason.MATCHING_ENGINE_REJECTED)
    assert floor.venue.operate(Ask("status"), floor.now_ns).rows[0].state == "pre-open"
    assert floor.venue.operate(Ask("open", BOTH[:1]), floor.now_ns).lines == ("BTCUSD is open; trades: 1",)
    floor.collect()
    (bought,), (sold,) = floor.read(1), floor.read(2)
    assert (bought.MessageType, sold.MessageType) == (MessageType.EXECUTION, MessageType.QUOTE_FILL)
    assert bought.ExecPrice == sold.ExecPrice == 99.0
    with pytest.raises(OperatorRefused, match="uncross: BTCUSD is not in pre-open, and only what was gathered before"):
        floor.venue.operate(Ask("uncross", BOTH[:1]), floor.now_ns)


def test_an_order_whose_second_leg_comes_with_the_opening_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FINISHED_ORDERS_KEPT", 1)
    floor = Floor()
    floor.log_on(1, 2)
    floor.send(1, floor.order(1, OrderType=11, SecondLegPrice=105.0))
    floor.venue.operate(Ask("pre-open", BOTH[:1]), floor.now_ns)
    floor.send(2, floor.order(2, BOSide=2))
    floor.venue.operate(Ask("uncross", BOTH[:1]), floor.now_ns)
    for _ in range(4):
        floor.send(2, floor.order(2, SymbolEnum=4, TIF=3))
    floor.venue.operate(Ask("open", BOTH[:1]), floor.now_ns)
    floor.send(2, floor.order(2, BOPrice=105.0))
    assert [one.MessageType for one in floor.read(1)] == [MessageType.EXECUTION, MessageType.EXECUTION]
    for _ in range(4):
        floor.send(2, floor.order(2, SymbolEnum=4, TIF=3))
    assert len(floor.venue._front._order_entry.reports.entries) == 1  # type: ignore[attr-defined]


def test_a_trade_is_broken_once_and_the_operator_is_told_what_it_was() -> None:
    floor = Floor()
    floor.log_on(1, 2)

    def refused(trade: int) -> str:
        with pytest.raises(OperatorRefused) as refusal:
            floor.venue.operate(Ask("break-trade", trade=trade), floor.now_ns)
        return str(refusal.value)

    assert refused(1) == "trade 1: unknown in this session; there is none yet"
    assert floor.send(1, floor.order(1))[0].MessageType == MessageType.ORDER_ACK
    (bought,) = floor.send(2, floor.order(2, BOSide=2))
    assert floor.read(1)[0].ExecID == bought.ExecID == 1
    assert refused(2) == "trade 2: unknown in this session; those of this session that can be broken are 1 to 1"
    assert refused(0).startswith("trade 0: unknown in this session")
    reply = floor.venue.operate(Ask("break-trade", trade=1, reason="erroneous"), floor.now_ns)
    assert reply.lines == (
        "trade 1 is broken (erroneous): 1 BTCUSD at 100 that account 1 had bought from account 2",
    )
    assert floor.exchange.equity(1) == floor.exchange.equity(2) == floor.exchange.equity(3)
    assert refused(1) == "trade 1: was broken already"
    floor.collect()
    assert floor.read(1) == floor.read(2) == [], "BO has no word for it"


def test_a_trade_whose_goods_are_gone_is_not_broken_and_the_operator_is_told_whose() -> None:
    floor = Floor(terms={1: {"balances": {"USD": 10**17}}})
    floor.log_on(1, 2)
    floor.send(2, floor.order(2, BOSide=2))
    floor.send(1, floor.order(1), floor.order(1, BOSide=2, BOPrice=200.0))
    with pytest.raises(OperatorRefused, match=r"^trade 1: account 1 has not free what it would give back; cancel"):
        floor.venue.operate(Ask("break-trade", trade=1), floor.now_ns)
    floor.venue.operate(Ask("cancel", account=1), floor.now_ns)
    assert floor.venue.operate(Ask("break-trade", trade=1), floor.now_ns).lines[0].startswith("trade 1 is broken")
