"""Where log lines go: standard error, one line each, stamped with its time.

In: records of ``logging``. Out: lines. Never knows: what they report.
A record that would take more than a line, or that holds control characters, is escaped (A7). Servers that `serve` runs
share one terminal, so each line names its server, unless it begins with that name anyway.
"""

import logging


class OneLine(logging.Formatter):
    """Formats a record as one line, whatever is in it.

    >>> record = logging.LogRecord("handoff", logging.INFO, "", 0, "two\\nlines", (), None)
    >>> print(OneLine("%(message)s").format(record))
    two\\nlines
    """

    def __init__(self, shape: str, time_shape: str | None = None, server: str = "") -> None:
        """``server`` is who speaks; nobody in particular when it is empty."""
        super().__init__(shape, time_shape)
        self._server = server

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        names_itself = not self._server or record.getMessage().startswith(f"{self._server} ")
        record.__dict__["server"] = "" if names_itself else f"{self._server}: "
        text = super().format(record)
        return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def start_logging(server: str = "") -> None:
    """Send the log of this process to standard error; ``server`` is who speaks."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(server)s%(message)s", "%Y-%m-%dT%H:%M:%S%z", server))
    log = logging.getLogger("handoff")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
