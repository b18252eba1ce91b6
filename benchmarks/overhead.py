"""What RenderChain costs over plain Blender: the same frames of the same files by each way, in one run.

    make bench-overhead        or        python -m benchmarks.overhead [--frames 24] [--samples 16]

- plain: one process opens the file and renders the animation, as ``blender -b FILE -a`` does; with the bpy
  module, because that is what the workers of this network have, and another Blender is no comparison
- a process a frame: the same with a process for each frame
- one worker and two: a whole network on this machine, from the artist's ``submit`` to the last frame on its
  disk. The workers are started and ready, as they are wherever somebody offers work.

"Rendering" is a part of that, from the first claim to the last submission; the rest is packing, the upload,
the job's creation and the last download. Probes and the artist's own checks are off: they render, which is no
worker's work. All share the processors, so two workers can't be quicker than plain Blender.

A second table has processor time, which hardly depends on what else runs: that of plain Blender, that of one
worker with all its processes for the whole job, and of that what its agent took. What is more than plain's is
self-tests, the start of processes, and looking into images; how long frames and self-tests took is beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from renderchain.core.notices.jobs import FrameKept
from renderchain.core.notices.process import WaitingForWork

from benchmarks.render_process import HEIGHT, SCENES, WIDTH, Work, ancestors, below, pack, say
from devkit.logs import notice_in, notices_of
from devkit.network.local import Network, running_network
from devkit.network.workers import LocalWorkers, WorkerPlan, running_workers

DEFAULT_SCENES = ("town", "indoor", "kitchen")  # the demo's, and two of MORSE's
LEASE, REWARD = 8, "0.5"
START_S = 120
LOOK_S = 0.1
ARTIST = {"RENDERCHAIN_OWN_CHECKS": "0", "RENDERCHAIN_FINAL_CHECKS": "0", "RENDERCHAIN_LOG": "json"}
WORKER = WorkerPlan(environment={"RENDERCHAIN_PROBE_SECONDS": "0"})


class JobFailed(Exception):
    """The artist's command ended before all frames were there; the text is the end of what it said."""


@dataclass(frozen=True)
class Took:
    """Seconds from the artist's command to the last frame on its disk, of these for rendering, of these for
    the frames themselves and for self-tests; processor time of workers with all they start, and of agents.

    With several workers all but the first two are added up.
    """

    whole_s: float
    rendering_s: float
    frames_s: float
    self_tests_s: float
    cpu_s: float = 0.0
    agents_cpu_s: float = 0.0


class Meter:
    """Processor time of processes with all that they start, also of what has ended.

    What a sandbox starts is told to nobody when it ends, so it is looked at again and again meanwhile.
    """

    def __init__(self, roots: Collection[int]) -> None:
        self._roots = frozenset(roots)
        self._seen: dict[tuple[int, str], float] = {}  # by number and start: seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Meter:
        self._look()
        self._before = (sum(self._seen.values()), self._agents())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._look()

    @property
    def spent_s(self) -> tuple[float, float]:
        """Of all, and of the roots themselves."""
        return sum(self._seen.values()) - self._before[0], self._agents() - self._before[1]

    def _agents(self) -> float:
        return sum(cpu_s for (number, _), cpu_s in self._seen.items() if number in self._roots)

    def _run(self) -> None:
        while not self._is_over.wait(LOOK_S):
            self._look()

    def _look(self) -> None:
        found = below()
        parents = {number: int(fields[1]) for number, fields in found.items()}
        for number, fields in found.items():
            if self._roots.intersection((number, *ancestors(number, parents))):
                ticks = int(fields[11]) + int(fields[12])
                self._seen[number, fields[19]] = ticks / os.sysconf("SC_CLK_TCK")


def by_network(work: Work, workers: int, scratch: Path) -> Took:
    """What a network of so many workers takes; it is started for this and ends with it."""
    folder = Path(tempfile.mkdtemp(dir=scratch)) / "network"
    numbers = range(1, workers + 1)
    with (
        running_network(folder, workers) as network,
        running_workers(network, dict.fromkeys(numbers, WORKER), folder) as running,
    ):
        wait_until_ready(running, numbers)
        with Meter([running.pid(number) for number in numbers]) as meter:
            whole_s = submit(network, work, folder / "frames")
        found = took(whole_s, [running.log(number) for number in numbers])
        cpu_s, agents_cpu_s = meter.spent_s
        return replace(found, cpu_s=cpu_s, agents_cpu_s=agents_cpu_s)


