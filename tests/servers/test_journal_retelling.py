"""A journal told again leads to the market that wrote it, and every order's story adds up."""

from pathlib import Path

import pytest

from base.errors import RecoveryFailed, SettingsError
from base.servers.demo_settings import demo_settings
from base.servers.journal_reading import Reading
from base.servers.journal_retelling import Retelling
from base.vocabulary.events import Trade
from base.vocabulary.orders import OrderStatus
from tests.kit.counts import count
from tests.kit.journals import KeptFloor, crowd_settings, write_crowd

STEPS = 400


def told(state: Path) -> tuple[Retelling, list[Trade]]:
    market = Retelling(crowd_settings(), lambda text: None)
    trades = [
        event for one in market.tell(Reading(state).commits()) for event in one.events if isinstance(event, Trade)
    ]
    return market, trades


@pytest.mark.parametrize("seed", range(count(ordinary=6, long=200)))
def test_it_leads_to_the_same_state_and_the_same_orders(seed: int, tmp_path: Path) -> None:
    floor = write_crowd(tmp_path, STEPS, seed)
    market, trades = told(tmp_path)
    assert market.exchange.state_hash() == floor.exchange.state_hash()
    assert [trade.exec_id for trade in trades] == list(range(1, len(trades) + 1))
    check_orders(market, floor)


def check_orders(market: Retelling, floor: KeptFloor) -> None:
    open_here = {order.number: order for order in market.orders.values() if order.leaves_lots}
    open_there = {}
    for who in market.settings.participants:
        for one in market.settings.instruments:
            for order in floor.exchange.open_orders(who.number, one.number):
                open_there[order.number] = (who.number, order.order_id, order.leaves_lots)
    assert {n: (one.participant, one.order_id, one.leaves_lots) for n, one in open_here.items()} == open_there
    assert list(market.orders) == list(range(1, len(market.orders) + 1))
    for order in market.orders.values():
        assert bool(order.ended_at) == (not order.leaves_lots), order.number
        if order.status() == OrderStatus.FILLED:
            assert order.executed_lots >= order.quantity_lots


def test_a_record_that_leads_elsewhere_is_named_and_the_advice_fits(tmp_path: Path) -> None:
    write_crowd(tmp_path, 50)
    market = Retelling(crowd_settings(), lambda text: None)
    commits = list(Reading(tmp_path).commits())
    wrong = commits[2].entries[0]._replace(kind=7, body=b"f" * 64)
    commits[2] = commits[2]._replace(entries=[wrong])
    with pytest.raises(RecoveryFailed, match=r"record 3 \(00000001.journal, offset \d+\): .* restore the state dir"):
        market.carry_out(commits)


def test_other_settings_are_refused(tmp_path: Path) -> None:
    write_crowd(tmp_path, 5)
    market = Retelling(demo_settings(), lambda text: None)
    with pytest.raises(SettingsError, match="other accounts"):
        market.carry_out(Reading(tmp_path).commits())
