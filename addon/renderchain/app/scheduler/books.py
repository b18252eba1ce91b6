"""What the board's events mean to a scheduler's books, one for each family."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from ...core.board_events import (
    BoardEvent,
    EntryRefused,
    JobClosed,
    JobCreated,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    ResultSubmitted,
    SpareGiven,
    TasksGivenBack,
)
from ...core.ids import JobId, LeaseId, WorkerId
from ...core.job import JobInfo, Record, StandingOffer, WorkerInfo
from ...core.lease_id import split_lease_id
from ...core.lease_stake import stake_of
from ...core.lifecycle import LeaseState
from ...core.scheduling.book import Book
from ...core.scheduling.fit import Needs
from ...core.scheduling.fleet import Terms
from ...core.scheduling.plan import Given, Job, PlanRules
from ...core.scheduling.predict import Costs
from ...core.scheduling.serving import Load, Serving
from ...core.scheduling.tasks import Held, OpenTasks
from .leases import Asked, Claimed

NOTHING = Terms(StandingOffer(0, 0, 0, 0), 0, 0)  # of a worker that sends no heartbeats
HARMLESS = ("worker is busy", "worker stops")  # reasons for giving back that say nothing of a job
TIMEOUT_FRAMES = 4  # a lease's timeout is so many times what a job declares that its frames take
WAITS_S = 120.0  # for the event of a lease that was sent for
PUT_OFF_S = 300.0  # a worker that the board refused for a job
MOST_REFUSED = 10_000
OVER_S = 600.0  # after a job's end by this machine's clock, which may be fast
# What is read of a job that is taken on late. Of keys and refusals anyone may have the board tell as many as
# they like.
KINDS = (
    LeaseClaimed,
    SpareGiven,
    ResultSubmitted,
    TasksGivenBack,
    LeaseEnded,
    LeaseAccepted,
    JobClosed,
)


class Books:
    """Of the jobs that name one account as their scheduler. ``head`` is the newest block at the start: what
    is told of it and of those before is long ago.
    """

    def __init__(
        self, scheduler: int, rules: PlanRules, head: int = -1, serving: Serving | None = None
    ) -> None:
        self._scheduler, self._rules, self._head = scheduler, rules, head
        self._serving = serving or Serving()
        self.by_family: dict[int, Book[JobId]] = {}
        self._created_of: dict[JobId, JobCreated] = {}
        self._ends_s: dict[JobId, float] = {}  # as the board said, of those of which it was asked
        self.refused: dict[JobId, str] = {}  # the newest that are not scheduled here, and why
        self.waiting: dict[JobId, JobCreated] = {}  # of these, those that lack nothing but room
        # Of jobs of which more was asked than came by itself: that one's last block, and what it told.
        self._told_until: dict[JobId, tuple[int, list[BoardEvent]]] = {}
        self._leases: dict[LeaseId, Claimed] = {}  # that have not ended
        self.sent: dict[tuple[JobId, WorkerId, int], Asked] = {}
        self._put_off: dict[tuple[JobId, int], float] = {}
        self.stale: set[JobId] = set()  # of these the board is asked before anything is planned

    def book_of(self, job_id: JobId) -> Book[JobId] | None:
        """The one that a job is in."""
        created = self._created_of.get(job_id)
        return None if created is None else self.by_family.get(created.family)

    def book(self, family: int) -> Book[JobId]:
        """A family's, which is begun if there is none."""
        return self.by_family.setdefault(family, Book(self._rules))

    def jobs(self) -> Iterator[tuple[JobId, Job]]:
        """All that are not over."""
        for book in self.by_family.values():
            yield from ((key, job) for key, job in list(book.jobs.items()) if not job.is_over)

    def note(self, event: BoardEvent, now_s: float) -> None:
        """Hear what the board says; of other schedulers' jobs it is nothing."""
        if isinstance(event, JobCreated):
            self._created(event)
            return
        job_id = getattr(event, "job_id", None)
        if isinstance(event, JobClosed):
            self._forget_refused(event.job_id)
        book = self.book_of(job_id) if job_id is not None else None
        if book is None or job_id is None or self._was_told(job_id, event):
            return
        self._hear(book, job_id, event, now_s, is_past=event.block <= self._head)

    def _hear(
        self, book: Book[JobId], job_id: JobId, event: BoardEvent, now_s: float, *, is_past: bool
    ) -> None:
        if isinstance(event, JobClosed):
            book.closed(job_id)
            self._drop(job_id)
            return
        if job_id not in book.jobs:
            return  # it is over and nobody holds any of it; only that it was closed is still to come
        if not isinstance(event, ResultSubmitted):
            self.stale.add(job_id)
        self._of_lease(book, event, now_s, is_past)

    def _was_told(self, job_id: JobId, event: BoardEvent) -> bool:
        """A block may have had more when it was told by itself than when it was asked for."""
        until, last = self._told_until.get(job_id, (-1, []))
        return event.block < until or (event.block == until and event in last)

    def _drop(self, job_id: JobId) -> None:
        """Whatever comes of it now is nothing here."""
        self._created_of.pop(job_id)
        self._ends_s.pop(job_id, None)
        self._told_until.pop(job_id, None)
        self.stale.discard(job_id)

    def _forget_refused(self, job_id: JobId) -> None:
        self.refused.pop(job_id, None)
        self.waiting.pop(job_id, None)

    def _of_lease(self, book: Book[JobId], event: BoardEvent, now_s: float, is_past: bool) -> None:
        if isinstance(event, LeaseClaimed):
            self._claimed(book, event, now_s, is_past)
        elif isinstance(event, SpareGiven):
            self._spare(book, event)
        elif isinstance(event, ResultSubmitted):
            self._submitted(book, event, now_s)
        elif isinstance(event, TasksGivenBack):
            self._given_back(book, event, now_s)
        elif isinstance(event, LeaseEnded | LeaseAccepted):
            self._ended(book, event, now_s)
        elif isinstance(event, EntryRefused):
            self._refused(book, event, now_s)

    def learn(self, info: JobInfo) -> bool:
        """What the board says of a job now; whether the book agrees on what is open."""
        book = self.book_of(info.job_id)
        job = book.jobs.get(info.job_id) if book else None
        if book is None or job is None or job.is_over or info.stopped:
            if book and job:
                self._ends_s[info.job_id] = info.expires_at_s
                book.closed(info.job_id)
            self.stale.discard(info.job_id)  # nothing more is given of it, whatever is open
            return False
        self._ends_s[info.job_id] = info.expires_at_s
        least_fri = stake_of(info, ANYBODY, Record(), most=1).lock_fri
        job.needs = replace(job.needs, reward_fri=info.reward_fri, stake_fri=least_fri)
        waiting = [one.given for key, one in self.sent.items() if key[0] == info.job_id]
        job.spares = info.spare_tasks - sum(one.count for one in waiting if one.spare_of)
        reserve_fri = max(info.next_audit_fri, 1)
        job.most_leases = 2**31 if info.takes_unjudged else info.audit_pool_fri // reserve_fri
        given = sum(one.count for one in waiting if not one.spare_of)
        return info.open_tasks == job.open.count + given

    def expect(self, job_id: JobId, given: Given, now_s: float) -> None:
        """The board is asked for a lease."""
        book = self.book_of(job_id)
        assert book
        self.sent[job_id, book.fleet.ids[given.row], given.slot] = Asked(given, now_s)

    def give_up(self, now_s: float, job_id: JobId | None = None) -> None:
        """What was asked for and did not come: all of a job, or of any what is overdue."""
        for key, one in list(self.sent.items()):
            if key[0] == job_id or (job_id is None and now_s - one.at_s > WAITS_S):
                self._undo(key, now_s)
        for (job, row), until_s in list(self._put_off.items()):
            if until_s <= now_s:
                del self._put_off[job, row]
                book = self.book_of(job)
                if book and job in book.jobs:
                    book.jobs[job].known.failed.discard(row)

    def end_over(self, now_s: float) -> None:
        """Let go of jobs past their end: the board gives no lease of them, and it may be that nobody ever
        has them closed.
        """
        for job_id in [one for one, end_s in self._ends_s.items() if end_s + OVER_S <= now_s]:
            book = self.book_of(job_id)
            assert book
            book.closed(job_id)
            if job_id not in book.jobs:
                self._drop(job_id)

    def unseen(self) -> list[JobId]:
        """Jobs of which the board was not asked yet."""
        return [job_id for job_id, _ in self.jobs() if job_id not in self._ends_s]

    def overdue(self, now_s: float) -> dict[JobId, list[LeaseId]]:
        """Leases whose timeout is over, which anyone may end."""
        found = dict[JobId, list[LeaseId]]()
        every = (one for book in self.by_family.values() for one in book.jobs.items())
        for job_id, job in every:  # also those that are over: their pay waits in escrow for the end
            late = [one for one in job.held.values() if now_s > one.since_s + job.needs.lease_timeout_s]
            if late:
                found[job_id] = [one.lease_id for one in late]
        return found

    def lacks_room(self, event: JobCreated) -> bool:
        """Whether nothing but room is in the way of a new job."""
        if event.terms.scheduler != self._scheduler or event.job_id in self._created_of:
            return False
        serving, new = self._serving, (event.requester, event.terms)
        return not serving.unfit(*new) and bool(serving.no_room(*new, self._load()))

    def fitting(self, most: int, without: Collection[JobId] = ()) -> list[JobCreated]:
        """So many jobs for which there is room by now, the longest refused first."""
        load, found = self._load(), list[JobCreated]()
        for one in (one for key, one in self.waiting.items() if key not in without):
            if len(found) == most or load.of.total() >= self._serving.most_jobs:
                break
            if not self._serving.no_room(one.requester, one.terms, load):
                found.append(one)
                load.of[one.requester] += 1
                load = Load(load.of, load.tasks + one.terms.tasks)
        return found

    def take_on(self, created: JobCreated, told: Sequence[BoardEvent], now_s: float) -> bool:
        """A job that was refused, with all that was told of it since; whether there is room."""
        self._forget_refused(created.job_id)
        self._created(created)
        book = self.book_of(created.job_id)
        if book is None:
            return False
        self._told_again(book, created, told, now_s)
        return True

    def _told_again(
        self, book: Book[JobId], created: JobCreated, told: Sequence[BoardEvent], now_s: float
    ) -> None:
        """All that was told of a job by now. When it happened is not known: nothing follows of how fast."""
        job_id = created.job_id
        for event in told:
            if not isinstance(event, JobCreated) and job_id in self._created_of:
                self._hear(book, job_id, event, now_s, is_past=True)
        if job_id in self._created_of:
            until = max(one.block for one in (created, *told))
            self._told_until[job_id] = (until, [one for one in told if one.block == until])

    def created_of(self, job_id: JobId) -> JobCreated | None:
        """How a job that is scheduled here began."""
        return self._created_of.get(job_id)

    def begin_anew(self, job_id: JobId, told: Sequence[BoardEvent], now_s: float) -> None:
        """A job of which the board says other things than what came: what is learned of it is kept, all else
        is what was told of it by now.
        """
        created, book = self._created_of[job_id], self.book_of(job_id)
        assert book
        before = book.jobs.get(job_id)
        self.give_up(now_s, job_id)
        book.closed(job_id)
        for lease_id in [one for one, known in self._leases.items() if known.job_id == job_id]:
            known = self._leases.pop(lease_id)
            book.lost(lease_id, known.first, known.count, now_s, reopened=False, failed=False)
        self._drop(job_id)
        self._created(created)
        made = book.jobs.get(job_id)
        if made is None:
            return  # another one has its room
        if before:
            made.costs, made.known = before.costs, before.known
        self._told_again(book, created, told, now_s)

    def give_up_on(self, job_id: JobId) -> None:
        """A job that was refused is over: it waits for no room."""
        self.waiting.pop(job_id, None)

    def _load(self) -> Load:
        return Load.by((self._created_of[key].requester, job.needs) for key, job in self.jobs())

    def _created(self, event: JobCreated) -> None:
        terms = event.terms
        if terms.scheduler != self._scheduler or event.job_id in self._created_of:
            return
        self._forget_refused(event.job_id)  # of an earlier job of that number
        unfit = self._serving.unfit(event.requester, terms)
        if why := unfit or self._serving.no_room(event.requester, terms, self._load()):
            self.refused[event.job_id] = why
            if not unfit:
                self.waiting[event.job_id] = event
            if len(self.refused) > MOST_REFUSED:
                self._forget_refused(next(iter(self.refused)))
            return
        needs = Needs(
            family=event.family,
            tasks=terms.tasks,
            reward_fri=terms.reward_fri,
            package_bytes=terms.package_bytes,
            memory_mib=terms.memory_mib,
            stake_fri=0,
            longest_lease=terms.longest_lease,
            lease_timeout_s=float(terms.lease_timeout_s),
            audit_exp=terms.audit_floor_exp,
        )
        declared_s = terms.lease_timeout_s / TIMEOUT_FRAMES / max(min(terms.longest_lease, terms.tasks), 1)
        made = Job(needs, Costs(terms.tasks, declared_s), OpenTasks(terms.tasks), terms.spare_tasks)
        self.book(event.family).jobs[event.job_id] = made
        self._created_of[event.job_id] = event
        self.stale.add(event.job_id)

    def _claimed(self, book: Book[JobId], event: LeaseClaimed, now_s: float, is_past: bool) -> None:
        worker, slot, _ = split_lease_id(event.lease_id)
        row = book.fleet.rows.get(worker)
        if row is None:
            row = book.put_worker(worker, NOTHING)
        sent = self.sent.pop((event.job_id, worker, slot), None)
        if sent and (sent.given.first, sent.given.count) != (event.first, event.count):
            book.refused(event.job_id, sent.given, now_s)  # it is another: the worker claimed first
            sent = None
        job = book.jobs[event.job_id]
        begins_s = now_s + self._rules.lead_s
        if sent:
            span, spare_of = (sent.at_s, sent.given.begins_s, sent.given.ends_s), sent.given.spare_of
        else:
            cost_s = job.costs.predicted_s()[event.first : event.first + event.count].sum()
            span, spare_of = (
                (now_s, begins_s, begins_s + float(cost_s) / float(book.fleet.column("speed")[row])),
                0,
            )
            with suppress(ValueError):  # it is a spare, as the next event says
                job.open.take(event.first, event.count)
            book.fleet.give(row, slot, span[2])
        tasks = (event.first, event.count)
        self._leases[event.lease_id] = Claimed(event.job_id, *tasks, tells=not is_past)
        book.claimed(
            event.job_id, Held(event.lease_id, worker, slot, *tasks, *span, spare_of=LeaseId(spare_of))
        )

    def _submitted(self, book: Book[JobId], event: ResultSubmitted, now_s: float) -> None:
        known = self._leases.get(event.lease_id)
        if known:
            known.count = event.count
        book.submitted(event.lease_id, now_s, event.count, tells=known is not None and known.tells)

    @staticmethod
    def _spare(book: Book[JobId], event: SpareGiven) -> None:
        held = book.jobs[event.job_id].held
        if event.lease_id in held:
            held[event.lease_id].spare_of = event.held_id
        if event.held_id in held:
            held[event.held_id].is_spared = True

    def _given_back(self, book: Book[JobId], event: TasksGivenBack, now_s: float) -> None:
        if not event.reason:  # it submitted the others
            job = book.jobs[event.job_id]
            if event.reopened and not job.is_over:
                job.open.put_back(event.first, event.count)
            return
        self._leases.pop(event.lease_id, None)
        failed = event.reason not in HARMLESS
        what = (event.lease_id, event.first, event.count, now_s)
        book.lost(*what, reopened=event.reopened, failed=failed)

    def _ended(self, book: Book[JobId], event: LeaseEnded | LeaseAccepted, now_s: float) -> None:
        known = self._leases.pop(event.lease_id, None)
        if isinstance(event, LeaseEnded) and known:
            what = (event.lease_id, known.first, known.count, now_s)
            wrong = event.state is LeaseState.REJECTED
            book.lost(*what, reopened=event.reopened, failed=wrong)
        book.settled(event.lease_id)

    def _refused(self, book: Book[JobId], event: EntryRefused, now_s: float) -> None:
        """The board would not have a worker; it is asked again later."""
        for key in [one for one in self.sent if one[:2] == (event.job_id, event.subject)]:
            row = self._undo(key, now_s)
            self._put_off[event.job_id, row] = now_s + PUT_OFF_S
            book.jobs[event.job_id].known.failed.add(row)

    def _undo(self, key: tuple[JobId, WorkerId, int], now_s: float) -> int:
        given = self.sent.pop(key).given
        if book := self.book_of(key[0]):
            book.refused(key[0], given, now_s)
        return given.row


ANYBODY = WorkerInfo(WorkerId(0), 0, 0, 0, 2**120, 0, 0)  # with stake enough: what a lease locks at least
