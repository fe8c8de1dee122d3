"""One event, one line, whatever is in it."""

import logging

import pytest

from base.servers.log import OneLine, start_logging


@pytest.mark.parametrize("text", ["plain", "new\nline", "\x1b[31mred", "t\t", "caf\u00e9", "\u2028", "\r\n\r\n", "\0"])
def test_every_text_stays_on_its_line(text: str) -> None:
    record = logging.LogRecord("handoff", logging.INFO, "", 0, "%s", (text,), None)
    line = OneLine("%(levelname)s %(message)s").format(record)
    assert line.startswith("INFO ") and line.isprintable()


@pytest.mark.parametrize("text, line", [("standing by", "OES: standing by"), ("OES ended", "OES ended")])
def test_a_line_says_which_server_speaks(text: str, line: str) -> None:
    record = logging.LogRecord("handoff", logging.INFO, "", 0, text, (), None)
    assert OneLine("%(server)s%(message)s", server="OES").format(record) == line


def test_lines_go_to_standard_error_once(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("handoff")
    before, propagated, level = log.handlers, log.propagate, log.level
    try:
        start_logging()
        start_logging()
        log.info("an event")
        log.debug("too much")
    finally:
        log.handlers, log.propagate = before, propagated
        log.setLevel(level)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("an event\n") == captured.err.count("\n") == 1
