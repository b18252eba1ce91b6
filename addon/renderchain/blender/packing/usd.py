"""The files that a USD file refers to: layers below it, references, payloads, clips and textures.

Blender's Python does not have USD's own library everywhere, so what a file refers to is read here: in text
between ``@`` signs and as the template of clips, in a binary ("crate") file among its tokens. What of that
is a file beside it is taken.
"""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

from ...core.errors import SceneError
from .expansion import Files, Folders, one_file

_ENDINGS = (".usd", ".usda", ".usdc", ".usdz")
_ASSET = re.compile(rb"@{1,3}([^@\r\n\0]{1,1024})@{1,3}")
_TEMPLATE = re.compile(rb"""templateAssetPath\s*=\s*["']([^"'\r\n\0]{1,1024})["']""")
_NUMBER = re.compile("#+")  # in a template, between points
_CRATE = b"PXR-USDC"
MOST_FILES = 10_000
MOST_TOKENS = 256 * 2**20  # bytes


def is_usd(name: str) -> bool:
    """Whether a file's name says USD."""
    return name.lower().endswith(_ENDINGS)


def usd_files(path: str, folders: Folders) -> Files:
    """A USD file with all that it refers to, in folders as they lie together, by the names that it says."""
    found = _with_all_below(path, folders)
    if found == {path} or not found:
        return one_file(path, folders)
    root = os.path.commonpath([os.path.dirname(one) for one in found])
    members = tuple((one, os.path.relpath(one, root).replace(os.sep, "/")) for one in sorted(found))
    return Files(members, os.path.relpath(path, root).replace(os.sep, "/"))


def _with_all_below(path: str, folders: Folders) -> set[str]:
    found: set[str] = set()
    waiting = [path] if folders.has(path) else []
    while waiting:
        layer = waiting.pop()
        found.add(layer)
        if len(found) > MOST_FILES:
            raise SceneError(f"{path} refers to over {MOST_FILES:,} files; flatten it into one.")
        for name in assets_in(Path(layer).read_bytes()) if is_usd(layer) else ():
            asset = os.path.normpath(os.path.join(os.path.dirname(layer), name))
            new = [one for one in _called(asset, folders) if one not in found]
            if new and os.path.isabs(name):
                raise SceneError(
                    f"{layer} refers to {name} by its whole path, which no other machine has. Write it "
                    "relative to the USD file, or flatten that."
                )
            waiting += new
    return found


def _called(asset: str, folders: Folders) -> list[str]:
    """The file of such a name; of a template, the clips of all numbers that its ``#`` stand for."""
    if folders.has(asset):
        return [asset]
    folder, name = os.path.split(asset)
    parts = name.split(".")
    if not any(_NUMBER.fullmatch(part) for part in parts):
        return []
    clip = re.compile(r"\.".join(r"-?\d+" if _NUMBER.fullmatch(one) else re.escape(one) for one in parts))
    return sorted(os.path.join(folder, one) for one in folders.names(folder) if clip.fullmatch(one))


def assets_in(raw: bytes) -> tuple[str, ...]:
    """What a layer's bytes may refer to."""
    if raw.startswith(_CRATE):
        texts = _tokens(raw)
    else:
        is_text = raw.startswith(b"#usda")
        texts = [found[1] for one in (_ASSET, _TEMPLATE) for found in one.finditer(raw)] if is_text else []
    return tuple(dict.fromkeys(os.fsdecode(text) for text in texts if b"." in text))


def _tokens(raw: bytes) -> list[bytes]:
    """The tokens of a crate file, paths among them; none where it is of a form that is not known."""
    try:
        (toc,) = struct.unpack_from("<q", raw, 16)
        (sections,) = struct.unpack_from("<Q", raw, toc)
        for at in range(toc + 8, toc + 8 + 32 * min(sections, 64), 32):
            name, start, _ = struct.unpack_from("<16sqq", raw, at)
            if name.rstrip(b"\0") == b"TOKENS":
                _, size, packed = struct.unpack_from("<QQQ", raw, start)
                return _unpacked(raw[start + 24 : start + 24 + packed], min(size, MOST_TOKENS)).split(b"\0")
    except (struct.error, IndexError):
        return []
    return []


def _unpacked(packed: bytes, size: int) -> bytes:
    """USD's own wrapping of LZ4: a count of chunks, and their lengths where there are several."""
    if packed[0] == 0:
        return _lz4(packed[1:], size)
    parts, at = bytearray(), 1
    for _ in range(packed[0]):
        (length,) = struct.unpack_from("<i", packed, at)
        parts += _lz4(packed[at + 4 : at + 4 + length], size - len(parts))
        at += 4 + length
    return bytes(parts)


def _lz4(packed: bytes, most: int) -> bytes:
    """One LZ4 block: runs of literal bytes, each followed by a copy of what came before."""
    out, at = bytearray(), 0
    while at < len(packed) and len(out) <= most:
        mark = packed[at]
        literals, at = _length(packed, at + 1, mark >> 4)
        out += packed[at : at + literals]
        at += literals
        if at + 2 > len(packed):
            break
        back = packed[at] | packed[at + 1] << 8
        copied, at = _length(packed, at + 2, mark & 15)
        for _ in range(min(copied + 4, most - len(out))):
            out.append(out[-back])
    return bytes(out)


def _length(packed: bytes, at: int, length: int) -> tuple[int, int]:
    """A length that goes on in further bytes while they are full; and where it ends."""
    more = 255 if length == 15 else 0
    while more == 255:
        more = packed[at]
        length, at = length + more, at + 1
    return length, at
