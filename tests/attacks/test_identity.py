"""S: one person with many names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import DRAW_AGE, unit_at
from renderchain.core.audit.economics import CREDIT_FEES
from renderchain.core.audit.state import DrawOutcome, Verdict
from renderchain.core.contract_errors import StakeNotFree

from devkit.cheats.renderer import CheatingRenderer
from devkit.renderings import HONEST
from tests.attacks.arena import FAMILY, OFFER, REWARD_FRI, RULES, SEATS, Arena, Worker
from tests.attacks.lease_audit import LeaseAudit, stakes_of
from tests.attacks.money import check_money

DRAWS = 4000
CHI_SQUARE_99 = {2: 9.21, 8: 20.09}
# 16 units more. Given up again they stay in the draw of all later tests: with far more of them one draw in
# 400 finds no three verifiers.
GREEDY_SEATS = 16 + SEATS


def chi_square(counts: list[int], expected: list[float]) -> float:
    """How far counts are from what is expected."""
    return sum((one - other) ** 2 / other for one, other in zip(counts, expected, strict=True))


@pytest.mark.parametrize("units", [(5, 5, 5, 5, 5, 5, 5, 5, 5), (60, 30, 10)])
def test_seats_are_drawn_by_stake_not_by_name(units: tuple[int, ...]) -> None:
    """Twice the names with the same stake are drawn as often: the unit counts."""
    ends = [sum(units[: at + 1]) for at in range(len(units))]
    counts = [0] * len(units)
    for draw in range(DRAWS):
        unit = unit_at(hash_many, hash_many([draw, 77]), draw % 5, sum(units))
        counts[next(at for at, end in enumerate(ends) if unit < end)] += 1
    expected = [DRAWS * one / sum(units) for one in units]
    assert chi_square(counts, expected) < CHI_SQUARE_99[len(units) - 1]


async def expected_votes(field: Arena, subject: LeaseAudit, units: list[tuple[int, int]]) -> list[int]:
    """Who should be drawn, by the client's own functions; ``units`` are (worker, its place in an entry)."""
    seed, found, attempt = await field.artist.seed(subject.lease_id, 0), list[int](), 0
    covered = dict[int, int]()
    for one in field.workers:
        info = await field.artist.worker(one.worker_id)
        covered[one.worker_id] = info.seat_stake_fri // RULES.seat_unit_fri
    covered[subject.worker.worker_id] = 0
    while len(found) < 3:
        holder, place = units[unit_at(hash_many, seed, attempt, len(units))]
        if place < covered.get(holder, 0):
            found.append(holder)
        attempt += 1
    return found


async def test_seats_taken_after_the_submission_are_not_drawn(field: Arena) -> None:
    """Also: the votes on-chain are those that the client's own functions give, a holder as often as drawn."""
    greedy, more_fri = field.workers[1], GREEDY_SEATS * RULES.seat_unit_fri
    await greedy.registry.add_stake(greedy.worker_id, more_fri)
    units, before = await seat_units(field), await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[0]))
    stakes = await stakes_of(field, subject.lease_id)
    await greedy.registry.stake_seats(greedy.worker_id, more_fri)
    await greedy.registry.set_seats(greedy.worker_id, FAMILY, GREEDY_SEATS)
    field.blocks(2 * RULES.epoch_blocks)
    await subject.draw()
    votes = [one.worker_id for one in await field.artist.verifiers(subject.lease_id)]
    assert votes == await expected_votes(field, subject, units)
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)
    await greedy.registry.set_seats(greedy.worker_id, FAMILY, SEATS)
    field.blocks(2 * RULES.epoch_blocks)


async def test_nobody_who_may_vote_is_locked_out_once_the_block_is_known(field: Arena) -> None:
    """Work stake is busy or on its way out, offers are withdrawn: the votes are those of the epoch before."""
    units, before = await seat_units(field), await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[3]))
    stakes = await stakes_of(field, subject.lease_id)
    field.blocks(DRAW_AGE)
    others = [one for one in field.workers if one is not subject.worker]
    for one in others:
        free_fri = (await field.artist.worker(one.worker_id)).free_fri
        await one.registry.request_unstake(one.worker_id, free_fri)
        await one.registry.set_offer(one.worker_id, replace(OFFER, audit_fee_fri=10**20))
    await subject.draw()
    votes = [one.worker_id for one in await field.artist.verifiers(subject.lease_id)]
    assert votes == await expected_votes(field, subject, units)
    for one in others:
        await one.registry.cancel_unstake(one.worker_id)
        await one.registry.set_offer(one.worker_id, OFFER)
    field.blocks(2 * RULES.epoch_blocks)
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)


