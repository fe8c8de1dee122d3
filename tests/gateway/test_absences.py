"""Who is awaited after a restart, and for how long."""

from base.gateway.absences import Absences
from base.limits import RETURN_NS


def test_nobody_is_awaited_without_a_restart() -> None:
    absences = Absences()
    absences.came(1)
    absences.left(1)
    assert absences.next_deadline_ns() is None
    assert absences.late(10**18) == []


def test_a_restart_awaits_those_who_were_there() -> None:
    absences = Absences()
    for participant in (2, 1, 3):
        absences.came(participant)
    absences.left(3)
    absences.restarted(100)
    assert absences.next_deadline_ns() == 100 + RETURN_NS
    assert absences.late(99 + RETURN_NS) == []
    assert absences.late(100 + RETURN_NS) == [1, 2]


def test_who_comes_back_or_is_given_up_is_awaited_no_more() -> None:
    absences = Absences()
    absences.came(1)
    absences.came(2)
    absences.restarted(0)
    absences.came(1)
    assert absences.late(RETURN_NS) == [2]
    absences.given_up(2)
    assert absences.next_deadline_ns() is None


def test_the_time_of_one_who_came_back_passes_without_anybody_being_late() -> None:
    absences = Absences()
    absences.came(1)
    absences.restarted(0)
    absences.came(2)
    absences.restarted(5)
    absences.came(1)
    assert absences.next_deadline_ns() == RETURN_NS, "no later than the first"
    assert absences.late(RETURN_NS) == []
    assert absences.next_deadline_ns() == RETURN_NS + 5
    assert absences.late(RETURN_NS + 5) == [2]


def test_a_second_restart_leaves_the_first_ones_time_as_it_was() -> None:
    absences = Absences()
    absences.came(1)
    absences.restarted(0)
    absences.came(2)
    absences.restarted(5)
    assert absences.late(RETURN_NS) == [1]
    assert absences.late(RETURN_NS + 5) == [1, 2]


def test_it_becomes_what_was_captured() -> None:
    absences, other = Absences(), Absences()
    absences.came(1)
    absences.restarted(0)
    absences.came(2)
    other.restore(absences.capture())
    other.restarted(7)
    assert other.late(RETURN_NS + 7) == [1, 2]
    assert absences.late(RETURN_NS + 7) == [1]
