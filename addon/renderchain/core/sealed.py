"""How a lease's results are sealed for their requester, version 1: the format, the labels, the sizes.

A sealed folder holds ``sealed.json`` and encrypted files named 0, 1, 2 …: 0 is the result document, the
others are the files that it names, in its order. Each file is cut into chunks of 1 MiB with a tag of their
own; nonce and associated data tie a chunk to its place, its file and its lease. ``sealed.json`` wraps the
lease's key for the requester. Who has that key needs no other: that is what a delivery challenge rests on.

All keys of a lease derive from the one secret in the worker's journal. A file's key derives also from the
sealing's ephemeral key, which derives from the lease's key and from the result document: a lease which is
rendered again after a crash never uses a nonce for other bytes, and who has the lease's key can tell whom it
was wrapped for.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from .canonical import dump_canonical
from .cid import split_digest
from .merkle import HashMany, LeaseIdentity, short_string
from .reader import Reader

SCHEMA = "renderchain/sealed/1"
HEADER_NAME = "sealed.json"
MAX_HEADER_BYTES = 1024
KEY_BYTES = 32
TAG_BYTES = 16
CHUNK_BYTES = 2**20
SECRET_BITS = 248

# What a derived key is for; no label is the beginning of another.
REQUESTER_LABEL = "renderchain/requester/1"
SALTS_LABEL = "renderchain/salts/1"
RESULTS_LABEL = "renderchain/results/1"
EPHEMERAL_LABEL = "renderchain/ephemeral/1"
WRAP_LABEL = "renderchain/wrap/1"
FILE_LABEL = "renderchain/file/1"
KEY_DOMAIN = short_string("renderchain/key/1")


@dataclass(frozen=True)
class SealedHeader:
    """The sealing's ephemeral X25519 public key and the lease's key, wrapped; both as bytes."""

    ephemeral: bytes
    wrapped: bytes

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        body = {"schema": SCHEMA, "ephemeral": self.ephemeral.hex(), "wrapped_key": self.wrapped.hex()}
        return dump_canonical(body)


def parse_header(raw: bytes) -> SealedHeader:
    """Read and check a header; raises ContentError."""
    reader = Reader.parse(raw, "sealed header", SCHEMA, MAX_HEADER_BYTES)
    ephemeral = reader.hexadecimal("ephemeral", 2 * KEY_BYTES)
    wrapped = reader.hexadecimal("wrapped_key", 2 * (KEY_BYTES + TAG_BYTES))
    return SealedHeader(bytes.fromhex(ephemeral), bytes.fromhex(wrapped))


def derive(material: bytes, label: str, *parts: bytes) -> bytes:
    """32 bytes for one purpose: HKDF-SHA256 (RFC 5869) without a salt; a label's parts have fixed lengths."""
    extracted = hmac.digest(bytes(32), material, "sha256")
    return hmac.digest(extracted, label.encode("ascii") + b"".join(parts) + b"\x01", "sha256")


def salt_key_of(secret: int) -> int:
    """What the salts of a lease's leaves derive from: 248 bits; ``secret`` is the journal's."""
    return int.from_bytes(derive(_secret_bytes(secret), SALTS_LABEL), "big") >> (256 - SECRET_BITS)


def result_key_of(secret: int) -> bytes:
    """The key that a lease's results are sealed with; ``secret`` is the journal's."""
    return derive(_secret_bytes(secret), RESULTS_LABEL)


def _secret_bytes(secret: int) -> bytes:
    return secret.to_bytes(KEY_BYTES, "big")


def key_hash_of(hash_many: HashMany, key: bytes) -> int:
    """What is posted of a result key; the contract computes the same from a revealed one."""
    return hash_many((KEY_DOMAIN, *split_digest(key)))


def identity_bytes(identity: LeaseIdentity) -> bytes:
    """What binds a ciphertext to one lease: six felts of 32 bytes."""
    return b"".join(felt.to_bytes(32, "big") for felt in identity.felts())


def ephemeral_secret_of(key: bytes, identity: LeaseIdentity, document: bytes) -> bytes:
    """The X25519 private key that a sealing with that result document wraps with."""
    return derive(key, EPHEMERAL_LABEL, identity_bytes(identity), hashlib.sha256(document).digest())


@dataclass(frozen=True)
class FileSeal:
    """Key and associated data of one file of one sealing."""

    key: bytes = field(repr=False)
    associated: bytes


def file_seal(key: bytes, header: SealedHeader, identity: LeaseIdentity, number: int) -> FileSeal:
    """The seal of the file with that number."""
    associated = identity_bytes(identity) + number.to_bytes(4, "big")
    return FileSeal(derive(key, FILE_LABEL, header.ephemeral, associated), associated)


def nonce_of(index: int, is_last: bool) -> bytes:
    """The nonce of a file's chunk: its index and whether it is the last, so that no end can be cut off."""
    return index.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def sealed_size(size_bytes: int) -> int:
    """How many bytes a file of that size has when it is sealed; an empty one is one empty chunk."""
    chunks = max(1, -(-size_bytes // CHUNK_BYTES))
    return size_bytes + chunks * TAG_BYTES


def opened_size(sealed_bytes: int) -> int:
    """The inverse of sealed_size; -1 if no file has that size when it is sealed."""
    chunks = max(1, -(-sealed_bytes // (CHUNK_BYTES + TAG_BYTES)))
    size_bytes = sealed_bytes - chunks * TAG_BYTES
    return size_bytes if size_bytes >= 0 and sealed_size(size_bytes) == sealed_bytes else -1
