"""What a resumption tries, and what is said when nothing came of it; the rest is in test_going_on.py."""

from base.client.resumption import WAITED_OUT, Resumption
from base.messages import RejectReason

FIRST, SECOND, THIRD = ("a", 1), ("b", 2), ("c", 3)


def test_each_address_is_tried_once_in_a_round() -> None:
    resumption = Resumption("lost", 5, 10)
    assert [resumption.choose([FIRST, SECOND]) for _ in range(4)] == [FIRST, SECOND, None, FIRST]
    assert resumption.choose([THIRD, FIRST]) == THIRD
    assert resumption.choose([]) is None
    assert resumption.choose([FIRST]) == FIRST


def test_the_end_says_what_was_lost_and_what_stood_in_the_way_last() -> None:
    resumption = Resumption("the OES is gone", 1_000, 1_500_000_000)
    assert resumption.until_ns == 1_500_001_000
    assert str(resumption.failure()) == "the OES is gone; trading did not go on elsewhere within 1.5 s"
    resumption.went_wrong("first")
    resumption.went_wrong("then")
    assert str(resumption.failure()).endswith("within 1.5 s (then)")


def test_who_we_are_is_no_matter_of_waiting() -> None:
    assert RejectReason.OES_NOT_AVAILABLE_TRADING_DISABLED in WAITED_OUT
    final = {RejectReason.INVALID_KEY, RejectReason.ACCOUNT_DISABLED, RejectReason.USER_ALREADY_LOGGED_IN}
    assert not final & WAITED_OUT
