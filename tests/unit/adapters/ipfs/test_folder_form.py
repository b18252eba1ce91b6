"""The form that a folder is sent in, read by another reader of forms."""

from __future__ import annotations

import os
from email import message_from_bytes
from pathlib import Path
from urllib.parse import unquote

import pytest
from renderchain.adapters.ipfs import folder_form
from renderchain.adapters.ipfs.folder_form import FolderForm
from renderchain.core.errors import StoreError

FOLDER = "application/x-directory"


def read(form: FolderForm) -> list[tuple[str, str, bytes]]:
    """Name, kind and bytes of each part."""
    body = b"".join(form.pieces(lambda _: None))
    assert len(body) == form.size
    whole = message_from_bytes(f"Content-Type: {form.kind}\r\n\r\n".encode() + body)
    return [
        (unquote(part.get_filename() or ""), part.get_content_type(), bytes(part.get_payload(decode=True)))  # type: ignore[union-attr]
        for part in whole.get_payload()
    ]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "package" / "deep" / "none").mkdir(parents=True)
    return tmp_path / "package"


def test_a_form_has_all_of_a_folder_each_file_behind_its_folder(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_form, "PIECE_BYTES", 64)
    files = {"a": b"", ".hidden": b"x", 'deep/ä #?%" b': os.urandom(63), "deep/large": os.urandom(200)}
    for name, data in files.items():
        (package / name).write_bytes(data)
    found = read(FolderForm(package))
    assert found == [
        ("package", FOLDER, b""),
        *(
            (f"package/{name}", FOLDER if name in ("deep", "deep/none") else "application/octet-stream", data)
            for name, data in sorted({**files, "deep": b"", "deep/none": b""}.items())
        ),
    ]


def test_small_files_are_sent_together_and_all_is_counted(package: Path) -> None:
    for number in range(1000):
        (package / f"{number:04}").write_bytes(bytes(4000))
    form, done = FolderForm(package), list[int]()
    assert len(list(form.pieces(done.append))) < 6
    assert done[-1] == form.size and done == sorted(done)


@pytest.mark.parametrize("size", [9, 3 * folder_form.PIECE_BYTES])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_that_became_longer_or_shorter_meanwhile_is_not_sent_as_another(
    package: Path, size: int, change: int
) -> None:
    """The node would take what follows for its bytes."""
    (package / "file").write_bytes(bytes(size))
    form = FolderForm(package)
    (package / "file").write_bytes(bytes(size + change))
    with pytest.raises(StoreError, match="file was changed while it was stored"):
        list(form.pieces(lambda _: None))


def test_what_is_neither_file_nor_folder_is_named(package: Path) -> None:
    os.mkfifo(package / "deep" / "pipe")
    with pytest.raises(StoreError, match="deep/pipe is neither a file nor a folder"):
        FolderForm(package)
