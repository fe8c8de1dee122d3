"""Who trades: participants and the accounts that they trade for.

In: values from the settings. Out: frozen value objects. Never knows: keys, codes, sessions.
A participant is one user of one account; equity belongs to the account.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """An account at the start of the venue: its opening balances in atoms per currency name."""

    account: int
    balances: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Participant:
    """One user of one account; ``number`` counts from 0 in the order of the settings."""

    number: int
    account: int
    user: str
