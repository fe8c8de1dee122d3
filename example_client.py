"""The menu client: log on in two stages, then choose what to send, or let --auto choose.

    python3 example_client.py HOST PORT [--auto] [--interval SECONDS] [--totp] ...

In: the address of an AES, and answers typed or piped in as plain lines. Out: the conversation, line by line.
"""

import sys

from base.client.console import Console, run_program
from base.client.menu import MenuTranscript, ask_for_trader, trade
from base.client.options import read_options


def story() -> None:
    """Ask who you are, log on, trade, log out."""
    options = read_options(sys.argv[1:], "example_client.py")
    console = Console()  # asks, and has the selector that sockets and keyboard share
    transcript = MenuTranscript.on_terminal()  # the [lib] lines

    # asks key, user and account; then logs on to the AES, and to the OES that it names; logs out at the end
    with ask_for_trader(console, options, transcript) as trader:
        # the menu sends what is chosen, by trader.new_order(...), trader.risk(...) and so on; --auto chooses itself
        trade(trader, console, options, transcript)


if __name__ == "__main__":
    raise SystemExit(run_program(story))  # what goes wrong becomes one line and an exit code
