"""A record whose size depends on its content: lists and strings that say how long they are.

In: keywords, or bytes. Out: an object like every other record. Never knows: type letters, sockets, sessions.
Each field keeps its own bytes; construct reads and builds what has no fixed size. Follows: the XML definition
format, "Data types".
"""

import struct
from io import BytesIO
from typing import Any

from construct import Adapter, Construct, ConstructError, PrefixedArray, SizeofError, Struct

from base.errors import FieldError, ParseError
from base.wire.dialect import DialectMessage
from base.wire.fields import FieldSpec, OpaqueField, Values, bare, fields_of
from base.wire.record import Record, field_property

VARIES = "*"
"""The code of a field that has no fixed size; its ``size`` is the least that it takes."""


class Nested(Adapter):  # type: ignore[misc]  # construct carries no types
    """The fields of a record in line; read as the record, set by the record or a dict."""

    def __init__(self, record: type[Record]) -> None:
        super().__init__(record.LAYOUT)
        self.record = record
        self.blank = record().encode()

    def _decode(self, obj: Any, context: Any, path: str) -> Record:
        return self.record(**{name: value for name, value in obj.items() if name != "_io"})

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        if isinstance(obj, self.record):
            return obj.fields()
        if not isinstance(obj, dict):
            raise FieldError(f"{path}: {obj!r} is neither {self.record.__name__} nor dict")
        return self.record(**obj).fields()


class _FreeField(OpaqueField):
    """One field, kept as the bytes that it takes in this record."""

    def __init__(self, spec: FieldSpec, first: int, subcon: Construct, byte_order: str) -> None:
        super().__init__(spec, first, subcon)
        self._fixed = None
        if spec.code != VARIES:
            (self._fixed,) = fields_of(Struct(spec.name / subcon), byte_order)
            self._struct = struct.Struct(byte_order + self._fixed.spec.code)
            self._value = self._fixed.reader()

    @property
    def default(self) -> Values:
        return (self._struct.pack(*self._fixed.default),) if self._fixed is not None else (self.subcon.blank,)

    def store(self, value: Any) -> Values:
        return (self._struct.pack(*self._fixed.store(value)),) if self._fixed is not None else super().store(value)

    def _read(self, raw: bytes) -> Any:
        return self._value(self._struct.unpack(raw)) if self._fixed is not None else super()._read(raw)


class LengthText(Adapter):  # type: ignore[misc]  # construct carries no types
    """Text behind its length; ``subcon`` reads and builds the bytes."""

    def __init__(self, subcon: Construct, encoding: str) -> None:
        super().__init__(subcon)
        self.encoding = encoding
        self.blank = subcon.build(b"")

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        try:
            return obj.decode(self.encoding)
        except UnicodeDecodeError:
            raise ParseError(f"{path}: {obj!r} is not {self.encoding} text") from None

    def _encode(self, obj: Any, context: Any, path: str) -> bytes:
        if not isinstance(obj, str):
            raise FieldError(f"{path}: {obj!r} is no text; give a str")
        return obj.encode(self.encoding)


class Counted(Adapter):  # type: ignore[misc]  # construct carries no types
    """A list behind the number of its items."""

    def __init__(self, count: Construct, item: Construct) -> None:
        super().__init__(PrefixedArray(count, item))
        self.count = count
        self.item = item
        self.blank = count.build(0)

    def _decode(self, obj: Any, context: Any, path: str) -> list[Any]:
        return list(obj)

    def _encode(self, obj: Any, context: Any, path: str) -> list[Any]:
        if not isinstance(obj, list | tuple):
            raise FieldError(f"{path}: {obj!r} is no list")
        return list(obj)


class FreeRecord(Record):
    """Base of the records without a fixed size; ``SIZE`` is the least that one takes."""

    __slots__ = ()

    @classmethod
    def _derive(cls, layout: Struct) -> None:
        declared, offset = [], 0
        for first, renamed in enumerate(layout.subcons):
            subcon = bare(renamed)
            size = fixed_size(subcon)
            spec = FieldSpec(renamed.name, offset, size or 0, VARIES if size is None else f"{size}s", renamed.docs)
            declared.append(_FreeField(spec, first, subcon, cls.BYTE_ORDER))
            offset += spec.size
        cls.FIELDS, cls.SIZE = tuple(field.spec for field in declared), offset
        cls.CODE = VARIES
        cls.DEFAULTS = tuple(value for field in declared for value in field.default)
        cls._declared = {field.spec.name: field for field in declared}
        cls._readers = {field.spec.name: field.reader() for field in declared}
        cls._unpack = staticmethod(lambda data: _split(cls.__name__, declared, bytes(data)))
        cls._pack = staticmethod(lambda *values: b"".join(values))
        for field in declared:
            assert not hasattr(Record, field.spec.name), f"{cls.__name__}: {field.spec.name} is a name of Record"
            setattr(cls, field.spec.name, field_property(field))
        cls._define_parse()


class FreeMessage(FreeRecord, DialectMessage):
    """Base of the messages without a fixed size."""

    __slots__ = ()


def fixed_size(subcon: Construct) -> int | None:
    """How many bytes a subcon takes, None when that varies."""
    try:
        return int(subcon.sizeof())
    except SizeofError:
        return None


def _split(owner: str, declared: list[_FreeField], data: bytes) -> Values:
    """The bytes of each field; :class:`ParseError` names the field that is cut short."""
    stream, values = BytesIO(data), []
    for field in declared:
        start = stream.tell()
        try:
            field.subcon.parse_stream(stream)
        except ConstructError:
            raise ParseError(f"{field.spec.name}: {owner} is cut short in byte {len(data)}") from None
        values.append(data[start : stream.tell()])
    if stream.tell() != len(data):
        raise ParseError(f"{owner}: takes {stream.tell()} bytes, got {len(data)}")
    return tuple(values)
