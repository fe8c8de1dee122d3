"""The example AES: logs clients on and hands them over to an OES.

    python3 example_server_aes.py 0.0.0.0 4444

Start it beside example_server_oes.py in the same directory: the two find each other in ./state.
It prints every message that it receives; --help shows its options.
"""

import sys

from base.servers.example import example_main

if __name__ == "__main__":
    sys.exit(example_main("aes"))
