"""The dialogues of the owner's README, one list of lines for each; at a `*` the rest of a line is free.

In: nothing. Out: lines to look for, in their order. Never knows: how the programs are run.
"""

from tests.kit.first_sample import FIRST_SAMPLE

FIRST_DIALOGUE = f"""\
Enter API Trading Key:
Enter User Name:
Enter Account:
[lib]  The AES server is 127.0.0.1 : 4444
[lib]  Starting connection to 127.0.0.1 : 4444  ...
[lib]  Successfully connected to the server.
[lib]  Send the AES Logon message
[lib]  Encoded Client Logon message {FIRST_SAMPLE}
[lib]  Sending 143 bytes to 127.0.0.1 : 4444  ..
[lib]  Read 143 bytes from 127.0.0.1 : 4444
[lib]  Processing the received message ...
[lib]  Message type is client_logon
[lib]  Buffer size is 143 required len is 143
[lib]    Data1 :  H
[lib]    Data2 :
[lib]    Data3 :  143
[lib]    LogonType :  1
[lib]    Account :*
[lib]    TwoFA :*
[lib]    UserName :*
[lib]    TradingSessionID :*
[lib]    PrimaryOrderEntryIP :  127.0.0.1:4445
[lib]    SecondaryOrderEntryIP :*
[lib]    PrimaryMarketDataIP :*
[lib]    SecondaryMarketDataIP :*
[lib]    SendingTime :*
[lib]    LastSeqNum :*
[lib]    Key :*
[lib]    LoginStatus :  1
[lib]    RejectReason :  0
[lib]    RiskMaster :
[lib]  Valid: True
[lib]  From AES server, Received message: len= 143
[lib]  AES Logon success
[lib]  The OES server is 127.0.0.1 : 4445
[lib]  Starting connection to 127.0.0.1 : 4445  ...
[lib]  Successfully connected to the server.
[lib]  At send_callback to OES ...
[lib]  Send the OES Logon message
[lib]  At sending, Message Counter is 0 Tx/Rx state is recv_logon
[lib]  Processing the received message ...
""".splitlines()

AUTOMATIC = """\
[lib]  At send_callback to OES ...
[lib]  Sending the Order message, msg_type= 1 order_type= 1
""".splitlines()

SECOND_DIALOGUE = """\
starting connection to ('127.0.0.1', 4444)  ...
0\tGo To Receive Mode
H\tclient_logon
Y\tinstrument_request
w\trisk_update_request
E\topen_order_request
f\tcollateral_request
T\tnew_limit_order
s\tmd_subscribe
u\tmd_unsubscribe

Enter a valid message type:
Encoded Client Logon message 48008F00*
sending 143 bytes to ('127.0.0.1', 4444)  ...
""".splitlines()

AES_SHOWS = """\
listening on ('127.0.0.1', 4444)
Message type is client_logon
Buffer size is 143 required len is 143
Decoded Client Logon message:
        data1                            b'H'
        data2                            b'\\x00'
        data3                            143
        logonType                        1
        account                          1
        twoFA                            b'517846'
        userName                         b'1\\x00\\x00\\x00\\x00\\x00'
        tradingSessionID                 506
        primaryOrderEntryIP              b'1*
        sendingTime                      0
        lastSeqNum                       1500201
        key                              0
        loginStatus                      0
        rejectReason                     0
        riskMaster                       b'\\x00'
No more receive data
""".splitlines()

THIRD_DIALOGUE = """\
1. Specify the IPv4 address and the port number of the server
Enter a valid IPv4 address:
Enter a valid port number:
[lib]  Starting connection to ('127.0.0.1', 4444)  ...
[lib]  Successfully connected to the server.
Enter API Trading Key:
""".splitlines()
