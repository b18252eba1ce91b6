"""A worker's process is killed after its submission; a watchtower on a real chain saves its lock."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.adapters.keys import KeystoreFile
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import AccountUnwrapper
from renderchain.app.exchange.package import PinnedPackage, pin_package
from renderchain.composition.watchtower import run_watchtower
from renderchain.core.audit.state import YES, AuditPhase, DrawOutcome, Verdict, answer_of, content_of
from renderchain.core.cid import digest_of, split_digest
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.merkle import LeaseIdentity
from renderchain.core.notices.audits import AuditHindered, LeavesOpened, ResultsRevealed
from renderchain.core.notices.watching import ContentProvided
from renderchain.core.sealed import HEADER_NAME
from renderchain.settings import Settings

from devkit.audited_lease import AUDIT_TERMS, AuditBench, AuditedLease
from devkit.fakes.package import TILES, pack
from devkit.fakes.renderer import frame_of
from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_pixels import LeasePixels
from devkit.network.clients import Chains, Views
from devkit.network.services import REPO

SUBMITTER = "tests.chain.submitter"
OPERATOR, TOWER, SEATED = 2, 3, range(4, 8)  # accounts
LONGEST_S = 60


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to come true."""
    async with asyncio.timeout(LONGEST_S):
        while not await done():
            await asyncio.sleep(0.2)


async def submit_and_die(opened: Chains, net: Views, job_id: JobId, ipfs: str, folder: Path) -> LeaseId:
    """Let a worker's process submit a lease of the job, and kill it."""
    one = opened.accounts[OPERATOR]
    place = (net.node.rpc_url, hex(one.address), hex(one.private_key), hex(net.deployed.directory))
    process = subprocess.Popen(
        [sys.executable, "-m", SUBMITTER, *place, str(job_id), ipfs, str(folder)],
        cwd=REPO,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = await asyncio.to_thread(process.stdout.readline)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return LeaseId(int(line))


@asynccontextmanager
async def watching(settings: Settings, reporter: RecordingReporter) -> AsyncIterator[None]:
    """The watchtower as its command runs it."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_watchtower(settings, reporter, stop))
    try:
        yield
    except TimeoutError as error:
        raise AssertionError(f"waited in vain; the watchtower said: {reporter.said}") from error
    finally:
        stop.set()
        await task


def forget_unpinned(ipfs: str) -> None:
    """Have a Kubo node delete what it does not pin."""
    port = ipfs.rsplit("/", 1)[1]
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v0/repo/gc", method="POST")
    with urllib.request.urlopen(request) as answer:
        assert all("Error" not in json.loads(line) for line in answer)


async def pinned_package(ipfs: str, folder: Path) -> PinnedPackage:
    """A scene of two frames."""
    manifest = pack(folder, (1, 2))
    return await pin_package(
        KuboStore(ipfs), folder, manifest, AccountUnwrapper(1, 1).public_key, RecordingReporter()
    )


async def create_job(net: Views, package: PinnedPackage) -> JobId:
    """A job of one lease, which chance is sure to have audited."""
    high, low = split_digest(digest_of(package.cid))
    size: dict[str, Any] = {
        "package_bytes": package.size_bytes,
        "package_files": package.file_count,
        "tiles": TILES,
    }
    return await net.artist.create_job(replace(AUDIT_TERMS, package_hi=high, package_lo=low, **size))


async def answer_to(subject: AuditedLease, package: PinnedPackage) -> int:
    """What an honest verifier finds in the drawn leaves."""
    prints = [one for frame in (1, 2) for one in frame_of(package.manifest, frame)[1]]
    drawn = await subject.net.artist.drawn_leaves(subject.lease_id)
    return answer_of(hash_many, [content_of(hash_many, prints[one.leaf]) for one in drawn])


async def vote_through(subject: AuditedLease, vote: int) -> None:
    """Verifiers seal a vote and show it once the audit waits for that; nobody appeals."""
    artist, lease_id = subject.net.artist, subject.lease_id
    seats = len(await subject.verifiers())
    await subject.seal([vote] * seats)

    async def is_open() -> bool:
        return (await artist.audit(lease_id)).phase is AuditPhase.REVEAL

    await until(is_open)
    await subject.reveal([vote] * seats)
    assert (await artist.audit(lease_id)).verdict is Verdict.ACCEPTED
    await subject.advance_late()
    assert (await artist.lease(lease_id)).draw_outcome is DrawOutcome.CLEARED


def settings_of(opened: Chains, net: Views, ipfs: str, folder: Path) -> Settings:
    """A watchtower's, with a key store of its own."""
    one = opened.accounts[TOWER]
    keystore, password = folder / "tower.json", folder / "tower.password"
    password.write_text("long enough")
    KeystoreFile(keystore, password).save(one.address, one.private_key)
    return Settings(
        rpc_url=net.node.rpc_url,
        ws_url=net.node.ws_url,
        directory=net.deployed.directory,
        account=one.address,
        network="devnet",
        ipfs_api=ipfs,
        folder=folder / "tower",
        keystore=keystore,
        password_file=password,
        evidence=folder / "worker" / "evidence",
        workers=(net.worker_id,),
        patience_seconds=1,
    )


def test_a_dead_worker_keeps_its_lock_by_its_watchtower(
    chains: Callable[[], Any], kubo: str, tmp_path: Path
) -> None:
    reporter = RecordingReporter()

    async def run() -> None:
        async with chains() as opened:
            bench = await AuditBench.open(opened, SEATED)
            net = bench.net
            package = await pinned_package(kubo, tmp_path / "scene")
            job_id = await create_job(net, package)
            stake = await net.artist.worker(net.worker_id)
            lease_id = await submit_and_die(opened, net, job_id, kubo, tmp_path / "worker")
            lease = await net.artist.lease(lease_id)
            identity = LeaseIdentity.of(net.artist.chain_id, net.artist.board, lease)
            pixels = LeasePixels(identity, lease.first, lease.count, TILES)
            people = (net, bench.verifiers, bench.owners)
            subject = AuditedLease(*people, job_id, lease_id, pixels)
            result = await net.artist.submitted(lease_id, 0)
            assert result and (await net.artist.worker(net.worker_id)).locked_fri > 0
            async with watching(settings_of(opened, net, kubo, tmp_path), reporter):
                await subject.draw()
                await vote_through(subject, await answer_to(subject, package))
                await KuboStore(kubo).unpin(result.results_cid)
                forget_unpinned(kubo)
                await net.artist.challenge_delivery(lease_id)

                async def is_revealed() -> bool:
                    return (await net.artist.audit(lease_id)).phase is AuditPhase.DRAW

                await until(is_revealed)
                await subject.draw()

                async def is_provided() -> bool:
                    return bool(reporter.heard(ContentProvided))

                await until(is_provided)
                assert await KuboStore(kubo).read_file(result.results_cid, HEADER_NAME, 1024)
                await vote_through(subject, YES)
                assert await net.artist.accept(job_id, [lease_id]) == []
            assert (await net.artist.lease(lease_id)).state is LeaseState.ACCEPTED
            after = await net.artist.worker(net.worker_id)
            assert (after.stake_fri, after.locked_fri) == (stake.stake_fri, 0)

    asyncio.run(run())
    assert len(reporter.heard(LeavesOpened)) == len(reporter.heard(ResultsRevealed)) == 1
    assert [one.cid for one in reporter.heard(ContentProvided)]
    assert not reporter.heard(AuditHindered), reporter.said
    assert json.loads((tmp_path / "tower" / "fees.json").read_text())["fri"] != "0"
