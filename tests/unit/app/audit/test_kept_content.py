"""What is kept can be pinned again under the CID that it had, whoever kept it at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from renderchain.app.audit.kept_content import KeptContent

FILES = 40


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a file in a folder of its own, which is left out."""
    folder = tmp_path / "package"
    (folder / "libraries" / "deep").mkdir(parents=True)
    (folder / "libraries" / "deep" / "put_together.blend").write_bytes(b"of pieces")
    for number in range(FILES):
        (folder / f"{number}").write_bytes(b"kept")
    return folder


def test_a_folder_of_which_nothing_is_kept_is_not_kept_either(package: Path, tmp_path: Path) -> None:
    """IPFS knows empty folders, and one that the store does not have makes another CID."""
    kept = KeptContent(tmp_path / "kept")
    kept.keep("cid", package, ["libraries/deep/put_together.blend"])
    found = kept.find("cid")
    assert found and len(list(found.iterdir())) == FILES


@pytest.mark.parametrize("again", range(10))
def test_two_lanes_keep_one_package_at_the_same_time(package: Path, tmp_path: Path, again: int) -> None:
    """Each deleted what the other one was writing; what was left was taken for the whole."""
    kept = KeptContent(tmp_path / f"kept-{again}")
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(kept.keep, "cid", package) for _ in range(8)]:
            done.result()
    found = kept.find("cid")
    assert found and len(list(found.rglob("*"))) == FILES + 3
    assert [path.name for path in found.parent.iterdir()] == ["cid"]
