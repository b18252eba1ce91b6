"""What RenderChain costs over plain Blender: the same frames of the same files by each way, in one run.

    make bench-overhead        or        python -m benchmarks.overhead [--frames 24] [--samples 16]

- plain: one process opens the file and renders the animation, as ``blender -b FILE -a`` does; with the bpy
  module, because that is what the workers of this network have, and another Blender is no comparison
- a process a frame: the same with a process for each frame
- one worker and two: a whole network on this machine, from the artist's ``submit`` to the last frame on its
  disk. The workers are started and ready, as they are wherever somebody offers work.

"Rendering" is a part of that, from the first claim to the last submission; the rest is packing, the upload,
the job's creation and the last download. A second table says what one worker did in that time: frames, the
self-test of each lease (a process of its own that opens the scene again), and the rest. Probes and the
artist's own checks are off: they render, which is not what a worker adds. All share the processors, so two
workers can't be quicker than plain Blender.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from renderchain.core.notices.jobs import FrameKept
from renderchain.core.notices.process import WaitingForWork

from benchmarks.render_process import HEIGHT, SCENES, WIDTH, Work, pack, say
from devkit.logs import notice_in, notices_of
from devkit.network.local import Network, running_network
from devkit.network.workers import LocalWorkers, WorkerPlan, running_workers

DEFAULT_SCENES = ("town", "indoor", "kitchen")  # the demo's, and two of MORSE's
LEASE, REWARD = 8, "0.5"
START_S = 120
ARTIST = {"RENDERCHAIN_OWN_CHECKS": "0", "RENDERCHAIN_FINAL_CHECKS": "0", "RENDERCHAIN_LOG": "json"}
WORKER = WorkerPlan(environment={"RENDERCHAIN_PROBE_SECONDS": "0"})


class JobFailed(Exception):
    """The artist's command ended before all frames were there; the text is the end of what it said."""


@dataclass(frozen=True)
class Took:
    """Seconds from the artist's command to the last frame on its disk, of these for rendering, of these for
    the frames themselves and for self-tests; with several workers these two are added up.
    """

    whole_s: float
    rendering_s: float
    frames_s: float
    self_tests_s: float


def by_network(work: Work, workers: int, scratch: Path) -> Took:
    """What a network of so many workers takes; it is started for this and ends with it."""
    folder = Path(tempfile.mkdtemp(dir=scratch)) / "network"
    numbers = range(1, workers + 1)
    with (
        running_network(folder, workers) as network,
        running_workers(network, dict.fromkeys(numbers, WORKER), folder) as running,
    ):
        wait_until_ready(running, numbers)
        whole_s = submit(network, work, folder / "frames")
        return took(whole_s, [running.log(number) for number in numbers])


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
    plain_s = work.plain((frames[0], frames[-1])).wall_s
    one = by_network(work, 1, scratch)
    alone_s = work.plain(*((frame, frame) for frame in frames)).wall_s
    two = by_network(work, 2, scratch)
    seconds = [plain_s, alone_s, one.rendering_s, one.whole_s, two.rendering_s, two.whole_s]
    rest_s = one.rendering_s - one.frames_s - one.self_tests_s
    parts = [scene, one.frames_s, one.self_tests_s, rest_s, one.frames_s / plain_s]
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
    say(["scene", "one worker: frames, s", "self-tests, s", "the rest, s", "frames / plain"])
    say(["---"] * 5)
    for part in parts:
        say(part)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
