"""The two example servers: what they take on their command line, and that they show every message.

In: a kind of server, arguments. Out: an exit code. Never knows: how a server is built.
The demo accounts may be reached from other machines here, as the owner's README shows it, with a warning.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from base.client.answers import argument, whole_number
from base.servers.program import add_options, options_from, run_server
from base.servers.settings import parse_host
from base.servers.wire_trace import WireTrace
from base.socket_controller import LARGEST_PORT


def example_main(kind: str, arguments: Sequence[str] | None = None) -> int:
    """Run one of the two example servers: ``HOST PORT`` and options; prints what it receives."""
    parser = argparse.ArgumentParser(description=f"The example {kind.upper()} server.")
    parser.add_argument("host", metavar="HOST", type=argument(parse_host), help="address to listen on")
    parser.add_argument(
        "port", metavar="PORT", type=argument(whole_number("port", 0, LARGEST_PORT)),
        help="port to listen on; 0 takes a free one",
    )  # fmt: skip
    add_options(parser, kind)
    parsed = parser.parse_args(arguments)
    options = replace(options_from(kind, parsed, (parsed.host, parsed.port)), demo_accounts=True)
    return run_server(options, WireTrace(sys.stdout))
