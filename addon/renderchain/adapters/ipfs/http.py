"""HTTP by aiohttp, for what is streamed: one session for each transfer, and what goes wrong in a sentence."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ...core.addresses import is_same_place, led_elsewhere, shown_address
from ...core.errors import SettingsError, StoreError
from .failures import FORBIDDEN, away, broke_off, message_of, not_let_in, refused, silent, untrusted

CONNECT_TIMEOUT_S = 5
BUFFER_BYTES = 2**20
MOST_ERROR_BYTES = 2**16


@asynccontextmanager
async def open_session(
    patience_s: float,
    headers: Mapping[str, str] | None = None,
    ca: Path | None = None,
    socket: str = "",
) -> AsyncIterator[Any]:
    """An aiohttp session that waits so long for more bytes; ``ca`` signs besides those the system trusts.

    Where an answer leads to another place StoreError is raised, and nobody is asked there.
    """
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=patience_s)
    connector = aiohttp.UnixConnector(socket) if socket else aiohttp.TCPConnector(ssl=trust(ca), limit=0)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        headers=headers,
        read_bufsize=BUFFER_BYTES,
        trace_configs=[_staying()],
    ) as session:
        yield session


def _staying() -> Any:
    """Who allowed an address, and put a key into its headers, did not allow all that it may lead to."""
    import aiohttp

    async def look(_session: Any, _context: Any, told: Any) -> None:
        asked, led_to = str(told.url), told.response.headers.get("Location", "")
        if not is_same_place(asked, led_to):
            told.response.close()
            raise elsewhere(shown_address(asked), led_to)

    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(look)
    return tracing


def elsewhere(where: str, led_to: str) -> StoreError:
    """An answer that leads to another place."""
    return StoreError(led_elsewhere(where, led_to))


def trust(ca: Path | None) -> ssl.SSLContext | bool:
    """Whose signatures count; raises SettingsError."""
    if ca is None:
        return True
    try:
        context = ssl.create_default_context()
        context.load_verify_locations(ca)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"ipfs_ca, {ca}, can't be read as PEM ({error}); correct it.") from error
    return context


@asynccontextmanager
async def asked(action: str, where: str) -> AsyncIterator[None]:
    """What aiohttp raises inside of this, as our errors."""
    import aiohttp

    try:
        yield
    except aiohttp.ClientSSLError as error:
        raise untrusted(action, where, error) from error
    except TimeoutError as error:
        raise silent(action, where) from error
    except (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError) as error:
        raise away(action, where, error) from error
    except aiohttp.ClientError as error:
        raise broke_off(action, where, error) from error


async def check_answer(response: Any, action: str, where: str) -> None:
    """Raise StoreError where it is none."""
    if response.status == 200:
        return
    if response.status in FORBIDDEN:
        raise not_let_in(action, where, response.status)
    said = message_of(await response.content.read(MOST_ERROR_BYTES)) or f"status {response.status}"
    raise refused(action, where, said)
