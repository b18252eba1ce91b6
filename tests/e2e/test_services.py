"""Three boards, six workers of two families, three artists; of the services beside them one is killed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from renderchain.composition.network import open_boards
from renderchain.core.board_events import BoardEvent, LeaseAccepted, LeaseClaimed, LeasePaid
from renderchain.core.ids import JobId
from renderchain.core.job import JobInfo
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.jobs import JobEnded, ReceiptWritten
from renderchain.core.notices.process import WaitingForWork
from renderchain.settings import load_settings
from standardwebhooks import Webhook, WebhookVerificationError

from devkit.logs import notices_in, notices_of
from devkit.network.beside import LocalServices, let_read, let_schedule, running_services
from devkit.network.local import Network, SeatHolding, SilentReporter, running_network
from devkit.network.services import REPO
from devkit.network.workers import HONEST, WorkerPlan, running_workers
from tests.application import Application
from tests.services.notifier.receivers import SECRET, Request, http_server, mail_server

SCENE = REPO / "tests" / "scenes" / "linked.py"
WORKERS, BOTH = range(1, 7), (5, 6)  # who also renders with Blender 5.2
HOLDINGS = {one: SeatHolding(families=("4.5",)) for one in WORKERS if one not in BOTH}
ATTENDED, AWAY, OTHER = "artist", "artist-2", "artist-3"
SCHEDULER = "scheduler-1"
OPTIONS = ["--lease", "1", "--reward", "0.5", "--probe-seconds", "0", "--proof-seconds", "0"]
FRAMES = {ATTENDED: 2, AWAY: 2, OTHER: 12}  # of the last one some are open when the scheduler is killed
TIMEOUT_S = 600  # a busy machine takes its time
LOOK_S = 0.5


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Raises AssertionError when it takes too long."""
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < deadline, f"it did not happen that {what}"
        time.sleep(LOOK_S)


@dataclass(frozen=True)
class Client:
    """An artist's, which submits a scene to a board; 0: to that which it chooses."""

    network: Network
    artist: str
    output: Path
    command: Sequence[str]
    board: int = 0
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def log(self) -> Path:
        """What it tells."""
        return self.output.with_suffix(".log")

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """It says into the log what it does."""
        named = {"RENDERCHAIN_BOARD": hex(self.board)} if self.board else {}
        config = {"RENDERCHAIN_CONFIG": str(self.network.settings_file(self.artist))}
        frames = ["--frames", f"1-{FRAMES[self.artist]}", "--output", str(self.output), "--log", "json"]
        with self.log.open("wb") as out:
            return subprocess.Popen(
                [*self.command, *frames, *OPTIONS, *more],
                cwd=REPO,
                env={**self.environment, **config, **named},
                stdout=out,
                stderr=out,
            )

    def submit(self) -> None:
        """And leave it to others what becomes of the job."""
        assert self.start().wait(TIMEOUT_S) == 0, self.log.read_text()[-3000:]

    @contextmanager
    def attending(self) -> Iterator[None]:
        """Submit, and follow the job to its end."""
        client = self.start("--wait")
        try:
            yield
            assert client.wait(TIMEOUT_S) == 0, self.log.read_text()[-3000:]
        finally:
            client.kill()
            client.wait()
        heard = notices_in(self.log.read_text())
        assert [one.state for one in heard if isinstance(one, JobEnded)] == [JobState.COMPLETED]
        assert [one for one in heard if isinstance(one, ReceiptWritten)]


def answer_of(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.read().decode())


async def told(network: Network, board: int) -> list[BoardEvent]:
    """All that was told of a board's first job."""
    async with open_boards(load_settings(network.settings_file(OTHER)), SilentReporter()) as boards:
        return await (await boards.of(board)).told_of(JobId(1), 0)


def claims(network: Network, board: int) -> list[LeaseClaimed]:
    """What was claimed and assigned of it."""
    return [one for one in asyncio.run(told(network, board)) if isinstance(one, LeaseClaimed)]


