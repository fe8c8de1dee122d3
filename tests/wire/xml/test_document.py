"""XML documents: elements with their lines; everything dangerous or broken is refused with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import DefinitionError
from base.limits import DEFINITION_BYTES, DEFINITION_DEPTH
from base.wire.xml.document import read_document
from tests.kit.counts import count

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;">]>
<root>&lol2;</root>"""


def test_elements_know_their_line_text_and_attributes() -> None:
    root = read_document("<root>\n  <a x='1'>te<!-- not this -->xt</a>\n  <b/>\n</root>", "f.xml")
    assert (root.name, root.line) == ("root", 1)
    (a, b) = root.children
    assert (a.name, a.line, a.attributes, a.text) == ("a", 2, {"x": "1"}, "text")
    assert (b.line, b.children) == (3, [])
    assert a.need("x") == "1"
    with pytest.raises(DefinitionError, match=r"^f.xml:2: <a y>: is missing or empty$"):
        a.need("y")
    with pytest.raises(DefinitionError, match=r'^f.xml:2: <a x="1">: is odd$'):
        a.wrong("is odd", "x")


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_bytes_are_read_in_the_encoding_that_they_state(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><root>é</root>'
    assert read_document(text.encode(encoding), "f.xml").text == "é"


@pytest.mark.parametrize(
    "text, words",
    [
        (LAUGHS, r"f.xml:2: <!DOCTYPE>: is not allowed"),
        ('<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', "f.xml:1: <!DOCTYPE>: is not allowed"),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', "<!DOCTYPE>"),
        ("<root>&unknown;</root>", "f.xml:1: is no XML: undefined entity"),
        ("<root>\n<a></root>", "f.xml:2: is no XML: mismatched tag"),
        ("", "f.xml:1: is no XML: no element found"),
        ("<a/><b/>", "f.xml:1: is no XML: junk after document element"),
        (b"<root>\xff</root>", "f.xml:1: is no XML"),
        (b'<?xml version="1.0" encoding="klingon"?><r/>', "f.xml: is no XML: unknown encoding: klingon"),
        ("<r>\ud800</r>", "f.xml: is no XML"),
        ("<a>" * (DEFINITION_DEPTH + 1), f"f.xml:1: <a>: lies deeper than {DEFINITION_DEPTH}"),
    ],
)
def test_what_is_broken_or_dangerous_is_refused_with_its_place(text: str | bytes, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        read_document(text, "f.xml")


def test_the_bounds_themselves_pass() -> None:
    depth = "<a>" * DEFINITION_DEPTH + "</a>" * DEFINITION_DEPTH
    assert read_document(depth, "f.xml").name == "a"
    largest = "<r>" + " " * (DEFINITION_BYTES - 7) + "</r>"
    assert read_document(largest, "f.xml").name == "r"
    with pytest.raises(DefinitionError, match=f"{DEFINITION_BYTES + 1} bytes, a definition has at most"):
        read_document(largest + " ", "f.xml")


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200), st.text("<>/a='!&;[ -", max_size=60)))
@settings(max_examples=count(ordinary=300, long=20_000))
def test_noise_raises_nothing_but_its_error(text: str | bytes) -> None:
    try:
        assert read_document(text, "f.xml").name
    except DefinitionError as error:
        assert str(error).startswith("f.xml")
