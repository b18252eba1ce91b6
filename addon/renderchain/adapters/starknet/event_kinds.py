"""The board's events by their names on-chain, read from their keys and data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...core import board_events as board
from ...core.audit import events as audit
from ...core.audit.state import AuditKind, Content, DrawOutcome, Verdict, Vote
from ...core.ids import JobId, LeaseId, WorkerId
from ...core.job import JobTerms, LeaseResult
from ...core.lifecycle import LeaseState
from ...core.private_package import WrappedKey


def _text(felt: int) -> str:
    """A short string; what an outsider gave in its place that is none, as a number."""
    if felt >> 8 * 31:
        return hex(felt)
    return felt.to_bytes(31, "big").lstrip(b"\0").decode("ascii", "replace")


def _arrays(data: Sequence[int]) -> tuple[tuple[Content, ...], tuple[int, ...]]:
    """An array of contents, its length and then three felts each; and one of felts."""
    end = 1 + 3 * data[0]
    contents = tuple(Content(*data[at : at + 3]) for at in range(1, end, 3))
    return contents, tuple(data[end + 1 :])


def _job_created(block: int, job: JobId, family: int, requester: int, *terms: int) -> board.JobCreated:
    named: dict[str, Any] = dict(zip(JobTerms.__dataclass_fields__, terms, strict=True))
    for flag in ("second_look", "takes_unjudged"):
        named[flag] = bool(named[flag])
    return board.JobCreated(block, job, family, requester, JobTerms(**named))


def _submitted(block: int, job: JobId, lease: LeaseId, count: int, *result: int) -> board.ResultSubmitted:
    return board.ResultSubmitted(block, job, lease, count, LeaseResult(*result))


def _given_back(
    block: int, job: JobId, lease: LeaseId, first: int, count: int, reason: int, *rest: int
) -> board.TasksGivenBack:
    burned_fri, reopened = rest
    return board.TasksGivenBack(block, job, lease, first, count, _text(reason), burned_fri, bool(reopened))


def _ended(block: int, job: JobId, lease: LeaseId, state: int, reopened: int) -> board.LeaseEnded:
    return board.LeaseEnded(block, job, lease, LeaseState(state), bool(reopened))


def _refused(block: int, job: JobId, subject: int, reason: int) -> board.EntryRefused:
    return board.EntryRefused(block, job, subject, _text(reason))


def _drawn(
    block: int, job: JobId, lease: LeaseId, round_: int, kind: int, seed: int, first: int, *verifiers: int
) -> audit.VotesDrawn:
    return audit.VotesDrawn(block, job, lease, round_, AuditKind(kind), seed, first, verifiers[1:])


def _shown(
    block: int, job: JobId, lease: LeaseId, round_: int, seat: int, differs: int, mean: int, *data: int
) -> audit.PrintsShown:
    found = (seat, differs, bool(mean), data[0])
    return audit.PrintsShown(block, job, lease, round_, *found, *_arrays(data[1:]))


def _appealed(
    block: int, job: JobId, lease: LeaseId, round_: int, bond_fri: int, *leaves: int
) -> audit.Appealed:
    return audit.Appealed(block, job, lease, round_, bond_fri, leaves[1:])


def _challenged(
    block: int, job: JobId, lease: LeaseId, kind: int, count: int, *rest: int
) -> audit.LeaseChallenged:
    return audit.LeaseChallenged(block, job, lease, AuditKind(kind), rest[:count], rest[count])


def _key_given(block: int, job: JobId, worker: WorkerId, *halves: int) -> board.KeyGiven:
    last, first, sealed_last, sealed_first, tag = (half.to_bytes(16, "big") for half in halves)
    return board.KeyGiven(block, job, worker, WrappedKey(first + last, sealed_first + sealed_last, tag))


KINDS: dict[str, Callable[..., board.BoardEvent]] = {
    "JobCreated": _job_created,
    "JobImproved": board.JobImproved,
    "LeaseClaimed": board.LeaseClaimed,
    "ResultSubmitted": _submitted,
    "TasksGivenBack": _given_back,
    "LeasePaid": board.LeasePaid,
    "SpareGiven": board.SpareGiven,
    "SpareRefunded": board.SpareRefunded,
    "LeaseAccepted": board.LeaseAccepted,
    "LeaseEnded": _ended,
    "EntryRefused": _refused,
    "TasksRefunded": board.TasksRefunded,
    "JobClosed": board.JobClosed,
    "Withdrawn": board.Withdrawn,
    "KeyAsked": board.KeyAsked,
    "KeyGiven": _key_given,
    "LeaseSlashed": audit.LeaseSlashed,
    "LeaseDrawn": lambda block, job, lease, exp, draw_outcome: audit.LeaseDrawn(
        block, job, lease, exp, DrawOutcome(draw_outcome)
    ),
    "VotesDrawn": _drawn,
    "VotesSealed": audit.VotesSealed,
    "LeavesOpened": lambda block, job, lease, round_, at, *data: audit.LeavesOpened(
        block, job, lease, round_, at, *_arrays(data)
    ),
    "Voted": lambda block, job, lease, round_, seat, worker, vote: audit.Voted(
        block, job, lease, round_, seat, worker, Vote(vote)
    ),
    "PrintsShown": _shown,
    "RejectionShown": audit.RejectionShown,
    "VerdictGiven": lambda block, job, lease, round_, verdict, *counts: audit.VerdictGiven(
        block, job, lease, round_, Verdict(verdict), *counts
    ),
    "FeeRaised": audit.FeeRaised,
    "VerifiersNamed": audit.VerifiersNamed,
    "Appealed": _appealed,
    "CaseClosed": lambda block, job, lease, kind, verdict: audit.AuditClosed(
        block, job, lease, AuditKind(kind), Verdict(verdict)
    ),
    "LeaseChallenged": _challenged,
    "KeyRevealed": audit.KeyRevealed,
}
