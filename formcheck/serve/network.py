"""The addresses under which others in the same network reach this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress

__all__ = ["own_addresses", "reachable"]

# A packet to here would take the usual way out; none is sent (RFC 5737: nobody's address).
_ELSEWHERE = ("192.0.2.1", 9)


def own_addresses() -> list[str]:
    """Addresses of this machine, the one on the usual way out first; empty without a network."""
    usual = _usual()
    return reachable([*_of_interfaces(), *filter(None, [usual])], usual)


def reachable(addresses: Iterable[str], usual: str = "") -> list[str]:
    """Those that another machine can open: IPv4 before IPv6, the usual one first of all."""
    known = {address for address in addresses if "%" not in address}
    parsed = [ipaddress.ip_address(address) for address in known]
    fit = [one for one in parsed if not (one.is_loopback or one.is_link_local)]
    fit.sort(key=lambda one: (str(one) != usual, one.version, not one.is_private, int(one)))
    return [str(one) for one in fit]


def _of_interfaces() -> list[str]:
    """Those of all that is plugged in and switched on; none without the library that asks."""
    with suppress(ImportError):
        import psutil

        up = {name for name, state in psutil.net_if_stats().items() if state.isup}
        return [
            one.address
            for name, addresses in psutil.net_if_addrs().items()
            if name in up
            for one in addresses
            if one.family in {socket.AF_INET, socket.AF_INET6}
        ]
    return []


def _usual() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])
