"""An XML document as plain elements that know their line, and nothing that XML can do besides.

In: text and the name of its file. Out: elements, or an error that says where.
Never knows: what the elements mean; files.
Follows: the XML definition format; document types are refused, so there are no entities to expand.
"""

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from base.errors import DefinitionError
from base.limits import DEFINITION_BYTES, DEFINITION_DEPTH


@dataclass(slots=True)
class Element:
    """One element, its attributes, its own text and the elements in it."""

    file: str
    line: int
    name: str
    attributes: dict[str, str]
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def wrong(self, rule: str, attribute: str = "") -> NoReturn:
        """Raise the error for this element, or for one of its attributes."""
        shown = ""
        if attribute:
            value = self.attributes.get(attribute)
            shown = f" {attribute}" if value is None else f' {attribute}="{value[:60]}"'
        raise DefinitionError(f"{self.file}:{self.line}: <{self.name}{shown}>: {rule}")

    def need(self, attribute: str) -> str:
        """The value of an attribute that must be there."""
        value = self.attributes.get(attribute)
        if not value:
            self.wrong("is missing or empty", attribute)
        return value


def read_document(text: str | bytes, file: str) -> Element:
    """The root element of a document."""
    if len(text) > DEFINITION_BYTES:
        raise DefinitionError(f"{file}: {len(text)} bytes, a definition has at most {DEFINITION_BYTES}")
    parser = expat.ParserCreate()
    top = Element(file, 0, "", {})
    open_elements = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(file, parser.CurrentLineNumber, name, attributes)
        if len(open_elements) > DEFINITION_DEPTH:
            element.wrong(f"lies deeper than {DEFINITION_DEPTH} elements")
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def characters(data: str) -> None:
        open_elements[-1].text += data

    def document_type(*_: object) -> None:
        raise DefinitionError(f"{file}:{parser.CurrentLineNumber}: <!DOCTYPE>: is not allowed, neither are entities")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = document_type
    parser.buffer_text = True
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise DefinitionError(f"{file}:{error.lineno}: is no XML: {expat.ErrorString(error.code)}") from None
    except (LookupError, ValueError) as error:
        raise DefinitionError(f"{file}: is no XML: {error}") from None
    return top.children[0]
