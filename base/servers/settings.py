"""The settings of a venue: one TOML file, or the built-in demo.

In: a file. Out: a Settings value that AES and OES are built from. Never knows: sockets, sessions, options.
Follows issue-wide rules: everything is checked before a server starts, and an error names file, line,
key, value and rule (I6). Decimal numbers are read exactly; no float stands anywhere.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from base import limits
from base.access.accounts import new_key as new_key  # for the command line, which does not open the access room
from base.access.leases import check_redirect
from base.errors import SettingsError
from base.servers.account_settings import read_accounts
from base.servers.ouch_settings import NO_OUCH, OuchSettings, read_ouch
from base.servers.toml_table import Table, at_most, parse_table, read_table, whole
from base.socket_controller import split_address
from base.vocabulary.instruments import Currency, Instrument
from base.vocabulary.logons import CONSTANT, Credential
from base.vocabulary.participants import AccountTerms, Participant

DEFAULT_ATOM = "0.00000001"
SMALLEST_STEP = Fraction(1, 100_000)
"""The protocol's smallest price and size."""
LARGEST_HALF = 65_504
"""The largest size that the 56-byte instrument response can carry, in its 16-bit float."""
MOST_NICE = 19
"""The lowest priority that systems have."""

SYMBOL_TYPES = {"spot": 1, "futures": 2, "derivative": 3}
CURRENCY_NAME = re.compile(r"[A-Z0-9]{1,8}")
INSTRUMENT_NAME = re.compile(r"[!-~]{1,12}")
HOST_NAME = re.compile(r"[0-9A-Za-z.\-]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a venue is built from.

    ``aes`` and ``oes`` are the addresses to listen on; ``aes_names`` the OES addresses that the AES
    hands out instead of looking for live ones; ``advertised`` what this OES is known as, when that is
    not the address it listens on; ``mds_advertised`` the same of the MDS, which tells each subscriber of a book
    at most once per ``book_interval_ns``, 0 for every change; ``mds_nice`` is how far its process stands back, as the
    system counts it.
    """

    source: str
    aes: tuple[str, int]
    oes: tuple[str, int]
    mds: tuple[str, int]
    mds_advertised: tuple[str, ...]
    aes_names: tuple[str, ...]
    advertised: tuple[str, ...]
    instrument_layout: int
    book_interval_ns: int
    mds_nice: int
    takeover: bool
    constant_codes_everywhere: bool
    instruments: tuple[Instrument, ...]
    accounts: tuple[AccountTerms, ...]
    participants: tuple[Participant, ...]
    credentials: tuple[Credential, ...]
    ouch: OuchSettings = NO_OUCH

    @property
    def has_constant_codes(self) -> bool:
        """Whether an account may log on with the original client's constant code."""
        return any(credential.mode == CONSTANT and credential.enabled for credential in self.credentials)


def load_settings(path: Path) -> Settings:
    """Read a settings file; SettingsError says what is wrong with it."""
    return _settings(str(path), read_table(path))


def parse_settings(name: str, text: str) -> Settings:
    """Read settings from text; ``name`` stands for the file in messages."""
    return _settings(name, parse_table(name, text))


def parse_address(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT`` to listen on; raises ValueError with the rule.

    >>> parse_address("127.0.0.1:4444")
    ('127.0.0.1', 4444)
    """
    host, port = split_address(text)
    if not HOST_NAME.fullmatch(host):
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:4444")
    return host, port


def parse_host(text: str) -> str:
    """Read a host to listen on; raises ValueError with the rule.

    >>> parse_host("localhost")
    'localhost'
    """
    if not HOST_NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not a valid host: enter a name or an IPv4 address, such as 127.0.0.1")
    return text


def _settings(source: str, table: Table) -> Settings:
    table.only("aes", "oes", "mds", "logon", "currencies", "instruments", "accounts", "ouch")
    aes, oes, mds, logon = (table.table(name) for name in ("aes", "oes", "mds", "logon"))
    aes.only("listen", "oes")
    oes.only("listen", "advertised", "instrument_layout")
    mds.only("listen", "advertised", "interval_ms", "nice")
    logon.only("second_logon", "constant_codes")
    layout = int(oes.choice("instrument_layout", (56, 74), 56))
    currencies = _currencies(table.table("currencies"))
    instruments = _instruments(table.tables("instruments"), currencies, layout)
    accounts, participants, credentials = read_accounts(table.tables("accounts"), currencies, instruments)
    constant_codes = logon.choice("constant_codes", ("loopback", "everywhere"), "loopback")
    return Settings(
        source=source,
        aes=_address(aes, "listen", "127.0.0.1:4444"),
        oes=_address(oes, "listen", "127.0.0.1:4445"),
        mds=_address(mds, "listen", "127.0.0.1:4446"),
        mds_advertised=_redirects(mds, "advertised"),
        aes_names=_redirects(aes, "oes"),
        advertised=_redirects(oes, "advertised"),
        instrument_layout=layout,
        book_interval_ns=mds.integer("interval_ms", 0, limits.BOOK_INTERVAL_MS, 0) * 1_000_000,
        mds_nice=mds.integer("nice", 0, MOST_NICE, limits.MDS_NICE),
        takeover=logon.choice("second_logon", ("refuse", "takeover"), "refuse") == "takeover",
        constant_codes_everywhere=constant_codes == "everywhere",
        instruments=instruments,
        accounts=accounts,
        participants=participants,
        credentials=credentials,
        ouch=read_ouch(table.table("ouch"), participants),
    )


def _address(table: Table, key: str, default: str) -> tuple[str, int]:
    try:
        return parse_address(table.text(key, default))
    except ValueError as error:
        table.refuse(key, str(error))


def _redirects(table: Table, key: str) -> tuple[str, ...]:
    addresses = table.texts(key)
    for address in addresses:
        try:
            check_redirect(address)
        except SettingsError as error:
            table.refuse(key, str(error))
    return addresses


def _currencies(table: Table) -> dict[str, Currency]:
    currencies = {}
    for name in table.names():
        atom = table.decimal(name)
        if not CURRENCY_NAME.fullmatch(name):
            table.refuse(name, "the name of a currency must be 1 to 8 capital letters and digits")
        if not 0 < atom <= 1:
            table.refuse(name, "the smallest unit of a currency must be above 0 and at most 1")
        currencies[name] = Currency(name, atom)
    return currencies


def _currency(table: Table, key: str, currencies: dict[str, Currency]) -> Currency:
    name = table.text(key)
    if not CURRENCY_NAME.fullmatch(name):
        table.refuse(key, "must be the name of a currency: 1 to 8 capital letters and digits")
    return currencies.setdefault(name, Currency(name, Fraction(DEFAULT_ATOM)))


def _instruments(tables: list[Table], currencies: dict[str, Currency], layout: int) -> tuple[Instrument, ...]:
    instruments: list[Instrument] = []
    at_most(tables, limits.INSTRUMENTS)
    for table in tables:
        instrument = _instrument(table, currencies, layout)
        for other in instruments:
            for key in ("number", "name"):
                if getattr(other, key) == getattr(instrument, key):
                    table.refuse(key, "another instrument has it already")
        instruments.append(instrument)
    return tuple(instruments)


def _instrument(table: Table, currencies: dict[str, Currency], layout: int) -> Instrument:
    table.only("number", "name", "base", "quote", "tick", "lot", "min", "max", "type")
    number = table.integer("number", 1, 32_767)
    name = table.text("name")
    if not INSTRUMENT_NAME.fullmatch(name):
        table.refuse("name", "must be 1 to 12 printable ASCII characters without spaces")
    base, quote = _currency(table, "base", currencies), _currency(table, "quote", currencies)
    if base == quote:
        table.refuse("quote", "must be another currency than base")
    tick, lot = _step(table, "tick"), _step(table, "lot")
    smallest, largest = _lots(table, "min", lot), _lots(table, "max", lot)
    if largest < smallest:
        table.refuse("max", "must not be below min")
    if layout == 56 and largest * lot > LARGEST_HALF:
        table.refuse("max", f"must be at most {LARGEST_HALF} unless oes.instrument_layout = 74")
    symbol_type = SYMBOL_TYPES[table.choice("type", list(SYMBOL_TYPES), "spot")]
    for key, atoms in (("lot", lot / base.atom), ("tick", tick * lot / quote.atom)):
        if atoms.denominator != 1:
            what = f"a lot of {name}" if key == "lot" else f"tick x lot of {name}"
            coin = base if key == "lot" else quote
            table.refuse(key, f"{what} must be a whole number of the smallest unit of {coin.name}, see [currencies]")
    try:
        return Instrument(number, name, symbol_type, base, quote, tick, lot, smallest, largest)
    except ValueError as error:
        table.refuse("lot", str(error))


def _step(table: Table, key: str) -> Fraction:
    step = table.decimal(key)
    if step < SMALLEST_STEP:
        table.refuse(key, "must be at least 0.00001, the smallest step of the protocol")
    return step


def _lots(table: Table, key: str, lot: Fraction) -> int:
    return whole(table, key, lot, "must be a whole number of lots, at least 1")
