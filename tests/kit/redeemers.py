"""A process that redeems grants in several threads at once, as an order-entry server's rivals would.

In: the state directory and the number of threads as arguments; one JSON list of grants (account, user, code,
key) on standard input, then a line that says go. Out: "ready", then for each thread the names of the outcomes.
Never knows: which of its attempts should win.
"""

import json
import sys
import threading

from base import limits
from base.access.grants import Grants
from base.access.state_file import StateFile
from base.clock import Clock
from base.vocabulary.logons import ORDER_ENTRY


def redeem_all(directory: str, grants: list[list[object]], outcomes: list[str], start: threading.Barrier) -> None:
    state = StateFile(directory, Clock())
    desk = Grants(state)
    start.wait()
    for account, user, two_fa, key in grants:
        outcomes.append(desk.redeem(account, user, two_fa, key, ORDER_ENTRY).outcome.name)  # type: ignore[arg-type]
    state.close()


def main() -> None:
    directory, threads = sys.argv[1], int(sys.argv[2])
    limits.GRANT_LIFE_NS = 600 * 1_000_000_000  # a slow disk takes longer for all of them than a grant lives
    grants = json.loads(sys.stdin.readline())
    start = threading.Barrier(threads + 1)
    outcomes: list[list[str]] = [[] for _ in range(threads)]
    redeemers = [threading.Thread(target=redeem_all, args=(directory, grants, mine, start)) for mine in outcomes]
    for redeemer in redeemers:
        redeemer.start()
    print("ready", flush=True)
    sys.stdin.readline()
    start.wait()
    for redeemer in redeemers:
        redeemer.join()
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
