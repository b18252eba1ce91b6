"""What became of a job that was followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.ids import JobId, LeaseId
from ...core.lifecycle import JobState


@dataclass
class JobReport:
    """What became of a job; frame numbers and the operator that rendered each, amounts in fri.

    ``false_finals`` says of leases that their images were made again here, and why; ``false_leaves`` which
    leaves came out otherwise here.
    """

    job_id: JobId
    state: JobState = JobState.ACTIVE
    frames: dict[int, Path] = field(default_factory=dict)
    rendered_by: dict[int, int] = field(default_factory=dict)
    refused: dict[LeaseId, str] = field(default_factory=dict)
    false_finals: dict[LeaseId, str] = field(default_factory=dict)
    false_leaves: dict[LeaseId, tuple[int, ...]] = field(default_factory=dict)
    paid_fri: int = 0
    refunded_fri: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For programs: what may be large is text, as in a log's lines."""
        return {
            "job_id": self.job_id,
            "state": str(self.state),
            "frames": {str(frame): str(path) for frame, path in sorted(self.frames.items())},
            "rendered_by": {str(frame): hex(one) for frame, one in sorted(self.rendered_by.items())},
            "refused": {str(lease): why for lease, why in self.refused.items()},
            "false_finals": {str(lease): why for lease, why in self.false_finals.items()},
            "false_leaves": {str(lease): list(leaves) for lease, leaves in self.false_leaves.items()},
            "paid_fri": str(self.paid_fri),
            "refunded_fri": str(self.refunded_fri),
        }