def wait_until_ready(running: LocalWorkers, numbers: range) -> None:
    """Return when all workers wait for work."""
    until_s = time.monotonic() + START_S
    for number in numbers:
        while not any(isinstance(one, WaitingForWork) for one in notices_of(running.log(number))):
            if time.monotonic() > until_s or not running.is_running(number):
                raise JobFailed(f"Worker {number} is not ready; its log is {running.log(number)}.")
            time.sleep(0.2)


def submit(network: Network, work: Work, output: Path) -> float:
    """Have the frames rendered; seconds until the artist has them all. Raises JobFailed."""
    frames = work.manifest.frames
    command = [sys.executable, "-m", "renderchain", "submit", str(work.package / work.manifest.main_blend)]
    command += ["--frames", f"{frames[0]}-{frames[-1]}", "--lease", str(LEASE), "--reward", REWARD]
    command += ["--probe-seconds", "0", "--proof-seconds", "0", "--wait", "--output", str(output)]
    environment = {**os.environ, **ARTIST, "RENDERCHAIN_CONFIG": str(network.settings_file("artist"))}
    started_s, missing, said = time.monotonic(), set(frames), list[str]()
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as artist:
        for line in artist.stderr or ():
            said.append(line)
            if isinstance(kept := notice_in(line), FrameKept):
                missing.discard(kept.frame)
            if not missing:
                took_s = time.monotonic() - started_s
                artist.kill()  # unchecked leases are paid when their window is over, which nobody waits for
                return took_s
    raise JobFailed("".join(said[-20:]))


def took(whole_s: float, logs: list[Path]) -> Took:
    """What the workers' own lines and their dates say: rendering is from the first claim to the last
    submission, a self-test from a lease's last frame to its result.
    """
    began, ended, frames_s, self_tests_s = list[datetime](), list[datetime](), 0.0, 0.0
    for log in logs:
        last_frame = dict[str, datetime]()
        for told in _told(log):
            at = datetime.fromisoformat(told["time"])
            match told["kind"]:
                case "lease_claimed":
                    began.append(at)
                case "frame_rendered":
                    frames_s += told["render_s"]
                    last_frame[told["lease_id"]] = at
                case "self_test_passed":
                    self_tests_s += (at - last_frame[told["lease_id"]]).total_seconds()
                case "lease_submitted":
                    ended.append(at)
    return Took(whole_s, (max(ended) - min(began)).total_seconds(), frames_s, self_tests_s)


def _told(log: Path) -> Iterator[dict[str, Any]]:
    for line in log.read_text(errors="replace").splitlines():
        if (begin := line.find('{"time"')) >= 0:
            yield json.loads(line[begin:])


def compare(scene: str, options: argparse.Namespace, scratch: Path) -> tuple[list[object], list[object]]:
    """Two rows: seconds of each way and what they are of plain Blender's; what one worker's went to."""
    work = pack(scene, options.samples, options.frames, scratch)
    frames = work.manifest.frames
    plain = work.plain((frames[0], frames[-1]))
    plain_s = plain.wall_s
    one = by_network(work, 1, scratch)
    alone_s = work.plain(*((frame, frame) for frame in frames)).wall_s
    two = by_network(work, 2, scratch)
    seconds = [plain_s, alone_s, one.rendering_s, one.whole_s, two.rendering_s, two.whole_s]
    parts = [scene, plain.cpu_s, one.cpu_s, one.cpu_s / plain.cpu_s, one.agents_cpu_s]
    parts += [one.frames_s, one.self_tests_s, one.frames_s / plain_s]
    return [scene, *seconds, *(other / plain_s for other in seconds[1:])], parts


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--scenes", nargs="*", choices=SCENES, default=list(DEFAULT_SCENES))
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    what = f"{options.frames} frames of {WIDTH} x {HEIGHT}, {options.samples} samples, leases of {LEASE}"
    print(f"{date.today()}  {machine}, bpy  {what}\n", flush=True)
    ways = [
        "a process a frame",
        "one worker, rendering",
        "one, whole",
        "two workers, rendering",
        "two, whole",
    ]
    say(["scene", "plain, s", *(f"{way}, s" for way in ways), *(f"{way} / plain" for way in ways)])
    say(["---"] * (2 + 2 * len(ways)))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "town").mkdir()
        parts = []
        for scene in options.scenes:
            row, part = compare(scene, options, scratch)
            say(row)
            parts.append(part)
            sys.stdout.flush()
    print()
    head = ["scene", "plain, CPU s", "one worker, CPU s", "one / plain", "of it the agent, CPU s"]
    say([*head, "frames, s", "self-tests, s", "frames / plain"])
    say(["---"] * 8)
    for part in parts:
        say(part)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
