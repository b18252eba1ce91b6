"""How much one address may send."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST_BEATS = 200  # that one address may send in BEATS_S: some workers may share it
BEATS_S = 10.0
MOST_SENDERS = 10_000
WHOLE_BITS = 64  # of an address of IPv6 that its holder chose the rest of


class Senders:
    """``clock`` counts seconds. Whoever was silent longest is forgotten first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sent: OrderedDict[str, tuple[float, int]] = OrderedDict()  # begin of their count, and count

    def may_send(self, address: str) -> bool:
        """Count one more of it; whether that is not too many."""
        sender = _holder(address)
        since_s, count = self._sent.pop(sender, (self._clock(), 0))
        if self._clock() - since_s > BEATS_S:
            since_s, count = self._clock(), 0
        self._sent[sender] = (since_s, count + 1)
        if len(self._sent) > MOST_SENDERS:
            self._sent.popitem(last=False)
        return count < MOST_BEATS


def _holder(address: str) -> str:
    """What stands for all addresses of one line."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{int(found) >> (128 - WHOLE_BITS):x}"
