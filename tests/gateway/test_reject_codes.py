"""E7: each of the 57 published reject codes is provoked here, or listed as never sent with the reason."""

from collections.abc import Callable

import pytest

from base.gateway.operator_requests import OperatorRequest
from base.vocabulary.participants import OrderLimits
from base.wire.bo.codes import MessageType, RejectReason
from base.wire.bo.logon import ClientLogon
from tests.kit.floor import Floor

ONE = "one code says all that a client may learn before its logon: 4"
ONCE = "what an order would exceed is said when it is entered: 37"
NEVER_CALLED = "the venue calls no margin: it neither cancels nor closes anything because prices moved"

NEVER_SENT = {
    RejectReason.USER_NOT_FOUND: ONE,
    RejectReason.ACCOUNT_NOT_FOUND: ONE,
    RejectReason.RISK_ACCOUNT_NOT_FOUND: "every account that may log on has its place at the risk desk",
    RejectReason.RISK_SYMBOL_NOT_FOUND: "every instrument has its place at the risk desk",
    RejectReason.MDS_NOT_AVAILABLE_TRADING_DISABLED: "trading does not need market data",
    RejectReason.STOP_SIZE_INVALID: "no order type has a size of its own for its stop",
    RejectReason.ORIG_SIZE_INVALID: "no request carries the original size",
    RejectReason.INVALID_SECURITY_KEY: "51 says the same",
    RejectReason.INSTRUMENT_MARGIN_EXCEEDED: ONCE,
    RejectReason.MARGIN_BUY_ORDER_CANCELLATION_IN_PROGRESS: NEVER_CALLED,
    RejectReason.MARGIN_SELL_ORDER_CANCELLATION_IN_PROGRESS: NEVER_CALLED,
    RejectReason.MARGIN_LONG_POSITION_LIQUIDATION_IN_PROGRESS: NEVER_CALLED,
    RejectReason.MARGIN_SHORT_POSITION_LIQUIDATION_IN_PROGRESS: NEVER_CALLED,
    RejectReason.NO_RISK_DATA: "there is always risk data",
    RejectReason.NONE: "says that nothing was rejected",
    RejectReason.ACCEPTED: "says that nothing was rejected",
    RejectReason.MSG_SEQ_NUM_INVALID: "clients send constants as sequence numbers, so they are echoed, not enforced",
    RejectReason.CANT_EXECUTE_AGAINST_EXCHANGE_ORDER: "the exchange enters no orders of its own",
    RejectReason.NO_MARKET_MAKER_VOLUME: "market makers have no orders of a special kind",
}

ICE = {"OrderType": 9, "Layers": 4, "SizeIncrement": 0.25, "PriceIncrement": 2.0, "PriceOffset": 1.0}
SLICES = {"Attributes": "NNY", "DisplaySize": 0.25, "RefreshSize": 0.25}

BY_ORDER: dict[RejectReason, dict[str, object]] = {
    RejectReason.ORDER_NOT_FOUND: {"MessageType": 5, "OrigOrderID": 999},
    RejectReason.TRADING_SESSION_INVALID: {"TradingSessionID": 1},
    RejectReason.MSG_TYPE_INVALID: {"MessageType": 3},
    RejectReason.ORD_TYPE_INVALID: {"OrderType": 18},
    RejectReason.PRICE_INVALID: {"BOPrice": 0.0},
    RejectReason.SIZE_INVALID: {"BOOrderQty": 0.000001},
    RejectReason.ORDER_SIDE_INVALID: {"BOSide": 0},
    RejectReason.ACCOUNT_INVALID: {"Account": 2},
    RejectReason.ORDERID_INVALID: {"OrderID": 0},
    RejectReason.SENDING_TIME_INVALID: {"SendingTime": 0},
    RejectReason.ORIG_PRICE_INVALID: {"MessageType": 6, "OrigOrderID": 1, "BOOrigPrice": 1.0},
    RejectReason.ORIG_ORDER_ID_INVALID: {"MessageType": 6},
    RejectReason.SYMBOL_ENUM_INVALID: {"SymbolEnum": 3},
    RejectReason.INVALID_FIELD_VALUE: {"TIF": 7},
    RejectReason.DUPLICATE_ORDER_ID: {"OrderID": 1},
    RejectReason.NOT_ENOUGH_EQUITY_TO_COMPLETE: {"BOOrderQty": 10_000.0, "BOPrice": 1e9},
    RejectReason.KEY_INVALID: {"Key": 0},
    RejectReason.ORIG_ORDER_NOT_FOUND: {"MessageType": 2, "OrigOrderID": 999},
    RejectReason.MATCHING_ENGINE_REJECTED: {"BOSide": 2, "TIF": 4},
    RejectReason.STOP_PRICE_INVALID: {"OrderType": 4, "StopLimitPrice": 50.25},
    RejectReason.DISPLAY_SIZE_INVALID: SLICES | {"DisplaySize": 0.0},
    RejectReason.REFRESH_SIZE_INVALID: SLICES | {"RefreshSize": 0.0},
    RejectReason.EXCEEDED_MAX_LAYERS: ICE | {"Layers": 11},
    RejectReason.SIZE_INCREMENT_INVALID: ICE | {"SizeIncrement": 0.0},
    RejectReason.PRICE_OFFSET_INVALID: ICE | {"PriceOffset": 0.5},
    RejectReason.PRICE_INCREMENT_INVALID: ICE | {"PriceIncrement": 0.0},
    RejectReason.ICE_SIZEINCREMENT_TIMES_LAYERS_NOT_EQUAL_ORDQTY: ICE | {"Layers": 3},
}


