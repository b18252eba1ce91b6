"""The requester's part after a submission: have chance decide and votes drawn, then accept what is good."""

from __future__ import annotations

import asyncio

from ...core.audit.draw import DRAW_AGE
from ...core.audit.events import Appealed, AuditClosed, AuditEvent, KeyRevealed, LeaseChallenged, LeaseDrawn
from ...core.audit.state import AuditInfo, AuditKind, AuditPhase, DrawOutcome, Verdict
from ...core.board_events import ResultSubmitted
from ...core.contract_errors import ContractError, LeaseInOtherState, LeaseIsPaid, UnknownJob
from ...core.ids import JobId, LeaseId
from ...core.job import MOST_IN_BATCH, LeaseInfo
from ...core.lifecycle import LeaseEvent, LeaseState, after
from ...core.notices.audits import DrawRefused, notice_of
from ...core.notices.checks import LeaseUnjudged
from ...core.notices.jobs import AlreadySettled
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..audit.raises import raise_fee
from ..upkeep.keeping import raise_if_ending
from .own_check import Finding

BLOCKS_S = 2.0  # how often the newest block is asked for while a draw waits
PATIENCE_BLOCKS = 5  # the worker wants its pay, so it draws first
BEFORE_DRAWS = (LeaseDrawn, LeaseChallenged, KeyRevealed, Appealed)  # what may leave votes to be drawn
CLEARED = (DrawOutcome.CLEARED,)  # verifiers' word on pixels can't be challenged, so to pay waives nothing
CHECKED = (DrawOutcome.UNJUDGED, DrawOutcome.PASSED, *CLEARED, DrawOutcome.IN_AUDIT)


