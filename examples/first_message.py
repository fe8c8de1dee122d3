"""Send one message, print the reply: nothing but a socket, a selector and the controller.

    python3 -m examples.first_message 127.0.0.1 4444
"""

import selectors
import socket
import sys

from base.create_example_message import MSG_CLIENT_LOGON, create_example_message
from base.socket_controller import SocketController


class FirstMessage(SocketController):
    def process_state(self, message):
        print(message)
        self.close("one reply is enough")


if len(sys.argv) != 3:
    sys.exit("usage: python3 -m examples.first_message HOST PORT, those of a running AES")

sel = selectors.DefaultSelector()
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
addr = (sys.argv[1], int(sys.argv[2]))
message = create_example_message(MSG_CLIENT_LOGON, Account=1, UserName="1", TwoFA="517846", Key=0)

socket_controller = FirstMessage(sel, sock, addr, message)
while not socket_controller.closed:
    for key, mask in sel.select():
        key.data.process_events(mask)
print("closed:", socket_controller.close_reason)
