"""What the two clients of the two-stage logon have in common, shown on both."""

import pytest

from base.client import MarketData, Trader
from base.client.two_stage import TwoStageClient
from base.errors import ConnectionLost
from tests.kit.scripted_servers import closed_port

BOTH = pytest.mark.parametrize("kind", [Trader, MarketData])


@BOTH
def test_an_aes_that_is_not_there_is_told_and_everything_is_closed(kind: type[Trader] | type[MarketData]) -> None:
    client: TwoStageClient = kind(*closed_port(), key="1", user="1", account=1)
    with pytest.raises(ConnectionLost, match="the AES at") as told, client:
        raise AssertionError("nobody let it in")
    assert client.failure is told.value
    assert client.address_of("AES") is None
    with pytest.raises(KeyError):
        client.address_of({Trader: "MDS", MarketData: "OES"}[kind])
    client.close()
    assert (client.next_deadline_ns(), client.resuming) == (None, False)
