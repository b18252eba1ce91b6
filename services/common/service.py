"""One process of a service: an HTTP server, and duties beside it, until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any

import uvicorn
from fastapi import FastAPI

GRACE_S = 5  # for answers under way
MOST_CONNECTIONS = 4096
log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Signals are ours."""

    def capture_signals(self) -> Any:
        from contextlib import nullcontext

        return nullcontext()


async def serve(app: FastAPI, host: str, port: int, duties: dict[str, Coroutine[Any, Any, None]]) -> None:
    """Answer by HTTP and do the duties until SIGTERM or SIGINT; raises what a duty does.

    A duty that ends takes the process with it, so that whoever started it starts it again.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        limit_concurrency=MOST_CONNECTIONS,
        server_header=False,
    )
    server = _Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _end, server)
    working = [asyncio.create_task(duty, name=name) for name, duty in duties.items()]
    answering = asyncio.create_task(server.serve(), name="http")
    try:
        await asyncio.wait([answering, *working], return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        for one in working:
            one.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await asyncio.gather(answering, return_exceptions=True)
    for one in (*working, answering):
        if not one.cancelled() and (error := one.exception()):
            raise error


def _end(server: uvicorn.Server) -> None:
    log.info("told to end")
    server.should_exit = True