async def jobs(network: Network) -> dict[int, tuple[JobInfo, int]]:
    """By board its first job, and what was paid of it."""
    found = {}
    async with open_boards(load_settings(network.settings_file(OTHER)), SilentReporter()) as boards:
        for board in network.contracts.boards:
            chain = await boards.of(board)
            events = await chain.told_of(JobId(1), 0)
            paid_fri = sum(one.paid_fri for one in events if isinstance(one, LeaseAccepted | LeasePaid))
            found[board] = (await chain.job(JobId(1)), paid_fri)
    return found


def verified(receipt: Path, frames: Path) -> dict[str, str]:
    """What a check without any network finds of a receipt and the frames beside it."""
    command = [sys.executable, "-m", "renderchain", "verify-receipt", str(receipt), "--frames", str(frames)]
    done = subprocess.run(
        [*command, "--json"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    assert found["code"] == 0 and not done.returncode, found
    return {line["what"]: line["health"] for line in found["found"]}


def write_rules(network: Network, index: str, hook: str, mail_port: int) -> Path:
    """The notifier's file: each artist hears of its jobs' ends by webhook and by mail."""
    file = network.folder / "notifier.toml"
    (network.folder / "hook.key").write_text(SECRET)
    lines = [f'index = "{index}"', f'dashboard = "{index}/"', "[mail]", 'host = "127.0.0.1"']
    lines += [f"port = {mail_port}", 'security = "none"', 'sender = "network@example.org"']
    for artist in FRAMES:
        key = '{ file = "hook.key" }'
        lines += ["[[person]]", f'name = "{artist}"', f'accounts = ["{network.accounts[artist].address:#x}"]']
        lines.append(f'channels.hook = {{ kind = "webhook", url = "{hook}/{artist}", secret = {key} }}')
        lines.append(f'channels.mail = {{ kind = "mail", to = "{artist}@example.org" }}')
        lines.append('rules = [{ hear = ["job_done"], by = ["hook", "mail"] }]')
    file.write_text("\n".join(lines) + "\n")
    return file


def answer_to(came: Request, forged: list[str]) -> tuple[int, dict[str, str]]:
    """What a receiver answers that looks at signatures; why they are none of the notifier's is kept."""
    try:
        Webhook(SECRET).verify(came.body, came.headers)
    except WebhookVerificationError as error:
        forged.append(str(error))
        return 400, {}
    return 200, {}


def done_jobs(came: Sequence[Request]) -> list[str]:
    """Of which artists a job's end was told, by webhooks that are no repetitions."""
    first = {one.headers["webhook-id"]: one for one in came}
    return [
        one.path.removeprefix("/")
        for one in first.values()
        for notice in one.json["data"]["notices"]
        if notice["kind"] == "job_done"
    ]


def scenes(application: Application, folder: Path) -> tuple[Path, Path]:
    """One for each family."""
    older, newer = folder / "older", folder / "newer"
    for one in (older, newer):
        one.mkdir()
    subprocess.run([sys.executable, str(SCENE), str(older)], capture_output=True, check=True)
    script = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", str(SCENE), "--", str(newer)]
    done = application.run(*script, BLENDER_USER_RESOURCES=str(folder / "resources"))
    assert done.returncode == 0, done.stdout + done.stderr
    return older / "project" / "main.blend", newer / "project" / "main.blend"


def test_jobs_on_three_boards_end_although_their_scheduler_is_killed(
    application: Application, tmp_path: Path
) -> None:
    older, newer = scenes(application, tmp_path)
    outputs = {artist: tmp_path / "frames" / artist for artist in FRAMES}
    for output in outputs.values():
        output.mkdir(parents=True)
    newest = {
        "RENDERCHAIN_BLENDERS": os.pathsep.join(["", application.outside]),
        "BLENDER_USER_RESOURCES": str(application.resources),
    }
    plans = {one: WorkerPlan(environment=newest) if one in BOTH else HONEST for one in WORKERS}
    folder, forged = tmp_path / "net", list[str]()
    with (
        running_network(
            folder, len(WORKERS), artists=len(FRAMES), boards=3, schedulers=1, holdings=HOLDINGS
        ) as network,
        running_services(network, folder) as services,
        http_server() as hook,
        mail_server() as box,
    ):
        hook.answer = lambda came: answer_to(came, forged)
        index, scheduler = services.start_index(), services.start_scheduler()
        let_schedule(network, 1, scheduler)
        let_read(network, index)
        services.start_notifier(write_rules(network, index, hook.url, box.port))
        with running_workers(network, plans, folder) as workers:
            logs = [workers.log(one) for one in WORKERS]
            wait_until(
                lambda: all(any(isinstance(one, WaitingForWork) for one in notices_of(log)) for log in logs),
                "all workers wait for work",
            )
            heard = f"renderchain_scheduler_workers {len(WORKERS)}"
            wait_until(lambda: heard in answer_of(f"{scheduler}/metrics"), "the scheduler hears all workers")
            services.start_aggregator(AWAY)
            with_application = Client(
                network,
                ATTENDED,
                outputs[ATTENDED],
                (application.blender, "-b", str(newer), "--command", "renderchain_submit"),
                environment=application.environment,
            )
            play(with_application, services, older, outputs)
            wait_until(lambda: len(done_jobs(hook.requests)) >= len(FRAMES), "each artist is told by webhook")
            wait_until(lambda: len(box.letters) >= len(FRAMES), "and by mail")
        shown = json.loads(answer_of(f"{index}/v1/jobs"))["items"]
        boards = json.loads(answer_of(f"{index}/v1/boards"))["items"]
        found = asyncio.run(jobs(network))
    assert sorted(done_jobs(hook.requests)) == sorted(FRAMES), "each artist is told once"
    assert forged == []
    assert sorted(to for _, (to,), _ in box.letters) == sorted(f"{artist}@example.org" for artist in FRAMES)
    check_frames(outputs)
    assert {int(one["address"], 16) for one in boards} == set(found)
    assert {(int(one["board"], 16), one["job"], one["state"]) for one in shown} == {
        (board, "1", "closed") for board in found
    }
    assert {job.state for job, _ in found.values()} == {JobState.COMPLETED}
    assert sorted(job.tasks for job, _ in found.values()) == sorted(FRAMES.values())
    assert all(paid_fri == job.tasks * job.reward_fri for job, paid_fri in found.values())


def check_frames(outputs: dict[str, Path]) -> None:
    """Each artist has its frames, and a receipt that fits them."""
    for artist, output in outputs.items():
        names = {f"{frame:04d}.png" for frame in range(1, 1 + FRAMES[artist])}
        assert {path.name for path in output.glob("*.png")} == names
        health = verified(output / "receipt-1.json", output)
        assert {"results", "frames", "files", "seal"} <= {what for what, one in health.items() if one == "ok"}


def play(first: Client, services: LocalServices, older: Path, outputs: dict[str, Path]) -> None:
    """Three artists have a job on a board each; the scheduler is killed once it has begun on all."""
    network, boards = first.network, first.network.contracts.boards
    with first.attending():
        wait_until(lambda: any(asyncio.run(told(network, at)) for at in boards), "the first job is created")
        (chosen,) = [at for at in boards if asyncio.run(told(network, at))]
        second, third = [one for one in boards if one != chosen]
        submit = (sys.executable, "-m", "renderchain", "submit", str(older))
        Client(network, AWAY, outputs[AWAY], submit, second).submit()
        with Client(network, OTHER, outputs[OTHER], submit, third).attending():
            wait_until(
                lambda: all(any(one.assigned for one in claims(network, at)) for at in boards),
                "the scheduler has assigned leases on all boards",
            )
            services.kill(SCHEDULER)
            before = len(claims(network, third))
            receipt = outputs[AWAY] / "receipt-1.json"
            wait_until(receipt.is_file, "the aggregator has written the receipt")
    assert not services.is_running(SCHEDULER)
    later = claims(network, third)[before:]
    assert later and not any(one.assigned for one in later), "what the scheduler left was claimed"
