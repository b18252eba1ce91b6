"""Whether a heartbeat is its operator's, without asking a node."""

from __future__ import annotations

from ...core.scheduling.heartbeat import SignedHeartbeat
from .scheduler import typed_heartbeat
from .signatures import StarkSigning


def is_signed(
    signed: SignedHeartbeat, *, chain_id: int, board: int, scheduler: int, operator: int, key: int
) -> bool:
    """Whether the operator's key made the signature, for that scheduler of that board."""
    from .library import TypedData

    typed = TypedData.from_dict(typed_heartbeat(chain_id, board, scheduler, signed.heartbeat))
    return StarkSigning().is_signed(key, typed.message_hash(operator), signed.signature)
