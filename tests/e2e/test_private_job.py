"""A private job on a whole network: rendered, audited, paid, and seen by nobody who has no part in it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.core.audit.events import AuditClosed, VotesDrawn
from renderchain.core.audit.state import Verdict
from renderchain.core.board_events import BoardEvent, JobClosed, JobCreated, KeyAsked, KeyGiven, LeaseClaimed
from renderchain.core.cid import cid_of, join_digest
from renderchain.core.ids import JobId
from renderchain.core.lifecycle import JobState
from renderchain.core.manifest import MANIFEST_NAME
from renderchain.core.notices.jobs import JobEnded
from renderchain.core.notices.private import JobIsPrivate, PackageKeyAsked, PackageKeysGiven
from renderchain.core.private_package import package_key_of, parse_private

from devkit.logs import notices_in, notices_of
from devkit.network.local import Network, running_network
from devkit.network.services import REPO, start, stop
from devkit.network.workers import HONEST, running_workers

WORKERS = range(1, 6)
SCENE = REPO / "tests" / "scenes" / "linked.py"
TIMEOUT_S = 560
# What only the plain package has: headers of .blend files and images, and words of the manifest.
PLAIN = (b"BLENDER", b"\x89PNG\r\n", b"blender_version", b".blend", b"view_layers")
PIECE = b"\x28\xb5\x2f\xfd"  # how a compressed piece begins
# What would be left of it on a worker's disk, whose own files have some of those words too.
LEFT = (b"BLENDER-v", b"BLENDER17", b'"main_blend"', b'"view_layers"')
OPTIONS = ["--frames", "1", "--reward", "0.5", "--private", "--probe-seconds", "0", "--proof-seconds", "0"]


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command, env = [sys.executable, *arguments], {**os.environ, **environment}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("network") / "net"
    plans = dict.fromkeys(WORKERS, HONEST)
    with (
        running_network(folder, workers=len(WORKERS), artists=2) as started,
        running_workers(started, plans, folder),
    ):
        yield started


def scene(folder: Path) -> Path:
    python(str(SCENE), str(folder))
    return folder / "project" / "main.blend"


async def told(network: Network, job_id: JobId, until: type[BoardEvent]) -> list[BoardEvent]:
    """All that the board told of a job until an event of that kind."""
    events = list[BoardEvent]()
    async with network.chain("artist") as chain, aclosing(chain.events(0, job_id)) as stream:
        async for event in stream:
            events.append(event)
            if isinstance(event, until):
                break
    return events


def test_a_private_job_is_rendered_verified_and_paid_and_an_outsider_sees_nothing_of_it(
    network: Network, tmp_path: Path
) -> None:
    blend, config = scene(tmp_path), str(network.settings_file("artist"))
    output = ["--wait", "--output", str(tmp_path / "frames"), "--log", "json"]
    done = python("-m", "renderchain", "submit", str(blend), *OPTIONS, *output, RENDERCHAIN_CONFIG=config)
    heard = notices_in(done.stderr)
    (ended,) = [one for one in heard if isinstance(one, JobEnded)]
    assert (ended.state, ended.frame_count, ended.paid_fri) == (JobState.COMPLETED, 1, 5 * 10**17)
    assert (tmp_path / "frames" / "0001.png").stat().st_size > 1000
    assert [one for one in heard if isinstance(one, JobIsPrivate)]
    assert [one for one in heard if isinstance(one, PackageKeysGiven)]

    events = asyncio.run(told(network, JobId(1), JobClosed))
    assert [one.verdict for one in events if isinstance(one, AuditClosed)] == [Verdict.ACCEPTED]
    drawn = {one for event in events if isinstance(event, VotesDrawn) for one in event.verifiers}
    given = {one.worker_id for one in events if isinstance(one, KeyGiven)}
    asked = [one.worker_id for one in events if isinstance(one, KeyAsked)]
    assert drawn and drawn <= given == set(asked)
    assert len(asked) == len(set(asked)), "each asks once"
    (claimed,) = [one for one in events if isinstance(one, LeaseClaimed)]
    assert claimed.block > min(one.block for one in events if isinstance(one, KeyGiven))

    (created,) = [one for one in events if isinstance(one, JobCreated)]
    cid = cid_of(join_digest(created.terms.package_hi, created.terms.package_lo))
    stored = tmp_path / "outsider"
    limits = {"max_bytes": created.terms.package_bytes, "max_files": created.terms.package_files}
    store = KuboStore(network.ipfs_api)
    asyncio.run(store.fetch_folder(cid, stored, **limits, on_bytes=lambda _: None))
    names = {path.relative_to(stored).as_posix() for path in stored.rglob("*")}
    header = parse_private((stored / MANIFEST_NAME).read_bytes())
    assert names == {MANIFEST_NAME, *map(str, range(header.objects))} and header.objects > 3
    everything = b"".join(path.read_bytes() for path in stored.iterdir())
    assert not [one for one in PLAIN if one in everything]
    assert not [path for path in stored.iterdir() if path.read_bytes().startswith(PIECE)]

    key = package_key_of(network.accounts["artist"].private_key, _chain_id(network), header.salt)
    assert header.fits(key), "what is looked for below"
    for number in WORKERS:
        folder = network.folder / f"worker-{number}"
        assert list(folder.glob("packages/*.opened")) == []
        for path in (path for path in folder.rglob("*") if path.is_file()):
            raw = path.read_bytes()
            assert key not in raw and key.hex().encode() not in raw, path
            assert not [one for one in LEFT if one in raw], path
        assert len([one for one in notices_of(_log(network, number)) if isinstance(one, PackageKeyAsked)]) < 2
    for text in (done.stdout, done.stderr, *(_log(network, number).read_text() for number in WORKERS)):
        assert key.hex() not in text


def test_a_watchtower_gives_the_key_while_nobody_follows_the_job(network: Network, tmp_path: Path) -> None:
    blend, config = scene(tmp_path), str(network.settings_file("artist"))
    output = ["--output", str(tmp_path / "frames")]
    done = python("-m", "renderchain", "submit", str(blend), *OPTIONS, *output, RENDERCHAIN_CONFIG=config)
    job_id, keys = JobId(int(done.stdout.split()[-1])), tmp_path / "keys"
    python("-m", "renderchain", "share_key", str(job_id), str(keys), RENDERCHAIN_CONFIG=config)
    tower = ["--config", str(network.settings_file("artist-2")), "--name", "tower", "--log", "json"]
    log = tmp_path / "tower.log"
    program = [sys.executable, str(REPO / "worker_headless" / "watchtower.py"), "--", *tower]
    pid = start(program, log, {"RENDERCHAIN_PACKAGE_KEYS": str(keys)})
    try:
        events = asyncio.run(asyncio.wait_for(told(network, job_id, AuditClosed), TIMEOUT_S))
    finally:
        stop(pid)
    assert events[-1].verdict is Verdict.ACCEPTED  # type: ignore[union-attr]
    assert [one for one in notices_of(log) if isinstance(one, PackageKeysGiven)]
    python("-m", "renderchain", "download", str(job_id), RENDERCHAIN_CONFIG=config)
    assert (tmp_path / "frames" / "0001.png").stat().st_size > 1000


def _log(network: Network, number: int) -> Path:
    return network.folder / f"worker-{number}.log"


def _chain_id(network: Network) -> int:
    async def ask() -> int:
        async with network.chain("artist") as chain:
            return chain.chain_id

    return asyncio.run(ask())
