"""The content store against a real Kubo node."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.core.errors import ContentError, StoreError


def tree(folder: Path) -> Path:
    root = folder / "package"
    (root / "textures").mkdir(parents=True)
    (root / "a.bin").write_bytes(os.urandom(3 * 2**20))
    (root / "textures" / ".hidden").write_bytes(b"hidden")
    (root / "empty").write_bytes(b"")
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_folder_comes_back_as_it_went_with_progress_and_the_same_cid(kubo: str, tmp_path: Path) -> None:
    root, store, sent, got = tree(tmp_path), KuboStore(kubo), [0], [0]

    async def run() -> None:
        cid = await store.add_folder(root, sent.append)
        assert await store.add_folder(root, sent.append) == cid
        assert cid.startswith("bafybei")
        size = sum(len(raw) for raw in contents(root).values())
        await store.fetch_folder(cid, tmp_path / "back", max_bytes=size, max_files=3, on_bytes=got.append)
        assert contents(tmp_path / "back") == contents(root)
        assert max(sent) > size and max(got) == size
        assert await store.read_file(cid, "textures/.hidden", 10) == b"hidden"
        with pytest.raises(ContentError, match="over 5 bytes"):
            await store.read_file(cid, "textures/.hidden", 5)
        await store.unpin(cid)
        await store.unpin(cid)

    asyncio.run(run())


@pytest.mark.parametrize(("max_bytes", "max_files", "said"), [(100, 3, "bytes"), (2**30, 2, "files")])
def test_a_folder_over_its_limits_is_refused_before_anything_is_written(
    kubo: str, tmp_path: Path, max_bytes: int, max_files: int, said: str
) -> None:
    root, store, target = tree(tmp_path), KuboStore(kubo), tmp_path / "back"

    async def run() -> None:
        cid = await store.add_folder(root, lambda _: None)
        with pytest.raises(ContentError, match=said):
            await store.fetch_folder(
                cid, target, max_bytes=max_bytes, max_files=max_files, on_bytes=lambda _: None
            )
        assert not target.exists()

    asyncio.run(run())


def test_a_symbolic_link_is_not_left_out_silently(kubo: str, tmp_path: Path) -> None:
    root = tree(tmp_path)
    (root / "link").symlink_to(root / "a.bin")
    with pytest.raises(StoreError, match="symbolic link"):
        asyncio.run(KuboStore(kubo).add_folder(root, lambda _: None))


def test_a_node_that_is_down_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="tcp/9 can't be reached"):
        asyncio.run(KuboStore("/ip4/127.0.0.1/tcp/9").pin("bafy"))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Wood.png", "wood.PNG"], "one file twice"),
        (["a\u0308.png", "\u00e4.png"], "one file twice"),
        (["x" * 220], "names may have 200 bytes"),
        (["/".join("d" * 33)], "over 32 folders deep|32 names"),
    ],
)
def test_names_that_some_disk_can_not_hold_are_refused_before_anything_is_written(
    kubo: str, tmp_path: Path, names: list[str], said: str
) -> None:
    root, target = tmp_path / "package", tmp_path / "back"
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    asyncio.run(refused(KuboStore(kubo), root, target, said))


def test_empty_folders_are_refused_so_that_there_are_not_more_of_them_than_files(
    kubo: str, tmp_path: Path
) -> None:
    root, target = tree(tmp_path), tmp_path / "back"
    (root / "textures" / "nothing").mkdir()
    asyncio.run(refused(KuboStore(kubo), root, target, "'textures/nothing/' in .* is empty"))


async def refused(store: KuboStore, root: Path, target: Path, said: str) -> None:
    cid = await store.add_folder(root, lambda _: None)
    with pytest.raises(ContentError, match=said):
        await store.fetch_folder(cid, target, max_bytes=2**30, max_files=9, on_bytes=lambda _: None)
    assert not target.exists()
