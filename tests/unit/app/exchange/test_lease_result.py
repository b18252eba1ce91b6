"""A lease's result: what the worker writes is what the artist accepts, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from renderchain.app.exchange.lease_result import Committed, check_result, most_bytes, write_result
from renderchain.core.errors import ContentError
from renderchain.core.merkle import LeaseIdentity, root_of
from renderchain.core.messages import Rendered
from renderchain.core.prints import RECORD_BYTES
from renderchain.core.result import RESULT_NAME, Result

from devkit.fakes.clock import run
from devkit.fakes.hashing import remembered
from devkit.fakes.package import HEIGHT, TILES, WIDTH, manifest_of
from devkit.fakes.renderer import LOADED, FakeRenderer, read_noisy

FRAMES, FIRST_TASK, SALT_KEY = (4, 5), 3, 2**240 + 1
MANIFEST = manifest_of(FRAMES)
IDENTITY = LeaseIdentity(1, 2, 3, 4, 0, 5)


def render(folder: Path) -> list[Rendered]:
    """What a render process leaves in a new folder."""

    async def all_frames() -> list[Rendered]:
        async with FakeRenderer().open(folder, MANIFEST, folder) as session:
            return [await session.render(frame, lambda progress: None) for frame in FRAMES]

    folder.mkdir()
    return run(all_frames())


def write(folder: Path, rendered: Sequence[Rendered]) -> int:
    """As the worker does; returns the root."""
    leaves = committed(folder, rendered).leaves
    assert len(leaves) == len(FRAMES) * (TILES + 1)
    return root_of(remembered, leaves)


def committed(folder: Path, rendered: Sequence[Rendered]) -> Committed:
    """What the worker's root is over."""
    return write_result(
        folder,
        LOADED,
        rendered,
        identity=IDENTITY,
        first_task=FIRST_TASK,
        salt_key=SALT_KEY,
        manifest=MANIFEST,
        hash_many=remembered,
    )


def check(folder: Path, root: int, identity: LeaseIdentity = IDENTITY) -> Result:
    """As the artist does."""
    result, _ = check_result(
        folder,
        identity=identity,
        first_task=FIRST_TASK,
        root=root,
        manifest=MANIFEST,
        frames=FRAMES,
        hash_many=remembered,
        read_noisy=read_noisy,
    )
    return result


@pytest.fixture
def folder(disk: Path) -> Path:
    return disk / "opened"


def test_what_the_worker_writes_the_artist_accepts(folder: Path) -> None:
    result = check(folder, write(folder, render(folder)))
    assert [one.frame for one in result.frames] == list(FRAMES)
    assert (result.salt_key, result.device_name) == (SALT_KEY, LOADED.device_name)


def test_a_result_may_be_as_large_as_its_pixels_and_layers_need(folder: Path) -> None:
    assert most_bytes(MANIFEST, 2) == 2 * (WIDTH * HEIGHT * 64 + 2**20)
    two_layers = replace(MANIFEST, view_layers=("Near", "Far"))
    assert most_bytes(two_layers, 1) - most_bytes(MANIFEST, 1) == 16 * WIDTH * HEIGHT
    write(folder, render(folder))
    assert sum(path.stat().st_size for path in folder.iterdir()) <= most_bytes(MANIFEST, len(FRAMES))


@pytest.mark.parametrize("which", ["final", "noisy", "leaves"])
def test_a_file_that_the_render_process_did_not_write_is_missed(folder: Path, which: str) -> None:
    rendered = render(folder)
    (folder / getattr(rendered[1], which)).unlink()
    with pytest.raises(ContentError, match="did not write all files of frame 5"):
        write(folder, rendered)
    assert not (folder / RESULT_NAME).exists()


def test_a_frame_has_as_many_prints_as_leaves(folder: Path) -> None:
    rendered = render(folder)
    leaves = folder / rendered[0].leaves
    leaves.write_bytes(leaves.read_bytes()[:RECORD_BYTES])
    with pytest.raises(ContentError, match="Frame 4 has 1 leaves, not the 2"):
        write(folder, rendered)


def alter_pixel(path: Path) -> None:
    pixels = read_noisy(path)
    pixels[0, 0, 0] += 1
    with path.open("wb") as file:
        np.save(file, pixels)


def crop_away(path: Path) -> None:
    pixels = read_noisy(path)
    with path.open("wb") as file:
        np.save(file, pixels[:-1])


@pytest.mark.parametrize(
    ("change", "words"),
    [(alter_pixel, "A tile of frame 5 is not the one"), (crop_away, "pass of frame 5 has another size")],
)
def test_pixels_that_are_not_those_of_the_prints_are_refused(
    folder: Path, change: Callable[[Path], None], words: str
) -> None:
    rendered = render(folder)
    change(folder / rendered[1].noisy)
    root = write(folder, rendered)
    with pytest.raises(ContentError, match=words):
        check(folder, root)


def test_files_that_are_not_those_of_the_result_are_refused(folder: Path) -> None:
    rendered = render(folder)
    root = write(folder, rendered)
    final = folder / rendered[0].final
    final.write_bytes(final.read_bytes()[::-1])
    with pytest.raises(ContentError, match="does not match its digest"):
        check(folder, root)
    final.unlink()
    with pytest.raises(ContentError, match="is named but missing"):
        check(folder, root)
    (folder / RESULT_NAME).unlink()
    with pytest.raises(ContentError, match=f"has no {RESULT_NAME}"):
        check(folder, root)


def test_a_result_leads_to_its_own_leases_root_only(folder: Path) -> None:
    root = write(folder, render(folder))
    for other_root, identity in ((root + 1, IDENTITY), (root, replace(IDENTITY, attempt=1))):
        with pytest.raises(ContentError, match="do not lead to the root"):
            check(folder, other_root, identity)


def test_prints_and_leaves_are_in_the_order_of_the_tasks_whatever_the_files_are_called(folder: Path) -> None:
    rendered = render(folder)
    expected = committed(folder, rendered)
    renamed = []
    for place, one in enumerate(rendered):
        for part in ("final", "noisy", "leaves"):
            (folder / getattr(one, part)).rename(folder / f"{9 - place}.{part}")
        names = f"{9 - place}.final", f"{9 - place}.noisy", f"{9 - place}.leaves"
        renamed.append(Rendered(one.frame, *names, one.render_ms, one.write_ms))
    assert committed(folder, renamed) == expected, "the names matter"


def test_one_file_is_not_taken_for_two(folder: Path) -> None:
    rendered = render(folder)
    rendered[1] = replace(rendered[1], leaves=rendered[0].leaves.upper())
    with pytest.raises(ContentError, match="two files of the lease one name"):
        write(folder, rendered)


@pytest.mark.parametrize("which", ["final", "noisy", "leaves"])
def test_a_file_of_terabytes_is_refused_unread(folder: Path, which: str) -> None:
    rendered = render(folder)
    with (folder / getattr(rendered[0], which)).open("r+b") as file:
        file.truncate(2**35)  # sparse: it takes no room
    with pytest.raises(ContentError, match=r"Frame 4 has \d+ bytes, over"):
        write(folder, rendered)


def test_a_link_is_no_file_of_a_frame(folder: Path) -> None:
    rendered = render(folder)
    leaves = folder / rendered[0].leaves
    leaves.rename(folder / "elsewhere")
    leaves.symlink_to(folder / "elsewhere")
    with pytest.raises(ContentError, match="did not write all files of frame 4"):
        write(folder, rendered)
