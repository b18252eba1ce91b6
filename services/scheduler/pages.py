"""What a scheduler answers by HTTP: it takes heartbeats, and says how it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import msgspec
from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse
from renderchain.app.scheduler.scheduler import Scheduler
from renderchain.composition.scheduler import BoardScheduler
from renderchain.core.errors import ChainError
from renderchain.core.ids import JobId
from renderchain.core.metrics import Metric, by_label, single
from renderchain.core.scheduling.heartbeat import MOST_BYTES, HeartbeatRefused

from services.common.health import health_pages

from .senders import Senders

PATIENCE_S = 10.0  # for a heartbeat to come whole, and for the chain to say whose it is
SLOW_S = 60.0  # without a plan for so long it is not ready
FRESH_S = 5.0  # so long it is not looked again why a job waits
MOST_JOBS = 100  # of which one answer tells
BoardAddress = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{1,63}$")]


class Pages:
    """Of one account's schedulers by board, once there are any; ``clock`` counts seconds."""

    def __init__(self, now: Callable[[], float], clock: Callable[[], float] = time.monotonic) -> None:
        self._now, self._clock = now, clock
        self._boards: Mapping[int, BoardScheduler] = {}
        self._senders = Senders(clock)
        self._reasons: dict[tuple[int, JobId], tuple[float, str]] = {}  # when they were looked for, and they

    @contextmanager
    def told_by(self, boards: Mapping[int, BoardScheduler]) -> Iterator[None]:
        """Inside of this they answer for those."""
        self._boards = boards
        try:
            yield
        finally:
            self._boards = {}

    def app(self) -> FastAPI:
        """All pages."""
        app = FastAPI(title="RenderChain scheduler", openapi_url=None)
        app.add_api_route("/v1/heartbeats/{board}", self.heartbeat, methods=["POST"], response_model=None)
        app.add_api_route("/v1/waiting/{board}", self.waiting, response_model=None)
        app.include_router(health_pages(self.not_ready, self.metrics, in_loop=True))
        return app

    async def heartbeat(self, request: Request, board: BoardAddress) -> Response:
        """204 where it was believed; else why not."""
        if not self._boards:
            return _refusal(503, "No node was reached yet. Send the next one as usual.")
        scheduling = self._boards.get(int(board, 16))
        if scheduling is None:
            return _unknown(board)
        if not self._senders.may_send(request.client.host if request.client else ""):
            return _refusal(429, "Too many heartbeats from one address; send fewer.")
        try:
            async with asyncio.timeout(PATIENCE_S):
                raw = await _body(request)
                if len(raw) > MOST_BYTES:
                    return _refusal(413, f"A heartbeat has at most {MOST_BYTES} bytes.")
                await scheduling.intake.hear(raw)
        except HeartbeatRefused as error:
            return _refusal(400, str(error))
        except ChainError as error:
            return _refusal(503, f"{error} Send the next one as usual.")
        except TimeoutError:
            return _refusal(503, f"This took more than {PATIENCE_S:.0f} s. Send the next one as usual.")
        return Response(status_code=204)

    async def waiting(
        self,
        board: BoardAddress,
        after: Annotated[int, Query(ge=0, lt=2**64)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_JOBS)] = MOST_JOBS,
    ) -> Response:
        """Of a board's jobs with open tasks, by number, who could take them and why others can't.

        ``next`` is the ``after`` of those that come after; looked for once in FRESH_S, however many ask.
        """
        if not self._boards:
            return _refusal(503, "No node was reached yet.")
        address = int(board, 16)
        scheduling = self._boards.get(address)
        if scheduling is None:
            return _unknown(board)
        found = scheduling.scheduler.waiting_jobs()
        for gone in {one for one in self._reasons if one[0] == address} - {(address, one) for one in found}:
            del self._reasons[gone]
        rest = [one for one in found if one > after]
        jobs = {str(one): self._reason(address, scheduling.scheduler, one) for one in rest[:limit]}
        body = {"jobs": jobs, "next": str(rest[limit - 1]) if len(rest) > limit else None}
        return Response(msgspec.json.encode(body), media_type="application/json")

    def _reason(self, board: int, scheduler: Scheduler, job_id: JobId) -> str:
        looked_s, reason = self._reasons.get((board, job_id), (-FRESH_S, ""))
        if self._clock() - looked_s >= FRESH_S:
            reason = scheduler.why_waits(job_id)
            self._reasons[board, job_id] = (self._clock(), reason)
        return reason

    def not_ready(self) -> str:
        """Why nothing is planned; "" if it is."""
        if not self._boards:
            return "no node was reached yet: see the log"
        is_slow = self._now() - min(one.scheduler.planned_s for one in self._boards.values()) > SLOW_S
        return f"no plan was made for {SLOW_S:.0f} s: see the log" if is_slow else ""

    def metrics(self) -> Iterable[Metric]:
        """For Prometheus."""
        if not self._boards:
            return []
        schedulers = [one.scheduler for one in self._boards.values()]
        jobs = [job for one in schedulers for _, job in one.books.jobs()]
        counts = [one.intake.counts for one in self._boards.values()]
        heard = {name: float(sum(one[name] for one in counts)) for name in counts[0]}
        gauges = {
            "jobs": ("Jobs that it schedules.", len(jobs)),
            "open_tasks": ("Tasks that nobody holds.", sum(one.open.count for one in jobs)),
            "refused_jobs": (
                "Jobs that name it and that it does not schedule.",
                sum(len(one.books.refused) for one in schedulers),
            ),
            "held_leases": ("Leases that are in work.", sum(len(one.held) for one in jobs)),
            "workers": ("Workers that were heard lately.", max(one.worker_count for one in schedulers)),
            "planned_seconds": ("When the last plan was made.", min(one.planned_s for one in schedulers)),
        }
        prefix = "renderchain_scheduler_"
        told = [single(f"{prefix}{name}", "gauge", *one) for name, one in gauges.items()]
        return [*told, by_label(f"{prefix}heartbeats_total", "counter", "Heartbeats.", "outcome", heard)]


def _refusal(status: int, words: str) -> Response:
    return PlainTextResponse(f"{words}\n", status)


def _unknown(board: str) -> Response:
    return _refusal(404, f"Nothing is scheduled here on the board {board}.")


async def _body(request: Request) -> bytes:
    """What was sent, or more than MOST_BYTES of it."""
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MOST_BYTES:
            break
    return raw
