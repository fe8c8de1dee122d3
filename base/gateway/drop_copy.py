"""Who sees whose reports: a copy of every report of some accounts for the sessions of another.

In: reports as they are sent, sessions of supervisors, the time. Out: numbered copies to these, records of them.
Never knows: sockets, clocks, why something was reported.
Follows "MsgSeqNum" of the behaviour page: a copy's MsgSeqNum is its own number, LastSeqNum of a logon the one to begin
with. Copies carry no Key. Each is recorded beside the command that led to it, so a repeated past is compared with it.
"""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

from base import limits
from base.errors import RecoveryFailed
from base.gateway.clients import Client
from base.gateway.translate_bo import without_key, write_number
from base.publish.drop_copy import Copies
from base.vocabulary.participants import AccountTerms, Participant
from base.vocabulary.recorded import RecordedKind, RecordedRun, Row

COPIED = int(RecordedKind.COPIED)
CapturedCopies: TypeAlias = dict[int, tuple[int, list[bytes]]]

Send: TypeAlias = Callable[[bytes | bytearray], object]


class Copying:
    """A client's ``report`` when others may see what it is told."""

    __slots__ = ("_copy", "send")

    def __init__(self, send: Send, copy: Send) -> None:
        self.send = send
        self._copy = copy

    def __call__(self, frame: bytes | bytearray) -> None:
        """Tell the client, then those who see its reports."""
        self.send(frame)
        self._copy(frame)


class Supervisor:
    """A live session that receives copies: its row, and the number of the next one it gets."""

    __slots__ = ("client", "copies", "next_number")

    def __init__(self, client: Client, copies: Copies[bytes], next_number: int) -> None:
        self.client = client
        self.copies = copies
        self.next_number = next_number

    def catch_up(self) -> bool:
        """Send what is due, as far as the session takes it; says whether it has all."""
        client = self.client
        room = limits.COPIES_WAITING_FRAMES - client.waiting()
        if room > 0 and client.unsent_bytes() < limits.COPIES_WAITING_BYTES:
            for number, copied in self.copies.since(self.next_number, room):
                frame = bytearray(copied)
                write_number(frame, number)
                client.send(frame)
                self.next_number = number + 1
        return self.next_number > self.copies.last


class DropCopies:
    """The rows of copies of all supervising accounts; without such an account nothing here is ever called."""

    def __init__(
        self, accounts: Iterable[AccountTerms], participants: Iterable[Participant], pending: list[Row]
    ) -> None:
        self._copies = {terms.account: Copies[bytes]() for terms in accounts if terms.drop_copy_of}
        self._seen_by: dict[int, list[int]] = {}
        for terms in accounts:
            for seen in terms.drop_copy_of:
                self._seen_by.setdefault(seen, []).append(terms.account)
        self._account_of = {who.number: who.account for who in participants if who.account in self._seen_by}
        self._pending = pending
        self._live: dict[int, list[Supervisor]] = {account: [] for account in self._copies}
        self._behind: dict[Supervisor, None] = {}
        self._looked_ns = 0
        self._derived: deque[tuple[int, bytes]] = deque()
        self.expelled: list[Client] = []
        """Supervisors that have to go because copies they did not take are no longer kept."""

    # -- those who are seen

    def stand_ins(self) -> dict[int, Client]:
        """A client for each participant whose reports are copied, for the time in which it is not here itself."""
        return {
            number: self.seen(
                Client(
                    number, account, "", connection=0, key=0, trading_session=0, lenient=True,
                    send=lambda frame: None, waiting=lambda: 0,
                )
            )
            for number, account in self._account_of.items()
        }  # fmt: skip

    def seen(self, client: Client) -> Client:
        """Have the client's reports copied from now on, if somebody may see them."""
        if client.participant in self._account_of:
            client.report = Copying(client.send, partial(self.copy, client.participant))
        return client

    def sees(self, participant: int) -> bool:
        """Whether anybody may see what a participant is told."""
        return participant in self._account_of

    def copy(self, participant: int, frame: bytes | bytearray) -> None:
        """A participant who may be seen is told this, by whatever protocol; its supervisors get a copy."""
        copied = without_key(bytes(frame))
        self._pending.append((COPIED, participant, 0, 0, copied))
        self._append(participant, copied)

    def _append(self, participant: int, copied: bytes) -> None:
        for account in self._seen_by.get(self._account_of.get(participant, 0), ()):
            self._copies[account].append(copied)
            for supervisor in self._live[account]:
                if supervisor not in self._behind and not supervisor.catch_up():
                    self._behind[supervisor] = None

    # -- those who see

    def begin(self, client: Client, wanted: int, now_ns: int) -> None:
        """A session was welcomed; a supervisor gets all copies from the number that it wants, then every new one."""
        copies = self._copies.get(client.account)
        if copies is None:
            return
        supervisor = Supervisor(client, copies, min(max(wanted, 1, copies.first), copies.last + 1))
        self._live[client.account].append(supervisor)
        if not supervisor.catch_up():
            self._behind[supervisor] = None
            self._looked_ns = now_ns

    def end(self, client: Client) -> None:
        """A session is over."""
        for supervisor in self._live.get(client.account, [])[:]:
            if supervisor.client is client:
                self._live[client.account].remove(supervisor)
                self._behind.pop(supervisor, None)

    def next_deadline_ns(self) -> int | None:
        """When those who are behind are looked at again."""
        return self._looked_ns + limits.COPIES_RETRY_NS if self._behind else None

    def deadline_passed(self, now_ns: int) -> None:
        """Send on to those who are behind; who lost copies by that has to go."""
        if not self._behind or now_ns < self._looked_ns + limits.COPIES_RETRY_NS:
            return
        self._looked_ns = now_ns
        for supervisor in list(self._behind):
            lost = supervisor.copies.first - supervisor.next_number
            if lost > 0:
                supervisor.client.expelled = f"the peer reads too slowly: {lost} copies are no longer kept"
                self.expelled.append(supervisor.client)
                del self._behind[supervisor]
            elif supervisor.catch_up():
                del self._behind[supervisor]

    # -- the past

    def repeated(self) -> None:
        """A command was repeated: the copies that it led to are compared with those that were recorded then."""
        if not self._account_of:  # nobody is seen, as in most venues, and this is asked for every record of a past
            return
        self._derived = deque(
            (row[1], row[4]) for row in self._pending if not isinstance(row, RecordedRun) and row[0] == COPIED
        )

    def compare(self, participant: int, body: bytes) -> None:
        """A copy was recorded; one that no command leads to, such as a refusal at the door, is taken from there."""
        if not self._derived:
            self._append(participant, body)
        elif self._derived.popleft() != (participant, body):
            raise RecoveryFailed(f"another report of participant {participant} was copied than is derived now")

    def capture(self) -> CapturedCopies:
        """All rows, to be given to ``restore``."""
        return {account: copies.capture() for account, copies in self._copies.items()}

    def restore(self, captured: CapturedCopies) -> None:
        """Go on from what was captured; an account that supervises only now begins with number 1."""
        for account, copies in self._copies.items():
            if account in captured:
                copies.restore(captured[account])
