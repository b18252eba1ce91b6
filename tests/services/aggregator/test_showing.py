"""Contact sheets and videos are made of a job's pictures."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from renderchain.core.errors import LocalError

from services.aggregator.showing import (
    COLUMNS,
    FLAGGED,
    MOST_FLAGGED,
    MOST_THUMBNAILS,
    THUMBNAIL,
    contact_sheet,
    rate_of,
    video,
)

COUNT, WIDTH, HEIGHT = 11, 65, 49


@pytest.fixture
def pictures(tmp_path: Path) -> list[tuple[int, Path]]:
    """Of frames 3, 6 and so on, each darker than the one before."""
    made = []
    for at in range(COUNT):
        path = tmp_path / f"{3 * at + 3:04d}.png"
        Image.new("RGB", (WIDTH, HEIGHT), (20 * at + 20,) * 3).save(path)
        made.append((3 * at + 3, path))
    return made


def test_a_sheet_has_all_frames_and_marks_those_that_are_flagged(
    pictures: list[tuple[int, Path]], tmp_path: Path
) -> None:
    target = tmp_path / "sheet.png"
    contact_sheet(pictures, {6}, target)
    with Image.open(target) as opened:
        sheet = np.asarray(opened)
    assert sheet.shape == (2 * HEIGHT, 8 * WIDTH, 3)
    assert tuple(sheet[0, WIDTH]) == FLAGGED and tuple(sheet[0, 0]) == (20, 20, 20)
    assert tuple(sheet[HEIGHT + HEIGHT // 2, 2 * WIDTH + WIDTH // 2]) == (220, 220, 220)


def test_a_long_job_has_some_of_its_frames_on_the_sheet_and_all_flagged_ones(
    pictures: list[tuple[int, Path]], tmp_path: Path
) -> None:
    many = [(number, pictures[number % COUNT][1]) for number in range(1, 900)]
    target = tmp_path / "sheet.png"
    contact_sheet(many, {2, 3}, target)
    with Image.open(target) as sheet:
        assert sheet.size == (8 * WIDTH, -(-(300 + 2) // 8) * HEIGHT)


def test_a_sheet_of_a_long_job_that_is_all_flagged_is_one_that_jpeg_can_have(
    pictures: list[tuple[int, Path]], tmp_path: Path
) -> None:
    """All frames of a black film were on it: higher than any JPEG may be, so there was none."""
    many = [(number, pictures[number % COUNT][1]) for number in range(-1, 12_000)]
    target = tmp_path / "sheet.jpg"
    contact_sheet(many, range(-1, 12_000), target)
    with Image.open(target) as sheet:
        assert sheet.size[0] == 8 * WIDTH and sheet.size[1] < (MOST_FLAGGED + MOST_THUMBNAILS) // 8 * HEIGHT
    assert -(-(MOST_FLAGGED + MOST_THUMBNAILS) // COLUMNS) * THUMBNAIL < 65_500


def test_a_video_shows_each_frame_once_at_the_scenes_rate(
    pictures: list[tuple[int, Path]], tmp_path: Path
) -> None:
    target = tmp_path / "video.mp4"
    video([path for _, path in pictures], "24/1.001", target)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "info", "-i", str(target)]
    done = subprocess.run(
        [*command, "-f", "rawvideo", "-pix_fmt", "gray", "-"], check=True, capture_output=True
    )
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, HEIGHT - 1, WIDTH - 1)
    assert len(frames) == COUNT and b"23.98 fps" in done.stderr
    means = frames.mean(axis=(1, 2))
    assert np.abs(means - [20 * at + 20 for at in range(COUNT)]).max() < 6
    assert {path.name for path in tmp_path.glob("*partial*")} == set()


@pytest.mark.parametrize(
    ("fps", "rate"), [("24", Fraction(24)), ("30/1.001", Fraction(30000, 1001)), ("25/2", Fraction(25, 2))]
)
def test_a_scenes_rate_is_read(fps: str, rate: Fraction) -> None:
    assert rate_of(fps) == rate


def test_pictures_that_are_none_make_no_video(tmp_path: Path) -> None:
    (tmp_path / "0001.png").write_text("no picture")
    with pytest.raises(LocalError, match="No video of the frames could be made"):
        video([tmp_path / "0001.png"], "24", tmp_path / "video.mp4")
    assert not (tmp_path / "video.mp4").exists() and not list(tmp_path.glob("*partial*"))


@pytest.mark.parametrize("fps", ["24/0", "0", "24/1e999999999", "24/1e-999999999", "24/--", "24/."])
def test_an_outsiders_rate_that_is_none_makes_no_video_and_ends_nothing(fps: str, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no number of frames a second"):
        video([], fps, tmp_path / "video.mp4")
    assert [*tmp_path.iterdir()] == []