async def seat_units(field: Arena) -> list[tuple[int, int]]:
    """All units of the family, each its holder and its place in an entry; those given up with worker 0."""
    registry = field.workers[0].registry._registry
    (count,) = await registry.functions["seat_count"].call(FAMILY)
    found = []
    for index in range(count):
        (entry,) = await registry.functions["seat_at"].call(FAMILY, index)
        holder = 0 if entry["until_epoch"] else entry["worker_id"]
        found += [(holder, place) for place in range(entry["units"])]
    return found


async def test_dealing_with_oneself_makes_no_record(field: Arena, veteran: Worker) -> None:
    """Only what a committee subject counts, and neither side's owner ever sits in it."""
    before = (await field.artist.record(veteran.worker_id, FAMILY)).audited
    counted = 0
    for _ in range(3):
        then = await field.books()
        subject = LeaseAudit(field, await field.submitted(veteran, audit_floor_exp=1))
        stakes = await stakes_of(field, subject.lease_id)
        if await subject.draw() is DrawOutcome.IN_AUDIT:
            assert veteran.worker_id not in [one.worker_id for one in await subject.verifiers()]
            await subject.play_round()
            assert await subject.close() is Verdict.ACCEPTED
            counted += 1
            await subject.accept()
            await check_money(then, subject, stakes, is_paid=True)
        else:
            await subject.accept()
    assert (await field.artist.record(veteran.worker_id, FAMILY)).audited == before + counted


async def test_a_new_name_after_a_loss_is_audited_always_and_locks_the_least_stake(field: Arena) -> None:
    """A name without credit gets what a loss leaves: p = 1 and L_min."""
    old = field.workers[2]
    records = [(one, await field.artist.record(one.worker_id, FAMILY)) for one in field.workers[3:]]
    new, record = min(records, key=lambda one: one[1].fees_fri)
    reward_fri = CREDIT_FEES * record.fees_fri + REWARD_FRI  # no credit for so much
    garbage = CheatingRenderer(await field.renderings.of(HONEST), "garbage")
    then = await field.books()
    subject = LeaseAudit(field, await field.submitted(old, garbage))
    stakes = await stakes_of(field, subject.lease_id)
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.REJECTED
    await check_money(then, subject, stakes)
    assert (await field.artist.record(old.worker_id, FAMILY)).losses >= 1
    locks = []
    for one in (old, new):
        before = await field.books()
        lease_id = await one.claim(await field.job(audit_floor_exp=5, reward_fri=reward_fri))
        stakes = await stakes_of(field, lease_id)
        assert (await field.artist.lease(lease_id)).audit_exp == 0
        locks.append((await field.books()).since(before).locked)
        assert locks[-1] == {one.worker_id: -(-3 * stakes.pay_fri // 10) + 3 * stakes.fees_fri[0]}
        await one.chain.give_back(lease_id, "away")


async def test_a_cheat_can_not_take_out_the_stake_that_answers_for_it(field: Arena) -> None:
    cheater = field.workers[4]
    garbage = CheatingRenderer(await field.renderings.of(HONEST), "garbage")
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(cheater, garbage))
    stakes = await stakes_of(field, subject.lease_id)
    info = await field.artist.worker(cheater.worker_id)
    with pytest.raises(StakeNotFree):
        await cheater.registry.request_unstake(cheater.worker_id, info.free_fri + 1)
    await cheater.registry.request_unstake(cheater.worker_id, info.free_fri)
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.REJECTED
    after = await field.artist.worker(cheater.worker_id)
    assert after.stake_fri == info.stake_fri - stakes.lock_fri
    await check_money(before, subject, stakes)
    await cheater.registry.cancel_unstake(cheater.worker_id)
