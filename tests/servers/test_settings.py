"""Settings: what a file means, and what every kind of wrong file is told (I6)."""

import random
import re
from fractions import Fraction
from pathlib import Path

import pytest

from base import limits
from base.errors import SettingsError
from base.servers.demo_settings import demo_settings
from base.servers.ouch_settings import KEYS as OUCH_KEYS
from base.servers.ouch_settings import NO_OUCH
from base.servers.settings import Settings, load_settings, new_key, parse_address, parse_settings
from base.vocabulary.logons import CONSTANT, TOTP
from tests.kit.counts import count
from tests.kit.source import ROOT

EXAMPLE = ROOT / "examples" / "venue.toml"
KEY = "JBSWY3DPEHPK3PXPGEZDGNBVGY3TQOJQ"

GOOD = """\
[aes]
listen = "127.0.0.1:0"
[[instruments]]
number = 1
name = "BTCUSD"
base = "BTC"
quote = "USD"
tick = "0.5"
lot = "0.00001"
min = "0.00001"
max = "10000"
[[accounts]]
number = 7
user = "u"
key = "k"
mode = "constant"
[accounts.balances]
USD = "5.5"
"""


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings("venue.toml", text)
    message = str(caught.value)
    assert message.isprintable(), "one line"
    return message


def test_the_example_file_says_what_its_comments_say() -> None:
    settings = load_settings(EXAMPLE)
    assert (settings.aes, settings.oes) == (("127.0.0.1", 4444), ("127.0.0.1", 4445))
    assert [instrument.name for instrument in settings.instruments] == ["BTCUSD", "USDUSDT", "FLYUSDT", "BTCUSDT"]
    assert [(one.account, one.user, one.mode) for one in settings.credentials] == [
        (100700, "BOU7", TOTP),
        (100700, "BOU8", TOTP),
        (1, "1", CONSTANT),
        (200, "RISK", TOTP),
    ]
    assert [terms.account for terms in settings.accounts] == [100700, 1, 200]
    assert settings.accounts[0].balances["BTC"] == 1000 * 10**8


def test_the_example_shows_ouch_where_the_marks_are_taken_away() -> None:
    head, ouch = EXAMPLE.read_text().split("#[ouch]\n")
    shown = head + "[ouch]\n" + "".join(line.removeprefix("#") for line in ouch.splitlines(keepends=True))
    settings = parse_settings("venue.toml", shown)
    assert [(port.name, address) for port, address in settings.ouch.addresses] == [
        ("JAPANNEXT", ("127.0.0.1", 31_422)), ("JAPANNEXT_BARE", ("127.0.0.1", 31_421)),
        ("NASDAQ_42", ("127.0.0.1", 31_423)), ("NASDAQ_50", ("127.0.0.1", 31_424)),
    ]  # fmt: skip
    assert [(one.name, one.account, one.user) for one in settings.ouch.logins] == [
        ("JP01", 100700, "BOU7"), ("JP02", 1, "1"),
    ]  # fmt: skip
    assert settings.ouch.bare_logins == ("JP02",)
    assert set(re.findall(r"^(\w+) =", shown.split("[ouch]\n")[1], re.MULTILINE)) == {
        *OUCH_KEYS, "bare_logins", "name", "password", "account", "user",
    }  # fmt: skip
    assert load_settings(EXAMPLE).ouch == NO_OUCH


def test_the_example_shows_every_key_with_its_default() -> None:
    defaults = parse_settings("venue.toml", GOOD.replace('listen = "127.0.0.1:0"', ""))
    example = load_settings(EXAMPLE)
    for name in ("aes", "oes", "aes_names", "advertised", "instrument_layout", "takeover", "constant_codes_everywhere"):
        assert getattr(defaults, name) == getattr(example, name), name


def test_values_mean_what_they_say() -> None:
    settings = parse_settings("venue.toml", GOOD)
    instrument = settings.instruments[0]
    assert (instrument.tick, instrument.lot, instrument.min_lots, instrument.max_lots) == (
        Fraction(1, 2),
        Fraction(1, 100_000),
        1,
        10**9,
    )
    assert settings.accounts[0].balances == {"USD": 550_000_000}
    assert settings.participants[0].account == 7
    assert settings.credentials[0].participant == 0


