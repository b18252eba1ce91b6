"""Addresses of nodes: how they may be shown, for providers put the key of an account into them, and whether
they lead off this machine.
"""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

LONGEST_PART = 15  # of a path, that can be no key
_ADDRESS = re.compile(r"(?:https?|wss?)://[^\s'\"()<>]+")


def shown_address(url: str) -> str:
    """Scheme, host, port and the short parts of the path; no user, password, query or long part."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an address that makes no sense)"
    path = "/".join(one if len(one) <= LONGEST_PART else "..." for one in parts.path.split("/"))
    return f"{parts.scheme}://{parts.hostname or ''}{port}{path}{'?...' if parts.query else ''}"


def with_shown_addresses(text: str) -> str:
    """What a library says, whose addresses are shown like ours."""
    return _ADDRESS.sub(lambda found: shown_address(found[0]), text)


def is_loopback(address: str) -> bool:
    """Whether a URL or a multiaddress leads to this machine for certain."""
    host = _host(address)
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _host(address: str) -> str:
    """Of a URL or multiaddress; "" where that can't be said for certain."""
    if not address.isascii() or not address.isprintable() or any(one in address for one in " \\"):
        return ""  # others may read it in another way
    if address.startswith("/"):
        _, kind, value, *_ = [*address.split("/"), "", ""]
        if kind == "unix":
            return "localhost"
        return value.lower() if kind in ("ip4", "ip6", "dns", "dns4", "dns6", "dnsaddr") else ""
    with suppress(ValueError):
        return urlsplit(address).hostname or ""
    return ""
