"""The command line of the menu client."""

import pytest

from base.client.options import read_options


def test_host_and_port_are_enough() -> None:
    options = read_options(["127.0.0.1", "4444"], "client")
    assert (options.host, options.port, options.auto, options.interval, options.count) == (
        "127.0.0.1", 4444, False, 1.0, None,
    )  # fmt: skip
    assert (options.receive_seconds, options.instrument, options.totp, options.timeout) == (None, 1, False, 10.0)


def test_every_option() -> None:
    options = read_options(
        ["h", "1", "--auto", "--interval", "0.5", "--count", "7", "--receive-seconds", "2", "--instrument", "BTCUSDT",
         "--totp", "--timeout", "3"],
        "client",
    )  # fmt: skip
    assert (options.auto, options.interval, options.count, options.receive_seconds) == (True, 0.5, 7, 2.0)
    assert (options.instrument, options.totp, options.timeout) == (4, True, 3.0)


@pytest.mark.parametrize(
    "argv, explanation",
    [
        ([], "HOST"),
        (["h"], "PORT"),
        (["h", "0"], "'0' is not a valid port"),
        (["h", "1", "--interval", "-1"], "interval"),
        (["h", "1", "--count", "many"], "'many' is not a valid count"),
        (["h", "1", "--instrument", "X"], "'X' is no instrument"),
    ],
)
def test_a_wrong_command_line_ends_with_2(
    argv: list[str], explanation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        read_options(argv, "client")
    assert caught.value.code == 2
    assert explanation in capsys.readouterr().err
