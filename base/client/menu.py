"""The menu of message types: choose, see the bytes leave and the answer come.

In: a logged-on Trader and lines of input. Out: requests, and their answers through the transcript.
Never knows: sockets, the wire's layouts. Follows the second dialogue of the owner's README.
"""

import argparse
from collections.abc import Callable

from base.client.answers import Choice, amount, choice_of, understand_instrument, whole_number
from base.client.auto import send_automatically
from base.client.console import Console, InputEnded, run_program
from base.client.logon import Address
from base.client.options import read_options
from base.client.quotes import Quotes
from base.client.requests import CONSTANT, TOTP
from base.client.sample_orders import QUANTITY, sample_fields, sample_price
from base.client.trader import Trader
from base.client.transcript import Transcript, title
from base.errors import ConnectionLost, LocalProtocolError, NoReply
from base.wire.bo.codes import TIF, MessageType, OrderType, Side, SubscribeType
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

MENU = {
    "0": "Go To Receive Mode",
    "H": "client_logon",
    "Y": "instrument_request",
    "w": "risk_update_request",
    "E": "open_order_request",
    "f": "collateral_request",
    "T": "new_limit_order",
    "s": "md_subscribe",
    "u": "md_unsubscribe",
}
KINDS = tuple(kind for kind in SubscribeType if kind <= SubscribeType.THIRTYLAYERS)
REQUESTS = (MessageType.ORDER_NEW, MessageType.CANCEL_REPLACE, MessageType.ORDER_STATUS, MessageType.ORDER_CANCEL)


class MenuTranscript(Transcript):
    """The library's lines; what the menu sends is shown as the second dialogue shows it."""

    in_menu = False

    def sending(self, message: Message, frame: bytes, address: Address) -> None:
        """Show the bytes that leave."""
        if not self.in_menu:
            super().sending(message, frame, address)
            return
        self.write(f"Encoded {title(message)} message {frame.hex().upper()}\n")
        self.write(f"sending {len(frame)} bytes to {address}  ...\n")


