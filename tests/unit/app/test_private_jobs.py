"""Private jobs on a network in memory: who gets the key, who sees the scene, and what is left of either."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.sealing import AccountSceneKey, ChaChaSealer
from renderchain.app.exchange.asked_keys import AskedKeys
from renderchain.app.exchange.key_giver import MOST_OF_ONE, KeyGiver
from renderchain.app.exchange.key_giving import REVIEW_S, KeyGiving
from renderchain.app.exchange.private_package import read_header
from renderchain.app.exchange.told_addresses import AGAIN_BLOCKS
from renderchain.app.watchtower.key_watch import KeyWatch
from renderchain.core.audit.events import AuditClosed, VotesDrawn
from renderchain.core.audit.state import AuditKind, Verdict
from renderchain.core.board_events import (
    KeyAsked,
    KeyGiven,
    LeaseAccepted,
    LeaseClaimed,
    ResultSubmitted,
)
from renderchain.core.errors import KeyMissing, LocalError, WrongKey
from renderchain.core.ids import JobId
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.leases import JobSkipped
from renderchain.core.notices.private import JobIsPrivate, PackageKeyAsked, PackageKeyKnown, PackageKeyRefused
from renderchain.core.notices.watching import EvidenceLost
from renderchain.core.private_package import PrivateHeader, SharedKey, package_key_of, parse_private

from devkit.board.keys import MemoryPackageKeys
from devkit.fakes.package import FAMILY
from devkit.fakes.people import Artist, Machine
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.tower import Tower
from tests.unit.app.audit.network import PAY_FRI, SHORT, Network
from tests.unit.core.blend.made import Addresses, Form, Thing, scene

SECRET = b"Secret name"
ACCEPTED = [(AuditKind.PIXELS, Verdict.ACCEPTED)]


@pytest.fixture
def network(disk: Path) -> Network:
    return Network(disk)


def made_scene() -> bytes:
    """A .blend that is cut, with a name in it."""
    things = [Thing(f"OB{SECRET.decode()} {number}", plain=bytes([number]) * 9000) for number in range(40)]
    return scene(Form(), things, Addresses([2**24 + 64 * place for place in range(200)]))


def key_in(network: Network) -> tuple[bytes, bytes]:
    """The key of the only private package, as bytes and as text."""
    (header,) = [
        parse_private(files["manifest.json"])
        for files in network.world.store.folders.values()
        if files.get("manifest.json", b"").endswith(b'"schema":"renderchain/private/1"}')
    ]
    chain_id = network.artist.chain.chain_id
    key = package_key_of(network.artist.address, chain_id, header.salt)
    assert header.fits(key)
    return key, key.hex().encode()


def plain_files(machine: Machine | Artist) -> list[Path]:
    return [path for path in machine.folder.rglob("*") if path.is_file()]


def test_a_private_job_is_rendered_audited_and_paid_and_nobody_else_sees_it(network: Network) -> None:
    seen: list[str] = []

    network.artist.scene = made_scene()

    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT, private=True)
        async with network.working():
            report = await network.artist.watching(job)
            await asyncio.sleep(100)
        assert report.state is JobState.COMPLETED and report.paid_fri == PAY_FRI
        await network.check_honest()

    network.world.live(life())
    assert [(one.kind, one.verdict) for one in network.told(AuditClosed)] == ACCEPTED
    drawn = {one for event in network.told(VotesDrawn) for one in event.verifiers}
    asked = {one.worker_id for one in network.told(KeyAsked)}
    assert asked == {network.worker.worker_id, *drawn}, "who has nothing to do with it does not ask"
    assert {one.worker_id for one in network.told(KeyGiven)} == asked
    assert len(network.told(KeyAsked)) == len(asked), "each asks once"
    (told,) = network.artist.reporter.heard(JobIsPrivate)
    assert told.most_count == 32
    key, text = key_in(network)
    everybody: list[Machine | Artist] = [network.artist, network.worker, *network.verifiers]
    for machine in everybody:
        said = "\n".join(machine.reporter.said).encode()
        for path in plain_files(machine):
            raw = path.read_bytes()
            assert key not in raw and text not in raw, path
            seen.append(path.name)
        assert text not in said and key.hex().encode() not in said
    for machine in everybody[1:]:
        assert [path for path in plain_files(machine) if SECRET in path.read_bytes()] == []
    for files in network.world.store.folders.values():
        assert all(SECRET not in raw and b"main.blend" not in raw for raw in files.values())
    assert "journal.sqlite" in seen
    ((cid, stored),) = [one for one in network.world.store.folders.items() if "manifest.json" in one[1]]
    kept = network.worker.folder / "evidence" / "content" / cid
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == stored, "as the store has it"


def test_a_worker_claims_nothing_before_the_key_came(network: Network) -> None:
    """And it asks again neither in each try nor after a start."""

    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT, private=True)
        async with network.working():
            await asyncio.sleep(3000)
        assert [one.worker_id for one in network.told(KeyAsked)] == [network.worker.worker_id]
        assert network.told(LeaseClaimed) == []
        (first, *_) = network.worker.reporter.heard(JobSkipped)
        assert "has not given this worker the key yet" in first.reason
        async with network.working():
            await asyncio.sleep(100)
            report = await network.artist.watching(job)
        assert report.state is JobState.COMPLETED
        assert [one.worker_id for one in network.told(KeyAsked)].count(network.worker.worker_id) == 1
        assert len(network.worker.reporter.heard(PackageKeyAsked)) == 1
        assert network.worker.reporter.heard(PackageKeyKnown)

    network.world.live(life())


def test_who_waits_for_a_key_reads_on_from_where_the_last_look_ended(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_keys, begins = MemoryPackageKeys.given_keys, list[int]()

    async def noted(self: Any, job_id: Any, from_block: int, *about: Any) -> Any:
        begins.append(from_block)
        return await given_keys(self, job_id, from_block, *about)

    monkeypatch.setattr(MemoryPackageKeys, "given_keys", noted)

    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT, private=True)
        network.world.network.pass_time(1, 2 * AGAIN_BLOCKS)
        created, worker = await network.artist.chain.block_number(), network.worker
        scene_key = AccountSceneKey(worker.address, worker.chain.chain_id)
        keys = AskedKeys(worker.chain, scene_key, worker.reporter, 0)
        with pytest.raises(KeyMissing):
            await keys.key_of(await worker.chain.job(job), PrivateHeader(bytes(16), bytes(32), 1))
        first, *later = begins
        assert first == 0 and len(later) > 5 and min(later) >= created - AGAIN_BLOCKS
        assert later == sorted(later)

    network.world.live(life())


def test_a_worker_gives_the_key_to_its_verifiers_while_the_artist_is_away(network: Network) -> None:
    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT, private=True)
        async with network.working():
            watching = network.artist.watching(job)
            while not network.told(LeaseClaimed):
                await asyncio.sleep(5)
            watching.cancel()
            while not network.told(LeaseAccepted):
                await asyncio.sleep(50)
            await asyncio.sleep(100)
        await network.check_honest()

    network.world.live(life())
    assert [(one.kind, one.verdict) for one in network.told(AuditClosed)] == ACCEPTED


def test_without_stake_family_or_room_no_worker_is_given_the_key(network: Network) -> None:
    """A key that any account could ask for would be public for a little gas."""
    poor, foreign, late = (Machine(network.world, address) for address in (0xF011, 0xF012, 0xF013))

    async def life() -> None:
        await network.open()
        for one in (poor, foreign, late):
            await one.join()
        registry = network.world.network.registry(poor.owner)
        await registry.request_unstake(poor.worker_id, 50 * 10**18)
        registry = network.world.network.registry(foreign.owner)
        await registry.set_families(foreign.worker_id, [FAMILY], False)
        network.artist.most_private_workers = 1
        job = await network.artist.submit(2, SHORT, private=True)
        watching = network.artist.watching(job)
        for one in (poor, foreign, network.worker, late):
            await one.chain.publish_scene_key(bytes([9]) * 32)
            await one.chain.ask_key(job)
            await asyncio.sleep(20)
        watching.cancel()
        refused = network.artist.reporter.heard(PackageKeyRefused)
        assert [(one.worker_id, one.reason.split(" (")[0]) for one in refused] == [
            (poor.worker_id, "Its stake is less than a lease locks."),
            (foreign.worker_id, "It does not render the job's family."),
            (late.worker_id, "1 workers have it already"),
        ]
        assert [one.worker_id for one in network.told(KeyGiven)] == [network.worker.worker_id]

    network.world.live(life())


def test_who_has_the_stake_later_is_given_the_key_then(network: Network) -> None:
    async def life() -> None:
        await network.open()
        worker, owner = network.worker, network.world.network.registry(network.worker.owner)
        await owner.request_unstake(worker.worker_id, 50 * 10**18)
        job = await network.artist.submit(2, SHORT, private=True)
        watching = network.artist.watching(job)
        await worker.chain.publish_scene_key(bytes([9]) * 32)
        await worker.chain.ask_key(job)
        await asyncio.sleep(2 * REVIEW_S)
        assert network.told(KeyGiven) == []
        await owner.cancel_unstake(worker.worker_id)
        await asyncio.sleep(2 * REVIEW_S)
        watching.cancel()
        assert [one.worker_id for one in network.told(KeyGiven)] == [worker.worker_id]
        assert len(network.artist.reporter.heard(PackageKeyRefused)) == 1

    network.world.live(life())


def test_who_was_given_the_key_is_given_it_no_second_time_whoever_gives(network: Network) -> None:
    async def life() -> None:
        await network.open()
        job_id = await network.artist.submit(2, SHORT, private=True)
        worker, key = network.worker, bytes(range(32))
        givers = [
            KeyGiver(one.chain, ChaChaSealer(), RecordingReporter(), 0) for one in (network.artist, worker)
        ]
        await givers[0].give(job_id, key, [worker.worker_id])
        assert network.told(KeyGiven) == [], "it has no key that anything could be wrapped for"
        for number in range(1, MOST_OF_ONE + 3):
            await worker.chain.publish_scene_key(bytes([number]) * 32)
            for giver in givers:
                await giver.give(job_id, key, [worker.worker_id, worker.worker_id])
        assert len(network.told(KeyGiven)) == 2 * MOST_OF_ONE - 1, "who changes its key for ever is left"

    network.world.live(life())


def test_what_is_given_and_is_no_key_harms_nobody(network: Network) -> None:
    other = Artist(network.world, 0xBAD)

    async def life() -> None:
        await network.open()
        job_id = await network.artist.submit(2, SHORT, private=True)
        async with network.working():
            while not network.told(KeyAsked):
                await asyncio.sleep(1)
            giver = KeyGiver(other.chain, ChaChaSealer(), RecordingReporter(), 0)
            await giver.give(job_id, bytes(32), [network.worker.worker_id])
            report = await network.artist.watching(job_id)
            await asyncio.sleep(100)
        assert report.state is JobState.COMPLETED
        await network.check_honest()

    network.world.live(life())


def test_another_account_can_not_follow_a_private_job(network: Network) -> None:
    other = Artist(network.world, 0xBAD)

    async def life() -> None:
        await network.open()
        job_id = await network.artist.submit(2, SHORT, private=True)
        with pytest.raises(WrongKey, match="another account's"):
            await other.requester().watch(job_id, other.output)

    network.world.live(life())


def test_a_watchtower_gives_the_key_while_the_artist_is_away(network: Network, disk: Path) -> None:
    folder, tower = disk / "keys", Artist(network.world, 0x70E2)

    async def giving_of(shared: SharedKey) -> KeyGiving:
        chain = tower.chain
        giver = KeyGiver(chain, ChaChaSealer(), tower.reporter, 0)
        parts = (chain, giver, tower.reporter, await chain.job(shared.job_id), shared.key)
        return KeyGiving(*parts, most=32, from_block=0)

    async def life() -> None:
        await network.open()
        job_id = await network.artist.submit(2, SHORT, private=True)
        path = await network.artist.requester().share_key(job_id, folder)
        assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
        (folder / "other.json").write_text("{}")
        strange = SharedKey(network.artist.chain.board, JobId(99), bytes(32))
        (folder / "99.json").write_bytes(strange.to_bytes())
        watch = KeyWatch(folder, tower.chain.board, giving_of, tower.reporter)
        standing = asyncio.create_task(watch.run())

        async def hear() -> None:
            async for event in tower.chain.events(0):
                watch.note(event)

        listening = asyncio.create_task(hear())
        async with network.working():
            while not network.told(AuditClosed):
                await asyncio.sleep(50)
        for task in (standing, listening):
            task.cancel()
        assert any("other.json is no key" in one for one in tower.reporter.said)
        assert any("unknown job" in one for one in tower.reporter.said)

    network.world.live(life())
    assert [(one.kind, one.verdict) for one in network.told(AuditClosed)] == ACCEPTED


@pytest.mark.parametrize("kept_for", ["this", "another", "none"])
def test_verifiers_have_the_key_of_a_worker_s_watchtower_where_all_others_are_away(
    network: Network, kept_for: str
) -> None:
    tower = Tower(network.worker)
    other = AccountSceneKey(0xBAD, network.worker.chain.chain_id)
    kept = {"this": tower.scene_key.public_key, "another": other.public_key, "none": b""}
    network.worker.watchtower_key = kept[kept_for]

    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT, private=True)
        watching = network.artist.watching(job)
        async with network.working(network.worker):
            while not network.told(LeaseClaimed):
                await asyncio.sleep(1)
            watching.cancel()
            while not network.told(ResultSubmitted):
                await asyncio.sleep(1)
        async with network.working(*network.verifiers), tower.watching():
            while await network.worker.chain.open_leases():
                await asyncio.sleep(50)

    network.world.live(life())
    (verdict,) = [(one.kind, one.verdict) for one in network.told(AuditClosed)]
    given = {one.worker_id for one in network.told(KeyGiven)} - {network.worker.worker_id}
    locked = [one for one in tower.reporter.heard(EvidenceLost) if "another key" in one.sentence]
    if kept_for == "this":
        assert verdict in ACCEPTED and given and not locked
    else:
        assert verdict not in ACCEPTED and not given and len(locked) == (kept_for == "another")
    key, text = key_in(network)
    for path in plain_files(network.worker):
        raw = path.read_bytes()
        assert key not in raw and text not in raw, path


def test_the_key_of_a_job_that_is_open_to_all_can_not_be_shared(network: Network, disk: Path) -> None:
    async def life() -> None:
        await network.open()
        job_id = await network.artist.submit(2, SHORT)
        with pytest.raises(LocalError, match="is not private"):
            await network.artist.requester().share_key(job_id, disk / "keys")
        cid = (await network.artist.chain.job(job_id)).package_cid
        assert await read_header(network.world.store, cid) is None

    network.world.live(life())