def test_the_demo_has_the_accounts_of_the_readme() -> None:
    settings = demo_settings()
    assert [(one.account, one.user, one.key, one.mode) for one in settings.credentials] == [
        (1, "1", "1", CONSTANT),
        (100700, "BOU7", "BOU7", CONSTANT),
        (100701, "BOU8", "BOU8", CONSTANT),
        (100702, "BOU9", "BOU9", CONSTANT),
    ]
    assert [(one.number, one.name, float(one.tick)) for one in settings.instruments] == [
        (1, "BTCUSD", 0.5),
        (2, "USDUSDT", 0.0001),
        (3, "FLYUSDT", 0.00001),
        (4, "BTCUSDT", 0.01),
    ]
    assert all(one.max_lots * one.lot < 65_504 for one in settings.instruments)
    assert settings.has_constant_codes


# what to replace in GOOD, by what, and what the message must say
WRONG = [
    ('tick = "0.5"', "tick = 0.5", 'venue.toml:8: instruments[0].tick = 0.5: must be in quotes, such as "0.5"'),
    ('tick = "0.5"', 'tick = "-1"', 'venue.toml:8: instruments[0].tick = "-1": must be a decimal number in quotes'),
    ('tick = "0.5"', 'tick = "0.000001"', 'instruments[0].tick = "0.000001": must be at least 0.00001'),
    ('tick = "0.5"', 'tick = "0.0001"', "tick x lot of BTCUSD must be a whole number of the smallest unit of USD"),
    ('tick = "0.5"\n', "", "venue.toml:3: instruments[0].tick is missing: it must be a decimal number in quotes"),
    ('tick = "0.5"', 'tikc = "0.5"', "venue.toml:8: unknown key instruments[0].tikc; did you mean tick?"),
    ('tick = "0.5"', 'qqq = "0.5"', "venue.toml:8: unknown key instruments[0].qqq; the keys here are base, lot, max"),
    ("number = 7", "numbr = 7", "venue.toml:13: unknown key accounts[0].numbr; did you mean number?"),
    ('mode = "constant"', 'mode = "constant"\nsources = ["office"]', "venue.toml:17: accounts[0].sources = a list"),
    ('mode = "constant"', 'mode = "constant"\nsources = ["1.2.3.4", "1.2.3.0/24"]', "'1.2.3.0/24' is none"),
    ('mode = "constant"', 'mode = "constant"\nsources = ["a\\nb"]', r"must be IP addresses, such as 192.0.2.7; 'a\nb'"),
    ('tick = "0.5"', 'tick = "0.5"\ntik = "1"', "venue.toml:9: unknown key instruments[0].tik; did you mean tick?"),
    ('tick = "0.5"', 'tick = "0.5"\nqqq = "1"', "unknown key instruments[0].qqq; the keys here are base, lot, max"),
    ('lot = "0.00001"', 'lot = "0.1"', 'min = "0.00001": must be a whole number of lots, at least 1'),
    ('max = "10000"', 'max = "0"', 'venue.toml:11: instruments[0].max = "0": must be a whole number of lots'),
    ('max = "10000"', 'max = "65504.00001"', "must be at most 65504 unless oes.instrument_layout = 74"),
    ('min = "0.00001"', 'min = "10001"', 'max = "10000": must not be below min'),
    ("[[instruments]]", "[mds]\ninterval_ms = -1\n[[instruments]]", "mds.interval_ms = -1: must be a whole number"),
    ("[[instruments]]", "[mds]\ninterval_ms = 60001\n[[instruments]]", "interval_ms = 60001: must be a whole number"),
    ("[[instruments]]", "[mds]\nnice = 20\n[[instruments]]", "mds.nice = 20: must be a whole number from 0 to 19"),
    ("[[instruments]]", "[mds]\ninterval = 5\n[[instruments]]", "unknown key mds.interval; did you mean interval_ms?"),
    ("number = 1", "number = 0", "venue.toml:4: instruments[0].number = 0: must be a whole number from 1 to 32767"),
    ("number = 1", "number = true", "instruments[0].number = true: must be a whole number"),
    ("number = 1", "number = 1.0", "instruments[0].number = 1.0: must be a whole number"),
    ('name = "BTCUSD"', 'name = "BTC USD"', "must be 1 to 12 printable ASCII characters without spaces"),
    ('name = "BTCUSD"', 'name = "BTCUSDBTCUSDB"', "must be 1 to 12 printable ASCII"),
    ('quote = "USD"', 'quote = "BTC"', 'quote = "BTC": must be another currency than base'),
    ('quote = "USD"', 'quote = "us$"', "must be the name of a currency"),
    ("[[instruments]]", "[instruments]", "instruments = a table: must be one or more tables: [[instruments]]"),
    ("number = 7", "number = 4294967296", "accounts[0].number = 4294967296: must be a whole number from 1 to"),
    ('user = "u"', 'user = "seven77"', 'user = "seven77": must be 1 to 6 printable ASCII'),
    ('user = "u"', 'user = ""', "must be 1 to 6 printable ASCII"),
    ('user = "u"', 'user = "a\\nb"', 'user = "a\\nb": must be 1 to 6 printable ASCII'),
    ('key = "k"', "key = 5", "venue.toml:15: accounts[0].key = (not shown): must be a text in quotes"),
    ('mode = "constant"', "", "accounts[0].key = (not shown): account 7, user 'u': the key has at most"),
    ('mode = "constant"', 'mode = "hotp"', 'mode = "hotp": must be "totp" or "constant"'),
    ('mode = "constant"', 'mode = "constant"\nenabled = 1', "enabled = 1: must be true or false"),
    ('USD = "5.5"', 'EUR = "5.5"', 'accounts[0].balances.EUR = "5.5": no instrument trades it'),
    ('USD = "5.5"', 'USD = "0.000000001"', "must be a whole number of the smallest unit of USD"),
    ('USD = "5.5"', "USD = nan", "must be in quotes"),
    ("[accounts.balances]", "[accounts.balance]", "unknown key accounts[0].balance; did you mean balances?"),
    ('listen = "127.0.0.1:0"', 'listen = "127.0.0.1"', 'aes.listen = "127.0.0.1": must be HOST:PORT'),
    ('listen = "127.0.0.1:0"', 'listen = "[::1]:80"', "must be HOST:PORT"),
    ('listen = "127.0.0.1:0"', 'listen = "a:70000"', "the port must be from 0 to 65535"),
    ('listen = "127.0.0.1:0"', 'lisen = "a:1"', "venue.toml:2: unknown key aes.lisen; did you mean listen?"),
    ('listen = "127.0.0.1:0"', 'oes = ["order-entry.example.com:4445"]', "28 bytes long, the logon reply carries 24"),
    ('listen = "127.0.0.1:0"', 'oes = "h:1"', "must be a list of texts"),
    ("[aes]", "[aess]", "venue.toml:1: unknown key aess; did you mean aes?"),
    ("[aes]", "[[aes]]", "aes = a list: must be a table: [aes]"),
    ("[aes]", "[aes", "venue.toml:1: this is no TOML: "),
    ("[aes]", '[logon]\nsecond_logon = "both"\n[aes]', 'second_logon = "both": must be "refuse" or "takeover"'),
    ("[aes]", "[oes]\ninstrument_layout = 60\n[aes]", "oes.instrument_layout = 60: must be 56 or 74"),
    ("[aes]", '[currencies]\nUSD = "2"\n[aes]', "must be above 0 and at most 1"),
    ("[aes]", '[currencies]\nUSD = "0.1"\n[aes]', "instruments[0].tick"),
    ("[aes]", '[currencies]\nusd = "0.1"\n[aes]', "1 to 8 capital letters and digits"),
    ("[aes]", "x = " + "[" * 3000, "this is no TOML"),
    ("[aes]", "x = " + "9" * 5000 + "\n[aes]", "this is no TOML"),
]


