"""The demo's settings are settings like any others."""

from base.servers.demo_settings import ACCOUNTS, NAME, demo_settings


def test_the_demo_is_read_by_the_rules_of_a_file() -> None:
    settings = demo_settings()
    assert settings.source == NAME
    assert [(one.account, one.user) for one in settings.participants] == list(ACCOUNTS)


def test_every_demo_account_can_buy_and_sell_everything() -> None:
    settings = demo_settings()
    wanted = {currency.name for one in settings.instruments for currency in (one.base, one.quote)}
    for terms in settings.accounts:
        assert {name for name, atoms in terms.balances.items() if atoms > 0} == wanted
