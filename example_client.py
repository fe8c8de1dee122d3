"""The menu client: log on in two stages, then choose what to send, or let --auto choose.

    python3 example_client.py HOST PORT [--auto] [--interval SECONDS] [--totp] ...

In: the address of an AES, and answers typed or piped in as plain lines. Out: the conversation, line by line.
"""

import sys

from base.client import Trader
from base.client.answers import whole_number
from base.client.auto import send_automatically
from base.client.console import Console, run_program
from base.client.menu import Menu, MenuTranscript
from base.client.options import read_options


def story() -> None:
    """Ask who you are, log on, trade, log out."""
    options = read_options(sys.argv[1:], "example_client.py")
    console = Console()
    transcript = MenuTranscript.on_terminal()

    key = console.ask("Enter API Trading Key: ")
    user = console.ask("Enter User Name: ")
    account = console.ask_until("Enter Account: ", whole_number("account", 0, 2**32 - 1))

    console.say(f"\nstarting connection to {(options.host, options.port)}  ...\n")
    trader = Trader(
        options.host,
        options.port,
        key,
        user,
        account,
        mode="totp" if options.totp else "constant",
        selector=console.selector,  # one selector for the sockets and the keyboard
        transcript=transcript,
        timeout_s=options.timeout,
    )

    with trader:  # logs on to the AES, then to the OES that it names; logs out at the end
        if options.auto:
            send_automatically(trader, options.interval, options.count, options.instrument)
        else:
            menu = Menu(
                trader, console, transcript, instrument=options.instrument, receive_s=options.receive_seconds
            )
            menu.run()


if __name__ == "__main__":
    raise SystemExit(run_program(story))
