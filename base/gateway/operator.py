"""The operator's desk: words and decimal texts in, commands to the market out.

In: requests of whoever runs the venue. Out: calls of the market, reports to the clients concerned, lines for
the operator. Never knows: sockets, files, how the request came.
Follows "Operator" of the behaviour page. What the market carries out is read from its ``Command``, so the
desk grows with it; everything else is answered with "not carried out by this venue yet".
"""

import re
from collections.abc import Callable, Collection, Iterable
from fractions import Fraction
from typing import Any, Protocol, TypeAlias, get_args, runtime_checkable

from base.errors import OperatorRefused
from base.gateway.operator_requests import OperatorReply, OperatorRequest, StatusRow, listed, quoted, write_request
from base.gateway.operator_tables import Holdings, OperatorTables
from base.gateway.order_entry import Pending
from base.gateway.reports import Reports
from base.publish.views import decimal_text
from base.vocabulary.commands import Command, SetReferencePrice
from base.vocabulary.events import Event, OrderCancelled, OrderRejected, Trade
from base.vocabulary.instruments import LARGEST_EXACT_INTEGER, Instrument
from base.vocabulary.operator_commands import (
    BreakReason,
    BreakTrade,
    EndSession,
    InstrumentStatus,
    KillAccount,
    MarketState,
    MassCancel,
    OperatorCommand,
    ReleaseAccount,
    SetMarketState,
    TradeStatus,
    Uncross,
)
from base.vocabulary.orders import Trigger
from base.vocabulary.participants import AccountTerms
from base.vocabulary.recorded import Recorded, RecordedKind
from base.vocabulary.rejects import Reject

PRICE = re.compile(r"[0-9]{1,16}(\.[0-9]{1,16})?")
STATES = {
    "open": MarketState.OPEN,
    "halt": MarketState.HALTED,
    "close": MarketState.CLOSED,
    "pre-open": MarketState.PRE_OPEN,
}
STATE_NAMES = {state: state.name.lower().replace("_", "-") for state in MarketState}
REFERENCES = {"index": Trigger.INDEX, "mark": Trigger.MARK}
COMMANDS: dict[str, type] = (
    dict.fromkeys(STATES, SetMarketState)
    | {"uncross": Uncross}
    | dict.fromkeys(REFERENCES, SetReferencePrice)
    | {"kill": KillAccount, "release": ReleaseAccount, "cancel": MassCancel, "end-session": EndSession}
    | {"break-trade": BreakTrade}
)
"""The operator's words, and the command that each becomes."""
BREAK_REASONS = {reason.name.lower(): reason for reason in BreakReason}
STATUS, ACCOUNT, FEES = "status", "account", "fees"
INQUIRIES = (STATUS, ACCOUNT, FEES)
"""The words that change nothing, and so are not recorded either."""
TAKEN: frozenset[type] = frozenset(get_args(Command))
"""What ``Exchange.submit`` carries out, by its own type."""

Step: TypeAlias = tuple[OperatorCommand | SetReferencePrice, str]
"""A command, and what is so once it was carried out."""


class Market(Protocol):
    """What the desk wants of the exchange. It submits only commands of the types that it was told of."""

    def submit(self, command: Any, now_ns: int, /) -> list[Event]: ...


@runtime_checkable
class Board(Protocol):
    """A market that shows the state and the prices of an instrument."""

    def instrument_status(self, instrument: int, /) -> InstrumentStatus: ...


@runtime_checkable
class TradeBoard(Protocol):
    """A market that says of a trade whether it can be broken."""

    def trade_status(self, exec_id: int, /) -> TradeStatus | None: ...

    def breakable_trades(self) -> tuple[int, int]: ...


