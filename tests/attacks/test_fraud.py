"""W: workers that hand over something else than the scene's pixels, or nothing."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.finals import BlenderFinals
from renderchain.adapters.images.exr import read_noisy
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import ChaChaSealer
from renderchain.app.exchange.lease_result import check_result
from renderchain.app.exchange.sealed_result import open_sealed, unwrap_key
from renderchain.app.requester.final_check import FinalCheck
from renderchain.core.audit.errors import LeafNotUnderRoot
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict
from renderchain.core.contract_errors import ContractError, LeaseInOtherState, StakeNotFree
from renderchain.core.errors import ContentError
from renderchain.core.ids import NO_WORKER, LeaseId
from renderchain.core.job import LeaseResult
from renderchain.core.lease_id import split_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.manifest import Manifest
from renderchain.core.merkle import LeaseIdentity
from renderchain.core.messages import Rendered
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import all_agree
from renderchain.core.result import Result
from renderchain.ports.renderer import OnProgress, Renderer, RenderSession

from devkit.cheats.renderer import CHEATS, SCENE_CHEATS, CheatingRenderer
from devkit.renderings import HONEST, kept_frame
from tests.attacks.arena import REWARD_FRI, RULES, SILENT, TIMEOUT_S, Arena
from tests.attacks.deliveries import challenged, delivery_audit
from tests.attacks.lease_audit import LeaseAudit, stakes_of
from tests.attacks.money import Bond, check_money

PAINT = """
import bpy, sys
image = bpy.data.images.load(sys.argv[1])
pixels, row = list(image.pixels), 4 * image.size[0]
for y in range(24):
    pixels[y * row : y * row + 4 * 24] = [1.0] * 4 * 24
