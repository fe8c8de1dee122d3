"""What takes the short way of plain orders and what is sent away from it, untouched.

In: an exchange in some situation, an order by position. Out: verdicts. Never knows: the gateway.
That both ways do the same is shown where their bytes are, in tests/gateway/test_fast_path.py.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from base.exchange import Exchange
from base.exchange.overheard import OverheardExchange
from base.vocabulary.commands import Command
from base.vocabulary.operator_commands import KillAccount, MarketState, SetMarketState
from base.vocabulary.orders import OrderTerms, OrderType
from base.vocabulary.participants import AccountTerms, OrderLimits, SelfTrade
from tests.exchange.stories import RICH
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.phrases import DAY, GTC, buy, cancel, sell

BUY, SELL = 1, 2


def exchange_of(*commands: Command, **terms: object) -> Exchange:
    """An exchange in which this happened; ``terms`` are those of account 1."""
    own = AccountTerms(1, RICH, **terms)  # type: ignore[arg-type]
    accounts = (own, AccountTerms(2, RICH), AccountTerms(100700, RICH))
    exchange = Exchange(INSTRUMENTS, accounts, PARTICIPANTS)
    for command in commands:
        exchange.submit(command, 0)
    return exchange


def test_an_order_that_meets_nobody_rests_and_gives_its_number() -> None:
    exchange = exchange_of(sell(1, 5, 101, by=1))
    assert exchange.enter_plain(0, 1, 1, BUY, GTC, 100, 5) == 2
    assert exchange.enter_plain(0, 2, 1, BUY, DAY, 100, 5) == 3
    assert [order.number for order in exchange.open_orders(0, 1)] == [2, 3]


def test_an_order_that_the_best_level_fills_gives_its_matches() -> None:
    exchange = exchange_of(sell(1, 5, 100, by=1), sell(2, 5, 100, by=1), sell(3, 5, 101, by=1))
    assert exchange.enter_plain(0, 1, 1, BUY, GTC, 101, 7) == (4, 100, 0, [(1, 5, 0, 0, 0), (2, 2, 3, 0, 0)])
    assert exchange.enter_plain(0, 2, 1, BUY, GTC, 101, 3) == (5, 100, 2, [(2, 3, 0, 0, 0)])
    assert exchange.enter_plain(0, 3, 1, BUY, GTC, 101, 1) == (6, 101, 3, [(3, 1, 4, 0, 0)])


def test_fees_and_accounts_with_limits_take_the_short_way_too() -> None:
    exchange = exchange_of(
        sell(1, 5, 100, by=1), take_fee_ppm=1_000, self_trade=SelfTrade.CANCEL_NEWEST,
        limits={1: OrderLimits(most_lots=9)},
    )  # fmt: skip
    worth = 5 * 100 * INSTRUMENTS[0].tick_lot_atoms
    assert exchange.enter_plain(0, 1, 1, BUY, GTC, 100, 5) == (2, 100, 0, [(1, 5, 0, 0, worth // 1_000)])
    assert exchange.fees()["USD"] == worth // 1_000


def test_a_cancel_gives_the_number_and_what_was_left() -> None:
    exchange = exchange_of(buy(7, 5, 100), sell(1, 2, 100, by=1))
    assert exchange.cancel_plain(0, 7, 1, 100) == (1, 3)
    assert exchange.cancel_plain(0, 7, 1, 100) is None
    assert not exchange.open_orders(0, 1)


def stop(by: int = 1) -> Command:
    """An order that waits for 110 ticks."""
    return replace(buy(50, 1, 120, by=by, kind=OrderType.STOP_LIMIT), terms=OrderTerms(stop_ticks=110))


UNUSUAL: dict[str, Callable[[], Exchange]] = {
    "an id that was used": lambda: exchange_of(buy(9, 1, 90)),
    "a best level that does not suffice": lambda: exchange_of(sell(1, 4, 100, by=1), sell(2, 4, 100, by=1)),
    "a hidden order at the best price": lambda: exchange_of(sell(1, 9, 100, by=1, kind=OrderType.HIDDEN)),
    "an order that waits for a price": lambda: exchange_of(stop()),
    "a halted book": lambda: exchange_of(SetMarketState(1, MarketState.HALTED)),
    "a killed account": lambda: exchange_of(KillAccount(1)),
    "an order of its own that it must not meet": lambda: exchange_of(
        sell(1, 9, 100), self_trade=SelfTrade.CANCEL_NEWEST
    ),
    "more than its limits allow": lambda: exchange_of(limits={1: OrderLimits(most_lots=8)}),
    "no more open orders": lambda: exchange_of(buy(1, 1, 90), most_open_orders=1),
}


@pytest.mark.parametrize("situation", UNUSUAL)
def test_everything_unusual_is_left_to_the_rooms_and_nothing_has_changed(situation: str) -> None:
    exchange = UNUSUAL[situation]()
    before = exchange.state_hash()
    assert exchange.enter_plain(0, 9, 1, BUY, GTC, 100, 9) is None
    assert exchange.state_hash() == before


@pytest.mark.parametrize("side", [BUY, SELL])
def test_what_is_not_covered_is_left_to_the_rooms(side: int) -> None:
    exchange = exchange_of()
    before = exchange.state_hash()
    assert exchange.enter_plain(0, 9, 1, side, GTC, 10**9, 10**12) is None
    assert exchange.state_hash() == before


@pytest.mark.parametrize(
    "commands, original_id, instrument, price_ticks",
    [
        ((), 7, 1, 0),
        ((buy(7, 5, 100, by=1),), 7, 1, 0),
        ((buy(7, 5, 100),), 7, 4, 0),
        ((buy(7, 5, 100),), 7, 1, 99),
        ((buy(7, 5, 100), cancel(buy(7, 5), 8)), 7, 1, 0),
        ((buy(7, 5, 100), stop()), 7, 1, 0),
        ((buy(7, 5, 100, kind=OrderType.HIDDEN),), 7, 1, 0),
    ],
    ids=["unknown", "of another", "other instrument", "other price", "finished", "somebody waits", "hidden"],
)
def test_an_unusual_cancel_is_left_to_the_rooms(
    commands: tuple[Command, ...], original_id: int, instrument: int, price_ticks: int
) -> None:
    exchange = exchange_of(*commands)
    before = exchange.state_hash()
    assert exchange.cancel_plain(0, original_id, instrument, price_ticks) is None
    assert exchange.state_hash() == before


def test_where_somebody_looks_on_everything_takes_the_way_that_tells_of_events() -> None:
    exchange = OverheardExchange(INSTRUMENTS, [AccountTerms(one, RICH) for one in (1, 2, 100700)], PARTICIPANTS)
    assert exchange.enter_plain(0, 9, 1, BUY, GTC, 100, 9) is None
    exchange.submit(buy(7, 5, 100), 0)
    assert exchange.cancel_plain(0, 7, 1, 0) is None
