"""The end of a job as its requester hears it: the board closes the job before it pays the last leases."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.app.exchange.private_package import PrivateOpening
from renderchain.app.requester.fetched_parts import FetchedParts
from renderchain.app.requester.final_check import FinalCheck
from renderchain.app.requester.job_report import JobReport
from renderchain.app.requester.kept_frames import KeptFrames
from renderchain.app.requester.own_check import OwnCheck
from renderchain.app.requester.receipt_parts import ReceiptParts
from renderchain.app.requester.results import Results
from renderchain.app.requester.watch_job import JobWatch
from renderchain.core.board_events import BoardEvent, JobClosed, LeaseAccepted, LeaseClaimed, LeaseEnded
from renderchain.core.contract_errors import NothingToWithdraw
from renderchain.core.errors import FeeTooHigh
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import JobInfo
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.manifest import Manifest, PackedFile
from renderchain.core.notices import Notice, leases
from renderchain.core.notices.following import FramesBack
from renderchain.core.notices.jobs import AlreadyWithdrawn, JobEnded, NotWithdrawn

from devkit.network.local import SilentReporter

KEY = bytes(range(32))
MANIFEST = Manifest(
    *((4, 5), "a.blend", "Scene", ("V",), "CYCLES", 64, 64, "24", (1, 2, 3), 4, False, "PNG", "AgX"),
    (PackedFile("a.blend", "0" * 64, 1),),
    requester_key=KEY.hex(),
)
NUMBERS: list[Any] = [*range(24), False]
JOB_ID = JobId(3)
JOB = replace(JobInfo(*NUMBERS), job_id=JOB_ID, tasks=3, accepted=3, refunded=0, held=0)
LOST, PAID, LAST = LeaseId(5), LeaseId(6), LeaseId(7)


class Heard(SilentReporter):
    def __init__(self) -> None:
        self.told: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)


class Chain:
    """Tells these events, then nothing for ever."""

    address = 2

    def __init__(self, *told: BoardEvent) -> None:
        self._told = told

    async def job(self, job_id: JobId) -> JobInfo:
        return JOB

    async def told_of(self, job_id: JobId, from_block: int) -> list[BoardEvent]:
        return list(self._told)

    async def events(self, from_block: int, job_id: JobId) -> AsyncIterator[BoardEvent]:
        for event in self._told:
            yield event
        await asyncio.Event().wait()


class Store:
    async def read_file(self, cid: str, name: str, max_bytes: int) -> bytes:
        return MANIFEST.to_bytes()


class Unwrapper:
    public_key = KEY


def watch(chain: Any, heard: Heard, folder: Path) -> JobReport:
    """Watch the job to its end."""
    store: Any = Store()
    unwrapper: Any = Unwrapper()
    nothing: Any = None
    one = JobWatch(
        chain,
        store,
        Results(chain, store, hash_many, nothing, nothing, unwrapper, heard),
        heard,
        job_id=JOB_ID,
        journal=nothing,
        kept=KeptFrames(nothing, None, folder / "frames"),
        receipt_parts=ReceiptParts(folder / "proofs"),
        fetched_parts=FetchedParts(folder / "parts"),
        scratch=folder,
        packages=folder / "packages",
        final_check=FinalCheck(nothing, heard, 0, random.Random(1)),
        own_check=OwnCheck(nothing, heard, random.Random(1), per_lease=0, most_s=0),
        most_challenges=0,
        private=PrivateOpening(nothing, nothing),
        most_private_workers=0,
        now=lambda: 0.0,
    )
    return asyncio.run(asyncio.wait_for(one.run(0), 5))


def test_what_is_paid_after_the_job_is_closed_is_counted(tmp_path: Path) -> None:
    claims = [LeaseClaimed(1, JOB_ID, lease_id, 9, 0, 1, 0, 0, 0) for lease_id in (LOST, PAID, LAST)]
    ends: list[BoardEvent] = [
        LeaseEnded(2, JOB_ID, LOST, LeaseState.REJECTED, True),
        LeaseAccepted(3, JOB_ID, PAID, 8, 100),
    ]
    chain = Chain(*claims, *ends, JobClosed(4, JOB_ID, 50), LeaseAccepted(4, JOB_ID, LAST, 8, 200))
    heard = Heard()
    report = watch(chain, heard, tmp_path)
    assert (report.paid_fri, report.refunded_fri) == (300, 50)
    assert [one for one in heard.told if not isinstance(one, leases.LeaseClaimed)] == [
        FramesBack(JOB_ID, LOST, 1, LeaseState.REJECTED, "", reopened=True),
        JobEnded(JOB_ID, JobState.COMPLETED, 0, 300, 50),
    ]


class TakenChain(Chain):
    """Its refund is paid out to the requester by somebody else, just before it is asked for."""

    address = JOB.requester

    async def balance_fri(self, account: int) -> int:
        return 50

    async def withdraw(self, accounts: Sequence[int]) -> None:
        raise NothingToWithdraw("Withdrawing")


def test_a_refund_that_is_paid_out_already_is_said_and_no_error(tmp_path: Path) -> None:
    heard = Heard()
    watch(TakenChain(JobClosed(4, JOB_ID, 50)), heard, tmp_path)
    assert heard.told == [AlreadyWithdrawn(JOB_ID), JobEnded(JOB_ID, JobState.COMPLETED, 0, 0, 50)]


class DearChain(TakenChain):
    """Gas is dearer than the artist allows."""

    async def withdraw(self, accounts: Sequence[int]) -> None:
        raise FeeTooHigh("Withdrawing costs too much now.")


def test_a_refund_that_can_not_be_sent_now_keeps_no_job_from_its_end(tmp_path: Path) -> None:
    heard = Heard()
    watch(DearChain(JobClosed(4, JOB_ID, 50)), heard, tmp_path)
    told = NotWithdrawn(JOB_ID, "Withdrawing costs too much now.")
    assert heard.told == [told, JobEnded(JOB_ID, JobState.COMPLETED, 0, 0, 50)]
