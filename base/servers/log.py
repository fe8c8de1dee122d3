"""Where log lines go: standard error, one line each, stamped with its time.

In: records of ``logging``. Out: lines. Never knows: what they report.
A record that would take more than a line, or that holds control characters, is escaped (A7).
"""

import logging


class OneLine(logging.Formatter):
    """Formats a record as one line, whatever is in it.

    >>> record = logging.LogRecord("handoff", logging.INFO, "", 0, "two\\nlines", (), None)
    >>> print(OneLine("%(message)s").format(record))
    two\\nlines
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        text = super().format(record)
        return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def start_logging() -> None:
    """Send the log of this process to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    log = logging.getLogger("handoff")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
