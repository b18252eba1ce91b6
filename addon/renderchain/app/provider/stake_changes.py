"""What an owner can do with a worker's two purses, checked before anybody signs."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.durations import duration_of
from ...core.errors import ChangeRefused
from ...core.ids import WorkerId
from ...core.money import format_strk
from ...core.provider import RegistryRules, Standing
from .change import Change, ChangesBase, cooldown_of, names_of


class StakeChanges(ChangesBase):
    """Each raises ChangeRefused where it could not be done, naming why, and ContractError or ChainError."""

    async def register(self, operator: int, payout: int, families: Sequence[int], stake_fri: int) -> Change:
        """Register a worker that this account owns, with work stake."""
        rules = await self._chain.rules()
        if stake_fri < rules.minimum_stake_fri:
            raise ChangeRefused(
                f"A worker needs a stake of at least {format_strk(rules.minimum_stake_fri)} STRK here, and "
                f"{format_strk(stake_fri)} were given. Nothing was sent; stake more."
            )
        if not families:
            raise ChangeRefused("A worker without families is given nothing to render; name at least one.")
        held = await self._chain.worker_id_of(operator)
        if held:
            raise ChangeRefused(
                f"The account {operator:#x} operates worker {held} already. Name another operator, or go on "
                "with that worker."
            )
        accepts = "" if operator == self._chain.address else " The operator has to accept before it works."
        return Change(
            "Registering a worker",
            self._calls.register(operator, payout, families, stake_fri),
            stake_fri,
            (
                f"{format_strk(stake_fri)} STRK become the worker's stake: leases lock parts of it, and it "
                f"is lost where one fails an audit. It comes back {cooldown_of(rules)} after you ask for it.",
                f"Operator {operator:#x}, pay to {payout:#x}, families {names_of(families)}.{accepts}",
            ),
        )

    async def add_stake(self, worker_id: WorkerId, amount_fri: int) -> Change:
        """Add work stake, as anybody may."""
        _require_amount(amount_fri)
        rules = await self._chain.rules()
        await self._chain.standing(worker_id, ())
        return Change(
            f"Adding stake to worker {worker_id}",
            self._calls.add_stake(worker_id, amount_fri),
            amount_fri,
            (
                f"{format_strk(amount_fri)} STRK become work stake of worker {worker_id}, which its owner "
                f"gets back {cooldown_of(rules)} after asking for it.",
            ),
        )

    async def move_to_seats(self, worker_id: WorkerId, amount_fri: int) -> Change:
        """Move free work stake into the seat purse."""
        _require_amount(amount_fri)
        standing, rules = await self._owned(worker_id), await self._chain.rules()
        _require_free(standing, amount_fri)
        units = (standing.free_seat_fri + amount_fri) // rules.seat_unit_fri
        return Change(
            f"Moving stake of worker {worker_id} into its seat purse",
            self._calls.stake_seats(worker_id, amount_fri),
            0,
            (
                f"{format_strk(amount_fri)} STRK of free work stake become seat stake, enough for {units} "
                f"seats in all at {format_strk(rules.seat_unit_fri)} STRK each. All seat stake answers for "
                "votes: one that stays away or is outvoted costs 20 fees. It comes back "
                f"{cooldown_of(rules)} after you ask for it.",
            ),
        )

    async def withdraw_work(self, worker_id: WorkerId, amount_fri: int) -> Change:
        """Start the cool-down of free work stake."""
        _require_amount(amount_fri)
        standing, rules = await self._owned(worker_id), await self._chain.rules()
        _require_free(standing, amount_fri)
        return Change(
            f"Withdrawing work stake of worker {worker_id}",
            self._calls.request_unstake(worker_id, amount_fri),
            0,
            (_cooling(amount_fri, standing.worker.unstaking_fri, rules),),
        )

    async def withdraw_seats(self, worker_id: WorkerId, amount_fri: int) -> Change:
        """Start the cool-down of seat stake that no seat needs."""
        _require_amount(amount_fri)
        standing, rules = await self._owned(worker_id), await self._chain.rules()
        if amount_fri > standing.free_seat_fri:
            raise ChangeRefused(
                f"Worker {worker_id} has {format_strk(standing.free_seat_fri)} STRK of seat stake that "
                f"stays, and {format_strk(amount_fri)} were asked for. Nothing was sent; ask for less."
            )
        return Change(
            f"Withdrawing seat stake of worker {worker_id}",
            self._calls.unstake_seats(worker_id, amount_fri),
            0,
            (
                _cooling(amount_fri, standing.worker.seat_unstaking_fri, rules),
                "It answers for votes until then. Seats that need it have to be given up first.",
            ),
        )

    async def keep(self, worker_id: WorkerId) -> Change:
        """Let all that is on its way out stay."""
        standing = await self._owned(worker_id)
        fri = _require_leaving(standing)
        action = f"Keeping the stake of worker {worker_id}"
        kept = f"{format_strk(fri)} STRK stay in their purses; a later withdrawal waits anew."
        return Change(action, self._calls.cancel_unstake(worker_id), 0, (kept,))

    async def collect(self, worker_id: WorkerId) -> Change:
        """Take out what has cooled down of both purses."""
        standing = await self._owned(worker_id)
        _require_leaving(standing)
        block, now_s = await self._chain.newest_block()
        purses = (standing.work_leaving, standing.seat_leaving)
        ready_fri = sum(one.amount_fri for one in purses if one.is_ready(now_s, block))
        if not ready_fri:
            waits = [one for one in purses if one.amount_fri]
            wait_s = min(max(one.ready_s - now_s, 0) for one in waits)
            blocks = min(max(one.ready_block - block, 0) for one in waits)
            raise ChangeRefused(
                f"The stake of worker {worker_id} cools down for another {duration_of(wait_s)} and at least "
                f"{blocks} blocks. Nothing was sent; collect it then."
            )
        return Change(
            f"Collecting the stake of worker {worker_id}",
            self._calls.complete_unstake(worker_id),
            0,
            (f"{format_strk(ready_fri)} STRK go to the owner {standing.worker.owner:#x}.",),
        )


def _require_amount(amount_fri: int) -> None:
    if not amount_fri:
        raise ChangeRefused("An amount of 0 STRK changes nothing; give more.")


def _require_free(standing: Standing, amount_fri: int) -> None:
    free_fri, worker = max(standing.worker.free_fri, 0), standing.worker
    if amount_fri > free_fri:
        raise ChangeRefused(
            f"Worker {worker.worker_id} has {format_strk(free_fri)} STRK of free work stake, "
            f"{format_strk(worker.locked_fri)} more are locked by leases, and {format_strk(amount_fri)} were "
            "asked for. Nothing was sent; ask for less, or wait until leases have ended."
        )


def _require_leaving(standing: Standing) -> int:
    fri = standing.work_leaving.amount_fri + standing.seat_leaving.amount_fri
    if not fri:
        raise ChangeRefused(
            f"No stake of worker {standing.worker.worker_id} is on its way out; start with `stake withdraw`."
        )
    return fri


def _cooling(amount_fri: int, leaving_fri: int, rules: RegistryRules) -> str:
    text = (
        f"{format_strk(amount_fri)} STRK begin to cool down, and can be collected in {cooldown_of(rules)} "
        f"and at least {rules.wait_blocks} blocks (`stake collect`)."
    )
    if leaving_fri:
        text += f" The {format_strk(leaving_fri)} STRK that cool down already wait anew with them."
    return text
