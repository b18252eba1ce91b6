"""Which addresses messages may go to: the rules of others lead to public machines alone, by https."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from renderchain.core.public_addresses import is_public_ip

MOST_URL = 2000


class NotReachable(OSError):
    """An address that a rule may not lead to."""


@dataclass(frozen=True)
class Reach:
    """``hosts`` are those that the operator named besides; ``is_own``: the rule is the operator's own."""

    is_own: bool
    hosts: Collection[str] = ()

    def may_be_anywhere(self, host: str) -> bool:
        """Whether this host may be private and asked without TLS: whoever owns the machine named it."""
        return self.is_own or host.lower() in self.hosts

    def check(self, url: str) -> None:
        """Raises ValueError with what is wrong with it."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise ValueError("it is no address") from None
        if len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise ValueError("it is no address")
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError("it must begin with https:// and name a host")
        if parts.username is not None or parts.password is not None:
            raise ValueError("user and password do not belong into an address")
        if self.may_be_anywhere(host):
            return
        if parts.scheme != "https":
            raise ValueError("it must begin with https://")
        if not is_public_name(host):
            raise ValueError("it is no public address")

    def resolver(self) -> Resolver:
        """For one connection's names."""
        return Resolver(self)


def is_public_name(host: str) -> bool:
    """Whether a host may be public, as far as its name tells."""
    try:
        return is_public(host)
    except ValueError:
        return host.lower() != "localhost" and not host.lower().endswith(".localhost")


def is_public(address: str) -> bool:
    """Whether an IP address is a public machine's, and no other one is hidden in it. Raises ValueError."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped and ip.scope_id is None:
        ip = ip.ipv4_mapped
    return is_public_ip(ip)


class Resolver(AbstractResolver):
    """Resolves a name once for a connection, which is made to what was checked and nothing else."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises NotReachable where one of the addresses is not public, and OSError where there is none."""
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
        )
        addresses = [(kind, str(place[0])) for kind, _, _, _, place in found]
        if not self._reach.may_be_anywhere(host) and not all(is_public(one) for _, one in addresses):
            raise NotReachable(f"{host} leads to an address that is not public")
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=one, port=port, family=kind, proto=0, flags=flags)
            for kind, one in addresses
        ]

    async def close(self) -> None:
        """Nothing is kept."""
