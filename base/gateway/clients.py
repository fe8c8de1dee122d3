"""The logged-on client as the order-entry desk sees it.

In: the outcome of a logon. Out: one record per live session. Never knows: sockets, frames' layouts.
"""

from collections.abc import Callable
from functools import partial

from base import limits
from base.gateway.rates import MessageRates
from base.vocabulary.rejects import Reject

NOTHING_SEEN = (b"",) * 6


class Client:
    """Who is logged on over one connection, and what the desk remembers of the conversation.

    ``send`` takes one encoded message, ``send_all`` a list of them, ``waiting`` says how many have not been handed to
    the network yet, ``unsent_bytes`` how many bytes the network could not pass on; ``lenient`` sessions are not held
    to key, session and fresh order ids (decision 9).
    """

    __slots__ = (
        "account",
        "connection",
        "expelled",
        "expelled_reason",
        "key",
        "lenient",
        "participant",
        "quiet_bytes",
        "quiet_pieces",
        "rates",
        "repeats_ids",
        "report",
        "send",
        "send_all",
        "speaks_238",
        "strikes",
        "trading_session",
        "unsent_bytes",
        "user",
        "waiting",
    )

    def __init__(
        self,
        participant: int,
        account: int,
        user: str,
        *,
        connection: int,
        key: int,
        trading_session: int,
        lenient: bool,
        send: Callable[[bytes | bytearray], object],
        waiting: Callable[[], int],
        rates: MessageRates | None = None,
        unsent_bytes: Callable[[], int] = int,
        send_all: Callable[[list[bytes | bytearray]], object] | None = None,
    ) -> None:
        self.participant = participant
        self.account = account
        self.user = user
        self.connection = connection
        self.key = key
        self.trading_session = trading_session
        self.lenient = lenient
        self.send = send
        self.send_all = send_all or partial(_send_one_by_one, send)
        self.report = send
        """Takes what became of the client's orders; that may be copied to others, answers to inquiries are not."""
        self.waiting = waiting
        self.unsent_bytes = unsent_bytes
        self.repeats_ids = lenient
        """Whether an order may come under an id that was used before."""
        self.rates = rates
        """How many messages it may send; None for a client whose account has no budget."""
        self.strikes = 0
        """Requests that carried an Account that is not the client's, or a wrong Key."""
        self.expelled = ""
        """Why the venue ends the session; empty as long as it does not."""
        self.expelled_reason = Reject.KEY_INVALID
        """What the client is told then."""
        self.speaks_238 = False
        """Whether the client sent a transaction of the older, shorter layout, and so is answered in it."""
        self.quiet_bytes: tuple[bytes, ...] | None = None
        """The last seen bytes of the fields off the order path, known to be sane and to ask for nothing."""
        self.quiet_pieces = NOTHING_SEEN
        """The same with who sends and what lies between these fields, in fewer pieces."""

    def strike(self) -> None:
        """Count a request with a foreign Account or Key; some too many end the session."""
        self.strikes += 1
        if self.strikes >= limits.FOREIGN_REQUESTS:
            self.expelled = f"{self.strikes} requests with a foreign Account or Key"


def _send_one_by_one(send: Callable[[bytes | bytearray], object], frames: list[bytes | bytearray]) -> None:
    for frame in frames:
        send(frame)
