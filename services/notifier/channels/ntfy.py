"""A topic of an ntfy server."""

from __future__ import annotations

import msgspec

from ..notice import Message
from ..reach import Reach
from ..rules import Ntfy
from ..secret import Secret
from .http import bearer, request

URGENT = frozenset({"service_down", "index_behind", "audit_lost", "stake_shrank", "deadline_near"})
HIGH, USUAL = 4, 3
MOST_TEXT = 3500  # ntfy makes an attachment of what has more than 4096 bytes


async def send_ntfy(topic: Ntfy, token: Secret | None, reach: Reach, message: Message) -> None:
    """Raises NotSent."""
    body = {
        "topic": topic.topic,
        "title": message.title,
        "message": cut(message.text or message.title, MOST_TEXT),
        "priority": HIGH if message.kind in URGENT else USUAL,
    }
    if message.link:
        body["click"] = message.link
    headers = {"Content-Type": "application/json", **(bearer(token.reveal()) if token else {})}
    await request("POST", topic.url, reach, msgspec.json.encode(body), headers)


def cut(text: str, most: int) -> str:
    """At most so many bytes of it."""
    content = text.encode()
    return text if len(content) <= most else f"{content[:most].decode(errors='ignore')}…"