@pytest.mark.parametrize("old, new, says", WRONG, ids=[f"{old}->{new[:20]}" for old, new, _ in WRONG])
def test_a_wrong_file_is_told_file_line_key_value_and_rule(old: str, new: str, says: str) -> None:
    assert GOOD.count(old) >= 1
    message = refusal(GOOD.replace(old, new, 1))
    assert says in message
    assert message.startswith("venue.toml:")


def test_two_of_a_kind_are_refused() -> None:
    instrument = GOOD[GOOD.index("[[instruments]]") : GOOD.index("[[accounts]]")]
    account = GOOD[GOOD.index("[[accounts]]") :]
    other = instrument.replace("number = 1", "number = 2")
    assert "instruments[1].number = 1: another instrument has it" in refusal(GOOD + instrument)
    assert 'instruments[1].name = "BTCUSD": another instrument has it' in refusal(GOOD + other)
    assert "belong to the account: give them with its first user only" in refusal(GOOD + account)
    assert "account 7 has this user already" in refusal(GOOD + account[: account.index("[accounts.balances]")])


def test_two_accounts_never_share_a_key_of_one_time_codes() -> None:
    shared = f'[[accounts]]\nnumber = %d\nuser = "a"\nkey = "{KEY}"\n'
    message = refusal(GOOD + shared % 8 + shared % 9)
    line = GOOD.count("\n") + 8
    assert message.startswith(f"venue.toml:{line}: accounts[2].key = (not shown): account 9, user 'a': has the key of")
    assert KEY not in message


