"""The accounts of a settings file: who may come in, with which key, and what the market is to do for each account.

In: the tables ``[[accounts]]``, the currencies and instruments of the file. Out: terms, participants, credentials.
Never knows: files, servers, how a credential is checked at a logon. Follows docs/risk.md and docs/market-control.md:
what belongs to an account stands with its first user. Decimal numbers are read exactly.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from base import limits
from base.access.accounts import Accounts, check_credential
from base.errors import SettingsError
from base.publish.views import decimal_text
from base.servers.toml_table import Table, at_most, whole
from base.vocabulary.instruments import Currency, Instrument
from base.vocabulary.logons import CONSTANT, TOTP, Credential
from base.vocabulary.participants import AccountTerms, OrderLimits, Participant, SelfTrade

ACCOUNT_KEYS = (
    "self_trade", "cancel_on_disconnect", "most_open_orders", "make_fee", "take_fee", "leverage",
    "orders_per_second", "cancels_per_second", "limits", "drop_copy_of",
)  # fmt: skip
"""What belongs to an account, and so stands with its first user only."""

LIMIT_KEYS = ("order_size", "order_value", "price_band")

SELF_TRADES = {mode.name.lower().replace("_", "-"): mode for mode in SelfTrade}
USER_NAME = re.compile(r"[!-~]{1,6}")
PPM = Fraction(1, 1_000_000)


def read_accounts(
    tables: list[Table], currencies: dict[str, Currency], instruments: Iterable[Instrument]
) -> tuple[tuple[AccountTerms, ...], tuple[Participant, ...], tuple[Credential, ...]]:
    """Read all accounts; SettingsError says what is wrong with the first that cannot be."""
    traded = {instrument.name: instrument for instrument in instruments}
    accounts: dict[int, AccountTerms] = {}
    participants: list[Participant] = []
    credentials: list[Credential] = []
    seen: set[tuple[int, str]] = set()
    at_most(tables, limits.ACCOUNTS)
    for table in tables:
        credential = _credential(table, len(participants))
        amounts = _balances(table.table("balances"), currencies)
        former = accounts.get(credential.account)
        if amounts and former is not None and former.balances:
            table.refuse("balances", "belong to the account: give them with its first user only")
        if former is None:
            accounts[credential.account] = _terms(table, credential.account, amounts, traded)
        else:
            _refuse_account_keys(table)
            accounts[credential.account] = replace(former, balances=amounts or former.balances)
        credentials.append(credential)
        participants.append(Participant(credential.participant, credential.account, credential.user))
        if (credential.account, credential.user) in seen:
            table.refuse("user", f"account {credential.account} has this user already")
        seen.add((credential.account, credential.user))
    _check_together(tables, credentials)
    _check_copies(tables, credentials, accounts)
    return tuple(accounts.values()), tuple(participants), tuple(credentials)


def _terms(table: Table, account: int, amounts: dict[str, int], traded: dict[str, Instrument]) -> AccountTerms:
    """Read what an account wants of the market, and what it may do there."""
    most = limits.OPEN_ORDERS_PER_PARTICIPANT
    return AccountTerms(
        account,
        amounts,
        self_trade=SELF_TRADES[table.choice("self_trade", list(SELF_TRADES), "none")],
        cancel_on_disconnect=table.flag("cancel_on_disconnect", False),
        most_open_orders=table.integer("most_open_orders", 0, most, most),
        make_fee_ppm=_fee(table, "make_fee"),
        take_fee_ppm=_fee(table, "take_fee"),
        leverage=_if_there(table, "leverage", limits.LEVERAGE),
        limits=_limits(table.table("limits"), traded),
        orders_per_second=_if_there(table, "orders_per_second", limits.MESSAGES_PER_SECOND),
        cancels_per_second=_if_there(table, "cancels_per_second", limits.MESSAGES_PER_SECOND),
        drop_copy_of=table.integers("drop_copy_of"),
    )


def _refuse_account_keys(table: Table) -> None:
    for key in ACCOUNT_KEYS:
        if key in table.names():
            table.refuse(key, "belongs to the account: give it with its first user only")


def _if_there(table: Table, key: str, largest: int) -> int:
    """Read a whole number from 1; left out, it is 0 and nothing is bound."""
    return table.integer(key, 1, largest) if key in table.names() else 0


def _fee(table: Table, key: str) -> int:
    """Read a fraction of a match's value in millionths; without one nothing is paid."""
    if key not in table.names():
        return 0
    rule = 'must be a fraction of the value from 0 to 0.1 in whole millionths, such as "0.00025"'
    ppm = whole(table, key, PPM, rule, 0)
    if ppm > limits.FEE_PPM:
        table.refuse(key, rule)
    return ppm


