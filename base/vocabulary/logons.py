"""Who may come in: the values that the access tables and the desks at the door exchange.

In: values from the settings and from the access tables. Out: frozen value objects whose repr shows no
secret. Never knows: how a code is checked, where a grant is kept, the wire.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

ORDER_ENTRY = "order-entry"
"""The service of an OES; one grant is good for one logon to it."""

MARKET_DATA = "market-data"
"""The service of an MDS; the same grant is good for one logon to it as well."""

CONSTANT = "constant"
"""The original client's code: HOTP of counter 0, the same for ever, a password in all but name."""

TOTP = "totp"
"""A code per 30 seconds, each good once."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What one user of one account proves its identity with.

    ``mode`` is ``CONSTANT`` or ``TOTP``; ``participant`` the participant's number;
    ``sources`` the addresses (without port) that a flood of wrong codes from elsewhere does not lock out.
    """

    account: int
    user: str
    key: str = field(repr=False)
    mode: str
    participant: int
    enabled: bool = True
    sources: tuple[str, ...] = ()


class Grant(NamedTuple):
    """What an AES hands out: a one-time key and the trading session that it opens."""

    key: int
    trading_session: int

    def __repr__(self) -> str:
        return f"Grant(trading_session={self.trading_session})"


class Outcome(Enum):
    """What became of an attempt to redeem a grant; the value is for the audit log, peers never learn it."""

    REDEEMED = "redeemed"
    NO_GRANT = "no grant for this account and user"
    EXPIRED = "the grant has expired"
    WRONG_KEY = "wrong key for the newest grant"
    WRONG_CODE = "wrong one-time code for the newest grant"
    BURNT = "too many wrong tries on the newest grant"
    SPENT = "the grant was redeemed before"


class Redemption(NamedTuple):
    """The outcome and, when redeemed, the grant's trading session and a fresh key for the session's requests."""

    outcome: Outcome
    trading_session: int = 0
    key: int = 0

    def __repr__(self) -> str:
        return f"Redemption({self.outcome.name}, trading_session={self.trading_session})"


@dataclass(frozen=True, slots=True)
class OuchLogin:
    """The name and the password by which one user of an account comes in over OUCH; the case of neither matters."""

    name: str
    password: str = field(repr=False)
    account: int
    user: str
    participant: int
