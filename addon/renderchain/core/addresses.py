"""Addresses of nodes: how they may be shown, for providers put the key of an account into them, and whether
they lead off this machine, or to another than the one that was given.
"""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from .plain_text import printable

MOST_SHOWN = 200  # characters of an address that somebody else chose
LONGEST_PART = 15  # of a path, that can be no key
_PORTS = {"http": 80, "https": 443}
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


def led_elsewhere(who: str, led_to: str) -> str:
    """What is said of an answer that leads on: who allowed an address did not allow all that it may."""
    return (
        f"{who} sends us on to {printable(shown_address(led_to), MOST_SHOWN)}, and nothing was sent there. "
        "If that is meant, give that address in the settings."
    )


def leads_somewhere(url: str) -> bool:
    """Whether a URL has a host, and a port that there can be or none."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_loopback(address: str) -> bool:
    """Whether a URL or a multiaddress leads to this machine for certain."""
    host = _host(address)
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def is_same_place(asked: str, led_to: str) -> bool:
    """Whether where an answer leads, by a whole address or the end of one, is still who was asked.

    Names below the one that was asked are: gateways give each CID one of its own. HTTPS may follow HTTP.
    """
    try:
        old, new = urlsplit(asked), urlsplit(urljoin(asked, led_to))
        places = _place(old), _place(new)
    except ValueError:
        return False
    if places[0] != places[1] and places != (("http", 80), ("https", 443)):
        return False
    old_host, new_host = old.hostname or "", new.hostname or ""
    is_name = re.fullmatch(r"[a-z0-9.-]*[a-z][a-z0-9-]*", old_host) is not None
    return bool(old_host) and (new_host == old_host or (is_name and new_host.endswith("." + old_host)))


def _place(parts: SplitResult) -> tuple[str, int | None]:
    return parts.scheme, parts.port or _PORTS.get(parts.scheme)


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
