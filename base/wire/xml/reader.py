"""Message definitions in XML become message classes.

In: the text of a definition. Out: a dialect, its enumerations and its records; or an error that names file, line,
element, attribute and rule. Never knows: files, sessions, what a message means.
Follows: the XML definition format; besides it, the ``endian`` attribute that its guide shows.
"""

import inspect
import keyword
import types
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple, NoReturn

from construct import Construct, Struct

from base.errors import DefinitionError, FieldError
from base.wire.dialect import Dialect, DialectMessage, Direction, layout
from base.wire.fields import bare
from base.wire.free_record import Counted, FreeMessage, FreeRecord, Nested, fixed_size
from base.wire.record import Record
from base.wire.xml.data_types import INTEGERS, enumeration, subcon_of, value_of
from base.wire.xml.document import Element, read_document

DIRECTIONS = {"incoming": Direction.TO_HOST, "outgoing": Direction.TO_CLIENT}
ENDIANS = {"big": "_be", "little": ""}
_TAKEN = {"messageType", "STATED_DEFAULTS"}.union(*(inspect.get_annotations(cls) for cls in DialectMessage.__mro__))


class Definition(NamedTuple):
    """What a definition declares."""

    dialect: Dialect
    enums: dict[str, type[Enum]]
    records: dict[str, type[Record]]


def read_definition(text: str | bytes, file: str = "definition", *, override_messages: bool = True) -> Definition:
    """Read a definition; of two messages with the same id, group and direction the later wins, if that is allowed."""
    return _Reader(read_document(text, file), override_messages).definition(file)


class _Reader:
    """One definition on its way to classes; records are made when somebody first names them."""

    def __init__(self, root: Element, override_messages: bool) -> None:
        self._root = root
        self._override = override_messages
        self._enums: dict[str, tuple[type[Enum], str]] = {}
        self._fielddefs = {element.need("name"): element for element in self._all("fielddef-root", "field")}
        self._record_elements = {element.need("id"): element for element in self._all("records-root", "record")}
        self._records: dict[str, type[Record]] = {}
        self._begun: list[str] = []

    def definition(self, name: str) -> Definition:
        for element in self._all("enums-root", "enum"):
            self._enums[element.need("id")] = self._enum(element)
        for record in self._record_elements:
            self._record(record)
        messages: dict[tuple[str, str, str], type[DialectMessage]] = {}
        for element in self._all("messages-root", "message"):
            cls = self._message(element)
            key = (cls.LETTER, element.attributes.get("message-group", ""), element.attributes["direction"])
            if key in messages and not self._override:
                element.wrong("another message has this id, group and direction", "message-id")
            if cls.__name__ in {other.__name__ for known, other in messages.items() if known != key}:
                element.wrong("another message has this name", "id")
            messages[key] = cls
        enums = {name: enum for name, (enum, _) in self._enums.items()}
        return Definition(Dialect(name, messages.values()), enums, dict(self._records))

    def _all(self, root: str, name: str) -> Iterator[Element]:
        for part in self._root.children:
            if part.name == root:
                for element in part.children:
                    if element.name != name:
                        element.wrong(f"only <{name}> stands in <{root}>")
                    yield element

    def _enum(self, element: Element) -> tuple[type[Enum], str]:
        name, kind = _identifier(element, "id"), element.need("type")
        members: dict[str, str] = {}
        for value in element.children:
            member = _identifier(value, "name")
            if value.name != "value" or member in members:
                value.wrong("an enum has <value> elements, each name once", "name")
            members[member] = value.text
        try:
            enum = enumeration(name, kind, members)
            for at, item in enumerate(enum):
                _check_literal(element.children[at], kind, item.value)
        except DefinitionError as error:
            if str(error).startswith(element.file):
                raise
            element.wrong(str(error), "type")
        return enum, kind

    def _record(self, name: str) -> type[Record]:
        if name not in self._records:
            element = self._record_elements[name]
            if name in self._begun:
                element.wrong("a record cannot contain itself", "id")
            self._begun.append(name)
            fields, defaults = self._fields(element)
            if not fields:
                element.wrong("a record has at least one field", "id")
            free = any(fixed_size(field) is None for field in fields)
            self._records[name] = _make(element, FreeRecord if free else Record, Struct(*fields), defaults, {})
        return self._records[name]

    def _message(self, element: Element) -> type[DialectMessage]:
        letter, direction = _letter(element), element.need("direction")
        if direction not in DIRECTIONS:
            element.wrong("is incoming (to the server) or outgoing", "direction")
        fields, defaults = self._fields(element)
        free = any(fixed_size(field) is None for field in fields)
        keywords = {"letter": letter, "direction": DIRECTIONS[direction]}
        base = FreeMessage if free else DialectMessage
        return _make(element, base, layout(*fields), defaults, keywords)  # type: ignore[return-value]  # base decides

    def _fields(self, element: Element) -> tuple[list[Construct], dict[str, Any]]:
        if not element.children or element.children[0].name != "fields":
            element.wrong("its first child must be <fields>")
        fields: list[Construct] = []
        defaults: dict[str, Any] = {}
        for field in element.children[0].children:
            if field.name != "field":
                field.wrong("only <field> stands in <fields>")
            declared, name = self._looked_up(field)
            if name in {known.name for known in fields} or name in _TAKEN or hasattr(DialectMessage, name):
                field.wrong(f"the name {name} is taken", "name" if "name" in field.attributes else "def")
            subcon, kind = self._subcon(declared)
            fields.append(name / subcon * declared.attributes.get("type", declared.attributes.get("ref", "")))
            if "default" in declared.attributes:
                defaults[name] = self._default(declared, name, subcon, kind)
        return fields, defaults

    def _looked_up(self, field: Element) -> tuple[Element, str]:
        """The element that says what a field is, and the field's name; next to ``def`` only a name counts."""
        if "def" not in field.attributes:
            return field, _identifier(field, "name")
        declared = self._fielddefs.get(field.need("def"))
        if declared is None:
            field.wrong("no <field> of this name stands in <fielddef-root>", "def")
        return declared, _identifier(field if "name" in field.attributes else declared, "name")

    def _subcon(self, field: Element) -> tuple[Construct, str]:
        item, kind = self._item(field)
        array = field.attributes.get("array")
        if array is None:
            return item, kind
        if array == "double":
            field.wrong("lists of lists are not possible", "array")
        count, endian = field.attributes.get("length_type"), field.attributes.get("endian")
        if count is None and endian in ENDIANS:
            count = "uint_2" + ENDIANS[endian]
        if count not in INTEGERS:
            field.wrong("an array needs a whole-number type for its count", "length_type")
        return Counted(INTEGERS[count], item), ""

    def _item(self, field: Element) -> tuple[Construct, str]:
        attribute = "ref" if "ref" in field.attributes else "type"
        kind = field.need(attribute)
        if attribute == "ref":
            kind = f"enum:{kind}" if kind in self._enums else f"record:{kind}"
        family, _, name = kind.partition(":")
        if family == "record" and name:
            if name not in self._record_elements:
                field.wrong("no record or enum of this name is defined", attribute)
            return Nested(self._record(name)), ""
        values = None
        if family == "enum" and name:
            if name not in self._enums:
                field.wrong("no enum of this name is defined", attribute)
            values, kind = self._enums[name]
        elif endian := field.attributes.get("endian"):
            kind = _with_endian(field, kind, endian)
        try:
            return subcon_of(kind, field.attributes.get("length"), values), kind
        except DefinitionError as error:
            field.wrong(str(error), attribute)

    def _default(self, field: Element, name: str, subcon: Construct, kind: str) -> Any:
        if not kind:
            field.wrong("neither an array nor a record has a default", "default")
        text = field.attributes["default"]
        try:
            value = value_of(kind, text)
            _probe(name, subcon, value)
        except (DefinitionError, FieldError) as error:
            field.wrong(str(error), "default")
        return value


