"""The accounts of a settings file: what the market is to do for each, and what a wrong line is told."""

import pytest

from base.servers.account_settings import ACCOUNT_KEYS
from base.servers.settings import load_settings, parse_settings
from base.vocabulary.participants import AccountTerms, OrderLimits, SelfTrade
from tests.kit.source import ROOT
from tests.servers.test_settings import GOOD, refusal

SECOND_USER = """\
[[accounts]]
number = 7
user = "v"
key = "kv"
mode = "constant"
{}
"""
LIMITS = """\
[accounts.limits.BTCUSD]
order_size = "2.5"
order_value = "100000.5"
price_band = "0.05"
"""


def terms_of(wanted: str, tables: str = "") -> AccountTerms:
    """What the one account of the file says when these lines stand in it."""
    text = GOOD.replace('user = "u"', f'user = "u"\n{wanted}') + tables
    (terms,) = parse_settings("venue.toml", text).accounts
    return terms


def test_without_a_setting_an_account_pays_nothing_and_is_bound_by_nothing() -> None:
    assert terms_of("") == AccountTerms(7, {"USD": 550_000_000})


@pytest.mark.parametrize(
    "word, mode", {"none": 0, "cancel-newest": 1, "cancel-oldest": 2, "cancel-both": 3}.items()
)
def test_what_an_account_wants_of_the_market(word: str, mode: int) -> None:
    wanted = f'self_trade = "{word}"\ncancel_on_disconnect = true\nmost_open_orders = 3'
    terms = terms_of(wanted, SECOND_USER.format(""))
    assert (terms.self_trade, terms.cancel_on_disconnect, terms.balances) == (mode, True, {"USD": 550_000_000})
    assert terms.most_open_orders == 3


@pytest.mark.parametrize(
    "wanted, field, value",
    [
        ('make_fee = "0"', "make_fee_ppm", 0),
        ('make_fee = "0.00025"', "make_fee_ppm", 250),
        ('take_fee = "0.000001"', "take_fee_ppm", 1),
        ('take_fee = "0.1"', "take_fee_ppm", 100_000),
        ("leverage = 1", "leverage", 1),
        ("leverage = 100", "leverage", 100),
        ("orders_per_second = 1", "orders_per_second", 1),
        ("orders_per_second = 1_000_000", "orders_per_second", 1_000_000),
        ("cancels_per_second = 1", "cancels_per_second", 1),
        ("cancels_per_second = 1_000_000", "cancels_per_second", 1_000_000),
    ],
)
def test_each_setting_sets_its_own_term_up_to_both_bounds(wanted: str, field: str, value: int) -> None:
    for terms in (terms_of(wanted), terms_of(wanted, SECOND_USER.format(""))):
        expected = {name: value if name == field else getattr(terms_of(""), name) for name in AccountTerms.__slots__}
        assert {name: getattr(terms, name) for name in AccountTerms.__slots__} == expected


def test_an_account_sees_the_reports_of_others() -> None:
    other = GOOD[GOOD.index("[[accounts]]") :].replace("number = 7", "number = 8")
    text = GOOD.replace('user = "u"', 'user = "u"\ndrop_copy_of = [8]') + other
    assert [one.drop_copy_of for one in parse_settings("venue.toml", text).accounts] == [(8,), ()]
    assert refusal(text.replace("[8]", "[8, 8]")).endswith("must name each account once")


def test_limits_are_lots_atoms_and_millionths_of_the_instrument() -> None:
    assert terms_of("", LIMITS).limits == {1: OrderLimits(250_000, 10_000_050_000_000, 50_000)}
    for line, limit in (
        ('order_size = "0.00001"', OrderLimits(1, 0, 0)),
        ('order_value = "0.00000001"', OrderLimits(0, 1, 0)),
        ('price_band = "0.000001"', OrderLimits(0, 0, 1)),
        ('price_band = "1.5"', OrderLimits(0, 0, 1_500_000)),
    ):
        assert terms_of("", f"[accounts.limits.BTCUSD]\n{line}\n").limits == {1: limit}
    assert terms_of("", "[accounts.limits]\n").limits == {}


def test_the_example_has_an_account_with_every_setting() -> None:
    (terms,) = (one for one in load_settings(ROOT / "examples" / "venue.toml").accounts if one.account == 200)
    assert (terms.make_fee_ppm, terms.take_fee_ppm, terms.leverage) == (100, 250, 5)
    assert (terms.orders_per_second, terms.cancels_per_second, terms.self_trade) == (100, 200, SelfTrade.NONE)
    assert terms.limits == {1: OrderLimits(500_000, 25_000_000_000_000, 50_000)}


VALUES = {
    "self_trade": '"none"', "cancel_on_disconnect": "false", "make_fee": '"0"', "take_fee": '"0"',
    "drop_copy_of": "[]", "limits": '{ BTCUSD = { order_size = "1" } }',
}  # fmt: skip


