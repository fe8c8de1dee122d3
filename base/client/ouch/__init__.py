"""OUCH for programs of users: three dialects, sessions with and without asyncio, a base class for servers.

In: nothing. Out: the names that scripts use. Never knows: the market, the venue.
Follows: the guide of nasdaq-protocols.
"""

from base.client.ouch.application import Application
from base.client.ouch.blocking import BlockingSession, connect, connect_bare
from base.client.ouch.server import Client, OuchServer
from base.client.ouch.session import Session, connect_async, connect_bare_async
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.japannext64 import JAPANNEXT64
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50

japannext = Application(JAPANNEXT)
japannext64 = Application(JAPANNEXT64)
nasdaq42 = Application(NASDAQ42)
nasdaq50 = Application(NASDAQ50)
DIALECTS = {"japannext": japannext, "nasdaq42": nasdaq42, "nasdaq50": nasdaq50}

__all__ = [
    "DIALECTS",
    "Application",
    "BlockingSession",
    "Client",
    "OuchServer",
    "Session",
    "connect",
    "connect_async",
    "connect_bare",
    "connect_bare_async",
    "japannext",
    "japannext64",
    "nasdaq42",
    "nasdaq50",
]
