"""What a worker tells a scheduler every few seconds, signed by its operator's key, and not on-chain."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from ..canonical import dump_canonical
from ..errors import RenderChainError
from ..ids import LeaseId, WorkerId
from ..lease_id import MAX_SLOTS

MOST_BYTES = 16 << 10
MOST_PACKAGES = 64
MOST_CID = 80  # letters
AGE_S = 60.0  # how far apart the clocks of worker and scheduler may be
FIELDS = ("worker", "sent_ms", "memory_mib", "takes", "packages", "done", "signature")


class HeartbeatRefused(RenderChainError):
    """A scheduler does not take it; the message says why, and what the worker's provider can do."""


@dataclass(frozen=True)
class Heartbeat:
    """``takes``: whether it takes leases now. ``done``: how many tasks are rendered of each of its leases."""

    worker_id: WorkerId
    sent_ms: int  # since 1970; it only rises, so that none counts twice
    memory_mib: int
    takes: bool
    packages: tuple[str, ...]  # CIDs of those that it has
    done: tuple[tuple[LeaseId, int], ...]

    def fields(self) -> dict[str, Any]:
        """As they are sent; numbers of 64 bits are text."""
        return {
            "worker": self.worker_id,
            "sent_ms": self.sent_ms,
            "memory_mib": self.memory_mib,
            "takes": self.takes,
            "packages": list(self.packages),
            "done": [[str(lease), count] for lease, count in self.done],
        }

    @property
    def digest(self) -> tuple[int, int]:
        """Of all its fields, in halves of 128 bits: what is signed."""
        raw = hashlib.sha256(dump_canonical(self.fields())).digest()
        return int.from_bytes(raw[:16], "big"), int.from_bytes(raw[16:], "big")


@dataclass(frozen=True)
class SignedHeartbeat:
    """With the signature (r, s) on the Stark curve."""

    heartbeat: Heartbeat
    signature: tuple[int, int]

    def to_bytes(self) -> bytes:
        """As it is sent."""
        signature = [hex(one) for one in self.signature]
        return dump_canonical({**self.heartbeat.fields(), "signature": signature})


def parse_heartbeat(raw: bytes) -> SignedHeartbeat:
    """Read what somebody sent, within bounds; raises HeartbeatRefused."""
    if len(raw) > MOST_BYTES:
        raise HeartbeatRefused(f"A heartbeat has at most {MOST_BYTES} bytes; this one has more.")
    try:
        said = json.loads(raw)
        if not isinstance(said, dict) or sorted(said) != sorted(FIELDS):
            raise ValueError(f"it has other fields than {', '.join(FIELDS)}")
        return _read(said)
    except (ValueError, TypeError, RecursionError) as error:
        reason = str(error).split("\n", 1)[0][:200]
        raise HeartbeatRefused(
            f"The heartbeat can't be read: {reason}. Update worker or scheduler."
        ) from None


def _read(said: dict[str, Any]) -> SignedHeartbeat:
    packages, done, signature = (said[name] for name in ("packages", "done", "signature"))
    if not (isinstance(packages, list) and len(packages) <= MOST_PACKAGES):
        raise ValueError(f"packages is no list of at most {MOST_PACKAGES}")
    if not all(
        isinstance(one, str) and one.isascii() and one.isalnum() and len(one) <= MOST_CID for one in packages
    ):
        raise ValueError("a package is no CID")
    if not (isinstance(done, list) and len(done) <= MAX_SLOTS):
        raise ValueError(f"done is no list of at most {MAX_SLOTS}")
    if not all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in done):
        raise ValueError("an entry of done is no lease and number")
    if not (
        isinstance(signature, list) and len(signature) == 2 and all(isinstance(one, str) for one in signature)
    ):
        raise ValueError("the signature is no pair")
    if not isinstance(said["takes"], bool):
        raise ValueError("takes is neither true nor false")
    heartbeat = Heartbeat(
        WorkerId(_number(said, "worker", 2**32)),
        _number(said, "sent_ms", 2**53),
        _number(said, "memory_mib", 2**32),
        said["takes"],
        tuple(packages),
        tuple((LeaseId(_whole(lease, 10, 2**64)), _bounded(count, "done", 2**32)) for lease, count in done),
    )
    r, s = (_whole(one, 16, 2**252) for one in signature)
    return SignedHeartbeat(heartbeat, (r, s))


def _number(said: dict[str, Any], name: str, end: int) -> int:
    return _bounded(said[name], name, end)


def _bounded(value: Any, name: str, end: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < end:
        raise ValueError(f"{name} is no number from 0 to {end - 1}")
    return value


def _whole(text: str, base: int, end: int) -> int:
    if len(text) > 80:
        raise ValueError("a number is too long")
    return _bounded(int(text, base), "a number", end)
