"""The client of the two-stage logon: as a library call, as a menu, with a transcript.

In: nothing. Out: Trader and MarketData, the names that scripts use. Never knows: the market, the servers.
Follows section 5 (session flow) of the protocol.
"""

from base.client.market_data import MarketData
from base.client.trader import Trader

__all__ = ["MarketData", "Trader"]
