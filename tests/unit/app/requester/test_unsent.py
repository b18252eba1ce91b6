"""What is kept of a job that was not sent is read as it was written, and refused where it is not that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.requester.offer import Offer
from renderchain.app.requester.unsent import FileSeen, UnsentJob, checked_package, parse_unsent
from renderchain.core.errors import ContentError
from renderchain.core.print_limits import PrintLimits

from devkit.fakes.package import pack


def job_of(file: FileSeen) -> UnsentJob:
    offer = Offer(frame_s=1.5, longest_lease=3, scheduler=2**250, private=True, limits=PrintLimits(12, 6))
    return UnsentJob("a film", "Scene", Path("/frames"), "film_####", offer, 1_700_000_000, file)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    job = job_of(FileSeen.at(str(tmp_path)))
    assert parse_unsent(job.to_bytes()) == job


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"name": 7},
        {"output": "frames"},
        {"names": "../####"},
        {"packed_s": "now"},
        {"offer": None},
        {"file": {"path": 1}},
        {"more": 1},
    ],
)
def test_anything_else_is_refused_with_what_to_do(tmp_path: Path, change: dict[str, Any]) -> None:
    body = json.loads(job_of(FileSeen("")).to_bytes()) | change
    with pytest.raises(ContentError, match="submit it again"):
        parse_unsent(json.dumps(body).encode())


@pytest.mark.parametrize("value", [1.5, "1", True, [1]])
def test_an_offer_of_other_types_is_refused(value: object) -> None:
    body = json.loads(job_of(FileSeen("")).to_bytes())
    body["offer"]["reward_fri"] = value
    with pytest.raises(ContentError):
        parse_unsent(json.dumps(body).encode())


@pytest.mark.parametrize("document", [b"", b"\xff", b"[]", b"{}", b"[" * 100_000])
def test_garbage_is_refused(document: bytes) -> None:
    with pytest.raises(ContentError):
        parse_unsent(document)


def test_whether_the_file_was_saved_since_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "film.blend"
    file.write_bytes(b"scene")
    job = job_of(FileSeen.at(str(file)))
    assert job.is_as_packed
    file.write_bytes(b"another scene")
    assert not job.is_as_packed
    file.unlink()
    assert not job.is_as_packed
    assert job_of(FileSeen.at("")).is_as_packed, "one that was never saved"


def test_a_package_that_is_damaged_is_not_gone_on_with(tmp_path: Path) -> None:
    manifest = pack(tmp_path / "package", (1, 2))
    (tmp_path / "package" / "manifest.json").write_bytes(manifest.to_bytes())
    assert checked_package(tmp_path / "package") == manifest
    scene = tmp_path / "package" / manifest.main_blend
    scene.write_bytes(scene.read_bytes() + b"x")
    with pytest.raises(ContentError, match="submit it again"):
        checked_package(tmp_path / "package")
    with pytest.raises(ContentError, match="submit it again"):
        checked_package(tmp_path / "none")
