"""Leases: which servers are alive, and where clients reach them.

In: the addresses of a server and its signs of life. Out: the live addresses of a service, primary first.
Never knows: sockets, messages, clients. Follows the decision on finding the OES: renewed each second, stale
after three; an address must fit the 24 bytes of a logon reply as "ip:port" with exactly one colon.
"""

import os
import secrets
from collections.abc import Sequence

from base import limits
from base.access.state_file import StateFile
from base.errors import AccessBusy, AccessUnavailable, SettingsError
from base.vocabulary.logons import MARKET_DATA, ORDER_ENTRY

WILDCARDS = ("0.0.0.0", "::", "[::]", "*", "")
"""Hosts that mean every address of the machine; a client is told the one on which it reached the AES."""

IPV4_IN_IPV6 = "::ffff:"
SERVICES = (ORDER_ENTRY, MARKET_DATA)


class Leases:
    """The lease of this process, and those of all."""

    def __init__(self, state: StateFile) -> None:
        self._state = state
        self._instance = secrets.token_hex(8)
        self._started_ns = state.clock.system_ns()
        self._addresses: dict[str, tuple[str, ...]] = {}

    def announce(self, kind: str, addresses: Sequence[str]) -> None:
        """Say that this process serves a kind (``ORDER_ENTRY`` or ``MARKET_DATA``) there; for a server that accepts.

        Raises SettingsError for an address that no logon reply can carry.
        """
        if kind not in SERVICES:
            raise SettingsError(f"service {kind!r}: must be one of {', '.join(SERVICES)}")
        self._addresses[kind] = tuple(check_redirect(address) for address in addresses)
        self.renew()

    def renew(self) -> None:
        """Give a sign of life; due each ``limits.LEASE_RENEW_NS``."""
        now_ns = self._state.clock.system_ns()
        with self._state.transaction(durable=False, wait_ms=limits.LEASE_BUSY_MS) as tables:
            tables.execute(
                "DELETE FROM leases WHERE instance = ? OR renewed_ns <= ?",
                (self._instance, now_ns - limits.LEASE_STALE_NS),
            )
            for kind, addresses in self._addresses.items():
                tables.executemany(
                    "INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        (self._instance, kind, position, address, os.getpid(), self._started_ns, now_ns)
                        for position, address in enumerate(addresses)
                    ],
                )

    def withdraw(self) -> None:
        """End the lease, so that no client is sent here any more; for an orderly shutdown."""
        self._addresses.clear()
        with self._state.transaction(durable=False) as tables:
            tables.execute("DELETE FROM leases WHERE instance = ?", (self._instance,))

    def last_sign_of(self, pid: int) -> int | None:
        """Give the time (``Clock.system_ns``) of a process's newest renewal; None when it has no lease."""
        ((renewed_ns,),) = self._state.read("SELECT max(renewed_ns) FROM leases WHERE pid = ?", (pid,))
        return None if renewed_ns is None else int(renewed_ns)

    def can_be_renewed(self) -> bool:
        """Whether a sign of life could be written now: not on a full disk, although whoever owes it may be well.

        Another process that holds the tables does not count, for the one that hangs may be that one.
        """
        try:
            with self._state.transaction(durable=False, wait_ms=limits.LEASE_BUSY_MS) as tables:
                tables.execute("INSERT INTO leases VALUES (?, '', 0, '', 0, 0, 0)", (self._instance,))
                tables.execute("DELETE FROM leases WHERE instance = ? AND kind = ''", (self._instance,))
        except AccessBusy:
            return True
        except AccessUnavailable:
            return False
        return True

    def supersede(self, kind: str) -> None:
        """End all other leases of a kind of which there is one at a time, so that no client is sent there any more."""
        with self._state.transaction(durable=False) as tables:
            tables.execute("DELETE FROM leases WHERE kind = ? AND instance <> ?", (kind, self._instance))

    def live(self, kind: str, local: str) -> tuple[str, ...]:
        """Give the live addresses of a service, of the oldest process first.

        ``local`` is the address (without port) on which the client reached this process.
        """
        now_ns = self._state.clock.system_ns()
        rows = self._state.read(
            "SELECT address FROM leases WHERE kind = ? AND renewed_ns > ? AND renewed_ns <= ?"
            " ORDER BY started_ns, instance, position",
            (kind, now_ns - limits.LEASE_STALE_NS, now_ns),
        )
        return _as_reached([str(address) for (address,) in rows], local)


class FixedAddresses:
    """Addresses that the operator named by hand; taken as alive."""

    def __init__(self, order_entry: Sequence[str], market_data: Sequence[str] = ()) -> None:
        self._addresses = {
            ORDER_ENTRY: [check_redirect(address) for address in order_entry],
            MARKET_DATA: [check_redirect(address) for address in market_data],
        }

    def live(self, kind: str, local: str) -> tuple[str, ...]:
        """Give the addresses of a service as ``Leases.live`` does."""
        return _as_reached(self._addresses[kind], local)


def check_redirect(address: str) -> str:
    """Give an address back when a logon reply can carry it; SettingsError with the reason otherwise.

    >>> check_redirect("127.0.0.1:9002")
    '127.0.0.1:9002'
    """
    host, _, port = address.rpartition(":")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        raise SettingsError(f"address {address!r}: must be HOST:PORT with a port from 1 to 65535")
    if host in WILDCARDS:
        return address
    if ":" in host:
        raise SettingsError(
            f"address {address!r}: clients split it at its only colon, so IPv6 cannot be sent; name an IPv4 address"
        )
    if not all("!" <= character <= "~" for character in host):
        raise SettingsError(f"address {address!r}: the host must be printable ASCII without spaces")
    if len(address) > limits.REDIRECT_BYTES:
        raise SettingsError(
            f"address {address!r}: {len(address)} bytes long, the logon reply carries {limits.REDIRECT_BYTES};"
            " name a shorter host or its IPv4 address"
        )
    return address


def _as_reached(addresses: Sequence[str], local: str) -> tuple[str, ...]:
    return tuple(reached for address in addresses if (reached := _reached_on(address, local)))


def _reached_on(address: str, local: str) -> str:
    """Put ``local`` in the place of a wildcard; empty when no address field can say it, as with IPv6."""
    host, _, port = address.rpartition(":")
    if host not in WILDCARDS:
        return address
    machine = local.lower().removeprefix(IPV4_IN_IPV6)
    return "" if ":" in machine or machine in WILDCARDS else f"{machine}:{port}"
