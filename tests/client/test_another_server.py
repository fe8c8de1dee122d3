"""The loss of an OES with servers of ours: a planned stop, then another one on the same state directory."""

import io
from contextlib import ExitStack
from pathlib import Path

from base.client import Trader
from base.client.transcript import Transcript
from base.messages import MessageType, Side
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

LOOPBACK = ("127.0.0.1", 0)


def test_trading_goes_on_at_the_oes_that_the_aes_names_next(tmp_path: Path) -> None:
    output = io.StringIO()
    with ExitStack() as stack, ExitStack() as first:
        first.enter_context(serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)))
        aes = stack.enter_context(serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path)))
        trader = Trader(*aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S, transcript=Transcript(output))
        stack.callback(trader.close)
        trader.log_on()
        session = trader.trading_session
        first.close()
        second = stack.enter_context(serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)))
        order = trader.new_order("BTCUSD", Side.BUY, 1.0, 50_000.0)
        (reply,) = trader.replies(order)
        assert (reply.MessageType, reply.RejectReason) == (MessageType.REJECT, 1), "it was sent to nobody"
        assert trader.address_of("OES") == second.address
        assert trader.trading_session != session
        again = trader.new_order("BTCUSD", Side.BUY, 1.0, 50_000.0)
        assert trader.replies(again)[0].MessageType == MessageType.ORDER_ACK
        assert f"Trading goes on at 127.0.0.1:{second.address[1]}\n" in output.getvalue()
        trader.logout()