class Menu:
    """Offers the message types until the input ends; each request's answer is awaited and shown."""

    def __init__(
        self,
        trader: Trader,
        console: Console,
        transcript: MenuTranscript,
        *,
        instrument: int = 1,
        receive_s: float | None = None,
        answer_s: float = 5.0,
    ) -> None:
        self._trader = trader
        self._console = console
        self._transcript = transcript
        self._instrument = instrument
        self._receive_s = receive_s
        self._answer_s = answer_s
        self._quotes = quotes = Quotes(trader, console.selector, transcript, console.clock)
        self._actions: dict[str, Callable[[int], None]] = {
            "0": self._receive,
            "H": lambda instrument: self._show_answer(trader.fresh_grant()),
            "Y": lambda instrument: self._show_answer(trader.instruments()),
            "w": lambda instrument: self._show_answer(trader.risk(instrument)),
            "E": lambda instrument: self._show_answer(trader.open_orders(instrument)),
            "f": lambda instrument: self._show_answer(trader.collateral()),
            "T": self._trade,
            "s": lambda instrument: self._subscribe(instrument, quotes.subscribe),
            "u": lambda instrument: self._subscribe(instrument, quotes.unsubscribe),
        }

    def run(self) -> None:
        """Offer the menu until the input ends or the user quits."""
        self._transcript.in_menu = True
        try:
            while self._offer():
                self._console.say()
        except InputEnded:
            self._console.say("The input ended.")
        finally:
            self._quotes.close()
            self._transcript.in_menu = False

    def _offer(self) -> bool:
        """Offer the menu once; False when the user wants to end."""
        self._console.say("\n".join(f"{letter}\t{name}" for letter, name in MENU.items()) + "\n")
        choice, instrument = self._console.ask_until(
            "Enter a valid message type: ", self._understand, on_loss=self._trader.wait_until_trading
        )
        if choice == "q":
            return False
        try:
            self._trader.wait_until_trading()
            self._actions[choice](instrument)
        except (NoReply, LocalProtocolError, ConnectionLost) as explanation:
            if self._trader.failure is not None:
                raise
            self._console.say(explanation)  # the session goes on: one request failed
        return True

    def _understand(self, line: str) -> tuple[str, int]:
        """Read a choice such as ``w`` or ``w 4``: a letter, and the instrument when it is not the usual one."""
        choice, _, rest = line.partition(" ")
        if choice != "q" and choice not in MENU:
            raise ValueError(
                f"{line!r} is not in the menu: enter one of {', '.join(MENU)}, or q to log out and end; "
                "behind it, if you like, the number of an instrument"
            )
        return choice, understand_instrument(rest.strip()) if rest.strip() else self._instrument

    def _show_answer(self, request: Message) -> None:
        """Wait for the answer, which the transcript shows as it comes."""
        if not self._trader.replies(request, self._answer_s):
            self._console.say("Nothing to report.")

    def _receive(self, _: int) -> None:
        if self._receive_s is not None:
            self._console.say(f"Receiving for {self._receive_s:g} s ...")
            self._drain(self._receive_s)
            return
        try:
            self._console.say("Receiving; press Enter to go back to the menu ...")
            self._console.serve_until_line(self._quotes)
        except KeyboardInterrupt:
            self._console.say()  # Ctrl-C leaves this mode; in the menu it ends the program
        self._drain(0)

    def _drain(self, seconds: float) -> None:
        count = self._quotes.receive(seconds)
        self._console.say(f"{count} message{'' if count == 1 else 's'} received.")

    def _subscribe(self, instrument: int, do: Callable[[int, SubscribeType, int, float], None]) -> None:
        kind = self._choose("kind of picture", KINDS, SubscribeType.TOB)
        layer = 1
        if kind >= SubscribeType.TENLAYERS:
            layer = self._console.ask_until("Enter a start layer (1, 2, 3) [1]: ", whole_number("start layer", 1, 3), 1)
        do(instrument, kind, layer, self._answer_s)

    def _trade(self, instrument: int) -> None:
        message_type = self._choose("message type", REQUESTS, MessageType.ORDER_NEW)
        if message_type == MessageType.ORDER_NEW:
            self._enter_order(instrument)
        else:
            self._change_order(message_type)

    def _enter_order(self, instrument: int) -> None:
        console = self._console
        order_type = self._choose("order type", tuple(OrderType), OrderType.LMT)
        side = self._choose("side", tuple(Side), Side.BUY)
        quantity = self._ask_amount("quantity", QUANTITY)
        price = sample_price(instrument, order_type)
        if price:
            price = self._ask_amount("price", price)
        tif = self._choose("time in force", tuple(TIF), TIF.GTC)
        order = self._trader.new_order(
            instrument, side, quantity, price, order_type, tif, **sample_fields(order_type, price, quantity)
        )
        console.say(f"Order {order.OrderID}")
        self._show_answer(order)

    def _change_order(self, message_type: MessageType) -> None:
        """Replace, cancel or ask about an order; the newest one that is open is offered."""
        newest = self._trader.newest_open_order()
        offered = "" if newest is None else f" [{newest}]"
        order_id = self._console.ask_until(
            f"Enter the OrderID{offered}: ", whole_number("OrderID", 1, 2**64 - 1), newest
        )
        if message_type == MessageType.ORDER_STATUS:
            self._show_answer(self._trader.status(order_id))
            return
        order = self._order(order_id)
        if message_type == MessageType.ORDER_CANCEL:
            self._show_answer(self._trader.cancel(order_id))
            return
        quantity = self._ask_amount("quantity", order.BOOrderQty)
        price = self._ask_amount("price", order.BOPrice)
        self._show_answer(self._trader.replace(order_id, quantity=quantity, price=price))

    def _order(self, order_id: int) -> Transaction:
        """Give an order that can be changed from here; LocalProtocolError says how another one becomes one."""
        try:
            return self._trader.order(order_id)
        except LocalProtocolError:
            raise LocalProtocolError(
                f"order {order_id} was neither entered here nor listed: list your open orders with E "
                "(E and a number for another instrument), then choose T again"
            ) from None

    def _ask_amount(self, name: str, default: float) -> float:
        return self._console.ask_until(f"Enter a {name} [{default:g}]: ", amount(name), default)

    def _choose(self, name: str, choices: tuple[Choice, ...], default: Choice) -> Choice:
        listed = ", ".join(f"{choice.value} {choice.name}" for choice in choices)
        return self._console.ask_until(
            f"Enter a valid {name} ({listed}) [{default.value}]: ", choice_of(name, choices), default
        )


def ask_for_trader(console: Console, options: argparse.Namespace, transcript: Transcript) -> Trader:
    """Ask who wants to trade and give a Trader that is not logged on yet."""
    key = console.ask("Enter API Trading Key: ")
    user = console.ask("Enter User Name: ")
    account = console.ask_until("Enter Account: ", whole_number("account", 0, 2**32 - 1))
    console.say(f"\nstarting connection to {(options.host, options.port)}  ...\n")
    return Trader(
        options.host,
        options.port,
        key,
        user,
        account,
        selector=console.selector,
        mode=TOTP if options.totp else CONSTANT,
        transcript=transcript,
        timeout_s=options.timeout,
        clock=console.clock,
    )


def trade(trader: Trader, console: Console, options: argparse.Namespace, transcript: MenuTranscript) -> None:
    """Trade on a Trader that is logged on: by itself with --auto, from the menu otherwise."""
    if options.auto:
        send_automatically(trader, options.interval, options.count, options.instrument)
    else:
        Menu(trader, console, transcript, instrument=options.instrument, receive_s=options.receive_seconds).run()


def main(argv: list[str], program: str = "handoff client") -> int:
    """Run the menu client; gives the exit code. ``example_client.py`` tells the same story."""
    options = read_options(argv, program)

    def story() -> None:
        console, transcript = Console(), MenuTranscript.on_terminal()
        with ask_for_trader(console, options, transcript) as trader:
            trade(trader, console, options, transcript)

    return run_program(story)
