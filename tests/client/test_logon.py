"""The table of the two-stage logon, and the addresses of a redirect."""

import pytest

from base.client.logon import LABELS, TRANSITIONS, Stage, Trigger, logon_walk, order_entry_addresses, redirect_address
from base.errors import LocalProtocolError
from base.messages import ClientLogon

ADDRESSES = [
    ("127.0.0.1:4445", ("127.0.0.1", 4445)),
    ("oes.example:1", ("oes.example", 1)),
    ("[::1]:4445", ("::1", 4445)),
    ("  10.0.0.1:65535  ", ("10.0.0.1", 65535)),
    ("1", None),
    ("", None),
    (":4445", None),
    ("127.0.0.1:", None),
    ("127.0.0.1:0", None),
    ("127.0.0.1:65536", None),
    ("127.0.0.1:-1", None),
    ("127.0.0.1:4445x", None),
    ("127.0.0.1:²", None),
    ("[]:4445", None),
]


@pytest.mark.parametrize("text, address", ADDRESSES)
def test_an_address_is_read_or_left_alone(text: str, address: tuple[str, int] | None) -> None:
    assert redirect_address(text) == address


@pytest.mark.parametrize(
    "primary, secondary, addresses",
    [
        ("127.0.0.1:1", "127.0.0.1:2", [("127.0.0.1", 1), ("127.0.0.1", 2)]),
        ("127.0.0.1:1", "1", [("127.0.0.1", 1)]),
        ("", "127.0.0.1:2", [("127.0.0.1", 2)]),
        ("127.0.0.1:1", "127.0.0.1:1", [("127.0.0.1", 1)]),
        ("1", "1", []),
    ],
)
def test_a_reply_names_the_primary_first(primary: str, secondary: str, addresses: list[tuple[str, int]]) -> None:
    reply = ClientLogon(PrimaryOrderEntryIP=primary, SecondaryOrderEntryIP=secondary)
    assert order_entry_addresses(reply) == addresses


def test_the_straight_way_leads_to_trading() -> None:
    walk = logon_walk()
    labels = [walk.state.label]
    for trigger in (Trigger.LOGON_SENT, Trigger.ACCEPTED, Trigger.LOGON_SENT, Trigger.ACCEPTED, Trigger.ENDED):
        labels.append(walk.handle(trigger).label)
    assert labels == ["send_aes_logon", "recv_logon", "send_oes_logon", "recv_logon", "send_transaction", "exit"]


def test_every_stage_is_named_and_can_end() -> None:
    assert LABELS.keys() == TRANSITIONS.keys() == set(Stage)
    for moves in TRANSITIONS.values():
        assert moves[Trigger.ENDED] is Stage.OVER


def test_a_lost_oes_leads_back_to_the_aes() -> None:
    for stage in (Stage.OES_CONNECTING, Stage.OES_LOGON_SENT):
        assert TRANSITIONS[stage][Trigger.UNREACHABLE] is Stage.AES_LOGON_SENT


def test_a_lost_oes_while_trading_leads_to_trading_again() -> None:
    walk = logon_walk()
    walk.state = Stage.TRADING
    way = (Trigger.LOST, Trigger.AES_CALLED, Trigger.LOGON_SENT, Trigger.POSTPONED, Trigger.LOGON_SENT)
    labels = [walk.handle(trigger).label for trigger in way]
    assert labels == ["resume", "send_aes_logon", "recv_logon", "resume", "recv_logon"]
    for trigger in (Trigger.ACCEPTED, Trigger.LOGON_SENT, Trigger.ACCEPTED):
        walk.handle(trigger)
    assert walk.state is Stage.TRADING


def test_an_unlisted_pair_changes_nothing() -> None:
    walk = logon_walk()
    with pytest.raises(LocalProtocolError, match="ACCEPTED is not possible in state AES_CONNECTING"):
        walk.handle(Trigger.ACCEPTED)
    assert walk.state is Stage.AES_CONNECTING
