"""The settings of a venue without a settings file: four instruments, four accounts that anybody may use.

In: nothing. Out: Settings. Never knows: who uses them; whoever starts a server says where they are allowed.
Follows the owner's README (account, user and key 1; account 100700 of user BOU7) and the protocol's table
of instruments. The keys stand here in clear, so these accounts protect nothing.
"""

from base.servers.settings import Settings, parse_settings

NAME = "built-in demo settings"

INSTRUMENTS = """
[currencies]
USDT = "0.0000000001"  # finer than the others, because FLYUSDT and USDUSDT have fine ticks

[[instruments]]
number = 1
name = "BTCUSD"
base = "BTC"
quote = "USD"
tick = "0.5"
lot = "0.00001"
min = "0.00001"
max = "10000"

[[instruments]]
number = 2
name = "USDUSDT"
base = "USD"
quote = "USDT"
tick = "0.0001"
lot = "0.00001"
min = "0.00001"
max = "60000"

[[instruments]]
number = 3
name = "FLYUSDT"
base = "FLY"
quote = "USDT"
tick = "0.00001"
lot = "0.00001"
min = "0.00001"
max = "60000"

[[instruments]]
number = 4
name = "BTCUSDT"
base = "BTC"
quote = "USDT"
tick = "0.01"
lot = "0.00001"
min = "0.00001"
max = "10000"
"""

ACCOUNT = """
[[accounts]]
number = {number}
user = "{user}"
key = "{user}"
mode = "constant"
balances = {{ USD = "1000000", USDT = "1000000", BTC = "1000", FLY = "1000000" }}
{fees}
"""

ACCOUNTS = ((1, "1"), (100700, "BOU7"), (100701, "BOU8"), (100702, "BOU9"))
"""Account numbers and user names; the key of each is its user name."""


FEES = {100701: 'make_fee = "0.0001"\ntake_fee = "0.00025"'}
"""Who pays fees; the others trade for nothing, as the original venue's accounts did."""


def demo_settings() -> Settings:
    """Give the demo's settings, read by the same rules as a file."""
    accounts = "".join(ACCOUNT.format(number=number, user=user, fees=FEES.get(number, "")) for number, user in ACCOUNTS)
    return parse_settings(NAME, INSTRUMENTS + accounts)