def test_too_many_instruments_or_accounts_are_refused_at_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INSTRUMENTS", 1)
    monkeypatch.setattr(limits, "ACCOUNTS", 1)
    after = GOOD.count("\n")
    for kind in ("instruments", "accounts"):
        message = refusal(f"{GOOD}[[{kind}]]\n[[{kind}]]\n")
        assert message == f"venue.toml:{after + 1}: {kind}[1]: a venue has at most 1 of them, the file has 3"


def test_sources_are_addresses_as_connections_give_them() -> None:
    settings = parse_settings("venue.toml", GOOD.replace("number = 7", 'number = 7\nsources = ["::0001", "10.0.0.1"]'))
    assert settings.credentials[0].sources == ("::1", "10.0.0.1")


@pytest.mark.parametrize("text, says", [("", "instruments is missing"), (GOOD[: GOOD.index("[[acc")], "accounts is")])
def test_a_venue_without_instruments_or_accounts_is_refused(text: str, says: str) -> None:
    assert says in refusal(text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    huge, latin = tmp_path / "huge", tmp_path / "latin"
    huge.write_bytes(b"#" * (limits.SETTINGS_BYTES + 1))
    latin.write_bytes(b"# one\n# caf\xe9\n")
    for path, says in (
        (tmp_path / "missing", "missing: cannot be read: No such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (huge, "this is no settings file"),
        (latin, "latin:2: byte 0xe9 is not UTF-8 text"),
    ):
        with pytest.raises(SettingsError, match=re.escape(says)):
            load_settings(path)


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        cut = text[at : min(end, at + 30)]
        match chance.randrange(4):
            case 0:
                text = text[:at] + text[at + len(cut) :]
            case 1:
                text = text[:at] + cut + text[at:]
            case 2:
                text = text[:at] + chance.choice("\"'[]=.{}-#\n\0e9\u00e9") + text[at + 1 :]
            case 3:
                text = text[:at] + chance.choice(['"1e5"', "true", "-1", '""', "[]", "{}", "1979-05-27"]) + text[at:]
    return text


def test_mutated_files_are_settings_or_refused_in_one_line() -> None:
    example = EXAMPLE.read_text()
    refused = 0
    for seed in range(count(ordinary=200, long=20_000)):
        text = mutated(example, random.Random(seed))
        try:
            assert isinstance(parse_settings("venue.toml", text), Settings), f"seed {seed}"
        except SettingsError as error:
            refused += 1
            assert str(error).startswith("venue.toml") and str(error).isprintable(), f"seed {seed}: {error}"
    assert refused > 50


@pytest.mark.parametrize("text", ["", ":", "a:", ":1", "a:b", "a:1:2x", "a b:1", "a:123456", "a:-1", "\u0661:1"])
def test_an_address_is_host_and_port(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parse_address(text)


def test_a_new_key_is_good_for_one_time_codes() -> None:
    settings = parse_settings("venue.toml", GOOD + f'[[accounts]]\nnumber = 8\nuser = "b"\nkey = "{new_key()}"\n')
    assert settings.credentials[1].mode == TOTP


def test_an_mds_stands_back_unless_it_must_not() -> None:
    assert parse_settings("venue.toml", GOOD).mds_nice == 10
    assert parse_settings("venue.toml", GOOD + "[mds]\nnice = 0\n").mds_nice == 0


def test_books_are_told_at_every_change_or_in_an_interval() -> None:
    assert parse_settings("venue.toml", GOOD).book_interval_ns == 0
    assert parse_settings("venue.toml", GOOD + "[mds]\ninterval_ms = 250\n").book_interval_ns == 250_000_000
