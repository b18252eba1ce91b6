"""Wheels made lighter: without what no Blender that has the extension ever reads.

Of more than a half of all bytes nobody is served: debug symbols, tests, C sources, and packages that others
name but that our ways through them never import. A test installs what is left, imports every module of ours
and hashes, seals and signs; another sends a whole job.
"""

from __future__ import annotations

import base64
import csv
import io
import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tools.setup.cache import cache_dir

from .errors import AGAIN, call

# Packages that are not in the zips, and why nobody misses them.
LEFT_OUT = {
    "crypto-cpp-py": "ours stands in for it",
    "sympy": "only crypto-cpp-py imports it",
    "mpmath": "only sympy imports it",
    "pywin32": "only crypto-cpp-py imports it",
    "cytoolz": "eth-utils takes toolz, the same in Python, where it is missing",
}
STAND_IN = Path(__file__).with_name("stand_in")
STAND_IN_VERSION = "2.0.0"  # whose place it takes
NOT_NEEDED = re.compile(
    r"\.(c|h|pyx|pxd)$"  # what compiled modules are made from
    r"|(^|/)(tests|SelfTest)/|/test_\w+\.py$|/_testcapi\."
    r"|^netaddr/eui/\w+\.(txt|idx)$"  # who makes which network card
)
ELF = b"\x7fELF"
LONG_AGO = (2020, 1, 1, 0, 0, 0)  # of every file: what is built twice is the same


def lighter(wheel: Path) -> Path:
    """The same wheel without what is not needed, from the cache if it is there; raises BuildError."""
    recipe = sha256(Path(__file__).read_bytes() + wheel.read_bytes()).hexdigest()[:12]
    kept = cache_dir() / "wheels" / f"lighter-{recipe}" / wheel.name
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with ZipFile(wheel) as packed:
            files = {one: packed.read(one) for one in packed.namelist() if not one.endswith("/")}
        (record,) = (one for one in files if one.endswith(".dist-info/RECORD"))
        del files[record]
        kept_files = {one: _stripped(raw) for one, raw in files.items() if not NOT_NEEDED.search(one)}
        _write(kept, kept_files, record)
    return kept


def stand_in() -> Path:
    """The wheel of what stands in for crypto-cpp-py, for every platform; raises BuildError."""
    info = f"crypto_cpp_py-{STAND_IN_VERSION}.dist-info"
    files = {f"crypto_cpp_py/{one.name}": one.read_bytes() for one in sorted(STAND_IN.glob("*.py"))}
    named = f"Metadata-Version: 2.1\nName: crypto-cpp-py\nVersion: {STAND_IN_VERSION}\n"
    files[f"{info}/METADATA"] = f"{named}Summary: In Python, for RenderChain\n".encode()
    form = "Wheel-Version: 1.0\nGenerator: RenderChain\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/WHEEL"] = form.encode()
    recipe = sha256(repr(files).encode()).hexdigest()[:12]
    name = f"crypto_cpp_py-{STAND_IN_VERSION}-py3-none-any.whl"
    kept = cache_dir() / "wheels" / f"stand-in-{recipe}" / name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _write(kept, files, f"{info}/RECORD")
    return kept


def _stripped(raw: bytes) -> bytes:
    """A compiled module for Linux without its debug symbols; all else as it is."""
    if not raw.startswith(ELF):
        return raw
    with tempfile.NamedTemporaryFile(suffix=".so") as file:
        Path(file.name).write_bytes(raw)
        call("stripping a module", ["strip", "--strip-unneeded", file.name], f"install binutils, {AGAIN}")
        return Path(file.name).read_bytes()


def _write(wheel: Path, files: dict[str, bytes], record: str) -> None:
    """Under another name first, so that a wheel with this name is whole."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for name, raw in files.items():
        digest = base64.urlsafe_b64encode(sha256(raw).digest()).rstrip(b"=").decode()
        writer.writerow([name, f"sha256={digest}", len(raw)])
    writer.writerow([record, "", ""])
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as packed:
        for name, content in (files | {record: rows.getvalue().encode()}).items():
            packed.writestr(ZipInfo(name, LONG_AGO), content, ZIP_DEFLATED, 9)
    new = wheel.with_name(f"{wheel.name}.{os.getpid()}")
    new.write_bytes(buffer.getvalue())
    new.rename(wheel)
