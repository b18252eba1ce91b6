"""Signed webhooks (Standard Webhooks): who receives one knows whose it is, and a repetition by its id."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from time import time
from typing import Any

import msgspec
from standardwebhooks import Webhook

from ..notice import Message, Notice, NotSent
from ..reach import Reach
from ..rules import Hook
from ..secret import Secret
from .http import request


async def send_hook(hook: Hook, secret: Secret, reach: Reach, message: Message) -> None:
    """Raises NotSent, or Gone where the answer is 410."""
    body = msgspec.json.encode(payload(message))
    now_s = int(time())
    try:
        signer = Webhook(_key(secret))
    except (ValueError, RuntimeError):
        raise NotSent("its secret is not what it should be: whsec_ and base64") from None
    signature = signer.sign(message.id, datetime.fromtimestamp(now_s, UTC), body.decode())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(now_s),
        "webhook-signature": signature,
    }
    await request("POST", hook.url, reach, body, headers, ends=True)


def _key(secret: Secret) -> bytes:
    text = secret.reveal().removeprefix("whsec_")
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if not 16 <= len(found) <= 64:
        raise ValueError("too short or too long")
    return found


def payload(message: Message) -> dict[str, Any]:
    """What programs read."""
    said = {"title": message.title, "text": message.text, "link": message.link}
    notices = [_notice(one) for one in message.notices]
    return {"type": message.kind, "timestamp": _time(message.sent_s), "data": said | {"notices": notices}}


def _notice(one: Notice) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "cause": one.cause,
        "title": one.title,
        "text": one.text,
        "link": one.link,
        "happened": _time(one.happened_s),
        "block": one.block,
    }


def _time(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
