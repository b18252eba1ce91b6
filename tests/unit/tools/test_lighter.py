"""A lighter wheel is a whole wheel, without what nobody reads."""

from __future__ import annotations

import base64
import csv
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools.extension.lighter import LEFT_OUT, lighter, stand_in
from tools.extension.lock import LOCK, PLATFORMS, read_lock

FILES = {
    "thing/__init__.py": b"from .speed import *\n",
    "thing/speed.c": b"int main;",
    "thing/speed.pyx": b"cdef int main",
    "thing/tests/test_all.py": b"assert True",
    "thing/test_speed.py": b"assert True",
    "thing/testing.py": b"needed = True",
    "netaddr/eui/oui.txt": b"all makers",
    "netaddr/eui/__init__.py": b"",
    "thing-1.dist-info/METADATA": b"Name: thing",
    "thing-1.dist-info/RECORD": b"all of these",
}
KEPT = ["thing/__init__.py", "thing/testing.py", "netaddr/eui/__init__.py", "thing-1.dist-info/METADATA"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDERCHAIN_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "wheels").mkdir(parents=True)


def contents(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def recorded(files: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    (record,) = (raw for name, raw in files.items() if name.endswith("/RECORD"))
    return {name: (digest, size) for name, digest, size in csv.reader(record.decode().splitlines())}


def test_sources_and_tests_go_and_the_record_names_what_is_left(tmp_path: Path) -> None:
    wheel = tmp_path / "thing-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as packed:
        for name, raw in FILES.items():
            packed.writestr(name, raw)
    files = contents(lighter(wheel))
    assert {name: files[name] for name in KEPT} == {name: FILES[name] for name in KEPT}
    assert set(files) == {*KEPT, "thing-1.dist-info/RECORD"}
    for name, (digest, size) in recorded(files).items():
        if not name.endswith("/RECORD"):
            expected = base64.urlsafe_b64encode(sha256(files[name]).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={expected}", str(len(files[name])))
    assert set(recorded(files)) == set(files)


def test_what_stands_in_is_imported_by_the_name_that_starknet_py_asks_for(tmp_path: Path) -> None:
    wheel = stand_in()
    code = "import crypto_cpp_py.cpp_bindings as one; print(one.__file__, one.cpp_hash(1, 2))"
    path = f"import sys; sys.path[:0] = [{str(wheel)!r}]; "
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, check=True)
    place, number = done.stdout.split()
    assert place.startswith(str(wheel)) and int(number) > 0


def test_what_is_left_out_is_in_the_lock_file_or_for_windows_only() -> None:
    """Else a name here outlives the package that it was about."""
    named = {one.name for one in read_lock(LOCK.read_text())}
    assert set(LEFT_OUT) <= named
    assert {"toolz", "ecdsa"} <= named, "they take the place of what is left out"


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_no_platform_needs_what_blender_cannot_load(platform: str) -> None:
    needed = {one.name for one in read_lock(LOCK.read_text()) if one.is_needed("3.13", PLATFORMS[platform])}
    assert "starknet-py" in needed
    assert not (needed - set(LEFT_OUT)) & {"pywin32", "crypto-cpp-py", "sympy"}
