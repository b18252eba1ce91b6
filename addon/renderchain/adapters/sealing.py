"""Sealing with X25519 and ChaCha20-Poly1305, on the library cryptography.

The library's own errors are not chained: what was altered says nothing, and a key must not be in a traceback.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from ..core import private_package as private
from ..core.errors import ContentError
from ..core.merkle import LeaseIdentity
from ..core.private_package import KeyPlace, WrappedKey, filled_size
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
    opened_size,
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
        with source.open("rb") as plain, target.open("xb") as sealed:
            _encrypt(plain, sealed, seal)

    def seal_object(self, source: Path, target: Path, seal: FileSeal) -> None:
        """Encrypt a file, filled up, into a new one."""
        with source.open("rb") as plain, target.open("xb") as sealed:
            _encrypt(_Padded(plain, source.stat().st_size), sealed, seal)

    def open_object(self, source: Path, target: Path, seal: FileSeal) -> None:
        """Decrypt an object into a new file."""
        filled_bytes = opened_size(source.stat().st_size)
        if filled_bytes < private.LEAST_BYTES:
            raise ContentError(f"The object {source.name} is none of a private package: refused.")
        self.open(source, target, seal, filled_bytes)
        with target.open("r+b") as plain:
            plain.seek(-private.SIZE_BYTES, os.SEEK_END)
            size_bytes = int.from_bytes(plain.read(), "big")
            if filled_size(size_bytes) != filled_bytes:
                target.unlink()
                raise ContentError(f"The object {source.name} does not hold what it says: refused.")
            plain.truncate(size_bytes)

    def wrap_package_key(self, key: bytes, worker_key: bytes, place: KeyPlace) -> WrappedKey:
        """The key for a worker's X25519 key."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        own = X25519PrivateKey.from_private_bytes(private.ephemeral_of(key, worker_key, place))
        ephemeral = own.public_key().public_bytes_raw()
        try:
            wrapping = _wrapping_key(own, worker_key, ephemeral, worker_key, private.WRAP_LABEL)
        except ValueError:
            raise ContentError(
                f"Worker {place.worker_id} published a key that nothing can be wrapped for."
            ) from None
        sealed = ChaCha20Poly1305(wrapping).encrypt(ONCE, key, place.to_bytes())
        return WrappedKey(ephemeral, sealed[:KEY_BYTES], sealed[KEY_BYTES:])

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


def view_key_of(private_key: int, chain_id: int) -> bytes:
    """The requester's X25519 key, derived from the account's key: it lives as long as the wallet does."""
    account_key = private_key.to_bytes(KEY_BYTES, "big")
    return derive(account_key, REQUESTER_LABEL, chain_id.to_bytes(32, "big"))


class ViewUnwrapper:
    """Whoever has a requester's view key opens its results, and can do nothing else."""

    def __init__(self, view_key: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        self._key = X25519PrivateKey.from_private_bytes(view_key)
        self._public = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._public.hex()})"

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


class AccountUnwrapper(ViewUnwrapper):
    """The same of whoever has the account's key."""

    def __init__(self, private_key: int, chain_id: int) -> None:
        super().__init__(view_key_of(private_key, chain_id))


class AccountSceneKey:
    """A worker's X25519 key, derived from its operator account's key: nothing of it has to be kept."""

    def __init__(self, private_key: int, chain_id: int) -> None:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        account_key = private_key.to_bytes(KEY_BYTES, "big")
        secret = derive(account_key, private.SCENE_KEY_LABEL, chain_id.to_bytes(32, "big"))
        self._key = X25519PrivateKey.from_private_bytes(secret)
        self._public = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"AccountSceneKey({self._public.hex()})"

    @property
    def public_key(self) -> bytes:
        """What keys of packages are wrapped for."""
        return self._public

    def unwrap_package_key(self, wrapped: WrappedKey, place: KeyPlace) -> bytes | None:
        """The key; None if it was not wrapped for this worker and job."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        parts = (wrapped.ephemeral, wrapped.ephemeral, self._public, private.WRAP_LABEL)
        try:
            cipher = ChaCha20Poly1305(_wrapping_key(self._key, *parts))
            return cipher.decrypt(ONCE, wrapped.sealed + wrapped.tag, place.to_bytes())
        except (InvalidTag, ValueError):
            return None


def _wrapping_key(
    private_key: X25519PrivateKey, theirs: bytes, ephemeral: bytes, receiver: bytes, label: str = WRAP_LABEL
) -> bytes:
    """The key that both ends of an exchange have; ValueError where ``theirs`` is no point that hides it."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    shared = private_key.exchange(X25519PublicKey.from_public_bytes(theirs))
    return derive(shared, label, ephemeral, receiver)


class _Source(Protocol):
    def read(self, count: int, /) -> bytes: ...


class _Padded:
    """A file as an object has it: its bytes, zeros up to one of few lengths, and at the end its size."""

    def __init__(self, plain: _Source, size_bytes: int) -> None:
        self._plain = plain
        self._left = size_bytes
        self._zeros = filled_size(size_bytes) - size_bytes - private.SIZE_BYTES
        self._end = size_bytes.to_bytes(private.SIZE_BYTES, "big")

    def read(self, count: int, /) -> bytes:
        found = self._plain.read(min(count, self._left))
        self._left -= len(found)
        zeros = 0 if self._left else min(count - len(found), self._zeros)
        self._zeros -= zeros
        room = 0 if self._left or self._zeros else count - len(found) - zeros
        end, self._end = self._end[:room], self._end[room:]
        return found + bytes(zeros) + end


def _encrypt(plain: _Source, sealed: IO[bytes], seal: FileSeal) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(seal.key)
    index, chunk = 0, plain.read(CHUNK_BYTES)
    is_last = False
    while not is_last:
        following = plain.read(CHUNK_BYTES)
        is_last = not following
        sealed.write(cipher.encrypt(nonce_of(index, is_last), chunk, seal.associated))
        index, chunk = index + 1, following


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
