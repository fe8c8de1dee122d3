"""A dialect as a program of a user sees it: message classes by name, with fields that can be set, and ``connect``.

In: a dialect of `base.wire`. Out: its messages under their names, and sessions that speak it.
Never knows: what a message does to an order.
Follows: the guide of nasdaq-protocols, "Sending and Receiving OUCH messages".
"""

from types import new_class
from typing import Any

from base.client.ouch.blocking import BlockingSession
from base.client.ouch.blocking import connect as connect_blocking
from base.client.ouch.session import Callback, CloseCallback, Remote, Session
from base.client.ouch.session import connect_async as connect_with
from base.errors import FieldError
from base.wire.dialect import Dialect, DialectMessage
from base.wire.ouch.appendage import AppendableMessage


class Settable:
    """Lets the fields of a message be set one by one, each checked at once; misspelt names are refused."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # what changes has no lasting hash

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        if name == "messageType":
            raise FieldError(f"messageType: {type(self).__name__} keeps its own")
        changed = self.replace(**{name: value})  # type: ignore[attr-defined]  # a Record stands beside this class
        for slot in ("_values", "_appendage", "_tail"):
            if hasattr(changed, slot):
                object.__setattr__(self, slot, getattr(changed, slot))


def settable(message: type[DialectMessage]) -> type[DialectMessage]:
    """The same message, with fields that can be set."""
    words: dict[str, Any] = {"letter": message.LETTER, "direction": message.DIRECTION, "size": message.SIZE}
    if issubclass(message, AppendableMessage):
        words["tags"] = message.ALLOWED
    body = {"__slots__": (), "__doc__": message.__doc__, "__module__": message.__module__}
    return new_class(message.__name__, (Settable, message), words, lambda names: names.update(body))


class Application:
    """All that a program needs of one dialect.

    >>> from base.wire.ouch.japannext import JAPANNEXT
    >>> ouch = Application(JAPANNEXT)
    >>> order = ouch.EnterOrder()
    >>> order.quantity = 100
    >>> order
    EnterOrder(quantity=100)
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = Dialect(
            dialect.name, map(settable, dialect.messages), [settable(message) for message in dialect.also_read]
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.dialect.named(name)
        except FieldError as error:
            raise AttributeError(str(error)) from None

    def __repr__(self) -> str:
        return f"<{self.dialect.name}>"

    async def connect_async(
        self,
        remote: Remote,
        user: str,
        password: str,
        session: str = "",
        sequence: int = 0,
        *,
        on_msg: Callback | None = None,
        on_close: CloseCallback | None = None,
        timeout_s: float = 10.0,
    ) -> Session:
        """Log in over SoupBinTCP; see `base.client.ouch.session.connect_async`."""
        return await connect_with(
            remote, user, password, session, sequence,
            dialect=self.dialect, on_msg=on_msg, on_close=on_close, timeout_s=timeout_s,
        )  # fmt: skip

    def connect(
        self,
        remote: Remote,
        user: str,
        password: str,
        session: str = "",
        sequence: int = 0,
        *,
        on_msg: Callback | None = None,
        on_close: CloseCallback | None = None,
        timeout_s: float = 10.0,
    ) -> BlockingSession:
        """Log in over SoupBinTCP without asyncio; see `base.client.ouch.blocking.connect`."""
        return connect_blocking(
            remote, user, password, session, sequence,
            dialect=self.dialect, on_msg=on_msg, on_close=on_close, timeout_s=timeout_s,
        )  # fmt: skip
