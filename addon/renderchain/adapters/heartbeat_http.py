"""Sends heartbeats to schedulers by HTTP."""

from __future__ import annotations

from ..core.addresses import led_elsewhere, shown_address
from ..core.errors import RenderChainError
from ..core.plain_text import printable

PATH = "/v1/heartbeats"
PATIENCE_S = 8.0
MOST_ANSWER = 600  # characters of what a scheduler says


class SchedulerAway(RenderChainError):
    """It does not answer, or takes no heartbeats from here."""


async def send_heartbeat(board: int, address: str, raw: bytes) -> None:
    """Tell what schedules that board there; raises SchedulerAway with what it said."""
    import aiohttp

    place = f"{address.rstrip('/')}{PATH}/{board:#x}"
    shown, timeout = shown_address(address), aiohttp.ClientTimeout(total=PATIENCE_S)
    headers = {"Content-Type": "application/json"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.post(place, data=raw, allow_redirects=False) as answer,
        ):
            said = printable((await answer.content.read(MOST_ANSWER)).decode(errors="replace")).strip()
            status, led_to = answer.status, answer.headers.get("Location", "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise SchedulerAway(f"{shown} can't be reached ({reason}). Check schedulers.") from error
    if status // 100 == 3:
        raise SchedulerAway(led_elsewhere(shown, led_to))
    if status != 204:
        raise SchedulerAway(f"{shown} answered {status}: {said}")
