"""What a scheduler answers by HTTP: it takes heartbeats, and says how it is."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from aiohttp import web
from renderchain.app.scheduler.intake import Intake
from renderchain.app.scheduler.scheduler import Scheduler
from renderchain.core.errors import ChainError
from renderchain.core.metrics import CONTENT_TYPE, Metric, by_label, exposition, single
from renderchain.core.scheduling.heartbeat import MOST_BYTES, HeartbeatRefused

MOST_BEATS = 200  # that one address may send in BEATS_S: some workers may share it
BEATS_S = 10.0
MOST_SENDERS = 10_000
SLOW_S = 60.0  # without a plan for so long it is not ready


class Pages:
    """Of one scheduler; ``clock`` counts seconds."""

    def __init__(
        self,
        scheduler: Scheduler,
        intake: Intake,
        now: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scheduler, self._intake, self._now, self._clock = scheduler, intake, now, clock
        self._senders: OrderedDict[str, tuple[float, int]] = OrderedDict()  # begin of their count, and count

    def app(self) -> web.Application:
        """All pages."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.add_routes(
            [
                web.post("/v1/heartbeats", self.heartbeat),
                web.get("/v1/waiting", self.waiting),
                web.get("/healthz", self.alive),
                web.get("/readyz", self.ready),
                web.get("/metrics", self.metrics),
            ]
        )
        return app

    async def heartbeat(self, request: web.Request) -> web.Response:
        """204 where it was believed; else why not."""
        if not self._may_send(request.remote or ""):
            return web.Response(status=429, text="Too many heartbeats from one address; send fewer.\n")
        try:
            await self._intake.hear(await request.read())
        except HeartbeatRefused as error:
            return web.Response(status=400, text=f"{error}\n")
        except ChainError as error:
            return web.Response(status=503, text=f"{error} Send the next one as usual.\n")
        return web.Response(status=204)

    async def waiting(self, _: web.Request) -> web.Response:
        """Of each job with open tasks, who could take them and why others can't."""
        found = {str(job_id): reason for job_id, reason in self._scheduler.why_waiting().items()}
        return web.Response(text=json.dumps({"jobs": found}), content_type="application/json")

    async def alive(self, _: web.Request) -> web.Response:
        """Whether the process answers."""
        return web.Response(text="alive\n")

    async def ready(self, _: web.Request) -> web.Response:
        """Whether it plans."""
        if self._now() - self._scheduler.planned_s > SLOW_S:
            return web.Response(status=503, text=f"No plan was made for {SLOW_S:.0f} s: see the log.\n")
        return web.Response(text="ready\n")

    async def metrics(self, _: web.Request) -> web.Response:
        """Numbers for Prometheus."""
        return web.Response(text=exposition(self._metrics()), headers={"Content-Type": CONTENT_TYPE})

    def _may_send(self, sender: str) -> bool:
        since_s, count = self._senders.pop(sender, (self._clock(), 0))
        if self._clock() - since_s > BEATS_S:
            since_s, count = self._clock(), 0
        self._senders[sender] = (since_s, count + 1)
        if len(self._senders) > MOST_SENDERS:
            self._senders.popitem(last=False)
        return count < MOST_BEATS

    def _metrics(self) -> Iterable[Metric]:
        books = self._scheduler.books
        jobs = [job for _, job in books.jobs()]
        heard = {name: float(count) for name, count in self._intake.counts.items()}
        prefix = "renderchain_scheduler_"
        return [
            single(f"{prefix}jobs", "gauge", "Jobs that it schedules.", len(jobs)),
            single(
                f"{prefix}open_tasks",
                "gauge",
                "Tasks that nobody holds.",
                sum(one.open.count for one in jobs),
            ),
            single(
                f"{prefix}held_leases",
                "gauge",
                "Leases that are in work.",
                sum(len(one.held) for one in jobs),
            ),
            single(
                f"{prefix}workers",
                "gauge",
                "Workers of all families that it heard lately.",
                self._scheduler.worker_count,
            ),
            single(
                f"{prefix}planned_seconds", "gauge", "When the last plan was made.", self._scheduler.planned_s
            ),
            by_label(f"{prefix}heartbeats_total", "counter", "Heartbeats.", "outcome", heard),
        ]
