"""How a private job's package is encrypted, version 1: the format, the labels, the sizes.

What the store has is a folder with a header in the manifest's place and encrypted files named 0, 1, 2 …: 0
is the manifest, the others are the files that the store would have otherwise, in the order of their names.
Each is filled up to one of few lengths, with its size at the end; then it is cut into chunks with tags of
their own, as results are. Key, nonce and associated data tie a chunk to its place, its file and its package.

The package's key derives from its requester's account and from the header's salt, which no two packages
share; the header also has what tells the key from any other. Workers get the key wrapped for a key of their
own. Of one key, worker and job the wrapping is always the same, so whoever has the key sees whether it was
given before.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from .canonical import dump_canonical
from .errors import ContentError
from .ids import JobId, WorkerId
from .manifest import MANIFEST_NAME, Manifest
from .reader import Reader
from .sealed import KEY_BYTES, TAG_BYTES, FileSeal, derive

SCHEMA = "renderchain/private/1"
MAX_HEADER_BYTES = 1024
MOST_OBJECTS = 2**20
SIZE_BYTES = 8
LEAST_BYTES = 4096  # of an object before it is encrypted
SALT_BYTES = 32

# No label is the beginning of another, nor of those for results.
PACKAGE_LABEL = "renderchain/package/1"
CHECK_LABEL = "renderchain/package-check/1"
OBJECT_LABEL = "renderchain/object/1"
SCENE_KEY_LABEL = "renderchain/scene-key/1"
WRAP_LABEL = "renderchain/package-wrap/1"
EPHEMERAL_LABEL = "renderchain/package-ephemeral/1"


@dataclass(frozen=True)
class PrivateHeader:
    """What everybody sees of a private package: its salt, what its key is known by, how many objects."""

    salt: bytes
    check: bytes
    objects: int

    @property
    def names(self) -> frozenset[str]:
        """The files that the store has."""
        return frozenset({MANIFEST_NAME, *map(str, range(self.objects))})

    def fits(self, key: bytes) -> bool:
        """Whether that is the package's key."""
        return hmac.compare_digest(check_of(key), self.check)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        body = {
            "schema": SCHEMA,
            "salt": self.salt.hex(),
            "check": self.check.hex(),
            "objects": self.objects,
        }
        return dump_canonical(body)


@dataclass(frozen=True)
class KeyPlace:
    """For whom and what a package's key is wrapped."""

    chain_id: int
    board: int
    job_id: JobId
    worker_id: WorkerId

    def to_bytes(self) -> bytes:
        """Four felts of 32 bytes."""
        felts = (self.chain_id, self.board, self.job_id, self.worker_id)
        return b"".join(felt.to_bytes(32, "big") for felt in felts)


@dataclass(frozen=True)
class WrappedKey:
    """A package's key for one worker: the wrapping's X25519 public key, the encrypted key and its tag."""

    ephemeral: bytes
    sealed: bytes
    tag: bytes

    def to_bytes(self) -> bytes:
        """One part after the other."""
        return self.ephemeral + self.sealed + self.tag

    @classmethod
    def from_bytes(cls, raw: bytes) -> WrappedKey:
        """What ``to_bytes`` made; ValueError where it is none."""
        if len(raw) != 2 * KEY_BYTES + TAG_BYTES:
            raise ValueError(f"{len(raw)} bytes are no wrapped key")
        return cls(raw[:KEY_BYTES], raw[KEY_BYTES : 2 * KEY_BYTES], raw[2 * KEY_BYTES :])


def is_private(document: bytes) -> bool:
    """Whether what stands in the manifest's place is the header of a private package."""
    return len(document) <= MAX_HEADER_BYTES and document.endswith(f'"schema":"{SCHEMA}"}}'.encode())


def parse_private(document: bytes) -> PrivateHeader:
    """Read and check a header; raises ContentError."""
    reader = Reader.parse(document, "private header", SCHEMA, MAX_HEADER_BYTES)
    salt = reader.hexadecimal("salt", 2 * SALT_BYTES)
    check = reader.hexadecimal("check", 2 * KEY_BYTES)
    return PrivateHeader(
        bytes.fromhex(salt), bytes.fromhex(check), reader.integer("objects", 2, MOST_OBJECTS)
    )


def package_key_of(account_key: int, chain_id: int, salt: bytes) -> bytes:
    """The key of its requester's package with that salt."""
    material = account_key.to_bytes(KEY_BYTES, "big")
    return derive(material, PACKAGE_LABEL, chain_id.to_bytes(32, "big"), salt)


def check_of(key: bytes) -> bytes:
    """By what a key is known to be a package's."""
    return derive(key, CHECK_LABEL)


def ephemeral_of(key: bytes, worker_key: bytes, place: KeyPlace) -> bytes:
    """The X25519 private key that a package's key is wrapped with for that worker."""
    return derive(key, EPHEMERAL_LABEL, worker_key, place.to_bytes())


def object_seal(key: bytes, salt: bytes, number: int) -> FileSeal:
    """The seal of the object with that number."""
    place = number.to_bytes(4, "big")
    return FileSeal(derive(key, OBJECT_LABEL, place), salt + place)


def object_names(manifest: Manifest) -> tuple[str, ...]:
    """What the objects from 1 on are, in their order."""
    return tuple(sorted(manifest.stored_paths - {MANIFEST_NAME}))


def filled_size(size_bytes: int) -> int:
    """How long an object of a file of that size is before it is encrypted: one of few lengths (Padmé).

    It takes at most 12 % more, and tells of a file's size its magnitude alone.
    """
    needed = max(size_bytes + SIZE_BYTES, LEAST_BYTES)
    exponent = needed.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-needed // step) * step


@dataclass(frozen=True)
class SharedKey:
    """A job's package key, for who gives it to workers while its requester is away."""

    board: int
    job_id: JobId
    key: bytes = field(repr=False)

    SCHEMA = "renderchain/package-key/1"

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        body = {"schema": self.SCHEMA, "board": hex(self.board), "job": self.job_id, "key": self.key.hex()}
        return dump_canonical(body)


def parse_shared(document: bytes) -> SharedKey:
    """Read and check one; raises ContentError."""
    reader = Reader.parse(document, "package key", SharedKey.SCHEMA, MAX_HEADER_BYTES)
    try:
        board = int(reader.text("board"), 16)
    except ValueError:
        raise ContentError("The package key's 'board' is no address: refused.") from None
    job_id = JobId(reader.integer("job", 1, 2**64 - 1))
    return SharedKey(board, job_id, bytes.fromhex(reader.hexadecimal("key", 2 * KEY_BYTES)))
