"""The settings of OUCH: where each dialect is spoken, and who may come in with which password.

In: the table ``[ouch]`` and the users of the venue. Out: an OuchSettings value. Never knows: sockets, sessions.
Follows the rules of all settings: everything is checked before a server starts, errors name place and rule.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from base.gateway.ouch_orders import OuchPort
from base.servers.toml_table import Table
from base.socket_controller import split_address
from base.vocabulary.logons import OuchLogin
from base.vocabulary.participants import Participant

KEYS = {
    "japannext": OuchPort.JAPANNEXT,
    "japannext_bare": OuchPort.JAPANNEXT_BARE,
    "nasdaq42": OuchPort.NASDAQ_42,
    "nasdaq50": OuchPort.NASDAQ_50,
}
"""The key under which each dialect's address stands."""
NAME = re.compile(r"[0-9A-Za-z]{1,6}")
PASSWORD = re.compile(r"[!-~]{1,10}")


@dataclass(frozen=True, slots=True)
class OuchSettings:
    """Addresses by port of OUCH, logins, and the names of those that connections without a login get."""

    addresses: tuple[tuple[OuchPort, tuple[str, int]], ...] = ()
    logins: tuple[OuchLogin, ...] = ()
    bare_logins: tuple[str, ...] = ()


NO_OUCH = OuchSettings()
"""OUCH is not spoken."""


def read_ouch(table: Table, participants: Iterable[Participant]) -> OuchSettings:
    """Read ``[ouch]``; SettingsError says what is wrong with it."""
    table.only(*KEYS, "bare_logins", "logins")
    users = {(one.account, one.user): one.number for one in participants}
    logins: list[OuchLogin] = []
    for one in table.tables("logins") if "logins" in table.names() else ():
        login = _login(one, users)
        if login.name.upper() in (other.name.upper() for other in logins):
            one.refuse("name", "another login has it already, in whatever case")
        logins.append(login)
    addresses = tuple((port, _address(table, key)) for key, port in KEYS.items() if key in table.names())
    bare = table.texts("bare_logins")
    for name in bare:
        if name not in (login.name for login in logins):
            table.refuse("bare_logins", f"{name[:60]!a} is the name of no login")
    if "japannext_bare" in table.names() and not bare:
        table.refuse("japannext_bare", "needs bare_logins: the logins that such connections get, in turn")
    return OuchSettings(addresses, tuple(logins), bare)


def _login(table: Table, users: dict[tuple[int, str], int]) -> OuchLogin:
    table.only("name", "password", "account", "user")
    name, password = table.text("name"), table.text("password", secret=True)
    if not NAME.fullmatch(name):
        table.refuse("name", "must be 1 to 6 letters and digits")
    if not PASSWORD.fullmatch(password):
        table.refuse("password", "must be 1 to 10 printable ASCII characters without spaces", secret=True)
    account, user = table.integer("account", 1, 2**32 - 1), table.text("user")
    participant = users.get((account, user))
    if participant is None:
        table.refuse("user", f"account {account} has no such user")
    return OuchLogin(name, password, account, user, participant)


def _address(table: Table, key: str) -> tuple[str, int]:
    try:
        return split_address(table.text(key))
    except ValueError as error:
        table.refuse(key, str(error))
