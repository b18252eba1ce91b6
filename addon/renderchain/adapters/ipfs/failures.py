"""What goes wrong between us and a node or gateway, ``where``, in sentences; whichever library met it."""

from __future__ import annotations

from ...core.errors import StoreAway, StoreError
from ...core.reader import shallow_json

FORBIDDEN = (401, 403)


def failed(action: str, where: str) -> str:
    """How such a sentence begins."""
    return f"{action} failed: {where}"


def untrusted(action: str, where: str, error: Exception) -> StoreError:
    """A certificate that counts for nothing."""
    return StoreError(
        f"{action} failed: nobody whom this machine trusts signed the certificate of {where} "
        f"({type(error).__name__}). Correct its address, or set ipfs_ca."
    )


def silent(action: str, where: str) -> StoreError:
    """Patience is over."""
    return StoreError(
        f"{failed(action, where)} sent nothing for a while. It may not find the content; check its "
        "connection to others."
    )


def away(action: str, where: str, error: Exception) -> StoreAway:
    """Nobody is there, or not any more before there was an answer."""
    return StoreAway(
        f"{failed(action, where)} can't be reached or broke off ({type(error).__name__}). Start it, or "
        "correct its address in the settings."
    )


def broke_off(action: str, where: str, error: Exception) -> StoreError:
    """In the midst of an answer."""
    return StoreError(
        f"{failed(action, where)} broke off ({type(error).__name__}). It may not find all of the content; "
        "check its connection to others."
    )


def not_let_in(action: str, where: str, status: int) -> StoreError:
    """One of FORBIDDEN."""
    return StoreError(f"{failed(action, where)} does not let us in ({status}). Check ipfs_headers.")


def refused(action: str, where: str, said: str) -> StoreError:
    """Any other answer that is none."""
    return StoreError(f"{failed(action, where)} says {said}.")


def message_of(raw: bytes) -> str:
    """What Kubo says in an answer that went wrong; "" where it says nothing of that kind."""
    try:
        return str(shallow_json(raw)["Message"])[:200]
    except (ValueError, KeyError, TypeError):
        return ""
