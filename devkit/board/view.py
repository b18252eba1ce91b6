"""What the model knows, as the chain ports tell it."""

from __future__ import annotations

from dataclasses import asdict, replace

from renderchain.core.audit.economics import SEATS
from renderchain.core.audit.state import NO_AUDIT, AuditInfo, DrawnLeaf, DrawOutcome, Verifier
from renderchain.core.candidates import Candidate
from renderchain.core.ids import NO_JOB, JobId, LeaseId, WorkerId
from renderchain.core.job import FamilyInfo, JobInfo, LeaseInfo, WorkerInfo
from renderchain.core.lifecycle import HELD, LeaseState

from devkit.model.challenges import Model
from devkit.model.ledger import need, slot_of


def job_info(model: Model, number: JobId) -> JobInfo | None:
    """A job's state; once another has its place, what its events told of its end. None if it never was."""
    job = model.jobs.get(number)
    if not job:
        return None
    terms = asdict(job.terms)
    del terms["expires_in_s"]
    terms |= {"reward_fri": job.rewards[-1], "audit_pool_fri": job.pool_fri, "spare_tasks": job.spares}
    info = JobInfo(
        job_id=number,
        requester=job.requester,
        expires_at_s=job.expires_at_s,
        accepted=job.accepted,
        refunded=job.refunded,
        held=job.held,
        pending=job.pending,
        stopped=job.stopped,
        **terms,
    )
    if number in model.replaced:
        return replace(info, audit_pool_fri=0, spare_tasks=0, stopped=job.refunded > 0)
    return info


def kept_job(model: Model, number: JobId) -> JobInfo | None:
    """A job's state; None where its place was given to another one."""
    return None if number in model.replaced else job_info(model, number)


def lease_info(model: Model, number: LeaseId) -> LeaseInfo:
    """A lease's state; NONE, beside the rest of the slot's present lease, once the slot was used again."""
    lease = model.slots.get(slot_of(number))
    if not lease:
        return LeaseInfo(number, NO_JOB, 0, 0, 0, 0, LeaseState.NONE, DrawOutcome.NOT_DRAWN, 0, 0)
    is_it = lease.number == number
    return LeaseInfo(
        lease_id=number,
        job_id=lease.job if is_it else NO_JOB,
        first=lease.first,
        count=lease.count,
        attempt=lease.attempt,
        audit_exp=lease.exp,
        state=lease.state if is_it else LeaseState.NONE,
        draw_outcome=lease.draw_outcome,
        paid=lease.paid,
        twin=lease.twin,
        since_s=lease.since_s,
        since_block=lease.since_block,
    )


def worker_info(model: Model, number: WorkerId) -> WorkerInfo | None:
    """A worker's stake and addresses; None if there is none."""
    worker = model.workers.get(number)
    if not worker:
        return None
    names = [name for name in WorkerInfo.__dataclass_fields__ if name != "worker_id"]
    return WorkerInfo(number, **{name: getattr(worker, name) for name in names})


def candidates(model: Model) -> list[Candidate]:
    """The workers, with what they say that they want."""
    found = []
    for number, worker in sorted(model.workers.items()):
        info = worker_info(model, number)
        assert info
        wanted_fri = worker.offer.least_reward_fri if worker.offer.until_s > model.now_s else 0
        families = frozenset(worker.families)
        found.append(Candidate(info, families, wanted_fri))
    return found


def family_info(model: Model, family: int) -> FamilyInfo:
    """How a family's verifiers stand."""
    seats, age = model.seats_in(family), model.rules.seat_age_epochs
    return FamilyInfo(
        units=seats.units,
        mature_units=seats.mature_units(model.epoch, age),
        open_pay_fri=model.open_pay_fri(family),
        most_pay_fri=model.most_pay_fri(family),
        from_epoch=model.verifiers_from(family),
        epoch=model.epoch,
    )


def open_leases(model: Model, worker: WorkerId) -> list[LeaseId]:
    """What a worker holds."""
    held = [one for (number, _), one in sorted(model.slots.items()) if number == worker]
    return [lease.number for lease in held if lease.state in HELD]


def audit_info(model: Model, number: LeaseId) -> AuditInfo:
    """The lease's audit."""
    audit = model.audit_of(number)
    if not audit:
        return NO_AUDIT
    return AuditInfo(**{name: getattr(audit, name) for name in AuditInfo.__dataclass_fields__})


def has_voters(model: Model, number: LeaseId, notches: int) -> bool:
    """Whether draws of the present round's votes would stand now at its fee raised so."""
    lease, audit = model.lease(number), audit_info(model, number)
    need(lease, "unknown job")
    assert lease
    job = model.job(lease.job)
    fee_fri = job.fee_fri(lease.count, audit.round, named=audit.names_leaves, notches=notches)
    asked = replace(model.asked(job, lease.count, job.requester), fee_fri=fee_fri)
    return model.finds_votes(asked, lease.worker, SEATS[audit.round])


def seed(model: Model, number: LeaseId, round_: int) -> int:
    """The draw of a round."""
    return model.seeds.get((slot_of(number), round_), 0)


def drawn_leaves(model: Model, number: LeaseId) -> list[DrawnLeaf]:
    """The leaves of the present round."""
    lease = model.lease(number)
    need(lease, "unknown job")
    assert lease
    return model.leaves_in(model.job(lease.job), lease, model.audit_of(number))


def verifiers(model: Model, number: LeaseId) -> list[Verifier]:
    """All seats so far, of all rounds."""
    audit = model.audit_of(number)
    seats = enumerate(audit.seats if audit else [])
    return [
        Verifier(place, seat.worker, seat.vote, seat.differs, seat.mean, seat.near) for place, seat in seats
    ]
