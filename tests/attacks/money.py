"""Where an audit's money goes (docs/protocol.md), reckoned anew from its votes and from who was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from renderchain.core.audit.economics import BOND_FEES, BUSY_FEES, SEATS
from renderchain.core.audit.state import AuditInfo, AuditKind, Verdict, Verifier, Vote
from renderchain.core.ids import NO_WORKER, WorkerId

from tests.attacks.arena import Books
from tests.attacks.lease_audit import LeaseAudit, Stakes

FORFEITS = {
    Vote.ABSENT: BOND_FEES,
    Vote.SILENT: BOND_FEES,
    Vote.STRUCK: BOND_FEES,
    Vote.BUSY: BUSY_FEES,
    Vote.OVER_TIME: BUSY_FEES,
}
Wrong = Mapping[int, Collection[WorkerId]]  # by round


@dataclass(frozen=True)
class Bond:
    """A challenge's or an appeal's; ``payer`` is the artist or the worker whose operator paid it."""

    payer: WorkerId
    against: Verdict = Verdict.ACCEPTED


@dataclass
class _Ledger:
    """Changes so far."""

    stakes: Counter[WorkerId] = field(default_factory=Counter)
    owed: Counter[WorkerId] = field(default_factory=Counter)
    operators: Counter[WorkerId] = field(default_factory=Counter)
    burned_fri: int = 0
    purse_fri: int = 0
    unused_fri: list[int] = field(default_factory=list)  # of the fees that the lease reserved, by round
    right: list[WorkerId] = field(default_factory=list)

    def forfeit(self, worker_id: WorkerId, amount_fri: int) -> None:
        self.stakes[worker_id] -= amount_fri
        self.purse_fri += amount_fri

    def pay_bond(self, bond: Bond, amount_fri: int) -> None:
        account = self.operators if bond.payer else self.owed
        account[bond.payer] += amount_fri

    def books(self) -> Books:
        def changed(counted: Counter[WorkerId]) -> dict[WorkerId, int]:
            return {key: amount for key, amount in counted.items() if amount}

        return Books(changed(self.stakes), {}, changed(self.owed), changed(self.operators), self.burned_fri)


@dataclass(frozen=True)
class Audited:
    """An audit that is over, and what a test knows of it.

    ``struck_by``: whose operator got a fee for each strike. ``is_paid``: the artist accepted besides, and
    with that its job, which has no other lease, is over. ``is_reserved_twice``: the lease reserved the fees
    of the second round too.
    """

    subject: LeaseAudit
    stakes: Stakes
    wrong: Wrong = field(default_factory=dict)
    bonds: Mapping[int, Bond] = field(default_factory=dict)  # by round; the first is a challenge's
    struck_by: WorkerId = NO_WORKER
    is_paid: bool = False
    is_reserved_twice: bool = False

    async def books(self) -> Books:
        """What changes since before its draw or challenge, but for the lock that is held meanwhile."""
        audit = await self.subject.audit()
        seats = await self.subject.arena.artist.verifiers(self.subject.lease_id)
        ledger, worker_id = _Ledger(), self.subject.worker.worker_id
        if audit.verdict is Verdict.REJECTED:
            ledger.forfeit(worker_id, self.stakes.lock_fri)
        fees_fri = self._vote_fees(ledger, audit, seats)
        self._return_bonds(ledger, audit, fees_fri)
        self._share(ledger, audit, seats)
        if audit.verdict is Verdict.UNDECIDED:
            half_fri = self.stakes.pay_fri // 2
            ledger.owed[worker_id] += half_fri
            ledger.burned_fri += self.stakes.pay_fri - half_fri
        if self.is_paid:
            ledger.owed[worker_id] += self.stakes.pay_fri
        if self.is_paid or audit.verdict is Verdict.UNDECIDED:
            ledger.owed[NO_WORKER] += self.stakes.pool_fri
            if 0 not in self.bonds:
                ledger.owed[NO_WORKER] += sum(ledger.unused_fri)
                if audit.round == 0 and self._takes_too_long(audit, seats):
                    ledger.owed[NO_WORKER] -= ledger.unused_fri[0]
                    ledger.burned_fri += ledger.unused_fri[0]
        return ledger.books()

    @staticmethod
    def _of_round(audit: AuditInfo, seats: Collection[Verifier], round_: int) -> list[Verifier]:
        start = audit.ends[round_ - 1] if round_ else 0
        return [one for one in seats if start <= one.seat < audit.ends[round_]]

    def _is_judged(self, audit: AuditInfo, seats: Collection[Verifier]) -> bool:
        counted = any(one.vote is Vote.COUNTED for one in self._of_round(audit, seats, audit.decided))
        return counted and audit.verdict is not Verdict.UNDECIDED

    @staticmethod
    def _takes_too_long(audit: AuditInfo, seats: Collection[Verifier]) -> bool:
        over_time = sum(one.vote is Vote.OVER_TIME for one in seats)
        return audit.verdict is Verdict.UNDECIDED and 2 * over_time > len(seats)

    def _vote_fees(self, ledger: _Ledger, audit: AuditInfo, seats: Collection[Verifier]) -> list[int]:
        """Pay or fine all votes; what each round's own money paid of its fees."""
        is_judged, found = self._is_judged(audit, seats), []
        is_too_long = self._takes_too_long(audit, seats)
        for round_ in range(audit.round + 1):
            fee_fri, paid_fri = self.stakes.fees_fri[round_], 0
            for one in self._of_round(audit, seats, round_):
                fine = 0 if is_too_long and one.vote is Vote.OVER_TIME else FORFEITS.get(one.vote, 0)
                fine = int(is_judged) if one.vote is Vote.NO_PACKAGE else fine
                is_wrong = one.worker_id in self.wrong.get(round_, ())
                if one.vote is Vote.COUNTED and is_judged and is_wrong:
                    fine = BOND_FEES
                elif one.vote in (Vote.COUNTED, Vote.SEALED, Vote.SPARE):
                    paid_fri += fee_fri
                    ledger.owed[one.worker_id] += fee_fri
                    ledger.right += [one.worker_id] * (is_judged and one.vote is Vote.COUNTED)
                ledger.forfeit(one.worker_id, fine * fee_fri)
                if one.vote is Vote.STRUCK:
                    ledger.purse_fri -= fee_fri
                    ledger.operators[self.struck_by] += fee_fri
            is_reserved = round_ == 0 or (round_ == 1 and self.is_reserved_twice)
            is_funded = is_reserved or round_ in self.bonds
            own_fri = min(paid_fri, SEATS[round_] * fee_fri) if is_funded else 0
            ledger.purse_fri -= paid_fri - own_fri
            ledger.unused_fri.append(SEATS[round_] * fee_fri - own_fri if is_reserved else 0)
            found.append(own_fri)
        if self.is_reserved_twice and audit.round == 0:
            ledger.unused_fri.append(SEATS[1] * self.stakes.fees_fri[1])
        return found

    def _return_bonds(self, ledger: _Ledger, audit: AuditInfo, fees_fri: list[int]) -> None:
        for round_, bond in self.bonds.items():
            amount_fri = self.stakes.appeal_fri(round_) if round_ else self.stakes.challenge_fri
            if round_ == 0:
                is_right, is_wrong = audit.verdict is Verdict.REJECTED, audit.verdict is Verdict.ACCEPTED
            else:
                is_wrong = audit.verdict is bond.against
                is_right = not is_wrong and audit.verdict is not Verdict.UNDECIDED
            helped_fri = min(fees_fri[round_], ledger.purse_fri) if is_right else 0
            ledger.purse_fri -= helped_fri
            if is_wrong:
                ledger.burned_fri += amount_fri - fees_fri[round_]
            else:
                ledger.pay_bond(bond, amount_fri - fees_fri[round_] + helped_fri)

    def _share(self, ledger: _Ledger, audit: AuditInfo, seats: Collection[Verifier]) -> None:
        """A fee for who showed a rejection, a tenth of the rest for who was right; the rest is burned."""
        if (
            audit.verdict is Verdict.REJECTED
            and audit.kind is AuditKind.PIXELS
            and self._is_judged(audit, seats)
        ):
            decided, wrong = audit.decided, self.wrong.get(audit.decided, ())
            voted = [one for one in self._of_round(audit, seats, decided) if one.vote is Vote.COUNTED]
            shower = next(
                one.worker_id for one in voted if one.worker_id not in wrong
            )  # they act in the order of their seats
            fee_fri = min(self.stakes.fees_fri[decided], ledger.purse_fri)
            ledger.operators[shower] += fee_fri
            ledger.purse_fri -= fee_fri
        reward_fri = ledger.purse_fri // 10
        later = [self.bonds[round_] for round_ in sorted(self.bonds) if round_]
        appeals = [one for one in later if one.against is not audit.verdict]
        if appeals and audit.verdict is not Verdict.UNDECIDED:
            ledger.pay_bond(appeals[-1], reward_fri // 2)
            ledger.purse_fri -= reward_fri // 2
            reward_fri -= reward_fri // 2
        each_fri = reward_fri // len(ledger.right) if ledger.right else 0
        for worker_id in ledger.right:
            ledger.owed[worker_id] += each_fri
        ledger.burned_fri += ledger.purse_fri - each_fri * len(ledger.right)


async def check_money(before: Books, subject: LeaseAudit, stakes: Stakes, **known: Any) -> None:
    """All that changed since then is what an ``Audited`` with what the test knows comes to."""
    change = (await subject.arena.books()).since(before)
    assert replace(change, locked={}) == await Audited(subject, stakes, **known).books()
