"""Who listens to an exchange can follow it: nothing is missing, nothing is told twice, and nothing is changed.

In: seeded commands. Out: verdicts on happenings. Never knows: who listens.
"""

from base.exchange import Exchange
from base.exchange.overheard import OverheardExchange
from base.publish.views import Pictures
from base.vocabulary.commands import NewOrder
from base.vocabulary.operator_commands import KillAccount
from base.vocabulary.orders import OrderType
from tests.kit.counts import count
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.phrases import buy, sell
from tests.reference.streams import Stream
from tests.reference.worlds import accounts

NUMBERS = [instrument.number for instrument in INSTRUMENTS]
ALL_TYPES = [int(order_type) for order_type in OrderType]


def overheard() -> OverheardExchange:
    return OverheardExchange(INSTRUMENTS, accounts(2), PARTICIPANTS)


def test_it_answers_as_one_without_listeners_and_tells_all_of_it() -> None:
    terms = accounts(2)
    plain, heard = Exchange(INSTRUMENTS, terms, PARTICIPANTS), OverheardExchange(INSTRUMENTS, terms, PARTICIPANTS)
    reference = Matcher(INSTRUMENTS, terms, PARTICIPANTS)
    for command in Stream(5, ALL_TYPES, reference, operated=True).commands(count(ordinary=1_500, long=20_000)):
        reference.submit(command)
        events = plain.submit(command, 0)
        assert heard.submit(command, 0) == events
        (one,) = heard.take_happened()
        assert one.events == events
        entered = (one.instrument, one.side, one.price_ticks, one.quantity_lots)
        if isinstance(command, NewOrder):
            assert entered == (command.instrument, command.side, command.price_ticks, command.quantity_lots)
    assert heard.state_hash() == plain.state_hash()
    assert heard.take_happened() == []


def test_calls_by_position_are_heard_as_well() -> None:
    heard = overheard()
    heard.new_order(0, 1, 1, 1, 1, 2, 100, 5, False, 0)
    heard.cancel_order(0, 2, 1, 1, 1, 0, 0)
    heard.withdraw_day_orders(0, 0)
    assert [len(one.events) for one in heard.take_happened()] == [1, 1, 0]


def test_a_method_that_uses_another_is_told_once() -> None:
    heard = overheard()
    heard.submit(buy(1, 5, 90), 0)
    heard.take_happened()
    events = heard.submit(KillAccount(1), 0)
    assert [list(one.events) for one in heard.take_happened()] == [events]


def test_who_begins_later_sees_the_same() -> None:
    terms = accounts(2)
    heard, reference = OverheardExchange(INSTRUMENTS, terms, PARTICIPANTS), Matcher(INSTRUMENTS, terms, PARTICIPANTS)
    early, late = Pictures(NUMBERS), Pictures(NUMBERS)
    for place, command in enumerate(Stream(11, ALL_TYPES, reference).commands(1_200)):
        reference.submit(command)
        heard.submit(command, 0)
        early.follow(happened := heard.take_happened(), 0)
        if place == 600:
            late.follow(heard.showing(), 0)
        elif place > 600:
            late.follow(happened, 0)
        if place >= 600:
            for number in NUMBERS:
                assert late.picture(number, 99)[1:] == early.picture(number, 99)[1:], place


def test_what_is_captured_is_the_exchange_without_its_listeners() -> None:
    heard, other, plain = overheard(), overheard(), Exchange(INSTRUMENTS, accounts(2), PARTICIPANTS)
    heard.submit(sell(1, 5, 101), 0)
    for one in (other, plain):
        one.restore(heard.capture())
        assert one.state_hash() == heard.state_hash()
    assert other.take_happened() == []
    other.submit(buy(2, 1, 99), 0)
    assert len(other.take_happened()) == 1
    other.cancel_order(0, 3, 2, 1, 1, 0, 0)
    assert [len(one.take_happened()) for one in (heard, other)] == [1, 1], "it listens to itself, not to the other"