image.pixels, image.filepath_raw = pixels, sys.argv[1]
image.save()
"""
SHORT = ("fewer samples", "previous frame", "upscaled", "denoised", "garbage")


async def cheating(field: Arena, cheat: str, share: float = 1.0, seed: int = 0) -> Renderer:
    """The renderer of a cheat."""
    if cheat in SCENE_CHEATS:
        return await field.renderings.of(cheat)
    return CheatingRenderer(await field.renderings.of(HONEST), cheat, share, seed)


@pytest.mark.parametrize(
    "cheat", [one if one in SHORT else pytest.param(one, marks=pytest.mark.long) for one in CHEATS]
)
async def test_a_cheated_lease_is_rejected_its_lock_burned_and_its_range_reopened(
    field: Arena, cheat: str
) -> None:
    cheater = field.workers[0]
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(cheater, await cheating(field, cheat)))
    stakes = await stakes_of(field, subject.lease_id)
    assert await subject.draw() is DrawOutcome.IN_AUDIT
    verifiers = await subject.verifiers()
    assert (await subject.play_round()).verdict is Verdict.REJECTED
    assert await subject.close() is Verdict.REJECTED
    lease = await subject.lease()
    assert lease.state is LeaseState.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {cheater.worker_id: -stakes.lock_fri}
    assert change.locked == {}
    shower_fri = stakes.fees_fri[0]
    assert sum(change.operators.values()) == shower_fri
    each_fri = (stakes.lock_fri - shower_fri) // 10 // 3
    assert sum(change.owed.values()) == 3 * (stakes.fees_fri[0] + each_fri)
    assert change.burned_fri == stakes.lock_fri - shower_fri - 3 * each_fri
    await check_money(before, subject, stakes)
    other = verifiers[0]
    again = await other.claim(lease.job_id)
    assert (await field.artist.lease(again)).first == lease.first
    await other.render(again)


async def test_who_does_not_open_its_leaves_has_lost(field: Arena) -> None:
    cheater = field.workers[1]
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(cheater))
    stakes = await stakes_of(field, subject.lease_id)
    await subject.draw()
    await subject.commit()
    assert (await subject.audit()).phase is AuditPhase.OPEN
    await subject.advance(late=True)
    assert (await subject.lease()).state is LeaseState.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {cheater.worker_id: -stakes.lock_fri}
    assert sum(change.owed.values()) == 3 * stakes.fees_fri[0]
    assert change.burned_fri == stakes.lock_fri, "silence judges nobody, so nobody was right"
    await check_money(before, subject, stakes)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(one, marks=pytest.mark.long) for one in range(2, 12))])
async def test_half_tampered_tiles_are_caught_if_and_only_if_one_of_them_is_drawn(
    field: Arena, seed: int
) -> None:
    cheater = field.workers[2]
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(cheater, await cheating(field, "garbage", 0.5, seed)))
    stakes = await stakes_of(field, subject.lease_id)
    await subject.draw()
    honest = await field.renderings.of(HONEST)
    drawn = await subject.leaves()
    shown = cheater.proof_store.newest(subject.lease_id).prints(drawn)
    tiles = field.renderings.tiles
    true = [honest.prints(1 + leaf // tiles)[leaf % tiles] for leaf in drawn]
    is_good = all_agree(shown, true, LEAST)
    await subject.play_round()
    assert await subject.close() is (Verdict.ACCEPTED if is_good else Verdict.REJECTED)
    if is_good:
        await subject.accept()
    await check_money(before, subject, stakes, is_paid=is_good)


async def test_a_root_over_nothing_can_not_be_opened_and_is_lost(field: Arena) -> None:
    cheater = field.workers[3]
    lease_id = await cheater.claim(await field.job())
    await cheater.render(lease_id)
    other = await cheater.claim(await field.job())
    result = cheater.proof_store.newest(lease_id).result
    await cheater.chain.submit(other, 2, LeaseResult(0x6A4BA6E, *_rest(result)))
    honest, garbage = LeaseAudit(field, lease_id), LeaseAudit(field, other)
    before, stakes = await field.books(), await stakes_of(field, other)
    for subject in (garbage, honest):
        await subject.draw()
        await subject.commit()
    openings, siblings, _ = await honest.opening()
    seed = await field.artist.seed(other, 0)
    with pytest.raises(LeafNotUnderRoot):
        given = LeaseResult(0x6A4BA6E, *_rest(result))
        prints = await honest.prints(await honest.leaves())
        await cheater.chain.open_leaves(other, seed, given, openings, siblings, prints)
    await garbage.advance(late=True)
    assert (await garbage.lease()).state is LeaseState.REJECTED
    await check_money(before, garbage, stakes)
    before, stakes = await field.books(), await stakes_of(field, lease_id)
    await honest.prove()
    await honest.reveal()
    await honest.count()
    assert await honest.close() is Verdict.ACCEPTED
    await honest.accept()
    await check_money(before, honest, stakes, is_paid=True)


def _rest(result: LeaseResult) -> tuple[int, int, int]:
    return result.results_hi, result.results_lo, result.key_hash


@pytest.mark.parametrize(
    "how",
    ["withheld", "spoiled", "wrapped for somebody else", "withheld, and the audit outlasts the window"],
)
async def test_results_that_can_not_be_had_lose_a_delivery_challenge(field: Arena, how: str) -> None:
    cheater = field.workers[4]
    audit_s = RULES.window_s if "outlasts" in how else 0
    subject = await delivery_audit(field, cheater, how=how, audit_s=audit_s)
    if "withheld" in how:
        field.forget(cheater.proof_store.newest(subject.lease_id).result.results_cid)
    before = await field.books()
    stakes = await stakes_of(field, subject.lease_id)
    assert await challenged(field, subject) is Verdict.REJECTED
    change = (await field.books()).since(before)
    assert (await subject.lease()).state is LeaseState.REJECTED
    assert change.stakes == {cheater.worker_id: -stakes.lock_fri}
    assert change.owed[NO_WORKER] == stakes.challenge_fri, "the lost lock pays the fees"
    await check_money(before, subject, stakes, bonds={0: Bond(NO_WORKER)})


async def test_who_does_not_reveal_the_key_of_doubted_results_has_lost(field: Arena) -> None:
    cheater = field.workers[5]
    subject = await delivery_audit(field, cheater)
    before = await field.books()
    stakes = await stakes_of(field, subject.lease_id)
    await field.artist.challenge_delivery(subject.lease_id)
    await subject.advance(late=True)
    assert (await subject.lease()).state is LeaseState.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {cheater.worker_id: -stakes.lock_fri}
    assert change.owed == {NO_WORKER: stakes.challenge_fri}
    assert change.burned_fri == stakes.lock_fri


async def test_parallel_claims_of_a_newcomer_each_lock_their_own_stake(field: Arena) -> None:
    newcomer = field.workers[6]
    before = await field.books()
    leases = [await newcomer.claim(await field.job(audit_floor_exp=5)) for _ in range(3)]
    stakes = await stakes_of(field, leases[0])
    assert {(await field.artist.lease(one)).audit_exp for one in leases} == {0}
    assert (await field.books()).since(before).locked == {newcomer.worker_id: 3 * stakes.lock_fri}
    free_fri = (await field.artist.worker(newcomer.worker_id)).free_fri
    await newcomer.registry.request_unstake(newcomer.worker_id, free_fri)
    with pytest.raises(StakeNotFree):
        await newcomer.chain.claim_lease(await field.job(), 9)
    await newcomer.registry.cancel_unstake(newcomer.worker_id)
    for one in leases:
        await newcomer.chain.give_back(one, "away")
    assert (await field.books()).since(before).locked == {}


async def test_a_lease_is_submitted_once(field: Arena) -> None:
    worker, before = field.workers[7], await field.books()
    subject = LeaseAudit(field, await field.submitted(worker))
    stakes = await stakes_of(field, subject.lease_id)
    result = worker.proof_store.newest(subject.lease_id).result
    other = LeaseResult(result.root + 1, *_rest(result))
    with pytest.raises(LeaseInOtherState):
        await worker.chain.submit(subject.lease_id, 2, other)
    signature = worker.chain.sign_result(await subject.lease(), other)
    with pytest.raises(ContractError):
        await field.outsider.submit_signed([(subject.lease_id, 2, other, signature)])
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)


async def test_a_lease_that_is_held_too_long_goes_to_somebody_else(field: Arena) -> None:
    lazy, other = field.workers[:2]
    before = await field.books()
    job_id = await field.job()
    lease_id = await lazy.claim(job_id)
    field.late(TIMEOUT_S + 1)
    assert await field.outsider.expire(job_id, [lease_id]) == []
    with pytest.raises(LeaseInOtherState):
        await lazy.render(lease_id)
    again = await other.claim(job_id)
    assert (await field.artist.lease(again)).attempt == 1
    await other.chain.give_back(again, "away")
    late_fri = 2 * REWARD_FRI * 5 // 100
    change = (await field.books()).since(before)
    assert (change.stakes, change.locked) == ({lazy.worker_id: -late_fri}, {})
    assert (change.owed, change.burned_fri) == ({}, late_fri)


async def test_a_final_image_swapped_after_the_root_is_seen_by_the_artist(
    field: Arena, tmp_path: Path
) -> None:
    worker, before = field.workers[1], await field.books()
    honest = await field.renderings.of(HONEST)
    lease_id = await field.submitted(worker)
    stakes = await stakes_of(field, lease_id)
    opened = await delivered(field, lease_id, tmp_path / "honest")
    check = await checking(field, lease_id)
    assert len(check(opened)[0].frames) == 2
    final = opened / "0001.png"
    final.write_bytes((honest.source / f"{kept_frame(2):04d}.png").read_bytes())
    with pytest.raises(ContentError, match="does not match its digest"):
        check(opened)
    subject = LeaseAudit(field, lease_id)
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)


async def checking(field: Arena, lease_id: LeaseId) -> Callable[[Path], tuple[Result, list[int]]]:
    """What the artist's client checks of a lease's opened results."""
    lease = await field.artist.lease(lease_id)
    root = field.worker(split_lease_id(lease_id)[0]).proof_store.newest(lease_id).result.root
    frames = tuple(range(1, lease.count + 1))
    return partial(
        check_result,
        identity=await identity_of(field, lease_id),
        first_task=0,
        root=root,
        manifest=field.renderings.with_frames(lease.count),
        frames=frames,
        hash_many=hash_many,
        read_noisy=read_noisy,
    )


async def identity_of(field: Arena, lease_id: LeaseId) -> LeaseIdentity:
    """What binds the lease's leaves."""
    lease = await field.artist.lease(lease_id)
    return LeaseIdentity.of(field.artist.chain_id, field.artist.board, lease)


