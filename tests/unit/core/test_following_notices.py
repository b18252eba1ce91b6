"""What an artist reads of a job that is followed, by what happened."""

from __future__ import annotations

import pytest
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.following import CancelQuoted, FramesBack, JobWaits

IDS = (JobId(3), LeaseId(5))
FRI = 10**18


@pytest.mark.parametrize(
    ("notice", "sentence"),
    [
        (
            FramesBack(*IDS, 1, LeaseState.GIVEN_BACK, "the cat is ill", False),
            "A worker gave 1 frame back, because it says “the cat is ill”. The pay for it comes back.",
        ),
        (
            FramesBack(*IDS, 2, LeaseState.GIVEN_BACK, "", True),
            "A worker gave 2 frames back. Another worker takes them.",
        ),
        (
            FramesBack(*IDS, 2, LeaseState.EXPIRED, "", True),
            "A worker did not deliver 2 frames in time and lost a part of its deposit. Another worker takes "
            "them.",
        ),
        (
            FramesBack(*IDS, 2, LeaseState.REJECTED, "", False),
            "A worker delivered 2 frames wrong, as spot checks found, and lost its deposit. The pay for them "
            "comes back.",
        ),
        (JobWaits(JobId(3), 1, 1, ""), "1 of 1 worker fits"),
        (JobWaits(JobId(3), 0, 0, ""), "No worker is registered on this network yet"),
        (
            CancelQuoted(JobId(3), 0, 0, 1, FRI // 100, 0, FRI // 250),
            "No frame is left that nobody has taken, so no pay comes back at once. Workers have 1 frame: "
            "they finish, and are paid 0.01 STRK if all is right. The network's fee is about 0.004 STRK.",
        ),
    ],
)
def test_each_case_has_its_sentence(notice: FramesBack | JobWaits | CancelQuoted, sentence: str) -> None:
    assert notice.sentence == sentence


def test_what_workers_write_on_the_chain_stays_one_plain_line() -> None:
    notice = FramesBack(*IDS, 1, LeaseState.GIVEN_BACK, "\x1b[2J\nfree money", True)
    assert "\n" not in notice.sentence and "\x1b" not in notice.sentence
