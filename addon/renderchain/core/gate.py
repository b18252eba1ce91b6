"""The one gate between somebody's job and this machine: job and package compared field by field.

A requester's numbers are nobody's word. A job's terms are its own, its package's manifest too, and where they
contradict each other somebody pays for it: a worker whose leaves can't be opened, or a verifier who looks for
leaves that no frame has. So nothing of either is used before it has passed here: before a claim, before an
assigned lease is rendered, and before a seat's vote.

Two kinds of objections are kept apart. What contradicts itself (``broken_terms``, ``objections``) is so on
every machine. What is too much for this one (``too_much``) is fine elsewhere, and no verifier may hold it
against a worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .audit.prices import TIMEOUT_LEASES
from .errors import PackageTooMuch, PackageUnfit
from .job import DEVICE_GROUPS, JobInfo
from .manifest import Manifest
from .print_limits import MOST
from .tiles import MOST_LEAVES

MOST_TASKS = 2**31
ENGINES = ("CYCLES",)
FAMILY_PARTS = 3
CACHE_BYTES = 64 * 2**30
U128 = 2**128
U64 = 2**64


@dataclass(frozen=True)
class GateLimits:
    """What a provider's machine takes at most; 0: no limit of its own.

    ``package_bytes`` of a package on disk; ``memory_mib`` that the job may say its scene needs;
    ``frame_seconds`` that it may declare a frame to take; ``output_bytes`` that its longest lease may leave;
    ``samples`` a pixel; ``frame_pixels`` of all layers together. ``cache_bytes`` are for packages that lie on
    disk, for which there always is a limit. ``vram_mib`` is as ``memory_mib``, for jobs of GPUs alone.

    ``artists`` and ``packages`` (CIDs) are those whose jobs the provider does not want.
    """

    package_bytes: int = 0
    memory_mib: int = 0
    frame_seconds: int = 0
    output_bytes: int = 0
    samples: int = 0
    frame_pixels: int = 0
    cache_bytes: int = 0
    vram_mib: int = 0
    artists: frozenset[int] = frozenset()
    packages: frozenset[str] = frozenset()


NO_LIMITS = GateLimits()
# What the contract's own types hold, so that no number is taken further than it can have come.
_RANGES: dict[str, tuple[int, int]] = {
    "package_hi": (0, U128 - 1),
    "package_lo": (0, U128 - 1),
    "package_bytes": (1, U64),
    "package_files": (1, 2**32),
    "tasks": (1, MOST_TASKS),
    "tiles": (1, MOST_LEAVES),
    "longest_lease": (1, MOST_TASKS),
    "lease_timeout_s": (1, 2**40),
    "window_s": (0, 2**40),
    "reward_fri": (0, U128 - 1),
    "audit_tiles": (0, 2**16),
    "memory_mib": (0, 2**32),
    "tile_limit_percent": (0, MOST.tile_percent),
    "mean_limit_percent": (0, MOST.mean_percent),
}


def broken_terms(job: JobInfo) -> tuple[str, ...]:
    """What is wrong with a job's numbers whatever its package holds, each with its field."""
    return tuple(_own_numbers(job))


def objections(job: JobInfo, manifest: Manifest) -> tuple[str, ...]:
    """Where a package contradicts its job, each with the field that it is about."""
    return broken_terms(job) or (*_family(job, manifest), *_tasks(job, manifest), *_sizes(job, manifest))


def too_much(job: JobInfo, limits: GateLimits, manifest: Manifest | None = None) -> tuple[str, ...]:
    """What of a job is over this machine's limits; without a manifest only what the job itself says."""
    return (*_over_limits(job, limits), *(_heavy(job, manifest, limits) if manifest else ()))


def check_before_fetch(job: JobInfo, limits: GateLimits = NO_LIMITS) -> None:
    """Raise PackageUnfit or PackageTooMuch where the job is left alone whatever its package holds."""
    _refuse(broken_terms(job), too_much(job, limits))


def check_gate(job: JobInfo, manifest: Manifest, limits: GateLimits = NO_LIMITS) -> None:
    """Raise PackageUnfit or PackageTooMuch with all objections."""
    found = objections(job, manifest)
    _refuse(found, () if found else too_much(job, limits, manifest))


def _refuse(broken: tuple[str, ...], over: tuple[str, ...]) -> None:
    if broken:
        raise PackageUnfit(" ".join(broken))
    if over:
        raise PackageTooMuch(" ".join(over))


def declared_frame_s(job: JobInfo) -> float:
    """How long a job says that a frame takes, by the timeout of its leases."""
    return job.lease_timeout_s / TIMEOUT_LEASES / max(1, min(job.longest_lease, job.tasks))


