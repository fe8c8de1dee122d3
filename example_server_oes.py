"""The example OES: takes the clients that an AES hands over, and trades.

    python3 example_server_oes.py 0.0.0.0 4445

Start it beside example_server_aes.py in the same directory: the two find each other in ./state.
It prints every message that it receives; --help shows its options.
"""

import sys

from base.servers.example import example_main

if __name__ == "__main__":
    sys.exit(example_main("oes"))
