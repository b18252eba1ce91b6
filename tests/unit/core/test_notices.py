"""Notices: what each may hold, what it says in English, and its line of JSON, to and fro."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from renderchain.core.audit import events
from renderchain.core.audit.state import AuditKind, Verdict, Vote
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices import (
    Level,
    Notice,
    appeals,
    audits,
    checks,
    conditions,
    following,
    jobs,
    leases,
    process,
    watching,
)
from renderchain.core.notices.lines import HEADER, KINDS, kind_of, parse_notice, to_line

from tests.unit.core.check_notices import OF_CHECKS
from tests.unit.core.following_notices import OF_FOLLOWING
from tests.unit.core.scheduling_notices import OF_SCHEDULING
from tests.unit.core.worker_notices import OF_WORKERS

TIME_S = 1767225600.25
LEASE = LeaseId(9000 << 40 | 7)  # of a worker with that number: over 2^53
OPERATOR = 2**251 + 17
JOB = JobId(3)
IDS = (JOB, LEASE)
SMALL = (JOB, LeaseId(5))
FRI = 10**18

# Everything that a notice may hold: ids, counts, amounts, times, states, paths, and the reasons of errors.
FIELDS: dict[str, Any] = {
    **dict.fromkeys(("operator", "account", "round", "frame", "leaf", "audit_exp", "seat", "gas"), int),
    **dict.fromkeys(("lane", "board"), int),
    **dict.fromkeys(("transaction", "block"), int),
    **dict.fromkeys(("frames", "false_frames", "leaves"), tuple[int, ...]),
    **dict.fromkeys(("device", "device_name", "blender_version", "family", "package_cid", "cid"), str),
    **dict.fromkeys(("gateway", "peer", "peers", "reason", "action", "text", "source"), str),
    **dict.fromkeys(("condition", "part", "node", "used", "blender", "watchtower"), str),
    "job_id": JobId,
    "worker_id": WorkerId,
    "lease_id": LeaseId,
    "path": Path,
    "stake_suffices": bool,
    **dict.fromkeys(("reopened", "second_look"), bool),
    "verdict": Verdict,
    "word": Vote,
    "mean": bool,
}
SUFFIXES: dict[str, Any] = {"_count": int, "_percent": int, "_bytes": int, "_fri": int, "_s": float}
NEVER_TOLD = ("key", "salt", "secret", "nonce", "password", "seed", "print", "scene")

ONE_OF_EACH: dict[Notice, str] = {
    process.Remark("Packing town, frames 1-8"): "Packing town, frames 1-8",
    process.WaitingForWork("4.5", "CPU", "Xeon"): "Waiting for work: Blender 4.5, CPU (Xeon)",
    process.FeeEstimated("Claiming a lease", FRI // 4, FRI): (
        "Claiming a lease: the fee is about 0.25 STRK, at most 1"
    ),
    process.TransactionConfirmed("Claiming a lease of job 3", OPERATOR, 77, FRI // 100): (
        "Claiming a lease of job 3: done in block 77 for a fee of 0.01 STRK"
    ),
    process.TransactionReverted("Claiming a lease of job 3", OPERATOR, 77, FRI // 100, "The job is over."): (
        "Claiming a lease of job 3: refused in block 77, which took a fee of 0.01 STRK: The job is over."
    ),
    process.Logged("asyncio", "Using selector"): "asyncio: Using selector",
    process.LoggedWarning("asyncio", "A task was lost"): "asyncio: A task was lost",
    process.Withdrawn(OPERATOR, 3 * FRI): "3 STRK paid out",
    process.ChainReorganised(JOB): "The chain was reorganised; reading the events of job 3 again",
    conditions.WaitingFor("the node", "No answer."): "Waiting for the node: No answer.",
    conditions.WaitEnded("the node", 12.3): "No longer waiting for the node, after 12 s",
    conditions.PartFailed("Taking leases", "OSError: no.", 2, 10.0): (
        "Taking leases: OSError: no. Beginning again in 10 s (2 failures in a row)."
    ),
    conditions.ClaimsPaused("It is paused."): "Taking no new leases: It is paused.",
    conditions.ClaimsResumed(): "Taking new leases again",
    conditions.NodeLeft("https://a/rpc", "it is behind", "https://b/rpc"): (
        "The node https://a/rpc is left aside, https://b/rpc is used: it is behind"
    ),
    conditions.NodeUsable("https://a/rpc"): "The node https://a/rpc can be used again",
    conditions.HeadSeen("https://a/rpc", 77, TIME_S): "The node https://a/rpc is at block 77",
    conditions.ReserveRunsOut(3 * FRI, FRI, 216000.0): (
        "The account holds 3 STRK: as it is spent, in about 2.5 days it reaches its reserve of 1, below "
        "which no leases are taken; send it some"
    ),
    process.Stopped(): "Stopped",
    process.Failed("No key."): "No key.",
    leases.LeaseOffered(JOB, 2, FRI // 5, FRI, 50 * FRI, 0, True, FRI // 6): (
        "Job 3: a lease of 2 frames pays 0.2 STRK and locks 1 of the 50 STRK of free stake; "
        "it is always audited, and 0.167 STRK are left after gas"
    ),
    leases.StakeSeen(WorkerId(3), 50 * FRI, 10 * FRI, 40 * FRI, 5 * FRI): (
        "Worker 3 has a stake of 50 STRK for work (10 locked, 40 free) and 5 for seats"
    ),
    leases.LeaseWaits(JOB, "4.5/cycles/cpu", 2 * FRI, FRI // 2): (
        "Job 3 waits: a lease pays 2 STRK, and the stake of 4.5/cycles/cpu's verifiers answers for 0.5 more "
        "until other leases end"
    ),
    leases.JobSkipped(JOB, "The job is over."): "Job 3 is left to others: The job is over.",
    leases.PackageRefused(JOB, "bafy2", "Bake it."): (
        "Job 3 is left alone, its package bafy2 refused: Bake it."
    ),
    leases.LeaseClaimed(*IDS, OPERATOR, 8): f"Lease {LEASE}: 8 frames of job 3 claimed",
    leases.LeaseResumed(*IDS): f"Resuming lease {LEASE}",
    leases.RenderStarted(*IDS, 8, "CPU", "Xeon"): f"Lease {LEASE}: rendering 8 frames on CPU (Xeon)",
    leases.FrameRendered(*IDS, 12, 3.25): "Frame 12 rendered in 3.2 s",
    leases.SelfTestPassed(*IDS, 2, 3.25): f"Lease {LEASE}: self-test of 2 leaves passed in 3.2 s",
    leases.SelfTestSpared(*IDS): (
        f"Lease {LEASE}: spared the self-test by chance, others of its package passed"
    ),
    leases.SelfTestFailed(*IDS, "bafy", 12, 5, 1): (
        f"Lease {LEASE}: self-test failed, leaf 5 of frame 12 of package bafy differs in 1 bit of its print"
    ),
    watching.WatchStarted(WorkerId(3), 1): "Standing by for worker 3, which has 1 lease submitted",
    watching.NoWatchtower(): (
        "No watchtower is set: if this machine is down while a lease is audited, the lease's stake is lost. "
        "Start one on another machine, and set the watchtower_key that it says, or none if you do without."
    ),
    watching.PrivateJobsWatched("0f"): 'For private jobs too, where the worker is set watchtower_key = "0f"',
    watching.AnswerDue(*IDS, 120.4): f"Lease {LEASE}: its worker is silent for 120 s now, answering for it",
    watching.AnsweredAlready(*IDS): f"Lease {LEASE}: somebody else was first, nothing is left to do",
    watching.EvidenceLost(*IDS, "No file."): f"Lease {LEASE} can't be answered for: No file.",
    watching.OverdueAccepted(*IDS): f"Lease {LEASE}: accepted, its window is over",
    watching.ContentProvided(*IDS, "bafy"): (
        f"Lease {LEASE}: bafy could not be fetched any more, it is pinned again"
    ),
    watching.ContentLost(*IDS, "bafy", "No copy."): (
        f"Lease {LEASE}: bafy can't be fetched, nor pinned again: No copy."
    ),
    watching.EvidenceOpen("chmod 700 evidence"): (
        "A folder holds keys, and others may look into it: chmod 700 evidence"
    ),
    leases.ContentNotPinned(*IDS, "bafy", "No time."): (
        f"Lease {LEASE}: bafy is not pinned here, and others have to find it elsewhere: No time."
    ),
    leases.ContentNotKept(*IDS, "No room."): (
        f"Lease {LEASE}: results and package could not be kept for a watchtower: No room."
    ),
    audits.ResultsRevealed(*IDS): f"Lease {LEASE}: the key of its results revealed",
    audits.PrintsCompared(*IDS, 2): f"Lease {LEASE}: prints of 2 leaves compared with a verifier's",
    leases.LeaseSubmitted(*IDS, 8): f"Lease {LEASE}: 8 frames submitted",
    leases.LeasePaid(*IDS, FRI // 2): (
        f"Lease {LEASE} was paid: 0.5 STRK; its stake stays locked until its audit is over"
    ),
    leases.LeaseAccepted(*IDS, FRI // 2): f"Lease {LEASE} was accepted: 0.5 STRK",
    leases.LeaseNotAccepted(*IDS, LeaseState.REJECTED): f"Lease {LEASE} was not accepted: it was rejected",
    leases.LeaseFailed(*IDS, "Blender crashed."): f"Lease {LEASE} of job 3 failed: Blender crashed.",
    leases.LeaseGivenBack(*IDS, "worker stops"): f"Lease {LEASE} was given back: worker stops",
    leases.LeaseLost(*IDS, "It expired."): f"Lease {LEASE} is no longer ours: It expired.",
    audits.DrawRefused(JOB, 2, "It is too early."): "No draw was due: It is too early.",
    audits.DrawnForAudit(*IDS, 0, 3): f"Lease {LEASE} is being audited by 3 votes",
    audits.Verifying(*IDS, 1): f"Verifying lease {LEASE}, round 1",
    audits.LeavesRenderedAgain(*IDS, 16, 2.04): f"Lease {LEASE}: 16 leaves rendered again in 2.0 s",
    audits.NotDelivered(*IDS, "Nobody has it."): f"Lease {LEASE} was not delivered: Nobody has it.",
    audits.LeavesOpened(*IDS, 16, 3): f"Lease {LEASE}: 16 leaves opened to 3 votes",
    audits.VoteRevealed(*IDS, 0): f"Lease {LEASE}: vote revealed",
    audits.LeavesDiffer(*IDS, 0, 2, 16, 0, False): (
        f"Lease {LEASE}: 2 of 16 drawn leaves have other bits than ours, none too far"
    ),
    audits.LooksFailed(*IDS, 0, 8): f"Lease {LEASE}: no more looks after 8 that failed or ended the worker",
    audits.VoteDeclined(*IDS, 0, Vote.NO_PACKAGE): (
        f"Lease {LEASE}: no vote, because the job's package can't be had"
    ),
    audits.VoteLost(*IDS, 0, 2, Vote.ABSENT): (
        f"Lease {LEASE}: our vote of seat 2 came too late, which costs seat stake"
    ),
    audits.StakeLost(*IDS, 2 * FRI): f"Lease {LEASE}: its worker lost 2 STRK of stake",
    audits.VoteStruck(*IDS, 0, 2): (
        f"Lease {LEASE}: the vote of seat 2 was struck; its prints contradict it"
    ),
    audits.RejectionShown(*IDS, 0, 2): (
        f"Lease {LEASE}: 2 votes against it were shown to agree with each other"
    ),
    audits.ShowingTooDear(*IDS, 10**8, FRI // 2): (
        f"Lease {LEASE}: not all was shown that prints say; it would take 100,000,000 of gas, 0.5 STRK, "
        "more than show_gas or show_fee_fri allow"
    ),
    audits.VerdictGiven(*IDS, 0, Verdict.REJECTED, 1, 2): (
        f"Lease {LEASE}: the verifiers rejected it, 1 for, 2 against"
    ),
    audits.Appealed(*IDS, 2 * FRI): f"Lease {LEASE}: the verdict was appealed with a bond of 2 STRK",
    appeals.AppealUnaffordable(*IDS, 2 * FRI, FRI): (
        f"Lease {LEASE}: an appeal costs 2 STRK, the account holds 1"
    ),
    audits.FeeRaised(*IDS, FRI // 100): (
        f"Lease {LEASE}: too few wanted to vote; votes are looked for at 0.01 STRK each"
    ),
    audits.RaiseTooDear(*IDS, FRI, FRI // 2): (
        f"Lease {LEASE}: too few want to vote; a fee that finds some takes 1 STRK, more than a fifth of the "
        "pay or the account's balance, 0.5"
    ),
    audits.Challenged(LEASE, (4, 9)): (
        f"Lease {LEASE}: leaves 4, 9 were challenged; verifiers will look at it"
    ),
    audits.AuditHindered(LEASE, "No answer."): f"Audit of lease {LEASE}: No answer.",
    jobs.UploadStarted(1, 2**40): "Uploading 1099.51 GB in 1 file",
    jobs.DownloadStarted("bafy", 2**40): "Fetching package bafy",
    jobs.JobQuoted(100, 40, 0, 5 * FRI, FRI // 3, FRI // 30, 5 * FRI + FRI // 3 + FRI // 30, FRI // 4, 11): (
        "100 frames for 5 STRK, in batches of 40, all spot-checked. 0.334 STRK are kept for spot checks, of "
        "which about 0.25 usually come back; network fees are about 0.0334: 5.37 STRK at most. Spot checks "
        "and everybody's fees are 11 % of the pay."
    ),
    jobs.LeasesWorthLittle(FRI // 3, 2 * FRI): (
        "A batch of frames pays 0.334 STRK, less than 2, which is 20 times what a spot check takes in fees "
        "today: workers may leave the job alone. Pay more a frame, let batches be longer, or wait for lower "
        "fees."
    ),
    jobs.TilesWorthLittle(FRI // 4, FRI): (
        "Verifiers get 0.25 STRK for a tile that costs 1, as a vote may cost a fifteenth of what a batch of "
        "frames pays, and a sixtieth of a seat: they may stay away. Let batches be longer."
    ),
    jobs.JobUnjudged("4.5/cycles/cpu"): (
        "Too few verifiers of 4.5/cycles/cpu would look at this job: nobody spot-checks its frames, they "
        "can't be challenged, and each batch is paid when its time for challenges is over. Only your own "
        "checks say what they are worth."
    ),
    jobs.NoRoom("4.5/cycles/cpu", 2 * FRI, FRI // 2): (
        "A batch of frames pays 2 STRK, and the deposits of 4.5/cycles/cpu's verifiers answer for 0.5 more "
        "now: workers wait until others end."
    ),
    jobs.EscrowDue(9 * FRI): "Paying 9.0000 STRK into the job's deposit",
    jobs.JobCreated(JOB): "Job 3 is on the network",
    jobs.AuditPoolEmpty(JOB, FRI // 4, FRI): (
        "Job 3: the pool holds 0.25 STRK, an audit of the next lease takes 1. Until other leases end without "
        "an audit nobody can claim the open frames: add 0.75 STRK or more with renderchain_top_up 3 --pool "
        "STRK, or cancel the job, which pays back what is not claimed."
    ),
    jobs.JobImproved(JOB, FRI // 10, 2 * FRI): (
        "Job 3: new leases pay 0.1 STRK a frame; 2 STRK are there for audits"
    ),
    jobs.FrameKept(*IDS, 12, 0xABC, Path("/art/0012.png")): "Frame 12 by 0xabc is /art/0012.png",
    jobs.Doubt(*IDS, "A file is missing."): (
        f"Lease {LEASE} is not what was paid for: A file is missing. Challenge its delivery before its "
        "window closes, unless it is being audited anyway."
    ),
    jobs.ResultsMissing(*IDS, "Nobody has them."): (
        f"The results of lease {LEASE} can't be fetched so far: Nobody has them. It is tried again until the "
        "job is over. If its worker withholds them, challenge its delivery before its window closes."
    ),
    jobs.FalseFinals(*IDS, "frame 12 by a lot", (12,), 1, 8): (
        f"Lease {LEASE}: the final images are not what their noisy passes make (frame 12 by a lot). 1 of its "
        "8 frames were made again here and kept instead; the lease is not accepted early. Look at them: if a "
        "noisy pass is false too, challenge the lease's pixels (name leaves) before its window closes."
    ),
    jobs.FinalsUnchecked((12,), "no memory"): (
        "The final image of frame 12 could not be made again here (no memory); look at it yourself."
    ),
    jobs.JobEnded(
        JOB, JobState.COMPLETED, 8, 4 * FRI, FRI
    ): "Job 3 is completed: 4.0000 STRK paid, 1.0000 STRK refunded",
    **OF_CHECKS,
    **OF_WORKERS,
    **OF_FOLLOWING,
    **OF_SCHEDULING,
}


def test_each_kind_is_in_this_table_once() -> None:
    assert sorted(kind_of(type(one)) for one in ONE_OF_EACH) == sorted(KINDS)


@pytest.mark.parametrize("notice", ONE_OF_EACH, ids=lambda one: kind_of(type(one)))
def test_a_notice_says_it_in_english_and_comes_back_from_its_line(notice: Notice) -> None:
    assert notice.sentence == ONE_OF_EACH[notice]
    line = to_line(notice, TIME_S, "worker-1")
    assert "\n" not in line and parse_notice(line) == notice
    body = json.loads(line)
    assert body["time"] == "2026-01-01T00:00:00.250Z" and body["name"] == "worker-1"
    assert (body["kind"], body["sentence"]) == (kind_of(type(notice)), notice.sentence)
    numbers = [one for one in body.values() if isinstance(one, int)]
    assert all(abs(number) < 2**53 for number in numbers), "JavaScript would lose digits"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_notice_holds_ids_counts_amounts_times_states_and_paths(kind: type[Notice]) -> None:
    hints = get_type_hints(kind)
    for name in (one.name for one in fields(kind)):
        suffix = next((SUFFIXES[one] for one in SUFFIXES if name.endswith(one)), None)
        of_leases = kind in (leases.LeaseNotAccepted, following.FramesBack)
        allowed = {"state": LeaseState if of_leases else JobState} | FIELDS
        assert hints[name] == (suffix or allowed.get(name)), name
        assert not [word for word in NEVER_TOLD if word in name], name
        assert name not in HEADER, name


def test_a_job_that_is_not_checked_here_says_whether_verifiers_look_twice_instead() -> None:
    looked = checks.LeaseUnchecked(*IDS, "no sandbox", second_look=True).sentence
    assert looked.endswith("unless verifiers clear it. The job has second looks for that.")
    assert checks.JobUnchecked("too slow", second_look=False).sentence == (
        "This machine can't check the job's batches itself (too slow). Second looks cost more than you have "
        'or agreed to, so the job has no second looks; choose stricter checking, or second_looks = "always", '
        "to have them."
    )


def test_what_may_be_large_is_text_in_every_line_and_states_are_words() -> None:
    body = json.loads(to_line(leases.LeaseClaimed(*SMALL, 16, 8), TIME_S))
    assert body == {
        "time": "2026-01-01T00:00:00.250Z",
        "kind": "lease_claimed",
        "level": "info",
        "sentence": "Lease 5: 8 frames of job 3 claimed",
        "job_id": 3,
        "lease_id": "5",
        "operator": "0x10",
        "frame_count": 8,
    }
    body = json.loads(to_line(jobs.JobEnded(JOB, JobState.CANCELED, 0, 0, FRI), TIME_S))
    assert (body["state"], body["paid_fri"], body["refunded_fri"]) == ("canceled", "0", str(FRI))
    body = json.loads(to_line(leases.LeaseNotAccepted(*SMALL, LeaseState.GIVEN_BACK), TIME_S))
    assert (body["state"], body["level"]) == ("given_back", "warning")


def test_a_reason_may_hold_anything_and_stays_one_line() -> None:
    notice = process.Failed('{"time": "\nfalse", "kind": "stopped"} \x1b[2J ünïcode \U0001f600 \udcff')
    line = to_line(notice, TIME_S)
    assert len(line.splitlines()) == 1 and parse_notice(line) == notice
    assert line.count('{"time": "') == 1 and line.encode("ascii")


def test_lanes_are_told_of_where_there_are_several() -> None:
    assert process.WaitingForWork("4.5", "CPU", "Xeon", 2).sentence.endswith("CPU (Xeon) in 2 lanes")
    started = leases.RenderStarted(*IDS, 1, "CPU", "Xeon", 2).sentence
    assert started == f"Lease {LEASE}: rendering 1 frame in lane 2 on CPU (Xeon)"


def test_sentences_fit_their_numbers() -> None:
    offered = leases.LeaseOffered(JOB, 1, FRI, FRI, FRI, 4, True, FRI // 2)
    assert "a lease of 1 frame pays" in offered.sentence and "audited 1 time in 16" in offered.sentence
    poor = replace(offered, stake_suffices=False).sentence
    assert poor.endswith("too little: add stake, or wait until leases are settled")
    far = audits.LeavesDiffer(*IDS, 0, 16, 16, 3, True).sentence
    assert far.endswith("16 of 16 drawn leaves have other bits than ours, 3 too far, and the mean")
    assert "1 leaf opened to 1 vote" in audits.LeavesOpened(*IDS, 1, 1).sentence
    assert audits.Challenged(LeaseId(5), ()).sentence == (
        "Lease 5: its delivery was challenged; verifiers will look at it"
    )
    some = jobs.JobQuoted(1, 1, 4, FRI, 0, 0, FRI, 0, 1).sentence
    assert some.startswith("1 frame for 1 STRK, in batches of 1, at least 1 in 16 spot-checked.")
    unchecked = jobs.FinalsUnchecked((1, 2, 5), "no memory").sentence
    assert "images of frames 1-2,5" in unchecked and unchecked.endswith("look at them yourself.")


@pytest.mark.parametrize("state", [one for one in LeaseState if one > LeaseState.ACCEPTED])
def test_every_end_of_a_lease_has_words(state: LeaseState) -> None:
    sentence = leases.LeaseNotAccepted(*IDS, state).sentence
    assert sentence.startswith(f"Lease {LEASE} was not accepted: it ") and "_" not in sentence


def test_a_doubt_of_any_kind_is_a_doubt_and_wants_attention() -> None:
    kinds = [kind for kind in KINDS.values() if issubclass(kind, jobs.Doubt)]
    ours = [jobs.Doubt, jobs.ResultsMissing, jobs.FalseFinals, checks.Unchallenged, checks.Unappealed]
    assert kinds == ours and all(one.level is Level.WARNING for one in kinds)


def test_steps_of_an_audit_that_requester_and_worker_hear_of() -> None:
    at = (99, JobId(3), LeaseId(LEASE))
    told = [
        audits.notice_of(event)
        for event in (
            events.LeaseChallenged(*at, AuditKind.PIXELS, (4,), FRI),
            events.VotesDrawn(*at, 1, AuditKind.PIXELS, 12345, 3, (1, 2, 3)),
            events.VerdictGiven(*at, 1, Verdict.ACCEPTED, 3, 1),
            events.FeeRaised(*at, 0, FRI, 77),
            events.Appealed(*at, 1, FRI, (4,)),
            events.LeaseSlashed(*at, 2 * FRI, FRI),
            events.VotesSealed(*at, 1),
            events.KeyRevealed(*at, 1, 2),
        )
    ]
    assert told == [
        audits.Challenged(LEASE, (4,)),
        audits.DrawnForAudit(*IDS, 1, 3),
        audits.VerdictGiven(*IDS, 1, Verdict.ACCEPTED, 2, 1),
        audits.FeeRaised(*IDS, FRI),
        audits.Appealed(*IDS, FRI),
        audits.StakeLost(*IDS, 2 * FRI),
        None,
        None,
    ]


def test_states_of_leases_and_jobs_are_written_as_their_names() -> None:
    states: list[Enum] = [*LeaseState, *JobState, *Verdict]
    assert all(one.name.lower().replace("_", "").isalpha() for one in states)
