"""What the artist's client keeps where final images were found to be false."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.exchange.package import file_entry
from renderchain.app.exchange.private_package import PrivateOpening
from renderchain.app.requester.fetched_parts import FetchedParts
from renderchain.app.requester.final_check import FinalCheck
from renderchain.app.requester.kept_frames import KeptFrames
from renderchain.app.requester.own_check import OwnCheck
from renderchain.app.requester.receipt_parts import ReceiptParts
from renderchain.app.requester.watch_job import JobWatch
from renderchain.core.ids import LeaseId
from renderchain.core.job import JobInfo
from renderchain.core.job_progress import LeaseProgress
from renderchain.core.manifest import MANIFEST_NAME
from renderchain.core.messages import MadeAgain
from renderchain.core.notices.jobs import FalseFinals
from renderchain.core.result import Result

from devkit.fakes.clock import run
from devkit.fakes.reporter import RecordingReporter
from tests.unit.app.requester.finals import MANIFEST, Blender, deliver

NUMBERS: list[Any] = [*range(24), False]
JOB = JobInfo(*NUMBERS)


class Maker(Blender):
    """Writes the images that it makes."""

    async def make_again(self, frame: int, noisy: str, final: str) -> MadeAgain:
        made = await super().make_again(frame, noisy, final)
        (self.output / made.final).write_bytes(b"true")
        return made


def watch_of(tmp_path: Path, blender: Blender, said: RecordingReporter, per_lease: int) -> JobWatch:
    package = tmp_path / "scratch" / "packages" / JOB.package_cid
    package.mkdir(parents=True)
    (package / "a.blend").write_bytes(b"a scene")
    document = replace(MANIFEST, files=(file_entry(package, package / "a.blend"),)).to_bytes()
    (package / MANIFEST_NAME).write_bytes(document)
    package.with_name(f"{package.name}.sha256").write_text(hashlib.sha256(document).hexdigest())
    nothing: Any = None
    return JobWatch(
        nothing,
        nothing,
        nothing,
        said,
        job_id=JOB.job_id,
        journal=nothing,
        kept=KeptFrames(nothing, None, tmp_path / "frames"),
        receipt_parts=ReceiptParts(tmp_path / "proofs"),
        fetched_parts=FetchedParts(tmp_path / "parts"),
        scratch=tmp_path / "scratch",
        packages=tmp_path / "scratch" / "packages",
        final_check=FinalCheck(blender, said, per_lease, random.Random(1)),
        own_check=OwnCheck(nothing, said, random.Random(1), per_lease=0, most_s=0),
        most_challenges=0,
        private=PrivateOpening(nothing, nothing),
        most_private_workers=0,
        now=lambda: 0.0,
    )


@pytest.mark.parametrize(("false", "per_lease"), [({1, 2}, 1), (set(), 1), ({1, 2}, 0)])
def test_images_made_again_are_kept_instead_of_false_ones_and_the_lease_is_not_accepted_early(
    tmp_path: Path, false: set[int], per_lease: int
) -> None:
    opened = tmp_path / "scratch" / "lease-7" / "opened"
    (tmp_path / "frames").mkdir()
    result = Result("4.5.3", "CPU", "CPU", 0, deliver(opened, (1, 2)))
    said = RecordingReporter()
    watch = watch_of(tmp_path, Maker(false), said, per_lease)
    run(watch._keep_frames(LeaseProgress(LeaseId(7), 9, 0, 2), JOB, MANIFEST, opened, result))
    kept = {frame: path.read_bytes() for frame, path in watch.report.frames.items()}
    if false and per_lease:
        assert kept == {1: b"true", 2: b"true"}
        assert set(watch.report.false_finals) == {7}
        (doubt,) = said.told
        assert isinstance(doubt, FalseFinals)
        assert (doubt.job_id, doubt.lease_id, doubt.false_frames) == (JOB.job_id, 7, (1, 2))
        assert (doubt.made_again_count, doubt.frame_count) == (2, 2)
        for words in ("Lease 7", "frame 1", "frame 2", "kept instead", "challenge the lease's pixels"):
            assert words in doubt.sentence
    else:
        assert kept == {1: b"final", 2: b"final"}
        assert watch.report.false_finals == {} and said.told == []