class Acceptance:
    """The submitted leases of one job that are ours to accept.

    What it is told is acted on at once, and where that fails, again by ``run``, which says why: frames go on
    coming where the account lacks money for gas, or the node is away.
    """

    def __init__(self, chain: RequesterChain, reporter: Reporter, job_id: JobId) -> None:
        self._chain = chain
        self._reporter = reporter
        self._job_id = job_id
        self._found: dict[LeaseId, Finding] = {}  # of leases whose results are here and under their roots
        self._untold: set[LeaseId] = set()  # of which it was not said yet if nobody judges them
        self._turn = asyncio.Lock()  # a draw and a check may both be the last that a lease waits for
        self._unread: dict[LeaseId, int] = {}  # lease to its submission's block: of what chance says of it
        self._passing: dict[LeaseId, int] = {}  # the same of those that need no draw
        self._undrawn: dict[LeaseId, int] = {}  # lease to the block two before the one that draws
        self._wanted: set[LeaseId] = set()  # whose draw somebody needs all the same
        self._unseen: set[LeaseId] = set()  # whose audit may have votes to be drawn
        self._unpaid: set[LeaseId] = set()  # that may have become ours to pay

    def forget(self) -> None:
        """The chain took back what it said."""
        for one in (self._found, self._untold, self._wanted, self._unseen, self._unpaid):
            one.clear()
        for waiting in (self._unread, self._passing, self._undrawn):
            waiting.clear()

    def submitted(self, event: ResultSubmitted) -> None:
        """A lease that is judged waits for the block that says whether it is audited."""
        self._unread[event.lease_id] = event.block

    def want_draw(self, lease_id: LeaseId) -> None:
        """Have a lease drawn though chance spared it: only then it can be challenged."""
        self._wanted.add(lease_id)
        if lease_id in self._passing:
            self._undrawn[lease_id] = self._passing.pop(lease_id)

    def draw_passing(self) -> None:
        """Have all drawn that chance spared: that gives back what their audits would have taken."""
        for lease_id in list(self._passing):
            self.want_draw(lease_id)

    async def found(self, lease_id: LeaseId, finding: Finding) -> None:
        """Its results are here, are those under its root, and this is what our own check came to.

        To pay is to waive the challenges that are left: what the check did not pass is paid only once
        verifiers have accepted its pixels, else by whoever asks when its window is over.
        """
        self._found[lease_id] = finding
        if finding is not Finding.PASSED:
            self._untold.add(lease_id)
        self._unpaid.add(lease_id)
        await self._act(lease_id)

    def speaks_against(self, lease_id: LeaseId) -> bool:
        """Whether anything does: it did not come, was found false, or nobody has looked yet."""
        return self._found.get(lease_id, Finding.FALSE) is Finding.FALSE

    async def note(self, event: AuditEvent) -> None:
        """Hear of a step in an audit."""
        lease_id = event.lease_id
        if isinstance(event, BEFORE_DRAWS):
            self._unseen.add(lease_id)
        if isinstance(event, LeaseDrawn | AuditClosed):
            self._unpaid.add(lease_id)
        elif notice := notice_of(event):
            self._reporter.tell(notice)
        await self._act(lease_id)

    async def run(self) -> None:
        """Draw what nobody else draws, for who cheats would rather not; do again what failed."""
        while True:
            await asyncio.sleep(BLOCKS_S)
            hindered = await self._act(*sorted(self._unseen | self._unpaid))
            hindered += await self._read()
            await self._draw()
            if hindered:
                raise hindered[0]

    async def _read(self) -> list[Exception]:
        """Read what chance says; what it spares may be paid then, as the board reads the same.

        That takes no transaction. Returns what hindered it.
        """
        hindered = list[Exception]()
        newest = await self._chain.block_number() if self._unread else 0
        for lease_id in [one for one, block in self._unread.items() if newest >= block + DRAW_AGE]:
            try:
                await self._read_of(lease_id)
            except Exception as error:  # noqa: BLE001 - whatever it is, other leases go on
                raise_if_ending(error)
                hindered.append(error)
        return hindered

    async def _read_of(self, lease_id: LeaseId) -> None:
        lease = await self._chain.lease(lease_id)
        if lease.state is LeaseState.CLAIMED:
            return  # the node is behind, or the chain dropped the submission
        is_undrawn = lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.NOT_DRAWN
        needs_draw = is_undrawn and await self._needs_draw(lease)
        block = self._unread.pop(lease_id, None)
        if block is None or not is_undrawn:
            return  # its draw was heard, or it ended, or the chain took it back meanwhile
        if needs_draw or lease_id in self._wanted:
            self._undrawn[lease_id] = block
        else:
            self._passing[lease_id] = block
            self._unpaid.add(lease_id)

    async def _needs_draw(self, lease: LeaseInfo) -> bool:
        if lease.paid or not await self._chain.passes_draw(lease):
            return True
        return (await self._chain.job(self._job_id)).waits_for_pool

    async def _draw(self) -> None:
        if not self._undrawn:
            return
        newest = await self._chain.block_number()
        age = DRAW_AGE + PATIENCE_BLOCKS
        due = [lease_id for lease_id, block in self._undrawn.items() if newest >= block + age]
        if due:
            try:
                await self._chain.draw(self._job_id, due)
            except ContractError as error:
                self._reporter.tell(DrawRefused(self._job_id, len(due), str(error)))
            for lease_id in due:
                await self._await_draw(lease_id)

    async def _act(self, *lease_ids: LeaseId) -> list[Exception]:
        """Do what may be due for them, and pay together what is payable; returns what hindered it."""
        hindered, payable = list[Exception](), list[LeaseId]()

        async def pay(lease_id: LeaseId) -> None:
            if await self._may_pay(lease_id):
                payable.append(lease_id)

        async with self._turn:
            for due, act in ((self._unseen, self._await_draw), (self._unpaid, pay)):
                for lease_id in [one for one in lease_ids if one in due]:
                    due.discard(lease_id)  # first: what is heard meanwhile has it done again
                    try:
                        await act(lease_id)
                    except Exception as error:  # noqa: BLE001 - whatever it is, other leases and frames go on
                        due.add(lease_id)
                        raise_if_ending(error)
                        hindered.append(error)
            for first in range(0, len(payable), MOST_IN_BATCH):
                hindered += await self._pay(payable[first : first + MOST_IN_BATCH])
        return hindered

    async def _await_draw(self, lease_id: LeaseId) -> None:
        """Remember what an audit's votes are drawn by, if they are still to be drawn."""
        for waiting in (self._unread, self._passing, self._undrawn):
            waiting.pop(lease_id, None)
        audit = await self._chain.audit(lease_id)
        if audit.phase in (AuditPhase.DRAW, AuditPhase.LOOK):
            self._undrawn[lease_id] = audit.draw_block
        # Without votes a doubt of ours is dropped, and who delivered what is false gets half of the pay.
        if audit.may_be_raised and (audit.is_doubt or self._found.get(lease_id) is Finding.FALSE):
            await self._raise(lease_id, audit)

    async def _raise(self, lease_id: LeaseId, audit: AuditInfo) -> None:
        """The block that draws next comes sooner where the fee was raised."""
        lease = await self._chain.lease(lease_id)
        if await raise_fee(self._chain, self._reporter, lease, audit):
            self._undrawn[lease_id] = (await self._chain.audit(lease_id)).draw_block

    async def _may_pay(self, lease_id: LeaseId) -> bool:
        """Whether it is ours to accept by now, which sends the worker its pay."""
        finding = self._found.get(lease_id)
        if finding is None:
            return False
        is_checked = finding is Finding.PASSED
        lease = await self._chain.lease(lease_id)
        if lease.draw_outcome is DrawOutcome.UNJUDGED and lease_id in self._untold:
            self._reporter.tell(LeaseUnjudged(self._job_id, lease_id))
        self._untold.discard(lease_id)
        is_payable = after(lease.state, LeaseEvent.ACCEPT) is not None and not lease.paid
        is_open = lease.draw_outcome is DrawOutcome.NOT_DRAWN and lease_id in self._passing and is_checked
        is_open = is_open or lease.draw_outcome in (CHECKED if is_checked else CLEARED)
        if not is_open or not is_payable:
            return False
        audit = await self._chain.audit(lease_id)
        is_doubted = lease.draw_outcome is DrawOutcome.IN_AUDIT and audit.is_doubt  # by the artist itself
        # It may have been cleared of a doubt about its delivery, and one of its pixels found no votes.
        speaks_of_pixels = audit.kind is AuditKind.PIXELS and audit.verdict is Verdict.ACCEPTED
        # Of what chance spares there is an audit only where the artist wanted one, and it found no votes.
        is_unanswered = lease.draw_outcome is DrawOutcome.PASSED and audit.kind is AuditKind.PIXELS
        return not (is_doubted or is_unanswered) and (is_checked or speaks_of_pixels)

    async def _pay(self, lease_ids: list[LeaseId]) -> list[Exception]:
        """Accept them in one transaction; where that is refused, each by itself."""
        try:
            refused = await self._chain.accept(self._job_id, lease_ids)
        except (LeaseInOtherState, LeaseIsPaid, UnknownJob):
            if len(lease_ids) > 1:
                return [error for one in lease_ids for error in await self._pay([one])]
            self._reporter.tell(AlreadySettled(self._job_id, lease_ids[0]))
            return []
        except Exception as error:  # noqa: BLE001 - whatever it is, other leases and frames go on
            self._unpaid.update(lease_ids)
            raise_if_ending(error)
            return [error]
        for lease_id in lease_ids:
            if lease_id in self._passing:  # if its pay does not end it, the board has it audited all the same
                self._unread[lease_id] = self._passing.pop(lease_id)
        if refused:  # somebody was faster with some of them: the next look sees what is left
            self._unpaid.update(lease_ids)
        return []
