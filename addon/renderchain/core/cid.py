"""Content identifiers: CIDv1, dag-pb, sha2-256, as the chain's 32 bytes and as text."""

from __future__ import annotations

import base64

from .errors import ContentError

_PREFIX = bytes([0x01, 0x70, 0x12, 0x20])  # CIDv1, dag-pb, sha2-256, 32 bytes


def digest_of(cid: str) -> bytes:
    """The 32-byte sha2-256 digest inside a base32 dag-pb CIDv1.

    Raises ContentError for any other kind of CID.
    """
    if not cid.startswith("b"):
        raise ContentError(f"{cid!r} is not a base32 CIDv1; add the content with CID version 1.")
    body = cid[1:].upper()
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError as error:
        raise ContentError(f"{cid!r} is not valid base32; copy the CID again.") from error
    if raw[:4] != _PREFIX or len(raw) != 36:
        raise ContentError(f"{cid!r} is not a sha2-256 directory CID; pin the folder again.")
    return raw[4:]


def cid_of(digest: bytes) -> str:
    """The base32 dag-pb CIDv1 of a 32-byte sha2-256 digest."""
    if len(digest) != 32:
        raise ContentError(f"A package digest has 32 bytes, not {len(digest)}.")
    return "b" + base64.b32encode(_PREFIX + digest).decode().lower().rstrip("=")


def split_digest(digest: bytes) -> tuple[int, int]:
    """High and low 128 bits, as the contracts store a sha-256 (it does not fit a felt)."""
    return int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:], "big")


def join_digest(high: int, low: int) -> bytes:
    """The inverse of split_digest."""
    return high.to_bytes(16, "big") + low.to_bytes(16, "big")
