"""G4 and G5 with whole processes: a commit that fails ends the OES at once; a full disk stops new orders only."""

import time
from pathlib import Path

from base.messages import MessageType, Side, Transaction
from tests.crash.line import LineLost, User
from tests.crash.processes import Process, ServerEnded, Site
from tests.crash.settings import account, venue
from tests.crash.test_spare_takes_over import open_orders
from tests.kit.counts import count
from tests.kit.patience import wait_until

CALLS = count(ordinary=5, long=50)
SYMBOL = 1
NO_ROOM_CODE = 9
WITHIN_NS = 1_000_000_000
OFTEN_NS, RARELY_NS = 20_000_000, 3_600_000_000_000


def buy(user: User) -> Transaction:
    """Write a small order that stays in the book."""
    return user.requests.new_order(SYMBOL, Side.BUY, 0.001, 40_000.0, 1, 2, user.requests.next_order_id(), 1, {})


def answer(user: User, request: Transaction) -> Transaction:
    """Send a request and give its answer."""
    assert user.oes is not None
    user.oes.send(request)
    reply = user.oes.receive()
    assert isinstance(reply, Transaction) and reply.OrderID == request.OrderID, reply
    return reply


def ended_at_once(site: Site, oes: Process) -> bool:
    """Whether a process ended with a failure within a second, of a free machine, after its disk failed."""
    code = oes.wait()
    ended_ns = time.monotonic_ns()
    fault_ns = int(oes.said().partition("fault at ")[2].split()[0])
    return code == 1 and ended_ns - fault_ns < WITHIN_NS * site.slowness and "Traceback" not in oes.said()


def test_after_a_failed_commit_nothing_is_acknowledged_and_nothing_is_lost(tmp_path: Path) -> None:
    """Call after call fails; each following process has everything that those before it acknowledged."""
    acknowledged: list[int] = []
    doubtful: set[int] = set()
    with Site(tmp_path, venue(account(1, most_open_orders=10_000))) as site:
        user = User(site.start("aes").address(), 1, site.held)
        for call in range(1, CALLS + 1):
            oes = site.start("oes", fault={"at": "sync", "file": ".journal", "call": call, "do": "fail"})
            heard = 0
            try:
                oes.address()
                user.log_on()
                found = open_orders(user)
                assert set(acknowledged) <= set(found) <= set(acknowledged) | doubtful
                acknowledged, doubtful = found, set()
                while heard < call:
                    request = buy(user)
                    doubtful = {request.OrderID}
                    assert answer(user, request).MessageType == MessageType.ORDER_ACK
                    acknowledged.append(request.OrderID)
                    doubtful = set()
                    heard += 1
            except (LineLost, ServerEnded):
                assert ended_at_once(site, oes), oes.said()
            # synced are, where there is one, the last record again; the start; the logon; then order after order
            assert heard == max(call - 3 - (call > 1), 0)
        oes = site.start("oes")
        oes.address()
        user.log_on()
        assert set(acknowledged) <= set(open_orders(user)) <= set(acknowledged) | doubtful
        assert oes.kill() and len(acknowledged) >= sum(range(CALLS - 3))


class FullDisk:
    """An OES whose disk has no room while a file exists, and its only client."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.sign = site.directory / "full"
        self.user = User(site.start("aes").address(), 1, site.held)
        self.open: list[Transaction] = []
        self.start(OFTEN_NS)

    def start(self, look_ns: int) -> None:
        """Start an OES, which looks for room that often, and log on."""
        limits = {"JOURNAL_SEGMENT_BYTES": 64 * 1024, "ROOM_NS": look_ns}
        self.oes = self.site.start("oes", limits=limits, no_room=str(self.sign))
        self.oes.address()
        self.user.log_on()

    def is_taken(self) -> bool:
        """Send a new order; say whether it is accepted."""
        request = buy(self.user)
        reply = answer(self.user, request)
        if reply.MessageType == MessageType.ORDER_ACK:
            self.open.append(request)
            return True
        assert (reply.MessageType, reply.RejectReason) == (MessageType.REJECT, NO_ROOM_CODE)
        return False

    def follow_up(self, order: Transaction, kind: MessageType) -> Transaction:
        """Replace or cancel an order."""
        return answer(self.user, self.user.requests.follow_up(order, kind, self.user.requests.next_order_id(), 1, {}))

    def cancel_some(self) -> None:
        """Cancels are carried out."""
        for _ in range(10):
            assert self.follow_up(self.open.pop(), MessageType.ORDER_CANCEL).MessageType == MessageType.CANCELLED

    def ids(self) -> list[int]:
        return [order.OrderID for order in self.open]


def test_on_a_full_disk_new_orders_are_refused_and_cancels_work(tmp_path: Path) -> None:
    with Site(tmp_path, venue(account(1))) as site:
        disk = FullDisk(site)
        for _ in range(50):
            assert disk.is_taken()
        disk.sign.touch()
        wait_until(lambda: not disk.is_taken(), "new orders are refused")
        disk.cancel_some()
        refused = disk.follow_up(disk.open[0], MessageType.CANCEL_REPLACE)
        assert (refused.MessageType, refused.RejectReason) == (MessageType.REJECT, NO_ROOM_CODE)
        assert not disk.is_taken()
        assert open_orders(disk.user) == disk.ids()
        assert disk.oes.said().count("is full") == 1

        disk.oes.kill()
        disk.start(RARELY_NS)  # what is left of the reserve is for cancels from the first moment on
        assert not disk.is_taken()
        disk.cancel_some()
        assert disk.oes.said().count("is full") == 1

        disk.oes.kill()
        disk.start(OFTEN_NS)
        disk.sign.unlink()
        wait_until(disk.is_taken, "new orders are taken again")
        assert disk.oes.said().count("has room again") == 1
        disk.oes.kill()
        disk.start(OFTEN_NS)
        assert open_orders(disk.user) == disk.ids()
