"""Who may reach a server whose accounts anybody could use.

In: settings, the host that a server listens on. Out: a warning in the log, or a SettingsError that says what to do.
Never knows: sockets, how a code is checked. Follows "One-time codes" of the behaviour page: accounts whose code is a
constant stay on this machine unless somebody asks for more.
"""

import ipaddress
import logging

from base.errors import SettingsError
from base.servers.demo_settings import NAME as DEMO
from base.servers.settings import Settings

log = logging.getLogger("handoff")


def judge_constant_codes(settings: Settings, host: str, demo_accounts: bool) -> None:
    """Keep accounts whose code is a constant from other machines, unless somebody asked for it.

    Raises SettingsError; ``demo_accounts`` lets those of the demo pass with a warning.
    """
    if is_loopback(host) or not settings.has_constant_codes:
        return
    is_demo = settings.source == DEMO
    if is_demo and demo_accounts:
        log.warning("other machines reach %s, and everybody knows the keys of the demo accounts", host)
    elif settings.constant_codes_everywhere:
        log.warning("other machines reach %s, and there are accounts whose one-time code never changes", host)
    elif is_demo:
        raise SettingsError(
            f"other machines reach {host}, and everybody knows the keys of the demo accounts:"
            " give --settings FILE, listen on 127.0.0.1, or allow it with --demo-accounts"
        )
    else:
        raise SettingsError(
            f"{settings.source}: other machines reach {host}, and there are accounts with mode = \"constant\","
            ' whose code never changes: use mode = "totp", or allow it with logon.constant_codes = "everywhere"'
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