@pytest.mark.parametrize("key", ACCOUNT_KEYS)
def test_what_belongs_to_an_account_is_said_by_its_first_user(key: str) -> None:
    line = f"{key} = {VALUES.get(key, 5)}"
    terms_of(line)
    said = refusal(GOOD + SECOND_USER.format(line))
    assert said.startswith(f"venue.toml:{GOOD.count(chr(10)) + 6}: accounts[1].{key} = ")
    assert said.endswith(": belongs to the account: give it with its first user only")


FEE = 'must be a fraction of the value from 0 to 0.1 in whole millionths, such as "0.00025"'
SIZE = "must be above 0 and a whole number of lots of BTCUSD, 0.00001 each"
VALUE = "must be above 0 and a whole number of the smallest unit of USD, 0.00000001"
BAND = 'must be a fraction of the mark price above 0 in whole millionths, such as "0.05"'
WRONG = [
    ('self_trade = "cancel"', '"cancel": must be "none" or "cancel-newest" or "cancel-oldest" or "cancel-both"'),
    ("cancel_on_disconnect = 1", "1: must be true or false"),
    ("most_open_orders = 10001", "10001: must be a whole number from 0 to 10000"),
    ('make_fee = "0.100001"', f'"0.100001": {FEE}'),
    ('take_fee = "0.0000005"', f'"0.0000005": {FEE}'),
    ('make_fee = "-0.1"', '"-0.1": must be a decimal number in quotes, such as "0.00001", and not negative'),
    ("take_fee = 0.1", '0.1: must be in quotes, such as "0.1", so that it stays exact'),
    ("take_fee = true", 'true: must be a decimal number in quotes, such as "0.00001", and not negative'),
    ("leverage = 0", "0: must be a whole number from 1 to 100"),
    ("leverage = 101", "101: must be a whole number from 1 to 100"),
    ('leverage = "5"', '"5": must be a whole number from 1 to 100'),
    ("orders_per_second = 0", "0: must be a whole number from 1 to 1000000"),
    ("orders_per_second = 1_000_001", "1000001: must be a whole number from 1 to 1000000"),
    ("cancels_per_second = 0", "0: must be a whole number from 1 to 1000000"),
    ("cancels_per_second = 1_000_001", "1000001: must be a whole number from 1 to 1000000"),
    ("drop_copy_of = 5", "5: must be a list of whole numbers"),
    ('drop_copy_of = ["8"]', "a list: must be a list of whole numbers"),
    ("drop_copy_of = [true]", "a list: must be a list of whole numbers"),
    ("drop_copy_of = [8]", "a list: there is no account 8"),
    ("drop_copy_of = [7]", "a list: an account sees its own reports anyway; name others"),
    ("limits = 5", "5: must be a table: [accounts[0].limits]"),
]


@pytest.mark.parametrize("line, says", WRONG, ids=[line for line, _ in WRONG])
def test_a_wrong_setting_is_told_file_line_key_value_and_rule(line: str, says: str) -> None:
    message = refusal(GOOD.replace('user = "u"', f'user = "u"\n{line}'))
    assert message == f"venue.toml:15: accounts[0].{line.split(' ')[0]} = {says}"


@pytest.mark.parametrize(
    "line, says",
    [
        ('order_size = "0"', f'order_size = "0": {SIZE}'),
        ('order_size = "0.000015"', f'order_size = "0.000015": {SIZE}'),
        ('order_value = "0"', f'order_value = "0": {VALUE}'),
        ('order_value = "0.000000015"', f'order_value = "0.000000015": {VALUE}'),
        ('price_band = "0"', f'price_band = "0": {BAND}'),
        ('price_band = "0.0000015"', f'price_band = "0.0000015": {BAND}'),
        ("price_band = 0.5", 'price_band = 0.5: must be in quotes, such as "0.5", so that it stays exact'),
    ],
)
def test_a_wrong_limit_is_told_file_line_key_value_and_rule(line: str, says: str) -> None:
    message = refusal(f"{GOOD}[accounts.limits.BTCUSD]\n{line}\n")
    assert message == f"venue.toml:{GOOD.count(chr(10)) + 2}: accounts[0].limits.BTCUSD.{says}"


@pytest.mark.parametrize(
    "tables, says",
    [
        ("[accounts.limits.BTCUSDT]\n", "unknown key accounts[0].limits.BTCUSDT; did you mean BTCUSD?"),
        ("[accounts.limits.XY]\n", "unknown key accounts[0].limits.XY; the keys here are BTCUSD"),
        ("[accounts.limits]\nBTCUSD = 5\n", "accounts[0].limits.BTCUSD = 5: must be a table: "),
        (LIMITS + 'order_sise = "1"\n', "unknown key accounts[0].limits.BTCUSD.order_sise; did you mean order_size?"),
        (
            "[accounts.limits.BTCUSD]\n",
            "accounts[0].limits.BTCUSD: bounds nothing: give one of order_size, order_value, price_band, or leave the",
        ),
    ],
)
def test_a_wrong_table_of_limits_is_told_where_it_stands(tables: str, says: str) -> None:
    last = GOOD.count("\n") + tables.count("\n")
    assert refusal(GOOD + tables).startswith(f"venue.toml:{last}: {says}")
