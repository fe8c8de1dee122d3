"""The first logon that the owner's README shows: account 1, user "1", key "1", to the AES.

In: nothing. Out: its 143 bytes in hex, upper case. Never knows: how it is made.
"""

_EMPTY_ADDRESS = "31" + "00" * 23

FIRST_SAMPLE = (
    "48008F0001000100000035313738343631000000"
    "0000FA010000" + _EMPTY_ADDRESS * 4 + "0000000000000000" + "29E41600" + "00000000" + "0000" + "0000" + "00"
)
