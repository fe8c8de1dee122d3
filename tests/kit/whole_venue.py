"""OES, MDS and AES of the demo in threads of this process, and people who trade there.

In: a state directory. Out: the running servers; orders sent and answered. Never knows: what is to be seen of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from base.client import Trader
from base.messages import Side
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.mds import build_mds
from base.servers.oes import build_oes
from base.servers.server import Server
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

LOOPBACK = ("127.0.0.1", 0)


class WholeVenue(NamedTuple):
    """The three servers."""

    oes: Server
    mds: Server
    aes: Server


@contextmanager
def whole_venue(state: Path) -> Iterator[WholeVenue]:
    """Run the three servers on a state directory."""
    settings = demo_settings()
    with (
        serving(lambda: build_oes(settings, LOOPBACK, state)) as oes,
        serving(lambda: build_mds(settings, LOOPBACK, state)) as mds,
        serving(lambda: build_aes(settings, LOOPBACK, state)) as aes,
    ):
        yield WholeVenue(oes, mds, aes)


def trade(aes: Server, price: float, *, side: Side = Side.BUY, quantity: float = 1.0) -> None:
    """Have account 1 enter an order in BTCUSD; it is answered when this returns."""
    with Trader(*aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S) as trader:
        trader.replies(trader.new_order("BTCUSD", side, quantity, price))