async def delivered(field: Arena, lease_id: LeaseId, folder: Path) -> Path:
    """Fetch and open a lease's results as the artist does."""
    result = field.worker(split_lease_id(lease_id)[0]).proof_store.newest(lease_id).result
    sealed, opened = folder / "sealed", folder / "opened"
    identity = await identity_of(field, lease_id)
    sealed.parent.mkdir()
    limits = {"max_bytes": 10**8, "max_files": 100}
    await field.store.fetch_folder(result.results_cid, sealed, **limits, on_bytes=lambda _: None)
    key = unwrap_key(field.unwrapper, sealed, identity, key_hash=result.key_hash, hash_many=hash_many)
    open_sealed(ChaChaSealer(), sealed, opened, key=key, identity=identity, frames=(1, 2))
    return opened


class _Swapping:
    """Renders honestly, then paints the final images before the root is made."""

    def __init__(self, honest: Renderer) -> None:
        self._honest = honest

    @asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        async with self._honest.open(package, manifest, output) as session:
            yield _Painted(session, output)


class _Painted:
    """A session whose final images are painted as soon as they are there."""

    def __init__(self, session: RenderSession, output: Path) -> None:
        self._session, self._output = session, output
        self.loaded, self.render_tiles = session.loaded, session.render_tiles

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        one = await self._session.render(frame, on_progress, then)
        paint(self._output / one.final)
        return one


