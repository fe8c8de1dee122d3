"""A record: named fields in fixed bytes, declared once as a construct Struct.

In: keywords, or bytes. Out: an immutable object with the fields as attributes, or bytes again.
Never knows: type letters, sockets, sessions, the market. At run time one `struct.Struct` derived from the
declaration does the work; tests hold it equal to construct itself. Follows: binary protocol, section 1.
"""

import struct
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from construct import Struct

from base.errors import FieldError, ParseError
from base.wire.fields import Field, FieldSpec, Values, fields_of, struct_code


class Record:
    """Base of all records; a subclass gives ``LAYOUT`` and ``__slots__ = ()``, all else derives from it.

    The values lie flat in one tuple, exactly as `struct` returns them, so that reading a record costs
    hardly more than unpacking it. Text becomes ``str`` when it is read.
    """

    __slots__ = ("_values",)

    LAYOUT: ClassVar[Struct]
    BYTE_ORDER: ClassVar[str] = "<"
    """As `struct` spells it; a base class of a big-endian protocol says ``>``."""
    FIELDS: ClassVar[tuple[FieldSpec, ...]]
    SIZE: ClassVar[int]
    CODE: ClassVar[str]
    DEFAULTS: ClassVar[Values]

    _values: Values
    _declared: ClassVar[dict[str, Field]]
    _readers: ClassVar[dict[str, Callable[[Values], Any]]]
    _unpack: ClassVar[Callable[[Any], Values]]
    _pack: ClassVar[Callable[..., bytes]]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

        @classmethod
        def parse(cls, data: bytes | bytearray | memoryview) -> Self:
            """The record in exactly ``SIZE`` bytes; :class:`ParseError` when they are no such record."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "LAYOUT" in cls.__dict__:
            cls._derive(cls.LAYOUT)

    @classmethod
    def _derive(cls, layout: Struct) -> None:
        declared = fields_of(layout, cls.BYTE_ORDER)
        cls.FIELDS = tuple(field.spec for field in declared)
        cls.CODE = struct_code(declared)
        packer = struct.Struct(cls.BYTE_ORDER + cls.CODE)
        cls.SIZE = packer.size
        cls.DEFAULTS = tuple(value for field in declared for value in field.default)
        cls._declared = {field.spec.name: field for field in declared}
        cls._readers = {field.spec.name: field.reader() for field in declared}
        cls._unpack, cls._pack = packer.unpack, packer.pack
        assert packer.size == layout.sizeof(), f"{cls.__name__}: struct and construct disagree about the size"
        for field in declared:
            assert not hasattr(Record, field.spec.name), f"{cls.__name__}: {field.spec.name} is a name of Record"
            setattr(cls, field.spec.name, field_property(field))
        cls._define_parse()

    @classmethod
    def _define_parse(cls, letters: Collection[bytes] = ()) -> None:
        """Make the ``parse`` of this class: one function without a loop, because each call in it counts."""
        first = next(iter(cls._declared), "")
        raws = [raw for field in cls.fields_declared() for raw in field.raw_values()]
        known = {0} if letters else set()  # a letter is ASCII already
        texts = [raw.position for raw in raws if raw.is_text and raw.position not in known]

        def refuse_size(data: bytes) -> ParseError:
            return ParseError(f"{cls.__name__}: takes {cls.SIZE} bytes, got {len(data)}")

        def refuse_letter(letter: bytes) -> ParseError:
            return ParseError(f"{first}: {letter!r} is no letter of {cls.__name__}, {letters!r}")

        def read_raws(values: Values) -> None:
            for raw in raws:
                raw.read(values[raw.position])

        lines = ["def parse(data):", " try:", "  values = unpack(data)"]
        lines += [" except error:", "  raise refuse_size(data) from None"]
        if letters:
            lines += [" if values[0] not in letters:", "  raise refuse_letter(values[0])"]
        if not all(raw.is_text for raw in raws):
            lines.append(" read_raws(values)")
        elif texts:
            are_ascii = " and ".join(f"values[{position}].isascii()" for position in texts)
            lines += [f" if not ({are_ascii}):", "  read_raws(values)"]
        lines += [" record = new(cls)", " record._values = values", " return record"]
        scope: dict[str, Any] = {
            "cls": cls, "new": object.__new__, "unpack": cls._unpack, "error": struct.error, "letters": letters,
            "refuse_size": refuse_size, "refuse_letter": refuse_letter, "read_raws": read_raws,
        }  # fmt: skip
        exec("\n".join(lines), scope)  # nothing but positions was filled in
        parse = scope["parse"]
        parse.__doc__ = f"The {cls.__name__} in exactly {cls.SIZE} bytes; ParseError when they are none."
        cls.parse = staticmethod(parse)  # type: ignore[method-assign]  # per class, on purpose

    def __init__(self, **fields: Any) -> None:
        self._values = self._with(self.DEFAULTS, fields)

    @classmethod
    def _with(cls, values: Values, changes: Mapping[str, Any]) -> Values:
        flat = list(values)
        for name, value in changes.items():
            field = cls._declared.get(name)
            if field is None:
                raise FieldError(f"{name}: {cls.__name__} has no such field; it has {', '.join(cls._declared)}")
            flat[field.first : field.first + field.width] = field.store(value)
        return tuple(flat)

    @classmethod
    def from_flat(cls, values: Values) -> Self:
        """The record over flat values that were checked before."""
        record = object.__new__(cls)
        record._values = values
        return record

    @classmethod
    def fields_declared(cls) -> tuple[Field, ...]:
        """The fields in the order of the layout."""
        return tuple(cls._declared.values())

    def flat(self) -> Values:
        """The values as `struct` packs them; text as bytes, repeated groups one entry after the other."""
        return self._values

    def encode(self) -> bytes:
        """The ``SIZE`` bytes of the record."""
        return self._pack(*self._values)

    def fields(self) -> dict[str, Any]:
        """All fields in order of the layout, as plain values; repeated groups as lists of dictionaries."""
        plain: dict[str, Any] = {}
        for name, read in self._readers.items():
            plain[name] = _plain(read(self._values))
        return plain

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return self.from_flat(self._with(self._values, changes))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        return type(self) is type(other) and self.encode() == other.encode()

    def __hash__(self) -> int:
        return hash(self.encode())

    def __repr__(self) -> str:
        shown = []
        for name, read in self._readers.items():
            value, usual = repr(read(self._values)), repr(read(self.DEFAULTS))
            if value != usual:
                shown.append(f"{name}={value}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.fields() if isinstance(value, Record) else value


def field_property(field: Field) -> property:
    """The attribute of a record that reads one field."""
    read, first = field.reader(), field.first
    if type(field).reader is Field.reader:
        return property(lambda record: record._values[first], doc=field.spec.doc)
    return property(lambda record: read(record._values), doc=field.spec.doc)
