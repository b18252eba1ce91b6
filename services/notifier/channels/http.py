"""One request to where a rule leads, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time

import aiohttp
from renderchain.core.addresses import led_elsewhere

from ..notice import Gone, NotSent
from ..reach import NotReachable, Reach

ASK_S = 20.0


async def request(
    method: str, url: str, reach: Reach, body: bytes, headers: Mapping[str, str], *, ends: bool = False
) -> None:
    """Send it. Raises NotSent, or where an answer of 410 ``ends`` it, Gone.

    The name is resolved once, and the connection is made to an address that was looked at.
    """
    try:
        reach.check(url)
    except ValueError as error:
        raise NotSent(f"the address can't be used: {error}") from None
    connector = aiohttp.TCPConnector(resolver=reach.resolver(), use_dns_cache=False, force_close=True)
    timeout = aiohttp.ClientTimeout(total=ASK_S)
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
            ) as s,
            s.request(method, url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            _look(answer, ends=ends)
    except aiohttp.ClientConnectorError as error:
        inner = error.os_error
        raise NotSent(str(inner) if isinstance(inner, NotReachable) else _why(inner)) from None
    except NotReachable as error:
        raise NotSent(str(error)) from None
    except TimeoutError:
        raise NotSent(f"no answer in {ASK_S:.0f} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise NotSent(_why(error)) from None


def _look(answer: aiohttp.ClientResponse, *, ends: bool) -> None:
    if 200 <= answer.status < 300:
        return
    if answer.status == 410 and ends:
        raise Gone("it answers that it wants no more (410)")
    if 300 <= answer.status < 400:
        raise NotSent(led_elsewhere("it", answer.headers.get("Location", "")))
    raise NotSent(f"it answers {answer.status}", _asked_to_wait(answer.headers.get("Retry-After", "")))


def _asked_to_wait(text: str) -> int:
    """Seconds that the other side wants to be left alone."""
    if text.isascii() and text.isdecimal() and len(text) < 8:
        return int(text)
    try:
        return max(0, int(parsedate_to_datetime(text).timestamp() - time()))
    except (TypeError, ValueError, OverflowError):
        return 0


def _why(error: BaseException) -> str:
    return f"it can't be reached ({getattr(error, 'strerror', None) or type(error).__name__})"


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}
