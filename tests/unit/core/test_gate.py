"""The gate: whatever a requester writes is refused by name or harmless, and never anything else."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.core import gate
from renderchain.core.errors import ContentError, PackageTooMuch, PackageUnfit
from renderchain.core.gate import GateLimits
from renderchain.core.ids import JobId
from renderchain.core.job import JobInfo, family_name, family_of
from renderchain.core.manifest import Manifest, PackedFile, parse_manifest

from devkit.fakes.package import FAMILY, manifest_of

FILES = (PackedFile("main.blend", "a" * 64, 700), PackedFile("textures/wood.png", "b" * 64, 300))
MANIFEST = manifest_of((-2, -1, 0, 7), FILES)
SIZE = MANIFEST.size_bytes + len(MANIFEST.to_bytes())
HALF = "\ud800"
NASTY: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    7,
    1000,
    2**31,
    2**63,
    2**64,
    10**400,
    -(10**30),
    0.5,
    float("nan"),
    float("inf"),
    "",
    " ",
    "x",
    "x" * 300,
    "ä" * 101,
    "x" * 2000,
    "a/" * 40 + "b",
    "../up",
    "/etc/passwd",
    "nul\0in it",
    "line\nbreak",
    "\x1b]0;title\x07",
    "\u202egnp.exe",
    HALF,
    "manifest.json",
    "main.blend/inside",
    "WORKBENCH",
    [],
    {},
    [[]],
    [0],
    [-1, -1],
    [3, 2, 1],
    [10**400],
    [2**31 - 1],
    [HALF],
    ["x" * 300],
    ["same", "same"],
    [4, 5],
    [-4, 5],
    [4, 10**9],
    list(range(100_001)),
    [str(number) for number in range(257)],
]
PATHS = [one for one in NASTY if isinstance(one, str)]


def job_of(manifest: Manifest, **changes: Any) -> JobInfo:
    """An honest job of that package."""
    job = JobInfo(
        job_id=JobId(7),
        requester=1,
        family=FAMILY,
        scheduler=0,
        package_hi=2**127,
        package_lo=5,
        package_bytes=manifest.size_bytes + len(manifest.to_bytes()),
        package_files=len(manifest.files) + 1,
        audit_tiles=16,
        audit_floor_exp=0,
        longest_lease=2,
        tasks=len(manifest.frames),
        reward_fri=100,
        audit_pool_fri=1000,
        lease_timeout_s=800,
        window_s=2000,
        expires_at_s=10**6,
        scheduler_grace_s=0,
        tiles=manifest.leaves_per_frame,
        audit_fee_fri=2,
        audit_tile_fri=1,
        accepted=0,
        refunded=0,
        held=0,
        stopped=False,
    )
    return replace(job, **changes)


JOB = job_of(MANIFEST)


def changed(name: str, value: Any) -> bytes:
    """The manifest with one field otherwise, as somebody could write it."""
    return json.dumps({**json.loads(MANIFEST.to_bytes()), name: value}).encode()


def use(manifest: Manifest, folder: Path) -> None:
    """All that is done with a manifest which has passed."""
    assert parse_manifest(manifest.to_bytes()) == replace(
        manifest, files=tuple(sorted(manifest.files, key=lambda file: file.path))
    )
    assert len(manifest.regions) * len(manifest.layers) == manifest.leaves_per_frame
    shown = (manifest.display, manifest.view_transform, manifest.look)
    for text in (manifest.scene, manifest.engine, *shown, *manifest.view_layers):
        assert text.isprintable() and len(text.encode()) <= 255
    for file in manifest.files:
        assert file.path.isprintable()
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_name(f"{target.name}.partial").touch()
        assert target.resolve().is_relative_to(folder.resolve())
    for sentence in gate.objections(JOB, manifest):
        assert sentence.isprintable() and len(sentence) < 2000


@pytest.mark.parametrize("name", json.loads(MANIFEST.to_bytes()))
def test_each_field_of_a_manifest_is_refused_by_name_or_harmless(name: str, tmp_path: Path) -> None:
    for number, value in enumerate(NASTY):
        try:
            manifest = parse_manifest(changed(name, value))
        except ContentError as error:
            assert f"'{name}'" in str(error) or name == "schema", value
            assert len(str(error)) < 3000 and str(error).isprintable()
        else:
            use(manifest, tmp_path / str(number))


@pytest.mark.parametrize("name", ["path", "sha256", "size_bytes"])
def test_each_field_of_a_file_is_refused_by_name_or_harmless(name: str, tmp_path: Path) -> None:
    honest = [file.as_dict() for file in FILES]
    for number, value in enumerate(NASTY):
        files = [honest[0], {**honest[1], name: value}]
        try:
            manifest = parse_manifest(changed("files", files))
        except ContentError as error:
            assert f"'{name}'" in str(error) or "'files'" in str(error), value
        else:
            use(manifest, tmp_path / str(number))


def test_a_field_that_is_lacking_is_named() -> None:
    for name in json.loads(MANIFEST.to_bytes()):
        body = json.loads(MANIFEST.to_bytes())
        del body[name]
        with pytest.raises(ContentError, match=f"'{name}'|renderchain/manifest/2"):
            parse_manifest(json.dumps(body).encode())


@pytest.mark.parametrize("raw", [b"\xff{}", '{"schema": 1}'.encode("utf-16"), b"1" * 5000, b"NaN", b"null"])
def test_what_is_no_text_of_ours_is_no_manifest(raw: bytes) -> None:
    with pytest.raises(ContentError):
        parse_manifest(raw)


@pytest.mark.parametrize("name", [one.name for one in fields(JobInfo) if one.type == "int"])
def test_each_number_of_a_job_is_refused_by_name_or_harmless(name: str) -> None:
    numbers = [-(2**256), -1, 0, 1, 2, 255, 1000, 2**15, 2**31 + 1, 2**64, 2**128, 2**250, 2**256]
    for number in numbers:
        changes: dict[str, Any] = {name: number}
        job = replace(JOB, **changes)
        found = gate.objections(job, MANIFEST)
        if not gate.broken_terms(job):
            assert math.isfinite(gate.declared_frame_s(job)) and job.package_cid
            assert isinstance(family_name(job.family), str)
            assert gate.too_much(job, GateLimits(1, 1, 1, 1, 1, 1), MANIFEST)
        assert all(one.isprintable() and len(one) < 500 for one in found)
        harmless = number == getattr(JOB, name) or not found
        assert harmless or any(name in one for one in found), number


def test_an_honest_job_passes() -> None:
    assert gate.objections(JOB, MANIFEST) == () == gate.too_much(JOB, GateLimits(), MANIFEST)
    exact = GateLimits(SIZE, 1, 100, 2 * 128 * 64 * 64, 1, 128 * 64)
    assert gate.too_much(JOB, exact, MANIFEST) == ()
    gate.check_gate(JOB, MANIFEST, exact)
    gate.check_gate(replace(JOB, family=family_of((4, 5), "CYCLES", "OPTIX")), MANIFEST)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tiles": 1000}, "2 leaves a frame, the job says 1000"),
        ({"tiles": 1}, "2 leaves a frame, the job says 1"),
        ({"tasks": 5}, "4 frames, the job 5 tasks"),
        ({"package_bytes": SIZE - 1}, "package_bytes"),
        ({"package_files": 2}, "package_files"),
        ({"family": family_of((4, 2), "CYCLES", "CPU")}, "another Blender or engine"),
        ({"family": family_of((4, 5), "EEVEE", "CPU")}, "another Blender or engine"),
        ({"family": family_of((4, 5), "CYCLES", "ABACUS")}, "names no device"),
        ({"family": 2**250}, "family"),
        ({"family": 0}, "family"),
        ({"tile_limit_percent": 90}, "tile_limit_percent"),
        ({"lease_timeout_s": 0}, "lease_timeout_s"),
    ],
)
def test_where_a_job_contradicts_its_package_it_is_refused_on_every_machine(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(PackageUnfit, match=words):
        gate.check_gate(replace(JOB, **changes), MANIFEST)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"engine": "BLENDER_WORKBENCH"}, "Workbench|WORKBENCH"),
        ({"frames": (-1, -2, 0, 7)}, "do not ascend"),
        ({"frames": (-2, -1, -1, 7)}, "do not ascend"),
        ({"blender_version": (4, 50)}, "another Blender"),
        ({"view_layers": ("a", "b")}, "4 leaves a frame"),
    ],
)
def test_where_a_package_contradicts_its_job_it_is_refused_on_every_machine(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(PackageUnfit, match=words):
        gate.check_gate(JOB, replace(MANIFEST, **changes))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (GateLimits(package_bytes=SIZE - 1), "package_bytes"),
        (GateLimits(memory_mib=99), "memory_mib"),
        (GateLimits(frame_seconds=99), "lease_timeout_s"),
        (GateLimits(output_bytes=10**6), "longest_lease"),
        (GateLimits(samples=5), "samples"),
        (GateLimits(frame_pixels=8191), "width, height, view_layers"),
        (GateLimits(artists=frozenset({9, JOB.requester})), "refused_artists"),
        (GateLimits(packages=frozenset({JOB.package_cid})), "refused_packages"),
    ],
)
def test_what_is_too_much_for_a_machine_is_no_fault_of_the_package(limits: GateLimits, words: str) -> None:
    manifest = replace(MANIFEST, samples=6)  # as many digits as before
    job = replace(JOB, memory_mib=100)
    with pytest.raises(PackageTooMuch, match=words):
        gate.check_gate(job, manifest, limits)
    gate.check_gate(job, manifest)


@pytest.mark.parametrize(("device", "is_left"), [("OPTIX", True), ("HIP", True), ("CPU", False)])
def test_a_gpus_memory_is_asked_for_by_jobs_of_gpus_alone(device: str, *, is_left: bool) -> None:
    job = replace(JOB, memory_mib=100, family=family_of((4, 5), "CYCLES", device))
    assert bool(gate.too_much(job, GateLimits(vram_mib=99))) is is_left
    assert gate.too_much(job, GateLimits(vram_mib=100)) == ()


@pytest.mark.parametrize(
    "refused",
    [GateLimits(artists=frozenset({JOB.requester})), GateLimits(packages=frozenset({JOB.package_cid}))],
)
def test_whose_jobs_are_not_wanted_has_nothing_fetched(refused: GateLimits) -> None:
    with pytest.raises(PackageTooMuch):
        gate.check_before_fetch(JOB, refused)
    gate.check_before_fetch(replace(JOB, requester=2, package_lo=6), refused)


def test_a_job_that_is_too_large_is_not_even_fetched() -> None:
    with pytest.raises(PackageTooMuch):
        gate.check_before_fetch(JOB, GateLimits(package_bytes=10))
    with pytest.raises(PackageUnfit):
        gate.check_before_fetch(replace(JOB, package_bytes=0), GateLimits(package_bytes=10))
    gate.check_before_fetch(JOB, GateLimits(samples=1))


@pytest.mark.parametrize(
    "paths",
    [
        ("main.blend", "Main.blend"),
        ("main.blend", "main.blend/x"),
        ("main.blend", "a\u0308.png", "\u00e4.png"),
        ("main.blend", "Manifest.JSON"),
        ("main.blend", "stra\u00dfe", "STRASSE"),
    ],
)
def test_files_that_some_disk_can_not_hold_side_by_side_are_refused(paths: tuple[str, ...]) -> None:
    files = [{"path": path, "sha256": "a" * 64, "size_bytes": 1} for path in paths]
    with pytest.raises(ContentError, match="'files'"):
        parse_manifest(changed("files", files))
