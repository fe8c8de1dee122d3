"""Tokens, streams and accounts of OUCH."""

from base.gateway.ouch_orders import Member, OuchPort, OuchStream, key_of


def test_every_participant_and_port_has_a_number_of_its_own() -> None:
    keys = {key_of(participant, port) for participant in range(50) for port in OuchPort}
    assert len(keys) == 50 * len(OuchPort)


def test_rising_tokens_are_fresh_above_the_last_one_of_their_channel() -> None:
    member = Member(0, OuchPort.NASDAQ_50)
    member.use((0, 5), rises=True)
    assert [number for number in range(8) if member.is_fresh((0, number), rises=True)] == [6, 7]
    assert member.is_fresh((1, 1), rises=True)
    assert (member.next_number(0), member.next_number(1)) == (6, 1)


def test_other_tokens_are_fresh_once() -> None:
    member = Member(0, OuchPort.NASDAQ_42)
    member.use("b", rises=False)
    assert member.is_fresh("a", rises=False) and not member.is_fresh("b", rises=False)
    assert member.is_fresh("B", rises=False), "case counts"


def test_the_checksum_tells_messages_and_their_order_apart() -> None:
    digests = set()
    for messages in ((b"a", b"b"), (b"b", b"a"), (b"ab",), (b"a",), ()):
        stream = OuchStream()
        for message in messages:
            stream.append(message)
        digests.add(stream.digest)
    assert len(digests) == 5
