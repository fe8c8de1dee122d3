"""The fields of a declared layout: what each may carry, and how it lies in a flat tuple of values.

In: the subcons of a construct Struct. Out: Field objects with name, offset, size, struct code and doc,
which check a value on its way in and read it on its way out.
Never knows: which messages exist, sockets, sessions, the market. Follows: binary protocol, section 1.
"""

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from operator import index as as_index
from typing import Any, NamedTuple

from construct import Adapter, Array, Bytes, Construct, ConstructError, FormatField, Renamed, SizeofError, Struct

from base.errors import FieldError, ParseError

Values = tuple[Any, ...]

_INTEGER_BITS = {"B": 8, "H": 16, "I": 32, "Q": 64}
_STANDARD_CODES = {"L": "I", "l": "i"}  # construct says L for four bytes, the specification says I


class TextAdapter(Adapter, ABC):  # type: ignore[misc]  # construct carries no types
    """A value written as text in ``size`` bytes; a subclass says how.

    ``takes_ascii`` promises that any ASCII in those bytes has a value, so that a reader need not look closer.
    """

    takes_ascii = True
    blank = b""
    """What lies there when nobody sets a value; `struct` fills it up with NULs."""

    def __init__(self, size: int) -> None:
        super().__init__(Bytes(size))
        self.size = size

    @abstractmethod
    def read(self, raw: bytes, name: str) -> Any:
        """The value in ``raw``; :class:`ParseError` names the field."""

    @abstractmethod
    def write(self, value: Any, name: str) -> bytes:
        """The bytes of ``value``, as many as the field has or fewer; :class:`FieldError` names the field."""

    def _decode(self, obj: bytes, context: Any, path: str) -> Any:
        return self.read(obj, path)

    def _encode(self, obj: Any, context: Any, path: str) -> bytes:
        return self.write(obj, path).ljust(self.size, b"\0")


class Text(TextAdapter):
    """Text in ``size`` bytes: UTF-8, left-justified, filled up with NULs; a full field has no terminator.

    >>> Text(4).build("ab"), Text(4).parse(b"ab" + bytes(2))
    (b'ab\\x00\\x00', 'ab')
    """

    def read(self, raw: bytes, name: str) -> str:
        return decode_text(raw, name)

    def write(self, value: Any, name: str) -> bytes:
        return encode_text(value, self.size, name)


class Entries(Array):  # type: ignore[misc]  # construct carries no types
    """``count`` entries of one record class, back to back."""

    def __init__(self, count: int, record: Any) -> None:
        super().__init__(count, record.LAYOUT)
        self.record = record


def decode_text(raw: bytes, name: str) -> str:
    """The text in ``raw`` without the NULs that fill it up; spaces stay, so that nothing is lost."""
    try:
        return raw.rstrip(b"\0").decode()
    except UnicodeDecodeError as error:
        raise ParseError(f"{name}: {raw!r} is not UTF-8 text ({error.reason} at byte {error.start})") from None


def encode_text(value: Any, size: int, name: str) -> bytes:
    """The UTF-8 bytes of ``value``, at most ``size`` of them."""
    if not isinstance(value, str):
        raise FieldError(f"{name}: {value!r} is no text; give a str")
    try:
        raw = value.encode()
    except UnicodeEncodeError:
        raise FieldError(f"{name}: {value!r} has no UTF-8 form; remove the lone surrogates") from None
    if len(raw) > size:
        raise FieldError(f"{name}: {value!r} takes {len(raw)} bytes, the field holds {size}; shorten it")
    return raw


class FieldSpec(NamedTuple):
    """Where one field lies in its message, for tables and tools; ``code`` is its code in :mod:`struct`."""

    name: str
    offset: int
    size: int
    code: str
    doc: str


class Raw(NamedTuple):
    """A flat value that is bytes: its position, whether any ASCII will do, and what else reads it."""

    position: int
    is_text: bool
    read: Callable[[bytes], Any]


