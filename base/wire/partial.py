"""Parts of an encoded record: read or write a few fields where they lie, and touch nothing else.

In: a record class and names of its fields. Out: a `struct.Struct` or a function, generated from the declaration.
Never knows: values, sockets, sessions, the market. For the order path, where most fields are nobody's
business. Follows: binary protocol, section 1.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any

from base.errors import FieldError
from base.wire.fields import EntriesField, FieldSpec
from base.wire.record import Record


def projection(record: type[Record], *names: str | tuple[str, ...]) -> struct.Struct:
    """A Struct over a whole encoded ``record`` that returns only ``names``, which stand in order of the layout.

    Text comes as raw bytes, and so does a tuple of neighbours, in one piece. Pad bytes skip the rest, so it must not
    be used for packing.
    """
    groups = [(name,) if isinstance(name, str) else name for name in names]
    _specs(record, tuple(name for group in groups for name in group))  # every name is known, and stands there once
    code, at = record.BYTE_ORDER, 0
    for name, group in zip(names, groups, strict=True):
        specs = _specs(record, group)
        start, stop = specs[0].offset, specs[-1].offset + specs[-1].size
        assert start >= at, f"{names}: give the names in order of the layout"
        assert sum(spec.size for spec in specs) == stop - start, f"{name}: these are no neighbours"
        code += "x" * (start - at) + (specs[0].code if isinstance(name, str) else f"{stop - start}s")
        at = stop
    part = struct.Struct(code + "x" * (record.SIZE - at))
    assert part.size == record.SIZE
    return part


def runs(record: type[Record], *names: str) -> struct.Struct:
    """A Struct over a whole encoded ``record`` that returns ``names`` as raw bytes, neighbours in one piece.

    For asking cheaply whether any of many fields differs from what it was. The names stand in order of the layout.
    """
    code, at = record.BYTE_ORDER, 0
    for run in _runs(record, names):
        start, stop = run[0].offset, run[-1].offset + run[-1].size
        code += f"{start - at}x{stop - start}s"
        at = stop
    return struct.Struct(f"{code}{record.SIZE - at}x")


def writer(record: type[Record], *names: str) -> Callable[..., None]:
    """A function ``write(buffer, *values)`` that sets ``names`` in an encoded ``record``; text as raw bytes.

    Neighbouring fields go in one call of ``pack_into``; bytes between the fields are never touched.
    """
    scope: dict[str, Any] = {}
    lines = [f"def write(buffer, {', '.join(names)}):"]
    for number, run in enumerate(_runs(record, names)):
        scope[f"pack_into_{number}"] = struct.Struct(record.BYTE_ORDER + "".join(spec.code for spec in run)).pack_into
        lines.append(f" pack_into_{number}(buffer, {run[0].offset}, {', '.join(spec.name for spec in run)})")
    exec("\n".join(lines), scope)  # the names are attributes of a class, so nothing else can stand in the text
    write: Callable[..., None] = scope["write"]
    return write


def column_writer(record: type[Record], name: str) -> Callable[[bytearray, Sequence[int]], None]:
    """A function ``write(buffer, values)`` that sets one field in each of many encoded ``record``s behind each other.

    It goes by the bytes of the field, each of them in all records at once, so that many cost little more than one.
    """
    (spec,) = _specs(record, (name,))
    stride, places = record.SIZE, range(spec.size)
    code = spec.code

    def write(buffer: bytearray, values: Sequence[int]) -> None:
        packed = struct.pack(f"{record.BYTE_ORDER}{len(values)}{code}", *values)
        for place in places:
            buffer[spec.offset + place :: stride] = packed[place :: spec.size]

    return write


def _runs(record: type[Record], names: tuple[str, ...]) -> list[list[FieldSpec]]:
    """The fields in order of the layout, each list of them without a gap."""
    runs: list[list[FieldSpec]] = []
    for spec in sorted(_specs(record, names), key=lambda spec: spec.offset):
        if runs and runs[-1][-1].offset + runs[-1][-1].size == spec.offset:
            runs[-1].append(spec)
        else:
            runs.append([spec])
    return runs


def _specs(record: type[Record], names: tuple[str, ...]) -> list[FieldSpec]:
    declared = {field.spec.name: field for field in record.fields_declared()}
    for name in names:
        if name not in declared or isinstance(declared[name], EntriesField):
            raise FieldError(f"{name}: {record.__name__} has no such single field")
    if not names or len(set(names)) != len(names):
        raise FieldError(f"{names}: name at least one field, and each once")
    return [declared[name].spec for name in names]
