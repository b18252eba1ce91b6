"""Authentication headers in a file that only an account's key opens, so that there is one secret to keep."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import SettingsError
from ..core.reader import shallow_json
from ..core.whole_file import FOR_USER, write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

FORM = "renderchain sealed headers 1"
NONCE_BYTES = 12
MOST_BYTES = 2**16


def are_sealed(file: Path) -> bool:
    """Whether the file is one of these; plain headers are a JSON object of texts."""
    return _read(file).get("form") == FORM


def seal_headers(file: Path, headers: Mapping[str, str], private_key: int) -> None:
    """Write the file, for its user alone, in the place of what was there; raises SettingsError."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(private_key).encrypt(nonce, json.dumps(dict(headers)).encode(), FORM.encode())
    body = {"form": FORM, "nonce": nonce.hex(), "sealed": sealed.hex()}
    try:
        write_whole(file, json.dumps(body).encode(), FOR_USER)
    except OSError as error:
        raise SettingsError(f"The headers can't be written to {file} ({error.strerror}).") from None


def open_headers(file: Path, private_key: int) -> dict[str, str]:
    """What was sealed; raises SettingsError where it was for another key."""
    from cryptography.exceptions import InvalidTag

    try:
        raw = _read(file)
        nonce, sealed = bytes.fromhex(raw["nonce"]), bytes.fromhex(raw["sealed"])
        return dict(json.loads(_cipher(private_key).decrypt(nonce, sealed, FORM.encode())))
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise SettingsError(
            f"The headers in {file} are sealed for another account's key; give them again in the preferences."
        ) from None


def _read(file: Path) -> dict[str, str]:
    try:
        if file.stat().st_size > MOST_BYTES:
            return {}
        raw = shallow_json(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _cipher(private_key: int) -> ChaCha20Poly1305:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=FORM.encode())
    return ChaCha20Poly1305(made.derive(private_key.to_bytes(32, "big")))