def logon(**fields: object) -> Callable[[Floor], int]:
    def provoke(floor: Floor) -> int:
        floor.connect(9)
        standard: dict[str, object] = {"LogonType": 1, "Account": 1, "UserName": "u1"}
        return int(floor.send(9, ClientLogon(**(standard | fields)))[0].RejectReason)

    return provoke


def taken_over(floor: Floor) -> int:
    floor.connect(9)
    floor.send(9, ClientLogon(LogonType=1, Account=1, UserName="u1"))
    return int(floor.read(1)[0].RejectReason)


def too_many_open(floor: Floor) -> int:
    code = 0
    for price in range(1, 12):
        code = floor.send(1, floor.order(1, OrderID=100 + price, BOPrice=float(price)))[0].RejectReason
    return code


def killed(floor: Floor) -> int:
    floor.venue.operate(OperatorRequest("kill", account=1), floor.now_ns)
    return int(floor.send(1, floor.order(1, OrderID=100))[0].RejectReason)


def no_room(floor: Floor) -> int:
    assert floor.venue.records is not None
    floor.venue.records.takes_new = False
    return int(floor.send(1, floor.order(1, OrderID=100))[0].RejectReason)


def too_fast(floor: Floor) -> int:
    floor.log_on(3)
    return int(floor.send(3, floor.order(3), floor.order(3))[1].RejectReason)


def out_of_band(floor: Floor) -> int:
    floor.log_on(3)
    floor.venue.operate(OperatorRequest("mark", ("BTCUSD",), price="100"), floor.now_ns)
    return int(floor.send(3, floor.order(3, BOPrice=110.5))[0].RejectReason)


def without_margin(floor: Floor) -> int:
    floor.log_on(3)
    return int(floor.send(3, floor.order(3, BOSide=3, BOOrderQty=10_000.0, BOPrice=1e9))[0].RejectReason)


BY_SESSION: dict[RejectReason, Callable[[Floor], int]] = {
    RejectReason.INVALID_KEY: logon(Account=99),
    RejectReason.MES_NOT_AVAILABLE_TRADING_DISABLED: no_room,
    RejectReason.OES_NOT_AVAILABLE_TRADING_DISABLED: logon(Account=98),
    RejectReason.USER_ALREADY_LGGGED_IN: logon(),
    RejectReason.USER_ALREADY_LOGGED_IN: taken_over,
    RejectReason.INVALID_LOGON_TYPE: logon(LogonType=3),
    RejectReason.EXCEEDS_OPEN_ORDER_REQUESTS: too_many_open,
    RejectReason.ACCOUNT_DISABLED: killed,
    RejectReason.PERCENTAGE_MOVE_EXCEEDED_COOLING_OFF_PERIOD_IN_FORCE: out_of_band,
    RejectReason.INSTRUMET_WOULD_CAUSE_MARGIN_TO_BE_EXCEEDED: without_margin,
    RejectReason.OUTSTANDING_OPEN_REQUESTS_EXCEEDED: too_fast,
}


def test_no_code_is_forgotten_and_none_is_in_two_lists() -> None:
    lists = [set(NEVER_SENT), set(BY_ORDER), set(BY_SESSION)]
    assert set.union(*lists) == set(RejectReason)
    assert sum(map(len, lists)) == len(RejectReason) == 57


@pytest.mark.parametrize("code", BY_ORDER, ids=lambda code: code.name)
def test_an_order_provokes(code: RejectReason) -> None:
    floor = Floor()
    floor.log_on(1)
    floor.send(1, floor.order(1, OrderID=1, BOPrice=50.0))
    floor._order_id = 10
    assert floor.send(1, floor.order(1, **({"BOPrice": 50.0} | BY_ORDER[code])))[0].RejectReason == code


@pytest.mark.parametrize("fields", [ICE, SLICES], ids=["ice", "slices"])
def test_without_its_fault_the_order_is_taken(fields: dict[str, object]) -> None:
    floor = Floor()
    floor.log_on(1)
    assert floor.send(1, floor.order(1, **({"BOPrice": 50.0} | fields)))[0].MessageType == MessageType.ORDER_ACK


@pytest.mark.parametrize("code", BY_SESSION, ids=lambda code: code.name)
def test_a_session_provokes(code: RejectReason) -> None:
    takeover = code is RejectReason.USER_ALREADY_LOGGED_IN
    third = {"orders_per_second": 1, "leverage": 1, "limits": {1: OrderLimits(band_ppm=100_000)}}
    floor = Floor(takeover=takeover, most_open_orders=10, terms={3: third})
    floor.log_on(1)
    assert BY_SESSION[code](floor) == code
