"""Storing and fetching a package against ``ipfs add`` and ``ipfs get`` of the same folder; prints seconds.

python -m benchmarks.pack [--mebibytes 500] [--files 20000] [--rounds 3] [--whole-way 30000]

Each of our measurements runs in a process of its own, whose most memory is printed, and so does each command.
Both begin with an empty repository where something is stored, or comes from the other node. The order changes
from round to round, and the quickest of each counts. Our own time leaves the start of Python out, which takes
0.3 s and happens once; a command's includes its start, about 0.1 s. Then so many small files go their
whole way once, by our client alone; ``--rounds 0`` does only that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from renderchain.adapters.ipfs.kubo import ADD_OPTIONS, KuboStore

from devkit.network.services import SwarmKubo, run_ipfs, start_swarm_kubo, stop

MIB = 2**20
LARGE_FILES = 4
SMALL_BYTES = 8 * 1024
PER_FOLDER = 5000  # the rest of the small files in folders that Kubo keeps in one block and in several
OURS, IPFS = "ours", "ipfs"
Answer = TypeVar("Answer")
MOST = {"max_bytes": 2**40, "max_files": 10**6}


def fill_large(root: Path, mebibytes: int) -> None:
    """Few files with so many bytes together."""
    root.mkdir()
    for number in range(LARGE_FILES):
        with (root / f"{number}.bin").open("wb") as file:
            for _ in range(mebibytes // LARGE_FILES):
                file.write(os.urandom(MIB))


def fill_small(root: Path, files: int) -> None:
    """So many small files: half of them in one folder, which is too large for one block."""
    for number in range(files):
        folder = root / ("f" if number < files // 2 else f"g/{number // PER_FOLDER}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:06}.bin").write_bytes(os.urandom(SMALL_BYTES))


def measured(api: str, action: str, what: str, folder: Path) -> dict[str, float]:
    """Ours, in a process of its own: seconds, MiB of memory at most, and the CID of what was stored."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.pack"]
    command += ["--one", api, action, what, str(folder)]
    return dict(json.loads(subprocess.check_output(command)))


async def run_one(api: str, action: str, what: str, folder: Path) -> None:
    """What ``measured`` starts."""
    store = KuboStore(api)
    await store.version()  # both libraries are read by then
    import aiohttp  # noqa: F401

    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    if action == "add":
        cid = await store.add_folder(folder, lambda _: None)
    else:
        cid = what
        await store.fetch_folder(cid, folder, **MOST, on_bytes=lambda _: None)
    seconds = time.perf_counter() - started_s
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu_s = time.process_time() - started_cpu_s
    print(json.dumps({"seconds": seconds, "cpu_s": cpu_s, "mebibytes": most, "cid": cid}))


def timed(node: SwarmKubo, *arguments: str) -> float:
    """Seconds of an ipfs command."""
    started_s = time.perf_counter()
    run_ipfs(node.folder, *arguments)
    return time.perf_counter() - started_s


def forget(node: SwarmKubo) -> None:
    """Have a node lose all that it has."""
    for cid in run_ipfs(node.folder, "pin", "ls", "--type=recursive", "-q").split():
        run_ipfs(node.folder, "pin", "rm", cid)
    run_ipfs(node.folder, "repo", "gc", "-q")


class Bench:
    """Two nodes that are connected, and a folder."""

    def __init__(self, here: SwarmKubo, there: SwarmKubo, root: Path, work: Path) -> None:
        self.here = here
        self.there = there
        self.root = root
        self.target = work / "target"
        self.cid = ""
        self.most_mebibytes = 0.0

    def add(self, who: str) -> float:
        """Store it in an empty repository."""
        forget(self.here)
        if who == OURS:
            return self._ours(self.here, "add", self.root)
        options = [f"--{name}={ADD_OPTIONS[name]}" for name in ("cid-version", "raw-leaves", "chunker")]
        return timed(self.here, "add", "-r", "-Q", "--hidden", *options, str(self.root))

    def get(self, who: str) -> float:
        """Fetch it from the node that has it."""
        return self._get(self.here, who)

    def get_from_other(self, who: str) -> float:
        """Fetch it through a node that has nothing of it, from the other one."""
        forget(self.there)
        run_ipfs(self.there.folder, "swarm", "connect", self.here.swarm)
        return self._get(self.there, who)

    def _get(self, node: SwarmKubo, who: str) -> float:
        shutil.rmtree(self.target, ignore_errors=True)
        if who == OURS:
            return self._ours(node, "get", self.target)
        return timed(node, "get", "--progress=false", "-o", str(self.target), self.cid)

    def _ours(self, node: SwarmKubo, action: str, folder: Path) -> float:
        found = measured(node.api, action, self.cid or "-", folder)
        self.cid = str(found["cid"])
        self.most_mebibytes = max(self.most_mebibytes, found["mebibytes"])
        return found["seconds"]


