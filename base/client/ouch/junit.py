"""The verdicts of a script as a JUnit file, which continuous integration shows.

In: verdicts. Out: XML. Never knows: how they came about.
Follows: the format that build servers read: a testsuite of testcases, each with a failure or without.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from base.client.ouch.player import Verdict


def junit(suite: str, verdicts: Sequence[Verdict]) -> bytes:
    """The text of the file.

    >>> print(junit("s", [Verdict("1 EnterOrder", "", 0.5)]).decode().splitlines()[1])
    <testsuite name="s" tests="1" failures="0" errors="0" time="0.500">
    """
    root = ElementTree.Element("testsuite", name=suite, tests=str(len(verdicts)))
    root.set("failures", str(sum(bool(verdict.wrong) for verdict in verdicts)))
    root.set("errors", "0")
    root.set("time", f"{sum(verdict.seconds for verdict in verdicts):.3f}")
    for verdict in verdicts:
        case = ElementTree.SubElement(root, "testcase", classname=suite, name=verdict.step)
        case.set("time", f"{verdict.seconds:.3f}")
        if verdict.wrong:
            ElementTree.SubElement(case, "failure", message=verdict.wrong)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