def _own_numbers(job: JobInfo) -> Iterator[str]:
    for name, (low, high) in _RANGES.items():
        value = getattr(job, name)
        if not low <= value <= high:
            yield f"The job's {name} is {_said(value)}, not {low} to {_said(high)}: refused."


def _over_limits(job: JobInfo, limits: GateLimits) -> Iterator[str]:
    if job.requester in limits.artists:
        yield f"The job's artist {job.requester:#x} is one of this machine's refused_artists."
    if job.package_cid in limits.packages:
        yield f"The package {job.package_cid} is one of this machine's refused_packages."
    cache_bytes = limits.cache_bytes or CACHE_BYTES  # for a larger one there is never room
    most_bytes = min(limits.package_bytes or cache_bytes, cache_bytes)
    if job.package_bytes > most_bytes:
        yield (
            f"The job's package has {job.package_bytes} bytes (package_bytes), and this machine takes "
            f"{most_bytes}."
        )
    if 0 < limits.memory_mib < job.memory_mib:
        yield (
            f"The job's scene needs {job.memory_mib} MiB (memory_mib), and this machine gives "
            f"{limits.memory_mib}."
        )
    if 0 < limits.vram_mib < job.memory_mib and _parts(job.family)[2] not in ("", "cpu"):
        yield (
            f"The job's scene needs {job.memory_mib} MiB of a GPU (memory_mib), and this machine gives "
            f"{limits.vram_mib}."
        )
    if 0 < limits.frame_seconds < declared_frame_s(job):
        yield (
            f"The job declares {declared_frame_s(job):.0f} s a frame (lease_timeout_s), and this machine "
            f"takes {limits.frame_seconds}."
        )


def _family(job: JobInfo, manifest: Manifest) -> Iterator[str]:
    version, engine, group = _parts(job.family)
    mine = ".".join(map(str, manifest.blender_version))
    if manifest.engine not in ENGINES:
        yield f"The package's engine is {manifest.engine[:32]!r}; the network renders Cycles: refused."
    if (version, engine) != (mine, manifest.engine.lower()):
        yield (
            f"The package needs another Blender or engine ({mine}, {manifest.engine[:32]!r}) than the job's "
            f"family says ({version!r}, {engine!r}): refused."
        )
    if group.upper() not in DEVICE_GROUPS:
        yield f"The job's family names no device that is known ({group!r}): refused."


def _parts(family: int) -> tuple[str, str, str]:
    """Blender's version, engine and device of a family felt; empty ones where it is none."""
    if not 0 < family < 2**248:
        return "", "", ""
    raw = family.to_bytes(31, "big").lstrip(b"\0")
    parts = raw.decode("ascii", "replace").split("/")
    return (parts[0], parts[1], parts[2]) if len(parts) == FAMILY_PARTS else ("", "", "")


def _tasks(job: JobInfo, manifest: Manifest) -> Iterator[str]:
    if len(manifest.frames) != job.tasks:
        yield f"The package has {len(manifest.frames)} frames, the job {job.tasks} tasks: refused."
    if any(one >= later for one, later in pairwise(manifest.frames)):
        yield "The package's frames do not ascend, as they are rendered: refused."
    leaves = manifest.leaves_per_frame
    if leaves != job.tiles:
        # The contract draws and finds leaves by the job's number: an honest answer would look false.
        yield f"The package has {leaves} leaves a frame, the job says {job.tiles} (tiles): refused."


def _sizes(job: JobInfo, manifest: Manifest) -> Iterator[str]:
    size, count = manifest.size_bytes + len(manifest.to_bytes()), len(manifest.files) + 1
    if size > job.package_bytes:
        yield f"The package has {size} bytes, the job says {job.package_bytes} (package_bytes): refused."
    if count > job.package_files:
        yield f"The package has {count} files, the job says {job.package_files} (package_files): refused."


def _heavy(job: JobInfo, manifest: Manifest, limits: GateLimits) -> Iterator[str]:
    if 0 < limits.samples < manifest.samples:
        yield f"The package has {manifest.samples} samples, and this machine takes {limits.samples}."
    layers = len(manifest.view_layers)
    pixels = manifest.width * manifest.height
    if 0 < limits.frame_pixels < pixels * layers:
        yield (
            f"A frame of the package has {pixels * layers} pixels (width, height, view_layers), and this "
            f"machine takes {limits.frame_pixels}."
        )
    frames = min(job.longest_lease, job.tasks)
    size = frames * pixels * (manifest.final_pixel_bytes + manifest.noisy_pixel_bytes)
    if 0 < limits.output_bytes < size:
        yield (
            f"A lease of {frames} frames of {manifest.width}x{manifest.height} may leave {size} bytes "
            f"(longest_lease), and this machine gives {limits.output_bytes}."
        )


def _said(number: int) -> str:
    return str(number) if abs(number) < U128 else "too large"
