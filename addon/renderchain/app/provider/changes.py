"""What a provider can change, each with what it costs, locks and leads to, checked before anybody signs."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.errors import ChangeRefused
from ...core.ids import LeaseId, WorkerId
from ...core.job import StandingOffer, family_name
from ...core.money import format_strk
from ...core.provider import RegistryRules, Standing
from ...ports.provider_chain import ProviderBoard
from .change import Change, names_of
from .stake_changes import StakeChanges

NO_END = 2**31  # an epoch that nobody lives to see


class Changes(StakeChanges):
    """All of them, for one account. Each raises ChangeRefused where it could not be done, naming why, and
    ContractError or ChainError.
    """

    async def families(self, worker_id: WorkerId, families: Sequence[int], supported: bool) -> Change:
        """Announce families, or take them back."""
        standing = await self._owned(worker_id, families)
        changed = [one for one in families if (one in standing.supported) != supported]
        if not changed:
            state = "announced" if supported else "taken back"
            raise ChangeRefused(f"All of these are {state} already: {names_of(families)}. Nothing was sent.")
        verb = "Announcing" if supported else "Taking back"
        does = "may render" if supported else "no longer renders"
        return Change(
            f"{verb} families of worker {worker_id}",
            self._calls.set_families(worker_id, changed, supported),
            0,
            (f"Worker {worker_id} {does} {names_of(changed)}. It locks nothing.",),
        )

    async def offer(self, worker_id: WorkerId, offer: StandingOffer) -> Change:
        """Set the standing offer."""
        standing, rules = await self._membered(worker_id), await self._chain.rules()
        effects = [_offered_work(offer), _offered_votes(offer, rules)]
        if offer.audit_fee_fri and not standing.free_seat_fri:
            effects.append(
                "There is no seat stake yet, so nobody asks the worker for votes: see `stake move`."
            )
        action = f"Setting the offer of worker {worker_id}"
        return Change(action, self._calls.set_offer(worker_id, offer), 0, tuple(effects))

    async def seats(self, worker_id: WorkerId, family: int, units: int) -> Change:
        """Take so many seats in a family; 0 gives them up."""
        standing, rules = await self._owned(worker_id, (family,)), await self._chain.rules()
        if standing.seats[family] == units:
            raise ChangeRefused(f"Worker {worker_id} has {units} seats in {family_name(family)} already.")
        if units * rules.seat_unit_fri > standing.free_seat_fri:
            raise ChangeRefused(
                f"{units} seats need {format_strk(units * rules.seat_unit_fri)} STRK of seat stake, and "
                f"worker {worker_id} has {format_strk(standing.free_seat_fri)}. Nothing was sent; move stake "
                "first (`stake move`)."
            )
        text = (
            f"Worker {worker_id} holds {units} seats in {family_name(family)} from the next epoch on, and "
            "votes as often as they are drawn. All its seat stake answers for its votes."
            if units
            else f"Worker {worker_id} gives up its seats in {family_name(family)}, owing votes drawn before."
        )
        action = f"Changing the seats of worker {worker_id}"
        return Change(action, self._calls.set_seats(worker_id, family, units), 0, (text,))

    async def operator(self, worker_id: WorkerId, operator: int) -> Change:
        """Name another operator."""
        await self._owned(worker_id)
        held = await self._chain.worker_id_of(operator)
        if held:
            raise ChangeRefused(
                f"The account {operator:#x} operates worker {held} already; name another one."
            )
        text = f"{operator:#x} operates worker {worker_id} once it accepts; until then nothing changes."
        action = f"Changing the operator of worker {worker_id}"
        return Change(action, self._calls.set_operator(worker_id, operator), 0, (text,))

    async def accept(self, worker_id: WorkerId) -> Change:
        """Operate a worker whose owner named this account."""
        standing = await self._chain.standing(worker_id, ())
        if standing.worker.operator == self._chain.address:
            raise ChangeRefused(f"The account {self._chain.address:#x} operates worker {worker_id} already.")
        if standing.named != self._chain.address:
            raise ChangeRefused(
                f"Worker {worker_id} waits for {_named(standing)} to accept, not for "
                f"{self._chain.address:#x}. Nothing was sent; use that account, or have the owner name this "
                "one."
            )
        text = (
            f"This account signs for worker {worker_id} from now on, and its stake answers for what it does."
        )
        action = f"Accepting to operate worker {worker_id}"
        return Change(action, self._calls.accept_operator(worker_id), 0, (text,))

    async def payout(self, worker_id: WorkerId, payout: int) -> Change:
        """Have the pay go elsewhere."""
        standing = await self._owned(worker_id)
        text = f"What worker {worker_id} earns goes to {payout:#x} instead of {standing.worker.payout:#x}."
        action = f"Changing the payout of worker {worker_id}"
        return Change(action, self._calls.set_payout(worker_id, payout), 0, (text,))

    async def signer(self, worker_id: WorkerId, key: int) -> Change:
        """Have results checked by a Stark key; 0 for the account again."""
        await self._membered(worker_id)
        what = f"the Stark key {key:#x}, in place of" if key else "the signature of"
        text = f"Results of worker {worker_id} that others post are checked by {what} the operator's account."
        action = f"Changing the signer of worker {worker_id}"
        return Change(action, self._calls.set_signer(worker_id, key), 0, (text,))

    async def give_back(self, worker_id: WorkerId, lease_id: LeaseId, reason: str) -> Change:
        """Give a lease back before its submission."""
        board = await self._board_of(worker_id, lease_id)
        text = (
            "It is free before a tenth of the lease's timeout is over, unless more than half of what the "
            "family may earn at once is taken; otherwise it costs 2 % of the pay, out of the stake."
        )
        action = f"Giving back lease {lease_id}"
        return Change(action, board.calls_to_give_back(lease_id, reason), 0, (text,))

    async def withdraw(self, account: int) -> Change:
        """Have each board pay an account what it owes it."""
        owed = [(one, await one.balance_fri(account)) for one in self._chain.boards]
        owing = [(one, fri) for one, fri in owed if fri]
        if not owing:
            who = "The board owes" if len(owed) == 1 else "The boards owe"
            raise ChangeRefused(f"{who} {account:#x} nothing; there is nothing to withdraw.")
        texts = [f"{format_strk(sum(fri for _, fri in owing))} STRK go to {account:#x}."]
        if len(owed) > 1:
            texts += [f"{format_strk(fri)} STRK of it are of the board {one.board:#x}." for one, fri in owing]
        calls = tuple(call for one, _ in owing for call in one.calls_to_withdraw(account))
        action = "Withdrawing from the board" if len(owing) == 1 else f"Withdrawing from {len(owing)} boards"
        return Change(action, calls, 0, tuple(texts))

    async def _board_of(self, worker_id: WorkerId, lease_id: LeaseId) -> ProviderBoard:
        """Where the worker holds a lease of that number."""
        found = [
            board
            for board in self._chain.boards
            if lease_id in [one.lease_id for one in await board.open_leases(worker_id)]
        ]
        if not found:
            raise ChangeRefused(
                f"Worker {worker_id} does not hold lease {lease_id}; see `status` for those it does."
            )
        if len(found) > 1:
            named = " and ".join(f"{one.board:#x}" for one in found)
            raise ChangeRefused(
                f"Worker {worker_id} holds a lease {lease_id} on each of the boards {named}. Nothing was "
                "sent; name the board that you mean by the setting board."
            )
        return found[0]


def _offered_work(offer: StandingOffer) -> str:
    if not offer.slots:
        return "Schedulers may assign nothing; the worker claims by itself."
    return (
        f"Schedulers may fill {offer.slots} slots from {format_strk(offer.least_reward_fri)} STRK a frame on "
        f"with packages of up to {offer.largest_package_bytes} bytes. What is assigned locks stake as a "
        "claim does."
    )


def _offered_votes(offer: StandingOffer, rules: RegistryRules) -> str:
    if not offer.audit_fee_fri:
        return "The worker takes no votes."
    end = f"before epoch {offer.audits_until_epoch} (now {rules.epoch})"
    if offer.audits_until_epoch >= NO_END:
        end = "until you change it"
    return (
        f"It votes for {format_strk(offer.audit_fee_fri)} STRK or more, on scenes of up to "
        f"{offer.memory_mib} MiB, {end}, from the next epoch on."
    )


def _named(standing: Standing) -> str:
    return f"{standing.named:#x}" if standing.named else "nobody"
