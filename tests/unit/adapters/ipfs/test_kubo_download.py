"""Kubo is fetched from where its user says, and thrown away unless it is what its user meant."""

from __future__ import annotations

import asyncio
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from renderchain.adapters.ipfs import kubo_download
from renderchain.adapters.ipfs.kubo_download import download_kubo
from renderchain.core.errors import ContentError, SettingsError, StoreError

PROGRAM = b"#!/bin/sh\necho kubo\n"


def tarred(name: str) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for member, content in (("kubo/README", b"read"), (name, PROGRAM)):
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return raw.getvalue()


def zipped() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as made:
        made.writestr("kubo/ipfs.exe", PROGRAM)
    return raw.getvalue()


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "served"
    folder.mkdir()

    def handler(*arguments: object) -> Quiet:
        return Quiet(*arguments, directory=str(folder))  # type: ignore[arg-type]

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/kubo"
        server.shutdown()


def fetch(url: str, checksum: str, target: Path) -> Path:
    return asyncio.run(download_kubo(url, checksum, target, lambda *_: None))


@pytest.mark.parametrize("raw", [tarred("kubo/ipfs"), zipped(), PROGRAM], ids=["tar", "zip", "program"])
@pytest.mark.parametrize("kind", ["sha256", "sha512"])
def test_what_has_the_checksum_is_there_to_be_run(
    served: tuple[Path, str], tmp_path: Path, raw: bytes, kind: str
) -> None:
    folder, url = served
    (folder / "kubo").write_bytes(raw)
    found = fetch(url, hashlib.new(kind, raw).hexdigest().upper(), tmp_path / "kubo")
    assert found.read_bytes() == PROGRAM and found.stat().st_mode & 0o777 == 0o700
    assert [*found.parent.iterdir()] == [found]


def test_what_has_another_checksum_is_thrown_away(served: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = served
    (folder / "kubo").write_bytes(PROGRAM)
    with pytest.raises(ContentError, match="another checksum than you gave"):
        fetch(url, "0" * 64, tmp_path / "kubo")
    assert not (tmp_path / "kubo").exists()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (tarred("kubo/other"), "no program of Kubo"),
        (tarred("kubo/ipfs")[:60], "can't be read"),
        (b"\x1f\x8b" + b"x" * 50, "can't be read"),
    ],
    ids=["another", "cut", "garbage"],
)
def test_an_archive_without_it_is_refused(
    served: tuple[Path, str], tmp_path: Path, raw: bytes, said: str
) -> None:
    folder, url = served
    (folder / "kubo").write_bytes(raw)
    with pytest.raises(ContentError, match=said):
        fetch(url, hashlib.sha256(raw).hexdigest(), tmp_path / "kubo")
    assert not (tmp_path / "kubo").exists()


def test_more_than_kubo_can_have_ends_the_transfer(
    served: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, url = served
    (folder / "kubo").write_bytes(b"x" * 5000)
    monkeypatch.setattr(kubo_download, "MOST_BYTES", 4000)
    with pytest.raises(ContentError, match="more than Kubo can have"):
        fetch(url, "0" * 64, tmp_path / "kubo")


def test_addresses_and_checksums_that_are_none_are_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    for url in ("http://kubo.example/a", "ftp://kubo.example/a", "kubo", "http://127.0.0.1.example/a"):
        with pytest.raises(SettingsError, match="nothing was fetched"):
            fetch(url, "0" * 64, tmp_path)
    for checksum in ("", "0" * 63, "g" * 64):
        with pytest.raises(SettingsError, match="nothing was fetched"):
            fetch("https://kubo.example/a", checksum, tmp_path)


def test_a_server_that_has_it_not_is_told(served: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="404"):
        fetch(served[1], "0" * 64, tmp_path / "kubo")
