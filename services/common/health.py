"""Whether a service lives, whether it is ready, and its numbers: what an orchestrator and Prometheus ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from renderchain.core.metrics import CONTENT_TYPE, Metric, exposition


def health_pages(not_ready: Callable[[], str], metrics: Callable[[], Iterable[Metric]]) -> APIRouter:
    """``not_ready`` says why not, "" if it is."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", response_class=PlainTextResponse, summary="Whether the process answers")
    def healthz() -> str:
        return "alive\n"

    @router.get(
        "/readyz",
        response_class=PlainTextResponse,
        summary="Whether what it says is of now",
        responses={503: {"description": "It is not, and why.", "content": {"text/plain": {}}}},
    )
    def readyz() -> Response:
        why = not_ready()
        return PlainTextResponse(f"{why or 'ready'}\n", 503 if why else 200)

    @router.get("/metrics", response_class=PlainTextResponse, summary="Numbers for Prometheus")
    def numbers() -> Response:
        return Response(exposition(metrics()), media_type=CONTENT_TYPE)

    return router
