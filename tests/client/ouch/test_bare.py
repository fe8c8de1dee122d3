"""Bare OUCH on TCP: no login, messages both ways, an end for what is no message."""

import pytest

from base.client.ouch import connect_bare, japannext
from base.client.ouch.bare import BareConversation
from base.errors import ConnectionLost, LocalProtocolError
from base.session.soup_events import ProtocolBroken, UnsequencedReceived
from base.wire.dialect import Direction
from tests.client.ouch.peers import accepting
from tests.kit.patience import PATIENCE_S


def test_an_order_is_answered_without_a_login() -> None:
    with accepting(bare=True).in_thread() as server, connect_bare(server.address, dialect=japannext.dialect) as client:
        client.send_message(japannext.EnterOrder(orderToken=1, quantity=5))
        answer = client.receive_message(PATIENCE_S)
        assert (type(answer), answer.quantity, client.sequence) == (japannext.OrderAccepted, 5, 0)


def test_the_server_hangs_up_when_it_hears_garbage() -> None:
    with accepting(bare=True).in_thread() as server, connect_bare(server.address, dialect=japannext.dialect) as client:
        client.send_message(b"?")
        with pytest.raises(ConnectionLost, match="the peer closed"):
            client.receive_message(PATIENCE_S)


def test_messages_come_in_any_cut_and_the_error_comes_once() -> None:
    conversation = BareConversation(japannext.dialect, Direction.TO_HOST)
    raw = japannext.CancelOrder(orderToken=1).encode()
    conversation.receive(raw + raw[:3], 0)
    assert list(conversation.events()) == [UnsequencedReceived([raw])]
    conversation.receive(raw[3:] + b"?", 0)
    found = list(conversation.events())
    assert found[0] == UnsequencedReceived([raw]) and isinstance(found[1], ProtocolBroken)
    assert conversation.is_over and list(conversation.events()) == []
    with pytest.raises(LocalProtocolError):
        conversation.send_unsequenced(raw)