def _with_endian(field: Element, kind: str, endian: str) -> str:
    if endian not in ENDIANS:
        field.wrong("is big or little", "endian")
    other = kind.removesuffix("_be") + ENDIANS[endian]
    if kind.endswith("_be") and endian == "little":
        field.wrong(f"contradicts the type {kind}", "endian")
    return other if other in INTEGERS else kind


def _check_literal(element: Element, kind: str, value: Any) -> None:
    length = str(max(1, len(value))) if isinstance(value, str) else None
    try:
        _probe("literal", subcon_of(kind, length), value)
    except FieldError as error:
        element.wrong(str(error))


def _probe(name: str, subcon: Construct, value: Any) -> None:
    """Let a record of this one field say whether it can carry ``value``."""
    _class("Probe", FreeRecord, {"LAYOUT": Struct(name / subcon), "BYTE_ORDER": _byte_order([subcon])}, {})(
        **{name: value}
    )


def _byte_order(subcons: list[Construct]) -> str:
    orders = [bare(subcon).fmtstr[0] for subcon in subcons if hasattr(bare(subcon), "fmtstr")]
    return "<" if "<" in orders and orders.count("<") >= orders.count(">") else ">"


def _make(
    element: Element, base: type[Record], struct: Struct, defaults: dict[str, Any], keywords: dict[str, Any]
) -> type[Record]:
    name = _identifier(element, "id")
    namespace = {
        "LAYOUT": struct,
        "BYTE_ORDER": _byte_order(struct.subcons),
        "STATED_DEFAULTS": defaults,
        "__doc__": f"`{keywords.get('letter', '')}`, as {element.file} defines it.",
    }
    cls = _class(name, base, namespace, keywords)
    if defaults:
        cls.DEFAULTS = cls(**defaults).flat()
    return cls


def _class(name: str, base: type[Record], namespace: dict[str, Any], keywords: dict[str, Any]) -> type[Record]:
    return types.new_class(name, (base,), keywords, lambda scope: scope.update({"__slots__": (), **namespace}))


def _identifier(element: Element, attribute: str) -> str:
    name = element.need(attribute)
    if not name.isidentifier() or name.startswith("_") or keyword.iskeyword(name):
        element.wrong("must be a name: letters, digits and _, not a word of Python", attribute)
    return name


def _letter(element: Element) -> str:
    text = element.need("message-id")
    if text.isascii() and text.isdigit() and int(text) <= 255:
        return chr(int(text))
    if len(text) == 1 and ord(text) <= 255 and not text.isdigit():
        return text
    return _no_letter(element)


def _no_letter(element: Element) -> NoReturn:
    element.wrong("is a number from 0 to 255 or one character", "message-id")
