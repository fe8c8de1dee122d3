"""A client that pipelines thousands of orders, as a process of its own.

In: the number of an inherited socket that is logged on; its ring of messages, pickled, and then the words "go" and
"stop" on the standard input. Out: each word again, once it is so: the first orders are answered; nothing is on its
way any more. Never knows: who else is there.
"""

import pickle
import selectors
import socket
import sys

from benchmarks.load import READ_BYTES
from benchmarks.orders import SIZE, SLOTS, Replies, Ring

PIPELINED = 10_000
STANDARD_INPUT = 0


def pipeline(sock: socket.socket, ring: Ring, replies: Replies) -> None:
    """Send thousands of orders as one piece and take all answers."""
    unsent = memoryview(b"".join(bytes(ring.take(SLOTS)) for _ in range(-(-PIPELINED // SLOTS))))
    waiting = len(unsent) // SIZE
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while waiting > 0:
            ((_, ready),) = selector.select()
            if ready & selectors.EVENT_WRITE:
                unsent = unsent[sock.send(unsent) :]
                if not unsent:
                    selector.modify(sock, selectors.EVENT_READ)
            if ready & selectors.EVENT_READ:
                waiting -= replies.count(sock.recv(READ_BYTES))
    if replies.rejected:
        raise RuntimeError(f"{replies.rejected} messages were refused; the mix holds only good ones")


def main() -> None:
    """Pipeline while told to."""
    replies, ring = Replies(), pickle.load(sys.stdin.buffer)
    with socket.socket(fileno=int(sys.argv[1])) as sock, selectors.DefaultSelector() as selector:
        sock.setblocking(False)
        selector.register(STANDARD_INPUT, selectors.EVENT_READ)
        for word in sys.stdin:
            if word == "go\n":
                pipeline(sock, ring, replies)
                print("go", flush=True)
                while not selector.select(0):
                    pipeline(sock, ring, replies)
            else:
                print("stop", flush=True)


if __name__ == "__main__":
    main()