class OperatorDesk:
    """Reads the operator's requests, asks the market, and has the outcome reported to the clients concerned."""

    def __init__(
        self,
        market: Market,
        reports: Reports,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        pending: Pending,
        commands: Collection[type] = TAKEN,
    ) -> None:
        self._market = market
        self._reports = reports
        self._instruments = {instrument.name: instrument for instrument in instruments}
        self._by_number = {instrument.number: instrument for instrument in self._instruments.values()}
        terms = list(accounts)
        self._accounts = frozenset(one.account for one in terms)
        self._tables: OperatorTables | None = None
        if isinstance(market, Holdings):
            self._tables = OperatorTables(market, self._instruments.values(), terms)
        self._commands = commands
        self._pending = pending
        self._readers: dict[type, tuple[frozenset[str], Callable[[OperatorRequest], list[Step]]]] = {
            SetMarketState: (frozenset({"symbols", "everywhere"}), self._read_state),
            Uncross: (frozenset({"symbols"}), self._read_uncross),
            SetReferencePrice: (frozenset({"symbols", "price"}), self._read_reference),
            KillAccount: (frozenset({"account"}), self._read_kill),
            ReleaseAccount: (frozenset({"account"}), self._read_release),
            MassCancel: (frozenset({"symbols", "everywhere", "account"}), self._read_cancel),
            EndSession: (frozenset(), lambda request: [(EndSession(), "the session has ended")]),
            BreakTrade: (frozenset({"trade", "reason"}), self._read_break),
        }

    def take(self, request: OperatorRequest, now_ns: int) -> OperatorReply:
        """Carry a request out; all of it is read before the first command is submitted.

        Raises OperatorRefused with a message for people; then nothing more was changed than the lines before said.
        """
        word = request.word
        if word in INQUIRIES:
            _refuse_surplus(request, frozenset({"account"} if word == ACCOUNT else ()))
            return self._show(request)
        command_type = COMMANDS.get(word)
        if command_type is None:
            known = ", ".join((*COMMANDS, *INQUIRIES))
            raise OperatorRefused(f"command {quoted(word)}: unknown; the commands are {known}")
        if command_type not in self._commands:
            raise OperatorRefused(f"{word}: not carried out by this venue yet")
        fields, read = self._readers[command_type]
        _refuse_surplus(request, fields)
        lines: list[str] = []
        happened: list[Event] = []
        steps = read(request)
        self._pending.append(Recorded(RecordedKind.OPERATED, 0, 0, 0, write_request(request)))
        for command, outcome in steps:
            events = self._market.submit(command, now_ns)
            for event in events:
                if isinstance(event, OrderRejected):
                    raise OperatorRefused("; ".join((*lines, f"{word}: {self._why(command, event)}")))
            self._reports.report_unasked(events)
            lines.append(outcome + _counts(events))
            happened += events
        return OperatorReply(tuple(lines), (), tuple(happened))

    # -- what each word needs; each gives the commands and what to say of them

    def _why(self, command: Command, refused: OrderRejected) -> str:
        if isinstance(command, Uncross) and refused.reason == Reject.MARKET_STATE:
            name = self._by_number[command.instrument].name
            return f"{name} is not in pre-open, and only what was gathered before an opening is uncrossed"
        reason = Reject(refused.reason).name.lower().replace("_", " ")
        return f"refused by the exchange: {reason}"

    def _read_state(self, request: OperatorRequest) -> list[Step]:
        if bool(request.symbols) == request.everywhere:
            raise OperatorRefused(f"{request.word}: name instruments, or all of them, and not both")
        names = tuple(self._instruments) if request.everywhere else request.symbols
        state = STATES[request.word]
        return [
            (SetMarketState(instrument.number, state), f"{instrument.name} is {STATE_NAMES[state]}")
            for instrument in map(self._instrument, names)
        ]

    def _read_uncross(self, request: OperatorRequest) -> list[Step]:
        instrument = self._one_instrument(request)
        return [(Uncross(instrument.number), f"{instrument.name} was uncrossed")]

    def _read_reference(self, request: OperatorRequest) -> list[Step]:
        instrument = self._one_instrument(request)
        command = SetReferencePrice(instrument.number, REFERENCES[request.word], _ticks(request.price, instrument))
        price = decimal_text(Fraction(request.price))
        return [(command, f"the {request.word} price of {instrument.name} is {price}")]

    def _read_kill(self, request: OperatorRequest) -> list[Step]:
        account = self._account(request)
        return [(KillAccount(account), f"account {account} is killed until it is released")]

    def _read_release(self, request: OperatorRequest) -> list[Step]:
        account = self._account(request)
        return [(ReleaseAccount(account), f"account {account} is released")]

    def _read_cancel(self, request: OperatorRequest) -> list[Step]:
        if bool(request.account or request.symbols) == request.everywhere:
            raise OperatorRefused("cancel: name an account, an instrument or both; or all orders, and nothing else")
        account = self._account(request) if request.account else 0
        whose = f" of account {account}" if account else ""
        if not request.symbols:
            return [(MassCancel(account, 0), f"all orders{whose} are cancelled")]
        return [
            (MassCancel(account, instrument.number), f"all orders{whose} in {instrument.name} are cancelled")
            for instrument in map(self._instrument, request.symbols)
        ]

    def _read_break(self, request: OperatorRequest) -> list[Step]:
        reason = BREAK_REASONS.get(request.reason or "supervisory")
        if reason is None:
            raise OperatorRefused(f"reason {quoted(request.reason)}: unknown; known are {', '.join(BREAK_REASONS)}")
        command = BreakTrade(request.trade, reason)
        name, market = f"trade {request.trade}", self._market
        if not isinstance(market, TradeBoard):
            return [(command, f"{name} is broken")]
        status = market.trade_status(request.trade)
        if status is None:
            first, last = market.breakable_trades()
            there = f"those of this session that can be broken are {first} to {last}" if first else "there is none yet"
            raise OperatorRefused(f"{name}: unknown in this session; {there}")
        if status.is_broken:
            raise OperatorRefused(f"{name}: was broken already")
        if status.lacking:
            raise OperatorRefused(
                f"{name}: account {status.lacking} has not free what it would give back; cancel orders of it or wait"
            )
        instrument = self._by_number[status.instrument]
        what = f"{decimal_text(status.quantity_lots * instrument.lot)} {instrument.name}"
        price = decimal_text(status.price_ticks * instrument.tick)
        whose = f"account {status.buyer} had bought from account {status.seller}"
        return [(command, f"{name} is broken ({reason.name.lower()}): {what} at {price} that {whose}")]

    def _one_instrument(self, request: OperatorRequest) -> Instrument:
        if len(request.symbols) != 1:
            raise OperatorRefused(f"{request.word}: name one instrument")
        return self._instrument(request.symbols[0])

    def _instrument(self, name: str) -> Instrument:
        instrument = self._instruments.get(name)
        if instrument is None:
            raise OperatorRefused(f"instrument {quoted(name)}: unknown; known are {listed(list(self._instruments))}")
        return instrument

    def _account(self, request: OperatorRequest) -> int:
        if request.account not in self._accounts:
            known = listed([str(account) for account in sorted(self._accounts)])
            raise OperatorRefused(f"account {request.account}: unknown; known are {known}")
        return request.account

    # -- the tables

    def _show(self, request: OperatorRequest) -> OperatorReply:
        if request.word == STATUS:
            return self._status()
        if self._tables is None:
            raise OperatorRefused(f"{request.word}: not shown by this venue yet")
        if request.word == ACCOUNT:
            return OperatorReply(tables=self._tables.account(self._account(request)))
        return OperatorReply(tables=self._tables.fees())

    def _status(self) -> OperatorReply:
        market = self._market
        if isinstance(market, Board):
            return OperatorReply(rows=tuple(_row(one, market) for one in self._instruments.values()))
        rows = tuple(StatusRow(name, "-", "-", "-", "-") for name in self._instruments)
        return OperatorReply(("states and prices are not shown by this venue yet",), rows)


