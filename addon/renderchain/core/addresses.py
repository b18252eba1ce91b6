"""Addresses of nodes as they may be shown: providers of nodes put the key of an account into them."""

from __future__ import annotations

import re
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
