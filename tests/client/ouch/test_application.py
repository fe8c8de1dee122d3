"""Dialects as a user's program sees them: names, fields that can be set, and nothing that is not declared."""

import pytest

from base.client.ouch import DIALECTS, japannext, japannext64, nasdaq50
from base.client.ouch.application import Application
from base.errors import FieldError
from base.wire.dialect import Dialect, Direction
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.japannext64 import JAPANNEXT64
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50

WIRE = {"japannext": JAPANNEXT, "nasdaq42": NASDAQ42, "nasdaq50": NASDAQ50, "japannext64": JAPANNEXT64}
APPLICATIONS = DIALECTS | {"japannext64": japannext64}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_message_is_there_and_writes_the_same_bytes(name: str) -> None:
    application: Application = APPLICATIONS[name]
    wire: Dialect = WIRE[name]
    for message in wire.messages:
        made = getattr(application, message.__name__)()
        assert made.encode() == message().encode()
        back = application.dialect.decode(made.encode(), message.DIRECTION)
        assert type(back) is getattr(application, message.__name__)
        assert repr(back) == repr(message())


def test_a_field_that_is_set_is_in_the_bytes() -> None:
    order = japannext.EnterOrder(orderToken=1)
    order.quantity = 100
    order.group = "DAY"
    assert order.encode() == JAPANNEXT.named("EnterOrder")(orderToken=1, quantity=100, group="DAY").encode()
    assert (order.orderToken, order.quantity) == (1, 100)


def test_an_appendage_can_be_set_and_comes_back() -> None:
    order = nasdaq50.EnterOrder(userRefNum=1)
    order.appendage = {"MinQty": 5}
    order.quantity = 10
    back = nasdaq50.dialect.decode(order.encode(), Direction.TO_HOST)
    assert (back.appendage, back.quantity, back.userRefNum) == ({"MinQty": 5}, 10, 1)


@pytest.mark.parametrize("name, value", [("quantitty", 1), ("quantity", -1), ("messageType", "X"), ("group", "DAYDAY")])
def test_what_cannot_be_carried_is_refused_at_once(name: str, value: object) -> None:
    order = japannext.EnterOrder(quantity=3)
    with pytest.raises(FieldError, match=name):
        setattr(order, name, value)
    assert order == japannext.EnterOrder(quantity=3)


def test_a_name_that_is_no_message_is_no_attribute() -> None:
    assert not hasattr(japannext, "EnterOrdr")
    with pytest.raises(AttributeError, match="EnterOrder"):
        _ = japannext.EnterOrdr
