"""Sealing with X25519 and ChaCha20-Poly1305, on the library cryptography.

The library's own errors are not chained: what was altered says nothing, and a key must not be in a traceback.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import ContentError
from ..core.merkle import LeaseIdentity
from ..core.sealed import (
    CHUNK_BYTES,
    KEY_BYTES,
    REQUESTER_LABEL,
    TAG_BYTES,
    WRAP_LABEL,
    FileSeal,
    SealedHeader,
    derive,
    ephemeral_secret_of,
    identity_bytes,
    nonce_of,
    sealed_size,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

ONCE = bytes(12)  # the nonce of a key that encrypts one text only


class ChaChaSealer:
    """Seals and opens files; keeps nothing."""

    def wrap(
        self, key: bytes, requester_key: bytes, identity: LeaseIdentity, document: bytes
    ) -> SealedHeader:
        """The header of the sealing with that result document."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        secret = ephemeral_secret_of(key, identity, document)
        ephemeral_key = X25519PrivateKey.from_private_bytes(secret)
        ephemeral = ephemeral_key.public_key().public_bytes_raw()
        try:
            wrapping = _wrapping_key(ephemeral_key, requester_key, ephemeral, requester_key)
        except ValueError:
            raise ContentError("The package names no key that its results can be sealed for.") from None
        return SealedHeader(
            ephemeral, ChaCha20Poly1305(wrapping).encrypt(ONCE, key, identity_bytes(identity))
        )

    def seal(self, source: Path, target: Path, seal: FileSeal) -> None:
        """Encrypt a file into a new one."""
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        cipher = ChaCha20Poly1305(seal.key)
        with source.open("rb") as plain, target.open("xb") as sealed:
            index, chunk = 0, plain.read(CHUNK_BYTES)
            is_last = False
            while not is_last:
                following = plain.read(CHUNK_BYTES)
                is_last = not following
                sealed.write(cipher.encrypt(nonce_of(index, is_last), chunk, seal.associated))
                index, chunk = index + 1, following

    def open(self, source: Path, target: Path, seal: FileSeal, size_bytes: int) -> None:
        """Decrypt a file of that size into a new one."""
        from cryptography.exceptions import InvalidTag

        found, expected = source.stat().st_size, sealed_size(size_bytes)
        if found != expected:
            raise ContentError(f"The sealed file {source.name} has {found} bytes, not {expected}: refused.")
        try:
            _decrypt(source, target, seal, size_bytes)
        except InvalidTag:
            target.unlink()
            raise ContentError(
                f"The sealed file {source.name} was altered, or is not this lease's: refused."
            ) from None


class AccountUnwrapper:
    """The requester's X25519 key, derived from the account's key: it lives as long as the wallet does."""

    def __init__(self, private_key: int, chain_id: int) -> None:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        account_key = private_key.to_bytes(KEY_BYTES, "big")
        self._key = X25519PrivateKey.from_private_bytes(
            derive(account_key, REQUESTER_LABEL, chain_id.to_bytes(32, "big"))
        )
        self._public = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"AccountUnwrapper({self._public.hex()})"

    @property
    def public_key(self) -> bytes:
        """What workers wrap for."""
        return self._public

    def unwrap(self, header: SealedHeader, identity: LeaseIdentity) -> bytes:
        """The lease's key."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        try:
            wrapping = _wrapping_key(self._key, header.ephemeral, header.ephemeral, self._public)
            return ChaCha20Poly1305(wrapping).decrypt(ONCE, header.wrapped, identity_bytes(identity))
        except (InvalidTag, ValueError):
            raise ContentError(
                "The results' key was not wrapped for this account and lease: refused."
            ) from None


def _wrapping_key(private_key: X25519PrivateKey, theirs: bytes, ephemeral: bytes, requester: bytes) -> bytes:
    """The key that both ends of an exchange have; ValueError where ``theirs`` is no point that hides it."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    shared = private_key.exchange(X25519PublicKey.from_public_bytes(theirs))
    return derive(shared, WRAP_LABEL, ephemeral, requester)


def _decrypt(source: Path, target: Path, seal: FileSeal, size_bytes: int) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(seal.key)
    index, left, is_last = 0, size_bytes, False
    with source.open("rb") as sealed, target.open("xb") as plain:
        while not is_last:
            chunk = sealed.read(min(left, CHUNK_BYTES) + TAG_BYTES)
            left -= min(left, CHUNK_BYTES)
            is_last = left == 0
            plain.write(cipher.decrypt(nonce_of(index, is_last), chunk, seal.associated))
            index += 1
