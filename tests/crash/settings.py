"""The venue of the crash tests as a settings file.

In: how many clients, whether they pay fees. Out: TOML. Never knows: who reads it.
"""

SYMBOLS = {1: "BTCUSD", 4: "BTCUSDT"}
QUOTES = {1: "USD", 4: "USDT"}
OPENING = {"USD": 1_000_000, "USDT": 1_000_000, "BTC": 100}
ATOMS_PER_UNIT = 10**8
LOTS_PER_UNIT = 100_000
LOT = 1 / LOTS_PER_UNIT
ATOMS_PER_LOT = 1_000
TICKS_PER_UNIT = {1: 2, 4: 100}
TICKS = {symbol: 1 / ticks for symbol, ticks in TICKS_PER_UNIT.items()}
ATOMS_PER_TICK_AND_LOT = {1: 500, 4: 10}
"""Atoms of the quote currency that one lot costs per tick of its price."""


HEAD = """
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
number = 4
name = "BTCUSDT"
base = "BTC"
quote = "USDT"
tick = "0.01"
lot = "0.00001"
min = "0.00001"
max = "10000"
"""


def user_of(account: int) -> str:
    """The name of an account's user, which is its key as well."""
    return f"u{account}"


def totp_key_of(account: int) -> str:
    """The key of an account with one-time codes."""
    return f"JBSWY3DPEHPK3PXPGEZDGNBVGY3TQO{chr(64 + account)}Q"


def account(number: int, mode: str = "constant", **more: object) -> str:
    """One account with its only user."""
    user = user_of(number)
    key = totp_key_of(number) if mode == "totp" else user
    fields = {"number": number, "user": user, "key": key, "mode": mode, **more}
    lines = [f"{name} = {_toml(value)}" for name, value in fields.items()]
    balances = ", ".join(f'{name} = "{amount}"' for name, amount in OPENING.items())
    return "\n".join(["[[accounts]]", *lines, f"balances = {{ {balances} }}", ""])


def venue(*accounts: str) -> str:
    """The whole file."""
    return "\n".join([HEAD, *accounts])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