def compare(title: str, work: Callable[[str], float], rounds: int) -> None:
    """Print the quickest of each, and how quick ours is beside theirs: 1 is as quick, 2 twice as quick."""
    found: dict[str, list[float]] = {OURS: [], IPFS: []}
    for number in range(rounds):
        for who in (OURS, IPFS) if number % 2 == 0 else (IPFS, OURS):
            found[who].append(work(who))
    ours, theirs = min(found[OURS]), min(found[IPFS])
    print(f"{title:28} {ours:8.2f} {theirs:8.2f} {theirs / ours:12.2f}", flush=True)


async def whole_way(node: SwarmKubo, root: Path, target: Path) -> None:
    """A folder is stored and pinned, pinned again as by who only keeps it, fetched, let go and deleted."""
    store = KuboStore(node.api)

    async def step(title: str, work: Awaitable[Answer]) -> Answer:
        started_s = time.perf_counter()
        answer = await work
        print(f"{title:28} {time.perf_counter() - started_s:8.2f}", flush=True)
        return answer

    before = await store.stored_bytes()
    cid = await step("stored and pinned", store.add_folder(root, lambda _: None))
    await step("pinned again", store.pin(cid))
    assert await store.is_pinned(cid)
    await step("fetched", store.fetch_folder(cid, target, **MOST, on_bytes=lambda _: None))
    compared = subprocess.run(["diff", "--recursive", "--brief", str(root), str(target)], check=False)
    assert compared.returncode == 0, "it came back as another folder"
    await step("unpinned", store.unpin(cid))
    await step("deleted", store.collect_garbage())
    print(
        f"the repository had {before / MIB:.0f} MiB before and has {await store.stored_bytes() / MIB:.0f} now"
    )


def main() -> None:
    """Measure both folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=500)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--whole-way", type=int, default=30_000)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        api, action, what, folder = options.one
        asyncio.run(run_one(api, action, what, Path(folder)))
        return
    with tempfile.TemporaryDirectory(prefix="renderchain-pack-") as name:
        work = Path(name)
        if options.rounds:
            fill_large(work / "large", options.mebibytes)
            fill_small(work / "small", options.files)
        fill_small(work / "many", options.whole_way)
        for one in ("here", "there"):
            (work / one).mkdir()
        nodes = [start_swarm_kubo(work / one) for one in ("here", "there")]
        try:
            print(f"load {os.getloadavg()[0]:.1f} at first")
            print(f"{'seconds':28} {'ours':>8} {'ipfs':>8} {'ours as quick':>12}")
            sizes = (("large", f"{options.mebibytes} MiB"), ("small", f"{options.files} files"))
            for kind, size in sizes if options.rounds else ():
                bench = Bench(nodes[0], nodes[1], work / kind, work)
                compare(f"{size}, stored", bench.add, options.rounds)
                compare(f"{size}, fetched", bench.get, options.rounds)
                compare(f"{size}, from another node", bench.get_from_other, options.rounds)
                print(f"{size}: our process had {bench.most_mebibytes:.0f} MiB at most")
            forget(nodes[0])
            print(f"{options.whole_way} files, their whole way")
            asyncio.run(whole_way(nodes[0], work / "many", work / "back"))
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"this process had {most:.0f} MiB at most")
            print(f"load {os.getloadavg()[0]:.1f} at the end")
        finally:
            for node in nodes:
                stop(node.pid)


if __name__ == "__main__":
    main()
