"""The second artist's jobs, and what happens to workers meanwhile.

One verifier is killed while it looks at a lease, and started again once its absence is on-chain. Another's
render processes stand still until it says that it is busy. Who was caught goes on as an honest verifier: its
seats' stake would be lost otherwise.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from renderchain.core.audit.state import Vote
from renderchain.core.ids import LeaseId
from renderchain.core.notices.audits import Challenged, Verifying, VoteDeclined

from devkit.logs import notices_of
from devkit.network.local import Network
from devkit.network.services import REPO
from devkit.network.workers import LocalWorkers

from .cast import (
    BUSY,
    CHEAT,
    FOLDER,
    KILLED,
    LONGEST_LEASE,
    PATIENT,
    PLANS,
    SMALL_EXP,
    SMALL_REWARD,
    VERIFIER,
)
from .steps import DemoFailed, end_steps, run, say

ATTEMPTS = 3  # each fails 1 time in 30, where chance audits the one lease in 32, or draws a verifier not once
LONGEST_S = 1800  # of an attempt, which takes 11 minutes, most of them steps of audits
LOOK_S, ASK_S = 0.3, 3.0
ARTIST = "artist-2"


class Incidents:
    """What is to happen to workers, and what has."""

    def __init__(self, network: Network, workers: LocalWorkers) -> None:
        self._network = network
        self._workers = workers
        self._killed_at: LeaseId | None = None
        self._was_missed = False
        self._was_busy = False
        self._asked_s = 0.0

    def look(self) -> None:
        """Do what is due; to be called again and again."""
        for number in (CHEAT, PATIENT):
            if not self._workers.is_running(number):
                self._workers.start(number, VERIFIER)
                say(f"worker-{number} was caught and ended; it starts again as an honest verifier")
        if self._killed_at is None:
            self._kill()
        elif not self._was_missed and time.monotonic() > self._asked_s + ASK_S:
            self._start_again(self._killed_at)
        if not self._was_busy:
            self._hold_up()

    def _kill(self) -> None:
        verified = [one for one in notices_of(self._workers.log(KILLED)) if isinstance(one, Verifying)]
        if verified:
            self._workers.kill(KILLED)
            self._killed_at = verified[0].lease_id
            say(f"worker-{KILLED} is killed while it verifies lease {self._killed_at}")

    def _start_again(self, lease_id: LeaseId) -> None:
        self._asked_s = time.monotonic()
        if vote := asyncio.run(self._lost_vote(lease_id)):
            self._was_missed = True
            say(f"worker-{KILLED} is {vote.name.lower()} in lease {lease_id}; it is started again")
            self._workers.start(KILLED, PLANS[KILLED])

    async def _lost_vote(self, lease_id: LeaseId) -> Vote | None:
        # The owner's account: the worker's own is for its process alone.
        async with self._network.chain(f"owner-{KILLED}") as chain:
            seats = await chain.verifiers(lease_id)
        lost = [one.vote for one in seats if one.worker_id == KILLED]
        return next((vote for vote in lost if vote in (Vote.ABSENT, Vote.SILENT)), None)

    def _hold_up(self) -> None:
        declined = [one for one in notices_of(self._workers.log(BUSY)) if isinstance(one, VoteDeclined)]
        if declined:
            self._was_busy = True
            self._workers.let_go(BUSY)
            say(f"worker-{BUSY}: {declined[0].sentence}")
        else:
            self._workers.hold_up(BUSY)  # each time: it may have new ones

    def missing(self) -> str:
        """What has not happened yet; "" if all has."""
        told = notices_of(FOLDER / f"{ARTIST}.log")
        seen = {
            "a lease that chance spared and the artist's own check challenged": any(
                isinstance(one, Challenged) for one in told
            ),
            "a verifier that was killed and missed": self._was_missed,
            "a verifier that was busy": self._was_busy,
        }
        return ", ".join(what for what, is_so in seen.items() if not is_so)


def small_jobs(network: Network, workers: LocalWorkers, end: threading.Event) -> None:
    """Have both jobs done until all was seen, then look after workers until the end is set.

    Raises DemoFailed if after some attempts something was not seen.
    """
    incidents = Incidents(network, workers)
    script, config = REPO / "tools" / "demo" / "small_jobs.py", network.settings_file(ARTIST)
    terms = [SMALL_REWARD, str(LONGEST_LEASE), str(SMALL_EXP)]
    command = [sys.executable, str(script), str(FOLDER / "small"), str(config), *terms]
    with ThreadPoolExecutor(1) as other:
        for attempt in range(ATTEMPTS):
            if attempt:
                say(f"not seen yet: {incidents.missing()}; once more", ARTIST)
                workers.end(PATIENT)
                workers.start(PATIENT, PLANS[PATIENT])
            doing = other.submit(run, command, ARTIST, ARTIST)
            deadline = time.monotonic() + LONGEST_S
            while not doing.done():
                if time.monotonic() > deadline:
                    end_steps(ARTIST)
                    raise DemoFailed(f"{ARTIST} was not done in {LONGEST_S} s; see {FOLDER / ARTIST}.log")
                incidents.look()
                time.sleep(LOOK_S)
            doing.result()
            if not incidents.missing():
                break
        else:
            raise DemoFailed(f"{ARTIST} tried {ATTEMPTS} times; not seen: {incidents.missing()}")
        while not end.wait(LOOK_S):
            incidents.look()