class Field(ABC):
    """One field: its place in the bytes (``spec``) and among the flat values (``first``, ``width``)."""

    width = 1

    def __init__(self, spec: FieldSpec, first: int) -> None:
        self.spec = spec
        self.first = first

    @property
    def default(self) -> Values:
        """The flat values of the field when nobody sets it."""
        return (0,)

    @abstractmethod
    def store(self, value: Any) -> Values:
        """The flat values for ``value``, checked; :class:`FieldError` names field, value and rule."""

    def reader(self) -> Callable[[Values], Any]:
        """A function from all flat values of the message to the value of this field."""
        first = self.first
        return lambda values: values[first]

    def raw_values(self) -> Iterable[Raw]:
        """The flat values of this field that are bytes, each with the function that makes sense of them."""
        return ()


class IntegerField(Field):
    """A whole number of fixed width."""

    def store(self, value: Any) -> Values:
        code = self.spec.code
        bits = _INTEGER_BITS[code.upper()]
        low, high = (0, (1 << bits) - 1) if code.isupper() else (-1 << bits - 1, (1 << bits - 1) - 1)
        try:
            number = int(as_index(value))
        except TypeError:
            raise FieldError(f"{self.spec.name}: {value!r} is no whole number; give an int") from None
        if not low <= number <= high:
            raise FieldError(f"{self.spec.name}: {number} is outside {low} to {high}")
        return (number,)


class FloatField(Field):
    """A binary floating-point number; the value kept is the one that the wire can carry."""

    @property
    def default(self) -> Values:
        return (0.0,)

    def store(self, value: Any) -> Values:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FieldError(f"{self.spec.name}: {value!r} is no number; give a float")
        code = "<" + self.spec.code
        try:
            return struct.unpack(code, struct.pack(code, value))
        except (OverflowError, struct.error):
            raise FieldError(f"{self.spec.name}: {value!r} is too large for {self.spec.size} bytes") from None


class TextField(Field):
    """Text; kept as bytes, turned into its value when somebody reads it."""

    def __init__(self, spec: FieldSpec, first: int, text: TextAdapter) -> None:
        super().__init__(spec, first)
        self.text = text

    @property
    def default(self) -> Values:
        return (self.text.blank,)

    def store(self, value: Any) -> Values:
        return (self.text.write(value, self.spec.name),)

    def reader(self) -> Callable[[Values], Any]:
        first, name, read = self.first, self.spec.name, self.text.read
        return lambda values: read(values[first], name)

    def raw_values(self) -> Iterable[Raw]:
        name, read = self.spec.name, self.text.read
        yield Raw(self.first, self.text.takes_ascii, lambda raw: read(raw, name))


class OpaqueField(Field):
    """Whatever construct can say and ``struct`` cannot: its bytes are kept, construct reads and builds them.

    A subcon may have the bytes that lie there when nobody sets a value as ``blank``; without it they are NULs.
    """

    def __init__(self, spec: FieldSpec, first: int, subcon: Construct) -> None:
        super().__init__(spec, first)
        self.subcon = subcon

    @property
    def default(self) -> Values:
        return (getattr(self.subcon, "blank", bytes(self.spec.size)),)

    def store(self, value: Any) -> Values:
        try:
            return (self.subcon.build(value),)
        except (ConstructError, LookupError, TypeError, ValueError) as error:
            raise FieldError(f"{self.spec.name}: {value!r} cannot be built ({error})") from None

    def reader(self) -> Callable[[Values], Any]:
        first = self.first
        return lambda values: self._read(values[first])

    def raw_values(self) -> Iterable[Raw]:
        yield Raw(self.first, False, self._read)

    def _read(self, raw: bytes) -> Any:
        try:
            return self.subcon.parse(raw)
        except ConstructError as error:
            raise ParseError(f"{self.spec.name}: {raw!r} cannot be read ({error})") from None


