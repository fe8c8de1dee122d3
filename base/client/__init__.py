"""The client of the two-stage logon: as a library call, as a menu, with a transcript.

In: nothing. Out: Trader, the name that scripts use. Never knows: the market, the servers.
Follows section 5 (session flow) of the protocol.
"""

from base.client.trader import Trader

__all__ = ["Trader"]
