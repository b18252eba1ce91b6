"""A file that somebody cut into parts of a byte: it costs who fetches it no more than its bytes are worth."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from renderchain.adapters.ipfs import tree
from renderchain.adapters.ipfs.dag import text_of
from renderchain.adapters.ipfs.transfer import fetch_tree
from renderchain.adapters.ipfs.tree import Want
from renderchain.core.errors import ContentError

from devkit.fakes.blocks import BlockGiver, Blocks


def giver_of(data: bytes, sent: int) -> tuple[BlockGiver, str]:
    """Who has a folder with such a file, and gives so many of the file's bytes; the folder's CID."""
    blocks = Blocks()
    file = blocks.file(data, 1)
    return BlockGiver(blocks, files={file: data[:sent]}), text_of(blocks.folder([("file", file)]))


def get(source: BlockGiver, cid: str, folder: Path, max_files: int) -> bytes:
    limits = {"max_bytes": 2**20, "max_files": max_files}
    asyncio.run(fetch_tree(source, cid, folder, **limits, on_bytes=lambda _: None))
    return (folder / "file").read_bytes()


@pytest.mark.parametrize("sent", [1500, 900])
def test_however_small_a_files_parts_are_each_is_looked_at_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: int
) -> None:
    """Each was once added up with all before it, and nothing else of the process ran meanwhile."""
    looks = [0]

    class Counted(Want):
        def __getattribute__(self, name: str) -> object:
            looks[0] += name == "size"
            return super().__getattribute__(name)

    monkeypatch.setattr(tree, "Want", Counted)
    data = os.urandom(1500)
    source, cid = giver_of(data, sent)
    assert get(source, cid, tmp_path / "got", max_files=100) == data
    assert len(data) < looks[0] < 15 * len(data)


def test_a_file_of_more_parts_than_all_files_need_is_refused_before_one_is_asked_for(tmp_path: Path) -> None:
    source, cid = giver_of(os.urandom(3000), 3000)
    with pytest.raises(ContentError, match="more blocks than so many files need"):
        get(source, cid, tmp_path / "got", max_files=1)
    assert len(source.asked) == 2 and not source.read and not (tmp_path / "got").exists()
