"""What the desks at the door want, kept in plain memory, for tests that need no file.

In: credentials. Out: an AES desk over fakes that a test can look into. Never knows: SQLite, sockets.
"""

from base.gateway.authorization import AesDesk
from base.vocabulary.logons import CONSTANT, ORDER_ENTRY, TOTP, Credential, Grant
from tests.kit.clock import ManualClock

LOCAL = "127.0.0.1"
KEYS = ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U")


class MemoryAccounts:
    """Credentials by account and user."""

    def __init__(self, *credentials: Credential) -> None:
        self.by_place = {(credential.account, credential.user): credential for credential in credentials}

    def find(self, account: int, user: str) -> Credential | None:
        return self.by_place.get((account, user))


class MemoryDoor:
    """Used steps, grants and addresses; ``touched`` counts every call that a real one would make to a disk."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = {ORDER_ENTRY: addresses}
        self.steps: dict[tuple[int, str], int] = {}
        self.issued: list[tuple[int, str, str]] = []
        self.touched = 0

    def spend(self, account: int, user: str, step: int) -> bool:
        self.touched += 1
        fresh = step > self.steps.get((account, user), -1)
        if fresh:
            self.steps[account, user] = step
        return fresh

    def issue(self, account: int, user: str, two_fa: str) -> Grant:
        self.touched += 1
        self.issued.append((account, user, two_fa))
        return Grant(1_000 + len(self.issued), len(self.issued))

    def live(self, kind: str, local: str) -> tuple[str, ...]:
        self.touched += 1
        return self.addresses.get(kind, ())


def credentials() -> tuple[Credential, ...]:
    """A user of each mode, a second user of one account, and a disabled user."""
    return (
        Credential(1, "1", "1", CONSTANT, 0),
        Credential(7, "T", KEYS[0], TOTP, 1),
        Credential(7, "U", KEYS[1], TOTP, 2),
        Credential(9, "D", "9", CONSTANT, 3, enabled=False),
    )


def aes_desk(door: MemoryDoor, clock: ManualClock, accounts: MemoryAccounts | None = None) -> AesDesk:
    """An AES desk over one memory."""
    return AesDesk(accounts or MemoryAccounts(*credentials()), door, door, door, clock)
