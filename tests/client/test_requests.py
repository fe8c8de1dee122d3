"""The requests as they leave: the README's logon byte for byte, and the session fields of the others."""

import pytest

from base.client.requests import SYMBOLS, Requests, as_sent, one_time_code, signed
from base.errors import FieldError
from base.messages import TIF, Message, MessageType, OrderType, Side, Transaction
from tests.kit.first_sample import FIRST_SAMPLE

NOW_NS = 1_700_000_000_000_000_000
BIG = 2**32 - 5


@pytest.fixture
def requests() -> Requests:
    writer = Requests(account=100700, user="BOU7", first_order_id=50)
    writer.key, writer.trading_session = BIG, BIG - 1
    return writer


def test_the_first_logon_is_the_sample_of_the_readme() -> None:
    requests = Requests(account=1, user="1", first_order_id=1)
    requests.two_fa = one_time_code("1", "constant", 0)
    assert requests.logon(0).encode().hex().upper() == FIRST_SAMPLE


def test_a_logout_names_the_trading_session(requests: Requests) -> None:
    logout = requests.logout(9)
    assert (logout.LogonType, logout.TradingSessionID, logout.Key) == (2, BIG - 1, 9)
    assert requests.logon(9).TradingSessionID == 506


@pytest.mark.parametrize(
    "key, mode, wall_ns, code",
    [
        ("1", "constant", 0, "517846"),
        ("1234", "constant", NOW_NS, "110366"),
        ("1", "totp", 0, "517846"),
        ("1", "totp", 30 * 10**9, "711154"),
        ("12345678901234567890", "totp", 59 * 10**9, "287082"),
    ],
)
def test_codes_of_both_modes(key: str, mode: str, wall_ns: int, code: str) -> None:
    assert one_time_code(key, mode, wall_ns) == code


def test_an_unknown_mode_is_named() -> None:
    with pytest.raises(FieldError, match="mode 'sms': choose 'constant' or 'totp'"):
        one_time_code("1", "sms", 0)


def all_requests(requests: Requests) -> list[Message]:
    order = requests.new_order(1, Side.BUY, 0.5, 100.0, OrderType.LMT, TIF.GTC, 7, NOW_NS, {})
    return [
        order,
        requests.instruments(None, NOW_NS),
        requests.risk("BTCUSD", NOW_NS),
        requests.collateral(None, NOW_NS),
        requests.follow_up(order, MessageType.ORDER_CANCEL, 8, NOW_NS, {}),
        requests.status(7, NOW_NS),
    ]


def test_every_request_carries_session_key_time_and_number(requests: Requests) -> None:
    for number, message in enumerate(all_requests(requests), 1):
        assert message.Account == 100700
        assert message.Key in (BIG, signed(BIG))
        assert message.TradingSessionID in (BIG - 1, signed(BIG - 1))
        assert (message.SendingTime, message.MsgSeqNum) == (NOW_NS, number)
        assert type(message).parse(message.encode()) == message
    listing = requests.open_orders(1, NOW_NS)
    assert (listing.TradingSessionID, listing.SendingTime, listing.MsgSeqNum) == (signed(BIG - 1), NOW_NS, 7)


def test_an_instrument_goes_by_number_or_name(requests: Requests) -> None:
    for number, name in SYMBOLS.items():
        assert requests.instrument_number(name) == requests.instrument_number(number) == number
    asked = requests.instruments("BTCUSDT", NOW_NS)
    assert (asked.RequestType, asked.SymbolEnum, asked.SymbolName) == (2, 4, "BTCUSDT")
    with pytest.raises(FieldError, match="instrument 'DOGEUSD' is not known: choose one of BTCUSD"):
        requests.risk("DOGEUSD", NOW_NS)


def test_a_replace_repeats_the_order_but_for_what_changes(requests: Requests) -> None:
    order = requests.new_order(
        "BTCUSD", Side.SELL, 0.5, 100.0, OrderType.STOP_LMT, TIF.DAY, 7, NOW_NS, {"StopLimitPrice": 90.0}
    )
    replacement = requests.follow_up(order, MessageType.CANCEL_REPLACE, 8, NOW_NS + 1, {"BOPrice": 101.0})
    changed = {name for name, value in order.fields().items() if replacement.fields()[name] != value}
    assert changed == {"MessageType", "OrderID", "OrigOrderID", "BOPrice", "BOOrigPrice", "SendingTime", "MsgSeqNum"}
    assert (replacement.OrigOrderID, replacement.BOOrigPrice) == (7, 100.0)


def test_a_listed_order_is_cleared_of_its_report() -> None:
    terms = {"OrderID": 7, "SymbolEnum": 1, "BOPrice": 100.0, "BOOrderQty": 2.0, "BOSide": 2, "OrderType": 1, "TIF": 2}
    report = {"OrigOrderID": 6, "ExecID": 5, "ExecShares": 0.5, "RemainingQuantity": 1.5, "ExecFee": 0.1}
    assert as_sent(Transaction(**terms, **report)) == Transaction(**terms)


def test_order_ids_go_on(requests: Requests) -> None:
    assert [requests.next_order_id() for _ in range(3)] == [50, 51, 52]