class EntriesField(Field):
    """A repeated group; read as a list of entries, set by entries or dicts, a shorter list is filled up."""

    def __init__(self, spec: FieldSpec, first: int, count: int, record: Any) -> None:
        super().__init__(spec, first)
        self.count = count
        self.record = record
        self.step = len(record.DEFAULTS)
        self.width = count * self.step

    @property
    def default(self) -> Values:
        return tuple(self.record.DEFAULTS) * self.count

    def store(self, value: Any) -> Values:
        name = self.spec.name
        if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
            raise FieldError(f"{name}: {value!r} is no list of entries; give {self.record.__name__} objects or dicts")
        flat: list[Any] = []
        for position, entry in enumerate(value):
            if position == self.count:
                raise FieldError(f"{name}: more than {self.count} entries; the message has room for {self.count}")
            flat.extend(self._entry(entry, position))
        flat.extend(self.default[len(flat) :])
        return tuple(flat)

    def _entry(self, entry: Any, position: int) -> Values:
        record, name = self.record, f"{self.spec.name}[{position}]"
        if isinstance(entry, record):
            return entry.flat()  # type: ignore[no-any-return]  # an entry of the declared class
        if not isinstance(entry, Mapping):
            raise FieldError(f"{name}: {entry!r} is neither {record.__name__} nor dict")
        try:
            return record(**entry).flat()  # type: ignore[no-any-return]
        except FieldError as error:
            raise FieldError(f"{name}.{error}") from None

    def reader(self) -> Callable[[Values], Any]:
        starts = range(self.first, self.first + self.width, self.step)
        step, revive = self.step, self.record.from_flat
        return lambda values: [revive(values[start : start + step]) for start in starts]

    def raw_values(self) -> Iterable[Raw]:
        inside = [raw for field in self.record.fields_declared() for raw in field.raw_values()]
        for start in range(self.first, self.first + self.width, self.step):
            for raw in inside:
                yield raw._replace(position=start + raw.position)


def fields_of(layout: Struct, byte_order: str = "<") -> tuple[Field, ...]:
    """Walk a construct Struct and place its fields, back to back, in the bytes and among the flat values.

    Numbers of the other byte order are left to construct, because `struct` knows one order at a time.
    """
    placed: list[Field] = []
    offset = first = 0
    for renamed in layout.subcons:
        field = _field(renamed.name, renamed.docs, bare(renamed), (offset, first), byte_order)
        placed.append(field)
        offset += field.spec.size
        first += field.width
    return tuple(placed)


def bare(subcon: Construct) -> Construct:
    """The subcon without the name and the docs around it."""
    while isinstance(subcon, Renamed):
        subcon = subcon.subcon
    return subcon


def _field(name: str, doc: str, subcon: Construct, place: tuple[int, int], byte_order: str) -> Field:
    offset, first = place
    try:
        size = subcon.sizeof()
    except SizeofError:
        raise TypeError(f"{name}: a message is declared with fixed sizes, {subcon!r} has none") from None
    if isinstance(subcon, Entries):
        assert subcon.record.BYTE_ORDER == byte_order, f"{name}: the entries have another byte order"
        code = f"{subcon.count}*({subcon.record.CODE})"
        return EntriesField(FieldSpec(name, offset, size, code, doc), first, subcon.count, subcon.record)
    if isinstance(subcon, FormatField) and (subcon.fmtstr[0] == byte_order or size == 1):
        code = _STANDARD_CODES.get(subcon.fmtstr[1:], subcon.fmtstr[1:])
        spec = FieldSpec(name, offset, size, code, doc)
        return FloatField(spec, first) if spec.code in "edf" else IntegerField(spec, first)
    spec = FieldSpec(name, offset, size, f"{size}s", doc)
    return TextField(spec, first, subcon) if isinstance(subcon, TextAdapter) else OpaqueField(spec, first, subcon)


def struct_code(fields: Iterable[Field]) -> str:
    """The code, without byte order, that packs the flat values of all ``fields`` at once."""
    return "".join(f.record.CODE * f.count if isinstance(f, EntriesField) else f.spec.code for f in fields)
