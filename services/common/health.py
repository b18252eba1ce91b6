"""Whether a service lives, whether it is ready, and its numbers: what an orchestrator and Prometheus ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from anyio.to_thread import run_sync
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from renderchain.core.metrics import CONTENT_TYPE, Metric, exposition, single


def readiness(why_not: str) -> Metric:
    """What ``/readyz`` says, for alerts: also of a service that has no numbers of its work yet."""
    return single("renderchain_service_ready", "gauge", "1: what it says is of now.", int(not why_not))


def health_pages(
    not_ready: Callable[[], str], metrics: Callable[[], Iterable[Metric]], *, in_loop: bool = False
) -> APIRouter:
    """``not_ready`` says why not, "" if it is.

    Both may wait for a database, so they are asked in a thread; with ``in_loop`` they look at what only
    the service's loop may touch, and are asked there.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz", response_class=PlainTextResponse, summary="Whether the process answers")
    async def healthz() -> str:
        return "alive\n"

    @router.get(
        "/readyz",
        response_class=PlainTextResponse,
        summary="Whether what it says is of now",
        responses={503: {"description": "It is not, and why.", "content": {"text/plain": {}}}},
    )
    async def readyz() -> Response:
        why = not_ready() if in_loop else await run_sync(not_ready)
        return PlainTextResponse(f"{why or 'ready'}\n", 503 if why else 200)

    @router.get("/metrics", response_class=PlainTextResponse, summary="Numbers for Prometheus")
    async def numbers() -> Response:
        def page() -> str:
            return exposition([readiness(not_ready()), *metrics()])

        return Response(page() if in_loop else await run_sync(page), media_type=CONTENT_TYPE)

    return router
