"""The logon message `H`: request, reply and logout, to and from AES, OES and MDS.

In: keywords or bytes. Out: a typed message.
Never knows: who may log on.
Follows: binary protocol, section 3.1.
"""

from construct import Int16ul, Int32ul, Int64ul, Struct

from base.wire.bo.header import ACCOUNT_DOC, SESSION_DOC, TIME_DOC, USER_DOC, header
from base.wire.layout import Message, Text


class ClientLogon(Message, letter="H", name="client_logon", size=143):
    """`H`, 143 bytes, both directions."""

    __slots__ = ()
    LAYOUT = Struct(
        *header(),
        "LogonType" / Int16ul * "1 login, 2 logout",
        "Account" / Int32ul * ACCOUNT_DOC,
        "TwoFA" / Text(6) * "one-time code",
        "UserName" / Text(6) * USER_DOC,
        "TradingSessionID" / Int32ul * SESSION_DOC,
        "PrimaryOrderEntryIP" / Text(24) * "reply: ip:port of the OES",
        "SecondaryOrderEntryIP" / Text(24) * "reply: ip:port of the spare OES",
        "PrimaryMarketDataIP" / Text(24) * "reply: ip:port of the MDS",
        "SecondaryMarketDataIP" / Text(24) * "reply: ip:port of the spare MDS",
        "SendingTime" / Int64ul * TIME_DOC,
        "LastSeqNum" / Int32ul * "last sequence number, or the sender's own",
        "Key" / Int32ul * "0 to the AES; the AES key to the OES; reply: the key to use next",
        "LoginStatus" / Int16ul * "reply: 1 ok, 2 failed",
        "RejectReason" / Int16ul * "reply: code when failed",
        "RiskMaster" / Text(1) * "not used; NUL, N or Y",
    )
