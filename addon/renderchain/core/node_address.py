"""Addresses of IPFS nodes as jobs carry them, and which of those others may be asked to dial.

On the chain a job has no place for one. What the board passes on of a job are keys of its package, wrapped
for workers; no worker has the number 0, so what is given to that is an address: a multiaddr in its binary
form, filled up with zeros to the length of a wrapped key. Anyone may give one, of any job.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

from .ids import JobId, WorkerId
from .private_package import WrappedKey
from .public_addresses import is_public_ip
from .sealed import KEY_BYTES, TAG_BYTES

NOBODY = WorkerId(0)
NONE, PUBLIC, ALL = "none", "public", "all"
WHICH = (NONE, PUBLIC, ALL)

_ROOM = 2 * KEY_BYTES + TAG_BYTES
_IP4, _IP6, _TCP, _UDP, _QUIC, _P2P = b"\x04", b"\x29", b"\x06", b"\x91\x02", b"\xcd\x03", b"\xa5\x03"
_TEXT = re.compile(
    r"/ip([46])/([0-9a-f.:]{2,45})/(tcp|udp)/([1-9][0-9]{0,4})(/quic-v1)?/p2p/([1-9A-Za-z]{40,60})"
)
_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # of base58
_NAME = re.compile(rb"\x12\x20.{32}|\x00([\x22-\x2a]).{34,42}", re.DOTALL)  # a node's: a hash, or a short key


def given_address(address: str) -> WrappedKey | None:
    """What is given to nobody in the place of a key; None for an address of another form.

    Of its form are IP addresses with TCP, or QUIC over UDP, and the node's name. Names of hosts are not:
    each worker would look them up, and they could lead anywhere.
    """
    found, host = _TEXT.fullmatch(address), _host(address)
    if found is None or host is None or (found[3] == "udp") != bool(found[5]):
        return None
    try:
        port, name = int(found[4]).to_bytes(2, "big"), _from_base58(found[6])
    except (ValueError, OverflowError):
        return None
    ways = _TCP + port if found[3] == "tcp" else _UDP + port + _QUIC
    raw = (_IP4 if host.version == 4 else _IP6) + host.packed + ways + _P2P + bytes([len(name)]) + name
    return WrappedKey.from_bytes(raw.ljust(_ROOM, b"\0")) if len(raw) <= _ROOM and _is_name(name) else None


def address_in(given: WrappedKey) -> str:
    """The address that somebody gave to nobody; "" where it is none."""
    raw = given.to_bytes()
    host: IPv4Address | IPv6Address
    if raw.startswith(_IP4):
        host, rest = IPv4Address(raw[1:5]), raw[5:]
    elif raw.startswith(_IP6):
        host, rest = IPv6Address(raw[1:17]), raw[17:]
    else:
        return ""
    for way, kind, after, quic in ((_TCP, "tcp", _P2P, ""), (_UDP, "udp", _QUIC + _P2P, "/quic-v1")):
        begin = len(way) + 2
        if rest.startswith(way) and rest[begin:].startswith(after):
            port, rest = int.from_bytes(rest[len(way) : begin], "big"), rest[begin + len(after) :]
            name, filling = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
            if port and not filling.strip(b"\0") and _is_name(name):
                return f"/ip{host.version}/{host}/{kind}/{port}{quic}/p2p/{_to_base58(name)}"
            return ""
    return ""


def giving(job_id: JobId, workers: Collection[WorkerId]) -> str:
    """What a transaction that gives these something of a job does, in words: who pays it reads them."""
    if workers and set(workers) == {NOBODY}:
        return f"Telling IPFS addresses with job {job_id}"
    return f"Giving the key of job {job_id}"


def addresses_to_tell(addresses: Sequence[str], which: str, most: int) -> list[str]:
    """Those of a node's addresses that a job may carry: public ones, or all."""
    allows = _allows(which)
    return [one for one in dict.fromkeys(addresses) if allows(one) and given_address(one)][:most]


def addresses_to_dial(given: Sequence[WrappedKey], which: str, most: int) -> list[str]:
    """Those of what was given to nobody that a node may dial."""
    allows = _allows(which)
    return [one for one in dict.fromkeys(map(address_in, given)) if one and allows(one)][:most]


def is_public(address: str) -> bool:
    """Whether an address of this form leads into the internet: not to this machine or a network of its own,
    nor by a detour, such as an IPv6 address that has another one within.
    """
    host = _host(address)
    return host is not None and is_public_ip(host)


def _allows(which: str) -> Callable[[str], bool]:
    return {NONE: lambda _: False, PUBLIC: is_public, ALL: lambda _: True}[which]


def _host(address: str) -> IPv4Address | IPv6Address | None:
    found = _TEXT.fullmatch(address)
    with suppress(ValueError):
        if found:
            return IPv4Address(found[2]) if found[1] == "4" else IPv6Address(found[2])
    return None


def _is_name(name: bytes) -> bool:
    found = _NAME.fullmatch(name)
    return found is not None and (not found[1] or found[1][0] == len(name) - 2)


def _from_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = 58 * number + _LETTERS.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _to_base58(raw: bytes) -> str:
    number, letters = int.from_bytes(raw, "big"), ""
    while number:
        number, letter = divmod(number, 58)
        letters = _LETTERS[letter] + letters
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + letters
