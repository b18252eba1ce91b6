"""Which IP addresses are those of machines in the internet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

_INTERNET6 = ip_network("2000::/3")
# Kept for purposes of their own, which not every Python knows; machines find keys at one of the first.
_KEPT = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))


def is_public_ip(ip: IPv4Address | IPv6Address) -> bool:
    """Whether it leads into the internet: not to this machine or a network of its own, nor by a detour, such
    as an IPv6 address that has another one within.
    """
    if isinstance(ip, IPv6Address) and (ip not in _INTERNET6 or ip.scope_id or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in one for one in _KEPT)
