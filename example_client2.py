"""The whole flow in one go: log on in two stages, send one order, show the reply, log out.

    python3 example_client2.py [--account NUMBER] [--user NAME]

In: the address of an AES and a key, typed or piped in as plain lines. Out: the conversation; exit code 0 when all
went well, 1 when not.
"""

import argparse

from base.client import Trader
from base.client.answers import ipv4_address, whole_number
from base.client.connection import check_reachable
from base.client.console import Console, run_program
from base.client.transcript import Transcript, is_accepted, reject_name
from base.messages import TIF, MessageType, Side


def story() -> int:
    """Ask where to go, then walk the whole way; gives the exit code."""
    parser = argparse.ArgumentParser(description="Log on, send one order, show the reply, log out.")
    parser.add_argument("--account", type=int, default=1, help="account to trade (default 1)")
    parser.add_argument("--user", default="1", help="user of the account (default 1)")
    options = parser.parse_args()
    console = Console()
    transcript = Transcript.on_terminal()

    console.say("1. Specify the IPv4 address and the port number of the server\n")
    host = console.ask_until("Enter a valid IPv4 address: ", ipv4_address)
    port = console.ask_until("Enter a valid port number: ", whole_number("port number", 1, 65535))
    transcript.say("Starting connection to", (host, port), " ...")
    check_reachable((host, port))
    transcript.connected()
    key = console.ask("Enter API Trading Key: ")

    console.say("\n2. Send Logon message\n")
    with Trader(host, port, key, options.user, options.account, transcript=transcript) as trader:
        console.say("\n3. Send New Order message\n")
        # a day order: the logout at the end takes it out of the market again
        order = trader.new_order("BTCUSD", Side.BUY, quantity=0.5, price=50100.5, tif=TIF.DAY)
        reply = trader.replies(order)[0]

        console.say("\n4. Order Reply\n")
        console.say(f"Order {reply.OrderID}: {MessageType(reply.MessageType).name}")
        if not is_accepted(reply):
            console.say(f"The order was refused: {reject_name(reply.RejectReason)} ({reply.RejectReason})")
        return 0 if is_accepted(reply) else 1


if __name__ == "__main__":
    raise SystemExit(run_program(story))
