"""Checks a journal as a start would, and more: everything that carries a checksum or a hash.

In: a reading, settings or none. Out: what was checked and how often; errors name file, offset and what to do. Never
knows: options, terminals. Follows docs/journal.md, "Torn or damaged": a torn end is told and is no error.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from base.errors import JournalDamaged, RecoveryFailed
from base.journal import snapshots
from base.journal.chain import WHOLE_FILE
from base.journal.replay import Commit
from base.journal.snapshots import Snapshot
from base.servers.journal_reading import Reading
from base.servers.journal_retelling import ADVICE, Retelling
from base.servers.past import picture_version
from base.servers.settings import Settings
from base.servers.state_image import captured_in
from base.vocabulary.recorded import RecordedKind

REMOVE = "remove it, the journal has everything"


class Check(NamedTuple):
    """One kind of thing, how many there were, and what was looked at."""

    what: str
    number: int
    how: str


class Checking:
    """One pass over a journal. ``checks`` grows as it goes, so that it also tells how far a failure let it come."""

    def __init__(self, reading: Reading, settings: Settings | None, say: Callable[[str], object]) -> None:
        self._reading = reading
        self._settings = settings
        self._say = say
        self._commits = self._records = self._marks = self._pictures = 0
        self.notes: list[str] = []

    @property
    def checks(self) -> list[Check]:
        """What was checked so far."""
        derived = self._settings is not None
        return [
            Check("files", len(self._reading.files), "headers, order, links"),
            Check("commits", self._commits, "checksums, the chain, epochs"),
            Check("records", self._records, "carried out again" if derived else "numbers only"),
            Check("state hashes", self._marks, "led to again" if derived else "not compared"),
            Check("pictures", self._pictures, "checksums, hashes, loaded" if derived else "checksums only"),
        ]

    def run(self) -> None:
        """Check everything; JournalDamaged, JournalTooNew or RecoveryFailed for the first thing that is wrong."""
        pictures = self._whole_pictures()
        commits = self._counted()
        if self._settings is None:
            for _ in commits:
                pass
        else:
            self._carry_out(self._settings, commits, pictures)
        if self._reading.torn is not None:
            file, offset, size = self._reading.torn
            self.notes.append(
                f"{file}, offset {offset}: {size} bytes of a write that was cut off; nothing of it was ever answered,"
                " the next start removes it"
            )

    def _counted(self) -> Iterator[Commit]:
        for commit in self._reading.commits():
            self._commits += 1
            self._records += len(commit.entries)
            if self._settings is None:
                self._marks += sum(recorded.kind == RecordedKind.MARK for recorded in commit.entries)
            yield commit

    def _whole_pictures(self) -> dict[int, Snapshot]:
        """Read all pictures; one that is gone by now was replaced by a newer one."""
        found: dict[int, Snapshot] = {}
        disk = self._reading.disk
        for name in (name for name in disk.names() if name.endswith(".snapshot")):
            try:
                content = disk.read(name, 0, WHOLE_FILE)
            except FileNotFoundError:
                continue
            picture, reason = snapshots.decode(content)
            if picture is not None and name != snapshots.name_of(picture.sequence):
                reason = f"it is {snapshots.name_of(picture.sequence)} under another name"
            if picture is None or reason:
                raise JournalDamaged(name, 0, reason, REMOVE)
            self._pictures += self._settings is None
            found[picture.sequence] = picture
        return found

    def _carry_out(self, settings: Settings, commits: Iterator[Commit], pictures: dict[int, Snapshot]) -> None:
        market = Retelling(settings, self._say)
        version = picture_version(settings)
        for told in market.tell(commits):
            self._marks += told.recorded.kind == RecordedKind.MARK
            picture = pictures.pop(told.sequence, None)
            if picture is not None and picture.versions == version:
                self._compare(picture, market, settings)
            elif picture is not None:
                name = snapshots.name_of(picture.sequence)
                self.notes.append(f"{name}: made by another version or other settings, so a start passes it over")
        for sequence in pictures:
            wrong = f"the journal ends with record {market.sequence}, before it was taken"
            raise JournalDamaged(snapshots.name_of(sequence), 0, wrong, ADVICE.removeprefix("; "))

    def _compare(self, picture: Snapshot, market: Retelling, settings: Settings) -> None:
        """A picture has to say of itself what the journal leads to, and to lead there."""
        name = snapshots.name_of(picture.sequence)
        derived = market.records.state_hash()
        if picture.state_hash != derived:
            wrong = f"the journal leads to the state {derived[:16]}..., the picture is of {picture.state_hash[:16]}..."
            raise JournalDamaged(name, 0, wrong, REMOVE)
        other = Retelling(settings, self._say)
        try:
            other.records.restore(captured_in(picture.body))
        except RecoveryFailed as error:
            raise JournalDamaged(name, 0, str(error), REMOVE) from error
        if other.records.state_hash() != derived:
            raise JournalDamaged(name, 0, "the picture leads to another state than the one it was taken of", REMOVE)
        self._pictures += 1
