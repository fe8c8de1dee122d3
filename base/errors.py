"""The exceptions of the library, and who is to blame for each.

In: nothing. Out: exception classes. Never knows: sockets, messages, the market.
Follows the decision "three kinds of wrong": the peer broke the protocol, we broke it, or an
order is refused - and a refused order is an event, never an exception.

    HandoffError
    +-- ProtocolError
    |   +-- LocalProtocolError     our side asked for something the protocol does not allow
    |   |   +-- FieldError         a message was built with a value its field cannot carry
    |   +-- RemoteProtocolError    the peer sent something the protocol does not allow
    |       +-- ParseError         the bytes are no message of the type they claim
    +-- SettingsError              a settings file or an option is wrong
    +-- DefinitionError            a message definition is wrong
    +-- LogonRefused               the server answered a logon with LoginStatus 2
    +-- AccessUnavailable          the access tables cannot be read or written now, so nobody may come in
    |   +-- AccessBusy             another process has been writing them for too long
    +-- ServerFailed               a server that we started ended, or did not accept in time
    +-- OperatorRefused            the venue does not carry out what its operator asks, and says why
    +-- ServerMustStop             the process cannot go on without doing wrong; it is to end and to recover
    |   +-- MarketBroken           a command was begun and not finished
    |   +-- JournalFailed          a commit is not on the disk
    |       +-- JournalFullError   there is no room for it
    |       +-- StaleEpoch         another process has taken the journal over
    +-- RecoveryFailed             what was recorded does not lead to the recorded state
    +-- JournalDamaged             what the disk gives back is not what was written, and is not a torn end either
    +-- JournalTooNew              a newer version of this program wrote it
    +-- JournalHeld                another process writes this journal
    +-- JournalMissing             there is no journal to be read
    +-- DemoFailed                 the venue answered a step of the demo otherwise than it must
"""


class HandoffError(Exception):
    """Whatever this library raises on purpose."""


class ProtocolError(HandoffError):
    """Somebody broke the protocol."""


class LocalProtocolError(ProtocolError):
    """We tried to do what the protocol does not allow in this state."""


class FieldError(LocalProtocolError):
    """A field of a message cannot carry the value; names field, value and rule."""


class RemoteProtocolError(ProtocolError):
    """The peer sent what the protocol does not allow; the connection cannot go on."""


class ParseError(RemoteProtocolError):
    """Bytes are not the message that their header announces."""


class SettingsError(HandoffError):
    """A settings file or option is wrong; the message names file, line or key, and the rule."""


class DefinitionError(HandoffError):
    """A message definition is wrong; the message names file, line, element, attribute and rule."""


class LogonRefused(HandoffError):
    """A server refused the logon; carries the wire's RejectReason as ``reason``."""

    def __init__(self, text: str, reason: int = 0) -> None:
        super().__init__(text)
        self.reason = reason


class AccessUnavailable(HandoffError):
    """The access tables cannot be read or written now; whoever depends on them refuses."""


class AccessBusy(AccessUnavailable):
    """Another process has been writing the access tables for longer than we wait."""


class ConnectionLost(HandoffError):
    """A server cannot be reached or the connection to it is over; the message says which and why."""


class NoReply(HandoffError):
    """The awaited message did not come in time; the message says what was awaited and for how long."""


class ServerFailed(HandoffError):
    """A server that we started ended, or did not accept in time; the message says which."""


class OperatorRefused(HandoffError):
    """A command of the operator was not carried out; the message says which, why, and what would be right."""


class ServerMustStop(HandoffError):
    """The process cannot go on without doing wrong: nothing more may leave it, it ends and recovers."""


class MarketBroken(ServerMustStop):
    """A command was begun and not finished, so the state may be half changed; what is recorded is whole."""


class RecoveryFailed(HandoffError):
    """What was recorded does not lead to the state that was recorded with it; the message says where."""


class DemoFailed(HandoffError):
    """The venue answered a step of the demo otherwise than it must; the message says how."""


class JournalFailed(ServerMustStop):
    """A commit did not reach the disk, so nothing of it may be answered; the process ends and recovers from disk."""


class JournalFullError(JournalFailed):
    """The disk has no room for a commit, not even in the reserve."""


class StaleEpoch(JournalFailed):
    """Another process has taken the journal over; this one may neither write nor answer any more."""


class JournalDamaged(HandoffError):
    """A file of the journal is damaged; carries ``file`` and ``offset``, the text says what is wrong and what to do."""

    def __init__(self, file: str, offset: int, wrong: str, advice: str) -> None:
        super().__init__(f"{file}, offset {offset}: {wrong}; {advice}")
        self.file = file
        self.offset = offset


class JournalTooNew(HandoffError):
    """A file was written by a newer version of this program, which must be used to read it."""


class JournalMissing(HandoffError):
    """There is no journal in the directory that was named."""


class JournalHeld(HandoffError):
    """Another process has the journal open for writing; carries its ``pid``."""

    def __init__(self, text: str, pid: int) -> None:
        super().__init__(text)
        self.pid = pid
