"""One of each notice that an artist gets of a job that is followed, with its sentence."""

from __future__ import annotations

from pathlib import Path

from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices import Notice
from renderchain.core.notices.following import (
    CancelQuoted,
    ChallengeQuoted,
    FramesBack,
    FramesHere,
    JobWaits,
)
from renderchain.core.notices.jobs import (
    AlreadySettled,
    AlreadyWithdrawn,
    JobCanceled,
    NotWithdrawn,
    ReceiptFailed,
    ReceiptWritten,
)

FRI = 10**18
JOB, LEASE = JobId(3), LeaseId(9000 << 40 | 7)
IDS = (JOB, LEASE)

OF_FOLLOWING: dict[Notice, str] = {
    JobCanceled(JOB): "Job 3 is canceled; unclaimed frames were refunded",
    AlreadyWithdrawn(JOB): "The refund had already been withdrawn",
    NotWithdrawn(JOB, "Gas is too dear."): (
        "What job 3 brought back could not be sent to your account: Gas is too dear. It comes with what your "
        "next job brings back."
    ),
    AlreadySettled(*IDS): f"Lease {LEASE} had already been settled",
    FramesBack(*IDS, 4, LeaseState.GIVEN_BACK, "can't render", True): (
        "A worker gave 4 frames back, because it could not render them. Another worker takes them."
    ),
    JobWaits(JOB, 0, 4, "3 have Blender 5.2, 1 wants 0.02 STRK a frame"): (
        "0 of 4 workers fit: 3 have Blender 5.2, 1 wants 0.02 STRK a frame"
    ),
    CancelQuoted(JOB, 5, FRI // 20, 3, FRI // 33, FRI // 4, FRI // 250): (
        "5 frames that nobody has taken: 0.05 STRK come back at once. Workers have 3 frames: they finish, "
        "and are paid 0.0304 STRK if all is right. The 0.25 STRK for spot checks come back when those are "
        "over, less what checks took. The network's fee is about 0.004 STRK."
    ),
    ChallengeQuoted(*IDS, FRI // 3): (
        "It takes a deposit of 0.334 STRK, and the network's fee. If you are right the deposit comes back, "
        "and these frames are rendered again or cost you nothing; if you are wrong it pays those who looked, "
        "and the worker."
    ),
    FramesHere(JOB, 3): "3 frames were here already",
    ReceiptWritten(JOB, Path("/art/receipt-3.json")): "The receipt of job 3 is /art/receipt-3.json",
    ReceiptFailed(JOB, "The disk is full."): (
        "The receipt of job 3 could not be written: The disk is full. Its frames are there; write it later "
        "with: renderchain_receipt 3"
    ),
}
