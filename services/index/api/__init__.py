"""The index's answers by HTTP; /openapi.json describes them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.common.engine import READERS
from services.common.health import health_pages

from .answers import REFUSALS, Answers
from .dashboard import DIST, dashboard_pages
from .gas import gas_pages
from .jobs import job_pages
from .leases import lease_pages
from .market import market_pages
from .network import network_pages
from .news import News, news_pages
from .previews import preview_pages
from .prints import print_pages
from .readiness import Readiness
from .workers import worker_pages

log = logging.getLogger(__name__)


def make_app(engine: Engine, dist: Path = DIST, previews: Path | None = None) -> FastAPI:
    """An application that answers out of a database of the index, and serves a dashboard that was built.

    ``previews`` is a folder of the aggregator's, for all boards.
    """
    news, readiness, answers = News(engine), Readiness(engine), Answers(engine)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = READERS
        async with news.told():
            yield

    app = FastAPI(
        title="RenderChain index",
        version="1",
        summary="What the chain told of a network: its boards, jobs, leases, workers, audits and payments.",
        lifespan=living,
        docs_url=None,
        redoc_url=None,
    )

    @app.exception_handler(SQLAlchemyError)
    async def away(request: Request, error: SQLAlchemyError) -> JSONResponse:
        log.warning("no answer to %s: %s", request.url.path, type(error).__name__)
        words = "The database can't be read now. Ask again later."
        return JSONResponse({"detail": words}, 503, {"Retry-After": "5"})

    app.include_router(health_pages(readiness.not_ready, lambda: readiness.metrics(news)))
    for pages in (
        *(network_pages, job_pages, lease_pages, print_pages, worker_pages),
        *(market_pages, gas_pages),
    ):
        app.include_router(pages(answers), prefix="/v1", responses=REFUSALS)
    app.include_router(preview_pages(answers, previews), prefix="/v1", responses=REFUSALS)
    app.include_router(news_pages(news), prefix="/v1")
    app.include_router(dashboard_pages(dist))
    return app
