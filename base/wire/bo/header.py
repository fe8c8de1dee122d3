"""What every message of the binary protocol begins with.

In: nothing. Out: the subcons of the header, and the texts that several tables share.
Never knows: what a message means.
Follows: binary protocol, sections 1 and 3.
"""

from typing import Any

from construct import Int16sl, Int16ul

from base.wire.layout import Text

KEY_DOC = "security key given by the server"
SESSION_DOC = "trading session number given at logon"
TIME_DOC = "nanoseconds since 1970-01-01 UTC"
SEQUENCE_DOC = "sender's sequence number"
ACCOUNT_DOC = "account number given by the exchange"
USER_DOC = "user name given by the exchange"
SYMBOL_DOC = "instrument number"
SYMBOL_NAME_DOC = "instrument name"
SYMBOL_TYPE_DOC = "1 spot, 2 futures, 3 derivative"


def header(signed: bool = False) -> tuple[Any, ...]:
    """Type letter, reserved letter, length: the four bytes in front of everything."""
    return (
        "Data1" / Text(1) * "type letter",
        "Data2" / Text(1) * "reserved, NUL",
        "MessageLen" / (Int16sl if signed else Int16ul) * "length in bytes, header included",
    )


def padding() -> Any:
    """Two bytes without meaning; 0 when sent, ignored when received."""
    return "Padding" / Int16ul * "0"
