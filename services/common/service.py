"""One process of a service: an HTTP server, and duties beside it, until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import uvicorn
from fastapi import FastAPI
from renderchain.core.errors import RenderChainError, SettingsError
from renderchain.core.exit_codes import exit_code_of

from .logs import LogReporter, log_notices

GRACE_S = 5  # for answers under way
MOST_CONNECTIONS = 4096
log = logging.getLogger(__name__)
Duty = Coroutine[Any, Any, None]


class _Server(uvicorn.Server):
    """Signals are ours."""

    def capture_signals(self) -> Any:
        return nullcontext()


def run_service(name: str, work: Callable[[], Duty]) -> int:
    """Do it to its end, logging as the service of that name; returns the exit code."""
    log_notices(name)
    try:
        asyncio.run(work())
    except RenderChainError as error:
        LogReporter().end(str(error))
        return exit_code_of(error)
    return 0


async def serve(
    app: FastAPI, host: str, port: int, duties: Mapping[str, Duty], trusted_proxies: Sequence[str] = ()
) -> None:
    """Answer by HTTP and do the duties until SIGTERM or SIGINT; raises what a duty does.

    Then answers under way have GRACE_S, and the duties are cancelled, which they take as their end. A duty
    that ends by itself takes the process with it, so that whoever started it starts it again. A client's
    address is what X-Forwarded-For says where it asks through one of ``trusted_proxies``.

    Raises SettingsError where nothing can listen on the port; 0 leaves it to the system.
    """
    try:
        listener = _listener(host, port)
    except SettingsError:
        for duty in duties.values():
            duty.close()
        raise
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        limit_concurrency=MOST_CONNECTIONS,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
    )
    server = _Server(config)
    log.info("answering on http://%s:%d", f"[{host}]" if ":" in host else host, listener.getsockname()[1])
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _end, server)
    working = [asyncio.create_task(duty, name=name) for name, duty in duties.items()]
    answering = asyncio.create_task(server.serve([listener]), name="http")
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


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", "") or error
        raise SettingsError(f"Nothing can listen on {host}:{port} ({why}): name another --port.") from error
    # asyncio sets this for sockets that name their protocol alone: an answer's second part waited for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # whoever is accepted has it too
    return listener


def _end(server: uvicorn.Server) -> None:
    log.info("told to end")
    server.should_exit = True