def paint(path: Path) -> None:
    """Put a white square into a PNG file, in a process of its own."""
    subprocess.run([sys.executable, "-c", PAINT, str(path)], check=True, capture_output=True)


async def test_a_final_image_swapped_before_the_root_is_found_and_made_again(
    field: Arena, tmp_path: Path
) -> None:
    """W10: audits can't see it, so the artist's own Blender does, and the artist gets the true images."""
    honest = await field.renderings.of(HONEST)
    renderers: tuple[Renderer, ...] = (_Swapping(honest), honest)
    for number, renderer in enumerate(renderers):
        before = await field.books()
        lease_id = await field.submitted(field.workers[2 + number], renderer)
        stakes = await stakes_of(field, lease_id)
        folder = tmp_path / str(number)
        opened = await delivered(field, lease_id, folder)
        result, _ = (await checking(field, lease_id))(opened)
        check = FinalCheck(BlenderFinals(field.renderings.renderer()), SILENT, 1, random.SystemRandom())
        manifest = field.renderings.with_frames(2)
        checked = await check.look(field.renderings.package, manifest, opened, result.frames, folder / "work")
        subject = LeaseAudit(field, lease_id)
        await subject.draw()
        await subject.play_round()
        assert await subject.close() is Verdict.ACCEPTED, "its tiles are right"
        await subject.accept()
        await check_money(before, subject, stakes, is_paid=True)
        if renderer is honest:
            assert checked.false == {}
        else:
            assert set(checked.false) == set(checked.instead) == {1, 2}
            assert all(made.is_file() for made in checked.instead.values())
