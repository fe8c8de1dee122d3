"""The command line that `handoff watch` and `handoff capture` share."""

import pytest

from base.client.viewer_options import make_parser, market_data_for

PARSER = make_parser("handoff watch", "Watch.", "SYMBOL", "what to watch")


def test_a_symbol_is_enough() -> None:
    options = PARSER.parse_args(["BTCUSD"])
    assert (options.subject, options.host, options.port, options.account, options.user, options.key) == (
        "BTCUSD", "127.0.0.1", 4444, 1, "1", None,
    )  # fmt: skip
    assert (options.levels, options.seconds, options.totp) == (5, None, False)


WRONG = [[], ["A", "h", "0"], ["A", "--levels", "4"], ["A", "--account", "x"], ["localhost", "4444"]]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_makes_no_sense_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        PARSER.parse_args(wrong)
    assert refused.value.code == 2 and "usage: handoff watch" in capsys.readouterr().err


def test_the_key_comes_from_the_line_then_the_environment_then_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = []
    for environment, line in (("", []), ("5", []), ("5", ["--key", "7"])):
        monkeypatch.setenv("HANDOFF_KEY", environment)
        market = market_data_for(PARSER.parse_args(["A", "--user", "BOU7", "--account", "2", *line]))
        codes.append(market._codes.take())
        assert (market._requests.user, market._requests.account) == ("BOU7", 2)
        market.close()
    assert len(set(codes)) == 3
