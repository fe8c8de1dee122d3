"""The JUnit file counts and names what failed, and carries any text."""

from xml.etree import ElementTree

from base.client.ouch.junit import junit
from base.client.ouch.player import Verdict


def test_each_step_is_a_case() -> None:
    text = junit(
        "my script", [Verdict("1 EnterOrder", "", 0.25), Verdict("2 CancelOrder", 'got <"nothing"> & more', 1.5)]
    )
    suite = ElementTree.fromstring(text)
    assert (suite.tag, suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "testsuite",
        "my script",
        "2",
        "1",
    )
    assert suite.get("time") == "1.750"
    good, bad = suite
    assert (good.get("name"), list(good), bad.get("time")) == ("1 EnterOrder", [], "1.500")
    assert bad[0].tag == "failure" and bad[0].get("message") == 'got <"nothing"> & more'