def _limits(table: Table, traded: dict[str, Instrument]) -> dict[int, OrderLimits]:
    """Read the bounds of a single order, per instrument number."""
    table.only(*traded)
    return {traded[name].number: _order_limits(table.table(name), traded[name]) for name in table.names()}


def _order_limits(table: Table, instrument: Instrument) -> OrderLimits:
    table.only(*LIMIT_KEYS)
    if not table.names():
        table.refuse_whole(f"bounds nothing: give one of {', '.join(LIMIT_KEYS)}, or leave the table out")
    lot, atom = instrument.lot, instrument.quote.atom
    lot_text, atom_text = decimal_text(lot), decimal_text(atom)
    rules = (
        ("order_size", lot, f"must be above 0 and a whole number of lots of {instrument.name}, {lot_text} each"),
        (
            "order_value",
            atom,
            f"must be above 0 and a whole number of the smallest unit of {instrument.quote.name}, {atom_text}",
        ),
        ("price_band", PPM, 'must be a fraction of the mark price above 0 in whole millionths, such as "0.05"'),
    )
    return OrderLimits(*(whole(table, key, unit, rule) if key in table.names() else 0 for key, unit, rule in rules))


def _check_together(tables: list[Table], credentials: list[Credential]) -> None:
    """Refuse credentials that do not go together, at the place of the one that does not fit."""
    taken: list[Table] = []

    def one_by_one() -> Iterator[Credential]:
        for table, credential in zip(tables, credentials, strict=True):
            taken.append(table)
            yield credential

    try:
        Accounts(one_by_one())
    except SettingsError as error:
        taken[-1].refuse("key", str(error), secret=True)


def _check_copies(tables: list[Table], credentials: list[Credential], accounts: dict[int, AccountTerms]) -> None:
    """Refuse a supervisor of accounts that are not there, at its own place."""
    for table, credential in zip(tables, credentials, strict=True):
        seen = table.integers("drop_copy_of")
        for number in seen:
            if number not in accounts:
                table.refuse("drop_copy_of", f"there is no account {number}")
        if credential.account in seen:
            table.refuse("drop_copy_of", "an account sees its own reports anyway; name others")
        if len(set(seen)) < len(seen):
            table.refuse("drop_copy_of", "must name each account once")


def _credential(table: Table, participant: int) -> Credential:
    table.only("number", "user", "key", "mode", "enabled", "sources", "balances", *ACCOUNT_KEYS)
    number = table.integer("number", 1, 2**32 - 1)
    user = table.text("user")
    if not USER_NAME.fullmatch(user):
        table.refuse("user", "must be 1 to 6 printable ASCII characters without spaces")
    key = table.text("key", secret=True)
    mode = table.choice("mode", (TOTP, CONSTANT), TOTP)
    enabled = table.flag("enabled", True)
    credential = Credential(number, user, key, str(mode), participant, enabled, _sources(table))
    try:
        check_credential(credential)
    except SettingsError as error:
        table.refuse("key", str(error), secret=True)
    return credential


def _sources(table: Table) -> tuple[str, ...]:
    """Read addresses, written as a connection gives that of its peer."""
    sources = []
    for source in table.texts("sources"):
        try:
            sources.append(str(ipaddress.ip_address(source)))
        except ValueError:
            table.refuse("sources", f"must be IP addresses, such as 192.0.2.7; {source[:60]!a} is none")
    return tuple(sources)


def _balances(table: Table, currencies: dict[str, Currency]) -> dict[str, int]:
    balances = {}
    for name in table.names():
        amount = table.decimal(name)
        if name not in currencies:
            table.refuse(name, f"no instrument trades it; the currencies are {', '.join(sorted(currencies))}")
        atoms = amount / currencies[name].atom
        if atoms.denominator != 1:
            table.refuse(name, f"must be a whole number of the smallest unit of {name}, {currencies[name].atom}")
        balances[name] = int(atoms)
    return balances
