"""Which workers could take a job's frames, and why the others do not: as far as the chain knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .ids import WorkerId
from .job import JobInfo, Record, WorkerInfo, family_name
from .lease_stake import stake_of
from .money import about_strk
from .notices import counted

MOST_CANDIDATES = 64  # that are read; a network that has more has others


@dataclass(frozen=True)
class Candidate:
    """A worker as the registry knows it; ``least_reward_fri`` is what it said that it wants for a frame."""

    worker: WorkerInfo
    families: frozenset[int]
    least_reward_fri: int

    @property
    def worker_id(self) -> WorkerId:
        """Its number."""
        return self.worker.worker_id

    @property
    def is_busy(self) -> bool:
        """Whether it holds leases now: each locks a part of its stake."""
        return self.worker.locked_fri > 0


def why_not(job: JobInfo, one: Candidate) -> str:
    """Why a worker takes nothing of a job, after its number; "" if it could."""
    if job.family not in one.families:
        return _other_family(job.family, one.families)
    if one.least_reward_fri > job.reward_fri:
        return f"wants {about_strk(one.least_reward_fri)} STRK a frame"
    if not stake_of(job, one.worker, Record(), most=1).is_free:
        return "has too little free deposit for these frames"
    return ""


def sentence_of(job: JobInfo, candidates: Sequence[Candidate]) -> tuple[int, str]:
    """How many workers fit, and a clause that says why others do not and what those that fit are doing."""
    reasons = Counter(why_not(job, one) for one in candidates)
    fitting = reasons.pop("", 0)
    parts = [f"{count} {_plural(reason, count)}" for reason, count in reasons.most_common()]
    busy = sum(1 for one in candidates if one.is_busy and not why_not(job, one))
    if busy:
        parts.append(f"{counted(busy, 'of them is', 'of them are')} at work on other frames")
    elif fitting:
        parts.append("none has taken them yet; it may be switched off, or look at the scene first")
    return fitting, ", ".join(parts)


def _other_family(wanted: int, families: frozenset[int]) -> str:
    """What a worker of other families has instead, in the word that differs."""
    version, _, device = _parts(wanted)
    others = [_parts(one) for one in families]
    same_device = sorted({one[0] for one in others if one[2] == device and one[0] != version})
    if same_device:
        return f"has Blender {' and '.join(same_device)}"
    same_version = sorted({one[2].upper() for one in others if one[0] == version})
    if same_version:
        return f"renders on {' and '.join(same_version)}"
    if others:
        named = {f"{one[0]} on {one[2].upper()}" if one[2] else one[0] for one in others}
        return f"renders {' and '.join(sorted(named))}"
    return "renders nothing"


def _parts(family: int) -> tuple[str, str, str]:
    """Blender's version, the engine, the device; of what is no such name it is all the version."""
    version, engine, device, *_ = [*family_name(family).split("/"), "", ""]
    return version, engine, device


def _plural(reason: str, count: int) -> str:
    """The verb that begins a reason, for so many workers."""
    if count == 1:
        return reason
    verb, _, rest = reason.partition(" ")
    return f"{'have' if verb == 'has' else verb.removesuffix('s')} {rest}"