def _refuse_surplus(request: OperatorRequest, fields: frozenset[str]) -> None:
    for name, value in request._asdict().items():
        if value and name != "word" and name not in fields:
            name = "all" if name == "everywhere" else name
            raise OperatorRefused(f"{request.word}: has no use for {name}")


def _ticks(text: str, instrument: Instrument) -> int:
    if not PRICE.fullmatch(text):
        if text.isascii() and text.replace(".", "", 1).isdigit():
            raise OperatorRefused(f"price {quoted(text)}: has more digits than any price")
        raise OperatorRefused(f"price {quoted(text)}: must be a decimal number, such as 50000.5")
    ticks = Fraction(text) / instrument.tick
    tick = decimal_text(instrument.tick)
    if ticks >= LARGEST_EXACT_INTEGER:
        largest = decimal_text((LARGEST_EXACT_INTEGER - 1) * instrument.tick)
        raise OperatorRefused(f"price {text}: too large, the largest one of {instrument.name} is {largest}")
    if ticks.denominator != 1 or ticks <= 0:
        raise OperatorRefused(f"price {text}: must be a positive multiple of {tick}, the tick of {instrument.name}")
    return int(ticks)


def _counts(events: list[Event]) -> str:
    withdrawn = sum(isinstance(event, OrderCancelled) for event in events)
    trades = sum(isinstance(event, Trade) for event in events)
    counted = ((withdrawn, "orders withdrawn"), (trades, "trades"))
    return "".join(f"; {what}: {count}" for count, what in counted if count)


def _row(instrument: Instrument, board: Board) -> StatusRow:
    status = board.instrument_status(instrument.number)
    last, index, mark = (
        decimal_text(ticks * instrument.tick) if ticks else "-"
        for ticks in (status.last_ticks, status.index_ticks, status.mark_ticks)
    )
    return StatusRow(instrument.name, STATE_NAMES[MarketState(status.state)], last, index, mark)
